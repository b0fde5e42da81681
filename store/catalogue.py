"""Reads: the window of a selection, bulletins by number, entities with how much stands under them.

A window costs the same at ten thousand bulletins and at a million: one range of placements, limited
before it is joined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Row, Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from store import bulletin_parts, channel_settings, taxonomy
from store.ad_hoc import ad_hoc_window, entity_marks
from store.bulletin_parts import focus_of as focus_of
from store.errors import NotFound
from store.former_names import FormerNames, former_names, name_at
from store.membership import among
from store.models import DbBody, DbBulletin, DbPlacement, DbSourceRecord, DbTombstone
from store.names import Kind
from store.reading import read
from store.selection_state import SelectionState, selection_state
from store.text.slugs import slugify
from store.types import (
    Author,
    Bulletin,
    Category,
    Correction,
    Departure,
    EntryKey,
    Mark,
    Moment,
    Organisation,
    Origin,
    Place,
    Precision,
    Selection,
    Status,
    Tombstone,
    Window,
)

EntityT = TypeVar("EntityT", Category, Organisation, Author)
Departed = Row[int, int, datetime, str, str | None, int | None]
"""A tombstone as it is read: of which bulletin, since which edition and when, and what is said of it everywhere."""

# To build a statement takes longer than to run it: those that every cold document needs are built once. They read
# columns, because a row object costs several times the value that is made of it.
_SOURCE_ADDRESS = (
    select(func.min(DbSourceRecord.address)).where(DbSourceRecord.bulletin == DbBulletin.number).scalar_subquery()
)
_BULLETINS: Select[Any] = (
    select(
        *(getattr(DbBulletin, column.key) for column in DbBulletin.__table__.columns),
        DbBody.html,
        _SOURCE_ADDRESS.label("source_address"),
    )
    .outerjoin(DbBody, DbBody.bulletin == DbBulletin.number)
    .where(among(DbBulletin.number, "numbers"))
)
# In the order of an index: without one PostgreSQL may gather all that there are before it gives the first.
_ANY_PLACED = (
    select(DbPlacement.position)
    .where(DbPlacement.selection_key == bindparam("key"))
    .order_by(DbPlacement.position.desc())
    .limit(1)
)
_ANY_LEFT = (
    select(DbTombstone.edition)
    .where(DbTombstone.selection_key == bindparam("key"))
    .order_by(DbTombstone.edition.desc(), DbTombstone.bulletin.desc())
    .limit(1)
)

SHOWN_TOMBSTONES = 50
"""A reader that was away for more departures than these finds the others by their page's 410."""


def window(
    session: Session,
    selection: Selection,
    *,
    limit: int,
    before: int | None = None,
    state: SelectionState | None = None,
    entities: Sequence[Mark] | None = None,
) -> Window:
    """Give the newest `limit` bulletins of a selection, below position `before` where one is given.

    The selection's entities must exist; one that nothing was ever published under has an empty window
    whose date is that of the entities. `state` and the marks of the `entities` are read unless they are given.
    """
    if not selection.is_kept:
        return ad_hoc_window(session, selection, limit=limit, before=before, entities=entities)
    state = state or selection_state(session, selection)
    asked = {"key": state.key, "most": limit} | ({"before": before} if before is not None else {})
    rows = read(session, _newest(is_paged=before is not None), asked)
    gone = departures(session, state.key) if state.left is not None else ()
    marks = [(edition, changed_at) for _, _, _, edition, changed_at in rows]
    marks += entities if entities is not None else entity_marks(session, selection, made_at=state.made_at)
    marks += filter(None, (state.setting, state.came_back, state.left))
    return Window(
        selection=selection,
        entries=tuple(EntryKey(number, version, position, at) for number, version, position, _, at in rows),
        edition=max(edition for edition, _ in marks),
        changed_at=max(changed_at for _, changed_at in marks),
        tombstones=tuple(map(tombstone_of, gone)),
    )


@cache
def _newest(*, is_paged: bool) -> Select[int, int, int, int, datetime]:
    placed = select(DbPlacement.position).where(DbPlacement.selection_key == bindparam("key"))
    if is_paged:
        placed = placed.where(DbPlacement.position < bindparam("before"))
    # The limit stands inside: joined first, the planner may sort the whole selection.
    newest = placed.order_by(DbPlacement.position.desc()).limit(bindparam("most")).subquery()
    return (
        select(DbBulletin.number, DbBulletin.version, newest.c.position, DbBulletin.edition, DbBulletin.changed_at)
        .join(newest, newest.c.position == DbBulletin.position)
        .order_by(newest.c.position.desc())
    )


