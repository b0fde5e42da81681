"""Turn bytes into text, in UTF-8 or in UTF-16 with a byte order mark, or say why that cannot be done.

Nothing is guessed: bytes of another encoding are refused with its likely name, never stored as wrong letters.

Spec: RFC 3629 (UTF-8), RFC 2781 (UTF-16).
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from store.errors import CharsetRefused
from store.text.legacy import legacy_reading, reads_as_windows_1258

ACCEPTED = "UTF-8, or UTF-16 with a byte order mark"
SAVE_AS_UTF8 = "save the file as UTF-8"
_SHOWN_BYTES = 24
_FILE_MARKS = (
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP container such as DOCX, XLSX or ODT"),
    (b"\xd0\xcf\x11\xe0", "an old Microsoft Office document (DOC, XLS)"),
    (b"{\\rtf", "a rich text (RTF) document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
)
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text out of bytes: the charset it was in, and in short English what was converted (nothing for UTF-8)."""

    text: str
    charset: str
    steps: tuple[str, ...] = ()


def decode(raw: bytes, *, field: str = "file") -> Decoded:
    """Read bytes as text; raises CharsetRefused with the reason and, where known, the line.

    A byte order mark is dropped. Text that looks like a legacy Vietnamese encoding is refused, too.
    """
    for mark, charset in _UTF16:
        if raw.startswith(mark) and not raw.startswith(codecs.BOM_UTF32_LE):
            decoded = Decoded(_utf16(raw, len(mark), charset, field), charset, (f"converted from {charset.upper()}",))
            break
    else:
        _refuse_binary(raw, field)
        decoded = Decoded(_utf8(raw, field), "utf-8")
    refuse_legacy(decoded.text, field)
    return decoded


def refuse_legacy(text: str, field: str) -> None:
    """Raise CharsetRefused if text looks like a legacy Vietnamese encoding that was read as windows-1252.

    The whole text decides: at least two words must be unreadable as they stand and Vietnamese in one encoding.
    """
    reading = legacy_reading(text)
    if reading is not None:
        raise CharsetRefused(
            field=field,
            value=reading.word,
            reason=f"looks like {reading.encoding} text, which was read in another encoding",
            accepted=ACCEPTED,
            line=text.count("\n", 0, reading.index) + 1 if "\n" in text else None,
        )


def _refuse_binary(raw: bytes, field: str) -> None:
    reason = next((f"this is {kind}, not text" for mark, kind in _FILE_MARKS if raw.startswith(mark)), None)
    if reason is None and raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        reason = "this is UTF-32 text"
    at = raw.find(b"\0")
    if reason is None and at >= 0:
        zeros_even, zeros_odd = raw[0:400:2].count(0), raw[1:400:2].count(0)
        half = len(raw[:400]) // 4
        utf16 = max(zeros_even, zeros_odd) > half > min(zeros_even, zeros_odd)
        reason = "looks like UTF-16 without a byte order mark" if utf16 else "binary data (a zero byte), not text"
    if reason is not None:
        raise CharsetRefused(field=field, value=raw[:_SHOWN_BYTES], reason=reason, accepted=ACCEPTED)


def _utf16(raw: bytes, start: int, charset: str, field: str) -> str:
    try:
        return raw[start:].decode(charset)
    except UnicodeDecodeError as error:
        raise CharsetRefused(
            field=field,
            value=raw[start + error.start : start + error.start + _SHOWN_BYTES],
            reason=f"damaged {charset.upper()}: {error.reason}",
            accepted=ACCEPTED,
            line=raw[start : start + error.start].decode(charset, "ignore").count("\n") + 1,
        ) from error


def _utf8(raw: bytes, field: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the mark that it drops.
        at = error.start + (len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0)
        line_start, line_end = raw.rfind(b"\n", 0, at) + 1, raw.find(b"\n", at)
        raise CharsetRefused(
            field=field,
            value=raw[max(line_start, at - 8) : line_end if line_end >= 0 else None][:_SHOWN_BYTES],
            reason=_why_not_utf8(raw),
            accepted=ACCEPTED,
            line=raw.count(b"\n", 0, at) + 1,
        ) from error


def _why_not_utf8(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    # Letters of several bytes hardly ever come out of another encoding by chance.
    if sum(not c.isascii() for c in text) - damaged > damaged:
        return "damaged UTF-8: some bytes are no letter"
    reading = legacy_reading(raw.decode("latin-1"), least_words=1)
    if reading is None and reads_as_windows_1258(raw.decode("latin-1")):
        return f"not UTF-8; looks like windows-1258 (Vietnamese); {SAVE_AS_UTF8}"
    if reading is not None:
        return f"not UTF-8; looks like {reading.encoding}; {SAVE_AS_UTF8}"
    return f"a one-byte encoding that is not UTF-8; {SAVE_AS_UTF8}"
