"""Which categories, organisations and authors the names in a draft mean, and the rows that file a bulletin under them.

A name means who it was on the bulletin's day: what was merged by then stands for its successor, and nothing is filed
anew under what was closed by then. What a bulletin stands under already it keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import taxonomy
from store.errors import VIETNAMESE, InputError
from store.lineage import lineage_of
from store.models import DbBulletin, DbBulletinAuthor, DbBulletinCategory, DbBulletinSubject
from store.names import ROW_TYPES, Kind, get_id
from store.text.date_formats import format_day
from store.text.vietnamese import clean_line
from store.types import Author, Bulletin, Draft, Entity


def entity_named(session: Session, kind: Kind, name: str, *, at: datetime, stored: Iterable[Entity] = ()) -> int:
    """Give the id that a name means at an instant; one of `stored`, as the bulletin shows it, is kept.

    Raises NotFound, or InputError for a name that is ambiguous or was closed by then.
    """
    wanted = clean_line(name, field=kind.value)
    for entity in stored:
        if wanted in (entity.name, entity.slug):
            return entity.id
    found = get_id(session, kind, name)
    if any(entity.id == found for entity in stored):
        return found
    return _open_at(session, kind, found, at)


def file_bulletin(
    session: Session,
    row: DbBulletin,
    said: Draft,
    recognised: Iterable[int],
    *,
    at: datetime,
    stored: Bulletin | None = None,
) -> None:
    """Set the publisher of a bulletin and replace its links by what a draft names and what was recognised.

    `at` is the instant of its date, `stored` what it was before.
    """
    row.publisher_id = _publisher_id(session, said, at, stored)
    session.flush()
    number, lineage = row.number, lineage_of(session)
    for link in (DbBulletinCategory, DbBulletinSubject, DbBulletinAuthor):
        session.execute(delete(link).where(link.bulletin == number))
    before = stored.subjects if stored else ()
    named = [entity_named(session, Kind.ORGANISATION, name, at=at, stored=before) for name in said.subjects]
    kept = {body.id for body in before}
    found = [body if body in kept else lineage.successor_at(Kind.ORGANISATION, body, at) for body in recognised]
    found = [body for body in found if body != row.publisher_id]
    session.add_all(
        DbBulletinSubject(bulletin=number, organisation_id=body, ordinal=ordinal, recognised=body in found)
        for ordinal, body in enumerate(dict.fromkeys([*named, *found]))
    )
    filed_under = stored.categories if stored else ()
    categories = [entity_named(session, Kind.CATEGORY, name, at=at, stored=filed_under) for name in said.categories]
    session.add_all(
        DbBulletinCategory(bulletin=number, category_id=category, ordinal=ordinal)
        for ordinal, category in enumerate(dict.fromkeys(categories))
    )
    authors = [_author(session, name, at, stored.authors if stored else ()) for name in said.authors]
    session.add_all(
        DbBulletinAuthor(bulletin=number, author_id=author, ordinal=ordinal)
        for ordinal, author in enumerate(dict.fromkeys(authors))
    )


def follow_mergers(session: Session, row: DbBulletin, at: datetime) -> bool:
    """File a bulletin that is about to be published under the successors of what was merged since it was written.

    Return whether anything moved.
    """
    moved = [
        _follow(session, row.number, Kind.CATEGORY, DbBulletinCategory, DbBulletinCategory.category_id, at),
        _follow(session, row.number, Kind.ORGANISATION, DbBulletinSubject, DbBulletinSubject.organisation_id, at),
        _follow(session, row.number, Kind.AUTHOR, DbBulletinAuthor, DbBulletinAuthor.author_id, at),
    ]
    if row.publisher_id is not None:
        successor = lineage_of(session).successor_at(Kind.ORGANISATION, row.publisher_id, at)
        moved.append(successor != row.publisher_id)
        row.publisher_id = successor
        # Who issues it is not beside that its subject.
        itself = DbBulletinSubject.organisation_id == successor
        if any(moved):
            session.execute(delete(DbBulletinSubject).where(DbBulletinSubject.bulletin == row.number, itself))
    session.flush()
    return any(moved)


def _follow(
    session: Session,
    number: int,
    kind: Kind,
    link: type[DbBulletinCategory] | type[DbBulletinSubject] | type[DbBulletinAuthor],
    target: InstrumentedAttribute[int],
    at: datetime,
) -> bool:
    linked = list(session.scalars(select(target).where(link.bulletin == number).order_by(link.ordinal)))
    moved = False
    for entity in list(linked):
        successor = lineage_of(session).successor_at(kind, entity, at)
        if successor == entity:
            continue
        this_link = (link.bulletin == number, target == entity)
        if successor in linked:
            session.execute(delete(link).where(*this_link))
        else:
            session.execute(update(link).where(*this_link).values({target: successor}))
            linked.append(successor)
        moved = True
    return moved


def _publisher_id(session: Session, said: Draft, at: datetime, stored: Bulletin | None) -> int | None:
    if not said.publisher:
        return None
    before = (stored.publisher,) if stored and stored.publisher else ()
    return entity_named(session, Kind.ORGANISATION, said.publisher, at=at, stored=before)


def _author(session: Session, name: str, at: datetime, stored: Sequence[Author]) -> int:
    wanted = clean_line(name, field="author")
    for author in stored:
        if author.name == wanted:
            return author.id
    return _open_at(session, Kind.AUTHOR, taxonomy.find_or_add_author(session, name).id, at)


def _open_at(session: Session, kind: Kind, found: int, at: datetime) -> int:
    entity = lineage_of(session).successor_at(kind, found, at)
    row_type = ROW_TYPES[kind]
    row = session.execute(select(row_type.name, row_type.slug, row_type.closed_at).where(row_type.id == entity)).one()
    if row.closed_at is not None and row.closed_at <= at:
        day = format_day(row.closed_at)
        raise InputError(
            field=kind.value,
            value=row.name,
            reason=f"was closed on {day}; nothing dated later is filed under it",
            accepted=f"one that is open, or reopen it: bantin {kind.value} reopen {row.slug}",
            vietnamese=f"{VIETNAMESE[kind.value]} “{row.name}” đã ngừng từ ngày {day}, không nhận bản tin mới",
        )
    return entity
