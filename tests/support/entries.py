"""The entries of a window, as its documents have them, without any document."""

from __future__ import annotations

from sqlalchemy.orm import Session

from feeds.addresses import Addresses
from feeds.documents.model import Entry
from feeds.entries import entry_of
from feeds.settings import Settings
from store import catalogue
from store.types import Window


def entries_of(session: Session, window: Window, settings: Settings) -> tuple[Entry, ...]:
    """Compose the entries of a window, in its order."""
    found = catalogue.bulletins(session, [entry.number for entry in window.entries])
    return tuple(entry_of(found[entry.number], Addresses.of(settings)) for entry in window.entries)
