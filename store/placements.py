"""Which selection_keys a bulletin stands under, kept as rows so that a window is one index range.

The links (categories, organisations, authors) and the lineage are the truth; placements follow them in the same
transaction. A key that a bulletin leaves keeps a tombstone, so that whoever polled it can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import announcements
from store.database import change_instant
from store.fulltext import searching
from store.lineage import Lineage, lineage_of
from store.models import (
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbPlacement,
    DbSelectionMark,
    DbTombstone,
)
from store.names import Kind
from store.types import Selection

SLOTS_PER_SECOND = 1 << 20
"""Room for bulletins published in the same second; day-only dates all share one."""
BATCH = 500


@dataclass(frozen=True, slots=True)
class Links:
    """What a bulletin is filed under, by ids, and the instant that says which mergers it comes after."""

    categories: tuple[int, ...]
    publisher: int | None
    subjects: tuple[int, ...]
    authors: tuple[int, ...]
    at: datetime


def keys_of_links(links: Links, lineage: Lineage) -> frozenset[str]:
    """Compute every selection_key that links put a bulletin under: ancestors, pairs and merged bodies included.

    Ancestors of bodies are those alone that speak for who stands under them.
    """

    def with_merged(kind: Kind, ids: Iterable[int]) -> set[int]:
        known = set(ids)
        return known | lineage.going_on_as(kind, known, links.at)

    def with_all_above(ids: Iterable[int]) -> set[int]:
        known = set(ids)
        return with_merged(Kind.ORGANISATION, known | lineage.speaking_for(known, links.at))

    issuer = {links.publisher} if links.publisher is not None else set()
    above = with_merged(Kind.CATEGORY, {each for category in links.categories for each in lineage.above(category)})
    about = with_all_above(issuer | set(links.subjects))
    selections = [Selection()]
    selections += [Selection(category=category) for category in above]
    selections += [Selection(organisation=body) for body in about]
    selections += [Selection(author=author) for author in with_merged(Kind.AUTHOR, links.authors)]
    selections += [Selection(category=category, organisation=body) for category in above for body in about]
    for publisher in with_all_above(issuer):
        selections.append(Selection(publisher=publisher))
        selections += [Selection(category=category, publisher=publisher) for category in above]
    return frozenset(selection.key for selection in selections)


def linked_keys(session: Session, row: DbBulletin) -> frozenset[str]:
    """Compute the keys that a bulletin's rows of today put it under, whatever its status."""
    return keys_by_number(session, [row.number])[row.number]


def keys_by_number(session: Session, numbers: Collection[int]) -> dict[int, frozenset[str]]:
    """Compute the keys of many bulletins, in a fixed count of queries."""
    lineage = lineage_of(session)
    categories = _linked(session, DbBulletinCategory.bulletin, DbBulletinCategory.category_id, numbers)
    subjects = _linked(session, DbBulletinSubject.bulletin, DbBulletinSubject.organisation_id, numbers)
    authors = _linked(session, DbBulletinAuthor.bulletin, DbBulletinAuthor.author_id, numbers)
    rows = session.execute(
        select(DbBulletin.number, DbBulletin.publisher_id, DbBulletin.published_at, DbBulletin.changed_at).where(
            DbBulletin.number.in_(numbers)
        )
    )
    return {
        row.number: keys_of_links(
            Links(
                categories=tuple(categories[row.number]),
                publisher=row.publisher_id,
                subjects=tuple(subjects[row.number]),
                authors=tuple(authors[row.number]),
                at=row.published_at or row.changed_at,
            ),
            lineage,
        )
        for row in rows
    }


def replace(session: Session, row: DbBulletin, *, before: frozenset[str], after: frozenset[str], edition: int) -> None:
    """Move a bulletin from the keys it stood under to those it belongs under, as part of change `edition`."""
    gone, come = before - after, after - before
    if gone:
        leave(session, row.number, row.position, gone, edition)
    if come:
        back = session.scalars(
            select(DbTombstone.selection_key).where(
                DbTombstone.bulletin == row.number, DbTombstone.selection_key.in_(come)
            )
        ).all()
        # A bulletin that comes back below the head is seen by its tombstone's going alone.
        mark(session, back, edition)
        enter(session, row.number, row.position, come)


