"""Reads for documents with a history: the head, which shows the newest, and archives, which hold all there ever was.

Whoever merges the head and all archives by id, the newer document first, holds exactly what stands in the selection,
and has let go of what left it. A head that shows all of this by itself has no archives.

Spec: RFC 5005 section 4.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import announcements, catalogue
from store.models import DbBulletin
from store.selection_state import SelectionState, selection_state
from store.types import ArchiveName, EntryKey, Mark, Selection, Status, Tombstone, Window

MOST_SOUGHT = 1_000
"""Among so many announcements another bulletin than those shown is looked for; more are taken to hold one."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What an archive shows, and the archives before and after it; the one after only when it is closed, too."""

    window: Window
    previous: ArchiveName | None
    following: ArchiveName | None


def head(
    session: Session,
    selection: Selection,
    *,
    limit: int,
    state: SelectionState | None = None,
    entities: Sequence[Mark] | None = None,
) -> Window:
    """Give the newest `limit` bulletins of a selection, and below them the few that were corrected lately.

    Its date is that of the last announcement, because it leads to the archive that holds it. `state` and the marks of
    the `entities` are read unless they are given.
    """
    state = state or selection_state(session, selection)
    newest = catalogue.window(session, selection, limit=limit, state=state, entities=entities)
    last = state.last_told
    if last is None:
        return newest
    entries = newest.entries
    is_full = len(entries) == limit
    shown = {entry.number for entry in entries} | {gone.number for gone in newest.tombstones}
    if is_full and state.told_lately - shown:
        corrected = announcements.corrected_below(session, state.key, entries[-1].position)
        entries += corrected
        shown |= {entry.number for entry in corrected}
    others = _holds_others(session, state, last.ordinal, shown)
    return replace(
        newest,
        entries=entries,
        edition=max(newest.edition, last.edition),
        changed_at=max(newest.changed_at, last.at),
        archive=announcements.last_archive(last.ordinal) if others else None,
        limit=limit if is_full else 0,
    )


def _holds_others(session: Session, state: SelectionState, announced: int, shown: Set[int]) -> bool:
    """Say whether readers were ever told of a bulletin that is not `shown`; past a thousand announcements, always."""
    if announced <= announcements.RECENT:
        return not state.told_lately <= shown
    # Mostly the first bulletin is below what is shown. Where it is not, a few were announced again and again.
    if announced > MOST_SOUGHT or state.first_told not in shown:
        return True
    return announcements.holds_others(session, state.key, shown)


def find_archive(session: Session, selection: Selection, name: ArchiveName) -> Archive | None:
    """Give the bulletins that an archive is about, each as it is now; None for an archive that there is not.

    Those that left the selection are its tombstones, all of them. An archive that has grown since is still given as it
    was named.
    """
    announced = announcements.count_announced(session, selection.key)
    length = announcements.ARCHIVE_LENGTH
    end = (name.number - 1) * length + name.held
    if name.number < 1 or not 0 < name.held <= length or end > announced:
        return None
    following = ArchiveName(name.number + 1, length)
    # One that still grows, or an earlier form of one that grew, leads no further: the rest of it would be passed over.
    is_followed = announcements.is_closed(name) and following.number * length <= announced
    return Archive(
        window=_window(session, selection, name, since=following.number * length if is_followed else None),
        previous=ArchiveName(name.number - 1, length) if name.number > 1 else None,
        following=following if is_followed else None,
    )


def _window(session: Session, selection: Selection, name: ArchiveName, *, since: int | None) -> Window:
    """Read what an archive shows, dated by what was last told of it, or by `since`, which closed the next one."""
    numbers = announcements.numbers_in(session, selection.key, name)
    positions = announcements.standing(session, selection.key, numbers)
    rows = session.execute(
        select(DbBulletin.number, DbBulletin.version, DbBulletin.position, DbBulletin.changed_at).where(
            DbBulletin.number.in_(numbers)
        )
    )
    entries = [
        EntryKey(row.number, row.version, row.position, row.changed_at) for row in rows if row.position in positions
    ]
    left = numbers - {entry.number for entry in entries}
    gone = catalogue.departures(session, selection.key, among=left)
    lost = _lost(session, left - {row.bulletin for row in gone})
    told = [announcements.find_last_about(session, selection.key, numbers)]
    if since is not None:
        told.append(announcements.find_announced(session, selection.key, ordinal=since))
    marks = catalogue.channel_marks(session, selection)
    marks += [(each.edition, each.at) for each in told if each is not None]
    return Window(
        selection=selection,
        entries=tuple(sorted(entries, key=lambda entry: entry.position, reverse=True)),
        edition=max(edition for edition, _ in marks),
        changed_at=max(changed_at for _, changed_at in marks),
        tombstones=(*map(catalogue.tombstone_of, gone), *map(_tombstone_of, lost)),
    )


def _lost(session: Session, numbers: frozenset[int]) -> Sequence[DbBulletin]:
    """Read bulletins that neither stand in a selection nor left it: only a damaged store has any."""
    if not numbers:
        return ()
    return session.scalars(select(DbBulletin).where(DbBulletin.number.in_(numbers)).order_by(DbBulletin.number)).all()


def _tombstone_of(row: DbBulletin) -> Tombstone:
    """Have the readers of a lost bulletin let go of it all the same."""
    return Tombstone(
        number=row.number,
        public_id=row.public_id,
        gone_at=row.gone_at or row.changed_at,
        is_withdrawn=row.status != Status.PUBLISHED.value,
        reason=row.gone_reason or "",
    )
