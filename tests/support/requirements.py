"""Says whether a test may run here: what is missing skips it, unless BANTIN_TEST_REQUIRE insists on it."""

from __future__ import annotations

import os

import pytest


def lacks(name: str, reason: str) -> None:
    """Skip the test for want of `name`, or fail it where BANTIN_TEST_REQUIRE (a comma list) names it."""
    required = {word.strip() for word in os.environ.get("BANTIN_TEST_REQUIRE", "").split(",")}
    if name in required:
        pytest.fail(f"{name} is required here, but {reason}", pytrace=False)
    pytest.skip(f"no {name}: {reason}")
