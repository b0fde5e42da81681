"""Links of an entry with all that is known of their targets.

feedgen 1.0 writes an Atom entry's links as bare addresses, which makes every enclosure a second
alternate; these replace them.

Spec: RFC 4287 section 4.2.7.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.documents.extensions.contract import ATOM_NS, EntryExtension, add
from feeds.documents.model import Document, Entry, EntryContext, Media


class LinksOfEntry(EntryExtension):
    """Link an entry to its page, its photos and documents, and the page it was taken from."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the page it was taken from, which RSS has no element for."""
        if entry.via_url:
            link = add(item, "link", ns=ATOM_NS)
            link.attrib.update({"rel": "via", "href": entry.via_url})

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Put whole links where feedgen left bare ones."""
        bare = list(element.iterchildren("link"))
        place = element.index(bare[0])
        for link in bare:
            element.remove(link)
        for offset, attributes in enumerate(_links(entry)):
            element.insert(place + offset, etree.Element("link", attributes))


def _links(entry: Entry) -> Iterator[dict[str, str]]:
    yield {"rel": "alternate", "type": "text/html", "href": entry.url}
    for photo in entry.photos:
        yield _enclosure(photo, photo.caption)
    for document in entry.documents:
        yield _enclosure(document, document.name)
    if entry.via_url:
        yield {"rel": "via", "href": entry.via_url}


def _enclosure(enclosed: Media | Document, title: str) -> dict[str, str]:
    link = {
        "rel": "enclosure",
        "type": enclosed.media_type,
        "length": str(enclosed.size_bytes),
        "href": enclosed.url,
    }
    return link | {"title": title} if title else link
