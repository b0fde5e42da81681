"""A client of HTTP/1.1 on a bare socket, which forgives nothing: any number of them in one thread."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass

PATIENCE_SECONDS = 30.0
MOST_HEAD_BYTES = 64 * 1024


class Broken(Exception):
    """The connection ended, or could not be made, before an answer was whole.

    `got` is what came of it; `sent_at` None means that nothing was sent.
    """

    def __init__(self, reason: str, got: bytes = b"", sent_at: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.got = got
        self.sent_at = sent_at


class Malformed(Exception):
    """What came is no answer of HTTP/1.1."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer. Names of headers are in small letters; the instants are those of `time.monotonic`."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    sent_at: float
    received_at: float


class Line:
    """A connection that is kept, and made again when it is needed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._sent_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the next question goes over a connection that others went over before."""
        return self._streams is not None

    async def ask(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Reply:
        """Ask and wait for the whole answer; raises Broken or Malformed."""
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self._port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._ask(method, "\r\n".join([*lines, "", ""]).encode())
        except TimeoutError as error:
            self.close()
            raise Broken(f"no whole answer within {PATIENCE_SECONDS:g} s", sent_at=self._sent_at) from error
        except (OSError, asyncio.IncompleteReadError) as error:
            self.close()
            partial = error.partial if isinstance(error, asyncio.IncompleteReadError) else b""
            raise Broken(repr(error), partial, self._sent_at) from error
        except asyncio.LimitOverrunError as error:
            self.close()
            raise Malformed("the head has no end") from error
        except Malformed:
            self.close()
            raise

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect, unless that was done; raises OSError."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port, limit=MOST_HEAD_BYTES)
        return self._streams

    async def _ask(self, method: str, request: bytes) -> Reply:
        self._sent_at = None
        reader, writer = await self.connect()
        self._sent_at = sent_at = time.monotonic()
        writer.write(request)
        await writer.drain()
        status, headers = _parsed(await reader.readuntil(b"\r\n\r\n"))
        has_body = method != "HEAD" and status not in {204, 304}
        body = await reader.readexactly(_length(headers)) if has_body else b""
        received_at = time.monotonic()
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Reply(status, headers, body, sent_at, received_at)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


def _parsed(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    version, _, rest = first.partition(" ")
    if version != "HTTP/1.1" or not rest[:3].isdecimal():
        # Also where the body before had more bytes than its Content-Length said.
        raise Malformed(f"no answer begins with {first[:80]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name.lower() in headers:
            raise Malformed(f"a header that is none, or that came before: {line[:80]!r}")
        headers[name.lower()] = value.strip()
    return int(rest[:3]), headers


def _length(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    if not length.isdecimal() or "transfer-encoding" in headers:
        raise Malformed(f"an answer without Content-Length: {dict(headers)}")
    return int(length)
