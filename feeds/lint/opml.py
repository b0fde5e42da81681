"""OPML 2.0 as a list of subscriptions.

Spec: OPML 2.0, "Subscription lists".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from feeds.lint.addresses import check_address
from feeds.lint.elements import children, line_of, text_at
from feeds.lint.findings import CHANNEL, Finding, Place, Scope, found
from feeds.lint.media import UNKNOWN
from feeds.lint.reading import EntryReading, FeedReading, Kind
from feeds.lint.text import check_title

WANTED = ("title", "htmlUrl", "language")


def judge(root: etree._Element) -> tuple[FeedReading, list[Finding]]:
    """Read an `opml` element, and tell what is wrong with it; each outline counts as an entry."""
    findings = []
    if root.get("version") not in {"2.0", "1.0", "1.1"}:
        findings.append(found("opml.version", CHANNEL.at(line_of(root)), text=root.get("version") or UNKNOWN))
    title = text_at(root, "head/title")
    if not title:
        findings.append(found("opml.title-missing", CHANNEL.at(line_of(root))))
    outlines = [outline for body in children(root, "body") for outline in body.iter("outline")]
    if not outlines:
        findings.append(found("opml.body-empty", CHANNEL.at(line_of(root))))
    entries = []
    for number, outline in enumerate(outlines, 1):
        place = Place(Scope.ENTRY, number, outline.get("text") or outline.get("title") or "", line_of(outline))
        findings += _check_outline(place, outline)
        entries.append(EntryReading(place=place, title=place.title, url=outline.get("xmlUrl", "")))
    repeated = Counter(entry.url for entry in entries if entry.url)
    for url, count in repeated.items():
        if count > 1:
            findings.append(found("opml.xml-url-repeated", CHANNEL, text=url, count=count))
    return FeedReading(kind=Kind.OPML, title=title, entries=tuple(entries)), findings


def _check_outline(place: Place, outline: etree._Element) -> Iterator[Finding]:
    url, kind = outline.get("xmlUrl", ""), outline.get("type", "")
    name = place.title or url or UNKNOWN
    if not outline.get("text"):
        yield found("opml.text-missing", place, text=name)
    else:
        yield from check_title(place, "text", outline.get("text", ""))
    if url and kind != "rss":
        yield found("opml.type", place, text=name)
    if kind == "rss" and not url:
        yield found("opml.xml-url-missing", place, text=name)
    if not url:
        return
    yield from check_address(place, "xmlUrl", url)
    missing = [attribute for attribute in WANTED if not outline.get(attribute)]
    if missing:
        yield found("opml.attributes-missing", place, text=name, name=", ".join(missing))
    if outline.get("htmlUrl"):
        yield from check_address(place, "htmlUrl", outline.get("htmlUrl", ""))
