"""What a bulletin's page says of itself to search engines, from the same values as the page itself."""

from __future__ import annotations

from collections.abc import Sequence

from feeds.addresses import WIDE_MARK
from feeds.documents.articles import Article, Picture, Publisher, breadcrumbs, news_article, script_of
from feeds.documents.model import Media, Party
from feeds.enclosures import address_of, lead_photo, media_of, shown_photos
from feeds.site import Site
from feeds.web.views import BulletinView, Link
from store.attachments import recipe
from store.types import Attachment, Bulletin, Organisation

WEB = ("https://", "http://")


def structured_data(bulletin: Bulletin, view: BulletinView, trail: Sequence[Link], site: Site) -> str:
    """Write the JSON-LD of a published bulletin, ready to stand in a script element.

    `trail` are the pages above it, the outermost first. Raises ValueError for a bulletin without a date.
    """
    steps = [*(Party(name=link.name, url=link.url) for link in trail), Party(name=bulletin.title)]
    return script_of([news_article(_article(bulletin, view, site)), breadcrumbs(steps)])


def _article(bulletin: Bulletin, view: BulletinView, site: Site) -> Article:
    if bulletin.published is None or bulletin.updated is None:
        raise ValueError(f"bulletin {bulletin.number} has no date: it was never published")
    return Article(
        url=view.url,
        title=bulletin.title,
        description=view.description,
        language=bulletin.language,
        published=bulletin.published.instant,
        updated=bulletin.updated,
        publisher=_publisher(bulletin.publisher, site),
        authors=tuple(map(_party, view.authors)),
        pictures=_pictures(bulletin, site),
        sections=tuple(category.name for category in view.categories),
        bodies=tuple(map(_party, view.subjects)),
        corrections=bulletin.corrections,
        place=bulletin.place,
        origin=bulletin.origin,
        source_url=bulletin.source_address if (bulletin.source_address or "").startswith(WEB) else None,
    )


def _publisher(body: Organisation | None, site: Site) -> Publisher:
    logo_url = site.addresses.image(WIDE_MARK)
    if body is None:
        return Publisher(name=site.settings.site_name, url=site.addresses.home(), logo_url=logo_url)
    url = site.addresses.criterion("publisher", body.slug)
    return Publisher(name=body.name, url=url, logo_url=logo_url, website=body.website)


def _pictures(bulletin: Bulletin, site: Site) -> tuple[Picture, ...]:
    """Give the share card first, because engines that show one picture alone take the first."""
    lead = lead_photo(bulletin)
    card = _card(lead, site) if lead is not None else ()
    shown = (media_of(photo, site.addresses) for photo in shown_photos(bulletin) if photo.file)
    return (*card, *map(_picture, shown))


def _card(lead: Attachment, site: Site) -> tuple[Picture, ...]:
    card = recipe.share_card(lead)
    if card is None:
        return ()
    url = address_of(card, site.addresses)
    picture = Picture(
        url=url, width_px=card.width_px, height_px=card.height_px, caption=lead.caption, credit=lead.credit
    )
    return (picture,)


def _picture(photo: Media) -> Picture:
    return Picture(
        url=photo.url,
        width_px=photo.width_px,
        height_px=photo.height_px,
        caption=photo.caption,
        credit=photo.credit,
    )


def _party(link: Link) -> Party:
    return Party(name=link.name, url=link.url)