def enter(session: Session, number: int, position: int | None, keys: Iterable[str]) -> None:
    """Put a bulletin under keys where it does not stand."""
    come = sorted(keys)
    session.execute(delete(DbTombstone).where(DbTombstone.bulletin == number, DbTombstone.selection_key.in_(come)))
    session.execute(insert(DbPlacement), [{"selection_key": key, "position": position} for key in come])


def leave(session: Session, number: int, position: int | None, keys: Iterable[str], edition: int) -> None:
    """Take a bulletin from keys where it stands, and leave a tombstone in each."""
    gone = sorted(keys)
    if not gone:
        # An INSERT without any row would be one of a row without values.
        return
    session.execute(delete(DbPlacement).where(DbPlacement.position == position, DbPlacement.selection_key.in_(gone)))
    session.execute(
        insert(DbTombstone),
        [
            {"bulletin": number, "selection_key": key, "edition": edition, "gone_at": change_instant(session)}
            for key in gone
        ],
    )


def mark(session: Session, keys: Iterable[str], edition: int) -> None:
    """Say that selections changed in a way that no row under them tells."""
    for key in sorted(keys):
        session.merge(DbSelectionMark(selection_key=key, edition=edition, changed_at=change_instant(session)))
    session.flush()


def replace_many(session: Session, numbers: Iterable[int], before: dict[int, frozenset[str]], edition: int) -> None:
    """Move published bulletins whose lineage changed from the keys of `before` to those of now.

    Nothing of what they say moves, so the selections that they come into are marked. Readers are told of each.
    """
    marked: set[str] = set()
    chosen = sorted(numbers)
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        after = keys_by_number(session, batch)
        positions = session.execute(select(DbBulletin.number, DbBulletin.position).where(DbBulletin.number.in_(batch)))
        position_of = {row.number: row.position for row in positions}
        for number in batch:
            gone, come = before[number] - after[number], after[number] - before[number]
            if gone:
                leave(session, number, position_of[number], gone, edition)
            if come:
                enter(session, number, position_of[number], come)
                marked |= come
        moved = ((key, number) for number in batch for key in sorted(before[number] ^ after[number]))
        announcements.announce(session, moved, edition)
        positions_moved = {position_of[number]: after[number] for number in batch if before[number] != after[number]}
        searching.rekey(session, {position: keys for position, keys in positions_moved.items() if position is not None})
    mark(session, marked, edition)


def placed_keys(session: Session, numbers: Collection[int]) -> dict[int, frozenset[str]]:
    """Give the keys that bulletins stand under by their rows, which a sound store has equal to `keys_by_number`."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    rows = session.execute(
        select(DbBulletin.number, DbPlacement.selection_key)
        .join(DbPlacement, DbPlacement.position == DbBulletin.position)
        .where(DbBulletin.number.in_(numbers))
    )
    for row in rows:
        found[row.number].add(row.selection_key)
    return {number: frozenset(found[number]) for number in numbers}


def keys_with(session: Session, numbers: Collection[int]) -> frozenset[str]:
    """Give the keys that any of these bulletins stands under."""
    under = (
        select(DbPlacement.selection_key)
        .join(DbBulletin, DbBulletin.position == DbPlacement.position)
        .where(DbBulletin.number.in_(numbers))
    )
    return frozenset(session.scalars(under.distinct()))


def withdrawn_keys(session: Session, number: int) -> frozenset[str]:
    """Give the selections whose tombstone of a bulletin tells its withdrawal, not that it had been put elsewhere."""
    edition_of = {
        row.selection_key: row.edition
        for row in session.scalars(select(DbTombstone).where(DbTombstone.bulletin == number))
    }
    withdrawn_at = edition_of.get(Selection().key)
    return frozenset(key for key, edition in edition_of.items() if edition == withdrawn_at)


def next_position(session: Session, published_epoch_seconds: int) -> int:
    """Find the next free position in a second of publication: later arrivals sort after earlier ones."""
    first = published_epoch_seconds * SLOTS_PER_SECOND
    last = session.scalar(
        select(DbBulletin.position)
        .where(DbBulletin.position >= first, DbBulletin.position < first + SLOTS_PER_SECOND)
        .order_by(DbBulletin.position.desc())
        .limit(1)
    )
    return first if last is None else last + 1


def _linked(
    session: Session, owner: InstrumentedAttribute[int], target: InstrumentedAttribute[int], numbers: Collection[int]
) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, entity in session.execute(select(owner, target).where(owner.in_(numbers))):
        found[number].append(entity)
    return found
