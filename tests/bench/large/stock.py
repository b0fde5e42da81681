"""What bulletins of the large stores are written from: names, phrases, and sentences by the thousand, already filled.

Everything follows from `stock.toml` and one seed.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

STOCK_FILE = Path(__file__).with_name("stock.toml")
CATEGORIES, ORGANISATIONS, AUTHORS = 200, 500, 300
SMALL = 1_000
"""A store of fewer bulletins has as few of each as `OF_A_SMALL_ONE` says."""
OF_A_SMALL_ONE = 60, 40, 30
FIELD_VARIANTS, GENERAL_VARIANTS = 60, 40
"""How often each sentence is filled with other numbers, places and people."""


@dataclass(frozen=True, slots=True)
class Field:
    """A subject: what is done in it, what is counted, and its sentences, the general ones among them."""

    acts: tuple[str, ...]
    unit: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CategoryName:
    """A category by name; `parent` is the place of the one above it, which comes earlier; `field` that of its field."""

    name: str
    parent: int | None
    field: int


@dataclass(frozen=True, slots=True)
class Stock:
    """All that is drawn from, in an order that never changes."""

    categories: tuple[CategoryName, ...]
    organisations: tuple[str, ...]
    authors: tuple[str, ...]
    places: tuple[str, ...]
    fields: tuple[Field, ...]
    whens: tuple[str, ...]
    captions: tuple[str, ...]
    documents: tuple[tuple[str, str], ...]
    corrections: tuple[str, ...]
    withdrawals: tuple[str, ...]
    subheadings: tuple[str, ...]


def stock(seed: int, *, count: int) -> Stock:
    """Read the stock for a store of `count` bulletins and fill its sentences."""
    return _stock(seed, *(OF_A_SMALL_ONE if count < SMALL else (CATEGORIES, ORGANISATIONS, AUTHORS)))


@cache
def _stock(seed: int, categories: int, organisations: int, people: int) -> Stock:
    said = tomllib.loads(STOCK_FILE.read_text(encoding="utf-8"))
    random = Random(f"stock/{seed}")
    firsts, seconds = said["communes"]
    communes = [f"{first} {second}" for second in seconds for first in firsts]
    bodies = [template.format(commune=commune) for commune in communes for template in said["commune_bodies"]]
    authors = [f"{surname} {given}" for given in said["given_names"] for surname in said["surnames"]]
    places = [*said["villages"], *(f"xã {commune}" for commune in communes)]
    general = _filled(said["general"], GENERAL_VARIANTS, random, places, authors)
    return Stock(
        categories=_categories(said)[:categories],
        organisations=(*said["province_bodies"], *bodies)[:organisations],
        authors=tuple(authors[:people]),
        places=tuple(places),
        fields=tuple(
            Field(
                acts=tuple(field["acts"]),
                unit=field["unit"],
                sentences=(*_filled(field["sentences"], FIELD_VARIANTS, random, places, authors), *general),
            )
            for field in said["field"]
        ),
        whens=tuple(said["whens"]),
        captions=tuple(said["captions"]),
        documents=tuple((title, symbol) for title, symbol in said["documents"]),
        corrections=tuple(said["corrections"]),
        withdrawals=tuple(said["withdrawals"]),
        subheadings=tuple(said["subheadings"]),
    )


def _categories(said: dict[str, Any]) -> tuple[CategoryName, ...]:
    """Give a tree of three levels, the upper ones first."""
    found = [CategoryName(field["name"], None, index) for index, field in enumerate(said["field"])]
    for index, field in enumerate(said["field"]):
        found += [CategoryName(child, index, index) for child in field["children"]]
    middle = range(len(said["field"]), len(found))
    for parent in middle:
        above = found[parent]
        found += [CategoryName(f"{above.name}: {aspect}", parent, above.field) for aspect in said["aspects"]]
    return tuple(found)


def _filled(
    templates: Sequence[str], variants: int, random: Random, places: Sequence[str], people: Sequence[str]
) -> tuple[str, ...]:
    filled = (
        template.format(
            place=random.choice(places),
            person=random.choice(people),
            n=random.randrange(23, 890),
            m=random.randrange(3, 28),
            percent=f"{random.randrange(12, 99)},{random.randrange(1, 10)}",
            money=f"{random.randrange(1, 9)}.{random.randrange(100, 999)}",
            day=f"{random.randrange(1, 29)}/{random.randrange(1, 13)}",
            hour=random.randrange(5, 22),
        )
        for template in templates
        for _ in range(variants)
    )
    return tuple(dict.fromkeys(filled))
