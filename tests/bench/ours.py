"""Bantin's own application as a contender: nothing switched off, nothing switched on."""

from __future__ import annotations

import tempfile
from pathlib import Path

from feeds.app import create_app
from feeds.settings import Settings
from store.database import Database
from tests.bench.asking import BASE_URL, ENTRIES, SITE_NAME, Contender


def contender(url: str) -> Contender:
    """Give Bantin over the store at `url`."""
    database = Database(url)
    # No feed reads a file, so the folder may be any.
    folder = Path(tempfile.gettempdir())
    settings = Settings(data=folder, base_url=BASE_URL, site_name=SITE_NAME, database_url=url, entries=ENTRIES)
    return Contender(
        name="bantin",
        formats=("rss", "atom", "json"),
        path="/feeds/all.{}",
        make=lambda: create_app(settings, database=database),
        dispose=database.dispose,
    )
