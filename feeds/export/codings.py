"""Codes a document as clients take it: gzip, Brotli and Zstandard. The same bytes always give the same bytes.

Spec: RFC 1952.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping

from feeds.http.codings import brotli_of, zstd_of

LEAST_BYTES = 256
"""Shorter documents fit into one packet either way."""
_GZIP_WRAPPER = 16
_GZIP_LEVEL = 9
"""Nobody waits for it, unlike a poll."""

EXTENSIONS: Mapping[str, str] = {".br": "br", ".zst": "zstd", ".gz": "gzip"}
"""What the name of a coded file ends with, and the coding's own name; the first that a client takes is sent."""


def _gzip(body: bytes) -> bytes:
    # Its header holds no date and no name, unlike that of the command.
    coder = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + _GZIP_WRAPPER)
    return coder.compress(body) + coder.flush()


_CODERS: Mapping[str, Callable[[bytes], bytes]] = {".br": brotli_of, ".zst": zstd_of, ".gz": _gzip}


def iter_coded(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (extension, bytes) of every coding that is shorter than the document itself."""
    if len(body) < LEAST_BYTES:
        return
    for extension, code in _CODERS.items():
        coded = code(body)
        if len(coded) < len(body):
            yield extension, coded
