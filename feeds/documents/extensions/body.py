"""The body of an RSS item in the element that readers look for it.

Without a lead, feedgen writes the body as `description`; there a parser takes it for the lead.

Spec: RSS 1.0 module "content"; RSS 2.0, "Elements of <item>": description is optional beside a title.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import CONTENT_NS, EntryExtension
from feeds.documents.model import Entry, EntryContext


class BodyOfEntry(EntryExtension):
    """Keep lead and body apart."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Rename a description that holds the body."""
        if not entry.summary:
            for description in item.iterchildren("description"):
                description.tag = f"{{{CONTENT_NS}}}encoded"
