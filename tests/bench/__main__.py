"""`python -m tests.bench`: feeds against plain feedgen, conditional requests, memory, pages, a reform, photos."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import corpus, ours, rival
from tests.bench.agreement import require_same_work
from tests.bench.fragments import measure_fragments
from tests.bench.intake import measure_import
from tests.bench.memory import footprint
from tests.bench.photos import PhotoFigures, measure_photos
from tests.bench.reorganisation import Reform, measure_reform
from tests.bench.report import DatabaseFigures, Report, fragment_lines
from tests.bench.search import SearchFigures, measure_search
from tests.bench.search import table as search_table
from tests.bench.timing import measure
from tests.support import stores

SEED = 20261122
LEAST_BULLETINS, LEAST_RUNS, USUAL_RUNS = 50, 7, 15
QUICK = {"bulletins": 60, "runs": 2, "pages": 8, "imports": 1, "memory_requests": 1, "memory_formats": 1}
QUICK_PHOTOS = {"count": 1, "runs": 1}
QUICK_REFORM = {"bulletins": 60, "renames": 30, "mergers": 6}
USUAL = {"bulletins": 2_000, "runs": USUAL_RUNS, "pages": 500, "imports": 3, "memory_requests": 10, "memory_formats": 3}
USUAL_PHOTOS = {"count": 12, "runs": 5}
QUICK_SEARCH = {"count": 60, "runs": 2}
SEARCHED = 100_000
USUAL_SEARCH = {"count": SEARCHED, "runs": 40}
USUAL_REFORM = {"bulletins": 20_000, "renames": 1_000, "mergers": 200}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table to stdout and what is under way to stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    sizes = dict(QUICK if options.quick else USUAL)
    sizes |= {name: said for name in ("bulletins", "runs") if (said := getattr(options, name)) is not None}
    if options.search:
        print(search_table(shlex.join(["python", "-m", "tests.bench", *given]), _searches(options)))
        return
    if options.fragments:
        print("\n".join(_fragments(options, sizes)))
        return
    report = _measured(options, sizes, shlex.join(["python", "-m", "tests.bench", *given]))
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(report.json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that the benchmark works")
    parser.add_argument("--bulletins", type=_at_least(LEAST_BULLETINS), metavar="N", help="published bulletins")
    parser.add_argument("--runs", type=_at_least(LEAST_RUNS), metavar="N", help="measured runs of each request")
    parser.add_argument("--search", action="store_true", help="searches alone, of SIZE bulletins (environment)")
    parser.add_argument("--fragments", action="store_true", help="documents of kept and of fresh fragments alone")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), help="default: all that answer")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every sample to this file")
    parser.add_argument(
        "--cache", type=Path, default=corpus.cache_folder(), metavar="DIR", help="keep made stores here"
    )
    return parser


def _at_least(least: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isdecimal() or int(value) < least:
            raise argparse.ArgumentTypeError(f"{value} is no number from {least} up")
        return int(value)

    return parse


def _measured(options: argparse.Namespace, sizes: dict[str, int], command: str) -> Report:
    _say(f"store of {sizes['bulletins']:,} bulletins (made once, kept in {options.cache})")
    store = corpus.sqlite_store(options.cache, count=sizes["bulletins"], seed=SEED)
    figures = []
    documents: dict[str, dict[str, int]] = {}
    for database in _databases(options.database):
        filled, empty = PLACES[database]
        with filled(store) as url:
            _say(f"{database}: both applications say the same")
            own, plain = ours.contender(url), rival.contender(url)
            documents = require_same_work(own, plain)
            _say(f"{database}: {sizes['runs']} runs of each request")
            times = measure((own, plain), runs=sizes["runs"])
            own.dispose()
            plain.dispose()
            _say(f"{database}: documents of fragments, {sizes['runs']} runs each")
            fragments = measure_fragments(url, runs=sizes["runs"])
            _say(f"{database}: memory")
            footprints = {
                (contender.name, document_format): footprint(
                    module, url, document_format, requests=sizes["memory_requests"]
                )
                for module, contender in (("ours", own), ("rival", plain))
                for document_format in contender.formats[: sizes["memory_formats"]]
            }
        _say(f"{database}: import of {sizes['pages']} pages")
        imports = measure_import(empty, count=sizes["pages"], seed=SEED, runs=sizes["imports"])
        reform = _reform(options, filled, database)
        figures.append(DatabaseFigures(database, times, footprints, imports, reform, fragments))
    return Report(
        command=command,
        bulletins=sizes["bulletins"],
        pages=sizes["pages"],
        runs=sizes["runs"],
        sizes_bytes=documents,
        figures=tuple(figures),
        photos=_photos(options),
    )


def _searches(options: argparse.Namespace) -> list[SearchFigures]:
    sizes = QUICK_SEARCH if options.quick else {**USUAL_SEARCH, "count": int(os.environ.get("SIZE", SEARCHED))}
    figures = []
    for database in _databases(options.database):
        _say(f"{database}: searches in {sizes['count']:,} bulletins")
        with PLACES[database][1]() as url:
            figures.append(measure_search(url, **sizes, seed=SEED))
    return figures


def _fragments(options: argparse.Namespace, sizes: dict[str, int]) -> Iterator[str]:
    store = corpus.sqlite_store(options.cache, count=sizes["bulletins"], seed=SEED)
    yield f"{sizes['bulletins']:,} bulletins, {sizes['runs']} runs in turns: medians"
    for database in _databases(options.database):
        with PLACES[database][0](store) as url:
            yield from ("", *fragment_lines(database, measure_fragments(url, runs=sizes["runs"])))


def _photos(options: argparse.Namespace) -> dict[str, PhotoFigures]:
    sizes = QUICK_PHOTOS if options.quick else USUAL_PHOTOS
    _say(f"intake of {sizes['count']} photos, {sizes['runs']} times each")
    return {
        kind: measure_photos(**sizes, seed=SEED, turned=turned)
        for kind, turned in (("upright", False), ("lying on its side", True))
    }


def _reform(options: argparse.Namespace, filled: Filled, database: str) -> Reform:
    sizes = QUICK_REFORM if options.quick else USUAL_REFORM
    count = sizes["bulletins"]
    _say(f"{database}: {sizes['renames']:,} renames and {sizes['mergers']:,} mergers on {count:,} bulletins")
    store = corpus.sqlite_store(options.cache, count=count, seed=SEED)
    with filled(store) as url, tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        return measure_reform(url, Path(folder), renames=sizes["renames"], mergers=sizes["mergers"], seed=SEED)


def _databases(chosen: str | None) -> list[str]:
    missing = stores.postgres_missing() if chosen != "sqlite" else ""
    if missing and chosen is not None:
        raise SystemExit(f"no PostgreSQL: {missing}")
    if missing:
        _say(f"PostgreSQL is left out: {missing}")
    found = {None: ["sqlite", "postgres"], "both": ["sqlite", "postgres"]}.get(chosen, [chosen or "sqlite"])
    return [database for database in found if database != "postgres" or not missing]


@contextmanager
def _empty_sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        yield f"sqlite:///{folder}/bantin.sqlite"


@contextmanager
def _empty_postgres() -> Iterator[str]:
    url = stores.empty_postgres_url()
    try:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            # Tests do without durability; a figure for users must not.
            name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} RESET synchronous_commit"))
        engine.dispose()
        yield url
    finally:
        stores.drop_postgres(url)


Filled = Callable[[Path], AbstractContextManager[str]]
Empty = Callable[[], AbstractContextManager[str]]
PLACES: dict[str, tuple[Filled, Empty]] = {
    "sqlite": (corpus.copied_sqlite, _empty_sqlite),
    "postgres": (corpus.copied_postgres, _empty_postgres),
}


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
