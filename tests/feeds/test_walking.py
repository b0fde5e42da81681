"""Readers who walk heads and archives of a large store while it changes hold exactly what it holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from store import bulletins, publication
from store.database import Database
from store.models import METADATA, DbCounter
from tests.soak import walking
from tests.support import bulk, stores
from tests.support.stores import Clock

TABLES = ("bulletin", "body", "bulletin_category", "bulletin_subject", "bulletin_author", "placement", "announcement")


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Give what readers see follows from; the order of keys within one announcement is nobody's business."""
    with database.snapshot() as session:
        found = {
            name: sorted((tuple(row) for row in session.execute(select(METADATA.tables[name]))), key=repr)
            for name in (*TABLES, "change")
        }
        counters = session.execute(select(DbCounter.name, DbCounter.value).where(DbCounter.name != "audit"))
        return found | {"counter": sorted(tuple(row) for row in counters)}


def test_the_large_store_has_the_rows_of_the_real_way_in(tmp_path: Path, sqlite_template: Path, clock: Clock) -> None:
    loaded, written = (stores.fresh_sqlite(sqlite_template, tmp_path / name, clock) for name in ("a", "b"))
    for database in (loaded, written):
        bulk.found(database)
    bulk.load(loaded, 40)
    with written.transaction() as session:
        for place in range(40):
            plan = bulk.Plan(place)
            publication.publish(session, bulletins.draft(session, plan.draft(), public_id=plan.public_id))
    try:
        assert rows(loaded) == rows(written)
    finally:
        loaded.dispose()
        written.dispose()


@pytest.mark.timeout(600)
def test_who_walks_holds_exactly_the_store(sqlite_database: Database, clock: Clock, tmp_path: Path) -> None:
    done = walking.walk(sqlite_database, clock, tmp_path, count=20_000, rounds=4, operations=60, seed=1)
    assert set(done.acts) == {*walking.ACTS, "move", "rename"}
    # All five at first, then what is new alone.
    assert done.archives < 63 + 4 * 5 * 4
