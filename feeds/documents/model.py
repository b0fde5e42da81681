"""What every format renders: one channel head and its entries, all URLs absolute, all text clean.

The same values go into RSS, Atom and JSON Feed, so that no format can say more than another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from store.types import Correction, Origin, Place, Precision


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
class Thumbnail:
    """A small form of a photo, for lists."""

    url: str
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A photo of an entry that can be fetched now, in the form that readers are handed; sizes are exact.

    `original_url` is set where the photo itself is larger than that form. Pixels are None where nobody knows them.
    """

    url: str
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None
    caption: str = ""
    credit: str = ""
    alternative_text: str = ""
    thumbnail: Thumbnail | None = None
    original_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An official document (văn bản) of an entry that can be fetched now; `size_bytes` is exact.

    `title` is never empty; `reference` is its number and symbol such as 1234/QĐ-UBND, and the title of one that has no
    other.
    """

    url: str
    media_type: str
    size_bytes: int
    title: str
    reference: str = ""

    @property
    def name(self) -> str:
        """What people are shown of it in one line: reference and title."""
        return document_name(self.title, self.reference)


def document_name(title: str, reference: str) -> str:
    """Join the reference and the title of a document, each said once."""
    return " – ".join(dict.fromkeys(filter(None, (reference, title))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A bulletin's published form, the same for every format.

    `id` is an absolute IRI that never changes. `title` and `summary` are plain text; `content_html`
    is sanitised HTML with its figures filled and absolute URLs. `authors` are the byline, or the
    publisher where there is none. `photos` stand in reading order, the lead photo first, `documents` as they were
    attached; what still waits for its file is in neither, and only in `content_html`.
    `updated` equals `published` until something significant changed; `corrections` are what readers
    are told of it, the latest first, and stand in `content_html` as well. `place` is where it plays; `origin` is who
    published first what is republished here.
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
    documents: tuple[Document, ...] = ()
    via_url: str | None = None
    corrections: tuple[Correction, ...] = ()
    place: Place | None = None
    origin: Origin | None = None

    @property
    def is_updated(self) -> bool:
        """Whether a significant edit came after publication."""
        return self.updated != self.published


@dataclass(frozen=True, slots=True)
class EntryContext:
    """All that an entry's part of a document depends on beside the entry: no more of a channel shows in it."""

    format: Format
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """An entry that left the channel: its id, when it went, and why, in plain text of the channel's language."""

    id: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Where a document stands among those of its channel; addresses are given per format.

    `current` is the document of the channel itself, the one that goes on changing. `previous` leads to older archives,
    `following` to newer ones; the oldest archive has no previous, and the newest no following.

    Spec: RFC 5005 sections 2 and 4.
    """

    is_archive: bool = False
    current: Mapping[Format, str] | None = field(default=None, hash=False)
    previous: Mapping[Format, str] | None = field(default=None, hash=False)
    following: Mapping[Format, str] | None = field(default=None, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """The head of a feed document.

    `id` is an absolute IRI; `updated` the newest change that the document shows, never the present
    moment; `feed_urls` has the canonical address in each format; `ttl_minutes` how long a poller
    may wait. The icon is square and at most 144 px wide, `icon_px` where that is known; the logo is twice as wide as
    high. `deleted` are the latest departures, the last one first.
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
    icon_px: int | None = None
    logo_url: str | None = None
    deleted: tuple[Deleted, ...] = ()
    history: History = History()
