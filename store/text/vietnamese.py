"""Bring text from any way in to the one form that is stored: the ordered pipeline for Vietnamese.

What comes out is NFC, safe for XML and a fixed point: passing it again changes nothing. Meaning is never touched:
tone marks stay where they were written, as do i and y, quotes and compatibility characters.

Spec: Unicode Standard Annex 15 (NFC); XML 1.0 section 2.2.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable

from store.errors import TextRefused
from store.text.characters import MAX_MARKS, crowded_at, fold, is_xml_safe, settle, surrogate_at, xml_safe
from store.text.charsets import refuse_legacy
from store.text.mojibake import undo_mojibake
from store.text.syllables import is_legal_syllable

__all__ = ["clean_block", "clean_html", "clean_line", "fold", "is_xml_safe", "xml_safe"]

MAX_ROUNDS = 8
_ETH = re.compile("[ðÐƉ]")
_WORD = re.compile(r"[^\W\d_]+")
_ETH_AS_D = str.maketrans("ðÐƉ", "đĐĐ")
# int() refuses numbers past 4300 digits with an exception; no code point needs more than seven.
_ENDLESS_REFERENCE = re.compile("&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")
_BLANK_LINES = re.compile("\n{3,}")
_TRAILING_SPACES = re.compile("(?<! ) +(?=\n)")


def clean_line(text: str, *, field: str, escapes: int = 0) -> str:
    """Clean a one-line field; white space runs become one space.

    `escapes` is how often the source escaped its plain text; 0 leaves `&lt;` as four characters.
    Raises TextRefused for surrogates and for text in a legacy encoding.
    """
    return _fixed_point(_unescaped(text, escapes), field, lambda settled: " ".join(settled.split()))


def clean_block(text: str, *, field: str, escapes: int = 0) -> str:
    """Clean plain text of several lines: no trailing spaces, at most one blank line in a row, no blank edges.

    `escapes` and errors are those of `clean_line`.
    """
    return _fixed_point(_unescaped(text, escapes), field, _as_block)


def clean_html(text: str, *, field: str) -> str:
    """Clean the source of markup: its characters alone, entities and tags stay for the parser; raises TextRefused."""
    cleaned = _fixed_point(text, field, lambda settled: settled)
    if "&" in cleaned:
        # Pages out of word processors spell legacy letters as entities, which only the parser would turn into text.
        refuse_legacy(_unescaped(cleaned, 1), field)
    return cleaned


def _as_block(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", _TRAILING_SPACES.sub("", text)).strip()


def _unescaped(text: str, escapes: int) -> str:
    for _ in range(escapes):
        text = html.unescape(_ENDLESS_REFERENCE.sub("\ufffd", text))
    return text


def _fixed_point(text: str, field: str, shape: Callable[[str], str]) -> str:
    """Repeat the steps until they change nothing: what one drops may complete what another mends."""
    for _ in range(MAX_ROUNDS):
        settled = shape(_settled(text, field))
        if settled == text:
            return text
        text = settled
    raise TextRefused(
        field=field,
        value=text,
        reason=f"still changes after {MAX_ROUNDS} rounds of undoing wrong encodings",
        accepted="Unicode text",
    )


def _settled(text: str, field: str) -> str:
    if text.isascii():
        return settle(text)
    at = surrogate_at(text)
    if at is not None:
        raise _refused(text, at, field, f"has half of a character (U+{ord(text[at]):04X})")
    at = crowded_at(text)
    if at is not None:
        raise _refused(text, at, field, f"has more than {MAX_MARKS} marks on one letter")
    text = undo_mojibake(unicodedata.normalize("NFC", text))
    # Soft hyphens and control characters are letters of some legacy encodings: they are dropped only behind this.
    refuse_legacy(text, field)
    return settle(_WORD.sub(_with_d, text) if _ETH.search(text) else text)


def _with_d(found: re.Match[str]) -> str:
    word = found.group()
    replaced = word.translate(_ETH_AS_D)
    return replaced if replaced != word and is_legal_syllable(replaced) else word


def _refused(text: str, at: int, field: str, reason: str) -> TextRefused:
    return TextRefused(
        field=field,
        value=text[max(at - 10, 0) : at + 10],
        reason=reason,
        accepted="whole Unicode characters",
        line=text.count("\n", 0, at) + 1 if "\n" in text else None,
    )
