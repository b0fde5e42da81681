"""The engine and its two kinds of access: a serialised write transaction, and a read snapshot.

Writers take their turn (BEGIN IMMEDIATE on SQLite, a table lock on PostgreSQL), so that counters have no
gap and a change with a higher edition is never visible before one with a lower. Readers never wait for them.

Isolation: a writer sees what every writer before it committed and nothing else, as if they ran one after another. On
PostgreSQL it runs at READ COMMITTED and first takes SHARE ROW EXCLUSIVE on `instance`, which one transaction at a time
can hold and which stops no reader; whoever waits for it reads only afterwards. A reader sees the one state that was
committed when its first query began: a WAL snapshot on SQLite, REPEATABLE READ, READ ONLY on PostgreSQL.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from weakref import WeakSet

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
COMMITTED = "bantin_committed"
"""The channel on which PostgreSQL tells those who listen that something was committed."""
PLACE_SECONDS = 20.0
"""So long one who wants a connection waits for it, where they are limited."""
SILENT_SECONDS = 1.0
"""After so long of silence nobody waits for a connection that another one has."""
_LOOK_SECONDS = 0.25
UNNAMED = "store"
"""The actor of what nobody in particular does."""
ACCEPTED_URLS = "sqlite:///PATH or postgresql://USER@HOST/DATABASE"
REACHING = {
    "connect_timeout": 3,
    # A machine that vanished without a word would be waited for, for hours.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def system_clock() -> datetime:
    """Give the present instant, aware, in UTC."""
    return datetime.now(UTC)


class Database:
    """One database, for one process; safe to use from several threads."""

    def __init__(self, url: str | URL, *, clock: Clock = system_clock, connections: int | None = None) -> None:
        """Prepare access; nothing is opened before the first transaction or snapshot.

        With `connections` no more than so many are ever open. Who finds none free waits for 20 seconds at most, and not
        at all once `silence` says that the database said nothing for a second, and then gets StoreUnavailable: a
        database that hangs must not keep every thread of a server.
        Raises InputError when `url` is not one of SQLite or PostgreSQL, or its driver is not installed.
        """
        self.url = _checked_url(url)
        self.clock = clock
        self._subscribers: list[Subscriber] = []
        self.silence: Callable[[], float] = lambda: 0.0
        self._engine = _engine(self.url, connections)
        self._open: WeakSet[Any] = WeakSet()
        if not self.is_sqlite:
            event.listen(self._engine, "connect", lambda connection, _: self._open.add(connection))
            event.listen(self._engine, "do_connect", self._refuse_while_silent)
        self._places = BoundedSemaphore(connections) if connections is not None else None

    @property
    def engine(self) -> Engine:
        """The engine, for migrations."""
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        """Whether the embedded database is in use."""
        return self._engine.dialect.name == "sqlite"

    @contextlib.contextmanager
    def transaction(self, *, actor: str = UNNAMED, dry_run: bool = False) -> Iterator[Session]:
        """Write: everything in the block is committed together, or nothing of it.

        `actor` is who does it, for the audit log. Subscribers hear of the changes after the commit. With `dry_run`
        all is done and then undone.
        Raises StoreUnavailable, StoreReadOnly, DiskFull or SchemaMismatch.
        """
        with self._session("write") as session:
            if not self.is_sqlite:
                session.execute(text(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'"))
                session.execute(text("LOCK TABLE instance IN SHARE ROW EXCLUSIVE MODE"))
            # Asked first, so that the clock is read once this writer's turn has come.
            newest = session.scalar(select(DbChange.committed_at).order_by(DbChange.edition.desc()).limit(1))
            present = self.clock().astimezone(UTC).replace(microsecond=0)
            session.info.update(now=present, change_instant=max(present, newest or present), changes=[], actor=actor)
            yield session
            session.flush()
            if dry_run:
                session.rollback()
                return
            if session.info["changes"] and not self.is_sqlite:
                session.execute(text(f"NOTIFY {COMMITTED}"))
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
    def still(self) -> Iterator[Database]:
        """Give this database as it stands now, to one thread: all snapshots taken of it in the block are the same.

        Whoever reads it for long sees nothing of what is written meanwhile, and nobody waits for him.
        """
        with self.snapshot() as session:
            yield _StillDatabase(self, session)

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

    def purge_deleted(self) -> bool:
        """Have the database give up the bytes of deleted rows; False where readers are in the way for now.

        SQLite overwrites them in its file when the log is written back. PostgreSQL keeps them until VACUUM, whose
        turn it is left to.
        """
        if not self.is_sqlite:
            return True
        with contextlib.closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            # Whoever reads just now is not waited for.
            cursor.execute("PRAGMA busy_timeout = 0")
            try:
                is_busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
            return not is_busy

    def break_off(self) -> None:
        """Have whoever waits for an answer of PostgreSQL get StoreUnavailable instead: for a server that hangs.

        A transaction whose commit is under way may have been committed.
        """
        for connection in list(self._open):
            # One that was closed meanwhile has no number any more.
            with contextlib.suppress(Exception), socket.socket(fileno=os.dup(connection.fileno())) as line:
                line.shutdown(socket.SHUT_RDWR)

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
            raise translated(OperationalError("PRAGMA journal_mode", None, error)) from error
        except DBAPIError as error:
            raise translated(error) from error
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
                self._place(),
                self._engine.connect().execution_options(**options) as connection,
                Session(bind=connection, expire_on_commit=False) as session,
            ):
                yield session
        except DBAPIError as error:
            raise translated(error) from error

    def _refuse_while_silent(self, dialect: Any, *_: object) -> None:
        # A server that hangs takes a connection and says nothing: each who tried would wait as long again.
        if self.silence() > SILENT_SECONDS:
            raise dialect.loaded_dbapi.OperationalError("the database says nothing")

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._places is None:
            yield
            return
        waited_seconds = 0.0
        while not self._places.acquire(timeout=_LOOK_SECONDS):
            waited_seconds += _LOOK_SECONDS
            if waited_seconds >= PLACE_SECONDS or self.silence() > SILENT_SECONDS:
                raise StoreUnavailable(
                    "all connections to the database are in use, and it says nothing",
                    vietnamese="mọi kết nối tới cơ sở dữ liệu đều bận và máy chủ cơ sở dữ liệu không trả lời",
                )
        try:
            yield
        finally:
            self._places.release()


class _StillDatabase(Database):
    """A database whose every snapshot is one that was begun before."""

    def __init__(self, moving: Database, session: Session) -> None:
        self.url = moving.url
        self.clock = moving.clock
        self._subscribers = []
        self.silence = moving.silence
        self._places = None
        self._open = moving._open
        self._engine = moving._engine
        self._begun = session

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Hand out the one snapshot; it stays open."""
        try:
            yield self._begun
        except DBAPIError as error:
            raise translated(error) from error
        self._begun.expunge_all()


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


