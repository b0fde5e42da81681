"""What a competent programmer would write with Flask, SQLAlchemy and feedgen alone: the measure for our own feeds.

It serves the same entries from the same rows with feedgen's own means, every field that feedgen has a word for among
them: photos as Media RSS, publishers as Dublin Core, places as GeoRSS, origins as sources. What feedgen cannot say it
does not: captions and credits beside their photos, updates in RSS, precision, corrections, withdrawals; nor does it
clean anything, or indent. It has no JSON Feed, because feedgen has none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from html import escape
from typing import Any, cast

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
EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "application/pdf": "pdf",
}

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
        body = document(engine, base_url, title, extension)
        response = Response(body, content_type=f"{MEDIA_TYPES[extension]}; charset=utf-8")
        response.headers["Cache-Control"] = "public, max-age=300"
        response.add_etag()
        response.make_conditional(request)
        return response

    return app


def document(engine: Engine, base_url: str, title: str, extension: str) -> bytes:
    """Read the newest bulletins and give their feed."""
    with engine.connect() as connection:
        news = read(connection)
    return rendered(news, base_url, title, extension)


def rendered(news: News, base_url: str, title: str, extension: str) -> bytes:
    """Give the feed of news that were read."""
    made = _feed(news, base_url, title, extension)
    return cast(bytes, made.rss_str() if extension == "rss" else made.atom_str())


def read(connection: Connection) -> News:
    """Read the newest bulletins, in a fixed count of queries."""
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
    for name in ("dc", "media", "geo"):
        feed.load_extension(name)
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
    if publisher:
        entry.dc.dc_publisher(publisher.name)
    if is_rss:
        entry.dc.dc_creator([author.name for author in named])
    else:
        # In Atom the Dublin Core names would stand beside the authors of the format itself, each a second time.
        entry.author([{"name": author.name, "uri": f"{base_url}/feeds/author/{author.slug}"} for author in named])
    for category in news.categories[row.number]:
        entry.category(term=category.slug, label=category.name, scheme=f"{base_url}/feeds/category")
    for body in ([publisher] if publisher else []) + news.subjects[row.number]:
        entry.category(term=body.slug, label=body.name, scheme=f"{base_url}/feeds/organisation")
    for photo in photos:
        url = _photo_url(base_url, photo)
        entry.enclosure(url=url, length=str(photo.size_bytes), type=photo.media_type)
        if photo.width_px is None:
            continue
        entry.media.content(
            url=url,
            type=photo.media_type,
            medium="image",
            fileSize=str(photo.size_bytes),
            width=str(photo.width_px),
            height=str(photo.height_px),
            group=None,
        )
    if row.place_latitude_e5 is not None:
        entry.geo.point(f"{row.place_latitude_e5 / 1e5:.5f} {row.place_longitude_e5 / 1e5:.5f}")
    if row.place_name:
        entry.geo.featurename(row.place_name)
    if row.origin_name:
        entry.source(url=row.origin_url, title=row.origin_name)


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
