"""What templates show: plain values with their addresses, so that no template reaches into the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from feeds.addresses import SelectionPath
from feeds.documents.model import Format, Media
from feeds.entries import media_of, shown_photos
from feeds.site import Site
from store.text.dates import format_rfc3339, format_vietnamese
from store.text.excerpt import excerpt
from store.text.markup import plain_text
from store.types import Bulletin, Moment, Precision


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A channel in the directory; `depth` is how deep its category stands in the tree."""

    name: str
    url: str
    feeds: Mapping[str, str]
    count: int
    depth: int
    description: str

    @classmethod
    def of(
        cls, site: Site, path: SelectionPath, name: str, count: int, *, depth: int = 0, description: str = ""
    ) -> Self:
        """Build the link of the channel at `path`."""
        feeds = {f.value: site.addresses.feed(path, f) for f in Format}
        return cls(name, site.addresses.page(path), feeds, count, depth, description)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date for people and for machines."""

    text: str
    machine: str

    @classmethod
    def of(cls, moment: Moment) -> Self:
        """Show a day alone where only the day was said."""
        day_only = moment.precision is Precision.DAY
        machine = moment.instant.date().isoformat() if day_only else format_rfc3339(moment.instant)
        return cls(format_vietnamese(moment), machine)


@dataclass(frozen=True, slots=True)
class Headline:
    """A bulletin in a list."""

    title: str
    url: str
    lead: str
    date: Dated | None
    language: str
    photo: Media | None
    publisher: Link | None
    categories: tuple[Link, ...]

    @classmethod
    def of(cls, bulletin: Bulletin, site: Site) -> Self:
        """Build the headline of a published bulletin."""
        photos = [media_of(photo, site.addresses) for photo in shown_photos(bulletin) if photo.file]
        return cls(
            title=bulletin.title,
            url=site.addresses.bulletin(bulletin.slug, bulletin.number),
            lead=excerpt(bulletin.lead or plain_text(bulletin.body), max_chars=260),
            date=Dated.of(bulletin.published) if bulletin.published else None,
            language=bulletin.language,
            photo=photos[0] if photos else None,
            publisher=_publisher(bulletin, site),
            categories=_categories(bulletin, site),
        )


@dataclass(frozen=True, slots=True)
class BulletinView:
    """A bulletin on its own page, without its body."""

    number: int
    title: str
    url: str
    lead: str
    date: Dated | None
    corrected: Dated | None
    language: str
    description: str
    publisher: Link | None
    categories: tuple[Link, ...]
    subjects: tuple[Link, ...]
    authors: tuple[Link, ...]
    source_address: str | None

    @classmethod
    def of(cls, bulletin: Bulletin, site: Site) -> Self:
        """Build the view of a published bulletin."""
        moment, updated = bulletin.published, bulletin.updated
        corrected = moment is not None and updated is not None and updated != moment.instant
        return cls(
            number=bulletin.number,
            title=bulletin.title,
            url=site.addresses.bulletin(bulletin.slug, bulletin.number),
            lead=bulletin.lead,
            date=Dated.of(moment) if moment else None,
            corrected=Dated.of(Moment(updated)) if corrected and updated else None,
            language=bulletin.language,
            description=excerpt(bulletin.lead or plain_text(bulletin.body), max_chars=160),
            publisher=_publisher(bulletin, site),
            categories=_categories(bulletin, site),
            subjects=tuple(
                Link(body.name, site.addresses.criterion("organisation", body.slug)) for body in bulletin.subjects
            ),
            authors=tuple(Link(a.name, site.addresses.criterion("author", a.slug)) for a in bulletin.authors),
            source_address=bulletin.source_address,
        )


def _publisher(bulletin: Bulletin, site: Site) -> Link | None:
    body = bulletin.publisher
    return Link(body.name, site.addresses.criterion("publisher", body.slug)) if body else None


def _categories(bulletin: Bulletin, site: Site) -> tuple[Link, ...]:
    return tuple(Link(c.name, site.addresses.criterion("category", c.slug)) for c in bulletin.categories)
