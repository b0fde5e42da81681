"""What readers of a selection were told of bulletins, one thing after another: what its archives are made of.

Ordinals count from 1 within a selection, without a gap, and no row is ever altered: an archive is a fixed range of
them, however late a bulletin of it changes, because that is told anew, at the end. So whoever has read a closed archive
need not look at it again, and misses nothing.

Spec: RFC 5005 section 4.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, BindParameter, Integer, Select, Text, bindparam, func, insert, literal, select
from sqlalchemy.orm import Session

from store.membership import among
from store.models import METADATA, DbAnnouncement, DbBulletin, DbChange, DbPlacement
from store.reading import read
from store.types import ArchiveName, EntryKey

ARCHIVE_LENGTH = 500
"""How many announcements an archive holds before it is closed."""
RECENT = 50
CORRECTED = 10
"""Of the most recent announcements, so many at most bring an old bulletin into the head once more."""

# Each row reads the ordinal that the one before it took: one statement for any number of keys and bulletins.
_TABLE = METADATA.tables[DbAnnouncement.__tablename__]
_TAKEN = select(func.max(_TABLE.c.ordinal)).where(_TABLE.c.selection_key == bindparam("key", type_=Text))
_APPEND = insert(_TABLE).from_select(
    ["selection_key", "ordinal", "edition", "bulletin"],
    select(
        bindparam("key", type_=Text),
        func.coalesce(_TAKEN.scalar_subquery(), 0) + 1,
        bindparam("edition", type_=BigInteger),
        bindparam("bulletin", type_=Integer),
    ),
)
_NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
_PLACED = (
    select(DbPlacement.selection_key.label("key"), DbBulletin.number.label("number"))
    .join(DbBulletin, DbBulletin.position == DbPlacement.position)
    .where(DbBulletin.number.in_(_NUMBERS))
    .cte("placed")
)
_KEYS = select(_PLACED.c.key).distinct().subquery()
_TAKEN_THERE = select(func.max(_TABLE.c.ordinal)).where(_TABLE.c.selection_key == _KEYS.c.key).scalar_subquery()
_LAST = select(_KEYS.c.key, func.coalesce(_TAKEN_THERE, 0).label("ordinal")).cte("last")
_APPEND_PLACED = insert(_TABLE).from_select(
    ["selection_key", "ordinal", "edition", "bulletin"],
    select(
        _PLACED.c.key,
        _LAST.c.ordinal + func.row_number().over(partition_by=_PLACED.c.key, order_by=_PLACED.c.number),
        bindparam("edition", type_=BigInteger),
        _PLACED.c.number,
    ).join_from(_PLACED, _LAST, _LAST.c.key == _PLACED.c.key),
)


_KEY: BindParameter[str] = bindparam("key", type_=Text)
_LATEST = (
    select(DbAnnouncement.ordinal, DbAnnouncement.edition, DbAnnouncement.bulletin)
    .where(DbAnnouncement.selection_key == _KEY)
    .order_by(DbAnnouncement.ordinal.desc())
    .limit(bindparam("most"))
)
_RECENT = _LATEST.subquery("latest")
_CORRECTED = (
    select(DbBulletin.number, DbBulletin.version, DbPlacement.position, DbBulletin.changed_at)
    .join(_RECENT, _RECENT.c.bulletin == DbBulletin.number)
    .join(DbChange, DbChange.edition == _RECENT.c.edition)
    .join(DbPlacement, DbPlacement.position == DbBulletin.position)
    .where(
        DbPlacement.selection_key == _KEY,
        DbPlacement.position < bindparam("below"),
        DbBulletin.updated_at > DbBulletin.published_at,
        # A later, minor edit moved no `updated`.
        DbChange.committed_at <= DbBulletin.updated_at,
    )
    .group_by(DbBulletin.number, DbBulletin.version, DbPlacement.position, DbBulletin.changed_at)
    .order_by(func.max(_RECENT.c.ordinal).desc())
    .limit(CORRECTED)
)
# In the order of the key: without one PostgreSQL may gather all that there are before it gives the first.
_OTHER = (
    select(DbAnnouncement.bulletin)
    .where(DbAnnouncement.selection_key == _KEY, ~among(DbAnnouncement.bulletin, "shown"))
    .order_by(DbAnnouncement.ordinal)
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Announced:
    """One announcement: its place in its selection, and the change that it was part of."""

    ordinal: int
    edition: int
    at: datetime


def announce(session: Session, told: Iterable[tuple[str, int]], edition: int) -> None:
    """Append to each selection_key that its readers are told of a bulletin, as part of change `edition`."""
    rows = [{"key": key, "edition": edition, "bulletin": bulletin} for key, bulletin in told]
    if rows:
        session.flush()
        session.connection().execute(_APPEND, rows)


def announce_placed(session: Session, numbers: Collection[int], edition: int) -> None:
    """Append to each selection that any of these bulletins stands in that its readers are told of them, in order.

    The rows never leave the database, so it may be as many as one statement takes; the same as `announce` would leave.
    """
    session.flush()
    session.connection().execute(_APPEND_PLACED, {"numbers": list(numbers), "edition": edition})


def announce_all(session: Session, key: str, edition: int) -> None:
    """Append to one selection that its readers are told of everything that stands in it, the oldest first."""
    session.flush()
    ordinal = count_announced(session, key) + func.row_number().over(order_by=DbPlacement.position)
    placed = select(DbPlacement.selection_key, ordinal, literal(edition, BigInteger), DbBulletin.number)
    session.execute(
        insert(_TABLE).from_select(
            ["selection_key", "ordinal", "edition", "bulletin"],
            placed.join(DbBulletin, DbBulletin.position == DbPlacement.position).where(
                DbPlacement.selection_key == key
            ),
        )
    )


def count_announced(session: Session, key: str) -> int:
    """Count what readers of a selection were told so far."""
    last = select(func.max(DbAnnouncement.ordinal)).where(DbAnnouncement.selection_key == key)
    return session.scalar(last) or 0


def last_archive(announced: int) -> ArchiveName | None:
    """Name the archive that the last of so many announcements stands in; None for none at all."""
    if not announced:
        return None
    full, over = divmod(announced, ARCHIVE_LENGTH)
    return ArchiveName(full + 1, over) if over else ArchiveName(full, ARCHIVE_LENGTH)


def is_closed(name: ArchiveName) -> bool:
    """Say whether an archive of this name holds all that its range ever will."""
    return name.held == ARCHIVE_LENGTH


def find_announced(session: Session, key: str, *, ordinal: int | None = None) -> Announced | None:
    """Give the announcement with this ordinal, by default the last one; None where there is none."""
    chosen = (
        select(DbAnnouncement.ordinal, DbAnnouncement.edition, DbChange.committed_at)
        .join(DbChange, DbChange.edition == DbAnnouncement.edition)
        .where(DbAnnouncement.selection_key == key)
    )
    if ordinal is not None:
        chosen = chosen.where(DbAnnouncement.ordinal == ordinal)
    row = session.execute(chosen.order_by(DbAnnouncement.ordinal.desc()).limit(1)).one_or_none()
    return Announced(row.ordinal, row.edition, row.committed_at) if row else None


def numbers_in(session: Session, key: str, name: ArchiveName) -> frozenset[int]:
    """Give the bulletins that an archive is about; fewer than it holds, where one was announced more than once."""
    before = (name.number - 1) * ARCHIVE_LENGTH
    ordinal = DbAnnouncement.ordinal
    return frozenset(
        session.scalars(
            select(DbAnnouncement.bulletin).where(
                DbAnnouncement.selection_key == key, ordinal > before, ordinal <= before + name.held
            )
        )
    )


def find_last_about(session: Session, key: str, numbers: Collection[int]) -> Announced | None:
    """Give the last announcement in a selection that was about one of these bulletins; None where there is none."""
    last = session.scalar(_last_about(key, numbers))
    return find_announced(session, key, ordinal=last) if last is not None else None


def _last_about(key: str, numbers: Collection[int]) -> Select[int | None]:
    # Asked for the greatest ordinal itself, PostgreSQL walks down the primary key until it meets one of them.
    calculated = DbAnnouncement.ordinal + 0
    return select(func.max(calculated)).where(DbAnnouncement.selection_key == key, DbAnnouncement.bulletin.in_(numbers))


def told_since(session: Session, key: str, edition: int, *, most: int) -> frozenset[int] | None:
    """Give the bulletins that readers were told of after `edition`; None after more than `most` announcements."""
    latest = read(session, _LATEST, {"key": key, "most": most + 1})
    told = [row.bulletin for row in latest if row.edition > edition]
    return frozenset(told) if len(told) <= most else None


def standing(session: Session, key: str, numbers: Collection[int]) -> frozenset[int]:
    """Give the positions of those of these bulletins that stand in a selection."""
    # Joined, the planner may go through the whole selection.
    positions = select(DbBulletin.position).where(DbBulletin.number.in_(numbers))
    chosen = select(DbPlacement.position).where(DbPlacement.selection_key == key, DbPlacement.position.in_(positions))
    return frozenset(session.scalars(chosen))


def corrected_below(session: Session, key: str, position: int) -> tuple[EntryKey, ...]:
    """Give bulletins below a position that readers were told of recently because what they say changed, newest first.

    Only an edit that moved `updated` counts, such as a correction, or that a withdrawn one came back: what is put
    elsewhere, imported late or edited a little would flood readers who take every entry for news.
    """
    rows = read(session, _CORRECTED, {"key": key, "most": RECENT, "below": position})
    found = [EntryKey(row.number, row.version, row.position, row.changed_at) for row in rows]
    return tuple(sorted(found, key=lambda entry: entry.position, reverse=True))


def holds_others(session: Session, key: str, shown: Collection[int]) -> bool:
    """Say whether readers were ever told of a bulletin that is not among those `shown`."""
    return bool(read(session, _OTHER, {"key": key, "shown": shown}))


def unannounced(session: Session) -> Iterator[tuple[str, int]]:
    """Stream the selection_key and number of every bulletin that stands where its readers were never told of it."""
    placed = select(DbPlacement.selection_key, DbBulletin.number).join(
        DbBulletin, DbBulletin.position == DbPlacement.position
    )
    missing = placed.except_(select(DbAnnouncement.selection_key, DbAnnouncement.bulletin))
    for row in session.execute(missing.order_by("number", "selection_key")):
        yield row.selection_key, row.number
