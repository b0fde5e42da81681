"""Takes a GIF apart: the frames, how long each is shown and how often all of them; comments and extensions go.

Frames are counted, not decoded. Every frame lies within the screen, and nothing stands behind the end.

Spec: GIF89a (CompuServe, 1990); XMP part 3 section 1.1.2.
"""

from __future__ import annotations

import struct

from store.attachments.containers.container import (
    CUT_SHORT,
    MAX_XMP_BYTES,
    NO_PICTURE,
    Container,
    ContainerBroken,
    Pieces,
    within,
)

MAX_BLOCKS = 50_000
MAX_DATA_BLOCKS = 1_000_000
_SIGNATURES = (b"GIF87a", b"GIF89a")
_SCREEN = struct.Struct("<6xHHBBB")
_FRAME = struct.Struct("<xHHHHB")
_EXTENSION, _IMAGE, _TRAILER, _STRAY = 0x21, 0x2C, 0x3B, 0x00
_PLAIN_TEXT, _CONTROL, _APPLICATION = 0x01, 0xF9, 0xFF
_CONTROL_BYTES = 8
_TRANSPARENT = 0x01
_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_XMP = b"XMP DataXMP"
# XMP is written as it is, not in blocks; whoever reads blocks is led to the end by this.
_XMP_TRAIL = b"\x01" + bytes(range(0xFF, -1, -1)) + b"\0"


def read(content: bytes) -> Container:
    """Take a GIF apart; raises ContainerBroken."""
    if not content.startswith(_SIGNATURES):
        raise ContainerBroken("does not begin as a GIF does")
    picture = _Picture(content)
    at = picture.take_screen()
    for _ in range(MAX_BLOCKS):
        kind = content[at] if at < len(content) else None
        if kind == _TRAILER:
            return picture.finished(at)
        if kind == _IMAGE:
            at = picture.take_frame(at)
        elif kind == _EXTENSION:
            at = picture.take_extension(at)
        elif kind == _STRAY:
            at += 1
        else:
            raise ContainerBroken(CUT_SHORT if kind is None else "has a block that no GIF has")
    raise ContainerBroken(f"has more than {MAX_BLOCKS:,} blocks")


class _Picture:
    """What was read of a GIF so far."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._pieces = Pieces(content)
        self._width_px = self._height_px = self._frames = 0
        self._has_alpha = self._is_looped = False
        self._control: tuple[int, int] | None = None
        self._data_blocks_left = MAX_DATA_BLOCKS
        self._xmp = b""

    def take_screen(self) -> int:
        """Keep the screen and its colours; give where they end."""
        self._need(_SCREEN.size)
        self._width_px, self._height_px, flags, *_ = _SCREEN.unpack_from(self._content)
        if not self._width_px or not self._height_px:
            raise ContainerBroken("does not say how large it is")
        end = self._need(_SCREEN.size + _table_bytes(flags))
        self._pieces.keep(0, end)
        return end

    def take_frame(self, start: int) -> int:
        """Keep a frame with what controls it; give where it ends."""
        at = self._need(start + _FRAME.size)
        left, upper, width, height, flags = _FRAME.unpack_from(self._content, start)
        if not width or not height:
            raise ContainerBroken("has a frame without a size")
        if left + width > self._width_px or upper + height > self._height_px:
            raise ContainerBroken("has a frame that lies outside the picture")
        # Behind the colours one byte tells how wide the codes of the image data begin.
        end = self._data_end(self._need(at + _table_bytes(flags) + 1))
        if self._control:
            self._pieces.keep(*self._control)
            self._control = None
        self._pieces.keep(start, end)
        self._frames += 1
        return end

    def take_extension(self, start: int) -> int:
        """Keep what controls a frame or repeats all of them, leave out any other extension; give where it ends."""
        data = self._need(start + 2)
        kind = self._content[start + 1]
        end = self._data_end(data)
        if kind == _CONTROL:
            if end - start != _CONTROL_BYTES or self._content[data] != 4:
                raise ContainerBroken("has a control block that is none")
            self._control = (start, end)
            self._has_alpha = self._has_alpha or bool(self._content[data + 1] & _TRANSPARENT)
        elif kind == _PLAIN_TEXT:
            # What controls a text must not fall to the next frame.
            self._control = None
        elif kind == _APPLICATION:
            self._take_application(data, end)
        return end

    def finished(self, end: int) -> Container:
        """Give the whole, whose trailer stands at `end`."""
        if not self._frames:
            raise ContainerBroken(NO_PICTURE)
        self._pieces.keep(end, end + 1)
        return Container(
            content=self._pieces.joined(),
            width_px=self._width_px,
            height_px=self._height_px,
            frames=self._frames,
            has_alpha=self._has_alpha,
            xmp=self._xmp,
        )

    def _take_application(self, start: int, end: int) -> None:
        name, data = self._content[start + 1 : start + 12], start + 12
        if self._content[start] != len(name):
            return
        if name in _LOOPS and not self._is_looped and self._content[data : data + 2] == b"\x03\x01":
            self._is_looped = True
            times = self._content[data + 2 : data + 4]
            self._pieces.add(bytes((_EXTENSION, _APPLICATION, len(name))) + name + b"\x03\x01" + times + b"\0")
        elif name == _XMP and not self._xmp and end - data <= MAX_XMP_BYTES + len(_XMP_TRAIL):
            words = self._content[data:end]
            self._xmp = within(words.removesuffix(_XMP_TRAIL), MAX_XMP_BYTES) if words.endswith(_XMP_TRAIL) else b""

    def _data_end(self, at: int) -> int:
        """Give where a chain of data blocks ends: each begins with its length, the last has none."""
        content = self._content
        try:
            for used in range(self._data_blocks_left):
                size = content[at]
                at += size + 1
                if not size:
                    self._data_blocks_left -= used + 1
                    return at
        except IndexError:
            raise ContainerBroken(CUT_SHORT) from None
        raise ContainerBroken(f"has more than {MAX_DATA_BLOCKS:,} blocks of data")

    def _need(self, end: int) -> int:
        if end > len(self._content):
            raise ContainerBroken(CUT_SHORT)
        return end


def _table_bytes(flags: int) -> int:
    """Give the length of the colour table that a screen's or a frame's flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
