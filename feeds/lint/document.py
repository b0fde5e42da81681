"""Says what a document is, by its content alone, and hands it to the rules of its format.

Spec: RSS 2.0, RFC 4287, JSON Feed 1.1, OPML 2.0; RFC 8259 for what is JSON at all.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from lxml import etree

from feeds.lint import atom, jsonfeed, opml, rss
from feeds.lint.elements import check_namespaces
from feeds.lint.findings import DOCUMENT, Finding, found
from feeds.lint.html import elements
from feeds.lint.reading import FeedReading
from feeds.lint.wellformed import Lines, decoded, parse_xml, prolog_end

LIMIT_BYTES = 10_000_000
LARGE_BYTES = 1_000_000
FEED_TYPES = frozenset({"application/rss+xml", "application/atom+xml", "application/feed+json", "application/json"})
_HTML = re.compile(r"<(?:!doctype\s{1,9}html|html)\b", re.IGNORECASE)
_OLD = {
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}RDF": "RSS 1.0 (RDF)",
    "{http://purl.org/atom/ns#}feed": "Atom 0.3",
}


def judge(data: bytes, now: datetime) -> tuple[FeedReading | None, list[Finding]]:
    """Read a document; None where it is none of a format that is judged here."""
    if len(data) > LIMIT_BYTES:
        return None, [found("document.too-large", DOCUMENT, limit=LIMIT_BYTES // 1_000_000)]
    text, findings = decoded(data)
    if not text.strip():
        return None, [*findings, found("document.empty", DOCUMENT)]
    if len(data) > LARGE_BYTES:
        findings.append(found("document.large", DOCUMENT, size=len(data) // 1000))
    if _HTML.match(text, prolog_end(text)):
        return None, findings + _judge_page(text)
    start = text.lstrip()[:1]
    if start not in {"<", "{", "["}:
        # What is no text at all breaks every rule of text, and none of them helps; UTF-16 is text.
        is_utf_16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return None, findings if is_utf_16 else [found("document.unknown", DOCUMENT, text=text.strip()[:40])]
    reading, faults = _judge_xml(text, now) if start == "<" else _judge_json(text, now)
    return reading, findings + faults


def _judge_xml(text: str, now: datetime) -> tuple[FeedReading | None, list[Finding]]:
    root, findings = parse_xml(text)
    if root is None:
        return None, findings
    if root.tag in _OLD:
        return None, [*findings, found("document.old-format", DOCUMENT, text=_OLD[str(root.tag)])]
    findings += check_namespaces(root)
    if root.tag == "rss":
        reading, faults = rss.judge(root, now)
    elif root.tag == "{http://www.w3.org/2005/Atom}feed":
        reading, faults = atom.judge(root, now)
    elif root.tag == "opml":
        reading, faults = opml.judge(root)
    else:
        return None, [*findings, found("document.unknown", DOCUMENT, text=f"<{etree.QName(root).localname}>")]
    return reading, findings + faults


def _judge_json(text: str, now: datetime) -> tuple[FeedReading | None, list[Finding]]:
    repeated: list[str] = []

    def gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        repeated.extend(sorted({name for name in names if names.count(name) > 1}) if len(names) < 100 else [])
        return dict(pairs)

    try:
        value = json.loads(text, object_pairs_hook=gathered, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        return None, [_not_well_formed(text, error)]
    findings = [found("json.duplicate-member", DOCUMENT, name=name) for name in dict.fromkeys(repeated)]
    if not isinstance(value, Mapping) or not ({"version", "items"} & set(value)):
        return None, [*findings, found("document.unknown", DOCUMENT, text=text.strip()[:40])]
    reading, faults = jsonfeed.judge(value, now)
    return reading, findings + faults


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no value of JSON")


def _not_well_formed(text: str, error: Exception) -> Finding:
    line, column, message = 1, 1, str(error)
    if isinstance(error, json.JSONDecodeError):
        line, column, message = error.lineno, error.colno, error.msg
    elif isinstance(error, RecursionError):
        message = "nested too deeply"
    near = Lines(text).around(line, column)
    return found("json.not-well-formed", DOCUMENT.at(line), line=line, column=column, text=near, message=message)


def _judge_page(text: str) -> list[Finding]:
    named = [
        (node.get("href", ""), node.get("title", ""))
        for node in elements(text)
        if node.tag == "link" and _is_feed(node)
    ]
    if not named:
        return [found("document.html-without-feed", DOCUMENT)]
    findings = [found("document.html-page", DOCUMENT, count=len(named), text=named[0][0])]
    titles = [title for _, title in named]
    twice = next((title for title in titles if titles.count(title) > 1), None)
    if twice is not None:
        findings.append(found("document.feed-titles-equal", DOCUMENT, text=twice or "–"))
    return findings


def _is_feed(link: etree._Element) -> bool:
    return "alternate" in (link.get("rel") or "").lower().split() and (link.get("type") or "").lower() in FEED_TYPES
