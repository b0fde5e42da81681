"""The engine and its two kinds of access: a serialised write transaction, and a read snapshot.

Writers take their turn (BEGIN IMMEDIATE on SQLite, a table lock on PostgreSQL), so that counters have no
gap and a change with a higher edition is never visible before one with a lower. Readers never wait for them.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from store.errors import DiskFull, InputError, SchemaMismatch, StoreReadOnly, StoreUnavailable
from store.models import DbChange
from store.types import Change

Clock = Callable[[], datetime]
Subscriber = Callable[[tuple[Change, ...]], None]

BUSY_SECONDS = 30
ACCEPTED_URLS = "sqlite:///PATH or postgresql://USER@HOST/DATABASE"


def system_clock() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


class Database:
    """One database, for one process; safe to use from several threads."""

    def __init__(self, url: str | URL, *, clock: Clock = system_clock) -> None:
        """Prepare access; nothing is opened before the first transaction or snapshot.

        Raises InputError when `url` is not one of SQLite or PostgreSQL, or its driver is not installed.
        """
        self.url = _checked_url(url)
        self.clock = clock
        self._subscribers: list[Subscriber] = []
        self._engine = _engine(self.url)

    @property
    def engine(self) -> Engine:
        """The engine, for migrations."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self._engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def transaction(self, *, dry_run: bool = False) -> Iterator[Session]:
        """Write: everything in the block is committed together, or nothing of it.

        Subscribers hear of the changes after the commit. With `dry_run` all is done and then undone.
        Raises StoreUnavailable, StoreReadOnly, DiskFull or SchemaMismatch.
        """
        with self._session("write") as session:
            if not self.is_sqlite:
                session.execute(text("LOCK TABLE instance IN SHARE ROW EXCLUSIVE MODE"))
            # Asked first, so that the clock is read once this writer's turn has come.
            newest = session.scalar(select(DbChange.committed_at).order_by(DbChange.edition.desc()).limit(1))
            present = self.clock().astimezone(UTC).replace(microsecond=0)
            session.info.update(now=present, change_instant=max(present, newest or present), changes=[])
            yield session
            session.flush()
            if dry_run:
                session.rollback()
                return
            session.commit()
        changes = tuple(session.info["changes"])
        if changes:
            for subscriber in self._subscribers:
                subscriber(changes)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Read: every query in the block sees the same committed state."""
        with self._session("read") as session:
            yield session
            session.rollback()

    @contextlib.contextmanager
    def schema_change(self) -> Iterator[Session]:
        """Write like `transaction`, on a database that may have no tables yet; other upgrades wait."""
        if self.is_sqlite:
            self._use_wal()
        with self._session("write") as session:
            if not self.is_sqlite:
                session.execute(text("SELECT pg_advisory_xact_lock(hashtext('bantin schema'))"))
            yield session
            session.commit()

    def subscribe(self, subscriber: Subscriber) -> None:
        """Have `subscriber` called, in the committing thread, with the changes of each commit made here."""
        self._subscribers.append(subscriber)

    def dispose(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _use_wal(self) -> None:
        # On the bare driver: SQLite changes its journal only outside a transaction. The file keeps the mode.
        connection = None
        try:
            connection = self._engine.raw_connection()
            connection.cursor().execute("PRAGMA journal_mode = WAL")
        except sqlite3.Error as error:
            raise _translated(OperationalError("PRAGMA journal_mode", None, error)) from error
        except DBAPIError as error:
            raise _translated(error) from error
        finally:
            if connection is not None:
                connection.close()

    @contextlib.contextmanager
    def _session(self, mode: str) -> Iterator[Session]:
        options: dict[str, Any] = {"bantin_mode": mode}
        if not self.is_sqlite and mode == "read":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        try:
            with (
                self._engine.connect().execution_options(**options) as connection,
                Session(bind=connection, expire_on_commit=False) as session,
            ):
                yield session
        except DBAPIError as error:
            raise _translated(error) from error


def now(session: Session) -> datetime:
    """Give the instant of a write transaction: one for all that it does, in whole seconds, UTC."""
    instant: datetime = session.info["now"]
    return instant


def change_instant(session: Session) -> datetime:
    """Give the instant that a change carries: that of the transaction, but never before an earlier change.

    A clock that was set back must not make a later state look older.
    """
    instant: datetime = session.info["change_instant"]
    return instant


def _checked_url(given: str | URL) -> URL:
    try:
        url = make_url(given)
    except (ArgumentError, ValueError) as error:
        raise InputError(
            field="database URL",
            # A password may stand anywhere in what is no URL.
            value=re.sub(r"//.*@", "//***@", str(given)),
            reason="is no URL",
            accepted=ACCEPTED_URLS,
        ) from error
    if url.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite"} or not url.database or url.database == ":memory:":
        raise InputError(
            field="database URL",
            value=url.render_as_string(hide_password=True),
            reason="is not a database that Bantin keeps its store in",
            accepted=ACCEPTED_URLS,
        )
    return url


def _engine(url: URL) -> Engine:
    if url.drivername.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
    except ModuleNotFoundError as error:
        raise InputError(
            field="database URL",
            value=url.render_as_string(hide_password=True),
            reason="needs the PostgreSQL driver, which is not installed",
            accepted="after `pip install bantin[postgres]`",
        ) from error


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # The driver would begin transactions by itself, and only before the first write: too late for a snapshot.
    connection.isolation_level = None
    # An acknowledged write must survive a power cut, hence FULL although WAL is safe from corruption without.
    for pragma in ("foreign_keys = ON", "synchronous = FULL", "temp_store = MEMORY", "cache_size = -16000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("bantin_mode", "write")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")


def _translated(error: DBAPIError) -> Exception:
    """Find the store's own error for what a driver raised."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if "readonly database" in said or state == "25006":
        return StoreReadOnly("the database is read-only; give this user write permission on its file and folder")
    if "disk is full" in said or state == "53100":
        return DiskFull("the disk is full; nothing was changed; free some space and try again")
    if "no such table" in said or "no such column" in said or state in {"42P01", "42703"}:
        return SchemaMismatch("the database has no store of this version; run `bantin db upgrade`")
    if "disk I/O error" in said or state == "58030":
        return StoreUnavailable("the disk refused to read or write; nothing was changed; look at its state and limits")
    if "not a database" in said or "malformed" in said:
        return StoreUnavailable(f"the database file is damaged or is no database: {said}")
    if "is locked" in said or state == "55P03":
        return StoreUnavailable(f"another writer held the database for over {BUSY_SECONDS} seconds; try again")
    if "unable to open" in said or (state is None and not isinstance(error.orig, sqlite3.Error)):
        return StoreUnavailable(f"the database cannot be reached: {said.strip()}")
    return error


def sqlite_url(path: Path) -> URL:
    """Give the URL of a database file, whatever signs its name holds."""
    return URL.create("sqlite", database=str(path.absolute()))


def sqlite_path(url: URL) -> Path | None:
    """Give the file of an SQLite URL, None for other databases and for `file:` URIs."""
    if not url.drivername.startswith("sqlite") or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database)
