"""What six independent parsers, and two strict readers, hand on of every golden document, field by field.

A field is read whole where it is what the model says in every case. Where it is not, the limit is the parser's own, and
stands in tests/support/reading_limits.py with its reason: a limit that no longer holds is a finding too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from feeds.documents import outgoing
from feeds.documents.model import Entry, Format
from store.types import UNITS_PER_DEGREE
from tests.feeds.documents import golden
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import Case
from tests.support import nodefeeds
from tests.support.parsed import ParsedEnclosure, ParsedEntry, ParsedFeed, Reader, canonical_html, point_of
from tests.support.parsers import NODE_READERS, PYTHON_READERS, from_node

READERS = (*PYTHON_READERS, *NODE_READERS)
PARSERS = tuple(reader.name for reader in READERS if reader.name not in ("lxml", "json"))

EntryField = tuple[Callable[[Entry, Format], object], Callable[[ParsedEntry], object]]
ChannelField = tuple[Callable[[Case], object], Callable[[ParsedFeed], object]]


def _enclosures(entry: Entry, format: Format) -> object:
    files = (*entry.photos, *entry.documents)[: 1 if format is Format.RSS else None]
    return tuple(ParsedEnclosure(file.url, file.media_type, file.size_bytes) for file in files)


def _place(entry: Entry) -> tuple[str, str]:
    place = entry.place
    if place is None:
        return "", ""
    degrees = [None if e5 is None else e5 / UNITS_PER_DEGREE for e5 in (place.latitude_e5, place.longitude_e5)]
    return point_of(*degrees), place.name


def _photos(*names: str) -> Callable[[ParsedEntry], object]:
    return lambda entry: (
        None if entry.photos is None else tuple(tuple(getattr(photo, name) for name in names) for photo in entry.photos)
    )


def _documents(*names: str) -> Callable[[ParsedEntry], object]:
    return lambda entry: (
        None
        if entry.documents is None
        else tuple(tuple(getattr(document, name) for name in names) for document in entry.documents)
    )


CHANNEL_FIELDS: Mapping[str, ChannelField] = {
    "channel title": (lambda case: case.channel.title, lambda feed: feed.title),
    "channel link": (lambda case: case.channel.html_url, lambda feed: feed.link),
    "channel language": (lambda case: case.channel.language, lambda feed: feed.language),
    "order of entries": (lambda case: tuple(entry.id for entry in case.entries), lambda feed: feed.ids),
}
ENTRY_FIELDS: Mapping[str, EntryField] = {
    "id": (lambda entry, _: entry.id, lambda read: read.id),
    "title": (lambda entry, _: entry.title, lambda read: read.title),
    "link": (lambda entry, _: entry.url, lambda read: read.link),
    "published": (lambda entry, _: entry.published, lambda read: read.published),
    "updated": (
        lambda entry, format: entry.updated if entry.is_updated or format is not Format.RSS else None,
        lambda read: read.updated,
    ),
    "summary": (lambda entry, _: entry.summary, lambda read: read.summary),
    "content": (lambda entry, _: canonical_html(entry.content_html), lambda read: canonical_html(read.content)),
    "authors": (lambda entry, _: tuple(author.name for author in entry.authors), lambda read: read.authors),
    "publisher": (lambda entry, _: entry.publisher.name if entry.publisher else "", lambda read: read.publisher),
    "categories": (lambda entry, _: tuple(term.label for term in entry.terms), lambda read: read.categories),
    "language": (lambda entry, _: entry.language, lambda read: read.language),
    "enclosures": (_enclosures, lambda read: read.enclosures),
    "photo addresses": (lambda entry, _: tuple((p.url,) for p in entry.photos), _photos("url")),
    "photo types": (lambda entry, _: tuple((p.media_type,) for p in entry.photos), _photos("media_type")),
    "photo bytes": (lambda entry, _: tuple((p.size_bytes,) for p in entry.photos), _photos("size_bytes")),
    "photo pixels": (
        lambda entry, _: tuple((p.width_px, p.height_px) for p in entry.photos),
        _photos("width_px", "height_px"),
    ),
    "photo captions": (lambda entry, _: tuple((p.caption,) for p in entry.photos), _photos("caption")),
    "photo credits": (lambda entry, _: tuple((p.credit,) for p in entry.photos), _photos("credit")),
    "alternative texts": (
        lambda entry, _: tuple((p.alternative_text,) for p in entry.photos),
        _photos("alternative_text"),
    ),
    "thumbnails": (
        lambda entry, _: tuple((p.thumbnail.url if p.thumbnail else "",) for p in entry.photos),
        _photos("thumbnail_url"),
    ),
    "documents": (
        lambda entry, _: tuple((d.url, d.media_type) for d in entry.documents),
        _documents("url", "media_type"),
    ),
    "document titles": (lambda entry, _: tuple((d.title,) for d in entry.documents), _documents("title")),
    "references": (lambda entry, _: tuple((d.reference,) for d in entry.documents), _documents("reference")),
    "origin": (
        lambda entry, _: (entry.origin.name, entry.origin.url) if entry.origin else ("", ""),
        lambda read: read.origin,
    ),
    "place": (lambda entry, _: _place(entry), lambda read: read.place),
}
FIELDS = (*CHANNEL_FIELDS, *ENTRY_FIELDS)


@dataclass(frozen=True, slots=True)
class Finding:
    """How one field came back: in how many cases it was what is meant, and the first case where it was not."""

    good: int
    bad: int
    first_bad: str
    is_handed_on: bool

    @property
    def is_whole(self) -> bool:
        """Whether the field is read as it was meant in every case."""
        return not self.bad


Key = tuple[str, str, str]
"""Parser, format, field."""


def find_all(readers: tuple[Reader, ...] = READERS) -> dict[Key, Finding]:
    """Read every golden document with every parser of its format, and compare field by field."""
    findings: dict[Key, Finding] = {}
    for reader in readers:
        for format in map(Format, reader.formats):
            readings = dict(_readings(reader, format))
            for field in FIELDS:
                findings[reader.name, format.value, field] = _found(field, format, readings)
    return findings


def _readings(reader: Reader, format: Format) -> Iterator[tuple[str, ParsedFeed]]:
    documents = {case: golden.path_of(case, format).read_bytes() for case in CASES}
    if reader in NODE_READERS:
        answers = nodefeeds.read_all(list(documents.values()), reader.name)
        yield from zip(documents, map(from_node, answers), strict=True)
    else:
        yield from ((case, reader.read(document)) for case, document in documents.items())


def _found(field: str, format: Format, readings: Mapping[str, ParsedFeed]) -> Finding:
    pairs = [(case, *pair) for case, feed in readings.items() for pair in _pairs(field, format, ready(case), feed)]
    bad = [case for case, meant, read in pairs if meant != read]
    is_handed_on = any(read is not None for _, _, read in pairs)
    return Finding(len(pairs) - len(bad), len(bad), bad[0] if bad else "", is_handed_on)


@cache
def ready(case: str) -> Case:
    """Give a case as its documents tell it: addresses in ASCII."""
    channel, entries = outgoing.ready(CASES[case].channel, CASES[case].entries)
    return Case(channel=channel, entries=entries)


def _pairs(field: str, format: Format, case: Case, feed: ParsedFeed) -> Iterator[tuple[object, object]]:
    if field in CHANNEL_FIELDS:
        channel_meant, channel_read = CHANNEL_FIELDS[field]
        yield channel_meant(case), channel_read(feed)
        return
    meant, read = ENTRY_FIELDS[field]
    for entry, seen in zip(case.entries, feed.entries, strict=True):
        yield meant(entry, format), read(seen)
