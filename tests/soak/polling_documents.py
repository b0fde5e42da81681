"""Undoes codings and reads what a feed document shows, with parsers that know nothing of how it was made."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from xml.etree import ElementTree

import brotli
import zstandard

ATOM = "{http://www.w3.org/2005/Atom}"
TOMBSTONES = "{http://purl.org/atompub/tombstones/1.0}"
MEDIA_TYPES = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a document shows: (id, title) of its entries in their order, and the ids of what it says is gone."""

    entries: tuple[tuple[str, str], ...]
    gone: frozenset[str]


def decoded(body: bytes, coding: str) -> bytes:
    """Undo a content coding, `identity` included; raises ValueError for bytes that are not exactly one whole of it."""
    if coding == "identity":
        return body
    if coding == "br":
        try:
            return bytes(brotli.decompress(body))
        except brotli.error as error:
            raise ValueError(f"no br: {error}") from error
    try:
        undo = zlib.decompressobj(wbits=31) if coding == "gzip" else zstandard.ZstdDecompressor().decompressobj()
        plain = undo.decompress(body)
    except (zlib.error, zstandard.ZstdError) as error:
        raise ValueError(f"no {coding}: {error}") from error
    if not undo.eof or undo.unused_data:
        raise ValueError(f"no whole {coding}")
    return plain


def shown_in(document: bytes, extension: str) -> Shown:
    """Read a document of a format; raises ValueError where it is not well-formed or lacks what it must have."""
    try:
        return {"rss": _rss, "atom": _atom, "json": _json}[extension](document)
    except (ElementTree.ParseError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no whole {extension}: {error!r}") from error


def _rss(document: bytes) -> Shown:
    channel = ElementTree.fromstring(document)[0]
    entries = tuple((_text(item, "guid"), _text(item, "title")) for item in channel.iter("item"))
    return Shown(entries, _gone(channel))


def _atom(document: bytes) -> Shown:
    feed = ElementTree.fromstring(document)
    entries = tuple((_text(entry, f"{ATOM}id"), _text(entry, f"{ATOM}title")) for entry in feed.iter(f"{ATOM}entry"))
    return Shown(entries, _gone(feed))


def _json(document: bytes) -> Shown:
    feed = json.loads(document)
    gone = frozenset(each["id"] for each in feed.get("_bantin", {}).get("deleted", ()))
    return Shown(tuple((item["id"], item["title"]) for item in feed["items"]), gone)


def _text(element: ElementTree.Element, name: str) -> str:
    text = element.findtext(name)
    if not text:
        raise ValueError(f"an entry without {name}")
    return text


def _gone(head: ElementTree.Element) -> frozenset[str]:
    return frozenset(deleted.attrib["ref"] for deleted in head.iter(f"{TOMBSTONES}deleted-entry"))
