"""Measures how fast `bantin import portal` takes a folder of pages in: the whole command, in this process.

Each run has a new store with the sample bodies; then the same folder again, which changes nothing.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from feeds.cli.main import main
from store import schema
from store.database import Database
from tests.support import pages

Place = Callable[[], AbstractContextManager[str]]
"""Makes the place of a new store and gives its URL."""


def measure_import(place: Place, *, count: int, seed: int, runs: int) -> dict[str, list[float]]:
    """Time `runs` imports; return pages a second for `added` and for `unchanged`."""
    rates: dict[str, list[float]] = {"added": [], "unchanged": []}
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        pages.write_pages(Path(folder) / "pages", count, seed=seed)
        for _ in range(runs):
            with place() as url, _environment(BANTIN_DATA=folder, BANTIN_DATABASE_URL=url):
                database = Database(url)
                schema.upgrade(database)
                pages.add_taxonomy(database)
                database.dispose()
                for outcome, measured in rates.items():
                    measured.append(count / _import_seconds(Path(folder) / "pages", outcome, count))
    return rates


def _import_seconds(folder: Path, outcome: str, count: int) -> float:
    said = io.StringIO()
    begun = time.perf_counter()
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main(["import", "portal", str(folder), "--json"])
    seconds = time.perf_counter() - begun
    outcomes = Counter(result["outcome"] for result in json.loads(said.getvalue()))
    if outcomes != {outcome: count}:
        raise AssertionError(f"{count} pages should be {outcome}, but are {dict(outcomes)}")
    return seconds


@contextlib.contextmanager
def _environment(**settings: str) -> Iterator[None]:
    before = {name: value for name, value in os.environ.items() if name.startswith("BANTIN_")}
    for name in before:
        if not name.startswith("BANTIN_TEST_"):
            del os.environ[name]
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update(before)
