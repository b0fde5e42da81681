"""Answers polls of documents before Flask sees them: from the shelf, without a database, else by making them.

What it cannot answer, or what is no plain poll, goes the whole way. Both ways answer alike, because both answer
through `representations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from feeds.heads import Heads
from feeds.http.deltas import takes_feed
from feeds.http.representations import Answer, Asked

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

_UNCLEAR = re.compile(r"[,\s]")
_MEANING = re.compile("[q%]")
"""Only these can begin, or hide, the one parameter that means something."""


class FastLane:
    """WSGI middleware in front of the application; stands behind whatever strips the path prefix."""

    def __init__(self, inner: WsgiApp, heads: Heads) -> None:
        """Answer from `heads`, everything else from `inner`."""
        self._inner = inner
        self._heads = heads

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        answer = self._find(environ)
        if answer is None:
            return self._inner(environ, start_response)
        start_response(answer.status, answer.headers)
        # Granian hands on a list as it is; anything else it asks for piece by piece.
        return [answer.body] if answer.body else []

    def _find(self, environ: dict[str, Any]) -> Answer | None:
        address = environ["PATH_INFO"]
        if not address.startswith("/feeds/") or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        query = environ.get("QUERY_STRING")
        if "?" in address:
            return None
        if query and _MEANING.search(query):
            address = f"{address}?{query}"
        if not is_host_clear(environ) or ("HTTP_A_IM" in environ and takes_feed(environ["HTTP_A_IM"])):
            return None
        return self._heads.find_at_hand(address, Asked.of(environ))


def is_host_clear(environ: Mapping[str, Any]) -> bool:
    """Say whether a request names one host: some servers hand on one without, or two joined by a comma."""
    host = environ.get("HTTP_HOST")
    return bool(host) and _UNCLEAR.search(str(host)) is None
