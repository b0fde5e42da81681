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


def settle(text: str) -> str:
    """Bring characters to their stored form: NFC, line feeds, plain spaces, no invisible or forbidden ones."""
    if text.isascii() and text.isprintable():
        return text
    text = _LINE_END.sub("\n", text)
    text = _DROPPED.sub("", _SPACE.sub(" ", text))
    # Composing comes last: what was dropped may have stood between a letter and its mark.
    return unicodedata.normalize("NFC", xml_safe(text))


def fold(text: str) -> str:
    """Fold text for search and matching: no marks, đ as d, lower case, single spaces; other letters stay."""
    bare = _without_marks(text).translate(_D).casefold()
    return unicodedata.normalize("NFC", " ".join(_without_marks(bare).split()))


def _without_marks(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c) != "Mn")
