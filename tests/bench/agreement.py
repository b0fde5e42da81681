"""Checks that both applications do the same work before either is measured.

A faster feed that says less would prove nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from tests.bench.asking import ENTRIES, Answer, Contender, ask, environ
from tests.support.parsed import ParsedFeed
from tests.support.parsers import read_feedparser

FIELDS = ("id", "title", "published", "authors", "categories", "summary", "content")


def require_same_work(ours: Contender, rival: Contender) -> dict[str, dict[str, int]]:
    """Compare the documents entry by entry; return their sizes in bytes by contender and format.

    Raises AssertionError naming the format and field that differ, or the request that both do not answer alike.
    """
    sizes: dict[str, dict[str, int]] = {}
    feeds: dict[str, list[ParsedFeed]] = {}
    for contender in (ours, rival):
        for document_format in contender.formats:
            answer = _full_answer(contender, document_format)
            sizes.setdefault(contender.name, {})[document_format] = len(answer.body)
            if document_format in rival.formats:
                feeds.setdefault(document_format, []).append(read_feedparser(answer.body))
    for document_format, pair in feeds.items():
        _require_equal(document_format, pair)
    return sizes


def _full_answer(contender: Contender, document_format: str) -> Answer:
    app = contender.awake()
    address = contender.address(document_format)
    full = ask(app, environ(address))
    again = ask(app, environ(address, etag=full.headers["etag"]))
    if (full.status, again.status, again.body) != (200, 304, b""):
        raise AssertionError(f"{contender.name} answers {address} with {full.status}, then {again.status}")
    return full


def _require_equal(document_format: str, feeds: Sequence[ParsedFeed]) -> None:
    ours, rival = feeds
    if not 0 < len(ours.entries) == len(rival.entries) <= ENTRIES:
        raise AssertionError(f"{document_format}: {len(ours.entries)} entries against {len(rival.entries)}")
    for field in FIELDS:
        for one, other in zip(ours.entries, rival.entries, strict=True):
            if getattr(one, field) != getattr(other, field):
                raise AssertionError(f"{document_format}: the {field} of {one.id} differs")
