"""Makes stores as older versions of Bantin left them, from the rows that tests/data/stores keeps of each schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, insert, select, text

from store import schema
from store.database import Database
from tests.support import stores

FOLDER = Path(__file__).resolve().parents[1] / "data" / "stores"
SERIALS = ("category", "organisation", "author", "source")

Rows = dict[str, list[dict[str, Any]]]


def kept_rows(revision: str) -> Rows:
    """Give the rows of a store at a schema revision, by table, each table after those that it refers to."""
    rows: Rows = json.loads((FOLDER / f"{revision}.json").read_text(encoding="utf-8"), object_hook=_instant)
    return rows


@contextmanager
def old_store(kind: str, revision: str, folder: Path, clock: stores.Clock) -> Iterator[Database]:
    """Give a filled store at an older schema, on a fresh database of `kind` (sqlite or postgres)."""
    is_sqlite = kind == "sqlite"
    url = f"sqlite:///{folder / 'old.sqlite'}" if is_sqlite else stores.empty_postgres_url()
    database = Database(url, clock=clock)
    try:
        with database.schema_change() as session:
            connection = session.connection()
            schema.migrate(connection, revision)
            _fill(connection, kept_rows(revision))
        yield database
    finally:
        database.dispose()
        if not is_sqlite:
            stores.drop_postgres(url)


def present_rows(database: Database, like: Rows) -> Rows:
    """Read the columns and tables of `like` from a store, as they are today."""
    with database.snapshot() as session:
        connection = session.connection()
        found: Rows = {}
        for name, old in like.items():
            table = Table(name, MetaData(), autoload_with=connection)
            columns = [table.c[column] for column in old[0]] if old else list(table.c)
            found[name] = [
                {column: _aware(value) for column, value in row._mapping.items()}
                for row in connection.execute(select(*columns))
            ]
        return found


def _fill(connection: Connection, rows: Rows) -> None:
    is_sqlite = connection.dialect.name == "sqlite"
    for name, of_table in rows.items():
        if of_table:
            # An older version founded its store with rows of its own.
            connection.execute(text(f'DELETE FROM "{name}"'))
            table = Table(name, MetaData(), autoload_with=connection)
            plain = [{column: _naive(value) for column, value in row.items()} for row in of_table]
            connection.execute(insert(table), plain if is_sqlite else of_table)
    for name in () if is_sqlite else SERIALS:
        highest = max((row["id"] for row in rows[name]), default=0)
        connection.execute(text(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {highest + 1}, false)"))


def _instant(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value["at"]) if set(value) == {"at"} else value


def _naive(value: Any) -> Any:
    return value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) else value


def _aware(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
