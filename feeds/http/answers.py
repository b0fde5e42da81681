"""Builds the answers to GET and HEAD: 200 or 304 with the same headers, nothing rendered for a 304."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from flask import Response, request

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


def conditional(
    render: Callable[[], bytes],
    *,
    media_type: str,
    etag: str,
    last_modified: datetime,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer the present request: 304 where the client has it, else what `render` gives.

    A date is told only when its second is over: within it the same date could come to mean other bytes.
    """
    site = current_site()
    known = is_not_modified(
        if_none_match=request.headers.get("If-None-Match"),
        if_modified_since=request.headers.get("If-Modified-Since"),
        etag=etag,
        last_modified=last_modified,
    )
    response = empty(304, {}) if known else Response(render(), content_type=f"{media_type}; charset=utf-8")
    response.headers["ETag"] = etag
    if site.database.clock() >= last_modified + timedelta(seconds=1):
        response.headers["Last-Modified"] = http_date(last_modified)
    response.headers["Cache-Control"] = f"public, max-age={site.settings.max_age_seconds}, {GRACE}"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers.update(headers or {})
    return response


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
