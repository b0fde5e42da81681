"""Writes lengths in bytes for people."""

from __future__ import annotations

STEP = 1000
UNITS = ("kB", "MB", "GB", "TB")


def format_size(size_bytes: int, *, decimal: str = ".") -> str:
    """Write a length in bytes with at most two figures after the unit's own, such as `950 bytes` or `1.2 MB`."""
    if size_bytes < STEP:
        return f"{size_bytes} bytes"
    size = float(size_bytes)
    for unit in UNITS:
        size /= STEP
        # What would be rounded to a thousand belongs to the next unit.
        if size < STEP - 0.5 or unit == UNITS[-1]:
            break
    written = f"{size:.1f}" if size < 9.95 else f"{size:.0f}"
    return f"{written.replace('.', decimal)} {unit}"
