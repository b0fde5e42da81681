"""Names the file that a browser saves: once in ASCII for the oldest, once as people write it. Pure.

Spec: RFC 6266 section 4.3, RFC 8187 section 3.2.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import quote

from store.text.slugs import slugify

YEAR_SECONDS = 31_536_000
FILE_HEADERS: Mapping[str, str] = {
    "Accept-Ranges": "bytes",
    "Cache-Control": f"public, max-age={YEAR_SECONDS}, immutable",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Range, ETag",
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
"""What every stored file is sent with, whoever sends it."""
FILE_GONE = "Tệp này đã được gỡ xuống cùng với bản tin."
ASCII_CHARS = 80
MOST_BYTES = 160
"""Of the name in UTF-8: three times as long when it is quoted, and file systems take 255."""
_PATH_SIGNS = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))
_UNQUOTED = "!#$&+-.^_`|~"


def disposition(words: str, extension: str) -> str:
    """Give the Content-Disposition of a download that is called by `words`, which may be anything."""
    name = _file_name(words) or "tai-lieu"
    ascii_name = slugify(name, max_chars=ASCII_CHARS)
    full_name = quote(f"{name}.{extension}", safe=_UNQUOTED)
    return f"attachment; filename=\"{ascii_name}.{extension}\"; filename*=UTF-8''{full_name}"


def _file_name(words: str) -> str:
    """Leave out what a folder, another name or a letter that turns the others around could hide in."""
    plain = unicodedata.normalize("NFC", words).translate(_PATH_SIGNS)
    printable = "".join(c if c.isprintable() else " " for c in plain)
    cut = " ".join(printable.split()).encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore")
    return cut.strip(" .")
