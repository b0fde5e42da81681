"""Takes a WebP apart: image data, transparency and animation are kept, profiles, metadata and unknown chunks go.

The lengths and flags of what is kept are written anew. Wherever a size is said twice, both must agree.

Spec: RFC 9649 (WebP), section 2; RFC 6386 section 9.1 (the head of VP8 data).
"""

from __future__ import annotations

from collections.abc import Iterator

from store.attachments.containers.container import (
    CUT_SHORT,
    MAX_EXIF_BYTES,
    MAX_ICC_BYTES,
    MAX_XMP_BYTES,
    NO_PICTURE,
    Container,
    ContainerBroken,
    Pieces,
    tiff_part,
    within,
)

MAX_CHUNKS = 20_000
_HEAD_BYTES = 12
_CHUNK_HEAD_BYTES = 8
_ALPHA, _ANIMATION = 0x10, 0x02
_CANVAS_BYTES, _LOOP_BYTES, _FRAME_BYTES = 10, 6, 16
_DRAWN = frozenset({b"ALPH", b"VP8 ", b"VP8L"})
_MAX_BYTES = {b"ICCP": MAX_ICC_BYTES, b"EXIF": MAX_EXIF_BYTES, b"XMP ": MAX_XMP_BYTES}


def read(content: bytes) -> Container:
    """Take a WebP apart; raises ContainerBroken."""
    if content[:4] != b"RIFF" or content[8:_HEAD_BYTES] != b"WEBP":
        raise ContainerBroken("does not begin as a WebP does")
    end = _CHUNK_HEAD_BYTES + int.from_bytes(content[4:8], "little")
    if end > len(content):
        raise ContainerBroken(CUT_SHORT)
    picture = _Picture(content)
    for kind, data, data_end in picture.chunks(_HEAD_BYTES, end):
        picture.take(kind, data, data_end)
    return picture.finished()


