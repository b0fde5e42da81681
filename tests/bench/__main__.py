"""`python -m tests.bench`: cold feeds against plain feedgen, conditional requests, memory, and the import of pages."""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import corpus, ours, rival
from tests.bench.agreement import require_same_work
from tests.bench.intake import measure_import
from tests.bench.memory import footprint
from tests.bench.report import DatabaseFigures, Report
from tests.bench.timing import measure
from tests.support import stores

SEED = 20261122
LEAST_BULLETINS, LEAST_RUNS, USUAL_RUNS = 50, 7, 15
QUICK = {"bulletins": 60, "runs": 2, "pages": 8, "imports": 1, "memory_requests": 1, "memory_formats": 1}
USUAL = {"bulletins": 2_000, "runs": USUAL_RUNS, "pages": 500, "imports": 3, "memory_requests": 10, "memory_formats": 3}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the table to stdout and what is under way to stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    sizes = dict(QUICK if options.quick else USUAL)
    sizes |= {name: said for name in ("bulletins", "runs") if (said := getattr(options, name)) is not None}
    report = _measured(options, sizes, shlex.join(["python", "-m", "tests.bench", *given]))
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(report.json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that the benchmark works")
    parser.add_argument("--bulletins", type=_at_least(LEAST_BULLETINS), metavar="N", help="published bulletins")
    parser.add_argument("--runs", type=_at_least(LEAST_RUNS), metavar="N", help="measured runs of each request")
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
        figures.append(DatabaseFigures(database, times, footprints, imports))
    return Report(
        command=command,
        bulletins=sizes["bulletins"],
        pages=sizes["pages"],
        runs=sizes["runs"],
        sizes_bytes=documents,
        figures=tuple(figures),
    )


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
