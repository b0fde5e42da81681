"""Sorts as Vietnamese dictionaries do: letters first (a ă â b c d đ e ê ...), tones only between equal words.

Databases and locales differ in this, or lack it; lists that people read are sorted here. Pure.
"""

from __future__ import annotations

import unicodedata

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

_LETTERS = {letter: place for place, letter in enumerate(ALPHABET)}
_BEFORE_LETTERS = -1
_AFTER_LETTERS = len(ALPHABET)

SortKey = tuple[tuple[tuple[int, int], ...], tuple[int, ...], str]


def sort_key(text: str) -> SortKey:
    """Give a key by which texts sort in the Vietnamese order; case decides last, digits and spaces come first."""
    letters: list[tuple[int, int]] = []
    tones: list[int] = []
    for char in unicodedata.normalize("NFC", text.casefold()):
        parts = unicodedata.normalize("NFD", char)
        tone = next((TONES[part] for part in parts if part in TONES), 0)
        letter = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
        letters.append(_place(letter))
        tones.append(tone)
    return tuple(letters), tuple(tones), text


def _place(letter: str) -> tuple[int, int]:
    if letter in _LETTERS:
        return _LETTERS[letter], 0
    return (_AFTER_LETTERS if letter.isalpha() else _BEFORE_LETTERS), ord(letter[:1] or "\0")
