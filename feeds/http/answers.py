"""Builds the answers to GET and HEAD that the application gives: 200 or 304 with the same headers, and the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask import Response, request

from feeds.former_addresses import find_target
from feeds.http.codings import code
from feeds.http.representations import Answer, Asked, Common, Document, Headers, Partial, answer_from
from feeds.settings import Settings
from feeds.site import current_site

SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
}
CORS_UNMODIFIED = {"Access-Control-Allow-Origin": "*"}
PREFLIGHT = CORS | {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Modified-Since, A-IM",
    "Access-Control-Max-Age": "86400",
}
MISSING_SECONDS = 60
GRACE = "stale-while-revalidate=60, stale-if-error=86400"
VARY = ("Vary", "Accept-Encoding")


def common_of_feeds(settings: Settings) -> Common:
    """Give the headers that documents of channels carry."""
    kept = caching(settings)
    return Common([*kept, *SECURITY.items(), *CORS.items()], [*kept, *CORS_UNMODIFIED.items()])


def caching(settings: Settings) -> Headers:
    """Give the headers that caches go by, of what may be kept for a while."""
    return [("Cache-Control", f"public, max-age={settings.max_age_seconds}, {GRACE}"), VARY]


def conditional(
    render: Callable[[], bytes | Partial],
    *,
    media_type: str,
    etag: str,
    last_modified: datetime,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer the present request: 304 where the client has it, else what `render` gives; a part without validators.

    Nothing is rendered for a 304. The bytes are coded as the client takes them.
    """
    site = current_site()
    document = Document(
        etag=etag, last_modified=last_modified, media_type=media_type, more=tuple((headers or {}).items())
    )

    def find_body(coding: str) -> bytes | Partial:
        rendered = render()
        return rendered if isinstance(rendered, Partial) else code(rendered, coding)

    kept = caching(site.settings)
    return response_of(
        answer_from(
            document,
            Asked.of(request.environ),
            common=Common(kept, kept),
            clock=site.database.clock,
            find_body=find_body,
        )
    )


def response_of(answer: Answer) -> Response:
    """Give an answer as the application hands it on."""
    # An empty body would be counted in place of the one that HEAD leaves out.
    response = Response(answer.body or None, status=answer.status, headers=answer.headers)
    if response.status_code == 304:
        del response.headers["Content-Type"]
    return response


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
