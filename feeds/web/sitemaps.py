"""From the store to sitemaps: which pages stand in which part, and what each part says.

The first part holds the pages of channels, every other one the bulletins of one range of numbers: publishing alters
the part of the newest numbers, and a change alters the part of its bulletin, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from feeds.directory import iter_channels
from feeds.documents import sitemap
from feeds.documents.sitemap import Limits, NewsPage, Page
from feeds.enclosures import address_of
from feeds.site import Site
from store import sitemap_pages
from store.attachments import recipe
from store.sitemap_pages import NewsItem, Span

CHANNELS_PART = 1
FIRST_PART = CHANNELS_PART + 1
NEWS_DAYS = timedelta(days=2)
HOUR = timedelta(hours=1)


def render_sitemap(session: Session, site: Site, limits: Limits) -> bytes:
    """Render the sitemap of the whole site, or the index of its parts once one document would not do."""
    channels = tuple(_channel_pages(session, site))
    bulletins, images = sitemap_pages.count_published(session)
    if sitemap.fits_one_document(len(channels) + bulletins, images, limits):
        return sitemap.render_pages((*channels, *_bulletin_pages(session, site)), limits)
    parts = [Page(site.addresses.sitemap_part(CHANNELS_PART))]
    parts += [
        Page(site.addresses.sitemap_part(FIRST_PART + span.ordinal), _shown(span.changed_at, site))
        for span in sitemap_pages.list_spans(session, size=limits.numbers)
    ]
    return sitemap.render_index(parts)


def render_channels(session: Session, site: Site, limits: Limits) -> bytes:
    """Render the first part."""
    return sitemap.render_pages(_channel_pages(session, site), limits)


def render_span(session: Session, span: Span, site: Site, limits: Limits) -> bytes:
    """Render the part of one range of numbers."""
    first = span.ordinal * limits.numbers + 1
    pages = _bulletin_pages(session, site, first=first, last=first + limits.numbers - 1)
    return sitemap.render_pages(pages, limits)


def news_since(present: datetime) -> datetime:
    """Give the instant from which bulletins are news: two days before the next full hour.

    Within an hour the same bulletins are news, and none of them is ever older than two days.
    """
    hour = present.replace(minute=0, second=0, microsecond=0)
    return (hour if hour == present else hour + HOUR) - NEWS_DAYS


def render_news(items: tuple[NewsItem, ...], site: Site) -> bytes:
    """Render the news sitemap."""
    pages = (
        NewsPage(
            url=site.addresses.bulletin(item.slug, item.number),
            title=item.title,
            language=item.language,
            published=item.published.instant,
        )
        for item in items
    )
    return sitemap.render_news(pages, publication=site.settings.site_name)


def _channel_pages(session: Session, site: Site) -> Iterator[Page]:
    """Yield the directory and the channels that hold anything: an empty page is nothing to be found."""
    yield Page(site.addresses.directory())
    for group in iter_channels(session, site.settings):
        for channel in group.channels:
            if channel.count:
                yield Page(site.addresses.page(channel.path))


def _bulletin_pages(session: Session, site: Site, *, first: int = 1, last: int | None = None) -> Iterator[Page]:
    for page in sitemap_pages.iter_pages(session, first=first, last=last):
        yield Page(
            site.addresses.bulletin(page.slug, page.number),
            _shown(page.changed_at, site),
            tuple(address_of(recipe.shown_form(photo), site.addresses) for photo in page.photos),
        )


def _shown(instant: datetime, site: Site) -> datetime:
    return instant.astimezone(site.settings.timezone)
