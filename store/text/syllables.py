"""Know which words are legal Vietnamese syllables, as the measure of what reads as Vietnamese.

The answer depends on spelling alone: onset, rime and tone that may stand together, in either way of placing the tone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

TONE_MARKS = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
# A syllable that ends in a stop has one of two tones: acute or dot below.
STOP_TONE_MARKS = ("\u0301", "\u0323")

_PLAIN_ONSETS = (
    "",
    "b",
    "ch",
    "d",
    "đ",
    "h",
    "kh",
    "l",
    "m",
    "n",
    "nh",
    "p",
    "ph",
    "r",
    "s",
    "t",
    "th",
    "tr",
    "v",
    "x",
)
# The letters e, ê, i and y decide between c and k, g and gh, ng and ngh.
_ONSETS_BEFORE_BACK = (*_PLAIN_ONSETS, "c", "g", "ng")
_ONSETS_BEFORE_FRONT = (*_PLAIN_ONSETS, "k", "gh", "ngh")
_LABIAL_ONSETS = frozenset({"b", "m", "p", "ph", "v"})

_BACK_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "o oc oi om on ong op ot oong ooc ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt ư ưa ưc ưi ưm ưng ưt ưu "
    "ươc ươi ươm ươn ương ươp ươt ươu"
)
_GLIDE_RIMES = (
    "oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oe oen oeo oet "
    "uân uâng uât uây uê uêch uênh uêu uơ uy uya uych uyên uyêt uynh uyt uyp uyu"
)
_FRONT_RIMES = (
    "e ec em en eng eo ep et ê êch êm ên êng ênh êp êt êu i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu"
)
_BARE_Y_RIMES = ("y", "yêm", "yên", "yêng", "yêt", "yêu")
_Y_ONSETS = ("h", "k", "l", "m", "n", "s", "t", "th", "v", "đ")
_QU_RIMES = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt ân âng ât âu ây "
    "e en eo et ê êch ên ênh êt êu i ich in inh it y ych ynh yt yp yên yêt ơ ơi ơn ơt ôc"
)
# Behind gi only these: giếng, giết and giếc are spelt with one i less than they have.
_GI_RIMES = (*_BACK_RIMES.split(), "e", "em", "eo", "ep", "ê", "êc", "êm", "ên", "êng", "êt", "êu")
_G_FRONT_RIMES = ("i", "in", "ich", "im")
_SYLLABLES_OUTSIDE_THE_RULES = ("kạn", "đắk", "lắk", "kông", "kon", "ka", "ea", "búp", "buýt", "phuy", "voan", "moóc")
"""Names of places and loan words that official texts use daily."""

_SHAPED = frozenset("ăâêôơư")
_WORD = re.compile(r"[^\W\d_]+")


def is_legal_syllable(word: str) -> bool:
    """Tell whether a word, NFC and in any letter case, is spelt like one Vietnamese syllable."""
    return word.lower() in _legal_syllables()


def is_written_syllable(word: str) -> bool:
    """Tell whether a word is a legal syllable in a letter case that people write: hội, Hội or HỘI, never hỘi."""
    return is_legal_syllable(word) and (word.islower() or word.isupper() or (word[0].isupper() and word[1:].islower()))


def legal_share(text: str) -> float:
    """Measure which part of the words of NFC text are legal syllables, 0 to 1; text without words gives 0."""
    legal = _legal_syllables()
    words = _WORD.findall(text.lower())
    return sum(word in legal for word in words) / len(words) if words else 0.0


@cache
def _legal_syllables() -> frozenset[str]:
    spelt = {
        onset + toned
        for onset, rime in _onsets_with_rimes()
        for toned in _toned(rime)
    }  # fmt: skip
    return frozenset(spelt.union(_SYLLABLES_OUTSIDE_THE_RULES))


def _onsets_with_rimes() -> Iterator[tuple[str, str]]:
    yield from ((onset, rime) for onset in _ONSETS_BEFORE_BACK for rime in _BACK_RIMES.split())
    yield from (
        (onset, rime) for onset in _ONSETS_BEFORE_BACK if onset not in _LABIAL_ONSETS for rime in _GLIDE_RIMES.split()
    )
    yield from ((onset, rime) for onset in _ONSETS_BEFORE_FRONT for rime in _FRONT_RIMES.split())
    yield from (("", rime) for rime in _BARE_Y_RIMES)
    yield from ((onset, "y") for onset in _Y_ONSETS)
    yield from (("qu", rime) for rime in _QU_RIMES.split())
    yield from (("gi", rime) for rime in _GI_RIMES)
    yield from (("g", rime) for rime in _G_FRONT_RIMES)


def _toned(rime: str) -> Iterator[str]:
    stopped = rime.endswith(("c", "ch", "p", "t"))
    for mark in STOP_TONE_MARKS if stopped else TONE_MARKS:
        for place in _tone_places(rime):
            yield unicodedata.normalize("NFC", rime[: place + 1] + mark + rime[place + 1 :])


def _tone_places(rime: str) -> tuple[int, ...]:
    vowels = [place for place, letter in enumerate(rime) if letter in "aăâeêioôơuưy"]
    shaped = [place for place in vowels if rime[place] in _SHAPED]
    if shaped:
        return (shaped[-1],)
    if len(vowels) < len(rime):
        return (vowels[-1],)
    if rime in ("oa", "oe", "uy"):
        return (0, 1)
    return (1,) if len(vowels) == 3 else (0,)
