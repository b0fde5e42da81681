"""Reads single tags out of the main directory of Exif data.

Only what is asked for is read, so a directory that claims more than it has costs nothing; what is broken is missing.

Spec: Exif 2.32 (CIPA DC-008) sections 4.5 and 4.6; TIFF 6.0 section 2.
"""

from __future__ import annotations

import struct

IMAGE_DESCRIPTION, ORIENTATION, ARTIST, COPYRIGHT = 0x010E, 0x0112, 0x013B, 0x8298
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_HEAD_BYTES, _ENTRY_BYTES, _INLINE_BYTES = 8, 12, 4
# Bytes, ASCII, the UTF-8 of Exif 3.0, and what has no type: cameras write words in any of them.
_WORDS = {1: 1, 2: 1, 7: 1, 129: 1}
_NUMBERS = {3: 2, 4: 4}


def find_words(exif: bytes, tag: int) -> bytes:
    """Give the bytes of a text; empty where there is none."""
    return _find(exif, tag, _WORDS)


def find_number(exif: bytes, tag: int) -> int | None:
    """Give a whole number, the first if there are several; None where there is none."""
    raw = _find(exif, tag, _NUMBERS)
    order = _ORDERS.get(exif[:4])
    if order is None or not raw:
        return None
    return int.from_bytes(raw, "little" if order == "<" else "big")


def _find(exif: bytes, tag: int, sizes: dict[int, int]) -> bytes:
    """Give the value of the first entry of a tag whose type is among `sizes`; of numbers only the first one."""
    order = _ORDERS.get(exif[:4])
    if order is None or len(exif) < _HEAD_BYTES:
        return b""
    (start,) = struct.unpack_from(f"{order}I", exif, 4)
    if start + 2 > len(exif):
        return b""
    (entries,) = struct.unpack_from(f"{order}H", exif, start)
    first = start + 2
    for at in range(first, min(first + entries * _ENTRY_BYTES, len(exif) - _ENTRY_BYTES + 1), _ENTRY_BYTES):
        number, kind, count, place = struct.unpack_from(f"{order}HHII", exif, at)
        if number == tag and kind in sizes:
            unit = sizes[kind]
            value = at + 8 if count * unit <= _INLINE_BYTES else place
            size = count if unit == 1 else min(count, 1) * unit
            return exif[value : value + size] if value + size <= len(exif) else b""
    return b""
