"""Takes a JPEG apart: frame, tables and scans are kept, every word about them goes.

What is kept stands in one form: JFIF and Adobe marks first and without anything free in them, no fill bytes, nothing
between the segments and nothing behind the end, where phones put second pictures and others whole documents.

Spec: ITU-T T.81 annex B; JFIF 1.02; ICC.1 annex B.4; XMP part 3 section 1.1.3.
"""

from __future__ import annotations

import re

from store.attachments.containers import photoshop
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

MAX_SEGMENTS = 10_000
_START = b"\xff\xd8"
_EOI, _SOS, _APP0, _APP1, _APP2, _APP13, _APP14 = 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xED, 0xEE
# T.81 table B.1; C4, C8 and CC among them are no frames.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_TABLES = frozenset({0xC4, 0xCC, 0xDB, 0xDD})
# Besides frames and tables: scans, the number of lines said late, applications and comments.
_SEGMENTS = _FRAMES | _TABLES | {_SOS, 0xDC, *range(0xE0, 0xF0), 0xFE}
_FIRST_MARKER = 0xC0
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_MARKER = re.compile(rb"\xff[^\x00\xff]")
# Within a scan FF 00 is a byte of data, FF D0 to FF D7 are restarts, and FF FF is filling.
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_JFIF, _JFIF_BYTES = b"JFIF\0", 14
_ADOBE, _ADOBE_BYTES = b"Adobe", 12
_ICC, _ICC_DATA_AT = b"ICC_PROFILE\0", 14
_EXIF = (b"Exif\0\0", b"Exif\0\xff")
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_MAX_RESOURCES_BYTES = 256 * 1024


def read(content: bytes) -> Container:
    """Take a JPEG apart; raises ContainerBroken."""
    if not content.startswith(_START):
        raise ContainerBroken("does not begin as a JPEG does")
    picture = _Picture(content)
    at = len(_START)
    for _ in range(MAX_SEGMENTS):
        found = _MARKER.search(content, at)
        if found is None:
            raise ContainerBroken(CUT_SHORT)
        marker = content[found.start() + 1]
        if marker == _EOI:
            return picture.finished(found.start())
        at = picture.take(marker, found.start())
    raise ContainerBroken(f"has more than {MAX_SEGMENTS:,} segments")


class _Words:
    """The metadata seen so far."""

    def __init__(self) -> None:
        self.exif = self.xmp = b""
        self._icc: dict[int, bytes] = {}
        self._icc_count = self._icc_bytes = 0
        self._resources: list[bytes] = []
        self._resources_bytes = 0

    def take(self, marker: int, payload: memoryview) -> None:
        """Remember what one application segment says."""
        head = bytes(payload[: len(_XMP)])
        if marker == _APP1 and head.startswith(_EXIF):
            self.exif = self.exif or tiff_part(payload[len(_EXIF[0]) :])
        elif marker == _APP1 and head.startswith(_XMP):
            self.xmp = self.xmp or within(payload[len(_XMP) :], MAX_XMP_BYTES)
        elif marker == _APP2 and head.startswith(_ICC) and len(payload) > _ICC_DATA_AT:
            self._take_icc(payload[len(_ICC)], payload[len(_ICC) + 1], payload[_ICC_DATA_AT:])
        elif marker == _APP13 and head.startswith(photoshop.MARK):
            self._resources_bytes += len(payload)
            if self._resources_bytes <= _MAX_RESOURCES_BYTES:
                self._resources.append(bytes(payload[len(photoshop.MARK) :]))

    @property
    def icc(self) -> bytes:
        """The colour profile, out of its segments in their order; empty unless all of them are there."""
        if self._icc_bytes > MAX_ICC_BYTES or self._icc.keys() != set(range(1, self._icc_count + 1)):
            return b""
        return b"".join(self._icc[number] for number in sorted(self._icc))

    @property
    def iptc(self) -> bytes:
        """The IPTC records."""
        return photoshop.iptc_records(b"".join(self._resources))

    def _take_icc(self, number: int, count: int, data: memoryview) -> None:
        self._icc_count = self._icc_count or count
        self._icc_bytes += len(data)
        if self._icc_bytes <= MAX_ICC_BYTES:
            self._icc.setdefault(number, bytes(data))