def departures(session: Session, key: str, *, among: Collection[int] | None = None) -> Sequence[Departed]:
    """Give the latest bulletins that left a selection, the last one first; or all of those `among` these numbers."""
    bound: dict[str, object] = {"numbers": among} if among is not None else {"most": SHOWN_TOMBSTONES}
    asked: dict[str, object] = {"key": key, **bound}
    return read(session, _departed(is_whole=among is not None), asked)


@cache
def _departed(*, is_whole: bool) -> Select[int, int, datetime, str, str | None, int | None]:
    left = select(DbTombstone.bulletin, DbTombstone.edition, DbTombstone.gone_at).where(
        DbTombstone.selection_key == bindparam("key")
    )
    if is_whole:
        left = left.where(among(DbTombstone.bulletin, "numbers"))
    else:
        left = left.order_by(DbTombstone.edition.desc(), DbTombstone.bulletin.desc()).limit(bindparam("most"))
    latest = left.subquery()
    # Only a withdrawal takes a bulletin from `all`. One that was put elsewhere before keeps its other tombstones as
    # they were: nobody tells the readers of those channels of the withdrawal.
    everywhere = aliased(DbTombstone)
    is_everywhere = (everywhere.bulletin == latest.c.bulletin) & (everywhere.selection_key == Selection().key)
    return (
        select(
            latest.c.bulletin,
            latest.c.edition,
            latest.c.gone_at,
            DbBulletin.public_id,
            DbBulletin.gone_reason,
            everywhere.edition.label("withdrawn_edition"),
        )
        .join(DbBulletin, DbBulletin.number == latest.c.bulletin)
        .outerjoin(everywhere, is_everywhere)
        .order_by(latest.c.edition.desc(), latest.c.bulletin.desc())
    )


def tombstone_of(row: Departed) -> Tombstone:
    """Say of a bulletin that left a selection what its readers are told."""
    is_withdrawn = row.edition == row.withdrawn_edition
    return Tombstone(
        number=row.bulletin,
        public_id=row.public_id,
        gone_at=row.gone_at,
        is_withdrawn=is_withdrawn,
        reason=(row.gone_reason or "") if is_withdrawn else "",
    )


def was_ever_placed(session: Session, selection: Selection) -> bool:
    """Say whether anything is, or was, published under a selection."""
    asked = {"key": selection.key}
    return bool(read(session, _ANY_PLACED, asked) or read(session, _ANY_LEFT, asked))


def find_bulletin(session: Session, number: int) -> Bulletin | None:
    """Give one bulletin whatever its status, None when the number was never given."""
    return bulletins(session, [number]).get(number)


def get_bulletin(session: Session, number: int) -> Bulletin:
    """Give one bulletin whatever its status; raises NotFound."""
    found = find_bulletin(session, number)
    if found is None:
        raise NotFound("bulletin", str(number))
    return found


def numbers_titled(session: Session, title: str) -> list[int]:
    """List the bulletins of exactly this title, the latest first."""
    chosen = select(DbBulletin.number).where(DbBulletin.slug == slugify(title), DbBulletin.title == title)
    return list(session.scalars(chosen.order_by(DbBulletin.number.desc()).limit(20)))


def bulletins(session: Session, numbers: Collection[int]) -> dict[int, Bulletin]:
    """Give the bulletins with these numbers, in a fixed count of queries however many there are."""
    rows = {row.number: row for row in read(session, _BULLETINS, {"numbers": numbers})}
    if not rows:
        return {}
    corrections, (categories, subjects, authors) = bulletin_parts.listed(session, rows)
    attachments = bulletin_parts.attachments(session, rows)
    bodies = {i for ids in subjects.values() for i in ids}
    bodies |= {row.publisher_id for row in rows.values() if row.publisher_id is not None}
    organisation_of = taxonomy.organisations_by_id(session, bodies)
    category_of = taxonomy.categories_by_id(session, {i for ids in categories.values() for i in ids})
    author_of = taxonomy.authors_by_id(session, {i for ids in authors.values() for i in ids})
    former = former_names(
        session, {Kind.CATEGORY: category_of, Kind.ORGANISATION: organisation_of, Kind.AUTHOR: author_of}
    )

    def of_its_day(kind: Kind, entity: EntityT, row: Row[Any]) -> EntityT:
        return name_of_its_day(former[kind], entity, row.published_at)

    return {
        number: Bulletin(
            number=number,
            public_id=row.public_id,
            slug=row.slug,
            title=row.title,
            lead=row.lead,
            body=row.html or "",
            language=row.language,
            status=Status(row.status),
            publisher=of_its_day(Kind.ORGANISATION, organisation_of[row.publisher_id], row)
            if row.publisher_id is not None
            else None,
            subjects=tuple(of_its_day(Kind.ORGANISATION, organisation_of[i], row) for i in subjects[number]),
            categories=tuple(of_its_day(Kind.CATEGORY, category_of[i], row) for i in categories[number]),
            authors=tuple(of_its_day(Kind.AUTHOR, author_of[i], row) for i in authors[number]),
            attachments=tuple(attachments[number]),
            published=moment_of(row),
            updated=_in_offset(row.updated_at, row.published_offset_minutes),
            changed_at=row.changed_at,
            revision=row.revision,
            version=row.version,
            arrival=row.arrival,
            source_address=row.source_address,
            corrections=tuple(
                Correction(correction.at.astimezone(_zone(row.published_offset_minutes)), correction.note)
                for correction in corrections[number]
            ),
            gone=Departure(row.gone_at, row.gone_reason or "") if row.gone_at else None,
            place=Place(row.place_name, row.place_latitude_e5, row.place_longitude_e5) if row.place_name else None,
            origin=Origin(row.origin_name, row.origin_url or "") if row.origin_name else None,
        )
        for number, row in rows.items()
    }


