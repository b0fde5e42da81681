"""Every archive of a selection, by name."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from store import announcements
from store.types import ArchiveName


def latest_archive(session: Session, key: str) -> ArchiveName | None:
    """Name the archive that holds the last announcement, with what it holds now; None before the first."""
    return announcements.last_archive(announcements.count_announced(session, key))


def iter_archives(session: Session, key: str) -> Iterator[ArchiveName]:
    """Name every archive of a selection, the oldest first; all but the last are closed."""
    last = latest_archive(session, key)
    if last is not None:
        yield from (ArchiveName(number, announcements.ARCHIVE_LENGTH) for number in range(1, last.number))
        yield last
