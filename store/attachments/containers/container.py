"""What a picture file is made of: the bytes that draw the picture, and what its maker laid beside them.

`content` is a file of the same type in its one canonical form: reading it again gives the very same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_EXIF_BYTES = 64 * 1024
MAX_XMP_BYTES = 256 * 1024
MAX_IPTC_BYTES = 64 * 1024
MAX_ICC_BYTES = 4 * 1024 * 1024
CUT_SHORT = "is cut short"
NO_PICTURE = "has no picture in it"
_EXIF_MARK = b"Exif\0\0"


class ContainerBroken(ValueError):
    """A file that does not keep the rules of its format; `str()` says what is wrong with it: “is cut short”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A picture file taken apart; nothing in it was decoded.

    `content` draws the picture and holds nothing else. Pixels are those of the file, before orientation, and of
    the whole area where frames are smaller. `frames` counts the pictures of an animation, `scans` the passes of a
    JPEG. `exif` is the TIFF part alone, `iptc` the records alone. What is missing, or too large to be looked at,
    is empty.
    """

    content: bytes
    width_px: int
    height_px: int
    frames: int = 1
    scans: int = 1
    has_alpha: bool = False
    icc: bytes = b""
    exif: bytes = b""
    xmp: bytes = b""
    iptc: bytes = b""


class Pieces:
    """The pieces of a file that are kept, in order; nothing is copied until they are joined."""

    def __init__(self, content: bytes) -> None:
        """Keep pieces of `content`."""
        self._content = content
        self._joined: list[bytes | memoryview] = []
        self._start = self._end = 0
        self._size_bytes = 0

    @property
    def size_bytes(self) -> int:
        """How long the file is so far."""
        return self._size_bytes + self._end - self._start

    def keep(self, start: int, end: int) -> None:
        """Keep these bytes of the file."""
        if start != self._end:
            self._settle()
            self._start = start
        self._end = end

    def add(self, piece: bytes) -> None:
        """Put bytes of our own in."""
        if piece:
            self._settle()
            self._joined.append(piece)
            self._size_bytes += len(piece)

    def joined(self, *, before: bytes = b"") -> bytes:
        """Give the whole file, with `before` in front."""
        self._settle()
        return b"".join((before, *self._joined))

    def _settle(self) -> None:
        if self._start != self._end:
            self._joined.append(memoryview(self._content)[self._start : self._end])
            self._size_bytes += self._end - self._start
        self._start = self._end


def within(piece: bytes | memoryview, most_bytes: int) -> bytes:
    """Give a piece of metadata, or nothing if it is longer than `most_bytes`."""
    return bytes(piece) if len(piece) <= most_bytes else b""


def tiff_part(exif: bytes | memoryview) -> bytes:
    """Give Exif data without the mark that JPEG puts in front, or nothing if they are too long."""
    return within(exif, MAX_EXIF_BYTES + len(_EXIF_MARK)).removeprefix(_EXIF_MARK)
