"""Tell at one look whether an entry may go out as it is, which nearly all may.

What passes here is what the cleaning of `outgoing` would give back unchanged; the look costs a fraction of the
cleaning, because all texts are seen together, and all addresses.
"""

from __future__ import annotations

from collections.abc import Iterator

from feeds.documents.model import Entry, Media
from store.text.characters import is_xml_safe
from store.text.iris import NOTHING_TO_DO


def is_ready(entry: Entry) -> bool:
    """Tell whether everything that must be there is, every text is safe for XML, and every address is in ASCII."""
    needed, addresses = list(_needed(entry)), list(_addresses(entry))
    return (
        all(needed)
        and all(addresses)
        and is_xml_safe("".join([*needed, *_optional(entry)]))
        # A slash between two addresses completes no percent sign of the first.
        and NOTHING_TO_DO.fullmatch("/".join(addresses)) is not None
    )


def _needed(entry: Entry) -> Iterator[str]:
    yield entry.id
    yield entry.title
    for author in entry.authors:
        yield author.name
    if entry.publisher:
        yield entry.publisher.name
    for term in entry.terms:
        yield term.term
        yield term.label
    for document in entry.documents:
        yield document.title
    for correction in entry.corrections:
        yield correction.note
    if entry.place:
        yield entry.place.name
    if entry.origin:
        yield entry.origin.name


def _optional(entry: Entry) -> Iterator[str]:
    yield entry.summary
    yield entry.content_html
    yield entry.language
    for photo in entry.photos:
        yield photo.media_type
        yield photo.caption
        yield photo.credit
        yield photo.alternative_text
    for document in entry.documents:
        yield document.media_type
        yield document.reference


def _addresses(entry: Entry) -> Iterator[str]:
    yield entry.url
    for party in (*entry.authors, entry.publisher):
        if party and party.url is not None:
            yield party.url
    for term in entry.terms:
        yield term.scheme
    for photo in entry.photos:
        yield from _addresses_of(photo)
    for document in entry.documents:
        yield document.url
    if entry.via_url is not None:
        yield entry.via_url
    if entry.origin:
        yield entry.origin.url


def _addresses_of(photo: Media) -> Iterator[str]:
    yield photo.url
    if photo.thumbnail:
        yield photo.thumbnail.url
    if photo.original_url is not None:
        yield photo.original_url
