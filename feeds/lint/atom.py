"""Atom 1.0: the feed.

Spec: RFC 4287 sections 3 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.lint.addresses import check_address, is_absolute
from feeds.lint.atom_entries import alternate_of, check_alternates, check_people, names_of, read_entry
from feeds.lint.atom_texts import check_text_construct, plain
from feeds.lint.dates import check_date
from feeds.lint.elements import XML_LANG, child, children, line_of, repeated, text_at
from feeds.lint.findings import CHANNEL, Finding, found
from feeds.lint.links import check_head_links, check_tombstones, hrefs
from feeds.lint.reading import FeedReading, Kind

REQUIRED = ("atom:id", "atom:title", "atom:updated")
ONCE = (*REQUIRED, "atom:subtitle", "atom:icon", "atom:logo", "atom:rights", "atom:generator")


def judge(root: etree._Element, now: datetime) -> tuple[FeedReading, list[Finding]]:
    """Read a `feed` element, and tell what is wrong with it."""
    findings = list(_check_head(root))
    findings += check_head_links(root, Kind.ATOM)
    updated = _updated(root, findings)
    entries = []
    for number, element in enumerate(children(root, "atom:entry"), 1):
        entry, faults = read_entry(element, number, now, has_author=bool(names_of(root)))
        entries.append(entry)
        findings += faults
    findings += check_tombstones(root, {entry.id: entry.updated for entry in entries})
    reading = FeedReading(
        kind=Kind.ATOM,
        title=plain(child(root, "atom:title")),
        description=plain(child(root, "atom:subtitle")),
        page_url=alternate_of(root),
        self_urls=hrefs(root, "self"),
        hubs=hrefs(root, "hub"),
        authors=names_of(root),
        updated=updated,
        entries=tuple(entries),
    )
    return reading, findings


def _updated(root: etree._Element, findings: list[Finding]) -> datetime | None:
    element = child(root, "atom:updated")
    if element is None or not text_at(root, "atom:updated"):
        return None
    instant, faults = check_date(CHANNEL.at(line_of(element)), "updated", text_at(root, "atom:updated"), rss=False)
    findings.extend(faults)
    return instant


def _check_head(root: etree._Element) -> Iterator[Finding]:
    place = CHANNEL.at(line_of(root))
    for name in REQUIRED:
        if not text_at(root, name):
            yield found("atom.element-missing", place, name=name.removeprefix("atom:"))
    yield from repeated(root, ONCE, "atom.element-repeated", CHANNEL)
    if text_at(root, "atom:id") and not is_absolute(text_at(root, "atom:id")):
        yield found("atom.id-not-absolute", place, text=text_at(root, "atom:id"))
    if not root.get(XML_LANG):
        yield found("atom.language-missing", place)
    yield from check_people(CHANNEL, root)
    if not alternate_of(root):
        yield found("atom.alternate-missing", place)
    yield from check_alternates(CHANNEL, root)
    for name in ("atom:title", "atom:subtitle", "atom:rights"):
        yield from check_text_construct(CHANNEL, child(root, name))
    for name in ("atom:icon", "atom:logo"):
        picture = child(root, name)
        if picture is not None:
            yield from check_address(CHANNEL.at(line_of(picture)), name.removeprefix("atom:"), text_at(root, name))
