"""The last check before rendering: what leaves is text that XML can carry and addresses in ASCII.

Clean values pass unchanged, so the check alters no document; what slipped past a way in loses the
offending characters instead of making the whole feed unreadable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from feeds.documents.model import Channel, Entry, Media, Party, Term
from store.text.iris import ascii_iri
from store.text.vietnamese import xml_safe


def ready(channel: Channel, entries: Sequence[Entry]) -> tuple[Channel, tuple[Entry, ...]]:
    """Return the values as every format may write them, entries in the order given.

    Identifiers keep their spelling, because readers compare them letter by letter.
    """
    return _channel(channel), tuple(map(_entry, entries))


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
    )


def _entry(entry: Entry) -> Entry:
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
        via_url=_address(entry.via_url) if entry.via_url else None,
    )


def _party(party: Party) -> Party | None:
    """Return None for a name of which nothing is left: no format has a nameless author."""
    name = xml_safe(party.name)
    return Party(name=name, url=_address(party.url) if party.url else None) if name else None


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
    )


def _address(url: str) -> str:
    return ascii_iri(xml_safe(url))
