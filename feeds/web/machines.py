"""What is served to programs alone beside the feeds: the list of channels, sitemaps, and what robots may ask for."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, request
from sqlalchemy.orm import Session

from feeds.addresses import Addresses
from feeds.directory import iter_channels
from feeds.documents import opml, sitemap
from feeds.documents.model import Format
from feeds.http.answers import PREFLIGHT, conditional, empty, moved, plain
from feeds.http.validators import DIGEST_CHARS
from feeds.site import current_site
from feeds.web import sitemaps
from feeds.web.outlines import subscription_list
from store import changes, sitemap_pages

blueprint = Blueprint("machines", __name__)

NAMES = ("feeds.opml", "sitemap.xml", "news-sitemap.xml", "robots.txt")
LIMITS = sitemap.LIMITS
ROBOTS_SECONDS = 3_600
_KNOWN_TAGS = "bantin.machines"
_PART = re.compile("[1-9][0-9]{0,6}")


@blueprint.route("/feeds.opml", methods=["GET", "HEAD", "OPTIONS"], provide_automatic_options=False)
def subscriptions() -> Response:
    """Answer the list of all channels, as readers import it."""
    if request.method == "OPTIONS":
        return empty(204, {"Allow": "GET, HEAD, OPTIONS", **PREFLIGHT})
    site = current_site()
    with site.database.snapshot() as session:
        mark = _store_mark(session)

        def render() -> bytes:
            groups = iter_channels(session, site.settings)
            return opml.render(subscription_list(groups, site=site))

        return _answer(render, mark, media_type=opml.MEDIA_TYPE)


@blueprint.get("/sitemap.xml")
def whole_sitemap() -> Response:
    """Answer the sitemap of the whole site, or the index of its parts."""
    site = current_site()
    with site.database.snapshot() as session:
        return _answer(lambda: sitemaps.render_sitemap(session, site, LIMITS), _store_mark(session))


@blueprint.get("/sitemap-<number>.xml")
def sitemap_part(number: str) -> Response:
    """Answer one part of the sitemap, whether there is an index or not."""
    site = current_site()
    part = int(number) if _PART.fullmatch(number) else 0
    with site.database.snapshot() as session:
        if part == sitemaps.CHANNELS_PART:
            return _answer(lambda: sitemaps.render_channels(session, site, LIMITS), _store_mark(session))
        ordinal = part - sitemaps.FIRST_PART
        span = sitemap_pages.find_span(session, ordinal, size=LIMITS.numbers) if ordinal >= 0 else None
        if span is None:
            return plain(404, f"Không có phần này. Sơ đồ trang: {site.addresses.sitemap()}")
        return _answer(lambda: sitemaps.render_span(session, span, site, LIMITS), _Mark(span.edition, span.changed_at))


@blueprint.get("/news-sitemap.xml")
def news_sitemap() -> Response:
    """Answer the sitemap of what was published in the last two days."""
    site = current_site()
    since = sitemaps.news_since(site.database.clock())
    with site.database.snapshot() as session:
        items = sitemap_pages.list_news(session, since=since, limit=sitemap.NEWS_PAGES)
        changed_at = changes.last_change_at(session)
    written = sitemaps.render_news(items, site)
    return conditional(
        lambda: written,
        media_type=sitemap.MEDIA_TYPE,
        etag=_tag(written),
        # At every full hour bulletins may have become too old.
        last_modified=max(changed_at, since + sitemaps.NEWS_DAYS - sitemaps.HOUR),
    )


@dataclass(frozen=True, slots=True)
class _Mark:
    """What the bytes of a document are a function of, beside the settings; the instant tells a restored store."""

    edition: int
    changed_at: datetime


def _store_mark(session: Session) -> _Mark:
    return _Mark(changes.current_edition(session), changes.last_change_at(session))


def _answer(render: Callable[[], bytes], mark: _Mark, *, media_type: str = sitemap.MEDIA_TYPE) -> Response:
    """Answer the present request with a document whose tag is that of its bytes.

    Most changes in the store alter none of them, and only the bytes tell; so a process renders once for a mark to know
    the tag, and answers 304 without rendering from then on.
    """
    known: dict[str, tuple[_Mark, str]] = current_app.extensions.setdefault(_KNOWN_TAGS, {})
    written: bytes | None = None
    seen, tag = known.get(request.path, (None, ""))
    if seen != mark:
        written = render()
        tag = _tag(written)
        known[request.path] = mark, tag
    return conditional(
        lambda: render() if written is None else written,
        media_type=media_type,
        etag=tag,
        last_modified=mark.changed_at,
    )


def _tag(written: bytes) -> str:
    return f'"{hashlib.sha256(written).hexdigest()[:DIGEST_CHARS]}"'


@blueprint.get("/robots.txt")
def robots() -> Response:
    """Answer what robots may ask for; settings alone decide it, so it is there while the store is not."""
    response = Response(robots_text(current_site().addresses), content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = f"public, max-age={ROBOTS_SECONDS}"
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value]  # it is the same response


def robots_text(addresses: Addresses) -> str:
    """Write what robots are told: all that is public but pages of search results, of which there is no end.

    Feeds of search results stay open, because who polls them was asked to.

    Spec: RFC 9309; the longest rule that fits counts.
    """
    below = urlsplit(addresses.base_url).path + "/feeds/*"
    rules = ["User-agent: *", *(f"Disallow: {below}{sign}q=" for sign in "?&")]
    rules += [f"Allow: {below}.{document_format.value}?" for document_format in Format]
    sitemaps_at = [f"Sitemap: {address}" for address in (addresses.sitemap(), addresses.news_sitemap())]
    return "\n".join([*rules, "", *sitemaps_at, ""])


@blueprint.get(f"/<any({', '.join(repr(name) for name in NAMES)}):name>/")
def with_slash(name: str) -> Response:
    """Lead to the canonical spelling."""
    return moved(current_site().addresses.home() + name)
