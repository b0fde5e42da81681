"""The language of an entry that is not written in its channel's.

Spec: RFC 4287 section 2 (`xml:lang`), Dublin Core `language`, RFC 5646.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import DUBLIN_CORE_NS, XML_NS, EntryExtension, add


class LanguageOfEntry(EntryExtension):
    """Say the language of an entry where the head's does not hold."""

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add `dc:language`: RSS itself has a language for the channel only."""
        if self.entry.language != self.channel.language:
            add(item, "language", self.entry.language, ns=DUBLIN_CORE_NS)
        return item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        """Set `xml:lang`."""
        if self.entry.language != self.channel.language:
            entry.set(f"{{{XML_NS}}}lang", self.entry.language)
        return entry
