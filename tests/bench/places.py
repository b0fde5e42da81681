"""Where stores for a measurement are made: on which databases, empty or copied from one that is kept."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

from tests.bench import corpus
from tests.support import stores

Filled = Callable[[Path], AbstractContextManager[str]]
Empty = Callable[[], AbstractContextManager[str]]


def databases(chosen: str | None) -> list[str]:
    """Name the databases to measure: those chosen, or all that answer. Raises SystemExit where the chosen does not."""
    absent = stores.postgres_missing() if chosen != "sqlite" else ""
    if absent and chosen is not None:
        raise SystemExit(f"no PostgreSQL: {absent}")
    if absent:
        say(f"PostgreSQL is left out: {absent}")
    found = {None: ["sqlite", "postgres"], "both": ["sqlite", "postgres"]}.get(chosen, [chosen or "sqlite"])
    return [database for database in found if database != "postgres" or not absent]


def say(message: str) -> None:
    """Say what is under way, on stderr."""
    print(message, file=sys.stderr, flush=True)


@contextmanager
def _empty_sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        yield f"sqlite:///{folder}/bantin.sqlite"


@contextmanager
def _empty_postgres() -> Iterator[str]:
    url = stores.empty_postgres_url()
    try:
        make_durable(url)
        yield url
    finally:
        stores.drop_postgres(url)


def make_durable(url: str) -> None:
    """Have a database keep what it says is committed: tests do without, a figure for users must not."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            name = connection.execute(text("SELECT quote_ident(current_database())")).scalar_one()
            connection.execute(text(f"ALTER DATABASE {name} RESET synchronous_commit"))
    finally:
        engine.dispose()


PLACES: dict[str, tuple[Filled, Empty]] = {
    "sqlite": (corpus.copied_sqlite, _empty_sqlite),
    "postgres": (corpus.copied_postgres, _empty_postgres),
}
"""By database: how to give a copy of a kept store, and how to give an empty database."""
