"""What templates show: plain values with their addresses, so that no template reaches into the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from feeds.addresses import SelectionPath
from feeds.directory import ListedChannel
from feeds.documents.model import Format
from feeds.enclosures import Listing, lead_photo, list_documents
from feeds.headings import searched_of
from feeds.site import Site
from feeds.web.pictures import Preview, Thumb
from feeds.wording import VIETNAMESE
from store.attachments.kinds import SHORT_NAMES
from store.text.dates import format_rfc3339, format_vietnamese
from store.text.degrees import format_degrees
from store.text.excerpt import excerpt
from store.text.markup import plain_text
from store.text.queries import canonical_query
from store.text.sizes import format_size
from store.types import Bulletin, Moment, Place, Precision


@dataclass(frozen=True, slots=True)
class Link:
    """A name and where it leads."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class ChannelLink:
    """A channel in the directory; `depth` is how deep its category stands in the tree.

    `ending` says what became of whom it is about, and is empty while they live.
    """

    name: str
    url: str
    feeds: Mapping[str, str]
    count: int = 0
    depth: int = 0
    description: str = ""
    ending: str = ""

    @classmethod
    def of(cls, site: Site, path: SelectionPath, name: str) -> Self:
        """Build the link of the channel at `path`, without anything that lists say of it."""
        return cls(name, site.addresses.page(path), _feeds_at(site, path))

    @classmethod
    def listed(cls, site: Site, channel: ListedChannel) -> Self:
        """Build the link of a channel as the directory lists it."""
        page = site.addresses.page(channel.path)
        about = (channel.count, channel.depth, channel.remark, channel.ending)
        return cls(channel.name, page, _feeds_at(site, channel.path), *about)


def _feeds_at(site: Site, path: SelectionPath) -> dict[str, str]:
    return {f.value: site.addresses.feed(path, f) for f in Format}


@dataclass(frozen=True, slots=True)
class SearchView:
    """The search form of a channel's page: where it leads, what is searched for by it, the same words elsewhere.

    `words` are said as in a sentence, and empty where nothing is searched for; `elsewhere` is empty where everything
    is searched already. `phrase_url` leads to the same words side by side, and is empty where that is no difference.
    """

    url: str
    query: str
    words: str
    elsewhere: str
    phrase_url: str

    @classmethod
    def of(cls, path: SelectionPath, site: Site) -> Self:
        """Build the form of the page at `path`."""
        phrase = canonical_query(f'"{path.query}"') if " " in path.query and '"' not in path.query else ""
        return cls(
            url=site.addresses.page(replace(path, query="")),
            query=path.query,
            words=searched_of(path.query),
            elsewhere=site.addresses.page(SelectionPath(query=path.query)) if path.query and path.criteria else "",
            phrase_url=site.addresses.page(replace(path, query=phrase)) if phrase else "",
        )


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
    is_corrected: bool
    thumb: Thumb | None
    publisher: Link | None
    categories: tuple[Link, ...]

    @classmethod
    def of(cls, bulletin: Bulletin, site: Site) -> Self:
        """Build the headline of a published bulletin."""
        photo = lead_photo(bulletin)
        return cls(
            title=bulletin.title,
            url=site.addresses.bulletin(bulletin.slug, bulletin.number),
            lead=excerpt(bulletin.lead or plain_text(bulletin.body), max_chars=260),
            date=Dated.of(bulletin.published) if bulletin.published else None,
            language=bulletin.language,
            is_corrected=bool(bulletin.corrections),
            thumb=Thumb.of(photo, photo.file, site.addresses) if photo and photo.file else None,
            publisher=_publisher(bulletin, site),
            categories=_categories(bulletin, site),
        )


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """What readers are told of a correction, and when it was made."""

    note: str
    date: Dated


@dataclass(frozen=True, slots=True)
class DocumentView:
    """A document that a bulletin brings; `url`, `media_type`, `kind` and `size` are empty while its file waits.

    `reference` is empty where the title says it already.
    """

    title: str
    reference: str
    url: str = ""
    media_type: str = ""
    kind: str = ""
    size: str = ""

    @classmethod
    def of(cls, listing: Listing) -> Self:
        """Build the view of a listed document."""
        document = listing.document
        reference = listing.reference if listing.reference != listing.title else ""
        if document is None:
            return cls(listing.title, reference)
        return cls(
            listing.title,
            reference,
            url=document.url,
            media_type=document.media_type,
            kind=SHORT_NAMES[document.media_type],
            size=format_size(document.size_bytes, decimal=VIETNAMESE.decimal_mark),
        )


