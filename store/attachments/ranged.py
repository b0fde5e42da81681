"""Reads a long object over a network as if it were a file: in pieces, the next one only when it is wanted."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import BinaryIO

FIRST_BYTES = 256 * 1024
LARGEST_BYTES = 2 * 1024 * 1024
BUFFER_BYTES = 64 * 1024

Fetch = Callable[[int, int], bytes]
"""Gives the bytes from an offset up to, not including, another; fewer only at the object's end."""


def open_ranged(fetch: Fetch, *, first: bytes, size_bytes: int) -> BinaryIO:
    """Give a seekable reader of an object of `size_bytes`, of which the `first` bytes are there already.

    Reading raises what `fetch` raises. Pieces grow while they are read one after the other.
    """
    return io.BufferedReader(_RangedReader(fetch, first, size_bytes), BUFFER_BYTES)


class _RangedReader(io.RawIOBase):
    def __init__(self, fetch: Fetch, first: bytes, size_bytes: int) -> None:
        self._fetch = fetch
        self._piece, self._begin = first, 0
        self._size_bytes = size_bytes
        self._position = 0
        self._next_bytes = FIRST_BYTES

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size_bytes}[whence]
        if origin + offset < 0:
            raise ValueError(f"no position before the beginning: {origin + offset}")
        self._position = origin + offset
        return self._position

    # typeshed has no name for a writable buffer in Python 3.11.
    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        if self._position >= self._size_bytes:
            return 0
        if not 0 <= self._position - self._begin < len(self._piece):
            self._fetch_piece()
        start = self._position - self._begin
        given = self._piece[start : start + len(buffer)]
        buffer[: len(given)] = given
        self._position += len(given)
        return len(given)

    def _fetch_piece(self) -> None:
        follows = self._position == self._begin + len(self._piece)
        self._next_bytes = min(self._next_bytes * 2, LARGEST_BYTES) if follows else FIRST_BYTES
        end = min(self._position + self._next_bytes, self._size_bytes)
        self._piece, self._begin = self._fetch(self._position, end), self._position
        if not self._piece:
            raise EOFError(f"nothing at {self._position} of {self._size_bytes} bytes")
