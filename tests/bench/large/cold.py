"""Measures documents that nobody asked for before: random channels, through the whole application, without a network.

The stores, of any size and database, are asked in turns, so that a busy moment of the machine hits all of them. A
figure counts only for an answer that holds the fifty newest of its channel.
"""

from __future__ import annotations

import gc
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from random import Random

from flask import Flask
from sqlalchemy import func, select

from feeds.addresses import Addresses
from feeds.app import create_app
from feeds.channels import path_of
from feeds.documents.model import Format
from feeds.http.codings import decode
from feeds.settings import Settings
from store.database import Database
from store.models import DbPlacement
from store.types import Selection
from tests.bench.asking import BASE_URL, ENTRIES, SITE_NAME, Answer, ask, environ
from tests.bench.timing import Samples

CODING = "gzip"
WARM_UP_DOCUMENTS = 6
ROOM_MB = 256
"""For kept fragments: enough for every document that is asked for twice in a row."""
_ENTRY = {
    Format.RSS: re.compile(rb"<item>"),
    Format.ATOM: re.compile(rb"<entry[ >]"),
    Format.JSON: re.compile(rb'"date_published"'),
}


@dataclass
class ColdFigures:
    """What one store's documents took: with no fragment kept, and with all of them."""

    database: str
    bulletins: int
    channels: int
    """How many channels hold so many bulletins, from which the documents were drawn."""
    cold: Samples = field(default_factory=Samples)
    warm: Samples = field(default_factory=Samples)


def measure_cold(stores: Sequence[tuple[int, str]], *, documents: int, seed: int = 1) -> list[ColdFigures]:
    """Time `documents` documents of each store, given as (bulletins, URL), each once cold and once with fragments warm.

    Half of the channels are drawn as their bulletins are many, half evenly, so that most of those are rare ones; each
    holds at least fifty. Formats come in turns, coded as most readers ask for them; nothing is kept but fragments.
    Raises AssertionError for an answer that is not what was asked for.
    """
    asked = [_Asked(bulletins, url, seed) for bulletins, url in stores]
    try:
        for each in asked:
            each.wake()
        gc.collect()
        gc.freeze()
        for number in range(documents):
            # Who begins changes with every run: the second finds the processor's caches warmer.
            for each in asked if number % 2 == 0 else reversed(asked):
                each.time_one()
        return [each.figures for each in asked]
    finally:
        gc.unfreeze()
        for each in asked:
            each.database.dispose()


def cold_lines(figures: Sequence[ColdFigures]) -> list[str]:
    """Give the figures as lines of text: milliseconds by the clock, and of CPU; the last column is a ratio of p50.

    It is to the smallest store of the same database. A database server's CPU time is not in it.
    """
    table = [("database", "bulletins", "channels", "fragments", "p50 ms", "p99 ms", "CPU p50", "x smallest")]
    least: dict[str, ColdFigures] = {}
    for found in sorted(figures, key=lambda each: (each.database, each.bulletins)):
        first = least.setdefault(found.database, found)
        for name, own, smallest in (("cold", found.cold, first.cold), ("warm", found.warm, first.warm)):
            p50, p99 = percentile(own.wall_ms, 0.5), percentile(own.wall_ms, 0.99)
            ratio = p50 / percentile(smallest.wall_ms, 0.5)
            who = (found.database, f"{found.bulletins:,}", f"{found.channels:,}", name)
            table.append((*who, f"{p50:.2f}", f"{p99:.2f}", f"{own.median_cpu_ms:.2f}", f"{ratio:.2f}"))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(str.rjust, row, widths)) for row in table]


def percentile(samples: Sequence[float], share: float) -> float:
    """Give the sample that `share` of all are not above."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class _Asked:
    """One store with two applications over it: one keeps fragments, the other keeps nothing."""

    def __init__(self, bulletins: int, url: str, seed: int) -> None:
        self.database = Database(url)
        self._random = Random(f"cold/{seed}")
        self._formats = cycle(Format)
        self._addresses: dict[tuple[str, Format], str] = {}
        with self.database.snapshot() as session:
            held = func.count().label("held")
            chosen = select(DbPlacement.selection_key, held).group_by(DbPlacement.selection_key)
            rows = session.execute(chosen.having(held >= ENTRIES).order_by(DbPlacement.selection_key)).all()
        self._keys: list[str] = [row.selection_key for row in rows]
        self._held: list[int] = [row.held for row in rows]
        if not self._keys:
            raise AssertionError(f"no channel of {url} holds {ENTRIES} bulletins")
        self.figures = ColdFigures("sqlite" if self.database.is_sqlite else "postgres", bulletins, len(rows))
        self._keeping_nothing, self._keeping_fragments = self._app(fragments_mb=0), self._app(fragments_mb=ROOM_MB)

    def _app(self, *, fragments_mb: int) -> Flask:
        settings = Settings(
            # No feed reads a file, so the folder may be any.
            data=Path(tempfile.gettempdir()),
            base_url=BASE_URL,
            site_name=SITE_NAME,
            entries=ENTRIES,
            fragments_mb=fragments_mb,
            shelf_mb=0,
        )
        return create_app(settings, database=self.database)

    def wake(self) -> None:
        """Get past what first requests cost."""
        for _ in range(WARM_UP_DOCUMENTS):
            self.time_one()
        self.figures.cold, self.figures.warm = Samples(), Samples()

    def time_one(self) -> None:
        """Time one document, cold and warm."""
        format = next(self._formats)
        address = self._address(self._draw(), format)
        cold = _timed(self._keeping_nothing, address, self.figures.cold)
        _timed(self._keeping_fragments, address, Samples())
        warm = _timed(self._keeping_fragments, address, self.figures.warm)
        if warm.body != cold.body:
            raise AssertionError(f"{address}: kept fragments make another document")
        held = len(_ENTRY[format].findall(decode(cold.body, cold.headers.get("content-encoding", "identity"))))
        if held < ENTRIES:
            raise AssertionError(f"{address} holds {held} entries")

    def _draw(self) -> str:
        if self._random.random() < 0.5:
            return self._random.choice(self._keys)
        return self._random.choices(self._keys, weights=self._held)[0]

    def _address(self, key: str, format: Format) -> str:
        known = self._addresses.get((key, format))
        if known is None:
            with self.database.snapshot() as session:
                path = path_of(session, Selection.from_key(key))
            known = Addresses(BASE_URL).feed(path, format).removeprefix(BASE_URL)
            self._addresses[key, format] = known
        return known


def _timed(app: Flask, address: str, samples: Samples) -> Answer:
    request = environ(address) | {"HTTP_ACCEPT_ENCODING": CODING}
    cpu, wall = time.process_time(), time.perf_counter()
    answer = ask(app, request)
    samples.wall_ms.append((time.perf_counter() - wall) * 1e3)
    samples.cpu_ms.append((time.process_time() - cpu) * 1e3)
    if answer.status != 200:
        raise AssertionError(f"{address} answered {answer.status}")
    return answer
