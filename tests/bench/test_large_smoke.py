"""The large stores have the rows of the real way in; what is measured on them is measured on a small one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.engine import make_url

from feeds.documents.model import Format
from store import bulletins, publication, schema
from store.database import Database
from store.models import METADATA, DbPlacement
from tests.bench.large import (
    cold,
    cold_lines,
    copied,
    has_large_store,
    keeping,
    large_store,
    measure_cold,
    measure_start,
)
from tests.bench.large.checking import require_sound
from tests.bench.large.composing import Written
from tests.bench.large.founding import Filing, found
from tests.bench.large.lives import FIRST, GONE, PUBLISHED, REVISED, Lives
from tests.bench.large.loading import iter_written, load
from tests.bench.large.rows import correction_note, withdrawal_reason
from tests.bench.large.stock import stock
from tests.support import stores
from tests.support.requirements import lacks
from tests.support.stores import Clock

COUNT, SEED, SMALL = 150, 5, 90
UNSEEN = {"audit", "revision", "instance"}


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/loaded.sqlite"
        return
    missing = stores.postgres_missing()
    if missing:
        lacks("postgres", missing)
    url = stores.empty_postgres_url()
    yield url
    stores.drop_postgres(url)


def test_a_large_store_has_the_rows_of_the_real_way_in(empty_url: str, tmp_path: Path, sqlite_template: Path) -> None:
    clock = Clock(datetime.fromtimestamp(FIRST, UTC))
    written = stores.fresh_sqlite(sqlite_template, tmp_path / "written.sqlite", clock)
    loaded = Database(empty_url, clock=Clock(datetime.fromtimestamp(FIRST, UTC)))
    try:
        write_one_by_one(written, clock)
        schema.upgrade(loaded, instance=stores.INSTANCE)
        load(loaded, count=COUNT, seed=SEED)
        ours, theirs = rows(loaded), rows(written)
        assert {name for name in theirs if not ours[name]} == {name for name in ours if not theirs[name]}
        for name, expected in theirs.items():
            assert ours[name] == expected, name
    finally:
        written.dispose()
        loaded.dispose()


def write_one_by_one(database: Database, clock: Clock) -> None:
    """Draft, publish, correct and withdraw as an editor would, at the seconds at which it is said to have happened."""
    known = stock(SEED, count=COUNT)
    lives = Lives(COUNT, seed=SEED, before=found(database, known))
    coming, come = iter_written(lives, SEED), dict[int, tuple[Written, Filing]]()
    kinds = set()
    for event in lives.events():
        clock.instant = datetime.fromtimestamp(event.at, UTC)
        life = lives.life(event.number)
        kinds |= {event.kind, life.is_day_only, life.published_at < event.at - 400_000}
        with database.transaction() as session:
            if event.kind == PUBLISHED:
                bulletin, filing, _ = next(coming)
                come[event.number] = bulletin, filing
                said = bulletin.draft(life, filing, known, before_correction=life.fate == REVISED)
                publication.publish(session, bulletins.draft(session, said, public_id=bulletin.public_id))
            elif event.kind == GONE:
                publication.withdraw(session, event.number, reason=withdrawal_reason(known, event.number))
            else:
                bulletin, filing = come[event.number]
                said = bulletin.draft(life, filing, known)
                bulletins.correct(session, event.number, said, note=correction_note(known, event.number))
    assert kinds == {PUBLISHED, REVISED, GONE, True, False}


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.snapshot() as session:
        return {
            name: sorted((tuple(row) for row in session.execute(select(table)) if row[0] != "audit"), key=repr)
            for name, table in METADATA.tables.items()
            if name not in UNSEEN
        }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("large")


@pytest.fixture(scope="module")
def small_url(folder: Path) -> str:
    return large_store(folder, count=SMALL, database="sqlite")


def test_a_made_store_is_kept(folder: Path, small_url: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert has_large_store(folder, count=SMALL, database="sqlite")
    assert not has_large_store(folder, count=SMALL + 1, database="sqlite")
    assert large_store(folder, count=SMALL, database="sqlite") == small_url
    assert not capfd.readouterr().err


def test_stores_that_were_written_otherwise_are_dropped(folder: Path, small_url: str) -> None:
    old = folder / f"{keeping.PREFIX}0123456789abcdef_60.large"
    old.touch()
    assert large_store(folder, count=SMALL, database="sqlite") == small_url
    assert not old.exists()
    assert Path(make_url(small_url).database or "").exists()


def test_a_store_that_came_out_wrong_is_found(small_url: str) -> None:
    with copied(small_url) as copy:
        database = Database(copy)
        require_sound(database, count=SMALL, seed=keeping.SEED)
        with database.transaction() as session:
            session.execute(delete(DbPlacement).where(DbPlacement.selection_key == "all"))
        with pytest.raises(AssertionError, match=f"faults in a store of {SMALL} bulletins"):
            require_sound(database, count=SMALL, seed=keeping.SEED)
        database.dispose()
    assert not Path(make_url(copy).database or "").exists()


def test_cold_documents_are_measured_of_every_store(small_url: str) -> None:
    figures = measure_cold([(SMALL, small_url), (SMALL, small_url)], documents=3)
    assert [(len(each.cold.wall_ms), len(each.warm.wall_ms)) for each in figures] == [(3, 3), (3, 3)]
    table = "\n".join(cold_lines(figures))
    for word in ("sqlite", str(SMALL), "cold", "warm", "p99 ms", "x smallest"):
        assert word in table


def test_a_document_with_too_few_entries_is_no_figure(small_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cold, "_ENTRY", {format: re.compile(b"no such mark") for format in Format})
    with pytest.raises(AssertionError, match="holds 0 entries"):
        measure_cold([(SMALL, small_url)], documents=1)


def test_a_start_is_measured_beside_one_of_nothing(small_url: str) -> None:
    figures = measure_start(small_url, runs=1, workers=1)
    assert (len(figures.ours), len(figures.idle)) == (1, 1)
    assert "start to first answered poll" in figures.line()


def test_a_server_that_cannot_start_is_no_figure(tmp_path: Path) -> None:
    empty = tmp_path / "empty.sqlite"
    empty.touch()
    with pytest.raises(AssertionError, match="db upgrade"):
        measure_start(f"sqlite:///{empty}", runs=1, workers=1)
