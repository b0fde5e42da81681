"""Render a channel as RSS 2.0; equal values give equal bytes.

Titles, category names and the channel's description are plain text, escaped once, as the RSS Advisory
Board's profile asks. A reader that takes titles for HTML shows `&lt;b&gt;` as `<b>`; escaping twice for
its sake would show `AT&amp;T` to every reader that keeps to the profile, and that title is by far the
commoner one. An item's description, on the other hand, is HTML by the specification: the plain lead is
escaped for HTML first, with its line breaks as `<br />`, so that markup in a lead is read and not obeyed.

Spec: RSS 2.0.11; RSS Advisory Board, "RSS Best Practices Profile".
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from feedgen.feed import FeedGenerator

from feeds.documents import generator, outgoing
from feeds.documents.extensions.dates import WITHHELD
from feeds.documents.model import Channel, Document, Entry, EntryContext, Format, Media
from store.text.markup import escape

SPECIFICATION_URL = "https://www.rssboard.org/rss-specification"


def render(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the RSS document in UTF-8, entries in the order given."""
    channel, entries = outgoing.ready(channel, entries)
    feed = _head(channel)
    context = EntryContext(Format.RSS, channel.language)
    for entry in entries:
        _add_item(feed, entry, context)
    return cast(bytes, feed.rss_str(pretty=True, encoding="UTF-8"))


def _head(channel: Channel) -> FeedGenerator:
    feed = generator.new_feed(channel)
    feed.lastBuildDate(WITHHELD)
    feed.docs(SPECIFICATION_URL)
    feed.ttl(channel.ttl_minutes)
    feed.link(href=channel.feed_urls[Format.RSS], rel="self", type=Format.RSS.media_type)
    # feedgen takes the last link added for the channel's own.
    feed.link(href=channel.html_url, rel="alternate")
    if channel.icon_url:
        # Without a size readers take an image for 88 px wide and 31 px high.
        size = str(channel.icon_px) if channel.icon_px else None
        feed.image(url=channel.icon_url, title=channel.title, link=channel.html_url, width=size, height=size)
    return feed


def _add_item(feed: FeedGenerator, entry: Entry, context: EntryContext) -> None:
    item = generator.add_entry(feed, entry, context)
    if entry.summary:
        item.summary(escape(entry.summary).replace("\n", "<br />"))
    # Readers take no more than one: the lead photo, or the first document where there is no photo.
    enclosures: tuple[Media | Document, ...] = (*entry.photos, *entry.documents)
    for enclosed in enclosures[:1]:
        item.enclosure(url=enclosed.url, length=enclosed.size_bytes, type=enclosed.media_type)
