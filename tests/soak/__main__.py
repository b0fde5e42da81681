"""`python -m tests.soak`: an import that is killed at random moments must end in the same store as one that is not."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.soak.kills import Summary, soak
from tests.support import stores


def main(arguments: Sequence[str] | None = None) -> int:
    """Run on each database asked for; return 0 when all is well, 1 for a difference."""
    options = _parser().parse_args(arguments)
    missing = stores.postgres_missing() if options.database != "sqlite" else None
    databases = ["sqlite", "postgres"] if options.database in {None, "both"} else [options.database]
    if missing and options.database is not None:
        print(f"no PostgreSQL: {missing}", file=sys.stderr)
        return 2
    if missing:
        _say(f"PostgreSQL is left out: {missing}")
        databases.remove("postgres")
    failed = False
    for database in databases:
        with tempfile.TemporaryDirectory(prefix="bantin-soak-") as folder:
            try:
                done = soak(
                    database,
                    Path(folder),
                    kills=options.kills,
                    count=options.pages,
                    seed=options.seed,
                    say=_say,
                )
            except AssertionError as difference:
                failed = True
                _say(f"{database}: FAILED (seed {options.seed}): {difference}")
            else:
                _say(_summary(done))
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--kills", type=_count, default=20, metavar="N", help="default: %(default)s")
    parser.add_argument("--pages", type=_count, default=2_000, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another one, other moments; default: 1")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), help="default: all that answer")
    return parser


def _count(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise argparse.ArgumentTypeError(f"{value} is no number from 1 up")
    return int(value)


def _summary(done: Summary) -> str:
    return (
        f"{done.database}: passed; {done.pages} pages, {len(done.kills)} kills with "
        f"{', '.join(map(str, done.kills)) or 'no'} bulletins stored, "
        f"{done.documents} documents equal, {done.seconds:.0f} s"
    )


def _say(message: str) -> None:
    print(message, flush=True)


if __name__ == "__main__":
    sys.exit(main())
