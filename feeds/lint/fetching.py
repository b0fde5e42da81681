"""Carries questions over the network, within limits of time and size; whoever typed the address answers for it.

Loopback and private hosts are allowed: an operator checks a server before it is public. No cookies, no proxies,
no redirects of its own.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from feeds.lint.asking import Answer, Question, Unreachable
from feeds.lint.document import LIMIT_BYTES
from feeds.lint.http import LIMIT_SECONDS
from store.text.iris import ascii_iri

AGENT = "Bantin-lint/1 (checks feeds for their editors)"
_CHUNK_BYTES = 65_536
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32


class Network:
    """Asks servers; all questions together take no longer than the limit."""

    def __init__(self, limit_seconds: float = LIMIT_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._end = clock() + limit_seconds

    def pause(self, seconds: float) -> None:
        """Wait, as far as there is time."""
        time.sleep(max(min(seconds, self._end - self._clock()), 0))

    def ask(self, question: Question) -> Answer:
        """Carry a question to its server; raises Unreachable."""
        url = ascii_iri(question.url)
        try:
            return self._ask(url, question)
        except Unreachable:
            raise
        except (OSError, http.client.HTTPException, ValueError) as error:
            said = str(error) or type(error).__name__
            raise Unreachable(
                f"{question.url} cannot be reached: {said}",
                vietnamese=f"không kết nối được tới {question.url} ({said})",
            ) from error

    def _ask(self, url: str, question: Question) -> Answer:
        parts = urlsplit(url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        with closing(self._connection(parts.scheme, parts.hostname or "", parts.port)) as connection:
            connection.connect()
            # Also where a server drips header by header, which a limit for each piece would never end.
            watch = threading.Timer(self._remaining(), _end, (connection.sock,))
            watch.daemon = True
            watch.start()
            try:
                connection.request(question.method, path, headers={"User-Agent": AGENT, **question.headers})
                response = connection.getresponse()
                sent = response.read(LIMIT_BYTES + 1)
            finally:
                watch.cancel()
            if self._end - self._clock() <= 0:
                raise _too_slow(url)
        headers: dict[str, str] = {}
        for name, value in response.getheaders():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        coding = headers.get("content-encoding", "").strip().lower()
        body = unpacked(sent, coding) if sent else b""
        return Answer(url=url, status=response.status, headers=headers, body=body, sent_bytes=len(sent))

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "http" and host:
            return http.client.HTTPConnection(host, port, timeout=self._remaining())
        if scheme == "https" and host:
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self._remaining(), context=context)
        raise ValueError("feeds are fetched from http://HOST/... and https://HOST/... only")

    def _remaining(self) -> float:
        remaining = self._end - self._clock()
        if remaining <= 0:
            raise _too_slow("the server", "máy chủ")
        return remaining


def unpacked(sent: bytes, coding: str) -> bytes | None:
    """Unpack a body, never further than one byte past the limit; None where it cannot be done."""
    if coding in {"", "identity"}:
        return sent
    if coding not in {"gzip", "x-gzip", "deflate"}:
        return None
    unpacking = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        body = unpacking.decompress(sent, LIMIT_BYTES + 1)
    except zlib.error:
        return None
    return body if unpacking.eof or len(body) > LIMIT_BYTES else None


def _too_slow(what: str, vietnamese: str = "") -> Unreachable:
    return Unreachable(
        f"{what} took longer than {LIMIT_SECONDS} seconds",
        vietnamese=f"{vietnamese or what} trả lời chậm hơn {LIMIT_SECONDS} giây",
    )


def _end(connected: socket.socket | None) -> None:
    if connected is not None:
        try:
            connected.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
