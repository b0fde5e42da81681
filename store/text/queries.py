"""Folds text into the words that are searched, and reads what people type into a search box.

Words are the runs of letters and digits, without marks and in lower case; every other sign stands between words, so
that nothing typed is an operator or an error. Scripts that leave no space between words are split into their letters,
and what was typed in one run is looked for in one run. Pure; every result is a fixed point.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

from store.text.characters import fold

QUERY_CHARS = 100
WORD_CHARS = 100
"""Longer words are cut, where they are looked for as where they are kept: no database takes a word of any length."""
TEXT_BYTES = 200_000
"""As much of a bulletin's words, in UTF-8, is searched: eighty pages. PostgreSQL keeps no more than 1 MiB of them."""

Term = tuple[str, ...]
"""Words that must stand side by side, in this order; mostly one."""

_ROUNDS = 4
_RUN = re.compile(r"[^\W_]+")
# Thai, Lao, Tibetan, Myanmar, Khmer, Tai Le to New Tai Lue, Tai Tham, kana, bopomofo, ideographs.
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aad\u3005-\u3007\u3040-\u312f\u31a0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uaa60-\uaadf\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(f"[{_UNSPACED}]|[^{_UNSPACED}]+")
_QUOTED = re.compile('"([^"]*)"')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))


def searched_words(parts: Iterable[str]) -> str:
    """Give the words of a text, joined by single spaces; parts are apart as lines are.

    What is past `TEXT_BYTES` is left out.
    """
    words = " ".join(word for part in parts for run in _runs(part) for word in _words(run))
    encoded = words.encode()
    if len(encoded) <= TEXT_BYTES:
        return words
    return encoded[:TEXT_BYTES].decode("utf-8", "ignore").rpartition(" ")[0]


def canonical_query(typed: str) -> str:
    """Spell a query the one way that stands in addresses: folded words, phrases in straight quotes, each term once.

    Words past `QUERY_CHARS` are left out. Without a word it is empty: everything.
    """
    terms: dict[str, None] = {}
    left = QUERY_CHARS
    for term in _typed_terms(typed[: QUERY_CHARS * 20]):
        kept = _fitting(term, left)
        spelt = f'"{" ".join(kept)}"' if len(kept) > 1 else "".join(kept)
        if kept and spelt not in terms:
            terms[spelt] = None
            left -= len(spelt) + 1
        if len(kept) < len(term):
            break
    return " ".join(terms)


def terms_of(query: str) -> tuple[Term, ...]:
    """Give what a bulletin must have, all of it, to be found by a query; `canonical_query` need not have seen it."""
    terms = (tuple(word for run in term for word in _words(run)) for term in _typed_terms(query))
    return tuple(dict.fromkeys(terms))


def quoted_terms(query: str) -> tuple[str, ...]:
    """Give the terms of a canonical query as people read them: the words in one, each phrase for itself."""
    found: list[str] = []
    for place, part in enumerate(query.split('"')):
        if part.strip():
            found.append(part.strip() if place % 2 == 0 else part)
    return tuple(found)


def _typed_terms(typed: str) -> Iterator[tuple[str, ...]]:
    """Yield the runs of each word or phrase; a quote that is not closed is a sign like any other."""
    text = typed.translate(_QUOTES)
    end = 0
    for quoted in _QUOTED.finditer(text):
        yield from ((run,) for run in _runs(text[end : quoted.start()]))
        phrase = tuple(_runs(quoted[1]))
        if phrase:
            yield phrase
        end = quoted.end()
    yield from ((run,) for run in _runs(text[end:]))


def _fitting(term: tuple[str, ...], chars: int) -> tuple[str, ...]:
    """Give the first words of a term that fit, quotes counted; of a word that alone fits nowhere, its beginning."""
    if len(term[0]) > QUERY_CHARS:
        return (term[0][:chars],) if chars == QUERY_CHARS else ()
    kept: list[str] = []
    for run in term:
        length = len(" ".join([*kept, run])) + (2 if kept else 0)
        if length > chars:
            break
        kept.append(run)
    return tuple(kept)


def _runs(text: str) -> list[str]:
    return _RUN.findall(_folded(text))


def _words(run: str) -> list[str]:
    return [word[:WORD_CHARS] for word in ([run] if run.isascii() else _WORD.findall(run))]


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    for _ in range(_ROUNDS):
        folded = _without_marks(fold(unicodedata.normalize("NFKC", text)))
        if folded == text:
            break
        text = folded
    return text


def _without_marks(text: str) -> str:
    # What is left of marks stands beside its letter (Khmer, Devanagari) or around it.
    return text if text.isascii() else "".join(c for c in text if not unicodedata.category(c).startswith("M"))
