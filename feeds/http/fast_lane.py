"""Answers polls of documents before Flask sees them: from the shelf, without a database, else by making them.

What it cannot answer, or what is no plain poll, goes the whole way. Both ways answer alike, because both answer
through `representations`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from feeds.heads import Heads
from feeds.http.deltas import takes_feed
from feeds.http.representations import Asked, Headers
from feeds.http.shelf import Shelved

WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MOST_READY = 4_096
LONGEST_ASKED_CHARS = 600
"""What a client wrote is remembered with the answer; nobody may fill the memory with it."""
_UNCLEAR = re.compile(r"[,\s]")
_MEANING = re.compile("[q%]")
"""Only these can begin, or hide, the one parameter that means something."""


class _Ready(NamedTuple):
    """An answer that was given before, and the document that it stands for while that is fresh."""

    kept: Shelved
    status: str
    headers: Headers
    body: list[bytes]


class FastLane:
    """WSGI middleware in front of the application; stands behind whatever strips the path prefix.

    Answers of a while are remembered by all that they depend on of the request: a poll is mostly the same as the last.
    """

    def __init__(self, inner: WsgiApp, heads: Heads) -> None:
        """Answer from `heads`, everything else from `inner`."""
        self._inner = inner
        self._heads = heads
        self._shelf = heads.shelf
        self._ready: dict[tuple[str | None, ...], _Ready] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        find = environ.get
        asked = (
            environ["PATH_INFO"],
            find("QUERY_STRING"),
            environ["REQUEST_METHOD"],
            find("HTTP_HOST"),
            find("HTTP_IF_NONE_MATCH"),
            find("HTTP_IF_MODIFIED_SINCE"),
            find("HTTP_ACCEPT_ENCODING"),
            find("HTTP_A_IM"),
        )
        ready = self._ready.get(asked)
        if ready is not None and ready.kept.is_fresh:
            self._shelf.count(ready.kept)
        else:
            ready = self._find(environ)
            if ready is None:
                return self._inner(environ, start_response)
            self._remember(asked, ready)
        start_response(ready.status, ready.headers)
        return ready.body

    def _find(self, environ: dict[str, Any]) -> _Ready | None:
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
        found = self._heads.find_at_hand(address, Asked.of(environ))
        if found is None:
            return None
        kept, answer = found
        # Granian hands on a list as it is; anything else it asks for piece by piece.
        return _Ready(kept, answer.status, answer.headers, [answer.body] if answer.body else [])

    def _remember(self, asked: tuple[str | None, ...], ready: _Ready) -> None:
        """Remember what stays right as long as the document is fresh: a date that is not told yet will be."""
        stays = ready.status.startswith("304") or ready.kept.document.is_dated
        if not (stays and ready.kept.is_fresh) or sum(len(each or "") for each in asked) > LONGEST_ASKED_CHARS:
            return
        if len(self._ready) >= MOST_READY:
            self._ready.clear()
        self._ready[asked] = ready


def is_host_clear(environ: Mapping[str, Any]) -> bool:
    """Say whether a request names one host: some servers hand on one without, or two joined by a comma."""
    host = environ.get("HTTP_HOST")
    return bool(host) and _UNCLEAR.search(str(host)) is None
