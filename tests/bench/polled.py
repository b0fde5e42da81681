"""What is measured over the network, and on large stores: by part, figures of one table."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from tests.bench import corpus
from tests.bench.large import copied, large_store
from tests.bench.large.cold import ColdFigures, measure_cold, percentile
from tests.bench.large.keeping import COUNTS, DatabaseKind, has_large_store
from tests.bench.large.start import measure_start
from tests.bench.places import PLACES, databases, make_durable, say
from tests.bench.polling import (
    CHANNELS,
    Figure,
    measure_channels,
    measure_hot,
    measure_visible_on_one_host,
    measure_visible_on_two,
)

SEED = 20261122
SIZE_VARIABLE, USUAL_SIZE, QUICK_SIZE, LEAST_SIZE = "SIZE", 200_000, 60, 100
USUAL_RUNS, QUICK_RUNS = 9, 1
USUAL_SECONDS, QUICK_SECONDS = 3, 1
QUICK_CHANNELS = 20
USUAL_PUBLICATIONS, QUICK_PUBLICATIONS = 120, 3
USUAL_DOCUMENTS, QUICK_DOCUMENTS = 300, 4
START_RUNS = 7
KINDS: tuple[DatabaseKind, ...] = ("sqlite", "postgres")
MOST_GROWTH, MOST_WARM_P99_MS, MOST_COLD_P99_MS, MOST_START_SECONDS = 1.5, 5.0, 25.0, 2.0


def size_of(options: argparse.Namespace) -> int:
    """Give how many bulletins the large stores hold; raises SystemExit for a SIZE that is none."""
    if options.quick:
        return QUICK_SIZE
    said = os.environ.get(SIZE_VARIABLE, str(USUAL_SIZE))
    if not said.isdecimal() or int(said) < LEAST_SIZE:
        raise SystemExit(f"{SIZE_VARIABLE}={said} is no number from {LEAST_SIZE} up")
    return int(said)


def measure_hot_polls(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """Measure polls of one hot document."""
    runs, seconds = _runs(options), _seconds(options)
    say(f"hot polls, {runs} runs of {seconds} s in turns")
    with _store(options, "sqlite", size_of(options)) as url:
        return measure_hot(folder, url, runs=runs, seconds=seconds)


def measure_many_channels(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """Measure polls of thousands of channels while bulletins are published."""
    channels, runs, seconds = QUICK_CHANNELS if options.quick else CHANNELS, _runs(options), _seconds(options)
    say(f"{channels:,} channels, {runs} runs of {seconds} s in turns")
    with _store(options, "sqlite", size_of(options)) as url:
        return measure_channels(folder, url, channels=channels, runs=runs, seconds=seconds, seed=SEED)


def measure_visibility(options: argparse.Namespace, folder: Path) -> list[Figure]:
    """Measure how soon a publication shows: on one host with SQLite, on two servers with PostgreSQL."""
    publications = QUICK_PUBLICATIONS if options.quick else USUAL_PUBLICATIONS
    figures = []
    kinds: tuple[tuple[DatabaseKind, _Visible], ...] = (
        ("sqlite", measure_visible_on_one_host),
        ("postgres", measure_visible_on_two),
    )
    for database, measure in kinds:
        if database not in _kinds(options):
            continue
        say(f"{database}: {publications} publications, idle and saturated")
        with _store(options, database, size_of(options)) as url:
            if database == "postgres":
                make_durable(url)
            figures += measure(folder / database, url, publications=publications, seed=SEED)
    return figures


class _Visible(Protocol):
    def __call__(self, folder: Path, database_url: str, *, publications: int, seed: int) -> list[Figure]: ...


@contextmanager
def _store(options: argparse.Namespace, database: DatabaseKind, size: int) -> Iterator[str]:
    """Give the URL of a store that may be altered."""
    with _kept(options, database, size) as kept:
        if options.quick:
            yield kept
            return
        with copied(kept) as url:
            yield url


@contextmanager
def _kept(options: argparse.Namespace, database: DatabaseKind, size: int) -> Iterator[str]:
    """Give the URL of a store that nobody may alter; a small one is made another way, which is soon done."""
    if not options.quick:
        yield large_store(options.cache, count=size, database=database)
        return
    with PLACES[database][0](corpus.sqlite_store(options.cache, count=size, seed=SEED)) as url:
        yield url


def _runs(options: argparse.Namespace) -> int:
    return int(options.runs or (QUICK_RUNS if options.quick else USUAL_RUNS))


def _seconds(options: argparse.Namespace) -> int:
    return QUICK_SECONDS if options.quick else USUAL_SECONDS


def measure_cold_documents(options: argparse.Namespace, _: Path) -> list[Figure]:
    """Measure documents that nobody asked for before, in stores of several sizes."""
    documents, sizes = QUICK_DOCUMENTS if options.quick else USUAL_DOCUMENTS, _sizes(options)
    say(f"cold documents, {documents} of each store, in turns")
    with ExitStack() as stack:
        asked = [
            (size, stack.enter_context(_kept(options, database, size)))
            for database in _kinds(options)
            for size in sizes[database]
        ]
        return [figure for found in _by_database(measure_cold(asked, documents=documents)) for figure in found]


def measure_starts(options: argparse.Namespace, _: Path) -> list[Figure]:
    """Measure how long a server takes to its first answer, on the largest store that there is."""
    size, runs = max(_sizes(options).get("sqlite", [size_of(options)])), QUICK_RUNS if options.quick else START_RUNS
    say(f"start on {size:,} bulletins, {runs} runs in turns")
    with _kept(options, "sqlite", size) as url:
        found = measure_start(url, runs=runs)
    name = f"start to first answered poll, {size:,} bulletins"
    return [Figure(name, "s", found.ours, "nothing", found.idle, limit=MOST_START_SECONDS, digits=2)]


def _by_database(measured: Sequence[ColdFigures]) -> Iterator[list[Figure]]:
    smallest: dict[str, ColdFigures] = {}
    for found in sorted(measured, key=lambda each: (each.database, each.bulletins)):
        first = smallest.setdefault(found.database, found)
        for kept, samples, least, limit in (
            ("warm", found.warm, first.warm, MOST_WARM_P99_MS),
            ("cold", found.cold, first.cold, MOST_COLD_P99_MS),
        ):
            name = f"cold document, fragments {kept}, {found.database}, {found.bulletins:,}"
            p50 = Figure(f"{name}: p50", "ms", tuple(samples.wall_ms), digits=2)
            if found is not first:
                p50 = replace(
                    p50,
                    rival=f"{first.bulletins:,}",
                    theirs=tuple(least.wall_ms),
                    target=MOST_GROWTH,
                    is_less_better=True,
                    is_in_turns=False,
                )
            yield [p50, Figure(f"{name}: p99", "ms", (percentile(samples.wall_ms, 0.99),), limit=limit, digits=2)]


def _sizes(options: argparse.Namespace) -> dict[DatabaseKind, list[int]]:
    """Give the sizes to compare, by database: the smallest, the usual, and the large one where it is made."""
    if options.quick:
        return {database: [QUICK_SIZE] for database in _kinds(options)}
    size = size_of(options)
    return {
        database: sorted(
            {COUNTS[0], size}
            | {c for c in COUNTS if c > size and has_large_store(options.cache, count=c, database=database)}
        )
        for database in _kinds(options)
    }


def _kinds(options: argparse.Namespace) -> list[DatabaseKind]:
    found = databases(options.database)
    return [database for database in KINDS if database in found]


Part = Callable[[argparse.Namespace, Path], list[Figure]]
PARTS: dict[str, Part] = {
    "hot": measure_hot_polls,
    "channels": measure_many_channels,
    "visible": measure_visibility,
    "cold": measure_cold_documents,
    "start": measure_starts,
}
NEED_PROGRAMS = frozenset({"hot", "channels", "visible"})
"""Parts that need wrk and nginx."""


def measured(options: argparse.Namespace, part: str) -> list[Figure]:
    """Measure one part, in a folder of its own that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        return PARTS[part](options, Path(folder))
