"""What every format says alike, read from the document itself: the ground for rules that know no format.

Texts are as a reader shows them: plain, without markup. A date that cannot be read is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from feeds.lint.findings import Place


class Kind(StrEnum):
    """A format that is judged here; the value is what people call it."""

    RSS = "RSS 2.0"
    ATOM = "Atom 1.0"
    JSON = "JSON Feed"
    OPML = "OPML"

    @property
    def media_type(self) -> str:
        """The type that its answers carry, without parameters."""
        return {
            Kind.RSS: "application/rss+xml",
            Kind.ATOM: "application/atom+xml",
            Kind.JSON: "application/feed+json",
            Kind.OPML: "text/x-opml",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photo that stands beside the text: enclosure, media:content, image or attachment."""

    url: str
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryReading:
    """One entry; `html` is its body, or the lead where there is no body."""

    place: Place
    id: str = ""
    url: str = ""
    title: str = ""
    lead: str = ""
    html: str = ""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReading:
    """The head and the entries; `updated` is what the document says of itself."""

    kind: Kind
    title: str = ""
    description: str = ""
    page_url: str = ""
    self_urls: tuple[str, ...] = ()
    hubs: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    updated: datetime | None = None
    entries: tuple[EntryReading, ...] = ()
