"""Lines that only name a photographer, and the brackets that portals put around captions and such lines.

A credit is never a photo of its own: it says whose the photo beside it is.
"""

from __future__ import annotations

import re

from store.importers.portal_names import names_photographer

CREDIT_LABEL = re.compile(r"(?i)(?:(?:nguồn\s+)?(?:hình\s+)?ảnh(?:\s+chụp)?|nguồn\s+hình|hình)\s*:\s*")
PHOTO_LABEL = re.compile(r"(?i)(?:nguồn\s+)?(?:trong\s+)?(?:hình\s+)?(?:ảnh|hình)\b")
BRACKETED_LIMIT_CHARS, CREDIT_LIMIT_CHARS = 500, 100
CLOSING = {"[": "]", "(": ")"}


def unbracketed(text: str) -> str:
    """Take off the brackets around a whole line that a label such as `Ảnh:` opens; other lines stay as they are."""
    bare = text.rstrip(" .")
    opening, closing = text[:1], CLOSING.get(text[:1], "")
    if not closing or len(text) > BRACKETED_LIMIT_CHARS or not bare.endswith(closing):
        return text
    depth = 0
    for place, sign in enumerate(bare):
        depth += (sign == opening) - (sign == closing)
        if not depth and place < len(bare) - 1:
            return text
    inner = bare[1:-1].strip()
    return inner if not depth and PHOTO_LABEL.match(inner) else text


def credit_of(text: str) -> str:
    """Give the photographer or agency that a line names and says nothing besides; "" for any other line."""
    inner = unbracketed(text)
    label = CREDIT_LABEL.match(inner)
    name = inner[label.end() :].strip(" .,;") if label else ""
    return name if 0 < len(name) <= CREDIT_LIMIT_CHARS and names_photographer(name) else ""
