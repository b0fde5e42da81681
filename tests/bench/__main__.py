"""`python -m tests.bench`: every figure beside its rival, in one run and one table; parts of it with `--only`."""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench import corpus, in_process, polled
from tests.bench.places import say
from tests.bench.polling import SHAPE, Figure, missing, rows
from tests.bench.report import aligned, machine
from tests.bench.search import table as search_table

LEAST_BULLETINS, LEAST_RUNS = 50, 7
BUSY_LOAD = 0.7
"""A machine with more other work than this gives no fair figures of answers a second."""
PLAIN, FRAGMENTS, SEARCH = "plain", "fragments", "search"
PARTS = (*polled.PARTS, PLAIN, FRAGMENTS, SEARCH)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print the tables to stdout and what is under way to stderr."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    options = _parser().parse_args(given)
    parts: tuple[str, ...] = options.only
    lacking = missing() if polled.NEED_PROGRAMS & set(parts) else None
    if lacking:
        raise SystemExit(f"{lacking}; without it: --only {','.join(p for p in PARTS if p not in polled.NEED_PROGRAMS)}")
    command = shlex.join(["python", "-m", "tests.bench", *given])
    found: dict[str, Any] = {"command": command, "machine": machine(), "size": polled.size_of(options), "figures": []}
    print(f"$ {command}\n{machine()}", flush=True)
    load = os.getloadavg()[0]
    figures = _figures(options, [part for part in polled.PARTS if part in parts])
    if figures:
        print("\n".join(("", *_head(options, load), *aligned(rows(figures)))), flush=True)
        found["figures"] = [figure.json() for figure in figures]
    for part in parts:
        if part in _SECTIONS:
            text, found[part] = _SECTIONS[part](options)
            print(f"\n{text}", flush=True)
    if options.json:
        options.json.write_text(json.dumps(found, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def _figures(options: argparse.Namespace, parts: Sequence[str]) -> list[Figure]:
    figures = []
    for part in parts:
        begun = time.monotonic()
        figures += polled.measured(options, part)
        say(f"{part}: {time.monotonic() - begun:.0f} s")
    return figures


def _head(options: argparse.Namespace, load: float) -> tuple[str, ...]:
    busy = (
        (f"BUSY: load {load:.1f} of other work before the first figure; who has most processes is given most of it",)
        if load > BUSY_LOAD
        else ()
    )
    return (
        *busy,
        f"{polled.size_of(options):,} bulletins; 2 workers each; one document: {SHAPE}, client on the same machine; "
        "medians [least – most] of runs in turns; ratio: bantin / rival, turn by turn",
    )


def _plain(options: argparse.Namespace) -> tuple[str, Any]:
    report = in_process.measure_plain(options)
    return report.table(), report.json()


def _fragments(options: argparse.Namespace) -> tuple[str, Any]:
    lines = list(in_process.iter_fragment_lines(options))
    return "\n".join(lines), lines


def _search(options: argparse.Namespace) -> tuple[str, Any]:
    figures = in_process.measure_searches(options)
    return search_table(figures), [asdict(each) for each in figures]


_SECTIONS: dict[str, Callable[[argparse.Namespace], tuple[str, Any]]] = {
    PLAIN: _plain,
    FRAGMENTS: _fragments,
    SEARCH: _search,
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that the benchmark works")
    parser.add_argument(
        "--only",
        type=_parts,
        # What `plain` says of fragments it says of the same store.
        default=tuple(part for part in PARTS if part != FRAGMENTS),
        metavar="PART,...",
        help=f"of {', '.join(PARTS)}; default: all, fragments within plain",
    )
    parser.add_argument("--bulletins", type=_at_least(LEAST_BULLETINS), metavar="N", help="bulletins of `plain`")
    parser.add_argument("--runs", type=_at_least(LEAST_RUNS), metavar="N", help="measured runs of each request")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), help="default: all that answer")
    parser.add_argument("--json", type=Path, metavar="PATH", help="write every sample to this file")
    parser.add_argument(
        "--cache", type=Path, default=corpus.cache_folder(), metavar="DIR", help="keep made stores here"
    )
    return parser


def _parts(value: str) -> tuple[str, ...]:
    chosen = value.split(",")
    for part in chosen:
        if part not in PARTS:
            raise argparse.ArgumentTypeError(f"{part} is none of {', '.join(PARTS)}")
    return tuple(part for part in PARTS if part in chosen)


def _at_least(least: int) -> Callable[[str], int]:
    def parse(value: str) -> int:
        if not value.isdecimal() or int(value) < least:
            raise argparse.ArgumentTypeError(f"{value} is no number from {least} up")
        return int(value)

    return parse


if __name__ == "__main__":
    main()
