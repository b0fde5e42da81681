"""Measures a document of 50 entries, from the store to its bytes: no fragment kept, all kept, and plain feedgen.

All three run in turns in one process, without HTTP around them, on the same rows; each begins with the look-up of what
is newest. The same is measured without reading, from values in hand: there plain feedgen has its rows, and Bantin its
entries.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine, create_engine

from feeds.addresses import SelectionPath
from feeds.channels import find_selection, prepare
from feeds.documents.fragments import join, render_fragments
from feeds.documents.model import Format
from feeds.fragment_cache import FragmentCache
from feeds.settings import Settings
from store.database import Database
from tests.bench import rival
from tests.bench.asking import BASE_URL, ENTRIES, SITE_NAME
from tests.bench.timing import WARM_UP_RUNS, Samples
from tests.support.entries import entries_of

COLD, WARM, RIVAL = "none kept", "all kept", "feedgen"
WHOLE, RENDERING = "read and rendered", "rendered alone"
ROOM_BYTES = 64 * 1024 * 1024

Measured = Mapping[tuple[str, str], Mapping[str, Samples]]
"""By what was measured and format, the samples of each contender."""


@dataclass(frozen=True)
class FragmentFigures:
    """What documents took, and how much their fragments take in memory, in bytes."""

    times: Measured
    kept_bytes: int
    fragments: int


def measure_fragments(url: str, *, runs: int) -> FragmentFigures:
    """Time every contender `runs` times for each format, in turns."""
    database, engine = Database(url), create_engine(url)
    settings = Settings(data=Path(), base_url=BASE_URL, site_name=SITE_NAME, database_url=url, entries=ENTRIES)
    kept = FragmentCache(ROOM_BYTES)
    try:
        works: dict[tuple[str, str], dict[str, Callable[[], bytes]]] = {}
        for format in Format:
            works[WHOLE, format.value] = _from_the_store(database, settings, format, kept)
            works[RENDERING, format.value] = _from_values(database, settings, format)
            if format is not Format.JSON:
                works[WHOLE, format.value][RIVAL] = _rival_from_the_store(engine, format)
                works[RENDERING, format.value][RIVAL] = _rival_from_values(engine, format)
        return FragmentFigures(_in_turns(works, runs), kept.size_bytes, len(kept))
    finally:
        database.dispose()
        engine.dispose()


def _from_the_store(
    database: Database, settings: Settings, format: Format, kept: FragmentCache
) -> dict[str, Callable[[], bytes]]:
    def document(cache: FragmentCache) -> bytes:
        with database.snapshot() as session:
            resolved = find_selection(session, SelectionPath())
            if resolved is None:
                raise AssertionError("there is no channel of everything")
            return prepare(session, resolved, settings).render(session, format, settings, cache).document

    if document(kept) != document(kept):
        raise AssertionError(f"{format}: kept fragments make another document")
    return {COLD: lambda: document(FragmentCache(ROOM_BYTES)), WARM: lambda: document(kept)}


def _from_values(database: Database, settings: Settings, format: Format) -> dict[str, Callable[[], bytes]]:
    with database.snapshot() as session:
        resolved = find_selection(session, SelectionPath())
        if resolved is None:
            raise AssertionError("there is no channel of everything")
        prepared = prepare(session, resolved, settings)
        entries = entries_of(session, prepared.window, settings)
    channel = prepared.channel
    fragments = render_fragments(format, channel, entries)
    return {
        COLD: lambda: join(format, channel, render_fragments(format, channel, entries)),
        WARM: lambda: join(format, channel, fragments),
    }


def _rival_from_the_store(engine: Engine, format: Format) -> Callable[[], bytes]:
    return lambda: rival.document(engine, BASE_URL, SITE_NAME, format.value)


def _rival_from_values(engine: Engine, format: Format) -> Callable[[], bytes]:
    with engine.connect() as connection:
        news = rival.read(connection)
    return lambda: rival.rendered(news, BASE_URL, SITE_NAME, format.value)


def _in_turns(works: Mapping[tuple[str, str], Mapping[str, Callable[[], bytes]]], runs: int) -> Measured:
    measured = {work: {name: Samples() for name in contenders} for work, contenders in works.items()}
    for run in range(-WARM_UP_RUNS, runs):
        for work, contenders in works.items():
            # Who begins changes with every run: what follows finds the processor's caches warmer.
            for name in list(contenders)[:: 1 if run % 2 == 0 else -1]:
                gc.collect()
                cpu, wall = time.process_time(), time.perf_counter()
                contenders[name]()
                wall_ms, cpu_ms = (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3
                if run >= 0:
                    measured[work][name].wall_ms.append(wall_ms)
                    measured[work][name].cpu_ms.append(cpu_ms)
    return measured
