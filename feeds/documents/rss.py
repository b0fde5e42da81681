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

from feeds.documents import generator, outgoing
from feeds.documents.extensions.dates import WITHHELD
from feeds.documents.model import Channel, Entry, Format
from store.text.markup import escape

SPECIFICATION_URL = "https://www.rssboard.org/rss-specification"


def render(channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the RSS document in UTF-8, entries in the order given."""
    channel, entries = outgoing.ready(channel, entries)
    feed = generator.new_feed(channel)
    feed.lastBuildDate(WITHHELD)
    feed.docs(SPECIFICATION_URL)
    feed.ttl(channel.ttl_minutes)
    feed.link(href=channel.feed_urls[Format.RSS], rel="self", type=Format.RSS.media_type)
    # feedgen takes the last link added for the channel's own.
    feed.link(href=channel.html_url, rel="alternate")
    if channel.icon_url:
        feed.image(url=channel.icon_url, title=channel.title, link=channel.html_url)
    for entry in entries:
        item = generator.add_entry(feed, channel, entry)
        if entry.summary:
            item.summary(escape(entry.summary).replace("\n", "<br />"))
        if entry.photos:
            lead_photo = entry.photos[0]
            item.enclosure(url=lead_photo.url, length=lead_photo.size_bytes, type=lead_photo.media_type)
    return cast(bytes, feed.rss_str(pretty=True, encoding="UTF-8"))
