"""Official documents (văn bản) with title and reference, as Media RSS in both XML formats.

RSS takes one enclosure, which is the lead photo's where there is one, and an enclosure has no room for a title.
Media RSS has no word for the number and symbol of a document: `bantin:reference` is of our own vocabulary.

Spec: Media RSS 1.5.1, "Primary Elements" (medium="document") and "Optional Elements" (media:title).
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import BANTIN_NS, MEDIA_NS, EntryExtension, add
from feeds.documents.model import Entry, EntryContext


class DownloadsOfEntry(EntryExtension):
    """Add every document of an entry, as they were attached, after its photos."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the documents to an item."""
        _add_documents(item, entry)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the documents to an entry, whose enclosure links cannot tell a reference from a title."""
        _add_documents(element, entry)


def _add_documents(element: etree._Element, entry: Entry) -> None:
    for document in entry.documents:
        content = add(element, "content", ns=MEDIA_NS)
        attributes = {
            "url": document.url,
            "type": document.media_type,
            "medium": "document",
            "fileSize": str(document.size_bytes),
        }
        for name, value in attributes.items():
            content.set(name, value)
        add(content, "title", document.title, ns=MEDIA_NS).set("type", "plain")
        if document.reference:
            add(content, "reference", document.reference, ns=BANTIN_NS)
