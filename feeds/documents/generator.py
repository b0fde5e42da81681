"""feedgen, set up the one way in which both XML formats use it.

Every mending of feedgen is an extension listed here; nothing touches the bytes that it returns.
"""

from __future__ import annotations

from feedgen.feed import FeedGenerator
from lxml import etree

from feeds.documents.extensions.body import BodyOfEntry
from feeds.documents.extensions.contract import EntryExtension, HeadExtension
from feeds.documents.extensions.corrections import CorrectionsOfEntry
from feeds.documents.extensions.dates import DatesHead, DatesOfEntry
from feeds.documents.extensions.downloads import DownloadsOfEntry
from feeds.documents.extensions.history import HistoryHead
from feeds.documents.extensions.identity import IdentityHead
from feeds.documents.extensions.languages import LanguageOfEntry
from feeds.documents.extensions.links import LinksOfEntry
from feeds.documents.extensions.origins import OriginOfEntry
from feeds.documents.extensions.parties import PartiesHead, PartiesOfEntry
from feeds.documents.extensions.photos import PhotosHead, PhotosOfEntry
from feeds.documents.extensions.places import PlaceOfEntry, PlacesHead
from feeds.documents.extensions.tombstones import TombstonesHead
from feeds.documents.model import Channel, Entry, EntryContext

GENERATOR_NAME = "Bantin"

# Elements stand in a document in these orders.
HEAD_EXTENSIONS: tuple[type[HeadExtension], ...] = (
    DatesHead,
    PartiesHead,
    IdentityHead,
    PlacesHead,
    PhotosHead,
    HistoryHead,
    TombstonesHead,
)
ENTRY_EXTENSIONS: tuple[EntryExtension, ...] = (
    BodyOfEntry(),
    LinksOfEntry(),
    DatesOfEntry(),
    CorrectionsOfEntry(),
    PartiesOfEntry(),
    LanguageOfEntry(),
    OriginOfEntry(),
    PlaceOfEntry(),
    PhotosOfEntry(),
    DownloadsOfEntry(),
)


class MendedEntry:
    """All extensions of entries as the one that feedgen makes an instance of for each entry."""

    entry: Entry
    context: EntryContext

    def extend_rss(self, item: etree._Element) -> etree._Element:
        """Extend the `item` element."""
        for extension in ENTRY_EXTENSIONS:
            extension.extend_rss(item, self.entry, self.context)
        return item

    def extend_atom(self, element: etree._Element) -> etree._Element:
        """Extend the `entry` element."""
        for extension in ENTRY_EXTENSIONS:
            extension.extend_atom(element, self.entry, self.context)
        return element


class MendedHead:
    """All extensions of the head as the one that feedgen makes an instance of for each document."""

    channel: Channel

    def extend_ns(self) -> dict[str, str]:
        """Return the prefixes to declare on the root."""
        return {prefix: uri for extension in self._extensions() for prefix, uri in extension.extend_ns().items()}

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Extend the `rss` element."""
        for extension in self._extensions():
            extension.extend_rss(root)
        return root

    def extend_atom(self, root: etree._Element) -> etree._Element:
        """Extend the `feed` element."""
        for extension in self._extensions():
            extension.extend_atom(root)
        return root

    def _extensions(self) -> list[HeadExtension]:
        extensions = [extension() for extension in HEAD_EXTENSIONS]
        for extension in extensions:
            extension.channel = self.channel
        return extensions


def new_feed(channel: Channel) -> FeedGenerator:
    """Return a generator with every extension, and the fields that RSS and Atom share."""
    feed = FeedGenerator()
    feed.register_extension("mended", MendedHead, MendedEntry)
    feed.mended.channel = channel
    feed.title(channel.title)
    feed.description(channel.description)
    feed.language(channel.language)
    feed.generator(GENERATOR_NAME)
    if channel.rights:
        feed.rights(channel.rights)
    return feed


def add_entry(feed: FeedGenerator, entry: Entry, context: EntryContext) -> FeedGenerator:
    """Append an entry and return feedgen's object for it, with the fields that RSS and Atom share."""
    added = feed.add_entry(order="append")
    added.mended.entry = entry
    added.mended.context = context
    added.id(entry.id)
    added.title(entry.title)
    added.link(href=entry.url, rel="alternate")
    if entry.content_html:
        added.content(entry.content_html, type="html")
    if entry.terms:
        added.category([{"term": term.term, "scheme": term.scheme, "label": term.label} for term in entry.terms])
    return added
