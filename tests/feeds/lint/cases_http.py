"""Answers of a faultless server, and for every rule of HTTP what breaks it and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from feeds.lint.asking import Answer, Visit
from tests.feeds.lint.documents import ATOM

URL = "https://namlam.example/tin.atom"
BODY = ATOM.encode()
HEADERS = {
    "content-type": "application/atom+xml; charset=utf-8",
    "etag": '"7-abc"',
    "last-modified": "Thu, 19 Nov 2026 09:00:00 GMT",
    "cache-control": "public, max-age=300, stale-while-revalidate=60",
    "vary": "Accept-Encoding",
    "x-content-type-options": "nosniff",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Link",
}
CODED = HEADERS | {"content-encoding": "gzip", "etag": '"7-abc-gzip"'}
WHOLE = Answer(url=URL, status=200, headers=HEADERS, body=BODY)
UNCHANGED = Answer(url=URL, status=304, headers=HEADERS)
VISIT = Visit(
    whole=WHOLE,
    coded=Answer(url=URL, status=200, headers=CODED, body=BODY),
    unchanged=UNCHANGED,
    listed=UNCHANGED,
    other_tag=WHOLE,
    head=replace(WHOLE, body=b""),
    preflight=Answer(url=URL, status=204, headers={"access-control-allow-headers": "If-None-Match, A-IM"}),
    with_parameter=WHOLE,
    as_reader=WHOLE,
    ranged=WHOLE,
    later=WHOLE,
)


def told(name: str, value: str | None, visit: Visit = VISIT) -> Visit:
    """Have every answer tell another value of a header, or none."""

    def changed(answer: Answer | None) -> Answer | None:
        if answer is None or name not in answer.headers:
            return (
                answer if value is None or answer is None else replace(answer, headers={**answer.headers, name: value})
            )
        rest = {each: text for each, text in answer.headers.items() if each != name}
        return replace(answer, headers=rest if value is None else rest | {name: value})

    names = ("coded", "unchanged", "listed", "other_tag", "head", "with_parameter", "as_reader", "ranged", "later")
    others = {each: changed(getattr(visit, each)) for each in names}
    whole = changed(visit.whole)
    assert whole is not None
    return replace(visit, whole=whole, **others)  # type: ignore[arg-type]  # each is an answer


def everywhere(body: bytes) -> Visit:
    """Have every whole answer carry another body."""
    whole = replace(WHOLE, body=body)
    coded = replace(VISIT.coded, body=body)  # type: ignore[type-var]  # it is there
    return replace(
        VISIT,
        whole=whole,
        coded=coded,
        other_tag=whole,
        with_parameter=whole,
        as_reader=whole,
        ranged=whole,
        later=whole,
    )


def hop(url: str) -> Answer:
    return Answer(url=url, status=301, headers={"location": URL})


DELTA = HEADERS | {"im": "feed", "vary": "A-IM, If-None-Match", "cache-control": "private"}
LATER_DATE = BODY.replace(b"2026-11-19T16:00:00", b"2026-11-19T16:00:02")
LATER_WORDS = BODY.replace("hai nghìn ngày công".encode(), "ba nghìn ngày công".encode())
OTHER_TAG = {**HEADERS, "etag": '"8-def"'}
HUB = ATOM.replace("<icon>", '<link rel="hub" href="https://namlam.example/hub"/><icon>').encode()
LINK = '<https://namlam.example/hub>; rel="hub", <https://namlam.example/tin.atom>; rel="self"'
assert LATER_WORDS != BODY

CASES: dict[str, Callable[[], Visit]] = {
    "http.status": lambda: Visit(whole=replace(WHOLE, status=503)),
    "http.redirected": lambda: replace(VISIT, hops=(hop("https://namlam.example/rss"),)),
    "http.redirects-many": lambda: replace(
        VISIT, hops=(hop("https://namlam.example/a"), hop("https://namlam.example/b"))
    ),
    "http.content-type": lambda: told("content-type", "text/xml; charset=utf-8"),
    "http.charset-missing": lambda: told("content-type", "application/atom+xml"),
    "http.charset-differs": lambda: told("content-type", "application/atom+xml; charset=windows-1258"),
    "http.nosniff": lambda: told("x-content-type-options", None),
    "http.cors": lambda: told("access-control-allow-origin", None),
    "http.cors-expose": lambda: told("access-control-expose-headers", "ETag"),
    "http.preflight": lambda: replace(VISIT, preflight=Answer(url=URL, status=204, headers={})),
    "http.cookie": lambda: told("set-cookie", "PHPSESSID=1"),
    "http.etag-missing": lambda: replace(told("etag", None), unchanged=None, listed=None, other_tag=None),
    "http.not-modified": lambda: replace(VISIT, unchanged=WHOLE),
    "http.not-modified-list": lambda: replace(VISIT, listed=WHOLE),
    "http.not-modified-headers": lambda: replace(VISIT, unchanged=replace(UNCHANGED, headers={"etag": '"7-abc"'})),
    "http.not-modified-body": lambda: replace(VISIT, unchanged=replace(UNCHANGED, body=b"304")),
    "http.if-none-match-first": lambda: replace(VISIT, other_tag=UNCHANGED),
    "http.etag-shared": lambda: replace(
        VISIT, coded=Answer(url=URL, status=200, headers=CODED | {"etag": '"7-abc"'}, body=BODY)
    ),
    "http.vary": lambda: told("vary", None),
    "http.vary-too-much": lambda: told("vary", "Accept-Encoding, User-Agent, Cookie"),
    "http.not-compressed": lambda: replace(VISIT, coded=WHOLE),
    "http.coding-unasked": lambda: replace(
        told("content-encoding", "gzip"), coded=Answer(url=URL, status=200, headers=CODED, body=BODY)
    ),
    "http.coding-differs": lambda: replace(VISIT, coded=Answer(url=URL, status=200, headers=CODED, body=None)),
    "http.head": lambda: replace(VISIT, head=replace(WHOLE, status=405, body=b"")),
    "http.range": lambda: replace(VISIT, ranged=replace(WHOLE, status=206)),
    "http.cache-control": lambda: told("cache-control", "no-store"),
    "http.max-age-long": lambda: told("cache-control", "public, max-age=86400"),
    "http.s-maxage": lambda: told("cache-control", "public, max-age=300, s-maxage=300"),
    "http.expires-zero": lambda: told("expires", "0"),
    "http.delta": lambda: replace(
        VISIT, delta=Answer(url=URL, status=226, headers=HEADERS | {"im": "feed"}, body=BODY)
    ),
    "http.query": lambda: replace(VISIT, with_parameter=replace(WHOLE, status=404)),
    "http.agent": lambda: replace(VISIT, as_reader=replace(WHOLE, status=403)),
    "http.self-differs": lambda: everywhere(BODY.replace(b"example/tin.atom", b"example/cu.atom")),
    "http.hub-not-in-link": lambda: everywhere(HUB),
    "http.hub-not-in-document": lambda: told("link", LINK),
    "http.churn": lambda: replace(VISIT, later=replace(WHOLE, body=LATER_WORDS, headers=OTHER_TAG)),
    "http.churn-dates": lambda: replace(VISIT, later=replace(WHOLE, body=LATER_DATE, headers=OTHER_TAG)),
    "http.etag-churns": lambda: replace(VISIT, later=replace(WHOLE, headers=OTHER_TAG)),
    "http.slow": lambda: Visit(whole=WHOLE, is_cut_short=True),
}
MORE: dict[str, tuple[Callable[[], Visit], set[str]]] = {
    "a changed document under the same tag": (
        lambda: replace(VISIT, later=replace(WHOLE, body=LATER_DATE)),
        {"http.etag-sticks", "http.churn-dates"},
    ),
    "a redirect to http": (
        lambda: replace(
            everywhere(BODY.replace(b"https://namlam.example/tin.atom", b"http://namlam.example/tin.atom")),
            whole=replace(
                WHOLE,
                url="http://namlam.example/tin.atom",
                body=BODY.replace(b"https://namlam.example/tin.atom", b"http://namlam.example/tin.atom"),
            ),
            hops=(hop("https://namlam.example/tin.atom"),),
        ),
        {"http.redirect-insecure", "http.redirected"},
    ),
    "a page that is no feed": (
        lambda: told("access-control-allow-origin", None, everywhere(b"<html><p>Tin</p>")),
        {"document.html-without-feed"},
    ),
    "a delta that caches may not mix up": (
        lambda: replace(VISIT, delta=Answer(url=URL, status=226, headers=DELTA, body=BODY)),
        set(),
    ),
    "a hub named in both": (lambda: told("link", LINK, everywhere(HUB)), set()),
    "a charset in quotation marks": (lambda: told("content-type", 'application/atom+xml;charset="UTF-8"'), set()),
    "a weak tag for both codings": (lambda: told("etag", 'W/"7"'), set()),
    "HEAD with a body": (lambda: replace(VISIT, head=WHOLE), {"http.head"}),
    "HEAD of another length": (
        lambda: replace(VISIT, head=replace(WHOLE, body=b"", headers=HEADERS | {"content-length": "3"})),
        {"http.head"},
    ),
}
RULES = {*CASES, "http.etag-sticks", "http.redirect-insecure"}

__all__ = ["CASES", "MORE", "RULES", "URL", "VISIT"]
