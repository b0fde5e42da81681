"""Measures how fast `bantin import portal` takes a folder of pages in: the whole command, without Python's own start.

Each run has a new store with the sample bodies, and a process of its own in which the folder comes twice: the second
time changes nothing. `python -m tests.bench.intake FOLDER` prints the seconds and outcomes of both.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from feeds.cli.main import main
from store import schema
from store.database import Database
from tests.support import pages

PROJECT = Path(__file__).resolve().parents[2]
OUTCOMES = ("added", "unchanged")

Place = Callable[[], AbstractContextManager[str]]
"""Makes the place of a new store and gives its URL."""


def measure_import(place: Place, *, count: int, seed: int, runs: int) -> dict[str, list[float]]:
    """Time `runs` imports; return pages a second by outcome."""
    rates: dict[str, list[float]] = {outcome: [] for outcome in OUTCOMES}
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        pages.write_pages(Path(folder) / "pages", count, seed=seed)
        for _ in range(runs):
            with place() as url:
                database = Database(url)
                schema.upgrade(database)
                pages.add_taxonomy(database)
                database.dispose()
                for outcome, done in zip(OUTCOMES, _import_twice(Path(folder), url), strict=True):
                    if done["outcomes"] != {outcome: count}:
                        raise AssertionError(f"{count} pages should be {outcome}, but are {done['outcomes']}")
                    rates[outcome].append(count / done["seconds"])
    return rates


def _import_twice(folder: Path, url: str) -> list[dict[str, Any]]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("BANTIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.intake", str(folder / "pages")],
        cwd=PROJECT,
        env=outside | {"BANTIN_DATABASE_URL": url, "BANTIN_DATA": str(folder)},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the import failed:\n{done.stderr.decode(errors='replace')}")
    answer: list[dict[str, Any]] = json.loads(done.stdout)
    return answer


def _import_once(folder: str) -> dict[str, Any]:
    said = io.StringIO()
    begun = time.perf_counter()
    # The command ends as commands do; what became of the pages says whether it went well.
    with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main(["import", "portal", folder, "--json"])
    seconds = time.perf_counter() - begun
    return {"seconds": seconds, "outcomes": Counter(result["outcome"] for result in json.loads(said.getvalue()))}


if __name__ == "__main__":
    print(json.dumps([_import_once(sys.argv[1]) for _ in OUTCOMES]))
