"""Independent parsers of feed documents, brought into one shape so that tests can compare what readers see."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import atoma
import fastfeedparser
import feedparser
from dateutil.parser import isoparse, parse
from lxml import etree

from tests.support import nodefeeds
from tests.support.parsed import ParsedEnclosure, ParsedEntry, ParsedFeed, Reader, text_of_html


def read_feedparser(document: bytes) -> ParsedFeed:
    """Read with feedparser, which must find the document well-formed; it reads no JSON Feed."""
    feed = feedparser.parse(document)
    assert not feed.bozo, feed.bozo_exception
    is_rss = feed.version.startswith("rss")
    return ParsedFeed(
        title=feed.feed.title,
        link=feed.feed.link,
        language=feed.feed.language,
        entries=tuple(_feedparser_entry(entry, is_rss) for entry in feed.entries),
    )


def _feedparser_entry(entry: Any, is_rss: bool) -> ParsedEntry:
    summary = entry.get("summary", "")
    # Its own `get` answers with the publication, and a warning, where there is no update.
    updated = dict.get(entry, "updated_parsed")
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
    )


def read_fastfeedparser(document: bytes) -> ParsedFeed:
    """Read with fastfeedparser, which hands on the first author only."""
    feed = fastfeedparser.parse(document)
    is_rss = b"<rss" in document[:200]
    return ParsedFeed(
        title=feed.feed.title,
        link=feed.feed.link,
        # It looks for an RSS channel's language in the wrong place.
        language=None if is_rss else feed.feed.language,
        entries=tuple(_fastfeedparser_entry(entry, is_rss) for entry in feed.entries),
    )


def _fastfeedparser_entry(entry: Any, is_rss: bool) -> ParsedEntry:
    summary = entry.get("description") or ""
    updated = entry.get("updated")
    enclosures = entry.get("enclosures", [])
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
        enclosures=tuple(ParsedEnclosure(e["url"], e["type"], e["length"]) for e in enclosures) if is_rss else None,
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


def read_json(document: bytes) -> ParsedFeed:
    """Read a JSON Feed by the specification, with the standard library."""
    feed = json.loads(document)
    return ParsedFeed(
        title=feed["title"],
        link=feed["home_page_url"],
        language=feed["language"],
        entries=tuple(
            ParsedEntry(
                id=item["id"],
                title=item["title"],
                link=item["url"],
                published=isoparse(item["date_published"]),
                updated=isoparse(item["date_modified"]),
                authors=tuple(author["name"] for author in item.get("authors", [])),
                categories=tuple(item.get("tags", [])),
                summary=item.get("summary", ""),
                content=item.get("content_html", ""),
                enclosures=tuple(
                    ParsedEnclosure(a["url"], a["mime_type"], a["size_in_bytes"]) for a in item.get("attachments", [])
                ),
            )
            for item in feed["items"]
        ),
    )


NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "bantin": "urn:bantin:feed:1",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
}

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def read_xml(document: bytes) -> ParsedFeed:
    """Read RSS or Atom by the specifications, with an XML parser that guesses nothing."""
    root = etree.fromstring(document)
    return _xml_rss(root[0]) if root.tag == "rss" else _xml_atom(root)


def _text(element: etree._Element, path: str) -> str:
    return element.findtext(path, "", NAMESPACES)


def _texts(element: etree._Element, path: str) -> tuple[str, ...]:
    return tuple(found.text or "" for found in element.findall(path, NAMESPACES))


def _xml_rss(channel: etree._Element) -> ParsedFeed:
    return ParsedFeed(
        title=_text(channel, "title"),
        link=_text(channel, "link"),
        language=_text(channel, "language"),
        entries=tuple(
            ParsedEntry(
                id=_text(item, "guid"),
                title=_text(item, "title"),
                link=_text(item, "link"),
                published=parse(_text(item, "pubDate")),
                updated=isoparse(_text(item, "atom:updated")) if _text(item, "atom:updated") else None,
                authors=_texts(item, "dc:creator"),
                categories=_texts(item, "category"),
                summary=text_of_html(_text(item, "description")),
                content=_text(item, "content:encoded"),
                enclosures=tuple(
                    ParsedEnclosure(e.attrib["url"], e.attrib["type"], int(e.attrib["length"]))
                    for e in item.findall("enclosure")
                ),
            )
            for item in channel.findall("item")
        ),
    )


def _xml_atom(feed: etree._Element) -> ParsedFeed:
    alternate = "atom:link[@rel='alternate']"
    return ParsedFeed(
        title=_text(feed, "atom:title"),
        link=feed.findall(alternate, NAMESPACES)[0].attrib["href"],
        language=feed.attrib[XML_LANG],
        entries=tuple(
            ParsedEntry(
                id=_text(entry, "atom:id"),
                title=_text(entry, "atom:title"),
                link=entry.findall(alternate, NAMESPACES)[0].attrib["href"],
                published=isoparse(_text(entry, "atom:published")),
                updated=isoparse(_text(entry, "atom:updated")),
                authors=_texts(entry, "atom:author/atom:name"),
                categories=tuple(c.attrib["label"] for c in entry.findall("atom:category", NAMESPACES)),
                summary=_text(entry, "atom:summary"),
                content=_text(entry, "atom:content"),
                enclosures=tuple(
                    ParsedEnclosure(e.attrib["href"], e.attrib["type"], int(e.attrib["length"]))
                    for e in entry.findall("atom:link[@rel='enclosure']", NAMESPACES)
                ),
            )
            for entry in feed.findall("atom:entry", NAMESPACES)
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
    )


def _node(parser: str) -> Callable[[bytes], ParsedFeed]:
    return lambda document: from_node(nodefeeds.read(document, parser))


PYTHON_READERS = (
    Reader(name="lxml", read=read_xml, formats=("rss", "atom")),
    Reader(name="json", read=read_json, formats=("json",)),
    # A title or lead in RSS that looks like HTML to feedparser is cleaned as HTML.
    Reader(name="feedparser", read=read_feedparser, formats=("rss", "atom"), guesses=("rss",), fills_gaps=True),
    Reader(name="fastfeedparser", read=read_fastfeedparser, formats=("rss", "atom", "json"), fills_gaps=True),
    Reader(name="atoma", read=read_atoma, formats=("rss", "atom", "json"), fills_gaps=True),
)

NODE_READERS = (
    Reader(name="feedsmith", read=_node("feedsmith"), formats=("rss", "atom", "json")),
    Reader(name="rss-parser", read=_node("rss-parser"), formats=("rss", "atom")),
    # It resolves HTML's entities once more than was escaped, even in Atom's plain text.
    Reader(
        name="feed-parser",
        read=_node("feed-parser"),
        formats=("rss", "atom"),
        guesses=("rss", "atom"),
        fills_gaps=True,
    ),
)
"""Usable where `nodefeeds.available()` is None."""
