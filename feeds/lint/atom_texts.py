"""Atom's texts: plain, HTML that is escaped, or XHTML in a div.

Spec: RFC 4287 sections 3.1 and 4.1.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from lxml import etree

from feeds.lint.elements import child, line_of, text_of
from feeds.lint.findings import Finding, Place, found
from feeds.lint.html import has_markup, visible_text

TYPES = ("text", "html", "xhtml")


def type_of(element: etree._Element) -> str:
    """Give the type that a text or content is of; media types are in small letters."""
    return element.get("type", "text").strip().lower()


def html_of(element: etree._Element | None) -> str:
    """Give a text or content as HTML."""
    if element is None:
        return ""
    if type_of(element) == "xhtml":
        div = child(element, "xhtml:div")
        if div is None:
            return ""
        # The div is no part of the text.
        return escape(div.text or "") + "".join(etree.tostring(node, encoding="unicode") for node in div)
    text = text_of(element)
    # Readers take for HTML what is called text and is none; that it is called so is told of by itself.
    return escape(text) if type_of(element) == "text" and not has_markup(text) else text


def plain(element: etree._Element | None) -> str:
    """Give a text as people see it."""
    if element is None:
        return ""
    return text_of(element) if type_of(element) == "text" else visible_text(html_of(element))


def check_text_construct(
    place: Place, element: etree._Element | None, *, is_content: bool = False
) -> Iterator[Finding]:
    """Judge type and form of a text; content may be of a media type, too."""
    if element is None:
        return
    place = place.at(line_of(element))
    name, given = etree.QName(element).localname, element.get("type", "text")
    if given not in TYPES and not (is_content and "/" in given):
        yield found("atom.text-type", place, name=name, text=given)
    elif given == "html" and len(element):
        yield found("atom.html-not-escaped", place, name=name)
    elif given == "xhtml" and child(element, "xhtml:div") is None:
        yield found("atom.xhtml-without-div", place, name=name)
    elif given == "text" and name != "title" and has_markup(text_of(element)):
        yield found("atom.markup-as-text", place, name=name, text=has_markup(text_of(element)))
