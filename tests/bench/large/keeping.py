"""Keeps large stores from one run to the next: made once, checked, then only read or copied.

A store is named by a digest of all that its content depends on, so that whatever writes it otherwise makes a new one;
those of other digests are dropped. SQLite files lie in a folder, PostgreSQL databases on the server of the tests.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Literal
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from store import schema
from store.database import Database
from tests.bench.corpus import PROJECT
from tests.bench.large.checking import require_sound
from tests.bench.large.lives import FIRST
from tests.bench.large.loading import load
from tests.support import stores

SEED = 20261122
COUNTS = (10_000, 200_000, 1_000_000)
"""The sizes that are compared."""
PREFIX = "bantin_large_"
MAKING = "making"
FORGOTTEN_SECONDS = 6 * 3_600
"""What was being made so long ago, and was not finished, is nobody's."""
_SOURCES = (
    *("tests/bench/large/stock.toml", "tests/support/stores.py", "store/models/*.py", "store/migrations/**/*.py"),
    *("store/placements.py", "store/attachments/recipe.py", "store/text/slugs.py"),
)
"""A test tells where anything else comes to decide what the rows are."""
_OWN = ("composing", "feeding", "founding", "lives", "loading", "rows", "stock")

DatabaseKind = Literal["sqlite", "postgres"]


def large_store(folder: Path, *, count: int, database: DatabaseKind, seed: int = SEED) -> str:
    """Give the URL of a store of `count` published bulletins, making it when it is not there; nobody may alter it.

    Its bulletins cannot be searched: the full-text index would take as long and as much room as all the rest. `folder`
    is where SQLite files are kept, outside the project. What is under way is said on stderr.
    Raises AssertionError for a store that came out wrong, and OperationalError where no PostgreSQL answers.
    """
    name = f"{PREFIX}{_digest(seed)}_{count}"
    return _sqlite(folder, name, count, seed) if database == "sqlite" else _postgres(name, count, seed)


def has_large_store(folder: Path, *, count: int, database: DatabaseKind, seed: int = SEED) -> bool:
    """Say whether such a store is made already."""
    name = f"{PREFIX}{_digest(seed)}_{count}"
    return _file(folder, name).exists() if database == "sqlite" else name in _databases()


@contextmanager
def copied(url: str) -> Iterator[str]:
    """Give the URL of a copy of a large store that may be altered; it is removed at the end."""
    found = make_url(url)
    if found.database is None:
        raise ValueError(f"no database is named: {url}")
    if found.drivername.startswith("sqlite"):
        with tempfile.TemporaryDirectory(dir=Path(found.database).parent, prefix=f"{MAKING}-") as folder:
            shutil.copyfile(found.database, Path(folder) / "bantin.sqlite")
            yield f"sqlite:///{folder}/bantin.sqlite"
        return
    name = f"{PREFIX}{MAKING}_{int(time.time())}_{uuid4().hex[:8]}"
    try:
        _admin(f'CREATE DATABASE "{name}" TEMPLATE "{found.database}"')
        yield _url_of(name)
    finally:
        _drop(name)


def _sqlite(folder: Path, name: str, count: int, seed: int) -> str:
    path = _file(folder, name)
    folder.mkdir(parents=True, exist_ok=True)
    _drop_old_files(folder, keeping=_digest(seed))
    if not path.exists():
        with tempfile.TemporaryDirectory(dir=folder, prefix=f"{MAKING}-") as made:
            _make(f"sqlite:///{made}/bantin.sqlite", count, seed)
            (Path(made) / "bantin.sqlite").replace(path)
    return f"sqlite:///{path}"


def _drop_old_files(folder: Path, *, keeping: str) -> None:
    for path in folder.glob(f"{PREFIX}*"):
        if keeping not in path.name:
            path.unlink(missing_ok=True)
    for left in folder.glob(f"{MAKING}-*"):
        if time.time() - left.stat().st_mtime > FORGOTTEN_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _postgres(name: str, count: int, seed: int) -> str:
    known = _databases()
    for each in known:
        if _digest(seed) not in each and (f"_{MAKING}_" not in each or _is_forgotten(each)):
            _drop(each)
    if name not in known:
        making = f"{PREFIX}{MAKING}_{int(time.time())}_{uuid4().hex[:8]}"
        try:
            _admin(f'CREATE DATABASE "{making}"')
            _make(_url_of(making), count, seed)
            _admin(f'ALTER DATABASE "{making}" RENAME TO "{name}"')
        finally:
            _drop(making)
    return _url_of(name)


def _is_forgotten(name: str) -> bool:
    return time.time() - int(name.rsplit("_", 2)[1]) > FORGOTTEN_SECONDS


def _make(url: str, count: int, seed: int) -> None:
    database = Database(url, clock=stores.Clock(datetime.fromtimestamp(FIRST, UTC)))
    begun = time.monotonic()
    _say(f"making a store of {count:,} bulletins ({'SQLite' if database.is_sqlite else 'PostgreSQL'})")
    try:
        schema.upgrade(database, instance=stores.INSTANCE)
        load(database, count=count, seed=seed)
        loaded = time.monotonic()
        _say(f"loaded in {loaded - begun:.0f} s, {size_bytes(database) / 1e9:.2f} GB; checking")
        require_sound(database, count=count, seed=seed)
        _say(f"checked in {time.monotonic() - loaded:.0f} s")
    finally:
        database.dispose()


def size_bytes(database: Database) -> int:
    """Give what a store takes on the disk."""
    if database.is_sqlite:
        return Path(database.url.database or "").stat().st_size
    with database.snapshot() as session:
        return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


@cache
def _digest(seed: int) -> str:
    seen = hashlib.sha256(f"{seed}".encode())
    sources = {PROJECT / "tests/bench/large" / f"{name}.py" for name in _OWN}
    for pattern in _SOURCES:
        sources.update(PROJECT.glob(pattern))
    for file in sorted(sources):
        seen.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:16]


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.large"


def _databases() -> list[str]:
    engine = create_engine(stores.POSTGRES_URL)
    try:
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)"), {"prefix": PREFIX}
            )
            return [row.datname for row in rows]
    finally:
        engine.dispose()


def _admin(statement: str) -> None:
    engine = create_engine(stores.POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _drop(name: str) -> None:
    _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _url_of(name: str) -> str:
    return make_url(stores.POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
