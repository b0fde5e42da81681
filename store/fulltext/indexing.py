"""Keeps the full-text index equal to what is published: titles, leads, bodies, captions, documents and names.

A bulletin's words go in with its placements, and out with them. Where words of a published one change, every selection
that asks for text is marked, so that no document of theirs looks older than it did.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import catalogue, placements
from store.ad_hoc import TEXT_KEY
from store.fulltext import searching
from store.fulltext.contract import Indexed
from store.models import DbBulletin
from store.text.markup import plain_text
from store.text.queries import searched_words
from store.types import Bulletin, Status

BATCH = 200


def index(session: Session, numbers: Collection[int]) -> None:
    """Bring the rows of bulletins up to date, as part of the change that stepped them; the others are passed over."""
    chosen = sorted(numbers)
    for start in range(0, len(chosen), BATCH):
        batch = chosen[start : start + BATCH]
        if _put(session, due(session, batch)):
            edition = session.execute(select(func.max(DbBulletin.edition)).where(DbBulletin.number.in_(batch)))
            placements.mark(session, [TEXT_KEY], edition.scalar_one())


def fill(session: Session, *, progress: Callable[[int], None] = lambda _: None) -> int:
    """Make the index anew from what is published; return how many bulletins it holds."""
    index = searching.index_of(session)
    while stale := index.positions(session, above=None, limit=BATCH):
        index.remove(session, stale)
    done = 0
    with index.filling(session):
        for numbers in _iter_published(session):
            rows = due(session, numbers)
            index.put(session, list(rows.values()))
            done += len(rows)
            progress(done)
    return done


def fill_where_empty(session: Session) -> None:
    """Make the index of a store that had none until now."""
    if not searching.index_of(session).positions(session, above=None, limit=1):
        fill(session)


def due(session: Session, numbers: Collection[int]) -> dict[int, Indexed]:
    """Give what the index ought to hold of bulletins, by number; nothing of those that are not published."""
    positions = {
        row.number: row.position
        for row in session.execute(
            select(DbBulletin.number, DbBulletin.position).where(
                DbBulletin.number.in_(numbers), DbBulletin.status == Status.PUBLISHED.value
            )
        )
    }
    found = catalogue.bulletins(session, list(positions))
    keys = placements.placed_keys(session, list(positions))
    return {
        number: Indexed(position, words_of(found[number]), keys[number])
        for number, position in positions.items()
        if position is not None
    }


def words_of(bulletin: Bulletin) -> str:
    """Give the words that a bulletin is found by."""
    return searched_words(_parts(bulletin))


def _parts(bulletin: Bulletin) -> Iterator[str]:
    yield bulletin.title
    yield bulletin.lead
    for attachment in bulletin.attachments:
        yield attachment.caption
        yield attachment.reference
    bodies = ([bulletin.publisher] if bulletin.publisher else []) + list(bulletin.subjects)
    yield from (body.name for body in bodies)
    yield from (author.name for author in bulletin.authors)
    if bulletin.place:
        yield bulletin.place.name
    # Last, because it is what may be too long.
    yield plain_text(bulletin.body)


def _put(session: Session, rows: dict[int, Indexed]) -> bool:
    """Store the rows that differ; return whether words that could be found before did."""
    index = searching.index_of(session)
    kept = index.find(session, [row.position for row in rows.values()])
    index.put(session, [row for row in rows.values() if kept.get(row.position) != row])
    return any(row.position in kept and kept[row.position].words != row.words for row in rows.values())


def _iter_published(session: Session) -> Iterator[list[int]]:
    last = 0
    while True:
        chosen = select(DbBulletin.number).where(DbBulletin.number > last, DbBulletin.status == Status.PUBLISHED.value)
        numbers = list(session.scalars(chosen.order_by(DbBulletin.number).limit(BATCH)))
        if not numbers:
            return
        yield numbers
        last = numbers[-1]


def faults(session: Session) -> tuple[str, ...]:
    """Say where the index is not what it ought to be; nothing in a sound store."""
    return tuple(f"search: {said}" for said, _, _ in _iter_faults(session))


def mend(session: Session) -> tuple[str, ...]:
    """Bring the index to what it ought to be, and say where it was not."""
    index = searching.index_of(session)
    found = list(_iter_faults(session))
    index.remove(session, [position for _, position, row in found if row is None])
    index.put(session, [row for _, _, row in found if row is not None])
    return tuple(f"search: {said}" for said, _, _ in found)


def _iter_faults(session: Session) -> Iterator[tuple[str, int, Indexed | None]]:
    """Yield what is wrong, at which position, and the row that ought to stand there."""
    index = searching.index_of(session)
    for numbers in _iter_published(session):
        wanted, keys = due(session, numbers), placements.keys_by_number(session, numbers)
        kept = index.find(session, [row.position for row in wanted.values()])
        for number, row in sorted(wanted.items()):
            found, right = kept.get(row.position), Indexed(row.position, row.words, keys[number])
            if found is None:
                yield f"bulletin {number} could not be found", row.position, right
            elif found != right:
                what = "words" if found.words != right.words else "channels"
                yield f"bulletin {number} was found by other {what} than its own", row.position, right
    above: int | None = None
    while positions := index.positions(session, above=above, limit=BATCH):
        above = positions[-1]
        published = select(DbBulletin.position).where(
            DbBulletin.position.in_(positions), DbBulletin.status == Status.PUBLISHED.value
        )
        for stray in sorted(set(positions) - set(session.scalars(published))):
            yield "something that is not published could be found", stray, None
