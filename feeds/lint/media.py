"""Photos beside the text, as Media RSS has them in RSS and Atom alike.

Spec: Media RSS 1.5.1, "Primary Elements" and "Optional Elements".
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from feeds.lint.addresses import check_address
from feeds.lint.elements import children, line_of, text_at
from feeds.lint.findings import Finding, Place, found
from feeds.lint.reading import Picture

UNKNOWN = "–"
"""Stands in sentences for what is not said at all."""


def is_size(text: str | None) -> bool:
    """Say whether this is a number of bytes that a file can have."""
    return text is not None and text.isascii() and text.isdigit() and int(text[:20]) > 0


def is_media_type(text: str | None) -> bool:
    """Say whether this has the form of a media type, such as image/jpeg."""
    kind, slash, rest = (text or "").partition("/")
    return bool(kind and slash and rest) and not any(sign.isspace() for sign in kind + rest.partition(";")[0].rstrip())


def pictures_of(entry: etree._Element) -> list[Picture]:
    """List the photos of media:content, in reading order."""
    return [
        Picture(url=content.get("url", ""), caption=text_at(content, "media:description"))
        for content in _contents(entry)
        if content.get("url") and _is_image(content)
    ]


def check_media(place: Place, entry: etree._Element) -> Iterator[Finding]:
    """Judge every media:content and media:thumbnail of an entry."""
    contents = _contents(entry)
    for content in contents:
        yield from _check_content(place.at(line_of(content)), content)
    for thumbnail in entry.iter("{http://search.yahoo.com/mrss/}thumbnail"):
        yield from _check_url(place.at(line_of(thumbnail)), "media:thumbnail", thumbnail)
    for group in children(entry, "media:group"):
        captions = {text_at(content, "media:description") for content in children(group, "media:content")}
        if len(captions) > 1:
            yield found("media.group", place.at(line_of(group)))
    photos = [content for content in contents if _is_image(content)]
    unmeasured = [photo for photo in photos if not (is_size(photo.get("width")) and is_size(photo.get("height")))]
    if unmeasured:
        yield found("media.dimensions-missing", place.at(line_of(unmeasured[0])), count=len(unmeasured))
    silent = [photo for photo in photos if not _caption(photo, entry)]
    if silent:
        yield found("media.caption-missing", place.at(line_of(silent[0])), count=len(silent))


def _contents(entry: etree._Element) -> list[etree._Element]:
    return [*children(entry, "media:content"), *children(entry, "media:group/media:content")]


def _is_image(content: etree._Element) -> bool:
    return content.get("medium") == "image" or content.get("type", "").startswith("image/")


def _caption(photo: etree._Element, entry: etree._Element) -> str:
    of_entry = [text_at(entry, "media:description"), text_at(entry, "media:group/media:description")]
    return text_at(photo, "media:description") or text_at(photo, "media:title") or "".join(of_entry)


def _check_content(place: Place, content: etree._Element) -> Iterator[Finding]:
    yield from _check_url(place, "media:content", content)
    if not (is_media_type(content.get("type")) and content.get("medium")):
        yield found("media.type-missing", place)
    if not is_size(content.get("fileSize")):
        yield found("media.size", place, text=content.get("fileSize") or UNKNOWN)


def _check_url(place: Place, name: str, element: etree._Element) -> Iterator[Finding]:
    url = element.get("url", "")
    if url:
        yield from check_address(place, name, url)
    elif name != "media:content" or not len(element):
        # A media:content may hold a media:player in place of an address.
        yield found("media.url-missing", place, name=name)