def iter_bulletins(
    session: Session, *, status: Status | None = None, selection: Selection | None = None, batch: int = 200
) -> Iterator[Bulletin]:
    """Stream bulletins by falling number, `batch` at a time."""
    below: int | None = None
    while True:
        chosen = select(DbBulletin.number).order_by(DbBulletin.number.desc()).limit(batch)
        if selection is not None:
            chosen = chosen.join(DbPlacement, DbPlacement.position == DbBulletin.position).where(
                DbPlacement.selection_key == selection.key
            )
        if status is not None:
            chosen = chosen.where(DbBulletin.status == status.value)
        if below is not None:
            chosen = chosen.where(DbBulletin.number < below)
        numbers = session.scalars(chosen).all()
        if not numbers:
            return
        found = bulletins(session, numbers)
        yield from (found[number] for number in numbers)
        below = numbers[-1]


def count_selected(session: Session, selection: Selection) -> int:
    """Count the bulletins under one selection that is kept."""
    chosen = select(func.count()).select_from(DbPlacement).where(DbPlacement.selection_key == selection.key)
    return session.scalar(chosen) or 0


def count_placed(session: Session) -> dict[str, int]:
    """Count the bulletins under each selection_key of one criterion, and under `all`."""
    rows = session.execute(
        select(DbPlacement.selection_key, func.count().label("placed"))
        .where(~DbPlacement.selection_key.contains("."))
        .group_by(DbPlacement.selection_key)
    )
    return {row.selection_key: row.placed for row in rows}


def count_pairs(session: Session) -> dict[str, int]:
    """Count the bulletins under each selection_key of a category with a body that holds any."""
    rows = session.execute(
        select(DbPlacement.selection_key, func.count().label("placed"))
        .where(DbPlacement.selection_key.contains("."))
        .group_by(DbPlacement.selection_key)
    )
    return {row.selection_key: row.placed for row in rows}


def emptied_keys(session: Session) -> frozenset[str]:
    """Give the selection_keys that bulletins left and that hold none any more."""
    held = select(DbPlacement.selection_key).where(DbPlacement.selection_key == DbTombstone.selection_key)
    return frozenset(session.scalars(select(DbTombstone.selection_key).distinct().where(~held.exists())))


def moment_of(row: DbBulletin | Row[Any]) -> Moment | None:
    """Give the publication moment of a row in the offset that it was given in."""
    instant = _in_offset(row.published_at, row.published_offset_minutes)
    if instant is None or row.published_precision is None:
        return None
    return Moment(instant, Precision(row.published_precision))


def _in_offset(instant: datetime | None, offset_minutes: int | None) -> datetime | None:
    return None if instant is None else instant.astimezone(_zone(offset_minutes))


@cache
def _zone(offset_minutes: int | None) -> timezone:
    return timezone(timedelta(minutes=offset_minutes or 0))


def name_of_its_day(former: FormerNames, entity: EntityT, published_at: datetime | None) -> EntityT:
    """Give an entity the name that it had when a bulletin was published."""
    if published_at is None or entity.id not in former:
        return entity
    name = name_at(former[entity.id], published_at)
    if name is None:
        return entity
    if isinstance(entity, Author):
        return replace(entity, name=name.name, slug=name.slug)
    return replace(entity, name=name.name, slug=name.slug, short_name=name.short_name)


def channel_marks(session: Session, selection: Selection) -> list[Mark]:
    """Give edition and instant of the last changes of what a selection is, not of what stands in it."""
    marks, setting = entity_marks(session, selection), channel_settings.find_mark(session, selection)
    return [*marks, setting] if setting is not None else marks
