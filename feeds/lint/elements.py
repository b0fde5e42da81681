"""Small steps through XML documents: namespaces, children and their text. Knows no format.

Comments and processing instructions are never handed on as elements.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import cast

from lxml import etree

from feeds.lint.findings import DOCUMENT, Finding, Place, found

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "fh": "http://purl.org/syndication/history/1.0",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "georss": "http://www.georss.org/georss",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
"""Those that readers act on, by the prefix that is used here."""

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_MEANT = {address.rstrip("/").partition("://")[2].lower(): address for address in NAMESPACES.values()}


def children(element: etree._Element, path: str) -> list[etree._Element]:
    """List the children of this name, which may carry a prefix."""
    return element.findall(path, NAMESPACES)


def child(element: etree._Element, path: str) -> etree._Element | None:
    """Find the first child of this name."""
    return element.find(path, NAMESPACES)


def text_of(element: etree._Element | None) -> str:
    """Give all text below an element, trimmed; nothing where there is no element."""
    if element is None:
        return ""
    return "".join(str(text) for text in element.itertext(with_tail=False)).strip()


def text_at(element: etree._Element, path: str) -> str:
    """Give the text of the first child of this name."""
    return text_of(child(element, path))


def line_of(element: etree._Element) -> int | None:
    """Give the line that an element begins on."""
    return cast("int | None", element.sourceline)


def is_element(node: etree._Element) -> bool:
    """Say whether a node is an element, not a comment or an instruction."""
    return isinstance(node.tag, str)


def repeated(element: etree._Element, names: tuple[str, ...], rule: str, place: Place) -> Iterator[Finding]:
    """Tell of children that stand more than once where one is allowed."""
    for name in names:
        found_here = children(element, name)
        if len(found_here) > 1:
            told = name.removeprefix("atom:")
            yield found(rule, place.at(line_of(found_here[1])), name=told, count=len(found_here))


def check_namespaces(root: etree._Element) -> Iterator[Finding]:
    """Tell of namespaces that are nearly those which readers know."""
    used: Counter[str] = Counter()
    for element in root.iter():
        if is_element(element):
            used.update(address for address in element.nsmap.values() if address)
    for address in used:
        meant = _MEANT.get(address.rstrip("/").partition("://")[2].lower())
        if meant is not None and meant != address:
            yield found("xml.namespace", DOCUMENT, text=address, meant=meant)
