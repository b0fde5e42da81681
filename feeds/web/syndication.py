"""Feed documents: RSS, Atom and JSON Feed of every channel, at their canonical addresses only."""

from __future__ import annotations

from flask import Blueprint, Response, request

from feeds import channels
from feeds.addresses import CRITERIA, FeedPath, parse_feed_path
from feeds.documents.model import Channel, Format
from feeds.http.answers import PREFLIGHT, conditional, empty, moved, plain
from feeds.http.validators import window_etag
from feeds.site import Site, current_site
from feeds.web.pages import channel_page, missing

blueprint = Blueprint("syndication", __name__)


@blueprint.route("/feeds/<path:rest>", methods=["GET", "HEAD", "OPTIONS"], provide_automatic_options=False)
def feed(rest: str) -> Response:
    """Answer a feed document, or the readable page where the address names no format."""
    site = current_site()
    path = parse_feed_path(rest)
    if path is None:
        if rest.rstrip("/") in CRITERIA:
            return moved(site.addresses.directory())
        return _no_such_channel(rest)
    if request.method == "OPTIONS":
        return empty(204, {"Allow": "GET, HEAD, OPTIONS", **PREFLIGHT})
    with site.database.snapshot() as session:
        resolved = channels.find_selection(session, path.selection)
        if resolved is None:
            return _no_such_channel(rest)
        today = FeedPath(resolved.path, path.format)
        if today.text != rest:
            return moved(_address(site, today), permanently_renamed=resolved.path != path.selection)
        if path.format is None:
            return channel_page(session, resolved)
        prepared = channels.prepare(session, resolved, site.settings)
        document_format, channel = path.format, prepared.channel
        return conditional(
            lambda: prepared.render(session, document_format, site.settings),
            media_type=document_format.media_type,
            etag=window_etag(prepared.window, kind=document_format.value, channel=channel, settings=site.settings),
            last_modified=prepared.window.changed_at,
            headers={"Link": _links(channel, document_format)},
        )


def _links(channel: Channel, document_format: Format) -> str:
    address = channel.feed_urls[document_format]
    return f'<{address}>; rel="self", <{channel.html_url}>; rel="alternate"; type="text/html"'


def _address(site: Site, path: FeedPath) -> str:
    if path.format is None:
        return site.addresses.page(path.selection)
    return site.addresses.feed(path.selection, path.format)


def _no_such_channel(rest: str) -> Response:
    site = current_site()
    if "." not in rest:
        # Without a format it is a person's address.
        return missing(site)
    return plain(404, f"Không có kênh tin này. Danh mục các kênh: {site.addresses.directory()}")
