"""Hands on a real browser and a served site to the tests of pages."""

from __future__ import annotations

from tests.feeds.web.shown_site import shown
from tests.support.browser import chromium, visit

__all__ = ["chromium", "shown", "visit"]
