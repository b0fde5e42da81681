"""Answers a poll from what is known of a document: the one place where negotiation, validation and headers meet.

The fast lane and the application both answer through it, so that they cannot differ. Pure.

Spec: RFC 9110 sections 8.4, 8.6, 12.5.3, 13 and 15.4.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple, overload

from feeds.http.codings import code
from feeds.http.conditional import http_date, is_not_modified, tag_of_coding
from feeds.http.negotiation import IDENTITY, best_coding

Headers = list[tuple[str, str]]
Clock = Callable[[], datetime]

_SECOND = timedelta(seconds=1)
_UNACCEPTABLE = "Máy chủ không có dạng mã hoá nào mà yêu cầu chấp nhận (br, zstd, gzip, identity).\n".encode()


class Asked(NamedTuple):
    """What the answer to GET or HEAD depends on, beside the document."""

    is_head: bool = False
    if_none_match: str | None = None
    if_modified_since: str | None = None
    accept_encoding: str | None = None

    @classmethod
    def of(cls, environ: Mapping[str, Any]) -> Asked:
        """Read a WSGI environment."""
        find = environ.get
        return cls(
            environ["REQUEST_METHOD"] == "HEAD",
            find("HTTP_IF_NONE_MATCH"),
            find("HTTP_IF_MODIFIED_SINCE"),
            find("HTTP_ACCEPT_ENCODING"),
        )


class Common(NamedTuple):
    """The headers that all answers of a kind carry: with a document, and to who has it already.

    What a client has tells it the rest, and hundreds of polls a second are answered with nothing else.
    """

    whole: Headers
    unmodified: Headers


class Answer(NamedTuple):
    """A status line, headers and a body, as WSGI takes them."""

    status: str
    headers: Headers
    body: bytes = b""


class Partial(NamedTuple):
    """What can be rendered of a document, for one request alone: its tag and date stand for the whole of it."""

    document: bytes


class Document:
    """A document's validators and headers. `etag` is the strong tag of it as it is, with quotes; `more` are headers."""

    __slots__ = ("etag", "is_dated", "last_modified", "last_modified_text", "media_type", "more")

    def __init__(
        self, *, etag: str, last_modified: datetime, media_type: str, more: tuple[tuple[str, str], ...] = ()
    ) -> None:
        self.etag = etag
        self.last_modified = last_modified
        self.last_modified_text = http_date(last_modified)
        self.media_type = media_type
        self.more = more
        self.is_dated = False

    def tells_date(self, clock: Clock) -> bool:
        """Say whether its second is over: within it the same date could come to mean other bytes."""
        if not self.is_dated:
            self.is_dated = clock() >= self.last_modified + _SECOND
        return self.is_dated


@overload
def answer_from(
    document: Document, asked: Asked, *, common: Common, clock: Clock, find_body: Callable[[str], bytes | Partial]
) -> Answer: ...


@overload
def answer_from(
    document: Document, asked: Asked, *, common: Common, clock: Clock, find_body: Callable[[str], bytes | None]
) -> Answer | None: ...


def answer_from(
    document: Document,
    asked: Asked,
    *,
    common: Common,
    clock: Clock,
    find_body: Callable[[str], bytes | Partial | None],
) -> Answer | None:
    """Answer 304, or 200 in the coding that the client wants most, or 406; all with `common` headers.

    `find_body` is asked for the bytes in a coding, and only where they are sent (or counted, for HEAD). Where it has
    none the answer is None; a part goes out without what would have it taken for the whole.
    """
    coding = best_coding(asked.accept_encoding)
    if coding is None:
        content = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(_UNACCEPTABLE)))]
        headers = [*_not_kept(common), *content]
        return Answer("406 Not Acceptable", headers, b"" if asked.is_head else _UNACCEPTABLE)
    tag = tag_of_coding(document.etag, coding)
    # Most clients send back the very tag that they would be sent.
    if asked.if_none_match == tag or is_not_modified(
        if_none_match=asked.if_none_match,
        if_modified_since=asked.if_modified_since,
        etag=document.etag,
        last_modified=document.last_modified,
    ):
        return Answer("304 Not Modified", [("ETag", tag), *common.unmodified])
    body = find_body(coding)
    if body is None:
        return None
    if isinstance(body, Partial):
        body, headers = code(body.document, coding), [*_not_kept(common), *document.more]
    else:
        headers = [("ETag", tag), *common.whole, *document.more]
        if document.tells_date(clock):
            headers.append(("Last-Modified", document.last_modified_text))
    if coding != IDENTITY:
        headers.append(("Content-Encoding", coding))
    headers += [("Content-Type", f"{document.media_type}; charset=utf-8"), ("Content-Length", str(len(body)))]
    return Answer("200 OK", headers, b"" if asked.is_head else body)


def _not_kept(common: Common) -> Headers:
    return [*(each for each in common.whole if each[0] != "Cache-Control"), ("Cache-Control", "no-store")]
