"""Entries that left the channel, so that readers which hold them can let them go.

RSS carries the same elements as Atom, in its `channel`: it has no word of its own for a withdrawal. The namespace is
declared only where one stands, so that the documents of a channel which nothing ever left stay as they are.

Spec: RFC 6721 section 3.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import TOMBSTONES_NS, XML_NS, HeadExtension, add
from store.text.dates import format_rfc3339


class TombstonesHead(HeadExtension):
    """Tell what was deleted, when and why."""

    def extend_ns(self) -> dict[str, str]:
        """Return the prefix, where there is anything to tell."""
        return {"at": TOMBSTONES_NS} if self.channel.deleted else {}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add an `at:deleted-entry` for each to the channel."""
        for channel in root.iterchildren("channel"):
            self._add_all(channel)
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Add an `at:deleted-entry` for each."""
        self._add_all(root)
        return root

    def _add_all(self, head: etree._Element) -> None:
        for deleted in self.channel.deleted:
            element = add(head, "deleted-entry", ns=TOMBSTONES_NS)
            element.attrib.update({"ref": deleted.id, "when": format_rfc3339(deleted.at)})
            if deleted.reason:
                comment = add(element, "comment", deleted.reason, ns=TOMBSTONES_NS)
                comment.attrib.update({"type": "text", f"{{{XML_NS}}}lang": self.channel.language})
