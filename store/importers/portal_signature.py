"""Signature blocks below official texts: on whose behalf, in which office, signed, by whom.

A signature is part of the text: its signer wrote no press text, and its lines head nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from store.importers.portal_lines import Line, is_all_capitals
from store.importers.portal_names import is_person
from store.importers.portal_offices import opens_with_office

LINE_LIMIT_WORDS, TITLE_LIMIT_WORDS = 14, 6
BEHALF = re.compile(r"(?:T/?M|K/?T|T/?L|TUQ|TƯQ)\s*[./]\s*[^\W\d_]{2}|T/M\s+\S")
_TITLES_TEXT = """
chủ tịch|chủ nhiệm|giám đốc|bí thư|trưởng|chánh|thủ trưởng|hiệu trưởng|cục trưởng|chi cục trưởng|viện trưởng
|bộ trưởng|đội trưởng|tổ trưởng|chỉ huy|tổng biên tập|thư ký|ủy viên|uỷ viên|chính ủy|chính uỷ
"""
_TITLE_WORDS = "|".join(title.strip() for title in _TITLES_TEXT.split("|"))
TITLE = re.compile(rf"(?i)(?:(?:phó|quyền|q\.|tổng|thứ)\s+)*(?:{_TITLE_WORDS})\b")
SIGNED = re.compile(r"(?i)[(\[]?\s*đã k[ýí](?:\s*,?\s*đóng dấu)?\s*[)\]]?\.?")
DEGREES = re.compile(r"(?:(?:PGS|GS|TSKH|TS|ThS|BS|BSCK\w*|KS|CN|LS|Đại tá|Thượng tá|Trung tá|Thiếu tá)[.\s]+)+")


def signature_lines(lines: Sequence[Line]) -> frozenset[int]:
    """Give the indices of the lines that are parts of a signature block."""
    found: set[int] = set()
    index = 0
    while index < len(lines):
        end = index
        while end < len(lines) and (_is_part(lines[end].text) or (end > index and _is_title(lines[end].text))):
            end += 1
        if end > index:
            named = end < len(lines) and names_signer(lines[end].text)
            plain = any(_proves(line.text) for line in lines[index:end])
            titled = any(TITLE.match(line.text) for line in lines[index:end])
            if plain or (named and titled):
                found.update(range(index, end + named))
        index = end + 1
    return frozenset(found)


def names_signer(text: str) -> bool:
    """Tell whether a line is a person's name alone, degrees and ranks aside."""
    degrees = DEGREES.match(text)
    return is_person(text[degrees.end() :] if degrees else text)


def ends_signature(text: str) -> bool:
    """Tell whether a text may end with this line although no full stop stands there."""
    return names_signer(text) or _is_part(text)


def _proves(text: str) -> bool:
    return BEHALF.match(text) is not None or SIGNED.fullmatch(text) is not None


def _is_title(text: str) -> bool:
    return len(text.split()) <= TITLE_LIMIT_WORDS and TITLE.match(text) is not None


def _is_part(text: str) -> bool:
    if len(text.split()) > LINE_LIMIT_WORDS:
        return False
    if _proves(text):
        return True
    return is_all_capitals(text) and (TITLE.match(text) is not None or opens_with_office(text))
