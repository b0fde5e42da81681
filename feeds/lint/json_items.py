"""JSON Feed 1.1: one item with its attachments.

Spec: JSON Feed 1.1 (jsonfeed.org), "Items", "Attachments".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from html import escape
from typing import Any

from feeds.lint.addresses import check_address
from feeds.lint.dates import check_date, check_span
from feeds.lint.findings import Finding, Place, Scope, found
from feeds.lint.json_members import Members, check_authors, check_unknown, names_of
from feeds.lint.media import UNKNOWN, is_media_type
from feeds.lint.reading import EntryReading, Picture

MEMBERS = {
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "banner_image": str,
    "date_published": str,
    "date_modified": str,
    "author": dict,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
}
ADDRESSES = ("url", "external_url", "image", "banner_image")


def read_item(
    item: Mapping[str, Any], number: int, now: datetime, *, has_author: bool
) -> tuple[EntryReading, list[Finding]]:
    """Read an item, and tell what is wrong with it; `has_author` says whether the feed names one."""
    title = item.get("title")
    place = Place(Scope.ENTRY, number, title if isinstance(title, str) else "")
    members, findings = Members.of(item, MEMBERS, place)
    findings += _check_identity(place, item, members)
    findings += check_authors(place, item, members, is_old=False)
    if not has_author and not names_of(members):
        findings.append(found("json.authors-missing", place))
    findings += _check_attachments(place, members)
    published, faults = _dated(place, members, "date_published")
    updated, more = _dated(place, members, "date_modified")
    findings += faults + more
    findings += check_span(place, published, updated, now, names=("date_published", "date_modified"))
    entry = EntryReading(
        place=place,
        id=str(item.get("id") or ""),
        url=members.text("url"),
        title=place.title,
        lead=members.text("summary"),
        html=members.text("content_html") or _as_html(members.text("content_text")),
        authors=names_of(members),
        published=published,
        updated=updated,
        pictures=_pictures(members),
    )
    return entry, findings


def _as_html(text: str) -> str:
    return escape(text, quote=False).replace("\n", "<br>")


def _dated(place: Place, members: Members, name: str) -> tuple[datetime | None, list[Finding]]:
    text = members.text(name)
    if text:
        return check_date(place, name, text, rss=False)
    is_missing = name == "date_published" and members.is_sound(name)
    return None, [found("json.date-published-missing", place)] if is_missing else []


def _check_identity(place: Place, item: Mapping[str, Any], members: Members) -> Iterator[Finding]:
    identity = item.get("id")
    if identity is None or identity == "":
        yield found("json.id-missing", place)
    elif not isinstance(identity, str):
        yield found("json.id-not-a-string", place, text=str(identity))
    if members.is_sound("url") and not members.text("url"):
        yield found("json.url-missing", place)
    if not {"content_html", "content_text"} & {*members.sound, *members.unsound}:
        yield found("json.content-missing", place)
    for name in ADDRESSES:
        if members.text(name):
            yield from check_address(place, name, members.text(name))
    yield from check_unknown(place, item, MEMBERS | {"id": str})


def _check_attachments(place: Place, members: Members) -> Iterator[Finding]:
    taken: set[str] = set()
    for attachment in members.objects("attachments"):
        url, title, size = attachment.get("url"), attachment.get("title"), attachment.get("size_in_bytes")
        if not (isinstance(url, str) and url):
            yield found("json.attachment-member-missing", place, name="url")
        else:
            yield from check_address(place, "attachments.url", url)
        if not is_media_type(str(attachment.get("mime_type") or "")):
            yield found("json.attachment-member-missing", place, name="mime_type")
        if not (isinstance(size, int) and not isinstance(size, bool) and size > 0):
            yield found("json.attachment-size", place, text=UNKNOWN if size is None else str(size)[:20])
        if isinstance(title, str) and title:
            if title in taken:
                yield found("json.attachment-titles-equal", place, text=title)
            taken.add(title)


def _pictures(members: Members) -> tuple[Picture, ...]:
    pictures = [
        Picture(url=str(attachment.get("url") or ""), caption=str(attachment.get("title") or ""))
        for attachment in members.objects("attachments")
        if str(attachment.get("mime_type") or "").startswith("image/")
    ]
    leading = members.text("image")
    if leading and leading not in {picture.url for picture in pictures}:
        pictures.insert(0, Picture(url=leading))
    return tuple(pictures)
