"""Feed documents: RSS, Atom and JSON Feed of every channel, at their canonical addresses only."""

from __future__ import annotations

from flask import Blueprint, Response, request

from feeds import channels
from feeds.addresses import CRITERIA, MAX_EITHER, ArchivePath, FeedPath, parse_archive_path, parse_feed_path
from feeds.http.answers import PREFLIGHT, empty, former_address, moved, plain
from feeds.site import Site, current_site
from feeds.web.feed_answers import archive_document, head_document
from feeds.web.pages import asked_position, channel_page, missing

blueprint = Blueprint("syndication", __name__)


@blueprint.route("/feeds/<path:rest>", methods=["GET", "HEAD", "OPTIONS"], provide_automatic_options=False)
def feed(rest: str) -> Response:
    """Answer a feed document, or the readable page where the address names no format."""
    site = current_site()
    path = parse_archive_path(rest) or parse_feed_path(rest, request.args.get("q", ""))
    if path is None:
        if rest.rstrip("/") in CRITERIA:
            return moved(site.addresses.directory())
        return _no_such_channel(rest)
    if request.method == "OPTIONS":
        return empty(204, {"Allow": "GET, HEAD, OPTIONS", **PREFLIGHT})
    if isinstance(path, ArchivePath):
        return archive_document(rest, path) or _no_such_channel(rest)
    if path.selection.is_too_wide and path.format is not None:
        return plain(404, f"Mỗi tiêu chí chỉ kết hợp được tối đa {MAX_EITHER} mục trong một kênh tin.")
    if path.format is not None and _is_spelt(path, rest):
        return head_document(path.selection, path.format) or _no_such_channel(rest)
    with site.database.snapshot() as session:
        resolved = channels.find_selection(session, path.selection)
        if resolved is None:
            return _no_such_channel(rest)
        today = FeedPath(resolved.path, path.format)
        if not _is_spelt(today, rest):
            return moved(_address(site, today), permanently_renamed=resolved.path != path.selection)
        return channel_page(session, resolved)


def _is_spelt(path: FeedPath, rest: str) -> bool:
    """Say whether the request is spelt as the address is; parameters that are not ours have no say in it."""
    query = path.selection.query
    return path.text == rest and request.args.getlist("q") == ([query] if query else [])


def _address(site: Site, path: FeedPath) -> str:
    if path.format is None:
        return site.addresses.page(path.selection, before=asked_position())
    return site.addresses.feed(path.selection, path.format)


def _no_such_channel(rest: str) -> Response:
    site = current_site()
    if "." not in rest:
        # Without a format it is a person's address.
        return missing(site)
    return former_address() or plain(404, f"Không có kênh tin này. Danh mục các kênh: {site.addresses.directory()}")
