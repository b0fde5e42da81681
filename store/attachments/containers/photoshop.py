"""Finds the IPTC records among the image resources that Photoshop and its like write into a JPEG.

Whatever does not look like a resource ends the search.

Spec: Adobe Photoshop File Formats, Image Resource Blocks.
"""

from __future__ import annotations

import struct

from store.attachments.containers.container import MAX_IPTC_BYTES, within

MARK = b"Photoshop 3.0\0"
_SIGNATURES = frozenset({b"8BIM", b"MeSa", b"AgHg", b"PHUT", b"DCSR"})
_IPTC = 0x0404
_NAME_AT = 6
_SIZE = struct.Struct(">I")


def iptc_records(resources: bytes) -> bytes:
    """Give the IPTC records in a row of image resources; empty where there are none, or more than are looked at."""
    at = 0
    while resources[at : at + 4] in _SIGNATURES and at + _NAME_AT < len(resources):
        number = int.from_bytes(resources[at + 4 : at + _NAME_AT], "big")
        # The name and the data each fill up an even number of bytes; a name counts its length byte.
        size_at = at + _NAME_AT + _even(1 + resources[at + _NAME_AT])
        data_at = size_at + _SIZE.size
        if data_at > len(resources):
            break
        end = data_at + int(_SIZE.unpack_from(resources, size_at)[0])
        if end > len(resources):
            break
        if number == _IPTC:
            return within(resources[data_at:end], MAX_IPTC_BYTES)
        at = data_at + _even(end - data_at)
    return b""


def _even(size: int) -> int:
    return size + size % 2
