"""Understands a client that takes only what is new to it: `A-IM: feed`, and the tags of what it holds. Pure.

Spec: RFC 3229 section 10; B. Wyman, "Using RFC3229 with Feeds".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from feeds.http.validators import MARK_CHARS

MOST_TAGS = 8
"""Of a list of tags only so many are looked at; a reader sends one."""
_QUALITY_ZERO = re.compile(r"q\s*=\s*0(?:\.0{0,3})?")
_TAG = re.compile(rf'(?:W/)?"([1-9][0-9]{{0,17}})-([0-9a-f]{{{MARK_CHARS}}})[\x21\x23-\x7e]*"')


@dataclass(frozen=True, slots=True)
class Held:
    """What a tag says of the document that a client holds: its edition, and which document it was."""

    edition: int
    mark: str


def takes_feed(a_im: str | None) -> bool:
    """Say whether an A-IM header names the instance manipulation `feed` and does not refuse it."""
    for offered in (a_im or "").split(","):
        name, *parameters = (part.strip().lower() for part in offered.split(";"))
        if name == "feed":
            return not any(_QUALITY_ZERO.fullmatch(parameter) for parameter in parameters)
    return False


def held_by(if_none_match: str | None) -> tuple[Held, ...]:
    """Read the tags of an If-None-Match header that could be ours, the newest first."""
    found = [Held(int(tag[1]), tag[2]) for tag in _TAG.finditer(if_none_match or "")]
    return tuple(sorted(found[:MOST_TAGS], key=lambda each: each.edition, reverse=True))
