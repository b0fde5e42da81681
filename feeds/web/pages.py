"""The pages people read: the directory of channels, a channel's bulletins, one bulletin."""

from __future__ import annotations

from datetime import UTC

from flask import Blueprint, Response, render_template, request
from sqlalchemy.orm import Session

from feeds import channels, composition
from feeds.addresses import SelectionPath, parse_bulletin_path
from feeds.channels import Resolved
from feeds.directory import iter_channels
from feeds.documents.model import MEDIA_TYPES, Format
from feeds.enclosures import lead_photo
from feeds.entries import body_html
from feeds.http.answers import MISSING_SECONDS, conditional, former_address, moved
from feeds.http.representations import Partial
from feeds.http.validators import etag, fingerprint
from feeds.site import Site, current_site
from feeds.web.pictures import THUMB_SIZES, page_image
from feeds.web.structured_data import structured_data
from feeds.web.views import BulletinView, ChannelLink, Headline, Link, SearchView
from store import catalogue, changes
from store.text.date_formats import format_day
from store.trails import Trail, trail_of
from store.types import Bulletin, Departure, Status

blueprint = Blueprint("pages", __name__)

HTML = "text/html"


@blueprint.get("/")
def home() -> Response:
    """Lead to the directory, until there is a home page; `/?p=123` may be an address of the former site."""
    former = former_address() if request.query_string else None
    if former is not None:
        return former
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
        edition, changed_at = changes.current_edition(session), changes.last_change_at(session)
        # The instant tells it from the same edition in another past of the store.
        state = changed_at.astimezone(UTC).isoformat()
        return conditional(
            lambda: _page(site, "directory.html", groups=_channel_groups(session, site), feeds=_all(site)),
            media_type=HTML,
            etag=etag(edition, ["directory", state, site.look_version, fingerprint(site.settings)]),
            last_modified=changed_at,
        )


def channel_page(session: Session, resolved: Resolved) -> Response:
    """Answer the readable page of a selection, as many bulletins at a time as a feed has entries."""
    site = current_site()
    before, limit = asked_position(), resolved.entries(site.settings)
    window = catalogue.window(
        session,
        resolved.selection,
        limit=limit + 1,
        before=before,
        state=resolved.seen.state if resolved.seen else None,
        entities=resolved.seen.changed if resolved.seen else None,
    )
    shown = window.entries[:limit]
    older = shown[-1].position if len(window.entries) > len(shown) else None
    about = channels.shown_channel_of(session, resolved, window, site.settings)
    channel = about.channel
    seen = [
        "channel",
        site.look_version,
        fingerprint(site.settings),
        about.seen,
        before,
        older,
        [key.state for key in shown],
    ]

    def render() -> bytes | Partial:
        numbers = [key.number for key in shown]
        headlines = composition.compose_each(session, numbers, lambda found: Headline.of(found, site))
        left_out = set(numbers) - set(headlines)
        composition.require_some(left_out, of=len(numbers))
        page = _page(
            site,
            "channel.html",
            channel=channel,
            about=about,
            feeds={f.value: url for f, url in channel.feed_urls.items()},
            url=site.addresses.page(resolved.path, before=before),
            headlines=list(headlines.values()),
            thumb_sizes=THUMB_SIZES,
            older=site.addresses.page(resolved.path, before=older) if older is not None else None,
            is_first=before is None,
            search=SearchView.of(resolved.path, site),
        )
        return Partial(page) if left_out else page

    return conditional(
        render,
        media_type=HTML,
        # Not the window's edition: a page tells of no departures and has no date of its own.
        etag=etag(max((key.version for key in shown), default=0), seen),
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
        if found is None or found.arrival is None:
            return missing(site)
        if found.status is not Status.PUBLISHED:
            return missing(site, gone=found.gone or Departure(found.changed_at, ""))
        canonical = site.addresses.bulletin(found.slug, number)
        if rest != f"{found.slug}-{number}":
            return moved(canonical, permanently_renamed=slug != found.slug)
        trail = trail_of(session, found)
        above = [(step.name, step.slug) for step in trail.steps]
        # The instant tells it from the same version in another past of the store.
        state = found.changed_at.astimezone(UTC).isoformat()
        return conditional(
            lambda: _bulletin_page(site, found, trail),
            media_type=HTML,
            etag=etag(found.version, ["bulletin", number, state, site.look_version, fingerprint(site.settings), above]),
            last_modified=trail.changed_at,
        )


def _bulletin_page(site: Site, found: Bulletin, way: Trail) -> bytes:
    first = found.categories[0] if found.categories else None
    view = BulletinView.of(found, site)
    trail = [
        Link("Danh mục kênh tin", site.addresses.directory()),
        *(Link(step.name, site.addresses.criterion("category", step.slug)) for step in way.steps),
    ]
    return _page(
        site,
        "bulletin.html",
        bulletin=view,
        trail=trail,
        structured_data=structured_data(found, view, trail, site),
        body=body_html(found, site.addresses, page_image(site.addresses, lead_photo(found))),
        feeds=_all(site),
        first_channel=ChannelLink.of(site, SelectionPath((("category", first.slug),)), first.name) if first else None,
        issued_by=ChannelLink.of(site, SelectionPath((("publisher", found.publisher.slug),)), found.publisher.name)
        if found.publisher
        else None,
    )


def _channel_groups(session: Session, site: Site) -> list[tuple[str, list[ChannelLink]]]:
    return [
        (group.heading, [ChannelLink.listed(site, channel) for channel in group.channels])
        for group in iter_channels(session, site.settings)
    ]


def asked_position() -> int | None:
    """Read `?before=` of the request; what is no position is ignored, like every parameter that is not ours."""
    text = request.args.get("before")
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def _all(site: Site) -> dict[str, str]:
    return {f.value: site.addresses.feed(SelectionPath(), f) for f in Format}


def missing(site: Site, *, gone: Departure | None = None) -> Response:
    """Answer the page that says there is nothing here (404), or no longer (410): since when and why, never what.

    An address of the former site leads to ours.
    """
    former = None if gone else former_address()
    if former is not None:
        return former
    body = _page(site, "missing.html", gone=gone)
    response = Response(body, status=410 if gone else 404, content_type="text/html; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={MISSING_SECONDS}"
    return response


def _page(site: Site, template: str, **context: object) -> bytes:
    return render_template(
        template,
        site=site,
        addresses=site.addresses,
        asset=lambda name: site.addresses.static(name, site.asset_versions[name]),
        day=format_day,
        everything=site.addresses.page(SelectionPath()),
        media_types={f.value: media_type for f, media_type in MEDIA_TYPES.items()},
        **context,
    ).encode()