def not_before(session: Session, instant: datetime) -> None:
    """Have what this transaction changes carry an instant that is not before this one."""
    session.info["change_instant"] = max(session.info["change_instant"], instant)


def actor_of(session: Session) -> str:
    """Give who a write transaction was begun for."""
    actor: str = session.info["actor"]
    return actor


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


def _engine(url: URL, connections: int | None) -> Engine:
    limits: dict[str, Any] = {}
    if connections is not None:
        limits = {"pool_size": connections, "max_overflow": 0, "pool_timeout": PLACE_SECONDS}
    if url.drivername.startswith("sqlite"):
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False}, **limits)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    try:
        return create_engine(url, pool_pre_ping=True, connect_args=REACHING, **limits)
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
    # What is expunged must not be found in the file's free pages, hence secure_delete.
    for pragma in (
        "foreign_keys = ON",
        "synchronous = FULL",
        "temp_store = MEMORY",
        "cache_size = -16000",
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("bantin_mode", "write")
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")


def translated(error: DBAPIError) -> Exception:
    """Find the store's own error for what a driver raised."""
    said = str(error.orig)
    state = getattr(error.orig, "sqlstate", None)
    if "readonly database" in said or state == "25006":
        return StoreReadOnly("the database is read-only; give this user write permission on its file and folder")
    if "disk is full" in said or state == "53100":
        return DiskFull("the disk is full; nothing was changed; free some space and try again")
    if state in {"42P01", "42703"} or any(
        missing in said for missing in ("no such table", "no such column", "has no column named")
    ):
        return SchemaMismatch("the database has no store of this version; run `bantin db upgrade`")
    if "already exists" in said or "duplicate column name" in said or state in {"42P07", "42701"}:
        return SchemaMismatch(
            f"the tables are not those of the schema that the store names ({said.splitlines()[0]}); "
            "nothing was changed; restore a backup into an empty place (bantin restore)",
            vietnamese="cấu trúc dữ liệu không khớp với phiên bản đã ghi, chưa có gì thay đổi; "
            "hãy khôi phục từ bản sao lưu (bantin restore)",
        )
    if "disk I/O error" in said or state == "58030":
        return StoreUnavailable("the disk refused to read or write; nothing was changed; look at its state and limits")
    if any(sign in said for sign in ("not a database", "malformed", "no such module: fts5")):
        return _unusable(said)
    if state is not None and state[:2] in {"08", "40", "53", "57"}:
        return StoreUnavailable(f"the database cannot serve now: {said.strip()}")
    if "is locked" in said or state == "55P03":
        return StoreUnavailable(f"another writer held the database for over {BUSY_SECONDS} seconds; try again")
    if "unable to open" in said or (state is None and not isinstance(error.orig, sqlite3.Error)):
        return StoreUnavailable(f"the database cannot be reached: {said.strip()}")
    return error


def _unusable(said: str) -> StoreUnavailable:
    if "no such module" in said:
        return StoreUnavailable(
            "this Python's SQLite was built without full-text search (FTS5); use another Python, or PostgreSQL",
            vietnamese="SQLite của bản Python này không có tìm kiếm toàn văn (FTS5); "
            "hãy dùng bản Python khác hoặc PostgreSQL",
        )
    return StoreUnavailable(f"the database file is damaged or is no database: {said}")


def sqlite_url(path: Path) -> URL:
    """Give the URL of a database file, whatever signs its name holds."""
    return URL.create("sqlite", database=str(path.absolute()))


def sqlite_path(url: URL) -> Path | None:
    """Give the file of an SQLite URL, None for other databases and for `file:` URIs."""
    if not url.drivername.startswith("sqlite") or not url.database or url.database.startswith("file:"):
        return None
    return Path(url.database)
