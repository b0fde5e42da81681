"""Recognise text in a Vietnamese encoding from before Unicode, by how much of it would read as Vietnamese.

A document is judged as a whole: a word that reads both ways proves nothing, and text that reads as it is stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from store.text.syllables import is_legal_syllable

_UNUSED = "\ufffd"
_PUNCTUATION = "“”‘’‚„«»‹›…–—•·©™"
# 32 bytes a row; a dot stands for a byte that the encoding leaves without a letter.
_TCVN3_FROM_A0 = (
    ".ĂÂÊÔƠƯĐăâêôơưđ......àảãáạ.ằẳẵắ.",
    "......ặầẩẫấậè.ẻẽéẹềểễếệìỉ...ĩíịò",
    ".ỏõóọồổỗốộờởỡớợù.ủũúụừửữứựỳỷỹýỵ.",
)
_VISCII_FROM_80 = (
    "ẠẮẰẶẤẦẨẬẼẸẾỀỂỄỆỐỒỔỖỘỢỚỜỞỊỎỌỈỦŨỤỲ",
    "ÕắằặấầẩậẽẹếềểễệốồổỗỠƠộờởịỰỨỪỬơớƯ",
    "ÀÁÂÃẢĂẳẵÈÉÊẺÌÍĨỳĐứÒÓÔạỷừửÙÚỹỵÝỡư",
    "àáâãảăữẫèéêẻìíĩỉđựòóôõỏọụùúũủýợỮ",
)
_VPS_FROM_80 = (
    "ÀẢÃẤẦẨọỗĂếềểệẮẰẲẾ..ỀỂỄỐỒỔỖýỷỵỚỜỞ",
    ".ắằẳẵặỠớÙờởỡŨỨợỪổỬỲỸÍÌộỈĨÓửữÒỎÕự",
    "ầÁÂấẩẫậđẻÉ.ẹỉễịỹƯỦồốÔỏơÈừứÚũưÝẺ.",
    "àáâãảạă.èéêẽìí.ĩ.Đòóôõ.Ơụùúủ.ỶẼỳ",
)
_VNI_TONES = dict(zip("ùøûõï", "\u0301\u0300\u0309\u0303\u0323", strict=True))
_VNI_CIRCUMFLEX = dict(zip("âáàåãä", ("\u0302", *("\u0302" + tone for tone in _VNI_TONES.values())), strict=True))
_VNI_BREVE = dict(zip("êéèúüë", ("\u0306", *("\u0306" + tone for tone in _VNI_TONES.values())), strict=True))
_VNI_LETTERS = {"ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ", "ñ": "đ"}

_LETTER_RUN = re.compile("[A-Za-z\x80-\x84\x86-\x9f\xa1-\u1fff\u2010-\u2027\u2030-\u2fff\u3001-\U0010ffff]+")
_ETH_AS_D = str.maketrans("ðÐƉ", "đĐĐ")
# Read as ISO 8859-1, the bytes 80 to 9F are control characters; on screen they were those of windows-1252.
_C1_AS_SHOWN = {
    byte: bytes([byte]).decode("cp1252") for byte in range(0x80, 0xA0) if byte not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
}

LEAST_SHARE = 0.8
LEAST_GAIN = 0.25
# Letters that no legacy encoding read as windows-1252 can show: a text with enough of them is Unicode already, and
# need not be scored word by word. A legacy page into which somebody pasted a Unicode word has few.
UNICODE_SHARE = 0.2
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_ONLY_UNICODE = re.compile("[ăĂđĐơƠưƯ\u1ea0-\u1ef9]")
LEAST_WORDS = 2
_MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class LegacyReading:
    """The encoding that makes Vietnamese of a text, and the first word (with its index) that gave it away."""

    encoding: str
    word: str
    index: int


def legacy_reading(text: str, *, least_words: int = LEAST_WORDS) -> LegacyReading | None:
    """Judge text that was read as windows-1252 or ISO 8859-1; None if it is better left as it is.

    `least_words` is how many different words must turn from unreadable into Vietnamese.
    """
    if len(_ONLY_UNICODE.findall(text)) >= UNICODE_SHARE * len(_NOT_ASCII.findall(text)):
        return None
    words = _telling_words(text.translate(_C1_AS_SHOWN))
    readable = {word for word in words if _reads(word.translate(_ETH_AS_D))}
    if not words or len(readable) >= LEAST_SHARE * len(words):
        return None
    least_share = max(LEAST_SHARE, len(readable) / len(words) + LEAST_GAIN)
    best: tuple[float, str, set[str]] = (0.0, "", set())
    for encoding, decoded in _decoders().items():
        legal = {word for word in words if _reads(decoded(word))}
        share = len(legal) / len(words)
        if share >= least_share and share > best[0] and len(legal - readable) >= least_words:
            best = (share, encoding, legal - readable)
    if not best[1]:
        return None
    first = min(best[2], key=words.__getitem__)
    return LegacyReading(best[1], first, words[first])


def reads_as_windows_1258(text: str) -> bool:
    """Judge by its words whether text read as ISO 8859-1, and surely not UTF-8, is Vietnamese in windows-1258.

    Letters that the encoding lacks may have become question marks; such words say nothing.
    """
    decoded = _decoders()["windows-1258"]
    whole = " ".join(word for word in text.translate(_C1_AS_SHOWN).split() if "?" not in word)
    words = {word: decoded(word) for word in _telling_words(whole)}
    legal = [word for word, read in words.items() if _reads(read)]
    # Words in letters that windows-1252 has in the same places are no sign of the other encoding.
    return len(legal) >= LEAST_SHARE * len(words) and any(words[word] != word for word in legal)


def _telling_words(text: str) -> dict[str, int]:
    """Collect the words that encodings disagree about, each with the index where it first stands."""
    words: dict[str, int] = {}
    for found in _LETTER_RUN.finditer(text):
        word = found.group()
        if not word.isascii() and word.strip(_PUNCTUATION) and not word.strip(_PUNCTUATION).isascii():
            words.setdefault(word, found.start())
            if len(words) >= _MOST_WORDS:
                break
    return words


def _reads(word: str) -> bool:
    return is_legal_syllable(unicodedata.normalize("NFC", word).strip(_PUNCTUATION))


@cache
def _decoders() -> dict[str, Callable[[str], str]]:
    return {
        "TCVN3 (ABC)": _by_byte(dict(_numbered(0xA0, _TCVN3_FROM_A0))),
        "VNI-Windows": _vni,
        "windows-1258": _by_byte(dict(_windows_1258())),
        "VISCII": _by_byte(dict(_numbered(0x80, _VISCII_FROM_80))),
        "VPS": _by_byte(dict(_numbered(0x80, _VPS_FROM_80))),
    }


def _numbered(first: int, rows: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    return ((byte, letter) for byte, letter in enumerate("".join(rows), first) if letter != ".")


def _windows_1258() -> Iterator[tuple[int, str]]:
    for byte in range(0xC0, 0x100):
        letter = bytes([byte]).decode("cp1258", "replace")
        if letter != _UNUSED:
            yield byte, letter


def _by_byte(letters: dict[int, str]) -> Callable[[str], str]:
    signs = ((byte, _C1_AS_SHOWN.get(byte, chr(byte))) for byte in range(0x80, 0x100))
    table = {ord(sign): letters.get(byte, sign if sign in _PUNCTUATION else _UNUSED) for byte, sign in signs}

    def decoded(word: str) -> str:
        return word.translate(table)

    return decoded


@cache
def _vni_pairs() -> dict[str, str]:
    pairs = dict(_VNI_LETTERS)
    for letter, marks in (
        ("a", _VNI_TONES | _VNI_CIRCUMFLEX | _VNI_BREVE),
        ("e", _VNI_TONES | _VNI_CIRCUMFLEX),
        ("o", _VNI_TONES | _VNI_CIRCUMFLEX),
        ("u", _VNI_TONES),
        ("y", _VNI_TONES),
        ("ô", _VNI_TONES),
        ("ö", _VNI_TONES),
    ):
        for sign, mark in marks.items():
            pairs[letter + sign] = unicodedata.normalize("NFC", _VNI_LETTERS.get(letter, letter) + mark)
    return pairs


_VNI_PAIR = re.compile("[aeouyôö][ùøûõïâáàåãäêéèúüë]|[^\x00-\x7f]")


def _vni(word: str) -> str:
    pairs = _vni_pairs()

    def decoded(found: re.Match[str]) -> str:
        pair = found.group()
        if pair in pairs or pair in _PUNCTUATION:
            return pairs.get(pair, pair)
        # A sign that marks nothing here; a leading ô or ö still stands for its own letter.
        return pairs.get(pair[0], _UNUSED) + _UNUSED

    return _VNI_PAIR.sub(decoded, word.lower())
