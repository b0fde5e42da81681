"""Completes places that a text shortens: a page of tỉnh Vân Sơn that says “Hội Nông dân tỉnh” means the one of Vân Sơn.

Done only where the text itself names one such place and no other of its level; pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

LEVELS = ("thành phố", "thị trấn", "thị xã", "tỉnh", "huyện", "quận", "phường", "xã", "đặc khu")
_LEVEL = "|".join(level.replace(" ", r"\s+") for level in LEVELS)
_IN_NAME = re.compile(rf"\b({_LEVEL})\s+(\S.*)$", re.IGNORECASE)
_IN_TEXT = re.compile(rf"\b({_LEVEL})\b(?:\s+([^\W\d_]\w*))?", re.IGNORECASE)

_WORD = re.compile(r"\w+")
PLACE_CHARS = 60

Places = Mapping[str, frozenset[str]]


def places_in_names(names: Iterable[str]) -> Places:
    """Collect the places that end the names of organisations, by level: {"tỉnh": {"Vân Sơn"}}."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name in names:
        if (match := _IN_NAME.search(_normal(name))) and match[2][0].isupper():
            found[_level(match[1])].add(" ".join(_WORD.findall(match[2])))
    return {level: frozenset(places) for level, places in found.items()}


def complete(texts: Sequence[str], places: Places) -> list[str]:
    """Put the place after each level that stands alone, where the texts leave no doubt which place is meant."""
    normal = [_normal(text) for text in texts]
    named: defaultdict[str, set[str]] = defaultdict(set)
    for text in normal:
        for found in _IN_TEXT.finditer(text):
            level = _level(found[1])
            if level in places and _is_name(found[2]):
                named[level].add(_place_at(text, found.start(2), places[level]) or "")
    meant = {level: place for level, (place, *others) in named.items() if place and not others}
    if not meant:
        return normal
    return [_IN_TEXT.sub(lambda found: _completed(found, meant), text) for text in normal]


def _place_at(text: str, start: int, known: frozenset[str]) -> str | None:
    """Give the longest known place whose words stand at `start`; None for a place that no body bears."""
    words = _WORD.findall(text[start : start + PLACE_CHARS])
    starts = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((place for place in starts if place in known), None)


def _completed(found: re.Match[str], meant: Mapping[str, str]) -> str:
    place = meant.get(_level(found[1]))
    if place is None or _is_name(found[2]):
        return found[0]
    rest = found[0][len(found[1]) :]
    return f"{found[1]} {place}{rest}"


def _is_name(word: str | None) -> bool:
    return word is not None and word[0].isupper()


def _level(words: str) -> str:
    return " ".join(words.casefold().split())


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)
