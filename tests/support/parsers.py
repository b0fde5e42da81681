"""Independent parsers of feed documents, brought into one shape so that tests can compare what readers see."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import atoma
import fastfeedparser
import feedparser
from dateutil.parser import isoparse, parse

from tests.support import nodefeeds
from tests.support.parsed import (
    ParsedDocument,
    ParsedEnclosure,
    ParsedEntry,
    ParsedFeed,
    ParsedPhoto,
    Reader,
    point_of,
    text_of_html,
)
from tests.support.strict_readers import number, read_json, read_xml


def read_feedparser(document: bytes) -> ParsedFeed:
    """Read with feedparser, which must find the document well-formed; it reads no JSON Feed."""
    feed = feedparser.parse(document)
    assert not feed.bozo, feed.bozo_exception
    is_rss = feed.version.startswith("rss")
    return ParsedFeed(
        title=feed.feed.title,
        link=feed.feed.link,
        language=feed.feed.language,
        entries=tuple(_feedparser_entry(entry, is_rss, feed.feed.language) for entry in feed.entries),
    )


def _feedparser_entry(entry: Any, is_rss: bool, language: str) -> ParsedEntry:
    summary = entry.get("summary", "")
    # Its own `get` answers with the publication, and a warning, where there is no update.
    updated = dict.get(entry, "updated_parsed")
    source, where = entry.get("source", {}), entry.get("where", {})
    # It answers as GeoJSON does: longitude first.
    longitude, latitude = where.get("coordinates", (None, None))
    return ParsedEntry(
        id=entry.id,
        title=entry.title,
        link=entry.link,
        published=datetime(*entry.published_parsed[:6], tzinfo=UTC),
        updated=datetime(*updated[:6], tzinfo=UTC) if updated else None,
        authors=tuple(author.name for author in entry.get("authors", []) if author),
        categories=tuple(tag.label or tag.term for tag in entry.get("tags", [])),
        summary=text_of_html(summary) if is_rss else summary,
        content=entry.content[0].value if "content" in entry else "",
        enclosures=tuple(ParsedEnclosure(e.href, e.type, int(e.length)) for e in entry.enclosures),
        # What it reads within the media of an entry it piles up beside them.
        photos=tuple(
            ParsedPhoto(
                url=content["url"],
                media_type=content["type"],
                size_bytes=int(content["filesize"]),
                width_px=number(content.get("width")),
                height_px=number(content.get("height")),
            )
            for content in entry.get("media_content", [])
            if content["medium"] == "image"
        ),
        documents=tuple(
            ParsedDocument(url=content["url"], media_type=content["type"], size_bytes=int(content["filesize"]))
            for content in entry.get("media_content", [])
            if content["medium"] == "document"
        ),
        language=entry.get("language", language) if is_rss else entry.title_detail.language,
        publisher=entry.get("publisher", ""),
        origin=(source.get("title", ""), source.get("href" if is_rss else "link", "")),
        place=(point_of(latitude, longitude), entry.get("georss_featurename", "")),
    )


def read_fastfeedparser(document: bytes) -> ParsedFeed:
    """Read with fastfeedparser, which hands on the first author only."""
    feed = fastfeedparser.parse(document)
    is_rss, is_xml = b"<rss" in document[:200], document.startswith(b"<")
    return ParsedFeed(
        title=feed.feed.title,
        link=feed.feed.link,
        # It looks for an RSS channel's language in the wrong place.
        language=None if is_rss else feed.feed.language,
        entries=tuple(_fastfeedparser_entry(entry, is_rss, is_xml) for entry in feed.entries),
    )


def _fastfeedparser_entry(entry: Any, is_rss: bool, is_xml: bool) -> ParsedEntry:
    summary = entry.get("description") or ""
    updated = entry.get("updated")
    enclosures = entry.get("enclosures", [])
    contents = entry.get("media_content", [])
    return ParsedEntry(
        id=entry.id,
        title=entry.title,
        link=entry.link,
        published=isoparse(entry.published),
        updated=isoparse(updated) if updated else None,
        authors=None,
        categories=tuple(tag["label"] or tag["term"] for tag in entry.get("tags", [])),
        summary=text_of_html(summary) if is_rss else summary,
        content=entry.content[0]["value"] if entry.get("content") else "",
        enclosures=None
        if is_xml and not is_rss
        else tuple(ParsedEnclosure(e["url"], e["type"], e["length"]) for e in enclosures),
        photos=tuple(
            ParsedPhoto(
                url=content["url"],
                media_type=content["type"],
                width_px=content.get("width"),
                height_px=content.get("height"),
                caption=content.get("description", ""),
                credit=content.get("credit", ""),
                thumbnail_url=content.get("thumbnail_url", ""),
            )
            for content in contents
            if content["medium"] == "image"
        )
        if is_xml
        else None,
        documents=tuple(
            ParsedDocument(url=content["url"], media_type=content["type"], title=content["title"])
            for content in contents
            if content["medium"] == "document"
        )
        if is_xml
        else None,
    )


def read_atoma(document: bytes) -> ParsedFeed:
    """Read with atoma, which knows no Dublin Core."""
    if document.lstrip().startswith(b"{"):
        return _atoma_json(atoma.parse_json_feed_bytes(document))
    if b"<rss" in document[:200]:
        return _atoma_rss(atoma.parse_rss_bytes(document))
    return _atoma_atom(atoma.parse_atom_bytes(document))


def _atoma_rss(feed: Any) -> ParsedFeed:
    return ParsedFeed(
        title=feed.title,
        link=feed.link,
        language=feed.language,
        entries=tuple(
            ParsedEntry(
                id=item.guid,
                title=item.title,
                link=item.link,
                published=item.pub_date,
                updated=None,
                authors=None,
                categories=tuple(item.categories),
                summary=text_of_html(item.description or ""),
                content=item.content_encoded or "",
                enclosures=tuple(ParsedEnclosure(e.url, e.type, e.length) for e in item.enclosures),
                origin=(item.source.title, item.source.url) if item.source else ("", ""),
            )
            for item in feed.items
        ),
    )


def _atoma_atom(feed: Any) -> ParsedFeed:
    return ParsedFeed(
        title=feed.title.value,
        link=next(link.href for link in feed.links if link.rel == "alternate"),
        language=None,
        entries=tuple(
            ParsedEntry(
                id=entry.id_,
                title=entry.title.value,
                link=next(link.href for link in entry.links if link.rel == "alternate"),
                published=entry.published,
                updated=entry.updated,
                authors=tuple(author.name for author in entry.authors),
                categories=tuple(category.label for category in entry.categories),
                summary=entry.summary.value if entry.summary else "",
                content=entry.content.value if entry.content else "",
                enclosures=tuple(
                    ParsedEnclosure(e.href, e.type_, e.length) for e in entry.links if e.rel == "enclosure"
                ),
                origin=(entry.source.title.value, entry.source.id_) if entry.source else ("", ""),
            )
            for entry in feed.entries
        ),
    )


def _atoma_json(feed: Any) -> ParsedFeed:
    return ParsedFeed(
        title=feed.title,
        link=feed.home_page_url,
        language=None,
        entries=tuple(
            ParsedEntry(
                id=item.id_,
                title=item.title,
                link=item.url,
                published=item.date_published,
                updated=item.date_modified,
                authors=None,
                categories=tuple(item.tags),
                summary=item.summary or "",
                content=item.content_html or "",
                enclosures=tuple(ParsedEnclosure(a.url, a.mime_type, a.size_in_bytes) for a in item.attachments),
            )
            for item in feed.items
        ),
    )


def from_node(answer: Mapping[str, Any]) -> ParsedFeed:
    """Bring an answer of `nodefeeds.read` into the common shape."""
    is_rss = answer["format"] == "rss"
    return ParsedFeed(
        title=answer["title"],
        link=answer["link"],
        language=answer["language"],
        entries=tuple(_node_entry(entry, is_rss) for entry in answer["entries"]),
    )


def _node_entry(entry: Mapping[str, Any], is_rss: bool) -> ParsedEntry:
    enclosures = entry["enclosures"]
    return ParsedEntry(
        id=entry["id"],
        title=entry["title"],
        link=entry["link"],
        published=parse(entry["published"]),
        updated=parse(entry["updated"]) if entry["updated"] else None,
        authors=None if entry["authors"] is None else tuple(entry["authors"]),
        categories=None if entry["categories"] is None else tuple(entry["categories"]),
        summary=text_of_html(entry["summary"]) if is_rss else entry["summary"],
        content=entry["content"],
        enclosures=None
        if enclosures is None
        else tuple(ParsedEnclosure(e["url"], e["type"], int(e["length"])) for e in enclosures),
        photos=_node_files(entry["photos"], ParsedPhoto),
        documents=_node_files(entry["documents"], ParsedDocument),
        language=entry.get("language"),
        publisher=entry["publisher"],
        origin=_node_pair(entry.get("origin")),
        place=_node_pair(entry.get("place")),
    )


def _node_pair(pair: Sequence[str] | None) -> tuple[str, str] | None:
    return None if pair is None else (pair[0], pair[1])


def _node_files(files: Iterable[Mapping[str, Any]] | None, kind: type[Any]) -> tuple[Any, ...] | None:
    return None if files is None else tuple(kind(**file) for file in files)


def _node(parser: str) -> Callable[[bytes], ParsedFeed]:
    return lambda document: from_node(nodefeeds.read(document, parser))


PYTHON_READERS = (
    Reader(name="lxml", read=read_xml, formats=("rss", "atom")),
    Reader(name="json", read=read_json, formats=("json",)),
    # A title or lead in RSS that looks like HTML to feedparser is cleaned as HTML.
    Reader(
        name="feedparser",
        read=read_feedparser,
        formats=("rss", "atom"),
        guesses=("rss",),
        fills_gaps=True,
        drops=("srcset", "sizes"),
    ),
    Reader(name="fastfeedparser", read=read_fastfeedparser, formats=("rss", "atom", "json"), fills_gaps=True),
    Reader(name="atoma", read=read_atoma, formats=("rss", "atom", "json"), fills_gaps=True),
)

NODE_READERS = (
    Reader(name="feedsmith", read=_node("feedsmith"), formats=("rss", "atom", "json")),
    Reader(name="rss-parser", read=_node("rss-parser"), formats=("rss", "atom")),
    # It does so even in Atom's plain text.
    Reader(
        name="feed-parser",
        read=_node("feed-parser"),
        formats=("rss", "atom"),
        guesses=("rss", "atom"),
        fills_gaps=True,
        unescapes_twice=True,
    ),
)
"""Usable where `nodefeeds.available()` is None."""
