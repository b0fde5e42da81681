"""Looks for words that must be nowhere: of expunged bulletins, and of operations that were not committed."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store.attachments.disk import DiskStorage
from store.attachments.removal import ARRIVING_SECONDS, sweep
from store.database import Database, sqlite_path
from store.models import METADATA, DbFileRemoval

WORD = re.compile(r"tk\d+x\d+x")


def remove_due(database: Database, files: Path) -> Iterator[str]:
    """Do what is left of removals, those of files that seem to be arriving included, as if their time were over."""
    storage = DiskStorage(files)
    _, waiting = sweep(database, storage)
    if waiting:
        past = time.time() - 2 * ARRIVING_SECONDS
        with database.snapshot() as session:
            for digest in session.scalars(select(DbFileRemoval.digest)):
                os.utime(storage.path(digest), (past, past))
        sweep(database, storage)
    with database.snapshot() as session:
        left = session.scalar(select(func.count()).select_from(DbFileRemoval))
    if left:
        yield f"{left} files still wait for their removal"


def faults_in_rows(session: Session, never: Collection[str], expunged: Collection[str]) -> Iterator[str]:
    """Name every column that holds a word of what was never committed, or of what was expunged."""
    for table in METADATA.sorted_tables:
        for row in session.execute(select(table)).mappings():
            for name, value in row.items():
                words = set(WORD.findall(value)) if isinstance(value, str) else set()
                for word in words & set(expunged):
                    yield f"{table.name}.{name} holds “{word}”, a word of an expunged bulletin: {value[:120]!r}"
                for word in words & set(never):
                    yield f"{table.name}.{name} holds “{word}” of an operation that was not committed"


def faults_in_files(database: Database, files: Path, expunged: Collection[str]) -> Iterator[str]:
    """Name every file of the storage, and of an embedded database, whose bytes still hold an expunged word."""
    path = sqlite_path(database.url)
    kept = [path, path.with_name(path.name + "-wal")] if path else []
    for file in [*kept, *(each for each in files.rglob("*") if each.is_file())]:
        if file.exists():
            words = {word.decode() for word in re.findall(WORD.pattern.encode(), file.read_bytes())} & set(expunged)
            for word in sorted(words):
                yield f"the file {file.name} still holds “{word}” of an expunged bulletin"
