"""What readers are told of the corrections of an entry, as data beside the words in its body.

Spec: none; `bantin:correction` is of our own vocabulary, and JSON Feed has the same in `_bantin.corrections`.
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import BANTIN_NS, EntryExtension, add
from feeds.documents.model import Entry, EntryContext
from store.text.dates import format_rfc3339


class CorrectionsOfEntry(EntryExtension):
    """List the corrections of an entry, the latest first."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add a `bantin:correction` for each."""
        _add_corrections(item, entry)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add a `bantin:correction` for each."""
        _add_corrections(element, entry)


def _add_corrections(element: etree._Element, entry: Entry) -> None:
    for correction in entry.corrections:
        add(element, "correction", correction.note, ns=BANTIN_NS).set("when", format_rfc3339(correction.at))
