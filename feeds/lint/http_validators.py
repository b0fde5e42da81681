"""Whether a reader that polls is told the truth: 304 for what it has, and bytes that change with the content alone.

Spec: RFC 9110 sections 8.8, 13 and 15.4.5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from feeds.lint.asking import Answer, Visit
from feeds.lint.findings import HTTP, Finding, found

REPEATED = ("cache-control", "etag", "vary", "content-location")
"""What a 304 must say again where the 200 said it; servers add the date by themselves."""
_DATE = re.compile(
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{5,8} [+A-Z0-9-]{1,5}"
    rb"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
)
SHOWN_BYTES = 30


def check_validators(visit: Visit) -> Iterator[Finding]:
    """Judge the conditional answers, and two whole ones some seconds apart."""
    if not visit.whole.header("etag"):
        yield found("http.etag-missing", HTTP)
    yield from _check_unchanged(visit)
    yield from _check_delta(visit.delta)
    if visit.later is not None and visit.later.status == 200:
        yield from _check_steadiness(visit.whole, visit.later)


def _check_unchanged(visit: Visit) -> Iterator[Finding]:
    whole, same = visit.whole, visit.unchanged
    # A document that changed in between is told of as such.
    is_steady = visit.later is None or visit.later.header("etag") == whole.header("etag")
    if same is not None and same.status == 304:
        lost = [name for name in REPEATED if whole.header(name) and not same.header(name)]
        if lost:
            yield found("http.not-modified-headers", HTTP, text=", ".join(lost))
        if same.body:
            yield found("http.not-modified-body", HTTP, count=len(same.body))
        if visit.listed is not None and visit.listed.status != 304:
            yield found("http.not-modified-list", HTTP, status=visit.listed.status)
    elif same is not None and is_steady:
        yield found("http.not-modified", HTTP, status=same.status)
    if visit.other_tag is not None and visit.other_tag.status == 304:
        yield found("http.if-none-match-first", HTTP)


def _check_delta(delta: Answer | None) -> Iterator[Finding]:
    """Judge an answer that holds only what is new; one that holds everything is as good."""
    if delta is None or delta.status != 226:
        return
    wanted = {"im": ("feed",), "etag": ("",), "vary": ("a-im", "if-none-match"), "cache-control": ("private",)}
    missing = [
        f"{name}: {word}".rstrip(": ")
        for name, words in wanted.items()
        for word in words
        if name not in delta.headers or word not in delta.header(name).lower()
    ]
    if missing:
        yield found("http.delta", HTTP, text=", ".join(missing))


def _check_steadiness(whole: Answer, later: Answer) -> Iterator[Finding]:
    tags = (whole.header("etag"), later.header("etag"))
    one, other = whole.body or b"", later.body or b""
    if one == other:
        if all(tags) and tags[0] != tags[1]:
            yield found("http.etag-churns", HTTP)
        return
    if all(tags) and tags[0] == tags[1]:
        yield found("http.etag-sticks", HTTP)
    if _DATE.sub(b"", one) == _DATE.sub(b"", other):
        yield found("http.churn-dates", HTTP, text=_near(one, other))
    else:
        yield found("http.churn", HTTP, text=_near(one, other))


def _near(one: bytes, other: bytes) -> str:
    """Give the text around the first difference."""
    at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    line = one[one.rfind(b"\n", 0, at) + 1 :].partition(b"\n")[0]
    start = max(at - one.rfind(b"\n", 0, at) - 1 - SHOWN_BYTES, 0)
    return line[start : start + 2 * SHOWN_BYTES].decode("utf-8", "replace").strip()
