"""RSS 2.0: one item.

Spec: RSS 2.0.11, "Elements of <item>"; RSS Advisory Board, "RSS Best Practices Profile".
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.lint.addresses import WEB, check_address, host_of
from feeds.lint.dates import check_date, check_span
from feeds.lint.elements import child, children, line_of, repeated, text_at, text_of
from feeds.lint.findings import Finding, Place, Scope, found
from feeds.lint.html import visible_text
from feeds.lint.media import UNKNOWN, check_media, is_media_type, is_size, pictures_of
from feeds.lint.reading import EntryReading, Picture

ONCE = ("title", "link", "description", "guid", "pubDate", "content:encoded", "atom:updated", "source")


def read_item(item: etree._Element, number: int, now: datetime) -> tuple[EntryReading, list[Finding]]:
    """Read an item, and tell what is wrong with it."""
    place = Place(Scope.ENTRY, number, text_at(item, "title"), line_of(item))
    findings = list(repeated(item, ONCE, "rss.element-repeated", place))
    findings += _check_identity(place, item)
    findings += _check_words(place, item)
    findings += _check_people_and_topics(place, item)
    findings += _check_enclosures(place, item)
    findings += check_media(place, item)
    published, faults = _dated(place, item, "pubDate", rss=True)
    updated, more = _dated(place, item, "atom:updated", rss=False)
    findings += faults + more
    findings += check_span(place, published, updated, now, names=("pubDate", "atom:updated"))
    description = text_at(item, "description")
    entry = EntryReading(
        place=place,
        id=text_at(item, "guid"),
        url=text_at(item, "link"),
        title=place.title,
        lead=visible_text(description),
        html=text_at(item, "content:encoded") or description,
        authors=tuple(filter(None, map(text_of, children(item, "dc:creator")))) or _named_author(item),
        published=published,
        updated=updated,
        pictures=_pictures(item),
    )
    return entry, findings


def _named_author(item: etree._Element) -> tuple[str, ...]:
    author = text_at(item, "author")
    return (author,) if author else ()


def _dated(place: Place, item: etree._Element, name: str, *, rss: bool) -> tuple[datetime | None, list[Finding]]:
    element = child(item, name)
    if element is None:
        if name == "pubDate":
            return None, [found("rss.pub-date-missing", place)]
        return None, []
    return check_date(place.at(line_of(element)), name, text_of(element), rss=rss)


def _check_identity(place: Place, item: etree._Element) -> Iterator[Finding]:
    link = child(item, "link")
    if not text_of(link):
        yield found("rss.link-missing", place)
    elif link is not None:
        yield from check_address(place.at(line_of(link)), "link", text_of(link))
    guid = child(item, "guid")
    value = text_of(guid)
    if guid is None or not value:
        yield found("rss.guid-missing", place)
        return
    place = place.at(line_of(guid))
    attribute = guid.get("isPermaLink", "true")
    if attribute not in {"true", "false"}:
        yield found("rss.guid-attribute", place, text=attribute)
    elif attribute == "true":
        is_address = value.partition(":")[0].lower() in WEB and bool(host_of(value))
        yield found("rss.guid-is-address" if is_address else "rss.guid-not-a-link", place, text=value)


def _check_words(place: Place, item: etree._Element) -> Iterator[Finding]:
    description, content = child(item, "description"), child(item, "content:encoded")
    if not text_of(description) and not place.title:
        yield found("rss.item-empty", place)
    if description is not None and content is not None and item.index(content) < item.index(description):
        yield found("rss.description-after-content", place.at(line_of(description)))
    source = child(item, "source")
    if source is None:
        return
    if source.get("url"):
        yield from check_address(place.at(line_of(source)), "source", source.get("url", ""))
    else:
        yield found("rss.source-url-missing", place.at(line_of(source)))


def _check_people_and_topics(place: Place, item: etree._Element) -> Iterator[Finding]:
    author = child(item, "author")
    if author is not None and children(item, "dc:creator"):
        yield found("rss.author-and-creator", place.at(line_of(author)))
    elif author is not None and "@" not in text_of(author):
        yield found("rss.author-not-mail", place.at(line_of(author)), text=text_of(author) or UNKNOWN)
    categories = children(item, "category")
    for category in categories:
        if not text_of(category):
            yield found("rss.category-empty", place.at(line_of(category)))
    without = [category for category in categories if text_of(category) and not category.get("domain")]
    if without:
        yield found("rss.category-domain-missing", place.at(line_of(without[0])), count=len(without))


def _check_enclosures(place: Place, item: etree._Element) -> Iterator[Finding]:
    enclosures = children(item, "enclosure")
    if len(enclosures) > 1:
        yield found("rss.enclosure-repeated", place.at(line_of(enclosures[1])), count=len(enclosures))
    beside = [picture.url for picture in pictures_of(item)]
    leads = [each for each in enclosures[:1] if each.get("url") and each.get("type", "").startswith("image/")]
    if leads and beside and leads[0].get("url") != beside[0]:
        yield found("rss.enclosure-not-lead", place.at(line_of(leads[0])), text=beside[0])
    for enclosure in enclosures:
        here = place.at(line_of(enclosure))
        if enclosure.get("url"):
            yield from check_address(here, "enclosure", enclosure.get("url", ""))
        else:
            yield found("rss.enclosure-url-missing", here)
        if not is_size(enclosure.get("length")):
            yield found("rss.enclosure-length", here, text=enclosure.get("length") or UNKNOWN)
        if not is_media_type(enclosure.get("type")):
            yield found("rss.enclosure-type", here, text=enclosure.get("type") or UNKNOWN)


def _pictures(item: etree._Element) -> tuple[Picture, ...]:
    enclosed = [
        Picture(url=enclosure.get("url", ""))
        for enclosure in children(item, "enclosure")
        if enclosure.get("url") and enclosure.get("type", "").startswith("image/")
    ]
    beside = pictures_of(item)
    known = {picture.url for picture in beside}
    return (*beside, *(picture for picture in enclosed if picture.url not in known))
