"""Lists what readers can ask for, for those who copy all of it: bulletins, files of departed ones, former slugs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from store.lineage import lineage_of
from store.models import DbAttachment, DbBulletin, DbBulletinCategory, DbRendition, DbSlug, DbStoredFile
from store.names import ROW_TYPES, Kind
from store.types import Status

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A bulletin that is, or was, published; of one that `is_gone` readers are told that alone."""

    number: int
    slug: str
    is_gone: bool


def iter_listed(session: Session, *, after_edition: int = 0, categories: Collection[int] = ()) -> Iterator[Listed]:
    """Stream the bulletins that readers saw change after an edition, by number; by default all they ever saw.

    With them come those that are published under any of the `categories` or below one: their pages show the way there.
    """
    chosen: ColumnElement[bool] = DbBulletin.edition > after_edition
    if categories:
        below = frozenset[int]().union(*map(lineage_of(session).below, categories))
        filed = select(DbBulletinCategory.bulletin).where(DbBulletinCategory.category_id.in_(below))
        chosen |= DbBulletin.number.in_(filed) & (DbBulletin.status == Status.PUBLISHED.value)
    last = 0
    while True:
        rows = session.execute(
            select(DbBulletin.number, DbBulletin.slug, DbBulletin.status)
            .where(DbBulletin.number > last, DbBulletin.arrival.is_not(None), chosen)
            .order_by(DbBulletin.number)
            .limit(BATCH)
        ).all()
        for row in rows:
            yield Listed(row.number, row.slug, row.status != Status.PUBLISHED.value)
        if len(rows) < BATCH:
            return
        last = rows[-1].number


def iter_departed_files(session: Session) -> Iterator[tuple[str, str]]:
    """Stream (digest, media type) of what departed bulletins have, renditions included; others may still show it."""
    departed = (
        select(DbAttachment.digest)
        .join(DbBulletin, DbBulletin.number == DbAttachment.bulletin)
        .where(
            DbAttachment.digest.is_not(None),
            DbBulletin.arrival.is_not(None),
            DbBulletin.status != Status.PUBLISHED.value,
        )
    )
    made = select(DbRendition.digest).where(DbRendition.original.in_(departed))
    chosen = select(DbStoredFile.digest, DbStoredFile.media_type).where(DbStoredFile.digest.in_(departed.union(made)))
    for row in session.execute(chosen.order_by(DbStoredFile.digest)):
        yield row.digest, row.media_type


def former_slugs(session: Session, kind: Kind) -> Mapping[str, tuple[str, ...]]:
    """Give the slugs that entities of a kind had before, by their slug of today."""
    row_type = ROW_TYPES[kind]
    found: defaultdict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(row_type.slug.label("present"), DbSlug.slug)
        .join(DbSlug, DbSlug.entity_id == row_type.id)
        .where(DbSlug.kind == kind.value, DbSlug.slug != row_type.slug)
        .order_by(DbSlug.slug)
    )
    for row in rows:
        found[row.present].append(row.slug)
    return {present: tuple(former) for present, former in found.items()}
