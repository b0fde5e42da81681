"""Compares what bulletins refer to with what the storage keeps: missing, altered, orphaned and unfinished files.

Only reads, and holds no view of the database while it reads files. What came in within the last day is not called
an orphan: a file is kept before its bulletin is, and many files are kept before the first of them is attached.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import channel_settings, files, revisions
from store.attachments.storage import KeptFile, Storage
from store.database import Database
from store.errors import NotFound
from store.models import DbAttachment, DbFileRemoval, DbRendition, DbRevision, DbStoredFile

CHUNK_BYTES = 1024 * 1024
ORPHAN_AGE_SECONDS = 86_400
"""A file that came in later than this long ago may still wait for the bulletin that it belongs to."""
Progress = Callable[[str, int, int], None]
"""Told what is done, how much of it, and out of how much."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A file that is not as it should be; `bulletins` show it, or the photo `original` that it is a rendition of.

    It may be both: a rendition of one photo, and attached itself. `channels` are the selection_keys of those that
    have it for their picture.
    """

    digest: str
    size_bytes: int
    bulletins: tuple[int, ...]
    original: str | None = None
    is_attached: bool = True
    channels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What a check found.

    `missing` and `altered` are faults; `orphans` only take room. `lost_history` are digests that only old revisions
    mention and nothing keeps.
    """

    checked: int
    checked_bytes: int
    missing: tuple[Fault, ...] = ()
    altered: tuple[Fault, ...] = ()
    orphans: tuple[KeptFile, ...] = ()
    lost_history: tuple[str, ...] = ()

    @property
    def is_sound(self) -> bool:
        """Whether every file that a bulletin shows is there, whole."""
        return not self.missing and not self.altered


@dataclass(slots=True)
class _References:
    """What is referred to: photos and documents by digest, renditions by digest with their original."""

    sizes: dict[str, int] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)
    in_history: set[str] = field(default_factory=set)
    to_go: set[str] = field(default_factory=set)

    def is_wanted(self, digest: str) -> bool:
        return digest in self.sizes or digest in self.in_history or digest in self.to_go


def examine(
    database: Database, storage: Storage, *, thorough: bool = True, progress: Progress = lambda *_: None
) -> Findings:
    """Compare references with files; `thorough` reads every byte, otherwise lengths are believed.

    Raises StoreUnavailable where the storage cannot be reached.
    """
    kept = {file.digest: file for file in storage.iter_kept()}
    # After the files: what came in between is not taken for missing.
    with database.snapshot() as session:
        references = _references(session)
    # No snapshot is open while every byte is read: the database keeps all that is written since for whoever has one.
    states: dict[str, str] = {}
    checked_bytes = 0
    for done, (digest, size_bytes) in enumerate(sorted(references.sizes.items()), 1):
        checked_bytes += size_bytes
        progress("checking files", done, len(references.sizes))
        state = _state(storage, kept.get(digest), digest, size_bytes, thorough=thorough)
        if state is not None:
            states[digest] = state
    with database.snapshot() as session:
        faults = [fault for digest in states if (fault := _find_fault(session, references, digest)) is not None]
    present = time.time()
    orphans = [
        file
        for file in kept.values()
        if not references.is_wanted(file.digest) and file.touched_at < present - ORPHAN_AGE_SECONDS
    ]
    return Findings(
        checked=len(references.sizes),
        checked_bytes=checked_bytes,
        missing=tuple(fault for fault in faults if states[fault.digest] == "missing"),
        altered=tuple(fault for fault in faults if states[fault.digest] == "altered"),
        orphans=tuple(sorted(orphans, key=lambda file: file.digest)),
        lost_history=tuple(sorted(references.in_history - references.sizes.keys() - kept.keys())),
    )


def is_intact(storage: Storage, digest: str) -> bool:
    """Say whether the bytes of a digest are there and are what it says."""
    try:
        with storage.open(digest) as file:
            seen = hashlib.sha256()
            while chunk := file.read(CHUNK_BYTES):
                seen.update(chunk)
    except NotFound:
        return False
    return seen.hexdigest() == digest


def _state(storage: Storage, kept: KeptFile | None, digest: str, size_bytes: int, *, thorough: bool) -> str | None:
    if kept is None:
        # It may have come in after the listing.
        return None if is_intact(storage, digest) else "missing"
    if kept.size_bytes != size_bytes or (thorough and not is_intact(storage, digest)):
        return "altered"
    return None


def _references(session: Session) -> _References:
    found = _References()
    known = session.execute(select(DbStoredFile.digest, DbStoredFile.size_bytes))
    sizes = {row.digest: row.size_bytes for row in known}
    attached = {digest for digest in session.scalars(select(DbAttachment.digest).distinct()) if digest is not None}
    attached.update(channel_settings.list_images(session))
    found.sizes = {digest: sizes[digest] for digest in attached}
    found.in_history = set(_mentioned(session))
    for rendition in session.execute(select(DbRendition.digest, DbRendition.original)):
        if rendition.original in attached:
            found.sizes.setdefault(rendition.digest, sizes[rendition.digest])
            found.originals.setdefault(rendition.digest, rendition.original)
        elif rendition.original in found.in_history:
            found.in_history.add(rendition.digest)
    found.to_go = set(session.scalars(select(DbFileRemoval.digest)))
    return found


def _mentioned(session: Session) -> Iterator[str]:
    told = select(DbRevision.content).where(DbRevision.content.contains('"digest":"'))
    for content in session.scalars(told.execution_options(yield_per=500)):
        yield from revisions.digests_in(content)


def _find_fault(session: Session, references: _References, digest: str) -> Fault | None:
    """Give the fault of a file, None where no bulletin has it any more: it may have gone while others were read."""
    users = files.list_users(session, digest)
    original = references.originals.get(digest)
    readers = files.list_users(session, original) if original is not None else []
    pictured = channel_settings.list_users(session, digest)
    shown_wide = channel_settings.list_users(session, original) if original is not None else []
    if not (users or readers or pictured or shown_wide):
        return None
    return Fault(
        digest,
        references.sizes[digest],
        tuple(users or readers),
        original if readers or shown_wide else None,
        is_attached=bool(users or pictured),
        channels=tuple(pictured or shown_wide),
    )
