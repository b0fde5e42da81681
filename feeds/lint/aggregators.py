"""What aggregators and readers want of every feed, whatever its format; judged from the common reading.

Spec: guidelines of aggregators (titles of 20 to 150 characters, a photo, a lead), RFC 4287 section 4.2.6.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from feeds.lint.addresses import addresses_of, check_html_addresses, check_private
from feeds.lint.findings import CHANNEL, Finding, Place, found
from feeds.lint.html import elements, visible_text
from feeds.lint.media import is_size
from feeds.lint.readers import check_view
from feeds.lint.reading import EntryReading, FeedReading, Kind
from feeds.lint.text import check_html, check_plain, check_title
from store.text.dates import format_rfc3339

TITLE_CHARS = (20, 150)
LEAST_ALIKE = 5
"""Fewer entries of one day without a time may well be dated alike."""
MOMENT = timedelta(seconds=60)
"""How near to the request a date is that was probably made by it."""


def check_reading(reading: FeedReading, now: datetime, *, own_host: str, is_fetched: bool) -> Iterator[Finding]:
    """Judge a feed and its entries; `is_fetched` says that `now` is when it was made."""
    yield from check_title(CHANNEL, "title", reading.title)
    yield from check_plain(CHANNEL, "subtitle" if reading.kind is Kind.ATOM else "description", reading.description)
    if not reading.entries:
        yield found("feed.empty", CHANNEL)
    for entry in reading.entries:
        yield from _check_words(entry, reading.kind)
        yield from _check_body(entry)
    yield from _check_repeated(reading.entries)
    yield from _check_dates(reading, now, is_fetched=is_fetched)
    urls = [reading.page_url, *reading.self_urls]
    for entry in reading.entries:
        urls += [entry.url, *(picture.url for picture in entry.pictures)]
        urls += [address for element in elements(entry.html) for address in addresses_of(element)]
    yield from check_private(urls, own_host=own_host)


def _check_words(entry: EntryReading, kind: Kind) -> Iterator[Finding]:
    place, length = entry.place, len(entry.title)
    if not length:
        yield found("entry.title-missing", place)
    elif length < TITLE_CHARS[0]:
        yield found("entry.title-short", place, count=length)
    elif length > TITLE_CHARS[1]:
        yield found("entry.title-long", place, count=length)
    yield from check_title(place, "title", entry.title)
    lead_name = "description" if kind is Kind.RSS else "summary"
    if not entry.lead:
        yield found("entry.lead-missing", place)
    elif entry.lead == entry.title:
        yield found("entry.lead-equals-title", place)
    if entry.lead and entry.lead != visible_text(entry.html):
        yield from check_plain(place, lead_name, entry.lead)
    for author in entry.authors:
        yield from check_plain(place, "author", author)


def _check_body(entry: EntryReading) -> Iterator[Finding]:
    place, html = entry.place, entry.html
    shown = [node.get("src", "") for node in elements(html) if node.tag == "img" and not _is_tiny(node.get("width"))]
    if not entry.pictures and not shown:
        yield found("entry.image-missing", place)
    elif not entry.pictures:
        yield found("media.photos-in-text-only", place, count=len(shown))
    yield from check_html(place, "content", html)
    yield from check_html_addresses(place, html)
    yield from check_view(place, html)


def _is_tiny(width: str | None) -> bool:
    return width is not None and (not is_size(width) or int(width[:9]) <= 1)


def _check_repeated(entries: tuple[EntryReading, ...]) -> Iterator[Finding]:
    for rule, name in (
        ("entry.id-repeated", "id"),
        ("entry.url-repeated", "url"),
        ("entry.title-repeated", "title"),
    ):
        first: dict[str, int | None] = {}
        for entry in entries:
            value = getattr(entry, name)
            if value and value in first:
                said = {} if name == "title" else {"text": value}
                yield found(rule, entry.place, other=first[value], **said)
            first.setdefault(value, entry.place.number)


def _check_dates(reading: FeedReading, now: datetime, *, is_fetched: bool) -> Iterator[Finding]:
    shown = [entry.published or entry.updated for entry in reading.entries]
    dated = [instant for instant in shown if instant is not None]
    changed = [max(filter(None, (entry.published, entry.updated)), default=None) for entry in reading.entries]
    known = [instant for instant in changed if instant is not None and instant <= now]
    if len(dated) > 1 and is_fetched and all(abs(now - instant) < MOMENT for instant in dated):
        yield found("date.now", CHANNEL, count=len(dated))
    elif len(dated) >= LEAST_ALIKE and len(set(dated)) == 1:
        yield found("date.all-equal", CHANNEL, count=len(dated), text=format_rfc3339(dated[0]))
    elif dated and dated[0] < max(dated):
        yield found("date.order", _newest(reading.entries))
    if reading.updated is not None and known and max(known) > reading.updated:
        said = {"text": format_rfc3339(reading.updated), "other": format_rfc3339(max(known))}
        yield found("date.feed-older-than-entry", CHANNEL, **said)


def _newest(entries: tuple[EntryReading, ...]) -> Place:
    dated = [(shown, entry) for entry in entries if (shown := entry.published or entry.updated) is not None]
    return max(dated, key=lambda pair: pair[0])[1].place
