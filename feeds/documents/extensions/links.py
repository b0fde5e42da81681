"""Links of an entry with all that is known of their targets.

feedgen 1.0 writes an Atom entry's links as bare addresses, which makes every enclosure a second
alternate; these replace them.

Spec: RFC 4287 section 4.2.7.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.documents.extensions.contract import ATOM_NS, EntryExtension, add


class LinksOfEntry(EntryExtension):
    """Link an entry to its page, its photos, and the page it was taken from."""

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Add the page it was taken from, which RSS has no element for."""
        if self.entry.via_url:
            link = add(item, "link", ns=ATOM_NS)
            link.attrib.update({"rel": "via", "href": self.entry.via_url})
        return item

    def extend_atom(self, entry: etree._Element) -> etree._Element:
        """Put whole links where feedgen left bare ones."""
        bare = list(entry.iterchildren("link"))
        place = entry.index(bare[0])
        for link in bare:
            entry.remove(link)
        for offset, attributes in enumerate(self._links()):
            entry.insert(place + offset, etree.Element("link", attributes))
        return entry

    def _links(self) -> Iterator[dict[str, str]]:
        yield {"rel": "alternate", "type": "text/html", "href": self.entry.url}
        for photo in self.entry.photos:
            link = {
                "rel": "enclosure",
                "type": photo.media_type,
                "length": str(photo.size_bytes),
                "href": photo.url,
            }
            if photo.caption:
                link["title"] = photo.caption
            yield link
        if self.entry.via_url:
            yield {"rel": "via", "href": self.entry.via_url}
