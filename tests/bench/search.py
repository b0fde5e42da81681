"""Measures searches in a store of many bulletins, beside `LIKE '%...%'` over title and lead, as most sites search.

The words are made so that they are hard: one that stands everywhere, one almost nowhere, one everywhere but long ago,
two that are frequent and never meet. A figure counts only if the search found what the store was made to hold.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import accumulate
from random import Random
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from store import schema
from store.ad_hoc import ad_hoc_window
from store.database import Database
from store.fulltext import searching
from store.fulltext.contract import Indexed
from store.models import DbBulletin, DbCategory, DbOrganisation, DbPlacement
from store.placements import SLOTS_PER_SECOND
from store.text.queries import canonical_query
from store.types import Selection

ENTRIES = 50
BATCH = 2_000
SYLLABLES, PARAGRAPHS, PARAGRAPH_SYLLABLES = 6_000, 20_000, 60
PARAGRAPHS_IN_A_BULLETIN = 10
"""About 3.5 kB of text."""
CATEGORIES, BODIES = 20, 200
LAST = int(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
SECONDS_APART = 3_000
"""Ten and a half bulletins in ten hours: a hundred thousand in nine and a half years."""
RARE = 7
MOST_SECONDS = 20.0
"""A kind of search that takes longer is asked less often."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A kind of search: what is typed, in which categories, and how many bulletins have it, out of so many."""

    name: str
    typed: str
    having: Callable[[int], int]
    ids: tuple[tuple[str, tuple[int, ...]], ...] = ()
    like: str = ""


@dataclass(frozen=True, slots=True)
class SearchFigures:
    """The milliseconds of each kind of search, ours and the rival's (none where it cannot ask this)."""

    database: str
    bulletins: int
    index_bytes: int
    fill_seconds: float
    times: dict[str, tuple[list[float], list[float]]]


