"""HTML inside entries, parsed as a browser would: elements in order, and the words that people see.

Spec: WHATWG HTML 13.2, as far as libxml2 keeps to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from lxml import etree

HIDDEN = frozenset({"script", "style", "noscript", "template", "head", "title", "iframe", "textarea"})
"""Elements whose text is not part of what is read."""
BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br caption dd div dl dt figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main nav ol p pre section table td th tr ul video",
    )
)
MOST_CHARS = 2_000_000
_BLANK = re.compile(r"\s+")
_NO_LETTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_BARE_LESS = re.compile(r"<(?![A-Za-z/!?])")


def parsed(html: str) -> etree._Element | None:
    """Parse a fragment; None where there is nothing in it."""
    # libxml2 drops the words behind a bare <, which browsers show.
    text = _BARE_LESS.sub("&lt;", _NO_LETTER.sub(" ", html[:MOST_CHARS]))
    if not text.strip():
        return None
    parser = etree.HTMLParser(no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    return cast("etree._Element | None", etree.fromstring(f"<body>{text}", parser))


def elements(html: str) -> Iterator[etree._Element]:
    """Stream the elements of a fragment in the order of the document."""
    root = parsed(html)
    if root is None:
        return
    yield from (node for node in root.iterdescendants() if node.tag not in {"html", "body"})


def visible_lines(html: str) -> list[str]:
    """Give the words that people see, a line for each block; blank lines are left out."""
    root = parsed(html)
    if root is None:
        return []
    parts: list[str] = []
    hidden: etree._Element | None = None
    for event, node in etree.iterwalk(root, events=("start", "end")):
        if hidden is None and event == "start":
            parts.append("\n" if node.tag in BLOCKS else "")
            parts.append("• " if node.tag == "li" else "")
            if node.tag in HIDDEN:
                hidden = node
            else:
                parts.append(node.text or "")
        elif event == "end":
            hidden = None if hidden is node else hidden
            if hidden is None:
                parts.append("\n" if node.tag in BLOCKS else "")
                parts.append(node.tail or "")
    # Line breaks inside the source of one block are blanks; those between blocks are ours.
    return _joined(parts)


def _joined(parts: list[str]) -> list[str]:
    lines: list[list[str]] = [[]]
    for part in parts:
        if part == "\n":
            lines.append([])
        else:
            lines[-1].append(part)
    settled = (_BLANK.sub(" ", "".join(line)).strip() for line in lines)
    return [line for line in settled if line not in {"", "•"}]


def visible_text(html: str) -> str:
    """Give the words that people see, as one line."""
    return " ".join(visible_lines(html)) if "<" in html or "&" in html else _BLANK.sub(" ", html).strip()


def has_markup(text: str) -> str:
    """Find the first tag of HTML in a text, as it stands; nothing where there is none."""
    found = _TAG.search(text)
    return found[0] if found else ""


_TAG = re.compile(
    r"</(?:a|b|big|div|em|font|h[1-6]|i|li|p|s|small|span|strong|sub|sup|table|td|tr|u|ul)\s*>|<(?:br|hr)\s*/?>"
    r"|<(?:a|div|font|img|p|span|table)\s[^<>=]{1,40}=[^<>]{0,300}>",
    re.IGNORECASE,
)
