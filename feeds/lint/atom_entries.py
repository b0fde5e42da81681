"""Atom 1.0: one entry, with its people, links and categories.

Spec: RFC 4287 sections 3.2, 4.1.2 and 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.lint.addresses import check_address, is_absolute
from feeds.lint.atom_texts import check_text_construct, html_of, plain
from feeds.lint.dates import check_date, check_span
from feeds.lint.elements import child, children, line_of, repeated, text_at
from feeds.lint.findings import Finding, Place, Scope, found
from feeds.lint.links import hrefs
from feeds.lint.media import UNKNOWN, check_media, is_media_type, is_size, pictures_of
from feeds.lint.reading import EntryReading, Picture

REQUIRED = ("atom:id", "atom:title", "atom:updated")
ONCE = (*REQUIRED, "atom:content", "atom:published", "atom:rights", "atom:source", "atom:summary")


def read_entry(
    element: etree._Element, number: int, now: datetime, *, has_author: bool
) -> tuple[EntryReading, list[Finding]]:
    """Read an entry, and tell what is wrong with it; `has_author` says whether the feed names one."""
    place = Place(Scope.ENTRY, number, plain(child(element, "atom:title")), line_of(element))
    findings = list(_check_required(place, element))
    findings += _check_texts(place, element)
    findings += _check_links(place, element)
    findings += _check_categories(place, element)
    findings += check_people(place, element)
    findings += _check_source(place, element)
    findings += check_media(place, element)
    in_source = names_of(source) if (source := child(element, "atom:source")) is not None else ()
    if not (has_author or names_of(element) or in_source):
        findings.append(found("atom.author-missing", place))
    published, faults = _dated(place, element, "published")
    updated, more = _dated(place, element, "updated")
    findings += faults + more
    findings += check_span(place, published, updated, now, names=("published", "updated"))
    summary, content = child(element, "atom:summary"), child(element, "atom:content")
    entry = EntryReading(
        place=place,
        id=text_at(element, "atom:id"),
        url=alternate_of(element),
        title=place.title,
        lead=plain(summary),
        html=html_of(content) or html_of(summary),
        authors=names_of(element) or in_source,
        published=published,
        updated=updated,
        pictures=_pictures(element),
    )
    return entry, findings


def alternate_of(element: etree._Element) -> str:
    """Give where the first alternate link leads, nothing where there is none."""
    return next(iter(hrefs(element, "alternate")), "")


def names_of(element: etree._Element) -> tuple[str, ...]:
    """List the names of the authors of a feed, entry or source."""
    return tuple(filter(None, (text_at(author, "atom:name") for author in children(element, "atom:author"))))


def check_people(place: Place, element: etree._Element) -> Iterator[Finding]:
    """Judge the authors and contributors of a feed or entry."""
    for name in ("author", "contributor"):
        for person in children(element, f"atom:{name}"):
            if not text_at(person, "atom:name"):
                yield found("atom.author-name-missing", place.at(line_of(person)), name=name)


def check_alternates(place: Place, element: etree._Element) -> Iterator[Finding]:
    """Judge that every link leads somewhere, and that no two alternates are of one type and language."""
    taken: set[tuple[str, str]] = set()
    for link in children(element, "atom:link"):
        here = place.at(line_of(link))
        if not link.get("href", "").strip():
            yield found("atom.link-href-missing", here)
        elif link.get("rel", "alternate") == "alternate":
            kind = (link.get("type", ""), link.get("hreflang", ""))
            if kind in taken:
                yield found("atom.alternate-repeated", here, text=" ".join(filter(None, kind)) or UNKNOWN)
            taken.add(kind)


def _dated(place: Place, element: etree._Element, name: str) -> tuple[datetime | None, list[Finding]]:
    date = child(element, f"atom:{name}")
    if date is None or not text_at(element, f"atom:{name}"):
        # A missing `updated` is told with the other required elements.
        return None, [found("atom.published-missing", place)] if name == "published" else []
    return check_date(place.at(line_of(date)), name, text_at(element, f"atom:{name}"), rss=False)


def _check_required(place: Place, element: etree._Element) -> Iterator[Finding]:
    for name in REQUIRED:
        # An empty title is told of with the titles of all formats.
        if child(element, name) is None or (name != "atom:title" and not text_at(element, name)):
            yield found("atom.element-missing", place, name=name.removeprefix("atom:"))
    yield from repeated(element, ONCE, "atom.element-repeated", place)
    identity = text_at(element, "atom:id")
    if identity and not is_absolute(identity):
        yield found("atom.id-not-absolute", place, text=identity)


def _check_texts(place: Place, element: etree._Element) -> Iterator[Finding]:
    for name in ("atom:title", "atom:summary", "atom:rights"):
        yield from check_text_construct(place, child(element, name))
    yield from check_text_construct(place, child(element, "atom:content"), is_content=True)


def _check_links(place: Place, element: etree._Element) -> Iterator[Finding]:
    yield from check_alternates(place, element)
    if not alternate_of(element):
        rule = "atom.content-missing" if child(element, "atom:content") is None else "atom.alternate-missing"
        yield found(rule, place)
    untitled = []
    for link in children(element, "atom:link"):
        here, rel = place.at(line_of(link)), link.get("rel", "alternate")
        if link.get("href"):
            yield from check_address(here, f"link rel={rel}", link.get("href", ""))
        if rel == "enclosure":
            yield from _check_enclosure(here, link)
            untitled += [] if link.get("title") else [link]
    if untitled:
        yield found("atom.enclosure-title", place.at(line_of(untitled[0])), count=len(untitled))


def _check_enclosure(place: Place, link: etree._Element) -> Iterator[Finding]:
    if not is_size(link.get("length")):
        yield found("atom.enclosure-length", place, text=link.get("length") or UNKNOWN)
    if not is_media_type(link.get("type")):
        yield found("atom.enclosure-type", place, text=link.get("type") or UNKNOWN)


def _check_categories(place: Place, element: etree._Element) -> Iterator[Finding]:
    categories = children(element, "atom:category")
    for category in categories:
        if not category.get("term"):
            yield found("atom.category-term-missing", place.at(line_of(category)))
    poor = [each for each in categories if each.get("term") and not (each.get("scheme") and each.get("label"))]
    if poor:
        yield found("atom.category-incomplete", place.at(line_of(poor[0])), count=len(poor))


def _check_source(place: Place, element: etree._Element) -> Iterator[Finding]:
    source = child(element, "atom:source")
    if source is None:
        return
    for name in REQUIRED:
        if not text_at(source, name):
            yield found("atom.source-incomplete", place.at(line_of(source)), name=name.removeprefix("atom:"))


def _pictures(element: etree._Element) -> tuple[Picture, ...]:
    enclosed = [
        Picture(url=link.get("href", ""), caption=link.get("title", ""))
        for link in children(element, "atom:link")
        if link.get("rel") == "enclosure" and link.get("type", "").startswith("image/")
    ]
    beside = pictures_of(element)
    known = {picture.url for picture in beside}
    return (*beside, *(picture for picture in enclosed if picture.url not in known))
