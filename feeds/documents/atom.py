"""Render a channel as Atom 1.0; equal values give equal bytes.

Titles and summaries are of type text, which no reader may take for HTML. An entry without a byline
of its own falls to the feed's author; its publisher is `dc:publisher`, beside the authors.

Spec: RFC 4287.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from feedgen.feed import FeedGenerator

from feeds.documents import generator, outgoing
from feeds.documents.model import Channel, Entry, EntryContext, Format, Party


def render(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the Atom document in UTF-8, entries in the order given."""
    channel, entries = outgoing.ready(channel, entries)
    feed = _head(channel)
    context = EntryContext(Format.ATOM, channel.language)
    for entry in entries:
        _add_entry(feed, entry, context)
    return cast(bytes, feed.atom_str(pretty=True, encoding="UTF-8"))


def _head(channel: Channel) -> FeedGenerator:
    feed = generator.new_feed(channel)
    feed.id(channel.id)
    feed.updated(channel.updated)
    feed.author(_person(channel.author))
    for link in _links(channel):
        feed.link(link)
    if channel.icon_url:
        feed.icon(channel.icon_url)
    if channel.logo_url:
        feed.logo(channel.logo_url)
    return feed


def _add_entry(feed: FeedGenerator, entry: Entry, context: EntryContext) -> None:
    added = generator.add_entry(feed, entry, context)
    added.updated(entry.updated)
    added.published(entry.published)
    added.author([_person(author) for author in entry.authors])
    if entry.summary:
        added.summary(entry.summary, type="text")


def _person(party: Party) -> dict[str, str]:
    return {"name": party.name, "uri": party.url} if party.url else {"name": party.name}


def _links(channel: Channel) -> Iterator[dict[str, str]]:
    """Yield self, then the page, then the same channel in the other formats.

    Readers take the first alternate for the channel's page.
    """
    yield {"rel": "self", "type": Format.ATOM.media_type, "href": channel.feed_urls[Format.ATOM]}
    yield {"rel": "alternate", "type": "text/html", "href": channel.html_url}
    for sibling in (Format.RSS, Format.JSON):
        if sibling in channel.feed_urls:
            yield {"rel": "alternate", "type": sibling.media_type, "href": channel.feed_urls[sibling]}
