"""Render sitemaps for search engines: of pages with their photos, of news, and the index where one is not enough.

No document is past what the protocol allows: photos are left out before pages are.

Spec: Sitemaps 0.9 (https://www.sitemaps.org/protocol.html); Google's image and news extensions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from store.text.date_formats import format_rfc3339
from store.text.iris import ascii_iri
from store.text.vietnamese import xml_safe

MEDIA_TYPE = "application/xml"
SITEMAP_NS = "http://www.sitemaps.org/schemas/sitemap/0.9"
IMAGE_NS = "http://www.google.com/schemas/sitemap-image/1.1"
NEWS_NS = "http://www.google.com/schemas/sitemap-news/0.9"
NEWS_PAGES = 1_000

_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_PAGES_START = f'{_DECLARATION}<urlset xmlns="{SITEMAP_NS}" xmlns:image="{IMAGE_NS}">\n'
_NEWS_START = f'{_DECLARATION}<urlset xmlns="{SITEMAP_NS}" xmlns:news="{NEWS_NS}">\n'
_PAGES_END = "</urlset>\n"
_TRADITIONAL_CHINESE = frozenset({"hant", "tw", "hk", "mo"})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may hold: pages, bytes, photos of a page; and how many bulletin numbers share a part.

    A part has far fewer numbers than it may have pages, so that one changed bulletin makes little to fetch again.
    """

    pages: int = 50_000
    document_bytes: int = 50_000_000
    images: int = 1_000
    numbers: int = 10_000


LIMITS = Limits()

PAGE_BYTES, IMAGE_BYTES = 400, 250
"""What a page and a photo take up where addresses are long."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page with its photos; `changed_at` is when it last changed, None where nobody keeps that."""

    url: str
    changed_at: datetime | None = None
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewsPage:
    """A page that is news; `language` is its language tag."""

    url: str
    title: str
    language: str
    published: datetime


def fits_one_document(pages: int, images: int, limits: Limits = LIMITS) -> bool:
    """Say whether so many pages, with so many photos altogether, may stand in one sitemap without an index."""
    return pages <= limits.pages and pages * PAGE_BYTES + images * IMAGE_BYTES <= limits.document_bytes


def render_pages(pages: Iterable[Page], limits: Limits = LIMITS) -> bytes:
    """Return a sitemap in UTF-8, pages in the order given; those past the limit are left out."""
    written = bytearray(_PAGES_START.encode())
    room_bytes = limits.document_bytes - limits.pages * PAGE_BYTES
    for count, page in enumerate(pages):
        if count == limits.pages:
            break
        images = _images(page.images[: limits.images])
        room_bytes -= len(images)
        changed = f"<lastmod>{format_rfc3339(page.changed_at)}</lastmod>" if page.changed_at else ""
        shown = images if room_bytes >= 0 else ""
        written += f"<url><loc>{_address(page.url)}</loc>{changed}{shown}</url>\n".encode()
    written += _PAGES_END.encode()
    return bytes(written)


def render_index(parts: Iterable[Page]) -> bytes:
    """Return a sitemap index in UTF-8, its parts in the order given."""
    written = [_DECLARATION, f'<sitemapindex xmlns="{SITEMAP_NS}">\n']
    for part in parts:
        changed = f"<lastmod>{format_rfc3339(part.changed_at)}</lastmod>" if part.changed_at else ""
        written.append(f"<sitemap><loc>{_address(part.url)}</loc>{changed}</sitemap>\n")
    return "".join([*written, "</sitemapindex>\n"]).encode()


def render_news(pages: Iterable[NewsPage], *, publication: str) -> bytes:
    """Return a news sitemap in UTF-8, pages in the order given; `publication` is the name of the site."""
    written = [_NEWS_START]
    for page in pages:
        written.append(
            f"<url><loc>{_address(page.url)}</loc><news:news><news:publication>"
            f"<news:name>{_text(publication)}</news:name>"
            f"<news:language>{_text(news_language(page.language))}</news:language></news:publication>"
            f"<news:publication_date>{format_rfc3339(page.published)}</news:publication_date>"
            f"<news:title>{_text(page.title)}</news:title></news:news></url>\n"
        )
    return "".join([*written, _PAGES_END]).encode()


def news_language(tag: str) -> str:
    """Give a language as news sitemaps name it: by its first subtag alone, Chinese by the letters it is written in."""
    first, *others = tag.lower().split("-")
    if first != "zh":
        return first
    return "zh-tw" if _TRADITIONAL_CHINESE.intersection(others) else "zh-cn"


def _images(urls: Iterable[str]) -> str:
    return "".join(f"<image:image><image:loc>{_address(url)}</image:loc></image:image>" for url in urls)


def _address(url: str) -> str:
    return _text(ascii_iri(xml_safe(url)))


def _text(text: str) -> str:
    escaped = xml_safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # Parsers turn a bare carriage return into a line feed.
    return escaped.replace("\r", "&#13;")
