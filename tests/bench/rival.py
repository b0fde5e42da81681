"""What a competent programmer would write with Flask, SQLAlchemy and feedgen alone: the measure for our own feeds.

It serves the same entries from the same rows with feedgen's own means; it has no JSON Feed, because feedgen has none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from html import escape
from typing import Any

from feedgen.feed import FeedGenerator
from flask import Flask, Response, request
from sqlalchemy import Connection, Engine, Row, create_engine, select

from store.models import (
    DbAttachment,
    DbAuthor,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCategory,
    DbOrganisation,
    DbStoredFile,
)
from tests.bench.asking import BASE_URL, ENTRIES, SITE_NAME, Contender

MEDIA_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml"}
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "image/gif": "gif"}

_FIGURE = re.compile(r'<figure data-attachment="(\d+)"></figure>')


@dataclass(frozen=True)
class News:
    """The newest bulletins, newest first, with what hangs on them by bulletin number."""

    rows: Sequence[Row[Any]]
    publishers: dict[int, Row[Any]]
    authors: defaultdict[int, list[Row[Any]]]
    categories: defaultdict[int, list[Row[Any]]]
    subjects: defaultdict[int, list[Row[Any]]]
    photos: defaultdict[int, list[Row[Any]]]


def contender(url: str) -> Contender:
    """Give the plain application over the store at `url`."""
    engine = create_engine(url)
    return Contender(
        name="feedgen",
        formats=tuple(MEDIA_TYPES),
        path="/feed.{}",
        make=lambda: create_rival(engine, base_url=BASE_URL, title=SITE_NAME),
        dispose=engine.dispose,
    )


def create_rival(engine: Engine, *, base_url: str, title: str) -> Flask:
    """Build the application: `/feed.rss` and `/feed.atom`, with an ETag of the bytes."""
    app = Flask("rival", static_folder=None)

    @app.get("/feed.<extension>")
    def feed(extension: str) -> Response:
        if extension not in MEDIA_TYPES:
            return Response("no such feed\n", status=404, content_type="text/plain")
        with engine.connect() as connection:
            news = _read(connection)
        made = _feed(news, base_url, title, extension)
        body = made.rss_str() if extension == "rss" else made.atom_str()
        response = Response(body, content_type=f"{MEDIA_TYPES[extension]}; charset=utf-8")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.add_etag()
        response.make_conditional(request)
        return response

    return app


def _read(connection: Connection) -> News:
    rows = connection.execute(
        select(DbBulletin.__table__, DbBody.html)
        .join(DbBody, DbBody.bulletin == DbBulletin.number)
        .where(DbBulletin.status == "published")
        .order_by(DbBulletin.position.desc())
        .limit(ENTRIES)
    ).all()
    numbers = [row.number for row in rows]

    def linked(link: Any, entity: Any, key: Any) -> defaultdict[int, list[Row[Any]]]:
        found: defaultdict[int, list[Row[Any]]] = defaultdict(list)
        chosen = select(link.bulletin, entity.name, entity.slug).join(entity, entity.id == key)
        for row in connection.execute(chosen.where(link.bulletin.in_(numbers)).order_by(link.bulletin, link.ordinal)):
            found[row.bulletin].append(row)
        return found

    publisher_ids = {row.publisher_id for row in rows if row.publisher_id}
    publishers = connection.execute(
        select(DbOrganisation.id, DbOrganisation.name, DbOrganisation.slug).where(DbOrganisation.id.in_(publisher_ids))
    )
    photos: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    for row in connection.execute(
        select(DbAttachment.__table__, DbStoredFile.media_type, DbStoredFile.size_bytes)
        .add_columns(DbStoredFile.width_px, DbStoredFile.height_px)
        .join(DbStoredFile, DbStoredFile.digest == DbAttachment.digest)
        .where(DbAttachment.bulletin.in_(numbers))
        .order_by(DbAttachment.bulletin, DbAttachment.number)
    ):
        photos[row.bulletin].append(row)
    return News(
        rows=rows,
        publishers={row.id: row for row in publishers},
        authors=linked(DbBulletinAuthor, DbAuthor, DbBulletinAuthor.author_id),
        categories=linked(DbBulletinCategory, DbCategory, DbBulletinCategory.category_id),
        subjects=linked(DbBulletinSubject, DbOrganisation, DbBulletinSubject.organisation_id),
        photos=photos,
    )


def _feed(news: News, base_url: str, title: str, extension: str) -> FeedGenerator:
    address = f"{base_url}/feed.{extension}"
    feed = FeedGenerator()
    if extension == "rss":
        # In Atom the Dublin Core names would stand beside the authors of the format itself, each a second time.
        feed.load_extension("dc")
    feed.id(address)
    feed.title(title)
    feed.description(title)
    feed.language("vi")
    feed.author(name=title, email="ban-tin@bantin.example")
    feed.link(href=address, rel="self", type=MEDIA_TYPES[extension])
    feed.link(href=f"{base_url}/", rel="alternate")
    newest = max(row.changed_at for row in news.rows)
    feed.updated(newest)
    feed.lastBuildDate(newest)
    for row in news.rows:
        _add(feed, news, row, base_url, is_rss=extension == "rss")
    return feed


def _add(feed: FeedGenerator, news: News, row: Row[Any], base_url: str, *, is_rss: bool) -> None:
    publisher = news.publishers.get(row.publisher_id)
    photos = news.photos[row.number]
    offset = timezone(timedelta(minutes=row.published_offset_minutes))
    entry = feed.add_entry(order="append")
    entry.id(row.public_id)
    entry.guid(row.public_id, permalink=False)
    entry.title(row.title)
    entry.link(href=f"{base_url}/ban-tin/{row.slug}-{row.number}", rel="alternate")
    entry.published(row.published_at.astimezone(offset))
    entry.updated(row.updated_at.astimezone(offset))
    entry.description(row.lead, isSummary=True)
    entry.content(_content(row, photos, lambda photo: _photo_url(base_url, photo)), type="html")
    named = news.authors[row.number] or ([publisher] if publisher else [])
    if is_rss:
        entry.dc.dc_creator([author.name for author in named])
    else:
        entry.author([{"name": author.name, "uri": f"{base_url}/feeds/author/{author.slug}"} for author in named])
    for category in news.categories[row.number]:
        entry.category(term=category.slug, label=category.name, scheme=f"{base_url}/feeds/category")
    for body in ([publisher] if publisher else []) + news.subjects[row.number]:
        entry.category(term=body.slug, label=body.name, scheme=f"{base_url}/feeds/organisation")
    for photo in photos:
        entry.enclosure(url=_photo_url(base_url, photo), length=str(photo.size_bytes), type=photo.media_type)


def _photo_url(base_url: str, photo: Row[Any]) -> str:
    return f"{base_url}/files/{photo.digest[:2]}/{photo.digest}.{EXTENSIONS[photo.media_type]}"


def _content(row: Row[Any], photos: list[Row[Any]], url_of: Callable[[Row[Any]], str]) -> str:
    by_number = {photo.number: photo for photo in photos}

    def figure(found: re.Match[str]) -> str:
        photo = by_number.get(int(found[1]))
        if photo is None:
            return ""
        credit = f" (Ảnh: {photo.credit})" if photo.credit else ""
        return (
            f'<figure><img src="{url_of(photo)}" alt="{escape(photo.alternative_text or photo.caption)}"'
            f' width="{photo.width_px}" height="{photo.height_px}">'
            f"<figcaption>{escape(photo.caption + credit)}</figcaption></figure>"
        )

    return f"<p><strong>{escape(row.lead)}</strong></p>\n{_FIGURE.sub(figure, row.html)}"
