"""Photos with caption, credit and thumbnail, as Media RSS in both XML formats.

RSS takes one enclosure, and an enclosure has no room for a caption: the photos stand beside it,
each its own `media:content`. A `media:group` would make five photos five sizes of one. A thumbnail stands within
its photo, because one beside the photos would be that of the whole entry.

Spec: Media RSS 1.5.1, "Primary Elements" and "Optional Elements".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lxml import etree

from feeds.documents.extensions.contract import BANTIN_NS, MEDIA_NS, EntryExtension, HeadExtension, add
from feeds.documents.model import Entry, EntryContext, Media


class PhotosHead(HeadExtension):
    """Declare Media RSS, by the address with its last slash."""

    namespaces: ClassVar[Mapping[str, str]] = {"media": MEDIA_NS}


class PhotosOfEntry(EntryExtension):
    """Add every photo of an entry, in reading order."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the photos to an item."""
        _add_photos(item, entry)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the photos to an entry, whose enclosure links cannot carry a credit."""
        _add_photos(element, entry)


def _add_photos(element: etree._Element, entry: Entry) -> None:
    for photo in entry.photos:
        content = add(element, "content", ns=MEDIA_NS)
        for name, value in _attributes(photo).items():
            content.set(name, value)
        if photo.caption:
            add(content, "description", photo.caption, ns=MEDIA_NS).set("type", "plain")
        if photo.credit:
            add(content, "credit", photo.credit, ns=MEDIA_NS)
        if photo.thumbnail:
            add(content, "thumbnail", ns=MEDIA_NS).attrib.update(
                {
                    "url": photo.thumbnail.url,
                    "width": str(photo.thumbnail.width_px),
                    "height": str(photo.thumbnail.height_px),
                }
            )
        if photo.alternative_text:
            add(content, "alternative-text", photo.alternative_text, ns=BANTIN_NS)
        if photo.original_url:
            add(content, "original", ns=BANTIN_NS).set("url", photo.original_url)


def _attributes(photo: Media) -> dict[str, str]:
    attributes = {
        "url": photo.url,
        "type": photo.media_type,
        "medium": "image",
        "fileSize": str(photo.size_bytes),
    }
    if photo.width_px is not None:
        attributes["width"] = str(photo.width_px)
    if photo.height_px is not None:
        attributes["height"] = str(photo.height_px)
    return attributes
