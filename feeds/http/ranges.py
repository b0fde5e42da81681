"""Understands which part of a file a client asks for. Pure.

What cannot be understood is as if nothing had been asked: then the whole file is the answer.

Spec: RFC 9110 sections 13.1.5 and 14.1 to 14.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,20})\s*-\s*([0-9]{0,20})\s*", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a file from `start` up to, not including, `end`."""

    start: int
    end: int


class Unsatisfiable(Exception):
    """A range that holds no byte of the file: 416."""


def find_part(*, range_header: str | None, if_range: str | None, etag: str, size_bytes: int) -> Part | None:
    """Give the part that is asked for, None for the whole file; raises Unsatisfiable.

    `etag` is the strong tag with its quotes. Several ranges at once are answered with the whole file, and so is a
    range that is only wanted of another version (If-Range; files carry no date that it could name).
    """
    found = _RANGE.fullmatch(range_header or "")
    if found is None or found[1] == found[2] == "" or (if_range is not None and if_range.strip() != etag):
        return None
    if not found[1]:
        start, end = max(size_bytes - int(found[2]), 0), size_bytes
    else:
        start, end = int(found[1]), min(int(found[2] or size_bytes) + 1, size_bytes)
        if found[2] and int(found[2]) < start:
            return None
    if start >= size_bytes:
        raise Unsatisfiable
    return Part(start, end)
