"""Dates, and how precisely they were given; feedgen writes none of those that stay in a document.

feedgen's RSS dates switch the locale of the whole process for a moment, and its Atom dates keep
fractions of a second. A date given as a day alone says so in `bantin:precision`, because neither
format has a date without a time.

Spec: RFC 822 section 5, RFC 3339 section 5.6, RFC 4287 section 3.3.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

from lxml import etree

from feeds.documents.extensions.contract import ATOM_NS, BANTIN_NS, EntryExtension, HeadExtension, add
from store.text.dates import format_rfc822, format_rfc3339
from store.types import Precision


class Withheld(datetime):
    """A date that feedgen takes for set and leaves out, as it writes only dates that are true."""

    def __bool__(self) -> bool:
        return False


WITHHELD = Withheld(1970, 1, 1, tzinfo=UTC)


class DatesHead(HeadExtension):
    """Date the document by the newest change that it shows."""

    namespaces: ClassVar[Mapping[str, str]] = {"bantin": BANTIN_NS}

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
    """Date an entry: when it was published, and when it was last corrected."""

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add `pubDate`, and `atom:updated` where a correction came later."""
        add(item, "pubDate", format_rfc822(self.entry.published))
        if self.entry.is_corrected:
            add(item, "updated", format_rfc3339(self.entry.updated), ns=ATOM_NS)
        self._say_precision(item)
        return item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        """Rewrite `updated` and `published`."""
        for element in entry.iterchildren("updated"):
            element.text = format_rfc3339(self.entry.updated)
        for element in entry.iterchildren("published"):
            element.text = format_rfc3339(self.entry.published)
        self._say_precision(entry)
        return entry

    def _say_precision(self, element: etree._Element) -> None:
        if self.entry.precision is not Precision.MINUTE:
            add(element, "precision", self.entry.precision.value, ns=BANTIN_NS)
