"""What every format renders: one channel head and its entries, all URLs absolute, all text clean.

The same values go into RSS, Atom and JSON Feed, so that no format can say more than another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.types import Precision


class Format(StrEnum):
    """A document format; the value is the EXT of its address."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"

    @property
    def media_type(self) -> str:
        """The registered media type, without parameters."""
        return MEDIA_TYPES[self]


MEDIA_TYPES: Mapping[Format, str] = {
    Format.RSS: "application/rss+xml",
    Format.ATOM: "application/atom+xml",
    Format.JSON: "application/feed+json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A person or body that is responsible for something; `url` is its own page or channel."""

    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A category or a subject body of an entry.

    `scheme` is an absolute IRI that names the taxonomy (categories and organisations have one each).
    """

    term: str
    label: str
    scheme: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file of an entry that can be fetched now; sizes are exact, pixels None for documents."""

    url: str
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None
    caption: str = ""
    credit: str = ""
    alternative_text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bulletin's published form, the same for every format.

    `id` is an absolute IRI that never changes. `title` and `summary` are plain text; `content_html`
    is sanitised HTML with its figures filled and absolute URLs. `authors` are the byline, or the
    publisher where there is none. `photos` stand in reading order, the lead photo first.
    `updated` equals `published` until something significant changed.
    """

    id: str
    url: str
    title: str
    summary: str
    content_html: str
    language: str
    published: datetime
    precision: Precision
    updated: datetime
    authors: tuple[Party, ...] = ()
    publisher: Party | None = None
    terms: tuple[Term, ...] = ()
    photos: tuple[Media, ...] = ()
    via_url: str | None = None

    @property
    def is_corrected(self) -> bool:
        """Whether a significant edit came after publication."""
        return self.updated != self.published


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The head of a feed document.

    `id` is an absolute IRI; `updated` the newest change that the document shows, never the present
    moment; `feed_urls` has the canonical address in each format; `ttl_minutes` how long a poller
    may wait. The icon is square and at most 144 px wide, the logo twice as wide as high.
    """

    id: str
    title: str
    description: str
    language: str
    html_url: str
    feed_urls: Mapping[Format, str] = field(hash=False)
    updated: datetime
    author: Party
    ttl_minutes: int = 15
    rights: str = ""
    icon_url: str | None = None
    logo_url: str | None = None
