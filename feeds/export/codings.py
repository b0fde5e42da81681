"""Codes a document as clients take it: gzip, Brotli and Zstandard. The same bytes always give the same bytes.

Spec: RFC 1952, RFC 7932, RFC 8878; RFC 9659 bounds the window that browsers accept (8 MiB).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping

import brotli
import zstandard

LEAST_BYTES = 256
"""Shorter documents fit into one packet either way."""
_GZIP_WRAPPER = 16
# Higher levels take several times as long for one or two percent.
_GZIP_LEVEL, _BROTLI_QUALITY, _ZSTD_LEVEL = 9, 9, 15

EXTENSIONS: Mapping[str, str] = {".br": "br", ".zst": "zstd", ".gz": "gzip"}
"""What the name of a coded file ends with, and the coding's own name; the first that a client takes is sent."""


def _gzip(body: bytes) -> bytes:
    # Its header holds no date and no name, unlike that of the command.
    coder = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, zlib.MAX_WBITS + _GZIP_WRAPPER)
    return coder.compress(body) + coder.flush()


def _brotli(body: bytes) -> bytes:
    coded: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return coded


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


_CODERS: Mapping[str, Callable[[bytes], bytes]] = {".br": _brotli, ".zst": _zstd, ".gz": _gzip}


def iter_coded(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield (extension, bytes) of every coding that is shorter than the document itself."""
    if len(body) < LEAST_BYTES:
        return
    for extension, code in _CODERS.items():
        coded = code(body)
        if len(coded) < len(body):
            yield extension, coded
