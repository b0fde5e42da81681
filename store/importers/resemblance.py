"""Says whether two texts may be two versions of one bulletin. Pure, and cheap enough for every page of a folder."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from store.text.vietnamese import fold

TITLE_WORDS_SHARED = 0.6
TITLE_LIKENESS = 0.85
BODY_WORDS_SHARED = 0.7
BODY_WORDS_SHARED_ON_ANOTHER_DAY = 0.95
"""Notices return under one title (office hours, power cuts) with other dates in them: those are new bulletins."""

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d+")


def may_be_same_title(first: str, second: str) -> bool:
    """Compare two folded titles; different numbers ("số 1", "số 2") make different titles."""
    if first == second:
        return True
    numbers = _NUMBER.findall(first), _NUMBER.findall(second)
    if all(numbers) and numbers[0] != numbers[1]:
        return False
    if _shared(set(_WORD.findall(first)), set(_WORD.findall(second))) < TITLE_WORDS_SHARED:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= TITLE_LIKENESS


def resembles(first: str, second: str, *, same_day: bool) -> bool:
    """Compare two plain texts by the words they share, marks and capitals aside."""
    needed = BODY_WORDS_SHARED if same_day else BODY_WORDS_SHARED_ON_ANOTHER_DAY
    return _shared(_words(first), _words(second)) >= needed


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text)))


def _shared(first: set[str], second: set[str]) -> float:
    return len(first & second) / (len(first | second) or 1)
