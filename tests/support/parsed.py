"""What any feed parser sees in a document, in one shape.

A field is None where a parser does not hand it on. Summaries are plain text: in RSS, where they are
HTML, they are what a browser would show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
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
class ParsedEntry:
    """One entry as a parser sees it; `categories` are the names for people."""

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
    """

    name: str
    read: Callable[[bytes], ParsedFeed]
    formats: tuple[str, ...]
    guesses: tuple[str, ...] = ()
    fills_gaps: bool = False

    def is_exact(self, format: str) -> bool:
        """Return whether plain text comes back from this format letter by letter."""
        return format not in self.guesses


def text_of_html(html: str) -> str:
    """Return what a browser shows of a summary: its text, with a new line for each `<br>`."""
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for line_break in root.iter("br"):
        line_break.tail = "\n" + (line_break.tail or "")
    return str(root.text_content())


def canonical_html(html: str) -> str:
    """Return HTML in one spelling: attributes sorted, every element closed."""
    root = lxml.html.fragment_fromstring(html.strip(), create_parent="div")
    return etree.tostring(root, method="c14n").decode()
