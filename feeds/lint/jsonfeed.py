"""JSON Feed 1.1: the head.

Spec: JSON Feed 1.1 (jsonfeed.org), "Top-level", "Extensions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from feeds.lint.addresses import check_address
from feeds.lint.findings import CHANNEL, Finding, Place, found
from feeds.lint.json_items import read_item
from feeds.lint.json_members import Members, check_authors, check_unknown, names_of
from feeds.lint.media import UNKNOWN
from feeds.lint.reading import FeedReading, Kind

VERSION = "https://jsonfeed.org/version/1.1"
OLD_VERSION = "https://jsonfeed.org/version/1"
MEMBERS = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "user_comment": str,
    "next_url": str,
    "icon": str,
    "favicon": str,
    "author": dict,
    "authors": list,
    "language": str,
    "expired": bool,
    "hubs": list,
    "items": list,
}
REQUIRED = {"title": "json.title-missing", "items": "json.items-missing"}
WANTED = {
    "home_page_url": "json.home-page-url-missing",
    "feed_url": "json.feed-url-missing",
    "language": "json.language-missing",
}
ADDRESSES = ("home_page_url", "feed_url", "next_url", "icon", "favicon")


def judge(value: Mapping[str, Any], now: datetime) -> tuple[FeedReading, list[Finding]]:
    """Read the object of a document, and tell what is wrong with it."""
    members, findings = Members.of(value, MEMBERS, CHANNEL)
    findings += _check_head(value, members)
    has_author = bool(names_of(members))
    entries = []
    for number, item in enumerate(members.objects("items"), 1):
        entry, faults = read_item(item, number, now, has_author=has_author)
        entries.append(entry)
        findings += faults
    reading = FeedReading(
        kind=Kind.JSON,
        title=members.text("title"),
        description=members.text("description"),
        page_url=members.text("home_page_url"),
        self_urls=tuple(filter(None, (members.text("feed_url"),))),
        hubs=tuple(str(hub["url"]) for hub in members.objects("hubs") if hub.get("url")),
        authors=names_of(members),
        entries=tuple(entries),
    )
    return reading, findings


def _check_head(value: Mapping[str, Any], members: Members) -> Iterator[Finding]:
    version = members.text("version")
    if version == OLD_VERSION:
        yield found("json.version-old", CHANNEL)
    elif version != VERSION and members.is_sound("version"):
        yield found("json.version", CHANNEL, text=version or UNKNOWN)
    for name, rule in (REQUIRED | WANTED).items():
        if members.is_sound(name) and (name not in value or value[name] == ""):
            yield found(rule, CHANNEL)
    for name in ADDRESSES:
        if members.text(name):
            yield from check_address(CHANNEL, name, members.text(name))
    yield from check_unknown(CHANNEL, value, MEMBERS)
    yield from check_authors(CHANNEL, value, members, is_old=version == OLD_VERSION)
    if members.text("next_url") and members.text("next_url") == members.text("feed_url"):
        yield found("json.next-url-repeats", CHANNEL)
    yield from _check_hubs(CHANNEL, members)


def _check_hubs(place: Place, members: Members) -> Iterator[Finding]:
    for hub in members.objects("hubs"):
        for name in ("type", "url"):
            if not hub.get(name):
                yield found("json.hub-incomplete", place, name=name)
