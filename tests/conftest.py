"""Fixtures of every test: a clock that stands still, and a fresh store on each kind of database."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from feeds.samples import seeding
from feeds.samples.drawings import draw
from store.attachments import objects
from store.attachments.disk import DiskStorage
from store.database import Database
from tests.support import photos, s3, storages, stores
from tests.support.requirements import lacks

# How long an example takes, and how long it takes to make up, says more about the machine than about the code.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own BANTIN_* settings must not reach the tests."""
    for name in list(os.environ):
        if name.startswith("BANTIN_") and not name.startswith("BANTIN_TEST_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _photos_made_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Drawing and developing the sample photos takes seconds; what one test's process has drawn, the others read."""
    folder = tmp_path_factory.getbasetemp()
    # Processes of one run lie side by side; beside a run of one process lie the runs before it.
    kept = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "drawn"
    kept.mkdir(exist_ok=True)

    def draw_once(name: str) -> bytes:
        path = kept / name
        if not path.exists():
            part = path.with_name(f"{name}.{uuid.uuid4().hex}")
            part.write_bytes(draw(name))
            part.replace(path)
        return path.read_bytes()

    seeding.draw = draw_once
    photos.RememberingPool.folder = kept
    seeding.PicturePool = photos.RememberingPool


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


@pytest.fixture(scope="session")
def s3_server() -> Iterator[s3.S3Server]:
    missing = s3.s3_missing()
    if missing:
        lacks("s3", missing)
    server = s3.S3Server()
    with pytest.MonkeyPatch.context() as patch:
        # On a busy machine this server says nothing for longer than one that a site relies on.
        for name in ("CONNECT_SECONDS", "SILENCE_SECONDS", "ANSWER_SECONDS"):
            patch.setattr(objects, name, 90)
        yield server
    server.end()


@pytest.fixture(params=["disk", "s3"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> storages.Kept:
    """An empty storage, once of each kind."""
    if request.param == "disk":
        return storages.on_disk(tmp_path / "files")
    return storages.on_s3(request.getfixturevalue("s3_server"))