class _Picture:
    """What was read of a WebP so far."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._pieces = Pieces(content)
        self._canvas: tuple[int, int] | None = None
        self._flags = 0
        self._frames = 0
        self._has_alpha = self._is_looped = False
        self._still = _Drawing(content)
        self._chunks_left = MAX_CHUNKS
        self._words: dict[bytes, bytes] = {}

    def chunks(self, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
        """List the chunks between two places: the kind of each, and where its data begin and end."""
        while at < end:
            self._chunks_left -= 1
            if self._chunks_left < 0:
                raise ContainerBroken(f"has more than {MAX_CHUNKS:,} chunks")
            data = at + _CHUNK_HEAD_BYTES
            size = int.from_bytes(self._content[at + 4 : data], "little")
            # Odd data are filled up to an even length.
            following = data + size + size % 2
            if data > end or following > end:
                raise ContainerBroken(CUT_SHORT)
            yield self._content[at : at + 4], data, data + size
            at = following

    def take(self, kind: bytes, data: int, end: int) -> None:
        """Keep or leave out one chunk of the file."""
        if kind == b"VP8X":
            self._take_canvas(data, end)
        elif kind == b"ANIM" and self._flags & _ANIMATION:
            self._take_loop(data, end)
        elif kind == b"ANMF" and self._flags & _ANIMATION:
            self._take_frame(data, end)
        elif kind in _DRAWN and not self._flags & _ANIMATION:
            self._still.take(kind, data, end)
        elif kind in _MAX_BYTES and kind not in self._words:
            self._words[kind] = within(memoryview(self._content)[data:end], _MAX_BYTES[kind])

    def finished(self) -> Container:
        """Give the whole."""
        if not self._flags & _ANIMATION:
            self._canvas = self._still.write(self._pieces, self._canvas)
            self._has_alpha = self._has_alpha or self._still.has_alpha
        if self._canvas is None or (self._flags & _ANIMATION and not self._frames):
            raise ContainerBroken(NO_PICTURE)
        width, height = self._canvas
        size = 4 + self._pieces.size_bytes
        return Container(
            content=self._pieces.joined(before=b"RIFF" + size.to_bytes(4, "little") + b"WEBP"),
            width_px=width,
            height_px=height,
            frames=max(1, self._frames),
            has_alpha=self._has_alpha,
            icc=self._words.get(b"ICCP", b""),
            exif=tiff_part(self._words.get(b"EXIF", b"")),
            xmp=self._words.get(b"XMP ", b""),
        )

    def _take_canvas(self, data: int, end: int) -> None:
        if self._canvas or self._still.size_bytes or end - data < _CANVAS_BYTES:
            raise ContainerBroken("has its header in the wrong place")
        self._flags = self._content[data] & (_ALPHA | _ANIMATION)
        self._has_alpha = bool(self._flags & _ALPHA)
        self._canvas = _size(self._content, data + 4)
        self._pieces.add(_head(b"VP8X", _CANVAS_BYTES) + bytes((self._flags, 0, 0, 0)))
        self._pieces.keep(data + 4, data + _CANVAS_BYTES)

    def _take_loop(self, data: int, end: int) -> None:
        if end - data < _LOOP_BYTES:
            raise ContainerBroken("has an animation that is none")
        if not self._is_looped:
            self._is_looped = True
            self._pieces.add(_head(b"ANIM", _LOOP_BYTES))
            self._pieces.keep(data, data + _LOOP_BYTES)

    def _take_frame(self, data: int, end: int) -> None:
        if end - data < _FRAME_BYTES or not self._is_looped or self._canvas is None:
            raise ContainerBroken("has an animation that is none")
        drawing = _Drawing(self._content)
        for kind, start, stop in self.chunks(data + _FRAME_BYTES, end):
            if kind in _DRAWN:
                drawing.take(kind, start, stop)
        # Places are counted in steps of two pixels.
        left, upper = (2 * _number(self._content, data + at) for at in (0, 3))
        width, height = _size(self._content, data + 6)
        if left + width > self._canvas[0] or upper + height > self._canvas[1]:
            raise ContainerBroken("has a frame that lies outside the picture")
        self._pieces.add(_head(b"ANMF", _FRAME_BYTES + drawing.size_bytes))
        self._pieces.keep(data, data + _FRAME_BYTES)
        drawing.write(self._pieces, (width, height))
        self._frames += 1


class _Drawing:
    """The data of one picture: lossless, or lossy with its transparency in front."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._transparency: tuple[int, int] | None = None
        self._image: tuple[int, int] | None = None
        self._size_px = (0, 0)
        self.has_alpha = False

    def take(self, kind: bytes, data: int, end: int) -> None:
        """Keep one chunk, unless another one makes it needless."""
        if kind == b"ALPH":
            if self._image is None and self._transparency is None:
                self._transparency, self.has_alpha = (data, end), True
            return
        if self._image is not None:
            raise ContainerBroken("has two pictures in one")
        self._image = (data, end)
        if kind == b"VP8L":
            # Lossless data have transparency of their own.
            self._transparency = None
            self._size_px, self.has_alpha = _lossless_head(self._content[data : min(data + 5, end)])
        else:
            self._size_px = _lossy_head(self._content[data : min(data + 10, end)])

    @property
    def size_bytes(self) -> int:
        """How long the kept chunks are with their heads."""
        return sum(_CHUNK_HEAD_BYTES + end - data + (end - data) % 2 for data, end in self._spans())

    def write(self, pieces: Pieces, wanted_px: tuple[int, int] | None) -> tuple[int, int]:
        """Add the chunks to a file; give the width and height, which are those wanted, if any."""
        if self._image is None:
            raise ContainerBroken(NO_PICTURE)
        if self._size_px != (wanted_px or self._size_px):
            raise ContainerBroken("says two different sizes")
        for data, end in self._spans():
            pieces.keep(data - _CHUNK_HEAD_BYTES, end)
            pieces.add(b"\0" * ((end - data) % 2))
        return self._size_px

    def _spans(self) -> list[tuple[int, int]]:
        return [span for span in (self._transparency, self._image) if span is not None]


def _lossy_head(head: bytes) -> tuple[int, int]:
    """Read width and height out of VP8 data: behind a tag of three bytes and a start code of three."""
    width, height = (int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8))
    if len(head) < 10 or head[0] & 1 or head[3:6] != b"\x9d\x01\x2a" or not width or not height:
        raise ContainerBroken("has a picture that is none")
    return width, height


def _lossless_head(head: bytes) -> tuple[tuple[int, int], bool]:
    """Read width and height out of VP8L data, and whether there is transparency."""
    bits = int.from_bytes(head[1:], "little")
    if len(head) < 5 or head[0] != 0x2F or bits >> 29:
        raise ContainerBroken("has a picture that is none")
    return ((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1), bool(bits >> 28 & 1)


def _head(kind: bytes, size: int) -> bytes:
    return kind + size.to_bytes(4, "little")


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 3], "little")


def _size(content: bytes, at: int) -> tuple[int, int]:
    """Read a width and a height, which are written one less."""
    return _number(content, at) + 1, _number(content, at + 3) + 1
