"""Categories, organisations and authors: entities with permanent ids, found by name, short name, alias or slug.

A slug once given is never given to another entity of its kind; a collision gets `-2`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from store import audit, changes
from store.database import change_instant
from store.errors import VIETNAMESE, AlreadyExists, Conflict, InputError, NotFound
from store.lineage import forget_lineage
from store.membership import among
from store.models import DbAlias, DbAuthor, DbCategory, DbFormerName, DbOrganisation, DbSlug
from store.names import KIND_OF_CRITERION, NAME_CHARS, ROW_TYPES, Kind, get_id, known_names, line_of, new_name
from store.reading import read
from store.text.nearest import nearest_owned
from store.text.slugs import slugify
from store.text.vietnamese import clean_line
from store.types import Author, Category, Entity, Mark, Organisation, Selection

DESCRIPTION_CHARS = 1_000


_WEBSITE = re.compile(r"https?://[^\s\"<>\\]{1,500}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


# Built once: every cold document needs them.
_COLUMNS: Mapping[Kind, Select[Any]] = {
    kind: select(*(getattr(row_type, column.key) for column in row_type.__table__.columns))
    for kind, row_type in ROW_TYPES.items()
}
_EVERY: Mapping[Kind, Select[Any]] = {
    kind: _COLUMNS[kind].order_by(row_type.id) for kind, row_type in ROW_TYPES.items()
}
_BY_ID: Mapping[Kind, Select[Any]] = {
    kind: _EVERY[kind].where(among(row_type.id, "ids")) for kind, row_type in ROW_TYPES.items()
}
_BY_SLUG: Mapping[Kind, Select[Any]] = {
    # Joined so, the slugs are always what is looked up first.
    kind: _COLUMNS[kind]
    .add_columns(DbSlug.slug.label("asked"))
    .select_from(DbSlug)
    .outerjoin(row_type, row_type.id == DbSlug.entity_id)
    .where(DbSlug.kind == kind.value, among(DbSlug.slug, "slugs"))
    for kind, row_type in ROW_TYPES.items()
}


class Stepped(NamedTuple):
    """An entity, and when anything about it last changed."""

    entity: Entity
    changed: Mark


def add_category(
    session: Session,
    name: str,
    *,
    short_name: str | None = None,
    aliases: Iterable[str] = (),
    parent: str | None = None,
    description: str = "",
    slug: str | None = None,
    as_new: bool = False,
) -> Category:
    """Add a category; `parent` is named as people name it.

    Raises AlreadyExists for a name that is taken or, unless `as_new`, differs from one in marks and signs alone, and
    for a slug that was given before; NotFound for an unknown parent; InputError for no name.
    """
    name = new_name(session, Kind.CATEGORY, name, as_new=as_new)
    row = DbCategory(
        name=name,
        short_name=_short_name(short_name),
        slug=claim_slug(session, Kind.CATEGORY, name, wanted=slug),
        description=line_of("description", description, DESCRIPTION_CHARS),
        parent_id=_open_parent(Kind.CATEGORY, get_category(session, parent)) if parent else None,
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
    slug: str | None = None,
    as_new: bool = False,
) -> Organisation:
    """Add an organisation; raises as `add_category` does."""
    name = new_name(session, Kind.ORGANISATION, name, as_new=as_new)
    row = DbOrganisation(
        name=name,
        short_name=_short_name(short_name),
        slug=claim_slug(session, Kind.ORGANISATION, name, wanted=slug),
        description=line_of("description", description, DESCRIPTION_CHARS),
        website=_checked_website(website),
        parent_id=_open_parent(Kind.ORGANISATION, get_organisation(session, parent)) if parent else None,
        edition=0,
        changed_at=change_instant(session),
    )
    _keep(session, Kind.ORGANISATION, row, aliases)
    return get_organisation(session, name)


def add_author(session: Session, name: str, *, slug: str | None = None) -> Author:
    """Add a person who is named in bylines; raises AlreadyExists or InputError."""
    name = new_name(session, Kind.AUTHOR, name)
    row = DbAuthor(
        name=name,
        slug=claim_slug(session, Kind.AUTHOR, name, wanted=slug),
        edition=0,
        changed_at=change_instant(session),
    )
    _keep(session, Kind.AUTHOR, row, ())
    return Author(id=row.id, name=row.name, slug=row.slug)


def find_or_add_author(session: Session, name: str) -> Author:
    """Give the author who has exactly this name, or had it once, adding one where there is none."""
    wanted = clean_line(name, field="author")
    found = session.scalar(select(DbAuthor.id).where(DbAuthor.name == wanted))
    if found is None:
        former = select(DbFormerName.entity_id).where(
            DbFormerName.kind == Kind.AUTHOR.value, DbFormerName.name == wanted
        )
        found = session.scalar(former.order_by(DbFormerName.until.desc()).limit(1))
    if found is None:
        alias = select(DbAlias.entity_id).where(DbAlias.kind == Kind.AUTHOR.value, DbAlias.alias == wanted)
        others = session.scalars(alias.limit(2)).all()
        found = others[0] if len(others) == 1 else None
    return authors_by_id(session, {found})[found] if found is not None else add_author(session, name)


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
    return {row.id: _category_of(row) for row in _rows(session, Kind.CATEGORY, ids)}


def organisations_by_id(session: Session, ids: Collection[int] | None = None) -> dict[int, Organisation]:
    """Give the organisations with these ids, or all, in the order of their ids."""
    return {row.id: _organisation_of(row) for row in _rows(session, Kind.ORGANISATION, ids)}


def authors_by_id(session: Session, ids: Collection[int] | None = None) -> dict[int, Author]:
    """Give the authors with these ids, or all, in the order of their ids."""
    return {row.id: _author_of(row) for row in _rows(session, Kind.AUTHOR, ids)}


def entities_by_slug(session: Session, kind: Kind, slugs: Collection[str]) -> dict[str, Stepped]:
    """Give what ever had each of these slugs, by the slug that was asked for; without those never given."""
    rows = read(session, _BY_SLUG[kind], {"slugs": slugs})
    known = (row for row in rows if row.id is not None)
    return {row.asked: Stepped(_entity_of(kind, row), (row.edition, row.changed_at)) for row in known}


def changed_at_by_id(session: Session, kind: Kind) -> dict[int, datetime]:
    """Give when each entity of a kind last changed, by id."""
    row_type = ROW_TYPES[kind]
    return {row.id: row.changed_at for row in session.execute(select(row_type.id, row_type.changed_at))}


def find_id_by_slug(session: Session, kind: Kind, slug: str) -> tuple[int, str] | None:
    """Give the id that ever had this slug, and its slug of today; None for a slug never given."""
    row_type = ROW_TYPES[kind]
    found = session.execute(
        select(row_type.id, row_type.slug)
        .join(DbSlug, DbSlug.entity_id == row_type.id)
        .where(DbSlug.kind == kind.value, DbSlug.slug == slug)
    ).one_or_none()
    return (found[0], found[1]) if found else None


def get_name(session: Session, kind: Kind, name: str) -> str:
    """Give the full name of today of what people call by this name; raises NotFound."""
    row_type = ROW_TYPES[kind]
    return session.execute(select(row_type.name).where(row_type.id == get_id(session, kind, name))).scalar_one()


def get_slug(session: Session, kind: Kind, name: str) -> str:
    """Give the slug of today of what people call by this name; raises NotFound."""
    row_type = ROW_TYPES[kind]
    return session.execute(select(row_type.slug).where(row_type.id == get_id(session, kind, name))).scalar_one()


def require_slug(session: Session, kind: Kind, slug: str) -> None:
    """Raise NotFound, naming the nearest slugs of today, for one that was never given."""
    if find_id_by_slug(session, kind, slug) is None:
        row_type = ROW_TYPES[kind]
        today = {row.id: row.slug for row in session.execute(select(row_type.id, row_type.slug))}
        given = session.execute(select(DbSlug.slug, DbSlug.entity_id).where(DbSlug.kind == kind.value))
        named = [(row.slug, row.entity_id) for row in given] + known_names(session, kind)
        known = ((name, today[entity]) for name, entity in named if entity in today)
        raise NotFound(kind.value, slug, tuple(today for _, today in nearest_owned(slug, known)))


def _rows(session: Session, kind: Kind, ids: Collection[int] | None) -> Sequence[Row[Any]]:
    if ids is None:
        return read(session, _EVERY[kind])
    return read(session, _BY_ID[kind], {"ids": ids}) if ids else ()


def _entity_of(kind: Kind, row: Row[Any]) -> Entity:
    if kind is Kind.CATEGORY:
        return _category_of(row)
    return _organisation_of(row) if kind is Kind.ORGANISATION else _author_of(row)


def _category_of(row: Row[Any]) -> Category:
    return Category(
        id=row.id,
        name=row.name,
        slug=row.slug,
        short_name=row.short_name,
        description=row.description,
        parent_id=row.parent_id,
        successor_id=row.successor_id,
        merged_at=row.merged_at,
        closed_at=row.closed_at,
    )


def _organisation_of(row: Row[Any]) -> Organisation:
    return Organisation(
        id=row.id,
        name=row.name,
        slug=row.slug,
        short_name=row.short_name,
        description=row.description,
        website=row.website,
        parent_id=row.parent_id,
        successor_id=row.successor_id,
        merged_at=row.merged_at,
        closed_at=row.closed_at,
        includes_subordinates=row.includes_subordinates,
    )


def _author_of(row: Row[Any]) -> Author:
    return Author(
        id=row.id,
        name=row.name,
        slug=row.slug,
        successor_id=row.successor_id,
        merged_at=row.merged_at,
        closed_at=row.closed_at,
    )


def claim_slug(
    session: Session, kind: Kind, name: str, *, wanted: str | None = None, entity_id: int | None = None
) -> str:
    """Find the slug for a name: a free one, or one that was this very entity's before.

    `wanted` is one that a person asks for: InputError for what is no slug, AlreadyExists for one that another
    entity has or had.
    """
    if wanted is not None:
        if not _SLUG.fullmatch(wanted):
            raise InputError(
                field="slug",
                value=wanted,
                reason="cannot stand in an address",
                accepted="a to z, 0 to 9 and single hyphens, such as van-hoa",
                vietnamese=f"“{wanted}” không dùng được trong địa chỉ; chỉ được gồm a–z, 0–9 và dấu gạch nối",
            )
        if not _is_free(session, kind, wanted, entity_id):
            raise AlreadyExists("slug", wanted, "it was given before, and addresses that lead somewhere stay")
        return wanted
    plain = slugify(name)
    slug, suffix = plain, 2
    while not _is_free(session, kind, slug, entity_id):
        slug, suffix = f"{plain}-{suffix}", suffix + 1
    return slug


def keep_slug(session: Session, kind: Kind, slug: str, entity_id: int) -> None:
    """Record that a slug is this entity's for ever; it may be already."""
    session.merge(DbSlug(kind=kind.value, slug=slug, entity_id=entity_id))
    session.flush()


