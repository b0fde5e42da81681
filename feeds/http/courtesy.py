"""Refuses clients that fetch a document over and over and never say what they hold: 429, before anything is made.

Who sends validators is never refused, nor is anybody to whom none were given: counted are whole documents handed out
with a tag to who named none.

Spec: RFC 6585 section 4, RFC 9110 section 10.2.3.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any, Protocol
from urllib.parse import parse_qsl

from feeds.http.clients import Network, find_client
from feeds.http.fast_lane import WsgiApp

TOLD_SECONDS = 60.0
"""So often at most the log tells of refusals."""
_DOCUMENTS = (".rss", ".atom", ".json")
_SENTENCE = (
    "Máy này đã tải kênh tin này quá nhiều lần mà không gửi If-None-Match hay If-Modified-Since; "
    "xin gửi ETag hoặc Last-Modified của lần tải trước trong các trường đó, khi ấy sẽ không bị giới hạn.\n"
).encode()
_log = logging.getLogger(__name__)


class Counts(Protocol):
    """Counts polls under names. Nothing here raises."""

    def find_wait_seconds(self, name: str) -> int | None:
        """Say how long, in seconds and at least 1, a name has used up what it may; None where it has not."""

    def add(self, name: str) -> None:
        """Count one poll."""


class Courtesy:
    """WSGI middleware in front of all that answers polls; stands behind whatever strips the path prefix."""

    def __init__(
        self,
        inner: WsgiApp,
        counts: Counts,
        *,
        trusted: Sequence[Network] = (),
        headers: Sequence[tuple[str, str]] = (),
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Let polls within the limit through to `inner`; refusals carry `headers`. `trusted` are the own proxies."""
        self.refused = 0
        self._inner = inner
        self._counts = counts
        self._trusted = trusted
        self._headers = headers
        self._monotonic = monotonic
        self._untold = 0
        self._told_at: float | None = None
        self._telling = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("HTTP_IF_NONE_MATCH") or environ.get("HTTP_IF_MODIFIED_SINCE"):
            return self._inner(environ, start_response)
        name = self._find_name(environ)
        if name is None:
            return self._inner(environ, start_response)
        wait_seconds = self._counts.find_wait_seconds(name)
        if wait_seconds is not None:
            return self._refuse(environ, start_response, wait_seconds)

        def start_and_count(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            # Nobody can send back what he was not given, as with a refusal or what cannot be rendered whole.
            if status.startswith("200") and any(header.lower() == "etag" for header, _ in headers):
                self._counts.add(name)
            return start_response(status, headers, *more)

        return self._inner(environ, start_and_count)

    def _find_name(self, environ: dict[str, Any]) -> str | None:
        """Name the client and the document, whatever else its address says; None for what is not counted."""
        path = environ.get("PATH_INFO", "")
        if not path.endswith(_DOCUMENTS) or not path.startswith("/feeds/"):
            return None
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        client = find_client(environ, self._trusted)
        if client is None:
            return None
        query = environ.get("QUERY_STRING", "")
        text = [value for each, value in parse_qsl(query) if each == "q"] if query else []
        said = "\0".join([client, path, *text])
        return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def _refuse(
        self, environ: dict[str, Any], start_response: Callable[..., Any], wait_seconds: int
    ) -> Iterable[bytes]:
        self._tell(environ)
        headers = [
            ("Retry-After", str(wait_seconds)),
            ("Cache-Control", "no-store"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(_SENTENCE))),
            *self._headers,
        ]
        start_response("429 Too Many Requests", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [_SENTENCE]

    def _tell(self, environ: dict[str, Any]) -> None:
        """Count a refusal, and have the log tell of it and of those before, once in a while."""
        with self._telling:
            self.refused += 1
            self._untold += 1
            now = self._monotonic()
            if self._told_at is not None and now - self._told_at < TOLD_SECONDS:
                return
            untold, self._untold, self._told_at = self._untold, 0, now
        hint = ""
        if environ.get("HTTP_X_FORWARDED_FOR") and not self._trusted:
            hint = "; a proxy may have handed it on: name it in BANTIN_TRUSTED_PROXIES, or all behind it count as one"
        _log.warning("refused polls without validators: %d, the last of %s%s", untold, environ["PATH_INFO"], hint)
