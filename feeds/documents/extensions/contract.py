"""What feedgen asks of an extension: namespaces for the root, and a hand on each finished element.

feedgen makes the instances itself, without arguments, so what they write about is given to them
afterwards. An extension changes the element it is given and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lxml import etree

from feeds.documents.model import Channel, Entry

ATOM_NS = "http://www.w3.org/2005/Atom"
CONTENT_NS = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE_NS = "http://purl.org/dc/elements/1.1/"
MEDIA_NS = "http://search.yahoo.com/mrss/"
XML_NS = "http://www.w3.org/XML/1998/namespace"
BANTIN_NS = "urn:bantin:feed:1"
"""Our own vocabulary. Its local names are ones that RSS and Atom do not use: some readers look at no namespace."""


class HeadExtension:
    """Extend the head of a document: `rss` or `feed` before the first entry stands in it."""

    namespaces: ClassVar[Mapping[str, str]] = {}
    channel: Channel

    def extend_ns(self) -> dict[str, str]:
        """Return the prefixes to declare on the root."""
        return dict(self.namespaces)

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Extend the `rss` element."""
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Extend the `feed` element."""
        return root


class EntryExtension:
    """Extend one entry: an RSS `item` or an Atom `entry`, not yet part of its document."""

    channel: Channel
    entry: Entry

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Extend the `item` element."""
        return item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        """Extend the `entry` element."""
        return entry


def add(parent: etree._Element, name: str, text: str | None = None, *, ns: str | None = None) -> etree._Element:
    """Append an element with this text to `parent` and return it.

    feedgen declares Atom's own namespace as a plain attribute, so Atom's elements take no `ns`.
    """
    element = etree.SubElement(parent, f"{{{ns}}}{name}" if ns else name)
    element.text = text
    return element
