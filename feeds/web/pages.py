"""The pages people read: the directory of channels, a channel's bulletins, one bulletin."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from feeds import channels
from feeds.addresses import SelectionPath, parse_bulletin_path
from feeds.channels import Resolved
from feeds.documents.model import MEDIA_TYPES, Format
from feeds.entries import body_html, media_of, shown_photos
from feeds.http.answers import MISSING_SECONDS, conditional, moved
from feeds.http.validators import etag, fingerprint, window_etag
from feeds.site import Site, current_site
from feeds.web.views import BulletinView, ChannelLink, Headline
from store import catalogue, changes, taxonomy
from store.text.collation import sort_key
from store.text.dates import format_vietnamese
from store.types import Author, Bulletin, Category, Organisation, Status

blueprint = Blueprint("pages", __name__)

HTML = "text/html"

NamedT = TypeVar("NamedT", Organisation, Author)


@blueprint.get("/")
def home() -> Response:
    """Lead to the directory, until there is a home page."""
    response = moved(current_site().addresses.directory())
    response.status_code = 302
    return response


@blueprint.get("/feeds")
def directory_without_slash() -> Response:
    """Lead to the canonical spelling."""
    return moved(current_site().addresses.directory())


@blueprint.get("/feeds/")
def directory() -> Response:
    """List every channel with its feeds."""
    site = current_site()
    with site.database.snapshot() as session:
        edition = changes.current_edition(session)
        return conditional(
            lambda: _page(site, "directory.html", groups=_channel_groups(session, site), feeds=_all(site)),
            media_type=HTML,
            etag=etag(edition, ["directory", site.look_version, fingerprint(site.settings)]),
            last_modified=changes.last_change_at(session),
        )


def channel_page(session: Session, resolved: Resolved) -> Response:
    """Answer the readable page of a selection, as many bulletins at a time as a feed has entries."""
    site = current_site()
    before = _position(request.args.get("before"))
    window = catalogue.window(session, resolved.selection, limit=site.settings.entries + 1, before=before)
    shown = window.entries[: site.settings.entries]
    older = shown[-1].position if len(window.entries) > len(shown) else None
    channel = channels.channel_of(session, resolved, window, site.settings)

    def render() -> bytes:
        found = catalogue.bulletins(session, [key.number for key in shown])
        headlines = [Headline.of(found[key.number], site) for key in shown]
        return _page(
            site,
            "channel.html",
            channel=channel,
            feeds={f.value: url for f, url in channel.feed_urls.items()},
            url=channel.html_url if before is None else f"{channel.html_url}?before={before}",
            headlines=headlines,
            older=f"{channel.html_url}?before={older}" if older is not None else None,
            is_first=before is None,
        )

    return conditional(
        render,
        media_type=HTML,
        etag=window_etag(
            window, kind="html", channel=channel, settings=site.settings, shown=[site.look_version, before]
        ),
        last_modified=window.changed_at,
    )


@blueprint.get("/ban-tin/<path:rest>")
def bulletin(rest: str) -> Response:
    """Answer the page of one bulletin."""
    site = current_site()
    path = parse_bulletin_path(rest)
    if path is None:
        return missing(site)
    slug, number = path
    with site.database.snapshot() as session:
        found = catalogue.find_bulletin(session, number)
        if found is None or found.status in {Status.DRAFT, Status.SCHEDULED}:
            return missing(site)
        if found.status is not Status.PUBLISHED:
            return missing(site, status=410)
        canonical = site.addresses.bulletin(found.slug, number)
        if rest != f"{found.slug}-{number}":
            return moved(canonical, permanently_renamed=slug != found.slug)
        return conditional(
            lambda: _bulletin_page(site, found),
            media_type=HTML,
            etag=etag(found.version, ["bulletin", number, site.look_version, fingerprint(site.settings)]),
            last_modified=found.changed_at,
        )


def _bulletin_page(site: Site, found: Bulletin) -> bytes:
    photos = [photo for photo in shown_photos(found) if photo.file is not None]
    first = found.categories[0] if found.categories else None
    return _page(
        site,
        "bulletin.html",
        bulletin=BulletinView.of(found, site),
        body=body_html(found, site.addresses),
        image=media_of(photos[0], site.addresses).url if photos else None,
        feeds=_all(site),
        first_channel=ChannelLink.of(site, SelectionPath((("category", first.slug),)), first.name, 0)
        if first
        else None,
    )


def _channel_groups(session: Session, site: Site) -> list[tuple[str, list[ChannelLink]]]:
    counts = catalogue.count_placed(session)
    categories = list(taxonomy.categories_by_id(session).values())
    organisations = _by_name(taxonomy.organisations_by_id(session).values())
    authors = _by_name(taxonomy.authors_by_id(session).values())
    return [
        ("Tất cả", [ChannelLink.of(site, SelectionPath(), site.settings.site_name, counts.get("all", 0))]),
        (
            "Theo chuyên mục",
            [
                ChannelLink.of(
                    site,
                    SelectionPath((("category", category.slug),)),
                    category.name,
                    counts.get(f"c{category.id}", 0),
                    depth=depth,
                    description=category.description,
                )
                for depth, category in _tree(categories)
            ],
        ),
        (
            "Theo cơ quan, đơn vị (phát hành hoặc được nhắc đến)",
            [
                ChannelLink.of(
                    site,
                    SelectionPath((("organisation", body.slug),)),
                    body.name,
                    counts.get(f"o{body.id}", 0),
                    description=body.description,
                )
                for body in organisations
            ],
        ),
        (
            "Theo cơ quan phát hành",
            [
                ChannelLink.of(
                    site, SelectionPath((("publisher", body.slug),)), body.name, counts.get(f"p{body.id}", 0)
                )
                for body in organisations
                if counts.get(f"p{body.id}")
            ],
        ),
        (
            "Theo tác giả",
            [
                ChannelLink.of(
                    site, SelectionPath((("author", author.slug),)), author.name, counts.get(f"a{author.id}", 0)
                )
                for author in authors
                if counts.get(f"a{author.id}")
            ],
        ),
    ]


def _by_name(entities: Iterable[NamedT]) -> list[NamedT]:
    return sorted(entities, key=lambda entity: sort_key(entity.name))


def _tree(categories: list[Category], parent: int | None = None, depth: int = 0) -> list[tuple[int, Category]]:
    found: list[tuple[int, Category]] = []
    for category in categories:
        if category.parent_id == parent:
            found.append((depth, category))
            found += _tree(categories, category.id, depth + 1)
    return found


def _position(text: str | None) -> int | None:
    """Read `?before=`; what is no position is ignored, like every parameter that is not ours."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _all(site: Site) -> dict[str, str]:
    return {f.value: site.addresses.feed(SelectionPath(), f) for f in Format}


def missing(site: Site, *, status: int = 404) -> Response:
    """Answer the page that says there is nothing here (404), or no longer (410)."""
    body = _page(site, "missing.html", gone=status == 410)
    response = Response(body, status=status, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={MISSING_SECONDS}"
    return response


def _page(site: Site, template: str, **context: object) -> bytes:
    return render_template(
        template,
        site=site,
        addresses=site.addresses,
        asset=lambda name: site.addresses.static(name, site.asset_versions[name]),
        vietnamese=format_vietnamese,
        everything=site.addresses.page(SelectionPath()),
        media_types={f.value: media_type for f, media_type in MEDIA_TYPES.items()},
        **context,
    ).encode()
