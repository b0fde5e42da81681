"""Makes the stores of a soak run: each fresh, all equal, with a fixed id and the sample bodies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from store import schema
from store.database import Database
from tests.support import pages, stores

Prepare = Callable[[Path], AbstractContextManager[str]]


@contextmanager
def sqlite(folder: Path) -> Iterator[str]:
    """Give the URL of a prepared store in `folder`, which must be new."""
    folder.mkdir(parents=True)
    url = f"sqlite:///{folder}/bantin.sqlite"
    _prepare(url)
    yield url


@contextmanager
def postgres(_folder: Path) -> Iterator[str]:
    """Give the URL of a prepared store in a database of its own, dropped at the end."""
    url = stores.empty_postgres_url()
    try:
        _prepare(url)
        yield url
    finally:
        stores.drop_postgres(url)


PREPARE: dict[str, Prepare] = {"sqlite": sqlite, "postgres": postgres}


def _prepare(url: str) -> None:
    database = Database(url, clock=stores.Clock())
    schema.upgrade(database, instance=stores.INSTANCE)
    pages.add_taxonomy(database)
    database.dispose()
