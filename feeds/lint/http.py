"""How a server answers for a feed: types, validators, codings, caches. Pure: the answers are arguments.

Spec: RFC 9110, RFC 9111, WHATWG Fetch (CORS), WebSub section 4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from feeds.lint.asking import READER_AGENT, UNKNOWN_PARAMETER, Answer, Visit
from feeds.lint.findings import HTTP, Finding, found
from feeds.lint.http_validators import check_validators
from feeds.lint.media import UNKNOWN
from feeds.lint.reading import FeedReading, Kind

LIMIT_SECONDS = 20
COMPRESSED_FROM_BYTES = 1400
"""What fits into one packet gains nothing."""
MOST_HEADER_CHARS = 4000
LONGEST_AGE_SECONDS = 3600
_OPML_TYPES = frozenset({"text/x-opml", "text/x-opml+xml", "application/xml", "text/xml"})
_SHARED_VARY = frozenset({"", "accept-encoding", "origin", "a-im", "if-none-match"})
_MAX_AGE = re.compile(r"(?<![-\w])max-age=\"?([0-9]{1,10})")
_HUB = re.compile(r"<[^>]*>[^,<]*;\s*rel=\"?[^\",]*\bhub\b", re.IGNORECASE)


def check(visit: Visit, reading: FeedReading | None) -> Iterator[Finding]:
    """Judge the answers about a document, and whether it agrees with them."""
    if visit.whole.status != 200:
        yield found("http.status", HTTP, status=visit.whole.status)
        return
    yield from _check_way(visit)
    if reading is None:
        # What is no feed need not be served like one.
        return
    yield from _check_type(visit.whole, reading.kind)
    yield from _check_openness(visit)
    yield from _check_caching(visit.whole)
    yield from check_validators(visit)
    yield from _check_codings(visit)
    yield from _check_methods(visit)
    yield from _check_names(visit.whole, reading)
    if visit.is_cut_short:
        yield found("http.slow", HTTP, limit=LIMIT_SECONDS)


def _check_way(visit: Visit) -> Iterator[Finding]:
    if len(visit.hops) > 1:
        yield found("http.redirects-many", HTTP, count=len(visit.hops))
    elif visit.hops:
        yield found("http.redirected", HTTP, text=visit.whole.url)
    if any(hop.url.startswith("https:") for hop in visit.hops) and visit.whole.url.startswith("http:"):
        yield found("http.redirect-insecure", HTTP, text=visit.whole.url)


def _check_type(whole: Answer, kind: Kind) -> Iterator[Finding]:
    given = whole.header("content-type")
    essence, _, parameters = given.partition(";")
    accepted = _OPML_TYPES if kind is Kind.OPML else {kind.media_type}
    if essence.strip().lower() not in accepted:
        yield found("http.content-type", HTTP, text=given or UNKNOWN, meant=kind.media_type)
    charset = re.search(r"charset\s*=\s*\"?([^\s;\"]+)", parameters, re.IGNORECASE)
    if charset is None:
        yield found("http.charset-missing", HTTP, text=given or UNKNOWN)
    elif charset[1].lower() not in {"utf-8", "utf8"}:
        yield found("http.charset-differs", HTTP, text=charset[1])
    if whole.header("x-content-type-options").lower() != "nosniff":
        yield found("http.nosniff", HTTP)


def _check_openness(visit: Visit) -> Iterator[Finding]:
    whole = visit.whole
    if whole.header("access-control-allow-origin") != "*":
        yield found("http.cors", HTTP)
    else:
        exposed = _listed(whole.header("access-control-expose-headers"))
        if not ({"etag", "link"} <= exposed or "*" in exposed):
            yield found("http.cors-expose", HTTP)
        yield from _check_preflight(visit.preflight)
    if "set-cookie" in whole.headers:
        yield found("http.cookie", HTTP)
    reader = visit.as_reader
    if reader is not None and reader.status != 200:
        yield found("http.agent", HTTP, text=READER_AGENT, status=reader.status)


def _check_preflight(preflight: Answer | None) -> Iterator[Finding]:
    if preflight is None:
        return
    allowed = _listed(preflight.header("access-control-allow-headers"))
    missing = [name for name in ("If-None-Match", "A-IM") if name.lower() not in allowed]
    if missing and "*" not in allowed:
        yield found("http.preflight", HTTP, text=", ".join(missing))


def _check_caching(whole: Answer) -> Iterator[Finding]:
    given = whole.header("cache-control").lower()
    words = {word.partition("=")[0] for word in _listed(given)}
    max_age = _MAX_AGE.search(given)
    if words & {"no-store", "no-cache", "private"} or max_age is None or int(max_age[1]) == 0:
        yield found("http.cache-control", HTTP, text=given or UNKNOWN)
    elif int(max_age[1]) > LONGEST_AGE_SECONDS:
        yield found("http.max-age-long", HTTP, count=int(max_age[1]) // 60)
    if "s-maxage" in words:
        yield found("http.s-maxage", HTTP)
    if whole.header("expires").strip() in {"0", "-1"}:
        yield found("http.expires-zero", HTTP, text=whole.header("expires"))
    too_much = _listed(whole.header("vary")) - _SHARED_VARY
    if too_much:
        yield found("http.vary-too-much", HTTP, text=", ".join(sorted(too_much)))


def _check_codings(visit: Visit) -> Iterator[Finding]:
    whole, coded = visit.whole, visit.coded
    if coding_of(whole):
        yield found("http.coding-unasked", HTTP, text=coding_of(whole))
    if coded is None:
        return
    if not coding_of(coded):
        if len(coded.body or b"") > COMPRESSED_FROM_BYTES:
            yield found("http.not-compressed", HTTP, size=len(coded.body or b"") // 1000)
        return
    if not _listed(whole.header("vary")) & {"accept-encoding", "*"}:
        yield found("http.vary", HTTP)
    tag = whole.header("etag")
    if tag and tag == coded.header("etag") and not tag.startswith("W/"):
        yield found("http.etag-shared", HTTP, text=tag)
    is_steady = visit.later is None or visit.later.body == whole.body
    if coded.body is None or (coded.body != whole.body and is_steady):
        yield found("http.coding-differs", HTTP)


def _check_methods(visit: Visit) -> Iterator[Finding]:
    whole, head = visit.whole, visit.head
    if head is not None:
        differing = ["status"] if head.status != whole.status else _differing(whole, head)
        if differing:
            yield found("http.head", HTTP, text=", ".join(differing))
    if visit.ranged is not None and visit.ranged.status == 206:
        yield found("http.range", HTTP)
    other = visit.with_parameter
    is_steady = visit.later is None or visit.later.body == whole.body
    if other is not None and (other.status != 200 or (other.body != whole.body and is_steady)):
        yield found("http.query", HTTP, text=f"?{UNKNOWN_PARAMETER}")


def _differing(whole: Answer, head: Answer) -> list[str]:
    names = [
        name for name in ("content-type", "etag", "cache-control", "vary") if whole.header(name) != head.header(name)
    ]
    length = head.header("content-length")
    if length and whole.body is not None and not coding_of(whole) and length != str(len(whole.body)):
        names.append("content-length")
    return [*names, "body"] if head.body else names


def _check_names(whole: Answer, reading: FeedReading) -> Iterator[Finding]:
    own = reading.self_urls
    if own and own[0] != whole.url:
        yield found("http.self-differs", HTTP, text=own[0], other=whole.url)
    in_link = _HUB.search(whole.header("link")[:MOST_HEADER_CHARS]) is not None
    if reading.hubs and not in_link:
        yield found("http.hub-not-in-link", HTTP)
    elif in_link and not reading.hubs and reading.kind is not Kind.OPML:
        yield found("http.hub-not-in-document", HTTP)


def coding_of(answer: Answer) -> str:
    """Give the coding of an answer, empty for none."""
    coding = answer.header("content-encoding").strip().lower()
    return "" if coding == "identity" else coding


def _listed(header: str) -> set[str]:
    return {part.strip().lower() for part in header.split(",")} - {""}
