"""What every route works with: the settings, the database, the files, the addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask, current_app

from feeds.addresses import Addresses
from feeds.fragment_cache import FragmentCache
from feeds.heads import Heads
from feeds.settings import Settings
from store.attachments.storage import Storage
from store.database import Database

_KEY = "bantin"


@dataclass(frozen=True)
class Site:
    """One configured Bantin, for one process. `asset_versions` maps a static file to its content's digest.

    Where nobody answers searches, as in an export, the site `has_search` not, and no page offers one.
    """

    settings: Settings
    database: Database
    storage: Storage
    addresses: Addresses
    look_version: str
    fragments: FragmentCache = field(hash=False, compare=False)
    heads: Heads = field(hash=False, compare=False)
    asset_versions: dict[str, str] = field(hash=False)
    has_search: bool = True

    def attach(self, app: Flask) -> None:
        """Make this the site of an application."""
        app.extensions[_KEY] = self


def current_site() -> Site:
    """Give the site of the application that answers now."""
    site: Site = current_app.extensions[_KEY]
    return site
