"""Render a channel as JSON Feed 1.1; equal values give equal bytes.

What the format has no member for stands in `_bantin`, so that a round trip through any of the
three formats keeps captions, credits and the precision of dates.

Spec: JSON Feed 1.1 (jsonfeed.org), "Top-level", "Items", "Attachments", "Extensions".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feeds.documents import outgoing
from feeds.documents.model import Channel, Entry, Format, Media, Party
from store.text.dates import format_rfc3339

VERSION_URL = "https://jsonfeed.org/version/1.1"

ABOUT = (
    "Members that Bantin, a feed server for the bulletins of public bodies, adds to JSON Feed. "
    "precision: whether a time of day was given (minute) or the day alone (day). "
    "publisher: the body that issued the bulletin. terms: categories and bodies with the IRI of their taxonomy. "
    "photos: every photo with caption, credit, alternative text and size in pixels. "
    "via_url: the page that the bulletin was taken from."
)

PHOTO_TITLES: Mapping[str, str] = {"en": "Photo {number}"}
PHOTO_TITLE = "Ảnh {number}"


def render(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the JSON document in UTF-8, entries in the order given."""
    channel, entries = outgoing.ready(channel, entries)
    document = _head(channel) | {"items": [_item(entry) for entry in entries]}
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False).encode() + b"\n"


def _head(channel: Channel) -> dict[str, Any]:
    return _present(
        version=VERSION_URL,
        title=channel.title,
        home_page_url=channel.html_url,
        feed_url=channel.feed_urls[Format.JSON],
        description=channel.description,
        icon=channel.icon_url,
        authors=[_party(channel.author)],
        language=channel.language,
        _bantin=_present(
            about=ABOUT,
            id=channel.id,
            updated=format_rfc3339(channel.updated),
            rights=channel.rights,
        ),
    )


def _item(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "url": entry.url,
        "title": entry.title,
        **_content(entry),
        **_present(
            summary=entry.summary,
            image=entry.photos[0].url if entry.photos else None,
            date_published=format_rfc3339(entry.published),
            date_modified=format_rfc3339(entry.updated),
            authors=[_party(author) for author in entry.authors],
            tags=[term.label for term in entry.terms],
            language=entry.language,
            attachments=_attachments(entry),
            _bantin=_present(
                precision=entry.precision.value,
                publisher=_party(entry.publisher) if entry.publisher else None,
                terms=[{"term": term.term, "label": term.label, "scheme": term.scheme} for term in entry.terms],
                photos=[_photo(photo) for photo in entry.photos],
                via_url=entry.via_url,
            ),
        ),
    }


def _content(entry: Entry) -> dict[str, str]:
    """Return the one member that every item must have: without a body the lead is the content."""
    return {"content_html": entry.content_html} if entry.content_html else {"content_text": entry.summary}


def _attachments(entry: Entry) -> list[dict[str, Any]]:
    """Return the photos under distinct titles, as equal ones would make them versions of one photo."""
    attachments: list[dict[str, Any]] = []
    numbered = PHOTO_TITLES.get(entry.language.partition("-")[0], PHOTO_TITLE)
    taken: set[str] = set()
    for number, photo in enumerate(entry.photos, 1):
        title = photo.caption or numbered.format(number=number)
        while title in taken:
            title = f"{title} ({number})"
        taken.add(title)
        attachments.append(
            {"url": photo.url, "mime_type": photo.media_type, "title": title, "size_in_bytes": photo.size_bytes}
        )
    return attachments


def _photo(photo: Media) -> dict[str, Any]:
    return _present(
        url=photo.url,
        caption=photo.caption,
        credit=photo.credit,
        alternative_text=photo.alternative_text,
        width_px=photo.width_px,
        height_px=photo.height_px,
    )


def _party(party: Party) -> dict[str, Any]:
    return _present(name=party.name, url=party.url)


def _present(**members: Any) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [])}
