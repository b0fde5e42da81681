"""The last check before rendering: what leaves is text that XML can carry and addresses in ASCII.

Clean values pass unchanged, so the check alters no document; what slipped past a way in loses the
offending characters instead of making the whole feed unreadable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from feeds.documents.model import Channel, Deleted, Document, Entry, Format, History, Media, Party, Term, Thumbnail
from feeds.documents.readiness import is_ready
from store.text.iris import ascii_iri
from store.text.vietnamese import xml_safe
from store.types import Correction, Origin, Place


def ready(channel: Channel, entries: Sequence[Entry]) -> tuple[Channel, tuple[Entry, ...]]:
    """Return the values as every format may write them, entries in the order given.

    Identifiers keep their spelling, because readers compare them letter by letter.
    """
    return _channel(channel), tuple(entry if is_ready(entry) else cleaned(entry) for entry in entries)


def _channel(channel: Channel) -> Channel:
    html_url = _address(channel.html_url)
    # RSS and Atom are invalid without a title, and RSS without a description.
    title = xml_safe(channel.title) or html_url
    return replace(
        channel,
        id=xml_safe(channel.id),
        title=title,
        description=xml_safe(channel.description) or title,
        language=xml_safe(channel.language),
        html_url=html_url,
        feed_urls={format: _address(url) for format, url in channel.feed_urls.items()},
        author=_party(channel.author) or Party(name=title),
        rights=xml_safe(channel.rights),
        icon_url=_address(channel.icon_url) if channel.icon_url else None,
        logo_url=_address(channel.logo_url) if channel.logo_url else None,
        deleted=tuple(map(_deleted, channel.deleted)),
        history=_history(channel.history),
    )


def _history(history: History) -> History:
    return replace(
        history,
        current=_addresses(history.current),
        previous=_addresses(history.previous),
        following=_addresses(history.following),
    )


def _addresses(urls: Mapping[Format, str] | None) -> Mapping[Format, str] | None:
    return {format: _address(url) for format, url in urls.items()} if urls is not None else None


def cleaned(entry: Entry) -> Entry:
    """Return an entry without what no document can carry: characters, and values that nothing is left of."""
    url = _address(entry.url)
    return replace(
        entry,
        id=xml_safe(entry.id),
        url=url,
        title=xml_safe(entry.title) or url,
        summary=xml_safe(entry.summary),
        content_html=xml_safe(entry.content_html),
        language=xml_safe(entry.language),
        authors=tuple(filter(None, map(_party, entry.authors))),
        publisher=_party(entry.publisher) if entry.publisher else None,
        terms=tuple(filter(None, map(_term, entry.terms))),
        photos=tuple(filter(None, map(_media, entry.photos))),
        documents=tuple(filter(None, map(_document, entry.documents))),
        via_url=_address(entry.via_url or "") or None,
        corrections=tuple(filter(None, map(_correction, entry.corrections))),
        place=_place(entry.place) if entry.place else None,
        origin=_origin(entry.origin) if entry.origin else None,
    )


def _deleted(deleted: Deleted) -> Deleted:
    return replace(deleted, id=xml_safe(deleted.id), reason=xml_safe(deleted.reason))


def _correction(correction: Correction) -> Correction | None:
    note = xml_safe(correction.note)
    return replace(correction, note=note) if note else None


def _place(place: Place) -> Place | None:
    place = replace(place, name=xml_safe(place.name))
    return place if place.name or place.latitude_e5 is not None else None


def _origin(origin: Origin) -> Origin | None:
    name, url = xml_safe(origin.name), _address(origin.url)
    return Origin(name=name or url, url=url) if url else None


def _party(party: Party) -> Party | None:
    """Return None for a name of which nothing is left: no format has a nameless author."""
    name = xml_safe(party.name)
    return Party(name=name, url=_address(party.url or "") or None) if name else None


def _term(term: Term) -> Term | None:
    name = xml_safe(term.term)
    label = xml_safe(term.label) or name
    return Term(term=name or label, label=label, scheme=_address(term.scheme)) if label else None


def _media(media: Media) -> Media | None:
    url = _address(media.url)
    if not url:
        return None
    return replace(
        media,
        url=url,
        media_type=xml_safe(media.media_type),
        caption=xml_safe(media.caption),
        credit=xml_safe(media.credit),
        alternative_text=xml_safe(media.alternative_text),
        thumbnail=_thumbnail(media.thumbnail) if media.thumbnail else None,
        original_url=_address(media.original_url) or None if media.original_url else None,
    )


def _thumbnail(thumbnail: Thumbnail) -> Thumbnail | None:
    url = _address(thumbnail.url)
    return replace(thumbnail, url=url) if url else None


def _document(document: Document) -> Document | None:
    url = _address(document.url)
    if not url:
        return None
    reference = xml_safe(document.reference)
    return replace(
        document,
        url=url,
        media_type=xml_safe(document.media_type),
        title=xml_safe(document.title) or reference or url,
        reference=reference,
    )


def _address(url: str) -> str:
    return ascii_iri(xml_safe(url))
