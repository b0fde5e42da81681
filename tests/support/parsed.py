"""What any feed parser sees in a document, in one shape.

A field is None where a parser does not hand it on, and empty where it says that there is nothing. Summaries are
plain text: in RSS, where they are HTML, they are what a browser would show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime

import lxml.html
from lxml import etree


@dataclass(frozen=True, slots=True)
class ParsedEnclosure:
    """A file that an entry offers."""

    url: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedPhoto:
    """A photo of an entry, with all that is said of it."""

    url: str
    media_type: str | None = None
    size_bytes: int | None = None
    width_px: int | None = None
    height_px: int | None = None
    caption: str | None = None
    credit: str | None = None
    alternative_text: str | None = None
    thumbnail_url: str | None = None
    thumbnail_width_px: int | None = None
    thumbnail_height_px: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedDocument:
    """An official document of an entry, with all that is said of it."""

    url: str
    media_type: str | None = None
    size_bytes: int | None = None
    title: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedEntry:
    """One entry as a parser sees it; `categories` are the names for people.

    `language` is that of the entry, or of its channel where it says none. `origin` is the name and address of who
    published it first, `place` the point (latitude, a space, longitude) and name of where it plays: empty where there
    is nothing.
    """

    id: str
    title: str
    link: str
    published: datetime
    updated: datetime | None
    authors: tuple[str, ...] | None
    categories: tuple[str, ...] | None
    summary: str
    content: str
    enclosures: tuple[ParsedEnclosure, ...] | None
    photos: tuple[ParsedPhoto, ...] | None = None
    documents: tuple[ParsedDocument, ...] | None = None
    language: str | None = None
    publisher: str | None = None
    origin: tuple[str, str] | None = None
    place: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedFeed:
    """A document as a parser sees it, entries in the document's order."""

    title: str
    link: str
    language: str | None
    entries: tuple[ParsedEntry, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(entry.id for entry in self.entries)

    @property
    def titles(self) -> tuple[str, ...]:
        return tuple(entry.title for entry in self.entries)

    @property
    def links(self) -> tuple[str, ...]:
        return tuple(entry.link for entry in self.entries)

    @property
    def instants(self) -> tuple[datetime, ...]:
        return tuple(entry.published for entry in self.entries)

    @property
    def authors(self) -> tuple[tuple[str, ...] | None, ...]:
        return tuple(entry.authors for entry in self.entries)

    @property
    def categories(self) -> tuple[tuple[str, ...] | None, ...]:
        return tuple(entry.categories for entry in self.entries)

    @property
    def summaries(self) -> tuple[str, ...]:
        return tuple(entry.summary for entry in self.entries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A parser and the formats it reads (`rss`, `atom`, `json`).

    `guesses` are those in which it takes plain text for HTML; `fills_gaps` says that it answers
    with the body where there is no lead (and the reverse), or with the channel's author where there is none.
    `drops` are the attributes that it takes out of HTML, `unescapes_twice` says that it resolves the entities of HTML
    once more than was escaped.
    """

    name: str
    read: Callable[[bytes], ParsedFeed]
    formats: tuple[str, ...]
    guesses: tuple[str, ...] = ()
    fills_gaps: bool = False
    drops: tuple[str, ...] = ()
    unescapes_twice: bool = False

    def is_exact(self, format: str) -> bool:
        """Return whether plain text comes back from this format letter by letter."""
        return format not in self.guesses


def point_of(latitude: float | None, longitude: float | None) -> str:
    """Write a point as GeoRSS does, to five places; empty where either is missing."""
    return "" if latitude is None or longitude is None else f"{latitude:.5f} {longitude:.5f}"


def text_of_html(html: str) -> str:
    """Return what a browser shows of a summary: its text, with a new line for each `<br>`."""
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for line_break in root.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(root.text_content())


def agree(read: object, meant: object) -> bool:
    """Return whether a reading is what was meant, in every field that the parser hands on."""
    return type(read) is type(meant) and all(
        value is None or value == getattr(meant, field.name)
        for field in fields(read)
        for value in [getattr(read, field.name)]
    )


def canonical_html(html: str, *, without: tuple[str, ...] = ()) -> str:
    """Return HTML in one spelling: attributes sorted, those of some names left out, every element closed."""
    root = lxml.html.fragment_fromstring(html.strip(), create_parent="div")
    etree.strip_attributes(root, *without)
    return etree.tostring(root, method="c14n").decode()
