"""`python -m tests.soak`: imports, writers and takings of photos killed at random moments; lives and walks at length.

What is left must be what an undisturbed run leaves, or what the killed ones said they had done. And polls at length, in
trouble of every kind: what is answered must be what was committed.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.soak import kills, lives, photos, polling, walking
from tests.support import private_servers, s3, stores

KILLS = "default: 20 of the import, 32 of the writers, 100 of those who take photos in (to S3, 3 of 10 of that)"
MACHINE = "tests.feeds.test_life_machine"
Soak = Callable[[argparse.Namespace, str, Path], str]
"""Runs one kind of soak on one database in a new folder and gives its summary; AssertionError for a difference."""


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
    for name, soak in SOAKS.items():
        for database in databases if options.only in {None, name} else []:
            with tempfile.TemporaryDirectory(prefix="bantin-soak-") as folder:
                try:
                    _say(f"{database}: {name} {soak(options, database, Path(folder))}")
                except AssertionError as difference:
                    failed = True
                    _say(f"{database}: {name} FAILED (seed {options.seed}): {difference}")
    return 1 if failed else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--only", choices=tuple(SOAKS), help="default: all of them, one after another")
    parser.add_argument("--kills", type=_count, metavar="N", help=KILLS)
    parser.add_argument("--pages", type=_count, default=2_000, metavar="N", help="to import; default: %(default)s")
    parser.add_argument("--operations", type=_count, default=1_000, metavar="N", help="to write; default: %(default)s")
    parser.add_argument("--bulletins", type=_count, default=20_000, metavar="N", help="to walk; default: %(default)s")
    parser.add_argument("--examples", type=_count, default=200, metavar="N", help="to live; default: %(default)s")
    parser.add_argument("--steps", type=_count, default=60, metavar="N", help="in an example; default: %(default)s")
    parser.add_argument("--seconds", type=_count, default=240, metavar="N", help="to poll; default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another one, other moments; default: 1")
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), help="default: all that answer")
    return parser


def _count(value: str) -> int:
    if not value.isdecimal() or not int(value):
        raise argparse.ArgumentTypeError(f"{value} is no number from 1 up")
    return int(value)


def _import(options: argparse.Namespace, database: str, folder: Path) -> str:
    asked = options.kills or 20
    done = kills.soak(database, folder, kills=asked, count=options.pages, seed=options.seed, say=_say)
    return (
        f"passed; {done.pages} pages, {len(done.kills)} kills with "
        f"{', '.join(map(str, done.kills)) or 'no'} bulletins stored, "
        f"{done.documents} documents equal, {done.seconds:.0f} s"
    )


def _lives(options: argparse.Namespace, database: str, folder: Path) -> str:
    asked = options.kills or 32
    done = lives.live(database, folder, operations=options.operations, kills=asked, seed=options.seed, say=_say)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.kinds.items()))
    return (
        f"passed; {done.acknowledged} operations acknowledged ({kinds}), {done.refused} refused, {done.kills} kills "
        f"and one of all four, {done.in_doubt} of them within an operation, {done.kept} of those after its commit; "
        f"{done.bulletins} bulletins, {done.expunged} expunged, {done.editions} editions, "
        f"{done.documents} documents, {done.seconds:.0f} s"
    )


def _photos(options: argparse.Namespace, database: str, folder: Path) -> str:
    asked = options.kills or 100
    disk, bucket = folder / "disk", folder / "s3"

    def say(message: str) -> None:
        _say(f"{database}: {message}")

    said = _killed(photos.survive_on_disk(database, disk, kills=asked, seed=options.seed, say=say))
    missing = s3.s3_missing()
    if missing:
        _say(f"S3 is left out: {missing}")
        return f"passed on disk alone; {said}"
    server = s3.S3Server()
    try:
        done = photos.survive_on_s3(database, bucket, server, kills=max(3 * asked // 10, 1), seed=options.seed, say=say)
    finally:
        server.end()
    return f"passed; on disk {said}; on S3 {_killed(done)}"


def _killed(done: photos.Summary) -> str:
    return (
        f"{done.kills} kills, {done.before} before anything was kept, {done.between} between files and commit, "
        f"{done.after} after it; {done.unfinished} unfinished files and {done.orphans} orphans removed, "
        f"{done.acknowledged} takings acknowledged, {done.addresses} addresses, {done.polls} polls and "
        f"{done.fetched} files read meanwhile, {done.seconds:.0f} s"
    )


def _machine(options: argparse.Namespace, database: str, _folder: Path) -> str:
    importlib.import_module(MACHINE).run_machine(database, options.examples, options.steps)
    return f"passed; {options.examples} examples of up to {options.steps} steps"


def _walking(options: argparse.Namespace, database: str, folder: Path) -> str:
    done = walking.soak(
        database, folder, count=options.bulletins, operations=options.operations, seed=options.seed, say=_say
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.acts.items()))
    return (
        f"passed; {done.bulletins} bulletins, {kinds}; {len(walking.CHANNELS)} channels polled {done.polls} times, "
        f"{done.documents} documents read, {done.archives} of them archives, {done.seconds:.0f} s of CPU"
    )


def _polling(options: argparse.Namespace, database: str, folder: Path) -> str:
    missing = private_servers.private_postgres_missing() if database == "postgres" else None
    if missing:
        return f"left out: {missing}"
    done = polling.soak(database, folder, seconds=options.seconds, seed=options.seed, say=_say)
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(done.troubles.items()))
    answered = ", ".join(f"{count} {kind}" for kind, count in sorted(done.counts.items()))
    return (
        f"passed (seed {options.seed}); {done.polls} polls ({answered}) during {done.acts} acts; {kinds}; none torn, "
        f"the stalest by {done.stalest_seconds:.2f} s; p99 {1000 * done.p99_seconds:.0f} ms, "
        f"{1000 * done.hogged_seconds:+.0f} ms by idle connections, a hot poll without the database "
        f"{1000 * done.away_seconds:.0f} ms at most"
    )


SOAKS: dict[str, Soak] = {
    "import": _import,
    "lives": _lives,
    "photos": _photos,
    "machine": _machine,
    "walking": _walking,
    "polling": _polling,
}


def _say(message: str) -> None:
    print(message, flush=True)


if __name__ == "__main__":
    sys.exit(main())
