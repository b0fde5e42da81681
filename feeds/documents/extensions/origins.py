"""Who published first what an entry republishes.

feedgen writes an Atom `source` without `id` and `updated`, which a source must have to be told from any other.

Spec: RSS 2.0, "source"; RFC 4287 section 4.2.11.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import EntryExtension, add
from feeds.documents.model import Entry, EntryContext
from store.text.dates import format_rfc3339


class OriginOfEntry(EntryExtension):
    """Credit the origin of an entry, with its address."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add `source`."""
        if entry.origin:
            add(item, "source", entry.origin.name).set("url", entry.origin.url)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add `source`; its date is the entry's own, because the feed that it came from is not known."""
        if entry.origin:
            source = add(element, "source")
            add(source, "id", entry.origin.url)
            add(source, "title", entry.origin.name)
            add(source, "updated", format_rfc3339(entry.published))
            add(source, "link").attrib.update({"rel": "alternate", "href": entry.origin.url})
