"""Shorten plain text for a list or a description.

What is shown is always a beginning of the text, whole words only where words are shorter than the limit, and says
with an ellipsis that more follows.
"""

from __future__ import annotations

import re

from store.text.syllables import is_legal_syllable

ELLIPSIS = "…"
_SENTENCE_END = re.compile(r"(?P<last>[^\s.!?…]+)[.!?…]+[”’»)\"']*(?=\s+[“‘«(\"']*[^\W_a-z])")
_ABBREVIATION_CHARS = 4
_LOOSE_ENDS = " \t,;:–—-(“‘«"


def excerpt(text: str, *, max_chars: int = 200) -> str:
    """Cut text to at most `max_chars` characters, `…` included; text that fits stays whole, its spaces made single.

    The cut comes behind a sentence if that keeps half of what fits, else behind a word.
    """
    if max_chars < 2:
        raise ValueError(f"max_chars must be at least 2: {max_chars}")
    whole = " ".join(text.split())
    if len(whole) <= max_chars:
        return whole
    # A sentence is followed by a space and the ellipsis; a word by the ellipsis alone.
    sentence = _last_sentence_end(whole, max_chars - 2)
    if sentence * 2 >= max_chars:
        return f"{whole[:sentence]} {ELLIPSIS}"
    words = whole[:max_chars].rpartition(" ")[0].rstrip(_LOOSE_ENDS)
    return (words or whole[: max_chars - 1]) + ELLIPSIS


def _last_sentence_end(text: str, max_chars: int) -> int:
    ends = [0]
    for found in _SENTENCE_END.finditer(text, 0, min(len(text), max_chars + 8)):
        last = found["last"]
        if found.end() <= max_chars and not _is_abbreviation(last):
            ends.append(found.end())
    return ends[-1]


def _is_abbreviation(word: str) -> bool:
    """Tell TP., TS. and ThS., which end no sentence, from a name such as Kạn, which may."""
    return word[0].isupper() and len(word) <= _ABBREVIATION_CHARS and (word.isupper() or not is_legal_syllable(word))
