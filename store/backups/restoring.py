"""Restores a backup into an empty place, on either kind of database: the same rows, the same bytes.

Everything is verified before anything is written, and all rows arrive in one transaction: afterwards the store is
there whole, or is not there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    func,
    select,
    text,
    update,
)
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from store import schema
from store.attachments.storage import Storage
from store.backups.archive import Archive, Progress, open_archive, silent
from store.backups.manifest import LEFT_OUT, Manifest, read_instant
from store.backups.target import building_place, files_in_place, require_empty, require_no_tables
from store.database import Database
from store.folders import Sentence, disk_faults
from store.fulltext import indexing
from store.fulltext.contract import TABLES as SEARCH_TABLES

FULL: Sentence = (
    "the disk is full ({place}); nothing was restored; free some space and try again",
    "ổ đĩa đã đầy ({place}); chưa khôi phục gì; hãy giải phóng chỗ rồi thử lại",
)
REFUSED: Sentence = ("nothing was restored: {place}: {why}", "chưa khôi phục gì: {place}: {why}")
BATCH_ROWS = 1_000
BATCH_BYTES = 8 << 20
INTEGER_BITS = 63

Row = dict[str, Any]
Reader = Callable[[Any], Any]


def inspect_backup(path: Path, *, progress: Progress = silent) -> Manifest:
    """Verify a backup and say what is in it; raises BackupRefused, InputError or SchemaMismatch."""
    with open_archive(path) as archive:
        schema.require_known(archive.manifest.schema, "the backup")
        archive.verify(progress)
        return archive.manifest


def restore(database: Database, storage: Storage, path: Path, *, progress: Progress = silent) -> Manifest:
    """Make the store that a backup holds, upgraded to this code's schema; return what the backup said.

    Raises Conflict where something is there already, BackupRefused for a file that is no whole, unaltered backup,
    SchemaMismatch for one that is newer than this code; nothing is changed then.
    """
    with open_archive(path) as archive:
        schema.require_known(archive.manifest.schema, "the backup")
        require_empty(database, storage)
        archive.verify(progress)
        with (
            disk_faults(None, full=FULL, refused=REFUSED),
            files_in_place(storage, archive, progress),
            building_place(database) as built,
            built.schema_change() as session,
        ):
            require_no_tables(built, session.connection())
            _load(session, archive, progress)
        return archive.manifest


def _load(session: Session, archive: Archive, progress: Progress) -> None:
    connection = session.connection()
    schema.migrate(connection, archive.manifest.schema)
    reflected = MetaData()
    reflected.reflect(connection, only=lambda name, _: name not in SEARCH_TABLES)
    tables = [table for table in reflected.sorted_tables if table.name not in LEFT_OUT]
    if {table.name for table in tables} != archive.manifest.tables.keys():
        raise archive.contradiction("tables")
    try:
        for table in reversed(tables):
            # A migration may have put rows into the tables that it made.
            connection.execute(table.delete())
        for table in tables:
            _fill(connection, table, archive, progress)
    except (IntegrityError, DataError, OverflowError, UnicodeEncodeError) as error:
        raise archive.contradiction("rows") from error
    _require_agreement(connection, reflected, archive)
    schema.migrate(connection)
    schema.add_counters(session)
    # What is searched follows from the rows: no backup brings it.
    indexing.fill(session)


def _fill(connection: Connection, table: Table, archive: Archive, progress: Progress) -> None:
    """Insert all rows of a table; those that refer to others of the same table are tied to them afterwards."""
    readers = {column.name: _reader(column, connection.dialect.name) for column in table.columns}
    inner = _inner_references(table)
    done, stated = 0, archive.manifest.tables[table.name].rows
    for batch in _iter_batches(archive, table, readers):
        connection.execute(table.insert(), [row | dict.fromkeys(inner) for row in batch])
        done += len(batch)
        progress(f"loading {table.name}", done, stated)
    if inner:
        keys = [column.name for column in table.primary_key]
        tie = update(table).where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
        tie = tie.values({name: bindparam(f"new_{name}") for name in inner})
        for batch in _iter_batches(archive, table, readers):
            tied = [row for row in batch if any(row[name] is not None for name in inner)]
            if tied:
                connection.execute(
                    tie,
                    [{f"key_{k}": row[k] for k in keys} | {f"new_{name}": row[name] for name in inner} for row in tied],
                )
    if connection.scalar(select(func.count()).select_from(table)) != stated:
        raise archive.contradiction(table.name)
    _advance_sequences(connection, table)


def _iter_batches(archive: Archive, table: Table, readers: Mapping[str, Reader]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    held_bytes = 0
    for number, size_bytes, row in archive.iter_rows(table.name):
        if row.keys() != readers.keys():
            raise archive.bad_line(table.name, number)
        try:
            batch.append({name: readers[name](value) for name, value in row.items()})
        except (ValueError, OverflowError) as error:
            raise archive.bad_line(table.name, number) from error
        held_bytes += size_bytes
        if len(batch) == BATCH_ROWS or held_bytes > BATCH_BYTES:
            yield batch
            batch, held_bytes = [], 0
    if batch:
        yield batch


def _reader(column: Column[Any], dialect: str) -> Reader:
    """Give what turns a JSON value into the column's, and raises ValueError for one of another kind."""
    kind = column.type

    def read(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(kind, DateTime):
            return _stored_instant(value, dialect)
        is_right = (
            (isinstance(kind, Boolean) and isinstance(value, bool))
            or (isinstance(kind, Integer) and _is_integer(value))
            or (isinstance(kind, String) and isinstance(value, str))
        )
        if not is_right:
            raise ValueError(f"no {kind}: {value!r}")
        return value

    return read


def _stored_instant(value: Any, dialect: str) -> datetime:
    instant = read_instant(value)
    # SQLite keeps no offset.
    return instant.replace(tzinfo=None) if dialect == "sqlite" else instant


def _is_integer(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value.bit_length() <= INTEGER_BITS


def _inner_references(table: Table) -> tuple[str, ...]:
    return tuple(
        column.name for column in table.columns if any(key.column.table is table for key in column.foreign_keys)
    )


def _advance_sequences(connection: Connection, table: Table) -> None:
    """Have a database server give the next new row a number that no row has. SQLite does so by itself."""
    if connection.dialect.name == "sqlite":
        return
    for column in table.primary_key:
        sequence = connection.scalar(select(func.pg_get_serial_sequence(table.name, column.name)))
        highest = connection.scalar(select(func.max(column))) if sequence else None
        if highest is not None:
            connection.execute(text("SELECT setval(:sequence, :highest)"), {"sequence": sequence, "highest": highest})


def _require_agreement(connection: Connection, reflected: MetaData, archive: Archive) -> None:
    """Compare what the manifest says of the store with what the rows say."""
    instance, counter = reflected.tables["instance"], reflected.tables["counter"]
    instances = list(chain.from_iterable(connection.execute(select(instance.c.uuid))))
    edition = connection.scalar(select(counter.c.value).where(counter.c.name == "edition"))
    if instances != [str(archive.manifest.instance)] or edition != archive.manifest.edition:
        raise archive.contradiction("manifest")
