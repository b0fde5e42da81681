"""Undo mojibake: Vietnamese UTF-8 that something read as windows-1252, once or several times.

Text changes only where gibberish turns into words that read as Vietnamese; everything else stays to the letter.
"""

from __future__ import annotations

import re
import unicodedata
from functools import partial

from store.text.syllables import is_legal_syllable, is_written_syllable

MAX_LAYERS = 3
"""How often one word may have been misread over and over."""

_BYTE_OF = {chr(byte): byte for byte in range(0x80, 0x100)}
for _byte in range(0x80, 0xA0):
    _sign = bytes([_byte]).decode("cp1252", "replace")
    if _sign != "\ufffd":
        _BYTE_OF[_sign] = _byte
_TRAIL = "[" + "".join(sign for sign, byte in _BYTE_OF.items() if byte < 0xC0) + "]"

# A trail byte A0 is a no-break space, which tools turn into a plain one or trim from the end of a line.
_SPACED = re.compile("(?:[ÃÆÂ]|á[º»]) |Ã(?=\\s|$)")
_LETTER = re.compile(f"[ð-ô]{_TRAIL}{{3}}|[à-ï]{_TRAIL}{{2}}|[Â-ß]{_TRAIL}")
_LETTER_OR_SPACED = re.compile(f"{_LETTER.pattern}|{_SPACED.pattern}")
_LETTER_OR_BLANK = re.compile(f"{_LETTER.pattern}|Â ")
_CHUNK = re.compile(f"(?:{_LETTER_OR_SPACED.pattern}|[A-Za-z]|[^\x00-\x7f\\s])+")
_BEYOND_LATIN1 = re.compile("[ăĂđĐĩĨũŨơƠưƯ\u1ea0-\u1ef9]")
_EDGE_SIGNS = "“”‘’‚„«»‹›…–—•·™®©°ºª§"
_PLAIN_SIGNS = re.compile("[\x00-\x7f\\s“”‘’‚„«»‹›…–—•·]*")
_WORD = re.compile(r"[^\W\d_]+")
_ETH_AS_D = str.maketrans("ðÐƉ", "đĐĐ")
# ftfy's time grows with the square of what it looks at, so it gets words and lines, never a whole long text.
_FTFY_CHARS = 20_000
_LEAST_SHARE, _LEAST_GAIN = 0.8, 0.5


def undo_mojibake(text: str) -> str:
    """Give back text with its mojibake undone where that makes Vietnamese of it, else the same text."""
    if text.isascii():
        return text
    return _undone_by_ftfy(_undone(text) if _LETTER_OR_SPACED.search(text) else text)


def _undone(text: str) -> str:
    proven = False

    def mended(found: re.Match[str]) -> str:
        nonlocal proven
        chunk = found.group()
        if chunk.isascii() or not _LETTER_OR_SPACED.search(chunk) or _reads_as_it_is(chunk):
            return chunk
        restored = _restored(chunk)
        proven = proven or restored is not None
        return chunk if restored is None else restored

    result = _CHUNK.sub(mended, text)
    if not proven or _BEYOND_LATIN1.search(text):
        return result
    # All of a text without one genuine Vietnamese letter went through the same damage, names included.
    return _CHUNK.sub(lambda found: _restored(found.group()) or _LETTER_OR_BLANK.sub(_decoded, found.group()), text)


def _restored(chunk: str) -> str | None:
    """Peel off layers until a chunk reads as Vietnamese; a plain space is first tried as part of a letter."""
    for join in ("", " "):
        text = chunk
        for _ in range(MAX_LAYERS):
            peeled = _LETTER_OR_SPACED.sub(partial(_decoded, gap=join), text)
            if peeled == text:
                break
            text = unicodedata.normalize("NFC", peeled)
            if _reads(text):
                return text
    return None


def _decoded(found: re.Match[str], gap: str = "") -> str:
    signs = found.group()
    spaced = signs.endswith(" ") or signs == "Ã"
    raw = bytes(_BYTE_OF[sign] for sign in signs.rstrip(" ")) + (b"\xa0" if spaced else b"")
    try:
        letter = raw.decode("utf-8")
    except UnicodeDecodeError:
        return signs
    return letter + gap if signs.endswith(" ") else letter


def _reads(text: str) -> bool:
    words = [word for word in _WORD.findall(text) if not word.isascii()]
    return bool(words) and all(map(is_written_syllable, words)) and not _strange(text)


def _strange(text: str) -> bool:
    return _PLAIN_SIGNS.fullmatch(_WORD.sub("", text)) is None


def _reads_as_it_is(chunk: str) -> bool:
    parts = (part.strip(_EDGE_SIGNS) for part in chunk.translate(_ETH_AS_D).split())
    # A letter by itself may be spoken of: "chữ Â".
    return all(part.isascii() or len(part) == 1 or is_written_syllable(part) for part in parts)


def _undone_by_ftfy(text: str) -> str:
    """Let ftfy try the encodings besides windows-1252, and believe it only where Vietnamese comes out."""
    # Not at the top: it takes as long as a web framework to load, and whoever serves takes no text in.
    import ftfy
    from ftfy.badness import is_bad

    if not is_bad(" ".join(word for word in text.split() if not word.isascii())[:_FTFY_CHARS]):
        return text
    lines = (line if len(line) > _FTFY_CHARS else ftfy.fix_encoding(line) for line in text.split("\n"))
    other = unicodedata.normalize("NFC", "\n".join(lines))
    before, after = _share(text), _share(other)
    return other if after >= _LEAST_SHARE and after - before >= _LEAST_GAIN else text


def _share(text: str) -> float:
    words = [word for word in text.translate(_ETH_AS_D).split() if not word.isascii()]
    legal = sum(all(map(is_legal_syllable, _WORD.findall(word))) and not _strange(word) for word in words)
    return legal / len(words) if words else 0.0
