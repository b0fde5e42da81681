"""Dates, and how precisely they were given; feedgen writes none of those that stay in a document.

feedgen's RSS dates switch the locale of the whole process for a moment, and its Atom dates keep
fractions of a second. A date given as a day alone says so in `bantin:precision`, because neither
format has a date without a time. RSS has no word for an edit: `atom:updated` and `dcterms:modified` say the same, each
to the parsers that look for it.

Spec: RFC 822 section 5, RFC 3339 section 5.6, RFC 4287 section 3.3; DCMI Metadata Terms, `modified`; W3C-DTF.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from lxml import etree

from feeds.documents.extensions.contract import (
    ATOM_NS,
    BANTIN_NS,
    DUBLIN_CORE_TERMS_NS,
    EntryExtension,
    HeadExtension,
    add,
)
from feeds.documents.model import Entry, EntryContext
from store.text.dates import format_rfc822, format_rfc3339
from store.types import Precision


class Withheld(datetime):
    """A date that feedgen takes for set and leaves out, as it writes only dates that are true."""

    def __bool__(self) -> bool:
        return False


WITHHELD = Withheld(1970, 1, 1, tzinfo=UTC)


class DatesHead(HeadExtension):
    """Date the document by the newest change that it shows."""

    namespaces: ClassVar[Mapping[str, str]] = {"bantin": BANTIN_NS, "dcterms": DUBLIN_CORE_TERMS_NS}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add `lastBuildDate` to the channel."""
        for channel in root.iterchildren("channel"):
            add(channel, "lastBuildDate", format_rfc822(self.channel.updated))
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Rewrite `updated`."""
        for element in root.iterchildren("updated"):
            element.text = format_rfc3339(self.channel.updated)
        return root


class DatesOfEntry(EntryExtension):
    """Date an entry: when it was published, and when it last changed in a way that matters."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add `pubDate`, and `atom:updated` and `dcterms:modified` where an edit that matters came later."""
        add(item, "pubDate", format_rfc822(entry.published))
        if entry.is_updated:
            updated = format_rfc3339(entry.updated)
            add(item, "updated", updated, ns=ATOM_NS)
            add(item, "modified", updated, ns=DUBLIN_CORE_TERMS_NS)
        _say_precision(item, entry)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Rewrite `updated` and `published`."""
        for updated in element.iterchildren("updated"):
            updated.text = format_rfc3339(entry.updated)
        for published in element.iterchildren("published"):
            published.text = format_rfc3339(entry.published)
        _say_precision(element, entry)


def _say_precision(element: etree._Element, entry: Entry) -> None:
    if entry.precision is not Precision.MINUTE:
        add(element, "precision", entry.precision.value, ns=BANTIN_NS)
