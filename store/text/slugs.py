"""Make the part of an address that people read: ASCII words out of any text.

The same text always gives the same slug, and it is never empty; whether it is free is for the store to say.

Spec: RFC 3986 section 2.3 (the unreserved characters, of which a slug uses a to z, 0 to 9 and the hyphen).
"""

from __future__ import annotations

import hashlib
import unicodedata

from slugify import slugify as ascii_words

_READ_CHARS = 4000
_DIGEST_CHARS = 8


def slugify(text: str, *, max_chars: int = 80) -> str:
    """Write text as `[a-z0-9-]`, at most `max_chars` long (no fewer than 9), cut between words where it can be.

    Text without a letter or digit that ASCII could stand for gives `x` and a digest of the text.
    """
    if max_chars <= _DIGEST_CHARS:
        raise ValueError(f"max_chars must be more than {_DIGEST_CHARS}: {max_chars}")
    # The library drops commas between digits as thousands separators; here they are decimal.
    readable = unicodedata.normalize("NFC", text[:_READ_CHARS]).replace(",", " ")
    slug = _cut(ascii_words(readable, entities=False, decimal=False, hexadecimal=False), max_chars)
    return slug or "x" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST_CHARS]


def _cut(slug: str, max_chars: int) -> str:
    if len(slug) <= max_chars:
        return slug
    whole_words = slug[: max_chars + 1].rpartition("-")[0]
    return whole_words or slug[:max_chars]
