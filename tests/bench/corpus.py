"""Keeps stores of generated bulletins for the benchmark, each made once and then copied.

A store is named by all that its content depends on, so a change to the code that writes it makes a new one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid5

from sqlalchemy import insert, select, text

from store import bulletins, publication, schema
from store.database import Database
from store.models import METADATA
from store.text.markup import figure
from store.text.markup import paragraphs as written
from store.types import VIETNAM, Attachment, Draft, Moment, StoredFile
from tests.support import pages, stores

PROJECT = Path(__file__).resolve().parents[2]
KEPT_STORES = 4
FIRST_CHANGE = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
CATEGORIES = ("Thi đua – Khen thưởng", "Văn hóa – Xã hội", "Nông nghiệp – Nông thôn", "Y tế", "Chuyển đổi số")
BATCH = 200


def cache_folder() -> Path:
    """Where made stores are kept; never inside the project."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(home) if home else Path.home() / ".cache") / "bantin-bench"


def sqlite_store(folder: Path, *, count: int, seed: int) -> Path:
    """Give a store of `count` published bulletins as a file below `folder`, making it when it is not there."""
    path = folder / f"{_digest(count, seed)}.sqlite"
    if path.exists():
        path.touch()
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix="making-") as made:
        _make(Path(made), count=count, seed=seed)
        (Path(made) / "bantin.sqlite").replace(path)
    for old in sorted(folder.glob("*.sqlite"), key=lambda file: file.stat().st_mtime, reverse=True)[KEPT_STORES:]:
        old.unlink(missing_ok=True)
    return path


@contextmanager
def copied_sqlite(store: Path) -> Iterator[str]:
    """Give the URL of a copy of a store, removed at the end."""
    with tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        shutil.copyfile(store, Path(folder) / "bantin.sqlite")
        yield f"sqlite:///{folder}/bantin.sqlite"


@contextmanager
def copied_postgres(store: Path) -> Iterator[str]:
    """Give the URL of a PostgreSQL database with the rows of a store, dropped at the end."""
    url = stores.empty_postgres_url()
    source, target = Database(f"sqlite:///{store}"), Database(url)
    try:
        schema.upgrade(target)
        _copy_rows(source, target)
        yield url
    finally:
        source.dispose()
        target.dispose()
        stores.drop_postgres(url)


def _copy_rows(source: Database, target: Database) -> None:
    with source.snapshot() as reading, target.engine.begin() as writing:
        for table in reversed(METADATA.sorted_tables):
            writing.execute(table.delete())
        for table in METADATA.sorted_tables:
            rows: list[dict[str, Any]] = [dict(row) for row in reading.execute(select(table)).mappings()]
            for start in range(0, len(rows), 1_000):
                writing.execute(insert(table), rows[start : start + 1_000])
        # Without statistics the planner guesses, which no store of this size does for long.
        writing.execute(text("ANALYZE"))


def _digest(count: int, seed: int) -> str:
    seen = hashlib.sha256(f"{count}/{seed}".encode())
    sources = {Path(__file__), Path(pages.__file__)}
    sources.update(PROJECT.glob("store/**/*.py"), PROJECT.glob("feeds/samples/**/*.t*"))
    for file in sorted(sources):
        seen.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return seen.hexdigest()[:24]


def _make(folder: Path, *, count: int, seed: int) -> None:
    clock = stores.Clock(FIRST_CHANGE)
    database = Database(f"sqlite:///{folder}/bantin.sqlite", clock=clock)
    schema.upgrade(database, instance=stores.INSTANCE)
    pages.add_taxonomy(database)
    for start in range(0, count, BATCH):
        clock.move(minutes=10)
        with database.transaction() as session:
            for number in range(start, min(start + BATCH, count)):
                public_id = f"urn:uuid:{uuid5(stores.INSTANCE, f'bench/{number}')}"
                made = bulletins.draft(session, _draft(number, seed), public_id=public_id)
                publication.publish(session, made)
    with database.engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    database.dispose()


def _draft(number: int, seed: int) -> Draft:
    page = pages.generate(number, seed=seed)
    random = Random(f"bench/{seed}/{number}")
    at = datetime.combine(page.day, time(random.randrange(6, 18), random.randrange(60)), VIETNAM)
    return Draft(
        title=page.title,
        lead=page.lead,
        body=_body(page),
        publisher=page.publisher,
        categories=tuple(random.sample(CATEGORIES, k=random.choice((1, 1, 2)))),
        authors=page.authors,
        attachments=tuple(
            Attachment(number=ordinal, caption=caption, credit=credit, file=_file(random))
            for ordinal, (_, caption, credit) in enumerate(page.captions, start=1)
        ),
        published=Moment(at),
    )


def _body(page: pages.GeneratedPage) -> str:
    parts = []
    for above, paragraph in enumerate(page.paragraphs, start=1):
        parts.append(written([paragraph]))
        parts += [f"{figure(n)}\n" for n, (place, _, _) in enumerate(page.captions, start=1) if place == above]
    return "".join(parts)


def _file(random: Random) -> StoredFile:
    # No feed document reads a photo's bytes, so none are drawn.
    return StoredFile(
        digest=random.randbytes(32).hex(),
        media_type="image/jpeg",
        size_bytes=random.randrange(90_000, 400_000),
        width_px=1280,
        height_px=853,
    )
