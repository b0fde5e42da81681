"""Which selection_keys a bulletin stands under, kept as rows so that a window is one index range.

The links (categories, organisations, authors) are the truth; placements follow them in the same transaction.
A key that a bulletin leaves keeps a tombstone, so that whoever polled it can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from store import taxonomy
from store.database import change_instant
from store.models import DbBulletin, DbBulletinAuthor, DbBulletinCategory, DbBulletinSubject, DbPlacement, DbTombstone
from store.types import Selection

SLOTS_PER_SECOND = 1 << 20
"""Room for bulletins published in the same second; day-only dates all share one."""


def keys_of_links(
    *,
    categories: Iterable[int],
    publisher: int | None,
    subjects: Iterable[int],
    authors: Iterable[int],
    parents: Mapping[int, int | None],
) -> frozenset[str]:
    """Compute every selection_key that links put a bulletin under, ancestors and pairs included."""
    above = {ancestor for category in categories for ancestor in taxonomy.ancestors(parents, category)}
    about = set(subjects) | ({publisher} if publisher is not None else set())
    selections = [Selection()]
    selections += [Selection(category=category) for category in above]
    selections += [Selection(organisation=body) for body in about]
    selections += [Selection(author=author) for author in authors]
    selections += [Selection(category=category, organisation=body) for category in above for body in about]
    if publisher is not None:
        selections.append(Selection(publisher=publisher))
        selections += [Selection(category=category, publisher=publisher) for category in above]
    return frozenset(selection.key for selection in selections)


def linked_keys(session: Session, row: DbBulletin) -> frozenset[str]:
    """Compute the keys that a bulletin's rows of today put it under, whatever its status."""
    number = row.number
    return keys_of_links(
        categories=session.scalars(
            select(DbBulletinCategory.category_id).where(DbBulletinCategory.bulletin == number)
        ).all(),
        publisher=row.publisher_id,
        subjects=session.scalars(
            select(DbBulletinSubject.organisation_id).where(DbBulletinSubject.bulletin == number)
        ).all(),
        authors=session.scalars(select(DbBulletinAuthor.author_id).where(DbBulletinAuthor.bulletin == number)).all(),
        parents=taxonomy.category_parents(session),
    )


def replace(session: Session, row: DbBulletin, *, before: frozenset[str], after: frozenset[str], edition: int) -> None:
    """Move a bulletin from the keys it stood under to those it belongs under, as part of change `edition`."""
    gone, come = before - after, after - before
    if gone:
        session.execute(
            delete(DbPlacement).where(DbPlacement.position == row.position, DbPlacement.selection_key.in_(gone))
        )
        session.execute(
            insert(DbTombstone),
            [
                {"bulletin": row.number, "selection_key": key, "edition": edition, "gone_at": change_instant(session)}
                for key in sorted(gone)
            ],
        )
    if come:
        session.execute(
            delete(DbTombstone).where(DbTombstone.bulletin == row.number, DbTombstone.selection_key.in_(come))
        )
        session.execute(insert(DbPlacement), [{"selection_key": key, "position": row.position} for key in sorted(come)])


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
