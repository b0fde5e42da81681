"""Render the list of channels as OPML 2.0, which readers import in one go; equal values give equal bytes.

An outline is a folder or a feed, never both: many readers take no notice of what stands inside a feed's outline.
What is subscribed to is RSS: `type="rss"` says so, the simplest programs read nothing else, and all others read it.

Spec: OPML 2.0, "Subscription lists" (http://opml.org/spec2.opml).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from store.text.date_formats import format_rfc822
from store.text.iris import ascii_iri
from store.text.vietnamese import xml_safe

MEDIA_TYPE = "text/x-opml"
SPECIFICATION_URL = "http://opml.org/spec2.opml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A channel that can be subscribed to: `text` is its name among its neighbours, `title` that of its document."""

    text: str
    title: str
    description: str
    language: str
    xml_url: str
    html_url: str


@dataclass(frozen=True, slots=True)
class Folder:
    """Outlines under one heading, in the order in which readers show them."""

    text: str
    outlines: tuple[Feed | Folder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionList:
    """A whole document; `updated` is the newest change that it shows, never the present moment."""

    title: str
    owner_name: str
    updated: datetime
    outlines: tuple[Feed | Folder, ...]


def render(subscriptions: SubscriptionList) -> bytes:
    """Return the OPML document in UTF-8."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    for name, text in (
        ("title", subscriptions.title),
        ("dateModified", format_rfc822(subscriptions.updated)),
        ("ownerName", subscriptions.owner_name),
        ("docs", SPECIFICATION_URL),
    ):
        etree.SubElement(head, name).text = xml_safe(text)
    _add(etree.SubElement(root, "body"), subscriptions.outlines)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _add(parent: etree._Element, outlines: Iterable[Feed | Folder]) -> None:
    for outline in outlines:
        if isinstance(outline, Folder):
            _add(etree.SubElement(parent, "outline", text=xml_safe(outline.text)), outline.outlines)
        else:
            _add_feed(parent, outline)


def _add_feed(parent: etree._Element, feed: Feed) -> None:
    xml_url = _address(feed.xml_url)
    title = xml_safe(feed.title) or xml_url
    said = {
        # No outline may be without a text.
        "text": xml_safe(feed.text) or title,
        "type": "rss",
        "version": "RSS",
        "title": title,
        "xmlUrl": xml_url,
        "htmlUrl": _address(feed.html_url),
        "language": xml_safe(feed.language),
        "description": xml_safe(feed.description),
    }
    etree.SubElement(parent, "outline", {name: value for name, value in said.items() if value})


def _address(url: str) -> str:
    return ascii_iri(xml_safe(url))