KINDS = (
    Asked("a word in every bulletin", "moinoi", lambda count: count, like="moinoi"),
    Asked("a rare word", "hiemgap", lambda count: len(range(0, count, count // RARE)), like="hiemgap"),
    Asked("a word of long ago", "ngayxua", lambda count: count // 2, like="ngayxua"),
    Asked("two frequent words", "moinoi thuongco", lambda count: (count + 2) // 3),
    Asked("two that never meet", "sochan sole", lambda _: 0),
    Asked("a phrase", '"moinoi thuongco"', lambda count: (count + 2) // 3, like="moinoi thuongco"),
    Asked("a long phrase", '"dau tien moinoi thuongco"', lambda count: (count + 2) // 3),
    Asked("a phrase whose words never touch", '"thuongco moinoi"', lambda _: 0, like="thuongco moinoi"),
    Asked("a word in a frequent category", "thuongco", lambda _: -1, (("category", (1,)),)),
    Asked("a word in a rare category", "moinoi", lambda _: -1, (("category", (CATEGORIES,)),)),
    Asked("an old word in either of five", "ngayxua", lambda _: -1, (("category", (1, 2, 3, 4, 5)),)),
    Asked(
        "three criteria, no word", "", lambda _: -1, (("category", (1,)), ("organisation", (1,)), ("publisher", (1,)))
    ),
    Asked("either of five, no word", "", lambda _: -1, (("category", (1, 2, 3, 4, 5)), ("publisher", (1, 2, 3, 4, 5)))),
)


def measure_search(url: str, *, count: int, runs: int, seed: int) -> SearchFigures:
    """Fill an empty database and search it; raises AssertionError where a search is wrong."""
    database = Database(url)
    try:
        schema.upgrade(database)
        begun = time.perf_counter()
        _fill(database, count, Random(f"search/{seed}"))
        seconds = time.perf_counter() - begun
        _settle(database)
        times = {asked.name: _timed(database, asked, count, runs) for asked in KINDS}
        return SearchFigures(
            "sqlite" if database.is_sqlite else "postgres", count, _index_bytes(database), seconds, times
        )
    finally:
        database.dispose()


def table(figures: Sequence[SearchFigures]) -> str:
    """Give the figures as text with aligned columns."""
    lines = ["searches"]
    for found in figures:
        lines += [
            "",
            f"{found.database}: {found.bulletins:,} bulletins, newest {ENTRIES} found; index "
            f"{found.index_bytes / found.bulletins / 1e3:.1f} kB a bulletin; made in {found.fill_seconds:.0f} s",
        ]
        rows = [("", "p50 ms", "p99 ms", "LIKE p50 ms", "LIKE p99 ms")]
        for name, (own, rival) in found.times.items():
            rows.append((name, *_cells(own), *_cells(rival)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines += ["  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip() for row in rows]
    return "\n".join(lines)


def _cells(samples: list[float]) -> tuple[str, str]:
    if not samples:
        return "", ""
    ordered = sorted(samples)
    return f"{ordered[len(ordered) // 2]:.2f}", f"{ordered[int(len(ordered) * 0.99)]:.2f}"


def _timed(database: Database, asked: Asked, count: int, runs: int) -> tuple[list[float], list[float]]:
    selection = Selection.of(dict(asked.ids), text=canonical_query(asked.typed))

    def own(session: Session) -> int:
        return len(ad_hoc_window(session, selection, limit=ENTRIES).entries)

    def rival(session: Session) -> int:
        return len(session.execute(LIKE, {"like": f"%{asked.like}%", "limit": ENTRIES}).all())

    wanted = asked.having(count)
    return _samples(database, own, wanted, runs), _samples(database, rival, wanted, runs) if asked.like else []


LIKE = text(
    "SELECT number, version, position FROM bulletin WHERE title LIKE :like OR lead LIKE :like "
    "ORDER BY position DESC LIMIT :limit"
)


def _samples(database: Database, act: Callable[[Session], int], wanted: int, runs: int) -> list[float]:
    samples: list[float] = []
    gc.collect()
    end = time.perf_counter() + MOST_SECONDS
    for run in range(-2, runs):
        with database.snapshot() as session:
            session.execute(text("SELECT 1"))
            begun = time.perf_counter()
            found = act(session)
            taken = time.perf_counter() - begun
        if wanted >= 0 and found != min(wanted, ENTRIES):
            raise AssertionError(f"{found} found, not {min(wanted, ENTRIES)}")
        if run >= 0:
            samples.append(taken * 1e3)
        if time.perf_counter() > end and samples:
            break
    return samples


def _fill(database: Database, count: int, random: Random) -> None:
    """Write what a search reads, and no more: a hundred thousand publications one by one would take an hour."""
    syllables = [f"{first}{last}" for first in _ONSETS for last in _RIMES][:SYLLABLES]
    weights = list(accumulate(1 / (rank + 10) for rank in range(len(syllables))))
    paragraphs = [
        " ".join(random.choices(syllables, cum_weights=weights, k=PARAGRAPH_SYLLABLES))
        for _ in range(min(PARAGRAPHS, 20 + count))
    ]
    category_weights = [1 / (rank + 1) for rank in range(CATEGORIES)]
    body_weights = [1 / (rank + 1) for rank in range(BODIES)]
    with database.transaction() as session:
        at = datetime(2026, 11, 1, tzinfo=UTC)
        for row_type, many in ((DbCategory, CATEGORIES), (DbOrganisation, BODIES)):
            rows = [
                {"id": n, "name": f"{n}", "slug": f"x{n}", "description": "", "edition": 0, "changed_at": at}
                for n in range(1, many + 1)
            ]
            session.execute(insert(row_type), rows)
    with database.transaction() as session, searching.index_of(session).filling(session):
        for start in range(0, count, BATCH):
            bulletins, indexed, placed = [], [], []
            for number in range(start, min(start + BATCH, count)):
                lead = _marked(number, count)
                body = " ".join(random.sample(paragraphs, k=PARAGRAPHS_IN_A_BULLETIN))
                position = (LAST - (count - number) * SECONDS_APART) * SLOTS_PER_SECOND
                category = random.choices(range(1, CATEGORIES + 1), category_weights)[0]
                body_id = random.choices(range(1, BODIES + 1), body_weights)[0]
                keys = {"all", f"c{category}", f"o{body_id}", f"p{body_id}"}
                keys |= {f"c{category}.o{body_id}", f"c{category}.p{body_id}"}
                bulletins.append(_bulletin(number, position, body[:60], lead, at))
                indexed.append(Indexed(position, f"{body[:60].rpartition(' ')[0]} {lead} {body}", frozenset(keys)))
                placed += [{"selection_key": key, "position": position} for key in keys]
            session.execute(insert(DbBulletin), bulletins)
            session.execute(
                insert(DbPlacement), sorted(placed, key=lambda row: (row["selection_key"], row["position"]))
            )
            searching.index_of(session).put(session, indexed)


def _marked(number: int, count: int) -> str:
    """Give the words by which a bulletin is looked for."""
    words = ["dau", "tien", "moinoi", "thuongco" if number % 3 == 0 else "khac", "sochan" if number % 2 else "sole"]
    if number < count // 2:
        words.append("ngayxua")
    if number % (count // RARE) == 0:
        words.append("hiemgap")
    return " ".join(words)


def _bulletin(number: int, position: int, title: str, lead: str, at: datetime) -> dict[str, Any]:
    return {
        "number": number + 1,
        "public_id": f"urn:x:{number}",
        "slug": "x",
        "title": title,
        "lead": lead,
        "language": "vi",
        "status": "published",
        "changed_at": at,
        "edition": 1,
        "revision": 1,
        "version": 1,
        "last_attachment": 0,
        "arrival": number + 1,
        "position": position,
    }


def _settle(database: Database) -> None:
    """Bring the database to where a day of quiet brings it."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execute(text("ANALYZE"))
            connection.commit()
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _index_bytes(database: Database) -> int:
    """Give what the index takes on the disk, the words themselves included."""
    with database.snapshot() as session:
        if not database.is_sqlite:
            return int(session.execute(text("SELECT pg_total_relation_size('search')")).scalar_one())
        parts = ("search_data", "search_content", "search_idx")
        return sum(int(session.execute(text(_LENGTHS[part])).scalar_one()) for part in parts)


_LENGTHS = {
    "search_data": "SELECT sum(length(block)) FROM search_data",
    "search_content": "SELECT sum(length(c0) + length(c1)) FROM search_content",
    "search_idx": "SELECT sum(length(term)) FROM search_idx",
}
_ONSETS = ("b", "c", "ch", "d", "g", "gi", "h", "k", "kh", "l", "m", "n", "ng", "nh", "ph", "qu", "r", "s", "t", "th")
_RIMES = tuple(
    f"{vowel}{end}"
    for vowel in ("a", "e", "i", "o", "u", "y", "ie", "uo", "ua", "oa", "uye", "uu", "ai")
    for end in ("", "c", "ch", "m", "n", "ng", "nh", "p", "t", "u", "o", "i")
)
