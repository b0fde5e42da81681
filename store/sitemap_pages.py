"""Reads for sitemaps: what is published, by ranges of bulletin numbers, and what is news.

Numbers never change hands, so a range reads differently only when one of its own bulletins changed; rows are read a
thousand at a time, however many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from store import catalogue, files
from store.models import DbAttachment, DbBulletin, DbPlacement, DbRendition, DbStoredFile
from store.placements import SLOTS_PER_SECOND
from store.types import AttachmentKind, Moment, Rendition, Selection, Status, StoredFile

BATCH = 1_000
_JPEG = "jpeg-"
_COLUMNS = (
    DbStoredFile.digest,
    DbStoredFile.media_type,
    DbStoredFile.size_bytes,
    DbStoredFile.width_px,
    DbStoredFile.height_px,
)


@dataclass(frozen=True, slots=True)
class Span:
    """The bulletins of one range of numbers: how many are published, and the last change that readers saw in it.

    `ordinal` counts ranges from 0; withdrawals count as changes.
    """

    ordinal: int
    count: int
    edition: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SitemapPage:
    """What a sitemap says of a published bulletin; `photos` are those that have their file."""

    number: int
    slug: str
    changed_at: datetime
    photos: tuple[StoredFile, ...]


@dataclass(frozen=True, slots=True)
class NewsItem:
    """What a news sitemap says of a published bulletin."""

    number: int
    version: int
    edition: int
    slug: str
    title: str
    language: str
    published: Moment


def count_published(session: Session) -> tuple[int, int]:
    """Count the published bulletins, and the photos that they show altogether."""
    is_published = DbBulletin.status == Status.PUBLISHED.value
    bulletins = session.scalar(select(func.count()).select_from(DbBulletin).where(is_published))
    photos = session.scalar(
        select(func.count())
        .select_from(DbAttachment)
        .join(DbBulletin, DbBulletin.number == DbAttachment.bulletin)
        .where(is_published, _is_shown())
    )
    return bulletins or 0, photos or 0


def list_spans(session: Session, *, size: int) -> tuple[Span, ...]:
    """List the ranges of `size` numbers (1 to size, ...) in which anything is published, lowest first."""
    return _spans(session, size=size, first=1, last=None)


def find_span(session: Session, ordinal: int, *, size: int) -> Span | None:
    """Give one range, None where nothing in it is published."""
    first = ordinal * size + 1
    return next(iter(_spans(session, size=size, first=first, last=first + size - 1)), None)


def iter_pages(session: Session, *, first: int = 1, last: int | None = None) -> Iterator[SitemapPage]:
    """Stream the published bulletins with numbers from `first` to `last`, rising."""
    after = first - 1
    while True:
        chosen = (
            select(DbBulletin.number, DbBulletin.slug, DbBulletin.changed_at)
            .where(DbBulletin.number > after, DbBulletin.status == Status.PUBLISHED.value)
            .order_by(DbBulletin.number)
            .limit(BATCH)
        )
        if last is not None:
            chosen = chosen.where(DbBulletin.number <= last)
        rows = session.execute(chosen).all()
        if not rows:
            return
        photos = _photos(session, [row.number for row in rows])
        for row in rows:
            yield SitemapPage(row.number, row.slug, row.changed_at, tuple(photos[row.number]))
        after = rows[-1].number


def list_news(session: Session, *, since: datetime, limit: int) -> tuple[NewsItem, ...]:
    """List the newest bulletins that were published at or after `since`, newest first."""
    newest = (
        select(DbPlacement.position)
        .where(
            DbPlacement.selection_key == Selection().key,
            DbPlacement.position >= int(since.timestamp()) * SLOTS_PER_SECOND,
        )
        .order_by(DbPlacement.position.desc())
        .limit(limit)
        .subquery()
    )
    rows = session.scalars(
        select(DbBulletin).join(newest, newest.c.position == DbBulletin.position).order_by(newest.c.position.desc())
    )
    dated = ((row, catalogue.moment_of(row)) for row in rows)
    return tuple(
        NewsItem(row.number, row.version, row.edition, row.slug, row.title, row.language, moment)
        for row, moment in dated
        if moment is not None
    )


def _spans(session: Session, *, size: int, first: int, last: int | None) -> tuple[Span, ...]:
    ordinal = ((DbBulletin.number - 1) // size).label("ordinal")
    is_published = case((DbBulletin.status == Status.PUBLISHED.value, 1), else_=0)
    chosen = (
        select(
            ordinal,
            func.sum(is_published).label("published"),
            func.max(DbBulletin.edition).label("edition"),
            func.max(DbBulletin.changed_at).label("changed_at"),
        )
        # Those that left count, too: the last change may be that they did.
        .where(DbBulletin.arrival.is_not(None), DbBulletin.number >= first)
        .group_by(ordinal)
        .order_by(ordinal)
    )
    if last is not None:
        chosen = chosen.where(DbBulletin.number <= last)
    return tuple(
        Span(row.ordinal, row.published, row.edition, row.changed_at)
        for row in session.execute(chosen)
        if row.published
    )


def _photos(session: Session, numbers: Collection[int]) -> defaultdict[int, list[StoredFile]]:
    rows = session.execute(
        select(DbAttachment.bulletin, *_COLUMNS, DbStoredFile.is_animated)
        .join(DbStoredFile, DbStoredFile.digest == DbAttachment.digest)
        .where(DbAttachment.bulletin.in_(numbers), _is_shown())
        .order_by(DbAttachment.bulletin, DbAttachment.number)
    ).all()
    renditions = _jpeg_renditions(session, {row.digest for row in rows})
    found: defaultdict[int, list[StoredFile]] = defaultdict(list)
    for row in rows:
        found[row.bulletin].append(files.stored_file_of(row, renditions.get(row.digest, ())))
    return found


def _jpeg_renditions(session: Session, digests: Collection[str]) -> dict[str, tuple[Rendition, ...]]:
    """Give of each photo's latest renditions those that are handed to readers: a third of them, and of the time."""
    rows = session.execute(
        select(DbRendition.original, DbRendition.recipe, DbRendition.name, *_COLUMNS)
        .join(DbStoredFile, DbStoredFile.digest == DbRendition.digest)
        .where(DbRendition.original.in_(digests), DbRendition.name.startswith(_JPEG))
    )
    found: defaultdict[str, defaultdict[int, list[Rendition]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        found[row.original][row.recipe].append(files.rendition_of(row))
    return {original: tuple(by_recipe[max(by_recipe)]) for original, by_recipe in found.items()}


def _is_shown() -> ColumnElement[bool]:
    return (DbAttachment.kind == AttachmentKind.PHOTO.value) & DbAttachment.digest.is_not(None)
