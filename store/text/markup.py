"""Sanitise the HTML of bulletins, and treat HTML that was sanitised: figures, addresses, plain text.

Sanitised HTML is a fixed point of `sanitise`, well nested, free of scripts and safe for XML; nh3 has the last word.

Spec: WHATWG HTML 13.2 (parsing) and 13.3 (serialising).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from urllib.parse import urljoin, urlsplit

import nh3
from lxml import etree

from store.text.characters import settle, xml_safe
from store.text.iris import ascii_iri
from store.text.markup_attributes import KEPT, LINK_SCHEMES, escape, escape_text, kept_value
from store.text.markup_limits import refuse_heavy, refuse_large, refused, without_hidden_text
from store.text.markup_writer import KEPT_TAGS, write_tree

__all__ = [
    "absolute_urls",
    "escape",
    "figure",
    "figure_numbers",
    "fill_figures",
    "paragraphs",
    "plain_text",
    "sanitise",
]

MAX_ROUNDS = 6
_FIGURE = re.compile('<figure data-attachment="([0-9]{1,6})">')
_FIGURE_END = "</figure>"
_OUTER_TAG = re.compile("</?(?:html|body)(?![a-z0-9])[^<>]*>?", re.IGNORECASE)
_LINE_BREAK_END = re.compile("</br\\s*/?>", re.IGNORECASE)
_TAG = re.compile('<[a-z][a-z0-9]*(?:[^<>"]|"[^"]*")*>')
_ADDRESS = re.compile('(?<=\\s)(?P<name>href|src|srcset|poster)="(?P<value>[^"]*)"')
_ABSOLUTE = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")
_CANDIDATE = re.compile(r"(^|,\s+)([^\s,]\S*)")
_BLOCK_TAGS = frozenset({"p", "h2", "h3", "h4", "pre", "blockquote", "ul", "ol", "li", "table", "caption", "tr", "hr"})


def sanitise(html: str, *, field: str = "body") -> str:
    """Reduce HTML to the vocabulary of bulletins; raises MarkupRefused naming the limit that it is past."""
    refuse_large(html, field)
    current = html
    for _ in range(MAX_ROUNDS):
        bare = without_hidden_text(xml_safe(current))
        refuse_heavy(bare, field)
        written = write_tree(_parsed(bare), html, field)
        refuse_large(written, field)
        refuse_heavy(written, field)
        cleaned = _cleaned(written)
        if cleaned == current:
            return cleaned
        current = cleaned
    raise refused(html, field, f"still changes after {MAX_ROUNDS} rounds of cleaning", "well nested HTML")


def paragraphs(texts: Sequence[str]) -> str:
    """Write plain paragraphs as HTML; line breaks inside one stay, blank ones are left out."""
    written = (escape_text(text.strip()).replace("\n", "<br>") for text in map(settle, texts) if text.strip())
    return "".join(f"<p>{text}</p>\n" for text in written)


def figure(number: int) -> str:
    """Write the place that attachment `number` takes in a body."""
    return f'<figure data-attachment="{number}"></figure>'


def figure_numbers(html: str) -> tuple[int, ...]:
    """List the attachments that a body shows, in reading order."""
    return tuple(int(number) for number in _FIGURE.findall(html))


def fill_figures(html: str, render: Callable[[int], str]) -> str:
    """Put what `render` gives for its number in place of every figure of an attachment."""
    filled: list[str] = []
    at = 0
    while (found := _FIGURE.search(html, at)) is not None:
        end = html.find(_FIGURE_END, found.end())
        if end < 0:
            break
        filled += (html[at : found.start()], render(int(found[1])))
        at = end + len(_FIGURE_END)
    filled.append(html[at:])
    return "".join(filled)


def absolute_urls(html: str, base: str) -> str:
    """Make the addresses in sanitised HTML absolute (href, src, srcset, poster) and ASCII.

    `base` is the absolute http or https address of the page; any other is a ValueError.
    """
    if urlsplit(base).scheme not in ("http", "https"):
        raise ValueError(f"the base of a page's addresses must be an absolute http address: {base!r}")

    def address(found: re.Match[str]) -> str:
        value = unescape(found["value"])
        joined = _joined_set(value, base) if found["name"] == "srcset" else _joined(value, base)
        return found.group() if joined == value else f'{found["name"]}="{escape(joined)}"'

    return _TAG.sub(lambda tag: _ADDRESS.sub(address, tag.group()), html)


def plain_text(html: str) -> str:
    """Give the text of sanitised HTML: blocks apart by a blank line, `<br>` as a line end, figures left out."""
    blocks = "".join(_text_parts(_parsed(html))).split("\n\n")
    lines = ("\n".join(" ".join(line.split()) for line in block.split("\n")).strip() for block in blocks)
    return "\n\n".join(line for line in lines if line)


def _parsed(html: str) -> etree._Element:
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    # A second body or html would end the document early for libxml2; browsers read `</br>` as a line break.
    html = _LINE_BREAK_END.sub("<br>", _OUTER_TAG.sub("", html))
    # The body's own tags keep white space at the edges and text without any tag from getting lost.
    source = f"<html><body>{html}</body></html>"
    return etree.fromstring(source.encode("utf-8", "replace"), parser)


def _cleaned(html: str) -> str:
    return nh3.clean(
        html,
        tags=set(KEPT_TAGS),
        attributes={tag: set(names) for tag, names in KEPT.items()},
        attribute_filter=kept_value,
        url_schemes=set(LINK_SCHEMES),
        link_rel=None,
    )


def _joined(url: str, base: str) -> str:
    if _ABSOLUTE.match(url):
        return ascii_iri(url)
    try:
        return ascii_iri(urljoin(base, url))
    except ValueError:
        # Brackets without an IPv6 address in them: no base makes sense of that.
        return ascii_iri(url)


def _joined_set(srcset: str, base: str) -> str:
    return _CANDIDATE.sub(lambda found: found[1] + _joined(found[2], base), srcset)


def _text_parts(root: etree._Element) -> Iterator[str]:
    in_figure = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        in_figure += (element.tag == "figure") * (1 if event == "start" else -1)
        if element.tag in _BLOCK_TAGS:
            yield "\n\n"
        elif element.tag == "br" and event == "start":
            yield "\n"
        elif element.tag in ("td", "th"):
            yield " "
        text = element.text if event == "start" else element.tail
        if text and not in_figure:
            # Line ends of the source are spaces; only blocks and <br> part lines.
            yield text.replace("\n", " ")
