"""Treat single characters: which may stand in stored text and in XML, and how text is folded for matching.

What leaves `settle` holds NFC, plain spaces, line feeds as line ends, and nothing that XML 1.0 forbids.

Spec: XML 1.0 (Fifth Edition) section 2.2, production 2; Unicode Standard Annex 15.
"""

from __future__ import annotations

import re
import unicodedata

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
_SPACE = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Zero-width joiners stay: emoji and other scripts are spelt with them.
_DROPPED = re.compile("[\u00ad\u200b\ufeff\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# Normalising sorts the marks of a letter in quadratic time: a long text of nothing but marks would take minutes.
MAX_MARKS = 64
_MANY_SIGNS = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")
_REMEMBERED = 0x3000
_D = str.maketrans("đĐðÐɖƉ", "dDdDdD")


def surrogate_at(text: str) -> int | None:
    """Find the first surrogate code point; None where text is sound."""
    found = _SURROGATE.search(text)
    return None if found is None else found.start()


def is_xml_safe(text: str) -> bool:
    """Tell whether every character may stand in an XML 1.0 document."""
    return _NOT_XML.search(text) is None


def xml_safe(text: str) -> str:
    """Drop what XML 1.0 forbids: control characters, surrogates, U+FFFE and U+FFFF."""
    return _NOT_XML.sub("", text)


def crowded_at(text: str) -> int | None:
    """Find the first run of more than 64 combining marks on one letter; None where there is none."""
    return next((run.start() for run in _MANY_SIGNS.finditer(text) if _thinned(run) != run.group()), None)


def settle(text: str) -> str:
    """Bring characters to their stored form: NFC, line feeds, plain spaces, no invisible or forbidden ones.

    Of more than 64 combining marks on one letter the rest is dropped.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text)
    text = _DROPPED.sub("", _SPACE.sub(" ", text))
    # Composing comes last: what was dropped may have stood between a letter and its mark.
    return unicodedata.normalize("NFC", _MANY_SIGNS.sub(_thinned, xml_safe(text)))


def fold(text: str) -> str:
    """Fold text for search and matching: no marks, đ as d, lower case, single spaces; other letters stay."""
    return unicodedata.normalize("NFC", " ".join(text.translate(_FOLDS).split()))


class _Folds(dict[int, str]):
    """What each character becomes, found once for those of the living alphabets."""

    def __missing__(self, code: int) -> str:
        bare = _without_marks(chr(code)).translate(_D).casefold()
        folded = _without_marks(bare)
        if code < _REMEMBERED:
            self[code] = folded
        return folded


_FOLDS = _Folds()


def _without_marks(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")


def _thinned(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in run.group():
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)
