"""The language of an entry that is not written in its channel's.

Spec: RFC 4287 section 2 (`xml:lang`), Dublin Core `language`, RFC 5646.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import DUBLIN_CORE_NS, XML_NS, EntryExtension, add
from feeds.documents.model import Entry, EntryContext


class LanguageOfEntry(EntryExtension):
    """Say the language of an entry where the head's does not hold."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add `dc:language`: RSS itself has a language for the channel only."""
        if entry.language != context.language:
            add(item, "language", entry.language, ns=DUBLIN_CORE_NS)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Set `xml:lang`."""
        if entry.language != context.language:
            element.set(f"{{{XML_NS}}}lang", entry.language)
