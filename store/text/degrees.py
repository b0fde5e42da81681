"""Coordinates as people and machines read them, from hundred-thousandths of a degree, without any rounding. Pure."""

from __future__ import annotations

from decimal import Decimal

from store.types import UNITS_PER_DEGREE


def format_degrees(units: int) -> str:
    """Write hundred-thousandths of a degree as degrees, with no more digits than they need."""
    return f"{Decimal(units) / UNITS_PER_DEGREE:.5f}".rstrip("0").rstrip(".")