@dataclass(frozen=True, slots=True)
class PlaceView:
    """Where a bulletin plays; `map_url` and `coordinates` are empty where nobody gave any.

    The address opens whatever map its reader has: no site of maps is told what is read here.

    Spec: RFC 5870 (geo URI).
    """

    name: str
    coordinates: str = ""
    map_url: str = ""

    @classmethod
    def of(cls, place: Place) -> Self:
        """Build the view of a place, its coordinates as they are said in Vietnamese."""
        if place.latitude_e5 is None or place.longitude_e5 is None:
            return cls(place.name)
        north, east = place.latitude_e5, place.longitude_e5
        latitude, longitude = (format_degrees(abs(units)).replace(".", ",") for units in (north, east))
        said = f"{latitude}° {'Nam' if north < 0 else 'Bắc'}; {longitude}° {'Tây' if east < 0 else 'Đông'}"
        return cls(place.name, said, f"geo:{format_degrees(north)},{format_degrees(east)}")


@dataclass(frozen=True, slots=True)
class BulletinView:
    """A bulletin on its own page, without its body.

    `modified` is its last significant edit; `renewed` the same where no correction tells of it.
    """

    number: int
    title: str
    url: str
    lead: str
    date: Dated | None
    modified: Dated | None
    renewed: Dated | None
    corrections: tuple[CorrectionView, ...]
    language: str
    description: str
    publisher: Link | None
    categories: tuple[Link, ...]
    subjects: tuple[Link, ...]
    authors: tuple[Link, ...]
    documents: tuple[DocumentView, ...]
    preview: Preview | None
    source_address: str | None
    place: PlaceView | None
    origin: Link | None

    @classmethod
    def of(cls, bulletin: Bulletin, site: Site) -> Self:
        """Build the view of a published bulletin."""
        moment, updated = bulletin.published, bulletin.updated
        modified = updated if moment is not None and updated != moment.instant else None
        photo = lead_photo(bulletin)
        is_told = bool(bulletin.corrections) and bulletin.corrections[0].at == modified
        return cls(
            number=bulletin.number,
            title=bulletin.title,
            url=site.addresses.bulletin(bulletin.slug, bulletin.number),
            lead=bulletin.lead,
            date=Dated.of(moment) if moment else None,
            modified=Dated.of(Moment(modified)) if modified else None,
            renewed=Dated.of(Moment(modified)) if modified and not is_told else None,
            corrections=tuple(
                CorrectionView(correction.note, Dated.of(Moment(correction.at))) for correction in bulletin.corrections
            ),
            language=bulletin.language,
            description=excerpt(bulletin.lead or plain_text(bulletin.body), max_chars=160),
            publisher=_publisher(bulletin, site),
            categories=_categories(bulletin, site),
            subjects=tuple(
                Link(body.name, site.addresses.criterion("organisation", body.slug)) for body in bulletin.subjects
            ),
            authors=tuple(Link(a.name, site.addresses.criterion("author", a.slug)) for a in bulletin.authors),
            documents=tuple(DocumentView.of(listing) for listing in list_documents(bulletin, site.addresses)),
            preview=Preview.of(photo, photo.file, site.addresses) if photo and photo.file else None,
            source_address=_source_address(bulletin),
            place=PlaceView.of(bulletin.place) if bulletin.place else None,
            origin=Link(bulletin.origin.name, bulletin.origin.url) if bulletin.origin else None,
        )


def _publisher(bulletin: Bulletin, site: Site) -> Link | None:
    body = bulletin.publisher
    return Link(body.name, site.addresses.criterion("publisher", body.slug)) if body else None


def _source_address(bulletin: Bulletin) -> str | None:
    """Give the page that a bulletin was taken from, unless its origin leads there already."""
    is_told = bulletin.origin is not None and bulletin.origin.url == bulletin.source_address
    return None if is_told else bulletin.source_address


def _categories(bulletin: Bulletin, site: Site) -> tuple[Link, ...]:
    return tuple(Link(c.name, site.addresses.criterion("category", c.slug)) for c in bulletin.categories)
