"""Feeds a database with rows in bulk: no index is kept up but the primary key, no foreign key is looked after.

Whoever feeds sees to it that the rows are sound. If anything fails, the database is of no use and has to go.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, Protocol

from sqlalchemy import text

from store.database import Database
from tests.bench.large.rows import COLUMNS, Row, Value

CACHE_KIB = 1_000_000
COPIED_AT_ONCE = 5_000
"""Rows that go to PostgreSQL in one piece."""
SORT_MB = 512
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class Feed(Protocol):
    """Where rows go."""

    def instant(self, seconds: int) -> str:
        """Write seconds since 1970 as this database takes them."""

    def put(self, table: str, rows: Iterable[Row]) -> None:
        """Add rows, whose values stand in the order of `COLUMNS`."""


@contextmanager
def feeding(database: Database) -> Iterator[Feed]:
    """Take rows until the end of the block, then build the indexes and look at the tables' statistics."""
    with _feeding_sqlite(database) if database.is_sqlite else _feeding_postgres(database) as feed:
        yield feed


class _SqliteFeed:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def instant(self, seconds: int) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S.000000", time.gmtime(seconds))

    def put(self, table: str, rows: Iterable[Row]) -> None:
        columns = COLUMNS[table]
        places = ", ".join("?" * len(columns))
        self._connection.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


@contextmanager
def _feeding_sqlite(database: Database) -> Iterator[Feed]:
    with closing(database.engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "foreign_keys = OFF",
            "secure_delete = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{CACHE_KIB}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        connection.execute("BEGIN")
        indexes = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"
        ).fetchall()
        for name, _ in indexes:
            connection.execute(f"DROP INDEX {name}")
        yield _SqliteFeed(connection)
        for _, definition in indexes:
            connection.execute(definition)
        connection.execute("ANALYZE")
        connection.execute("COMMIT")
        connection.execute("PRAGMA locking_mode = NORMAL").fetchall()
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        # Its settings are those of feeding: nobody else may get it.
        pooled.invalidate()


class _PostgresFeed:
    def __init__(self, cursor: Any) -> None:
        self._cursor = cursor

    def instant(self, seconds: int) -> str:
        return time.strftime("%Y-%m-%d %H:%M:%S+00", time.gmtime(seconds))

    def put(self, table: str, rows: Iterable[Row]) -> None:
        with self._cursor.copy(f"COPY {table} ({', '.join(COLUMNS[table])}) FROM STDIN") as copy:
            for piece in _pieces(rows):
                copy.write("".join(map(_line, piece)))


@contextmanager
def _feeding_postgres(database: Database) -> Iterator[Feed]:
    with closing(database.engine.raw_connection()) as pooled:
        connection: Any = pooled.driver_connection
        cursor = connection.cursor()
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(f"SET maintenance_work_mem = '{SORT_MB}MB'")
        cursor.execute("SET synchronous_commit = off")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s) "
            "AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname",
            [list(COLUMNS)],
        )
        indexes = cursor.fetchall()
        for name, _ in indexes:
            cursor.execute(f"DROP INDEX {name}")
        yield _PostgresFeed(cursor)
        for _, definition in indexes:
            cursor.execute(definition)
        connection.commit()
        pooled.invalidate()
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as quiet:
        # A day of quiet would bring it there by itself.
        quiet.execute(text("VACUUM ANALYZE"))


def _pieces(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    piece: list[Row] = []
    for row in rows:
        piece.append(row)
        if len(piece) == COPIED_AT_ONCE:
            yield piece
            piece = []
    if piece:
        yield piece


def _line(row: Row) -> str:
    return "\t".join(map(_cell, row)) + "\n"


def _cell(value: Value) -> str:
    if value is None:
        return "\\N"
    return value.translate(_ESCAPES) if isinstance(value, str) else str(value)
