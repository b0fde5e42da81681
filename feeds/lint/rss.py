"""RSS 2.0: the channel, by the specification and the RSS Advisory Board's profile.

Spec: RSS 2.0.11; RSS Advisory Board, "RSS Best Practices Profile".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from feeds.lint.addresses import check_address
from feeds.lint.dates import check_date
from feeds.lint.elements import child, children, is_element, line_of, repeated, text_at
from feeds.lint.findings import CHANNEL, Finding, found
from feeds.lint.links import check_head_links, check_tombstones, hrefs
from feeds.lint.media import UNKNOWN
from feeds.lint.reading import FeedReading, Kind
from feeds.lint.rss_items import read_item

REQUIRED = ("title", "link", "description")
ONCE = (*REQUIRED, "language", "lastBuildDate", "pubDate", "ttl", "image")
IMAGE_LIMITS_PX = {"width": 144, "height": 400}
_LANGUAGE = re.compile("[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")


def judge(root: etree._Element, now: datetime) -> tuple[FeedReading, list[Finding]]:
    """Read an `rss` element, and tell what is wrong with it."""
    findings = []
    if root.get("version") != "2.0":
        findings.append(found("rss.version", CHANNEL.at(line_of(root)), text=root.get("version") or UNKNOWN))
    channel = child(root, "channel")
    if channel is None:
        return FeedReading(kind=Kind.RSS), [*findings, found("rss.channel-missing", CHANNEL.at(line_of(root)))]
    findings += _check_required(channel)
    findings += _check_order(channel)
    findings += _check_hints(channel)
    findings += _check_image(channel)
    findings += check_head_links(channel, Kind.RSS)
    dates = [_dated(channel, name, findings) for name in ("lastBuildDate", "pubDate")]
    entries = []
    for number, item in enumerate(children(channel, "item"), 1):
        entry, faults = read_item(item, number, now)
        entries.append(entry)
        findings += faults
    findings += check_tombstones(channel, {entry.id: entry.updated or entry.published for entry in entries})
    reading = FeedReading(
        kind=Kind.RSS,
        title=text_at(channel, "title"),
        description=text_at(channel, "description"),
        page_url=text_at(channel, "link"),
        self_urls=hrefs(channel, "self"),
        hubs=hrefs(channel, "hub"),
        updated=dates[0] or dates[1],
        entries=tuple(entries),
    )
    return reading, findings


def _dated(channel: etree._Element, name: str, findings: list[Finding]) -> datetime | None:
    element = child(channel, name)
    if element is None:
        return None
    instant, faults = check_date(CHANNEL.at(line_of(element)), name, text_at(channel, name), rss=True)
    findings.extend(faults)
    return instant


def _check_required(channel: etree._Element) -> Iterator[Finding]:
    for name in REQUIRED:
        if not text_at(channel, name):
            yield found("rss.channel-element-missing", CHANNEL.at(line_of(channel)), name=name)
    yield from repeated(channel, ONCE, "rss.element-repeated", CHANNEL)
    link = child(channel, "link")
    if link is not None and text_at(channel, "link"):
        yield from check_address(CHANNEL.at(line_of(link)), "link", text_at(channel, "link"))


def _check_order(channel: etree._Element) -> Iterator[Finding]:
    nodes = [node for node in channel if is_element(node)]
    first = next((index for index, node in enumerate(nodes) if node.tag == "item"), len(nodes))
    late = [node for node in nodes[first:] if node.tag != "item"]
    if late:
        name = etree.QName(late[0]).localname
        yield found("rss.items-not-last", CHANNEL.at(line_of(late[0])), name=name)


def _check_hints(channel: etree._Element) -> Iterator[Finding]:
    language = text_at(channel, "language")
    if not language:
        yield found("rss.language-missing", CHANNEL.at(line_of(channel)))
    elif not _LANGUAGE.fullmatch(language):
        yield found("rss.language-invalid", CHANNEL.at(line_of(channel)), text=language)
    if child(channel, "lastBuildDate") is None:
        yield found("rss.last-build-date-missing", CHANNEL.at(line_of(channel)))
    ttl = child(channel, "ttl")
    if ttl is None:
        yield found("rss.ttl-missing", CHANNEL.at(line_of(channel)))
    elif not (text_at(channel, "ttl").isdecimal() and text_at(channel, "ttl").isascii()):
        yield found("rss.ttl-invalid", CHANNEL.at(line_of(ttl)), text=text_at(channel, "ttl") or UNKNOWN)


def _check_image(channel: etree._Element) -> Iterator[Finding]:
    image = child(channel, "image")
    if image is None:
        return
    place = CHANNEL.at(line_of(image))
    for name in ("url", "title", "link"):
        if not text_at(image, name):
            yield found("rss.image-incomplete", place, name=name)
    for name in ("title", "link"):
        given, meant = text_at(image, name), text_at(channel, name)
        if given and meant and given != meant:
            yield found("rss.image-differs", place, name=name, text=given, meant=meant)
    if text_at(image, "url"):
        yield from check_address(place, "image", text_at(image, "url"))
    for name, limit_px in IMAGE_LIMITS_PX.items():
        given = text_at(image, name)
        if given and not (given.isascii() and given.isdigit() and 0 < int(given[:9]) <= limit_px):
            yield found("rss.image-too-large", place, name=name, text=given, limit=limit_px)
