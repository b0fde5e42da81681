"""The categories, organisations and authors of a large store, and which of them a bulletin stands under.

Few of them have most of the bulletins, by Zipf's law, and most have few: as it is in a province.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from store import changes, taxonomy
from store.database import Database
from tests.bench.large.stock import Stock

EXPONENT = 0.9
TWO_CATEGORIES = 0.4
SUBJECTS, AUTHORS = (0, 0, 1, 1, 2), (0, 1, 1, 1, 2)
"""As many of each a bulletin has, each count as likely as the others."""


@dataclass(frozen=True, slots=True)
class Filing:
    """What a bulletin is filed under, by ids, each kind in the order given."""

    categories: tuple[int, ...]
    publisher: int
    subjects: tuple[int, ...]
    authors: tuple[int, ...]


def found(database: Database, stock: Stock) -> int:
    """Add all of them to a store that has none yet, and return its edition.

    Their ids then count from 1, in the order of the stock.
    """
    with database.transaction() as session:
        for category in stock.categories:
            # `as_new` spares a look at how alike all names are.
            parent = None if category.parent is None else stock.categories[category.parent].name
            added = [taxonomy.add_category(session, category.name, parent=parent, as_new=True).id]
        added += [taxonomy.add_organisation(session, name, as_new=True).id for name in stock.organisations]
        added += [taxonomy.add_author(session, name).id for name in stock.authors]
        expected = [len(stock.categories), *range(1, len(stock.organisations) + 1), *range(1, len(stock.authors) + 1)]
        if added != expected:
            raise AssertionError("the store had categories, organisations or authors before")
        return changes.current_edition(session)


class Filer:
    """Draws what bulletins are filed under, and says which selection_keys that puts them under."""

    def __init__(self, stock: Stock, random: Random) -> None:
        self._random = random
        self._categories = _shuffled(len(stock.categories), random)
        self._bodies = _shuffled(len(stock.organisations), random)
        self._authors = _shuffled(len(stock.authors), random)
        self._above = _chains(stock)
        self._keys_of_pairs: dict[tuple[int, int], tuple[str, str]] = {}

    def draw(self) -> Filing:
        """Draw for the next bulletin."""
        random = self._random
        publisher, *subjects = _few(self._bodies, 1 + random.choice(SUBJECTS), random)
        return Filing(
            categories=_few(self._categories, 2 if random.random() < TWO_CATEGORIES else 1, random),
            publisher=publisher,
            subjects=tuple(subjects),
            authors=_few(self._authors, random.choice(AUTHORS), random),
        )

    def keys(self, filing: Filing) -> list[str]:
        """List the selection_keys that bulletins so filed stand under, sorted."""
        above = {each for category in filing.categories for each in self._above[category]}
        about = {filing.publisher, *filing.subjects}
        keys = ["all", f"p{filing.publisher}", *(f"c{each}" for each in above), *(f"o{each}" for each in about)]
        keys += [f"a{author}" for author in filing.authors]
        for category in above:
            keys += [self._pair(category, body)[0] for body in about]
            keys.append(self._pair(category, filing.publisher)[1])
        return sorted(keys)

    def _pair(self, category: int, body: int) -> tuple[str, str]:
        # One string for each, however many bulletins stand under it.
        known = self._keys_of_pairs.get((category, body))
        if known is None:
            known = self._keys_of_pairs[category, body] = (f"c{category}.o{body}", f"c{category}.p{body}")
        return known


@dataclass(frozen=True, slots=True)
class _Ranked:
    ids: Sequence[int]
    cumulated: Sequence[float]


def _shuffled(count: int, random: Random) -> _Ranked:
    ids = list(range(1, count + 1))
    random.shuffle(ids)
    return _Ranked(ids, list(accumulate(1 / rank**EXPONENT for rank in range(1, count + 1))))


def _few(ranked: _Ranked, count: int, random: Random) -> tuple[int, ...]:
    drawn = dict.fromkeys(random.choices(ranked.ids, cum_weights=ranked.cumulated, k=count)) if count else {}
    return tuple(drawn)


def _chains(stock: Stock) -> dict[int, tuple[int, ...]]:
    """Give each category's id with those above it."""
    chains: dict[int, tuple[int, ...]] = {}
    for index, category in enumerate(stock.categories):
        above = () if category.parent is None else chains[category.parent + 1]
        chains[index + 1] = (index + 1, *above)
    return chains
