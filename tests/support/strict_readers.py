"""Readers of feed documents that keep to the specifications and guess nothing: for JSON Feed, RSS and Atom."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dateutil.parser import isoparse, parse
from lxml import etree

from tests.support.parsed import (
    ParsedDocument,
    ParsedEnclosure,
    ParsedEntry,
    ParsedFeed,
    ParsedPhoto,
    point_of,
    text_of_html,
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
                photos=tuple(_json_photo(photo, item["attachments"]) for photo in item["_bantin"].get("photos", [])),
                documents=tuple(
                    ParsedDocument(**{"reference": "", **document}) for document in item["_bantin"].get("documents", [])
                ),
                language=item.get("language", ""),
                publisher=item["_bantin"].get("publisher", {}).get("name", ""),
                origin=_json_origin(item["_bantin"].get("origin", {})),
                place=_json_place(item["_bantin"].get("place", {})),
            )
            for item in feed["items"]
        ),
    )


def _json_origin(origin: Mapping[str, str]) -> tuple[str, str]:
    return origin.get("name", ""), origin.get("url", "")


def _json_place(place: Mapping[str, Any]) -> tuple[str, str]:
    return point_of(place.get("latitude"), place.get("longitude")), place.get("name", "")


def _json_photo(photo: Mapping[str, Any], attachments: Sequence[Mapping[str, Any]]) -> ParsedPhoto:
    thumbnail = photo.get("thumbnail", {})
    file = next(attachment for attachment in attachments if attachment["url"] == photo["url"])
    return ParsedPhoto(
        url=photo["url"],
        media_type=file["mime_type"],
        size_bytes=file["size_in_bytes"],
        width_px=photo.get("width_px"),
        height_px=photo.get("height_px"),
        caption=photo.get("caption", ""),
        credit=photo.get("credit", ""),
        alternative_text=photo.get("alternative_text", ""),
        thumbnail_url=thumbnail.get("url", ""),
        thumbnail_width_px=thumbnail.get("width_px"),
        thumbnail_height_px=thumbnail.get("height_px"),
    )


NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "bantin": "urn:bantin:feed:1",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "georss": "http://www.georss.org/georss",
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


def _contents(entry: etree._Element, medium: str) -> list[etree._Element]:
    return entry.findall(f"media:content[@medium='{medium}']", NAMESPACES)


def _xml_photos(entry: etree._Element) -> tuple[ParsedPhoto, ...]:
    found = []
    for content in _contents(entry, "image"):
        thumbnail = content.find("media:thumbnail", NAMESPACES)
        small = {} if thumbnail is None else thumbnail.attrib
        found.append(
            ParsedPhoto(
                url=content.attrib["url"],
                media_type=content.attrib["type"],
                size_bytes=int(content.attrib["fileSize"]),
                width_px=number(content.get("width")),
                height_px=number(content.get("height")),
                caption=_text(content, "media:description"),
                credit=_text(content, "media:credit"),
                alternative_text=_text(content, "bantin:alternative-text"),
                thumbnail_url=small.get("url", ""),
                thumbnail_width_px=number(small.get("width")),
                thumbnail_height_px=number(small.get("height")),
            )
        )
    return tuple(found)


def _xml_documents(entry: etree._Element) -> tuple[ParsedDocument, ...]:
    return tuple(
        ParsedDocument(
            url=content.attrib["url"],
            media_type=content.attrib["type"],
            size_bytes=int(content.attrib["fileSize"]),
            title=_text(content, "media:title"),
            reference=_text(content, "bantin:reference"),
        )
        for content in _contents(entry, "document")
    )


def _xml_place(entry: etree._Element) -> tuple[str, str]:
    return _text(entry, "georss:point"), _text(entry, "georss:featurename")


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
                photos=_xml_photos(item),
                documents=_xml_documents(item),
                language=_text(item, "dc:language") or _text(channel, "language"),
                publisher=_text(item, "dc:publisher"),
                origin=(_text(item, "source"), "".join(source.attrib["url"] for source in item.findall("source"))),
                place=_xml_place(item),
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
                photos=_xml_photos(entry),
                documents=_xml_documents(entry),
                language=entry.get(XML_LANG, feed.attrib[XML_LANG]),
                publisher=_text(entry, "dc:publisher"),
                origin=(_text(entry, "atom:source/atom:title"), _text(entry, "atom:source/atom:id")),
                place=_xml_place(entry),
            )
            for entry in feed.findall("atom:entry", NAMESPACES)
        ),
    )


def number(text: str | None) -> int | None:
    return int(text) if text else None
