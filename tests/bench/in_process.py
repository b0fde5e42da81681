"""What is measured within a process, without a network: documents, memory, imports, a reform, photos, searches."""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import corpus, ours, rival
from tests.bench.agreement import require_same_work
from tests.bench.fragments import measure_fragments
from tests.bench.intake import measure_import
from tests.bench.memory import footprint
from tests.bench.photos import PhotoFigures, measure_photos
from tests.bench.places import PLACES, Filled, databases, say
from tests.bench.reorganisation import Reform, measure_reform
from tests.bench.report import DatabaseFigures, Report, fragment_lines
from tests.bench.search import SearchFigures, measure_search
from tests.bench.timing import measure

SEED = 20261122
USUAL_RUNS = 15
QUICK = {"bulletins": 60, "runs": 2, "pages": 8, "imports": 1, "memory_requests": 1, "memory_formats": 1}
QUICK_PHOTOS = {"count": 1, "runs": 1}
QUICK_REFORM = {"bulletins": 60, "renames": 30, "mergers": 6}
USUAL = {"bulletins": 2_000, "runs": USUAL_RUNS, "pages": 500, "imports": 3, "memory_requests": 10, "memory_formats": 3}
USUAL_PHOTOS = {"count": 12, "runs": 5}
QUICK_SEARCH = {"count": 60, "runs": 2}
SEARCHED = 100_000
USUAL_SEARCH = {"count": SEARCHED, "runs": 40}
USUAL_REFORM = {"bulletins": 20_000, "renames": 1_000, "mergers": 200}


def measure_plain(options: argparse.Namespace) -> Report:
    """Measure ours against plain feedgen and Flask, fragments, memory, imports, a reform and photos."""
    sizes = _sizes(options)
    say(f"store of {sizes['bulletins']:,} bulletins (made once, kept in {options.cache})")
    store = corpus.sqlite_store(options.cache, count=sizes["bulletins"], seed=SEED)
    figures = []
    documents: dict[str, dict[str, int]] = {}
    for database in databases(options.database):
        filled, empty = PLACES[database]
        with filled(store) as url:
            say(f"{database}: both applications say the same")
            own, plain = ours.contender(url), rival.contender(url)
            documents = require_same_work(own, plain)
            say(f"{database}: {sizes['runs']} runs of each request")
            times = measure((own, plain), runs=sizes["runs"])
            own.dispose()
            plain.dispose()
            say(f"{database}: documents of fragments, {sizes['runs']} runs each")
            fragments = measure_fragments(url, runs=sizes["runs"])
            say(f"{database}: memory")
            footprints = {
                (contender.name, document_format): footprint(
                    module, url, document_format, requests=sizes["memory_requests"]
                )
                for module, contender in (("ours", own), ("rival", plain))
                for document_format in contender.formats[: sizes["memory_formats"]]
            }
        say(f"{database}: import of {sizes['pages']} pages")
        imports = measure_import(empty, count=sizes["pages"], seed=SEED, runs=sizes["imports"])
        reform = _reform(options, filled, database)
        figures.append(DatabaseFigures(database, times, footprints, imports, reform, fragments))
    return Report(
        bulletins=sizes["bulletins"],
        pages=sizes["pages"],
        runs=sizes["runs"],
        sizes_bytes=documents,
        figures=tuple(figures),
        photos=_photos(options),
    )


def measure_searches(options: argparse.Namespace) -> list[SearchFigures]:
    """Measure searches in a store of SIZE bulletins (environment), by database."""
    sizes = QUICK_SEARCH if options.quick else {**USUAL_SEARCH, "count": int(os.environ.get("SIZE", SEARCHED))}
    figures = []
    for database in databases(options.database):
        say(f"{database}: searches in {sizes['count']:,} bulletins")
        with PLACES[database][1]() as url:
            figures.append(measure_search(url, **sizes, seed=SEED))
    return figures


def iter_fragment_lines(options: argparse.Namespace) -> Iterator[str]:
    """Measure documents of kept and of fresh fragments alone; yield the lines of their table."""
    sizes = _sizes(options)
    store = corpus.sqlite_store(options.cache, count=sizes["bulletins"], seed=SEED)
    yield f"{sizes['bulletins']:,} bulletins, {sizes['runs']} runs in turns: medians"
    for database in databases(options.database):
        with PLACES[database][0](store) as url:
            yield from ("", *fragment_lines(database, measure_fragments(url, runs=sizes["runs"])))


def _sizes(options: argparse.Namespace) -> dict[str, int]:
    said = {name: value for name in ("bulletins", "runs") if (value := getattr(options, name)) is not None}
    return {**(QUICK if options.quick else USUAL), **said}


def _photos(options: argparse.Namespace) -> dict[str, PhotoFigures]:
    sizes = QUICK_PHOTOS if options.quick else USUAL_PHOTOS
    say(f"intake of {sizes['count']} photos, {sizes['runs']} times each")
    return {
        kind: measure_photos(**sizes, seed=SEED, turned=turned)
        for kind, turned in (("upright", False), ("lying on its side", True))
    }


def _reform(options: argparse.Namespace, filled: Filled, database: str) -> Reform:
    sizes = QUICK_REFORM if options.quick else USUAL_REFORM
    count = sizes["bulletins"]
    say(f"{database}: {sizes['renames']:,} renames and {sizes['mergers']:,} mergers on {count:,} bulletins")
    store = corpus.sqlite_store(options.cache, count=count, seed=SEED)
    with filled(store) as url, tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        return measure_reform(url, Path(folder), renames=sizes["renames"], mergers=sizes["mergers"], seed=SEED)
