"""Builds the answers to GET and HEAD: 200 or 304 with the same headers, nothing rendered for a 304."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, request

from feeds.former_addresses import find_target
from feeds.http.conditional import http_date, is_not_modified
from feeds.site import current_site

CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
}
PREFLIGHT = CORS | {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
    "Access-Control-Max-Age": "86400",
}
MISSING_SECONDS = 60
GRACE = "stale-while-revalidate=60, stale-if-error=86400"


@dataclass(frozen=True, slots=True)
class Partial:
    """What can be rendered of a document, for this request alone: its tag and date stand for the whole of it."""

    document: bytes


def conditional(
    render: Callable[[], bytes | Partial],
    *,
    media_type: str,
    etag: str,
    last_modified: datetime,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer the present request: 304 where the client has it, else what `render` gives; a part without validators.

    A date is told only when its second is over: within it the same date could come to mean other bytes.
    """
    site = current_site()
    known = is_not_modified(
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        etag=etag,
        last_modified=last_modified,
    )
    rendered = None if known else render()
    if isinstance(rendered, Partial):
        response = _document(rendered.document, media_type, headers)
        response.headers["Cache-Control"] = "no-store"
        return response
    response = empty(304, headers or {}) if rendered is None else _document(rendered, media_type, headers)
    response.headers["ETag"] = etag
    if site.database.clock() >= last_modified + timedelta(seconds=1):
        response.headers["Last-Modified"] = http_date(last_modified)
    response.headers["Cache-Control"] = f"public, max-age={site.settings.max_age_seconds}, {GRACE}"
    response.headers["Vary"] = "Accept-Encoding"
    return response


def _document(body: bytes, media_type: str, headers: Mapping[str, str] | None) -> Response:
    return Response(body, headers=dict(headers or {}), content_type=f"{media_type}; charset=utf-8")


def as_delta(response: Response) -> Response:
    """Say of an answer that it holds only what is new to the client that asked, and is for nobody else.

    Spec: RFC 3229 section 10.4.1.
    """
    response.status_code = 226
    response.headers["IM"] = "feed"
    response.headers["Cache-Control"] = f"private, max-age={current_site().settings.max_age_seconds}"
    response.headers["Vary"] = "Accept-Encoding, A-IM, If-None-Match"
    return response


def former_address() -> Response | None:
    """Lead an address of the former site to ours, None for an address that is of neither.

    Looked for only where there is nothing else to answer.
    """
    site = current_site()
    with site.database.snapshot() as session:
        target = find_target(session, request.path, request.query_string.decode("latin-1"), site.addresses)
    return moved(target, permanently_renamed=True) if target else None


def moved(location: str, *, permanently_renamed: bool = False) -> Response:
    """Redirect: 301 to what a thing is called now, 308 to the canonical spelling of the same address."""
    return empty(
        301 if permanently_renamed else 308,
        {"Location": location, "Cache-Control": "public, max-age=3600"},
    )


def empty(status: int, headers: Mapping[str, str]) -> Response:
    """Answer with headers alone, and no media type for what is not there."""
    response = Response(status=status, headers=dict(headers))
    del response.headers["Content-Type"]
    return response


def plain(status: int, sentence: str) -> Response:
    """Answer with one sentence; small, because robots ask for what is not there all day."""
    response = Response(f"{sentence}\n", status=status, content_type="text/plain; charset=utf-8")
    if status in {404, 410}:
        response.headers["Cache-Control"] = f"public, max-age={MISSING_SECONDS}"
    return response