def _is_free(session: Session, kind: Kind, slug: str, entity_id: int | None) -> bool:
    row = session.get(DbSlug, (kind.value, slug))
    return row is None or row.entity_id == entity_id


def _keep(session: Session, kind: Kind, row: DbCategory | DbOrganisation | DbAuthor, aliases: Iterable[str]) -> None:
    session.add(row)
    session.flush()
    keep_slug(session, kind, row.slug, row.id)
    forget_lineage(session)
    for alias in sorted({line_of("alias", alias, NAME_CHARS) for alias in aliases} - {"", row.name}):
        session.add(DbAlias(kind=kind.value, entity_id=row.id, alias=alias))
    if kind is not Kind.AUTHOR:
        # An author is seen first in a published bulletin; a draft's byline is nobody's business.
        keys = own_keys(kind, row.id)
        row.edition = changes.record(session, f"{kind.value} added", bulletin=None, selection_keys=keys)
    audit.record(session, "added", kind.value, row.id, edition=row.edition or None)


def own_keys(kind: Kind, entity_id: int) -> frozenset[str]:
    """Give the selection_keys that name one entity alone."""
    criteria = (criterion for criterion, of in KIND_OF_CRITERION.items() if of is kind)
    return frozenset(Selection.of({criterion: (entity_id,)}).key for criterion in criteria)


def wide_key(kind: Kind, entity_id: int) -> str:
    """Give the selection_key of all that has to do with one entity."""
    return Selection.of({kind.value: (entity_id,)}).key


def _open_parent(kind: Kind, parent: Category | Organisation) -> int:
    if parent.merged_at is not None or parent.closed_at is not None:
        ended = "merged" if parent.merged_at is not None else "closed"
        raise Conflict(
            f"{kind.value} “{parent.name}” was {ended}; nothing new comes under it",
            vietnamese=f"{VIETNAMESE[kind.value]} “{parent.name}” đã sáp nhập hoặc ngừng, không nhận thêm cấp dưới",
        )
    return parent.id


def _short_name(value: str | None) -> str | None:
    return line_of("short name", value, NAME_CHARS) or None if value else None


def _checked_website(address: str | None) -> str | None:
    if not address:
        return None
    if not _WEBSITE.fullmatch(address):
        raise InputError(field="website", value=address, reason="is no web address", accepted="https://...")
    return address
