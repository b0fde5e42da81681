"""Categories, organisations and authors: entities with permanent ids, found by name, short name, alias or slug.

A slug once given is never given to another entity of its kind; a collision gets `-2`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import changes
from store.database import change_instant
from store.errors import InputError, NotFound
from store.models import DbAlias, DbAuthor, DbCategory, DbOrganisation, DbSlug
from store.names import NAME_CHARS, ROW_TYPES, Kind, get_id, line_of, new_name
from store.text.nearest import nearest
from store.text.slugs import slugify
from store.text.vietnamese import clean_line
from store.types import Author, Category, Organisation

DESCRIPTION_CHARS = 1_000


_WEBSITE = re.compile(r"https?://[^\s\"<>\\]{1,500}")


KEY_LETTERS = {Kind.CATEGORY: "c", Kind.ORGANISATION: "o", Kind.AUTHOR: "a"}


def add_category(
    session: Session,
    name: str,
    *,
    short_name: str | None = None,
    aliases: Iterable[str] = (),
    parent: str | None = None,
    description: str = "",
    as_new: bool = False,
) -> Category:
    """Add a category; `parent` is named as people name it.

    Raises AlreadyExists for a name that is taken or, unless `as_new`, differs from one in marks and signs alone;
    NotFound for an unknown parent; InputError for no name.
    """
    name = new_name(session, Kind.CATEGORY, name, as_new=as_new)
    row = DbCategory(
        name=name,
        short_name=_short_name(short_name),
        slug=_claim_slug(session, Kind.CATEGORY, name),
        description=line_of("description", description, DESCRIPTION_CHARS),
        parent_id=get_category(session, parent).id if parent else None,
        edition=0,
        changed_at=change_instant(session),
    )
    _keep(session, Kind.CATEGORY, row, aliases)
    return get_category(session, name)


def add_organisation(
    session: Session,
    name: str,
    *,
    short_name: str | None = None,
    aliases: Iterable[str] = (),
    parent: str | None = None,
    description: str = "",
    website: str | None = None,
    as_new: bool = False,
) -> Organisation:
    """Add an organisation; raises as `add_category` does."""
    name = new_name(session, Kind.ORGANISATION, name, as_new=as_new)
    row = DbOrganisation(
        name=name,
        short_name=_short_name(short_name),
        slug=_claim_slug(session, Kind.ORGANISATION, name),
        description=line_of("description", description, DESCRIPTION_CHARS),
        website=_checked_website(website),
        parent_id=get_organisation(session, parent).id if parent else None,
        edition=0,
        changed_at=change_instant(session),
    )
    _keep(session, Kind.ORGANISATION, row, aliases)
    return get_organisation(session, name)


def add_author(session: Session, name: str) -> Author:
    """Add a person who is named in bylines; raises AlreadyExists or InputError."""
    name = new_name(session, Kind.AUTHOR, name)
    row = DbAuthor(
        name=name, slug=_claim_slug(session, Kind.AUTHOR, name), edition=0, changed_at=change_instant(session)
    )
    _keep(session, Kind.AUTHOR, row, ())
    return Author(id=row.id, name=row.name, slug=row.slug)


def find_or_add_author(session: Session, name: str) -> Author:
    """Give the author of exactly this name, adding one where there is none."""
    row = session.scalar(select(DbAuthor).where(DbAuthor.name == clean_line(name, field="author")))
    return Author(id=row.id, name=row.name, slug=row.slug) if row else add_author(session, name)


def get_category(session: Session, name: str) -> Category:
    """Find a category by name, short name, alias or slug; NotFound names the nearest known ones."""
    found = get_id(session, Kind.CATEGORY, name)
    return categories_by_id(session, {found})[found]


def get_organisation(session: Session, name: str) -> Organisation:
    """Find an organisation by name, short name, alias or slug; NotFound names the nearest known ones."""
    found = get_id(session, Kind.ORGANISATION, name)
    return organisations_by_id(session, {found})[found]


def categories_by_id(session: Session, ids: Collection[int] | None = None) -> dict[int, Category]:
    """Give the categories with these ids, or all, in the order of their ids."""
    rows = session.scalars(select(DbCategory).where(_chosen(DbCategory.id, ids)).order_by(DbCategory.id))
    return {
        row.id: Category(
            id=row.id,
            name=row.name,
            slug=row.slug,
            short_name=row.short_name,
            description=row.description,
            parent_id=row.parent_id,
        )
        for row in rows
    }


def organisations_by_id(session: Session, ids: Collection[int] | None = None) -> dict[int, Organisation]:
    """Give the organisations with these ids, or all, in the order of their ids."""
    rows = session.scalars(select(DbOrganisation).where(_chosen(DbOrganisation.id, ids)).order_by(DbOrganisation.id))
    return {
        row.id: Organisation(
            id=row.id,
            name=row.name,
            slug=row.slug,
            short_name=row.short_name,
            description=row.description,
            website=row.website,
            parent_id=row.parent_id,
        )
        for row in rows
    }


def authors_by_id(session: Session, ids: Collection[int] | None = None) -> dict[int, Author]:
    """Give the authors with these ids, or all, in the order of their ids."""
    rows = session.scalars(select(DbAuthor).where(_chosen(DbAuthor.id, ids)).order_by(DbAuthor.id))
    return {row.id: Author(id=row.id, name=row.name, slug=row.slug) for row in rows}


def find_id_by_slug(session: Session, kind: Kind, slug: str) -> tuple[int, str] | None:
    """Give the id that ever had this slug, and its slug of today; None for a slug never given."""
    row_type = ROW_TYPES[kind]
    found = session.execute(
        select(row_type.id, row_type.slug)
        .join(DbSlug, DbSlug.entity_id == row_type.id)
        .where(DbSlug.kind == kind.value, DbSlug.slug == slug)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def require_slug(session: Session, kind: Kind, slug: str) -> None:
    """Raise NotFound, naming the nearest slugs, for one that was never given."""
    if find_id_by_slug(session, kind, slug) is None:
        known = session.scalars(select(DbSlug.slug).where(DbSlug.kind == kind.value)).all()
        raise NotFound(kind.value, slug, nearest(slug, known))


def ancestors(parents: Mapping[int, int | None], category_id: int) -> tuple[int, ...]:
    """Give a category's id and those above it, nearest first; `parents` maps id to parent id."""
    chain: list[int] = []
    step: int | None = category_id
    while step is not None and step not in chain:
        chain.append(step)
        step = parents.get(step)
    return tuple(chain)


