"""What a server is asked about one document, and what it answered; who carries the questions is an argument.

Spec: RFC 9110 sections 8.8, 9.3, 12.5.3, 13 and 14; WHATWG Fetch, CORS preflight.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from store.errors import StoreUnavailable

MAX_REDIRECTS = 5
PAUSE_SECONDS = 2.0
"""Between two answers that must be equal: a date that follows the clock has then moved on."""
READER_AGENT = "Mozilla/5.0 (compatible; Miniflux/2.2.0; +https://miniflux.app)"
UNKNOWN_PARAMETER = "_=0.7251"
OTHER_TAG = '"bantin-lint-has-never-seen-this"'
_MOVED = frozenset({301, 302, 303, 307, 308})
_PLAIN = {"Accept-Encoding": "identity"}


class Unreachable(StoreUnavailable):
    """A server that gives no answer which could be judged: nothing there, too slow, or leading in circles."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request; header names as they are sent."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=lambda: _PLAIN, hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response; header names in small letters, repeated ones joined by commas.

    `body` is unpacked, at most one byte past the limit of documents; None where it could not be unpacked.
    """

    url: str
    status: int
    headers: Mapping[str, str] = field(hash=False)
    body: bytes | None = b""
    sent_bytes: int = 0

    def header(self, name: str) -> str:
        """Give a header, empty where it is not sent."""
        return self.headers.get(name, "")


Ask = Callable[[Question], Answer]
"""Carries a question to its server; raises Unreachable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The answers about one document; None for what was not asked, because the time was up."""

    whole: Answer
    hops: tuple[Answer, ...] = ()
    coded: Answer | None = None
    unchanged: Answer | None = None
    listed: Answer | None = None
    other_tag: Answer | None = None
    head: Answer | None = None
    preflight: Answer | None = None
    with_parameter: Answer | None = None
    as_reader: Answer | None = None
    ranged: Answer | None = None
    delta: Answer | None = None
    later: Answer | None = None
    is_cut_short: bool = False


def visit(ask: Ask, url: str, pause: Callable[[float], None]) -> Visit:
    """Ask for a document in every way that matters; raises Unreachable where not even the first answer comes."""
    whole, hops = _followed(ask, url)
    if whole.status != 200:
        return Visit(whole=whole, hops=hops)
    answers: dict[str, Any] = {}
    try:
        for name, question in _questions(whole):
            answers[name] = ask(question)
        pause(PAUSE_SECONDS)
        answers["later"] = ask(Question(whole.url))
    except Unreachable:
        return Visit(whole=whole, hops=hops, is_cut_short=True, **answers)
    return Visit(whole=whole, hops=hops, **answers)


def _followed(ask: Ask, url: str) -> tuple[Answer, tuple[Answer, ...]]:
    hops: list[Answer] = []
    answer = ask(Question(url))
    while answer.status in _MOVED and answer.header("location"):
        hops.append(answer)
        if len(hops) > MAX_REDIRECTS:
            raise Unreachable(
                f"{url} leads on more than {MAX_REDIRECTS} times",
                vietnamese=f"{url} chuyển tiếp hơn {MAX_REDIRECTS} lần",
            )
        answer = ask(Question(urljoin(answer.url, answer.header("location"))))
    return answer, tuple(hops)


def _questions(whole: Answer) -> Iterator[tuple[str, Question]]:
    url, tag = whole.url, whole.header("etag")
    yield "coded", Question(url, headers={"Accept-Encoding": "gzip"})
    if tag:
        yield "unchanged", Question(url, headers=_PLAIN | {"If-None-Match": tag})
        weak = tag if tag.startswith("W/") else f"W/{tag}"
        yield "listed", Question(url, headers=_PLAIN | {"If-None-Match": f"{OTHER_TAG}, {weak}"})
        if whole.header("last-modified"):
            dated = {"If-None-Match": OTHER_TAG, "If-Modified-Since": whole.header("last-modified")}
            yield "other_tag", Question(url, headers=_PLAIN | dated)
        yield "delta", Question(url, headers=_PLAIN | {"If-None-Match": OTHER_TAG, "A-IM": "feed"})
        yield "ranged", Question(url, headers=_PLAIN | {"Range": "bytes=0-99"})
    yield "head", Question(url, "HEAD")
    asked = {
        "Origin": "https://doc.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "a-im, if-none-match",
    }
    yield "preflight", Question(url, "OPTIONS", _PLAIN | asked)
    yield "with_parameter", Question(url + ("&" if urlsplit(url).query else "?") + UNKNOWN_PARAMETER)
    yield "as_reader", Question(url, headers=_PLAIN | {"User-Agent": READER_AGENT})
