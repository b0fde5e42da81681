"""What categories, organisations and authors are called: renamings with their dates, and other names.

Ids and addresses stay for ever. A bulletin keeps the names of its day, so that a renaming moves the channels of the
renamed alone; no `updated` ever moves here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, true
from sqlalchemy.orm import Session

from store import audit, taxonomy
from store.entities import DbEntity, get_row, require_unmerged, started, step
from store.errors import VIETNAMESE, AlreadyExists, Conflict, InputError
from store.lineage import lineage_of
from store.models import (
    DbAlias,
    DbAuthor,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbFormerName,
)
from store.names import NAME_CHARS, Kind, line_of, new_name
from store.text.date_formats import format_day
from store.types import Status


def rename(
    session: Session,
    kind: Kind,
    name: str,
    new: str,
    *,
    since: datetime | None = None,
    short_name: str | None = None,
    slug: str | None = None,
    throughout: bool = False,
) -> int:
    """Give an entity another name, from an instant on (by default now); return how many bulletins show it by that.

    What was published before keeps the former name, unless `throughout` says that this was a mistake. The short name
    goes with the former name; `short_name` is the new one. The old address leads to the new one.
    Raises AlreadyExists for a name or slug that is another's, InputError for an instant that is not after the last
    renaming or has not come, Conflict for what was merged.
    """
    row = get_row(session, kind, name)
    require_unmerged(row, kind)
    start = started(session, since)
    cleaned = new_name(session, kind, new, as_new=True, own=row.id)
    is_same_name = cleaned == row.name
    kept = _short_name(row) if throughout or is_same_name else None
    short = line_of("short name", short_name, NAME_CHARS) or kept if short_name else kept
    next_slug = row.slug
    if slug is not None or not is_same_name:
        next_slug = taxonomy.claim_slug(session, kind, cleaned, wanted=slug, entity_id=row.id)
    if (cleaned, short, next_slug) == (row.name, _short_name(row), row.slug):
        raise Conflict(
            f"{kind.value} “{row.name}” has this name already; nothing changed",
            vietnamese=f"{VIETNAMESE[kind.value]} “{row.name}” đang mang đúng tên này, không có gì thay đổi",
        )
    last = _last_renaming(session, kind, row)
    if since is None and last is not None:
        # A clock that was set back since brings two names in no disorder.
        start = max(start, last)
    if throughout:
        _add_alias(session, kind, row, row.name)
    else:
        _keep_former(session, kind, row, start, last)
    row.name, row.slug = cleaned, next_slug
    session.execute(
        delete(DbAlias).where(DbAlias.kind == kind.value, DbAlias.entity_id == row.id, DbAlias.alias == cleaned)
    )
    if not isinstance(row, DbAuthor):
        row.short_name = short
    taxonomy.keep_slug(session, kind, next_slug, row.id)
    session.flush()
    # A mistake in the last name is none in the names before it.
    begin = last if throughout else start
    shown = _filed_under(kind, row.id) & (DbBulletin.published_at >= begin if begin is not None else true())
    renamed = session.scalars(select(DbBulletin.number).where(shown, DbBulletin.status == Status.PUBLISHED.value)).all()
    others = lineage_of(session).merged_into(kind, row.id)
    edition = step(session, kind, row, "renamed", bulletins=tuple(renamed), merged=others)
    audit.record(session, "renamed", kind.value, row.id, note=f"→ {cleaned}", edition=edition)
    return len(renamed)


def add_alias(session: Session, kind: Kind, name: str, alias: str) -> None:
    """Have an entity found by another name, too; raises AlreadyExists where it is."""
    row = get_row(session, kind, name)
    cleaned = line_of("alias", alias, NAME_CHARS)
    if not cleaned:
        raise InputError(
            field="alias",
            value=alias,
            reason="is empty",
            accepted=f"1 to {NAME_CHARS} characters",
            vietnamese="thiếu tên gọi khác",
        )
    if cleaned == row.name or session.get(DbAlias, (kind.value, row.id, cleaned)) is not None:
        raise AlreadyExists("alias", cleaned, f"it is a name of “{row.name}”")
    _add_alias(session, kind, row, cleaned)
    audit.record(session, "alias added", kind.value, row.id, note=cleaned)


def remove_alias(session: Session, kind: Kind, name: str, alias: str) -> None:
    """Have an entity no longer found by an alias; raises Conflict where it is none."""
    row = get_row(session, kind, name)
    found = session.get(DbAlias, (kind.value, row.id, line_of("alias", alias, NAME_CHARS)))
    if found is None:
        raise Conflict(
            f"“{alias}” is no alias of {kind.value} “{row.name}”; see `bantin {kind.value} list --json`",
            vietnamese=f"“{alias}” không phải tên gọi khác của “{row.name}”",
        )
    session.delete(found)
    audit.record(session, "alias removed", kind.value, row.id, note=alias)


def _last_renaming(session: Session, kind: Kind, row: DbEntity) -> datetime | None:
    return session.scalar(
        select(DbFormerName.until)
        .where(DbFormerName.kind == kind.value, DbFormerName.entity_id == row.id)
        .order_by(DbFormerName.until.desc())
        .limit(1)
    )


def _keep_former(session: Session, kind: Kind, row: DbEntity, start: datetime, last: datetime | None) -> None:
    if last is not None and start < last:
        raise InputError(
            field="--from",
            value=format_day(start),
            reason=f"is before its last renaming, on {format_day(last)}",
            accepted="a later day, or --throughout where the last name was a mistake",
            vietnamese=f"ngày {format_day(start)} sớm hơn lần đổi tên gần nhất ({format_day(last)})",
        )
    if last == start:
        # It had the name for no time, so no bulletin can show it; people may still type it.
        _add_alias(session, kind, row, row.name)
        return
    session.add(
        DbFormerName(
            kind=kind.value,
            entity_id=row.id,
            until=start,
            name=row.name,
            short_name=_short_name(row),
            slug=row.slug,
        )
    )


def _add_alias(session: Session, kind: Kind, row: DbEntity, alias: str) -> None:
    session.merge(DbAlias(kind=kind.value, entity_id=row.id, alias=alias))
    session.flush()


def _filed_under(kind: Kind, entity: int) -> ColumnElement[bool]:
    """Give the condition that a bulletin's entry names an entity."""
    if kind is Kind.CATEGORY:
        return DbBulletin.number.in_(
            select(DbBulletinCategory.bulletin).where(DbBulletinCategory.category_id == entity)
        )
    if kind is Kind.AUTHOR:
        return DbBulletin.number.in_(select(DbBulletinAuthor.bulletin).where(DbBulletinAuthor.author_id == entity))
    about = select(DbBulletinSubject.bulletin).where(DbBulletinSubject.organisation_id == entity)
    return or_(DbBulletin.publisher_id == entity, DbBulletin.number.in_(about))


def _short_name(row: DbEntity) -> str | None:
    return None if isinstance(row, DbAuthor) else row.short_name
