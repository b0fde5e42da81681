"""feedgen, set up the one way in which both XML formats use it.

Every mending of feedgen is an extension listed here; nothing touches the bytes that it returns.
"""

from __future__ import annotations

from dataclasses import dataclass

from feedgen.feed import FeedGenerator

from feeds.documents.extensions.body import BodyOfEntry
from feeds.documents.extensions.contract import EntryExtension, HeadExtension
from feeds.documents.extensions.dates import DatesHead, DatesOfEntry
from feeds.documents.extensions.languages import LanguageOfEntry
from feeds.documents.extensions.links import LinksOfEntry
from feeds.documents.extensions.parties import PartiesHead, PartiesOfEntry
from feeds.documents.extensions.photos import PhotosHead, PhotosOfEntry
from feeds.documents.model import Channel, Entry

GENERATOR_NAME = "Bantin"


@dataclass(frozen=True, slots=True)
class Registration:
    """An extension under the attribute name that feedgen gives its instances."""

    name: str
    head: type[HeadExtension]
    entry: type[EntryExtension]


# Elements stand in a document in this order.
EXTENSIONS = (
    Registration("bantin_body", HeadExtension, BodyOfEntry),
    Registration("bantin_links", HeadExtension, LinksOfEntry),
    Registration("bantin_dates", DatesHead, DatesOfEntry),
    Registration("bantin_parties", PartiesHead, PartiesOfEntry),
    Registration("bantin_languages", HeadExtension, LanguageOfEntry),
    Registration("bantin_photos", PhotosHead, PhotosOfEntry),
)


def new_feed(channel: Channel) -> FeedGenerator:
    """Return a generator with every extension, and the fields that RSS and Atom share."""
    feed = FeedGenerator()
    for registration in EXTENSIONS:
        feed.register_extension(registration.name, registration.head, registration.entry)
        getattr(feed, registration.name).channel = channel
    feed.title(channel.title)
    feed.description(channel.description)
    feed.language(channel.language)
    feed.generator(GENERATOR_NAME)
    if channel.rights:
        feed.rights(channel.rights)
    return feed


def add_entry(feed: FeedGenerator, channel: Channel, entry: Entry) -> FeedGenerator:
    """Append an entry and return feedgen's object for it, with the fields that RSS and Atom share."""
    added = feed.add_entry(order="append")
    for registration in EXTENSIONS:
        extension = getattr(added, registration.name)
        extension.channel = channel
        extension.entry = entry
    added.id(entry.id)
    added.title(entry.title)
    added.link(href=entry.url, rel="alternate")
    if entry.content_html:
        added.content(entry.content_html, type="html")
    for term in entry.terms:
        added.category(term=term.term, scheme=term.scheme, label=term.label)
    return added
