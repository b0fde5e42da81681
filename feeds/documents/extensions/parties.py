"""Who wrote and who issued: Dublin Core, since RSS asks for mail addresses and Atom knows no publisher.

`dc:publisher` is in both formats, where parsers look for it. Addresses of people and bodies stand
in `bantin:party` wherever the format has no place of its own, never as attributes of Dublin Core
elements: widely used parsers then hand on an object in place of the name.

Spec: Dublin Core Metadata Element Set 1.1; RSS Advisory Board, "RSS Best Practices Profile", namespaces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lxml import etree

from feeds.documents.extensions.contract import BANTIN_NS, DUBLIN_CORE_NS, EntryExtension, HeadExtension, add
from feeds.documents.model import Entry, EntryContext, Party


class PartiesHead(HeadExtension):
    """Name who answers for the channel."""

    namespaces: ClassVar[Mapping[str, str]] = {"dc": DUBLIN_CORE_NS}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add `dc:creator` to the channel, and the address that belongs to it; Atom has its own author."""
        for channel in root.iterchildren("channel"):
            add(channel, "creator", self.channel.author.name, ns=DUBLIN_CORE_NS)
            _add_address(channel, "author", self.channel.author)
        return root


class PartiesOfEntry(EntryExtension):
    """Name the byline and the publisher of an entry."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add a `dc:creator` for each author, and the publisher."""
        for author in entry.authors:
            add(item, "creator", author.name, ns=DUBLIN_CORE_NS)
        _add_publisher(item, entry)
        for author in entry.authors:
            _add_address(item, "author", author)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the publisher; feedgen writes the authors."""
        _add_publisher(element, entry)


def _add_publisher(element: etree._Element, entry: Entry) -> None:
    if entry.publisher:
        add(element, "publisher", entry.publisher.name, ns=DUBLIN_CORE_NS)
        _add_address(element, "publisher", entry.publisher)


def _add_address(element: etree._Element, role: str, party: Party) -> None:
    if party.url:
        add(element, "party", party.name, ns=BANTIN_NS).attrib.update({"role": role, "url": party.url})
