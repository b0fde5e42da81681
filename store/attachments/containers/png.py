"""Takes a PNG apart: header, palette, transparency and image data are kept, every other chunk goes.

An animated PNG becomes the picture that readers without animation show. What is kept has right checksums.

Spec: W3C PNG (Third Edition) sections 5 and 11.
"""

from __future__ import annotations

import struct
import zlib

from store.attachments.containers.container import (
    CUT_SHORT,
    MAX_ICC_BYTES,
    MAX_XMP_BYTES,
    NO_PICTURE,
    Container,
    ContainerBroken,
    Pieces,
    tiff_part,
    within,
)

MAX_CHUNKS = 100_000
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHUNK = struct.Struct(">I4s")
_CHUNK_BYTES = 12
_HEADER = struct.Struct(">IIBBBBB")
# Table 11.1: the bit depths of each colour type.
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_WITH_ALPHA = frozenset({4, 6})
_MAX_PALETTE_BYTES = 3 * 256
_MAX_PX = 2**31 - 1
_XMP_KEYWORD = b"XML:com.adobe.xmp"
_ANCILLARY = 0x20


def read(content: bytes) -> Container:
    """Take a PNG apart; raises ContainerBroken."""
    if not content.startswith(_SIGNATURE):
        raise ContainerBroken("does not begin as a PNG does")
    picture = _Picture(content)
    at = len(_SIGNATURE)
    for _ in range(MAX_CHUNKS):
        if at + _CHUNK_BYTES > len(content):
            raise ContainerBroken(CUT_SHORT)
        size, kind = _CHUNK.unpack_from(content, at)
        end = at + _CHUNK_BYTES + size
        if end > len(content):
            raise ContainerBroken(CUT_SHORT)
        picture.take(kind, at, end)
        if kind == b"IEND":
            return picture.finished()
        at = end
    raise ContainerBroken(f"has more than {MAX_CHUNKS:,} chunks")


class _Picture:
    """What was read of a PNG so far."""

    def __init__(self, content: bytes) -> None:
        self._view = memoryview(content)
        self._pieces = Pieces(content)
        self._pieces.keep(0, len(_SIGNATURE))
        self._seen: set[bytes] = set()
        self._width_px = self._height_px = self._colour_type = 0
        self._icc = self._exif = self._xmp = b""

    def take(self, kind: bytes, start: int, end: int) -> None:
        """Keep or leave out the chunk between `start` and `end`."""
        payload = self._view[start + 8 : end - 4]
        if (kind == b"IHDR") == bool(self._seen):
            raise ContainerBroken("has its header in the wrong place")
        if kind == b"IHDR":
            self._take_header(payload)
        elif kind == b"PLTE":
            self._check_palette(payload)
        elif kind == b"IEND" and payload:
            raise ContainerBroken("has an end that is none")
        if kind in {b"IHDR", b"PLTE", b"IDAT", b"IEND"} or (kind == b"tRNS" and self._seen.isdisjoint({kind, b"IDAT"})):
            self._check_sum(start, end)
            self._pieces.keep(start, end)
        elif not kind[0] & _ANCILLARY:
            raise ContainerBroken("has a chunk that no PNG has")
        else:
            self._take_words(kind, payload)
        self._seen.add(kind)

    def finished(self) -> Container:
        """Give the whole."""
        if b"IDAT" not in self._seen:
            raise ContainerBroken(NO_PICTURE)
        if self._colour_type == 3 and b"PLTE" not in self._seen:
            raise ContainerBroken("lacks its palette")
        return Container(
            content=self._pieces.joined(),
            width_px=self._width_px,
            height_px=self._height_px,
            has_alpha=self._colour_type in _WITH_ALPHA or b"tRNS" in self._seen,
            icc=self._icc,
            exif=self._exif,
            xmp=self._xmp,
        )

    def _check_sum(self, start: int, end: int) -> None:
        if zlib.crc32(self._view[start + 4 : end - 4]) != int.from_bytes(self._view[end - 4 : end], "big"):
            raise ContainerBroken("has a damaged part: a checksum is wrong")

    def _take_header(self, payload: memoryview) -> None:
        if len(payload) != _HEADER.size:
            raise ContainerBroken("has a header that is none")
        width, height, depth, colour_type, compression, filtering, interlacing = _HEADER.unpack(payload)
        if depth not in _DEPTHS.get(colour_type, ()) or compression or filtering or interlacing > 1:
            raise ContainerBroken("has a header that is none")
        if not 0 < width <= _MAX_PX or not 0 < height <= _MAX_PX:
            raise ContainerBroken("does not say how large it is")
        self._width_px, self._height_px, self._colour_type = width, height, colour_type

    def _check_palette(self, payload: memoryview) -> None:
        if not self._seen.isdisjoint({b"PLTE", b"IDAT"}):
            raise ContainerBroken("has its palette in the wrong place")
        if not payload or len(payload) % 3 or len(payload) > _MAX_PALETTE_BYTES:
            raise ContainerBroken("has a palette that is none")

    def _take_words(self, kind: bytes, payload: memoryview) -> None:
        if kind == b"iCCP":
            self._icc = self._icc or _profile(payload)
        elif kind == b"eXIf":
            self._exif = self._exif or tiff_part(payload)
        elif kind == b"iTXt" and bytes(payload[: len(_XMP_KEYWORD) + 1]) == _XMP_KEYWORD + b"\0":
            self._xmp = self._xmp or _international_text(bytes(payload[len(_XMP_KEYWORD) + 1 :][: 2 * MAX_XMP_BYTES]))


def _profile(payload: memoryview) -> bytes:
    """Give the colour profile of an iCCP chunk: behind a name of at most 79 letters and the method of compression."""
    name, mark, _ = bytes(payload[:80]).partition(b"\0")
    if not mark:
        return b""
    return _inflated(payload[len(name) + 2 :], MAX_ICC_BYTES)


def _international_text(payload: bytes) -> bytes:
    """Give the text of an iTXt chunk, behind two bytes on compression, a language and a translated keyword."""
    parts = payload[2:].split(b"\0", 2)
    if len(parts) < 3:
        return b""
    return _inflated(parts[2], MAX_XMP_BYTES) if payload[0] else within(parts[2], MAX_XMP_BYTES)


def _inflated(packed: bytes | memoryview, most_bytes: int) -> bytes:
    try:
        return within(zlib.decompressobj().decompress(packed, most_bytes + 1), most_bytes)
    except zlib.error:
        return b""
