"""Makes fresh stores for tests, on SQLite and on PostgreSQL alike, each upgraded once and then copied."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from store import schema
from store.database import Database
from store.models import METADATA

INSTANCE = uuid.UUID("00000000-0000-4000-8000-00000000ba71")
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
POSTGRES_URL = os.environ.get("BANTIN_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


class Clock:
    """A clock that stands until it is moved; aware, in UTC."""

    def __init__(self, instant: datetime = NOON) -> None:
        self.instant = instant

    def __call__(self) -> datetime:
        return self.instant

    def move(self, **amount: float) -> datetime:
        self.instant += timedelta(**amount)
        return self.instant


@cache
def sqlite_template(folder: Path) -> Path:
    path = folder / "template.sqlite"
    database = Database(f"sqlite:///{path}", clock=Clock())
    schema.upgrade(database, instance=INSTANCE)
    database.dispose()
    return path


def fresh_sqlite(template: Path, path: Path, clock: Clock) -> Database:
    shutil.copyfile(template, path)
    database = Database(f"sqlite:///{path}", clock=clock)
    # What a test stores need not survive a power cut.
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous = OFF"))
    # Statements that another test's engine compiled need not be compiled again.
    known = _first_sqlite_engine(database.engine)
    database.engine.dialect, database.engine._compiled_cache = known.dialect, known._compiled_cache
    return database


_SQLITE_ENGINES: list[Engine] = []


def _first_sqlite_engine(engine: Engine) -> Engine:
    if not _SQLITE_ENGINES:
        _SQLITE_ENGINES.append(engine)
    return _SQLITE_ENGINES[0]


@cache
def postgres_missing() -> str | None:
    """Say why PostgreSQL cannot be used here, None where it can."""
    engine = create_engine(POSTGRES_URL, connect_args={"connect_timeout": 20})
    try:
        with engine.connect():
            return None
    except OperationalError as error:
        return f"{POSTGRES_URL} does not answer ({str(error.orig).strip().splitlines()[0]})"
    finally:
        engine.dispose()


@contextmanager
def postgres_store() -> Iterator[str]:
    """Give the URL of a database with an upgraded store; `fresh_postgres` empties it for each test."""
    url = empty_postgres_url()
    try:
        database = Database(url, clock=Clock())
        schema.upgrade(database, instance=INSTANCE)
        database.dispose()
        yield url
    finally:
        _engine_of(url).dispose()
        drop_postgres(url)


@contextmanager
def fresh_postgres(url: str, clock: Clock) -> Iterator[Database]:
    """Give the store as it was when it was made: emptied, which is much faster than a new database.

    One engine serves all tests of a process, because each new one would compile every statement again.
    """
    database = Database(url, clock=clock)
    database._engine = _engine_of(url)
    try:
        yield database
    finally:
        _empty(database)


@cache
def _engine_of(url: str) -> Engine:
    return Database(url).engine


def _empty(database: Database) -> None:
    with database.engine.begin() as connection:
        tables = set(inspect(connection).get_table_names())
        if tables != {*METADATA.tables, "search", "alembic_version"}:
            raise AssertionError("a test left other tables than it found")
        connection.execute(text("SET session_replication_role = replica"))
        connection.execute(text("DELETE FROM search"))
        for table in METADATA.sorted_tables:
            if table.name not in {"instance", "counter"}:
                connection.execute(table.delete())
        connection.execute(text("UPDATE counter SET value = 0"))
        connection.execute(text("SET session_replication_role = DEFAULT"))
        for table in ("category", "organisation", "author", "source"):
            connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), 1, false)"))


def empty_postgres_url() -> str:
    """Make an empty database and give its URL; the caller drops it with `drop_postgres`."""
    name = f"bantin_test_{uuid.uuid4().hex[:12]}"
    _admin(f'CREATE DATABASE "{name}"')
    # What a test stores need not survive a power cut.
    _admin(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return _url_of(name)


def drop_postgres(url: str) -> None:
    _admin(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')


def _url_of(name: str) -> str:
    return make_url(POSTGRES_URL).set(database=name).render_as_string(hide_password=False)


def _admin(statement: str) -> None:
    engine = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
