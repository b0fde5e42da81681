"""What feedgen asks of an extension: namespaces for the root, and a hand on each finished element.

feedgen makes the instances itself, without arguments, so what they write about is given to them
afterwards. An extension changes the element it is given and nothing else. Those of entries see nothing of the channel
but an `EntryContext`: an entry's part of a document is the same in every document of that context.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lxml import etree

from feeds.documents.model import Channel, Entry, EntryContext

ATOM_NS = "http://www.w3.org/2005/Atom"
CONTENT_NS = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE_NS = "http://purl.org/dc/elements/1.1/"
DUBLIN_CORE_TERMS_NS = "http://purl.org/dc/terms/"
GEORSS_NS = "http://www.georss.org/georss"
HISTORY_NS = "http://purl.org/syndication/history/1.0"
MEDIA_NS = "http://search.yahoo.com/mrss/"
TOMBSTONES_NS = "http://purl.org/atompub/tombstones/1.0"
XML_NS = "http://www.w3.org/XML/1998/namespace"
BANTIN_NS = "urn:bantin:feed:1"
"""Our own vocabulary. Its local names are ones that RSS and Atom do not use: some readers look at no namespace."""


class HeadExtension:
    """Extend the head of a document: `rss` or `feed` before the first entry stands in it."""

    namespaces: ClassVar[Mapping[str, str]] = {}
    channel: Channel

    def extend_ns(self) -> dict[str, str]:
        """Return the prefixes to declare on the root: all that an entry may use, whether one does or not."""
        return dict(self.namespaces)

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Extend the `rss` element."""
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Extend the `feed` element."""
        return root


class EntryExtension:
    """Extend entries, each an RSS `item` or an Atom `entry` that is not yet part of its document.

    One instance serves all entries of all documents.
    """

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Extend the `item` element."""

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Extend the `entry` element."""


def add(parent: etree._Element, name: str, text: str | None = None, *, ns: str | None = None) -> etree._Element:
    """Append an element with this text to `parent` and return it.

    feedgen declares Atom's own namespace as a plain attribute, so Atom's elements take no `ns`.
    """
    element = etree.SubElement(parent, f"{{{ns}}}{name}" if ns else name)
    element.text = text
    return element
