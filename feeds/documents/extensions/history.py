"""Where a document stands among those of its channel: the links by which readers walk back through archives.

RSS carries the links as Atom's own elements, as the specification asks. The namespace of `fh:archive` is declared only
in archives, which alone have it.

Spec: RFC 5005 section 4.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.documents.extensions.contract import ATOM_NS, HISTORY_NS, HeadExtension, add
from feeds.documents.model import Format


class HistoryHead(HeadExtension):
    """Lead to the other documents of the channel, and say of an archive that it is one."""

    def extend_ns(self) -> dict[str, str]:
        """Return the prefix, in an archive."""
        return {"fh": HISTORY_NS} if self.channel.history.is_archive else {}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add an `atom:link` for each document to the channel."""
        for channel in root.iterchildren("channel"):
            self._add_all(channel, Format.RSS, ATOM_NS)
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Add a `link` for each document."""
        self._add_all(root, Format.ATOM, None)
        return root

    def _add_all(self, head: etree._Element, document_format: Format, ns: str | None) -> None:
        for relation, address in self._links(document_format):
            link = add(head, "link", ns=ns)
            link.attrib.update({"rel": relation, "type": document_format.media_type, "href": address})
        if self.channel.history.is_archive:
            add(head, "archive", ns=HISTORY_NS)

    def _links(self, document_format: Format) -> Iterator[tuple[str, str]]:
        history = self.channel.history
        for relation, addresses in (
            ("current", history.current),
            ("prev-archive", history.previous),
            ("next-archive", history.following),
        ):
            if addresses is not None:
                yield relation, addresses[document_format]
