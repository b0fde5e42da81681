"""Codes documents as clients take them, and decodes what was coded here. The same bytes always give the same bytes.

Each document is coded once and sent many times, so Brotli and Zstandard work at the best quality below the step where
they become several times as slow.

Spec: RFC 1952, RFC 7932, RFC 8878; RFC 9659 bounds the window that browsers accept (8 MiB).
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping

import brotli
import zstandard
from isal import igzip_lib, isal_zlib

from feeds.http.negotiation import IDENTITY

# Its stubs take the class for one of its instances.
_ISAL_ERROR: type[Exception] = igzip_lib.error  # type: ignore[assignment]
_GZIP_WRAPPER = 16 + zlib.MAX_WBITS
_GZIP_LEVEL, _BROTLI_QUALITY, _ZSTD_LEVEL = 3, 8, 9


def code(body: bytes, coding: str) -> bytes:
    """Give a document in one of the codings, or as it is."""
    return _CODERS[coding](body)


def decode(coded: bytes, coding: str) -> bytes:
    """Give back what `code` was given; raises ValueError for what it did not give."""
    try:
        return _DECODERS[coding](coded)
    except (_ISAL_ERROR, brotli.error, zstandard.ZstdError) as error:
        raise ValueError(f"no document in {coding}: {error}") from error


def brotli_of(body: bytes) -> bytes:
    """Code in Brotli."""
    coded: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=_BROTLI_QUALITY)
    return coded


def zstd_of(body: bytes) -> bytes:
    """Code in Zstandard, as one frame that tells its length."""
    return zstandard.ZstdCompressor(level=_ZSTD_LEVEL).compress(body)


def _gzip(body: bytes) -> bytes:
    # Its header holds no date and no name.
    coder = isal_zlib.compressobj(_GZIP_LEVEL, isal_zlib.DEFLATED, _GZIP_WRAPPER)
    return coder.compress(body) + coder.flush()


def _plain(body: bytes) -> bytes:
    return body


def _of_brotli(coded: bytes) -> bytes:
    body: bytes = brotli.decompress(coded)
    return body


_CODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": brotli_of,
    "zstd": zstd_of,
    "gzip": _gzip,
    IDENTITY: _plain,
}
_DECODERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": _of_brotli,
    "zstd": lambda coded: zstandard.ZstdDecompressor().decompress(coded),
    "gzip": lambda coded: isal_zlib.decompress(coded, _GZIP_WRAPPER),
    IDENTITY: _plain,
}
