"""Fixtures of every test: a clock that stands still, and a fresh store on each kind of database."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.attachments.storage import DiskStorage
from store.database import Database
from tests.support import stores
from tests.support.requirements import lacks


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own BANTIN_* settings must not reach the tests."""
    for name in list(os.environ):
        if name.startswith("BANTIN_") and not name.startswith("BANTIN_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> stores.Clock:
    return stores.Clock()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stores.sqlite_template(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_store() -> Iterator[str]:
    missing = stores.postgres_missing()
    if missing:
        lacks("postgres", missing)
    with stores.postgres_store() as url:
        yield url


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path, clock: stores.Clock) -> Iterator[Database]:
    database = stores.fresh_sqlite(sqlite_template, tmp_path / "bantin.sqlite", clock)
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, clock: stores.Clock) -> Iterator[Database]:
    """A fresh, empty store, once on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    with stores.fresh_postgres(request.getfixturevalue("postgres_store"), clock) as fresh:
        yield fresh


@pytest.fixture
def storage(tmp_path: Path) -> DiskStorage:
    return DiskStorage(tmp_path / "files")
