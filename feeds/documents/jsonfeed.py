"""Render a channel as JSON Feed 1.1; equal values give equal bytes.

What the format has no member for stands in `_bantin`, so that a round trip through any of the
three formats keeps captions, credits, references of documents and the precision of dates.

Spec: JSON Feed 1.1 (jsonfeed.org), "Top-level", "Items", "Attachments", "Extensions".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from feeds.documents import outgoing
from feeds.documents.model import Channel, Document, Entry, Format, History, Media, Party, Thumbnail
from store.text.dates import format_rfc3339
from store.types import UNITS_PER_DEGREE, Place

VERSION_URL = "https://jsonfeed.org/version/1.1"

ABOUT = (
    "Members that Bantin, a feed server for the bulletins of public bodies, adds to JSON Feed. "
    "precision: whether a time of day was given (minute) or the day alone (day). "
    "publisher: the body that issued the bulletin. terms: categories and bodies with the IRI of their taxonomy. "
    "photos: every photo with caption, credit, alternative text, size in pixels, thumbnail, and original_url where the "
    "photo itself is larger than what url answers with. "
    "documents: every official document with its title and its reference, which is its number and symbol. "
    "via_url: the page that the bulletin was taken from. "
    "place: where it plays; name, latitude and longitude in degrees (WGS 84). "
    "origin: who published first what is republished here; name and url. "
    "corrections: what readers are told of corrections, the latest first; when and note. "
    "logo: a picture of the feed that is twice as wide as high. "
    "archive: in a document of older items, current_url is the feed itself, newer_url the next archive. "
    "deleted: items that left this feed, the last one first; id, when, and reason."
)

INDENT = 2
PHOTO_TITLES: Mapping[str, str] = {"en": "Photo {number}"}
PHOTO_TITLE = "Ảnh {number}"


def render(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the JSON document in UTF-8, entries in the order given."""
    channel, entries = outgoing.ready(channel, entries)
    return written(_head(channel) | {"items": [item(entry) for entry in entries]}).encode() + b"\n"


def written(value: dict[str, Any]) -> str:
    """Write a document, or a part of one, as text."""
    return json.dumps(value, ensure_ascii=False, indent=INDENT, allow_nan=False)


def _head(channel: Channel) -> dict[str, Any]:
    return _present(
        version=VERSION_URL,
        title=channel.title,
        home_page_url=channel.html_url,
        feed_url=channel.feed_urls[Format.JSON],
        next_url=_address_of(channel.history.previous),
        description=channel.description,
        icon=channel.icon_url,
        authors=[_party(channel.author)],
        language=channel.language,
        _bantin=_present(
            about=ABOUT,
            id=channel.id,
            updated=format_rfc3339(channel.updated),
            rights=channel.rights,
            logo=channel.logo_url,
            archive=_archive(channel.history) if channel.history.is_archive else None,
            deleted=[
                _present(id=deleted.id, when=format_rfc3339(deleted.at), reason=deleted.reason)
                for deleted in channel.deleted
            ],
        ),
    )


def _archive(history: History) -> dict[str, Any]:
    return _present(current_url=_address_of(history.current), newer_url=_address_of(history.following))


def _address_of(addresses: Mapping[Format, str] | None) -> str | None:
    return addresses[Format.JSON] if addresses is not None else None


def item(entry: Entry) -> dict[str, Any]:
    """Return the item of an entry that is ready to go out."""
    return {
        "id": entry.id,
        "url": entry.url,
        **_present(external_url=entry.origin.url if entry.origin else None),
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
                documents=[_document(document) for document in entry.documents],
                via_url=entry.via_url,
                place=_place(entry.place) if entry.place else None,
                origin=_present(name=entry.origin.name, url=entry.origin.url) if entry.origin else None,
                corrections=[
                    {"when": format_rfc3339(correction.at), "note": correction.note} for correction in entry.corrections
                ],
            ),
        ),
    }


def _content(entry: Entry) -> dict[str, str]:
    """Return the one member that every item must have: without a body the lead is the content."""
    return {"content_html": entry.content_html} if entry.content_html else {"content_text": entry.summary}


def _attachments(entry: Entry) -> list[dict[str, Any]]:
    """Return photos, then documents, under distinct titles: equal ones would make them versions of one file."""
    numbered = PHOTO_TITLES.get(entry.language.partition("-")[0], PHOTO_TITLE)
    titled: list[tuple[Media | Document, str]] = [
        (photo, photo.caption or numbered.format(number=number)) for number, photo in enumerate(entry.photos, 1)
    ]
    titled += [(document, document.name) for document in entry.documents]
    attachments: list[dict[str, Any]] = []
    taken: set[str] = set()
    for number, (file, title) in enumerate(titled, 1):
        while title in taken:
            title = f"{title} ({number})"
        taken.add(title)
        attachments.append(
            {"url": file.url, "mime_type": file.media_type, "title": title, "size_in_bytes": file.size_bytes}
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
        thumbnail=_thumbnail(photo.thumbnail) if photo.thumbnail else None,
        original_url=photo.original_url,
    )


def _thumbnail(thumbnail: Thumbnail) -> dict[str, Any]:
    return {"url": thumbnail.url, "width_px": thumbnail.width_px, "height_px": thumbnail.height_px}


def _document(document: Document) -> dict[str, Any]:
    return _present(
        url=document.url,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        title=document.title,
        reference=document.reference,
    )


def _place(place: Place) -> dict[str, Any]:
    return _present(
        name=place.name,
        latitude=place.latitude_e5 / UNITS_PER_DEGREE if place.latitude_e5 is not None else None,
        longitude=place.longitude_e5 / UNITS_PER_DEGREE if place.longitude_e5 is not None else None,
    )


def _party(party: Party) -> dict[str, Any]:
    return _present(name=party.name, url=party.url)


def _present(**members: Any) -> dict[str, Any]:
    """Return the members that say something."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [])}