class _Picture:
    """What was read of a JPEG so far."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._view = memoryview(content)
        self._pieces = Pieces(content)
        self._words = _Words()
        self._jfif = self._adobe = b""
        self._width_px = self._height_px = self._scans = 0

    def take(self, marker: int, start: int) -> int:
        """Keep or leave out the segment whose marker stands at `start`; give where it ends."""
        if marker in _ALONE:
            return start + 2
        if marker not in _SEGMENTS:
            raise ContainerBroken("has a segment that no JPEG of one picture has")
        end = self._segment_end(start)
        if marker in _TABLES:
            self._pieces.keep(start, end)
        elif marker in _FRAMES:
            self._take_frame(start, end)
        elif marker == _SOS:
            return self._take_scan(start, end)
        elif not self._scans:
            self._take_application(marker, self._view[start + 4 : end])
        return end

    def finished(self, end: int) -> Container:
        """Give the whole, whose last marker stands at `end`."""
        if not self._scans:
            raise ContainerBroken(NO_PICTURE)
        self._pieces.keep(end, end + 2)
        return Container(
            content=self._pieces.joined(before=_START + self._jfif + self._adobe),
            width_px=self._width_px,
            height_px=self._height_px,
            scans=self._scans,
            icc=self._words.icc,
            exif=self._words.exif,
            xmp=self._words.xmp,
            iptc=self._words.iptc,
        )

    def _segment_end(self, start: int) -> int:
        size = int.from_bytes(self._content[start + 2 : start + 4], "big")
        end = start + 2 + size
        if end > len(self._content):
            raise ContainerBroken(CUT_SHORT)
        if size < 2:
            raise ContainerBroken("has a segment without a length")
        return end

    def _take_frame(self, start: int, end: int) -> None:
        if self._width_px:
            raise ContainerBroken("has two pictures in one")
        frame = self._content[start + 4 : end]
        # Precision, height, width, the number of components, and three bytes for each.
        if len(frame) < 6 or not 1 <= frame[5] <= 4 or len(frame) != 6 + 3 * frame[5]:
            raise ContainerBroken("has a header that is none")
        self._height_px, self._width_px = int.from_bytes(frame[1:3], "big"), int.from_bytes(frame[3:5], "big")
        if not self._width_px or not self._height_px:
            raise ContainerBroken("does not say how large it is")
        self._pieces.keep(start, end)

    def _take_scan(self, start: int, end: int) -> int:
        head = self._content[start + 4 : end]
        if not self._width_px or not head or len(head) != 4 + 2 * head[0]:
            raise ContainerBroken("has a scan that is none")
        found = _SCAN_END.search(self._content, end)
        if found is None:
            raise ContainerBroken(CUT_SHORT)
        data_end = found.start()
        if self._content[data_end + 1] < _FIRST_MARKER:
            # Readers go on behind the next restart, each in its own way.
            raise ContainerBroken("has damaged image data")
        if self._content[data_end - 1] == 0xFF:
            data_end = end + len(self._content[end:data_end].rstrip(b"\xff"))
        self._pieces.keep(start, data_end)
        self._scans += 1
        return found.start()

    def _take_application(self, marker: int, payload: memoryview) -> None:
        if marker == _APP0 and payload[:5] == _JFIF and len(payload) >= _JFIF_BYTES:
            density = bytes(payload[7:12])
            self._jfif = b"\xff\xe0\x00\x10" + _JFIF + b"\x01\x01" + density + b"\0\0"
        elif marker == _APP14 and payload[:5] == _ADOBE and len(payload) >= _ADOBE_BYTES:
            # Only its last byte, how colours are transformed, is ever looked at.
            self._adobe = b"\xff\xee\x00\x0e" + _ADOBE + b"\x00\x64\0\0\0\0" + bytes(payload[11:12])
        else:
            self._words.take(marker, payload)
