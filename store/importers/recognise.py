"""Find the organisations that a text names, by name, short name and alias, as whole words.

The longest name wins its words; a name that two organisations share is told as ambiguous and never guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from store.importers.places import complete, places_in_names

# A word, a sign, or a paragraph's end; dashes and white space only part words.
TOKEN = re.compile(r"[^\W_]+|\n\s*\n|[^\w\s\-‐‑‒–—]")
# The UBND of `12/QĐ-UBND` is part of a document's number, not a body that the text speaks of.
DOCUMENT_NUMBER = re.compile(r"/\s?[^\W\d_]{1,10}(?:\d{1,3})?(?:-[^\W_]{1,20})+")
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
APOSTROPHES = str.maketrans("’ʼ‘", "'''")

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """An organisation named in a text: its id, the spellings found in order, and how often it stands there."""

    organisation: int
    words: tuple[str, ...]
    count: int


@dataclass(slots=True)
class _Owners:
    """Whose name a sequence of words is: in any case, or in capitals alone."""

    anyhow: set[int] = field(default_factory=set)
    in_capitals: set[int] = field(default_factory=set)


@dataclass(slots=True)
class _Node:
    after: dict[str, _Node] = field(default_factory=dict)
    owners: _Owners | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    start: int
    end: int
    owners: frozenset[int]


class Recogniser:
    """Recognise organisations in texts; built once from (id, names), then used for any number of texts.

    `ambiguous` maps each name that organisations share to their ids, sorted.
    """

    def __init__(self, names: Iterable[tuple[int, Sequence[str]]]) -> None:
        self._root = _Node()
        self._keys: dict[str, str] = {}
        shared: dict[Words, dict[str, None]] = {}
        every_name: list[str] = []
        for organisation, own_names in names:
            every_name += own_names
            for name in own_names:
                words = self._words_of(name)
                if words:
                    self._add(organisation, name, words)
                    shared.setdefault(words, {})[name] = None
        self._places = places_in_names(every_name)
        ambiguous: dict[str, tuple[int, ...]] = {}
        for words, spellings in shared.items():
            for name in spellings:
                owners = self._owners(words, in_capitals=is_abbreviation(name))
                if len(owners) > 1:
                    ambiguous[name] = tuple(sorted(owners))
        self.ambiguous: Mapping[str, tuple[int, ...]] = MappingProxyType(ambiguous)

    def find(self, *texts: str) -> tuple[Mention, ...]:
        """Give the organisations that the texts name: those named in full first, each group by first mention.

        “Hội Nông dân tỉnh” is the one of tỉnh Vân Sơn where the texts speak of that province and of no other.
        """
        plain = [unicodedata.normalize("NFC", text) for text in texts]
        completed = complete(plain, self._places)
        mentions = {mention.organisation: mention for mention in self._find(plain)}
        if completed != plain:
            for mention in self._find(completed):
                mentions.setdefault(mention.organisation, mention)
        return tuple(mentions.values())

    def _find(self, texts: Sequence[str]) -> Iterator[Mention]:
        counts: Counter[int] = Counter()
        spellings: dict[int, dict[str, None]] = {}
        for text in texts:
            normal = text.translate(APOSTROPHES)
            tokens = list(TOKEN.finditer(_without_document_numbers(normal)))
            for match in _apart(self._matches(tokens), len(tokens)):
                if len(match.owners) == 1:
                    (organisation,) = match.owners
                    counts[organisation] += 1
                    found = normal[tokens[match.start].start() : tokens[match.end - 1].end()]
                    spellings.setdefault(organisation, {})[" ".join(found.split())] = None
        for organisation, said in spellings.items():
            yield Mention(organisation, tuple(said), counts[organisation])

    def _add(self, organisation: int, name: str, words: Words) -> None:
        node = self._root
        for word in words:
            node = node.after.setdefault(word, _Node())
        if node.owners is None:
            node.owners = _Owners()
        (node.owners.in_capitals if is_abbreviation(name) else node.owners.anyhow).add(organisation)

    def _owners(self, words: Words, *, in_capitals: bool) -> frozenset[int]:
        node = self._root
        for word in words:
            node = node.after[word]
        return _said(node.owners or _Owners(), in_capitals=in_capitals)

    def _words_of(self, name: str) -> Words:
        normal = unicodedata.normalize("NFC", name).translate(APOSTROPHES)
        return tuple(self._key(found.group()) for found in TOKEN.finditer(normal))

    def _key(self, word: str) -> str:
        key = self._keys.get(word)
        if key is None:
            key = self._keys[word] = _word_key(word)
        return key

    def _matches(self, tokens: Sequence[re.Match[str]]) -> list[_Match]:
        # A text's own words are not remembered: a server's recogniser would grow with every text.
        seen: dict[str, str] = {}
        surfaces = [token.group() for token in tokens]
        keys: list[str] = []
        for surface in surfaces:
            key = seen.get(surface)
            if key is None:
                key = seen[surface] = self._keys.get(surface) or _word_key(surface)
            keys.append(key)
        matches: list[_Match] = []
        for start in range(len(keys)):
            node: _Node | None = self._root.after.get(keys[start])
            end = start + 1
            while node is not None:
                if node.owners is not None:
                    owners = _said(node.owners, in_capitals=" ".join(surfaces[start:end]).isupper())
                    if owners:
                        matches.append(_Match(start, end, owners))
                node = node.after.get(keys[end]) if end < len(keys) else None
                end += 1
        return matches


def is_abbreviation(name: str) -> bool:
    """Tell whether a name is one word in capitals, such as UBND or TT&TT, that small letters never spell."""
    return name.isupper() and len(name.split()) == 1 and sum(1 for char in name if char.isupper()) > 1


def _said(owners: _Owners, *, in_capitals: bool) -> frozenset[int]:
    return frozenset(owners.anyhow | owners.in_capitals if in_capitals else owners.anyhow)


def _apart(matches: list[_Match], token_count: int) -> list[_Match]:
    """Keep matches that share no word, the longest first, and give them in reading order."""
    taken = bytearray(token_count)
    kept: list[_Match] = []
    for match in sorted(matches, key=lambda match: (match.start - match.end, match.start)):
        if not any(taken[match.start : match.end]):
            taken[match.start : match.end] = b"\1" * (match.end - match.start)
            kept.append(match)
    return sorted(kept, key=lambda match: match.start)


def _without_document_numbers(text: str) -> str:
    return DOCUMENT_NUMBER.sub(lambda found: "/" + "." * (len(found.group()) - 1), text)


def _word_key(word: str) -> str:
    """Give what two spellings of a word share: letters with their marks, and the tone wherever it was put."""
    letters = unicodedata.normalize("NFD", word.casefold())
    tone = "".join(char for char in letters if char in TONES)
    return unicodedata.normalize("NFC", "".join(char for char in letters if char not in TONES)) + tone
