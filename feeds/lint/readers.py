"""How readers will show an entry: what a sanitiser of their kind keeps, what it takes out, and the words that remain.

The vocabulary is that of Miniflux, which the others differ from in little; nothing is fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from feeds.lint.findings import Finding, Place, found
from feeds.lint.html import elements, visible_lines
from feeds.lint.reading import EntryReading

_NAME = re.compile(r"\w+")
KEPT = frozenset(
    _NAME.findall(
        "a abbr acronym aside audio blockquote b br caption cite code dd del dfn dl dt em figcaption figure h1 h2 h3 "
        "h4 h5 h6 hr i img ins kbd li ol p picture pre q rp rt rtc ruby s samp source strong sub sup table tbody td "
        "tfoot th thead time tr u ul var video wbr"
    )
)
LOST_WITH_CONTENT = frozenset(
    _NAME.findall("script iframe object embed applet form input button select textarea canvas svg math")
)
_SILENT = frozenset(["html", "head", "body", "title", "meta", "link", "style", "noscript", "template", "base"])
_TRACKED = frozenset({"0", "1"})
LOST_ATTRIBUTES = ("style", "class")
LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy", "data-srcset")


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """A photo in the text as readers show it; `caption` is what stands under it."""

    url: str
    caption: str
    alternative_text: str


@dataclass(frozen=True, slots=True)
class ReaderView:
    """An entry on a reader's screen; `lost` counts what was taken out, by its name."""

    place: Place
    title: str
    authors: tuple[str, ...]
    published: datetime | None
    lead: str
    lines: tuple[str, ...]
    pictures: tuple[ShownPicture, ...]
    lost: tuple[tuple[str, int], ...]


def view(entry: EntryReading) -> ReaderView:
    """Give an entry as readers will show it."""
    nodes = list(elements(entry.html))
    return ReaderView(
        place=entry.place,
        title=entry.title,
        authors=entry.authors,
        published=entry.published,
        lead=entry.lead,
        lines=tuple(visible_lines(entry.html)),
        pictures=tuple(_shown(node) for node in nodes if node.tag == "img" and _is_shown(node)),
        lost=tuple(_lost(nodes).most_common()),
    )


def check_view(place: Place, html: str) -> Iterator[Finding]:
    """Tell what of a body readers take out or cannot show."""
    nodes = list(elements(html))
    taken = _lost(nodes)
    content = [f"{name} ×{count}" for name, count in taken.items() if name.strip("<>") in LOST_WITH_CONTENT]
    if content:
        yield found("reader.content-lost", place, text=", ".join(content))
    looks = [f"{name} ×{count}" for name, count in taken.items() if name.strip("<>") not in LOST_WITH_CONTENT]
    if looks:
        yield found("reader.markup-lost", place, text=", ".join(looks))
    yield from _check_pictures(place, [node for node in nodes if node.tag == "img"])


def _check_pictures(place: Place, pictures: list[etree._Element]) -> Iterator[Finding]:
    lazy = [node for node in pictures if not _source(node) or (_is_inside(node) and _lazy_source(node))]
    if lazy:
        waiting = _lazy_source(lazy[0]) or "img"
        yield found("reader.image-without-source", place, count=len(lazy), text=waiting)
    inside = [node for node in pictures if _is_inside(node) and node not in lazy]
    if inside:
        yield found("reader.image-inside", place, count=len(inside))
    tracking = [node for node in pictures if _is_tracking(node)]
    if tracking:
        yield found("reader.image-tracking", place, count=len(tracking))
    silent = [node for node in pictures if _is_shown(node) and not (node.get("alt") or "").strip()]
    if silent:
        yield found("reader.alternative-text-missing", place, count=len(silent))


def _lost(nodes: list[etree._Element]) -> Counter[str]:
    lost: Counter[str] = Counter()
    for node in nodes:
        if node.tag not in KEPT and node.tag not in _SILENT:
            lost[f"<{node.tag}>"] += 1
        elif node.tag == "style":
            lost["<style>"] += 1
        lost.update(name for name in LOST_ATTRIBUTES if node.get(name) is not None)
        if any(str(name).lower().startswith("on") for name in node.attrib):
            lost["on…="] += 1
    return lost


def _source(node: etree._Element) -> str:
    return (node.get("src") or "").strip()


def _is_inside(node: etree._Element) -> bool:
    return _source(node).lower().startswith("data:")


def _lazy_source(node: etree._Element) -> str:
    return next((f"{name}={node.get(name)}" for name in LAZY if node.get(name)), "")


def _is_tracking(node: etree._Element) -> bool:
    return node.get("width") in _TRACKED and node.get("height") in _TRACKED


def _is_shown(node: etree._Element) -> bool:
    return bool(_source(node)) and not _is_inside(node) and not _is_tracking(node)


def _shown(node: etree._Element) -> ShownPicture:
    figure = next(node.iterancestors("figure"), None)
    caption = figure.find(".//figcaption") if figure is not None else None
    words = "" if caption is None else " ".join("".join(map(str, caption.itertext())).split())
    return ShownPicture(_source(node), words, (node.get("alt") or "").strip())