def category_parents(session: Session) -> dict[int, int | None]:
    """Map each category's id to its parent's."""
    return {row.id: row.parent_id for row in session.execute(select(DbCategory.id, DbCategory.parent_id))}


def _chosen(column: InstrumentedAttribute[int], ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)


def _claim_slug(session: Session, kind: Kind, name: str) -> str:
    plain = slugify(name)
    slug, suffix = plain, 2
    while session.get(DbSlug, (kind.value, slug)) is not None:
        slug, suffix = f"{plain}-{suffix}", suffix + 1
    return slug


def _keep(session: Session, kind: Kind, row: DbCategory | DbOrganisation | DbAuthor, aliases: Iterable[str]) -> None:
    session.add(row)
    session.flush()
    session.add(DbSlug(kind=kind.value, slug=row.slug, entity_id=row.id))
    for alias in sorted({line_of("alias", alias, NAME_CHARS) for alias in aliases} - {"", row.name}):
        session.add(DbAlias(kind=kind.value, entity_id=row.id, alias=alias))
    if kind is not Kind.AUTHOR:
        # An author is seen first in a published bulletin; a draft's byline is nobody's business.
        keys = _own_keys(kind, row.id)
        row.edition = changes.record(session, f"{kind.value} added", bulletin=None, selection_keys=keys)
    session.flush()


def _own_keys(kind: Kind, entity_id: int) -> frozenset[str]:
    keys = {f"{KEY_LETTERS[kind]}{entity_id}"}
    if kind is Kind.ORGANISATION:
        keys.add(f"p{entity_id}")
    return frozenset(keys)


def _short_name(value: str | None) -> str | None:
    return line_of("short name", value, NAME_CHARS) or None if value else None


def _checked_website(address: str | None) -> str | None:
    if not address:
        return None
    if not _WEBSITE.fullmatch(address):
        raise InputError(field="website", value=address, reason="is no web address", accepted="https://...")
    return address
