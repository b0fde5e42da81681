"""The reform's figures are those of work that was done right: measured small, on both kinds of database."""

from __future__ import annotations

from pathlib import Path

import pytest

from store.database import Database
from tests.bench import corpus
from tests.bench.reorganisation import measure_reform
from tests.support import stores
from tests.support.requirements import lacks

BULLETINS, RENAMES, MERGERS = 60, 30, 6


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return corpus.sqlite_store(tmp_path_factory.mktemp("reform"), count=BULLETINS, seed=5)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_small_reform_moves_nothing_that_must_stay(database: str, store: Path, tmp_path: Path) -> None:
    missing = stores.postgres_missing() if database == "postgres" else None
    if missing:
        lacks("postgres", missing)
    copied = corpus.copied_postgres if database == "postgres" else corpus.copied_sqlite
    with copied(store) as url:
        done = measure_reform(url, tmp_path, renames=RENAMES, mergers=MERGERS, seed=5)
    assert (done.bulletins, len(done.renames), len(done.mergers)) == (BULLETINS, RENAMES, MERGERS)
    assert min(done.renames + done.mergers) > 0
    assert done.addresses >= RENAMES + done.communes


def test_a_reform_that_moves_updated_is_no_figure(store: Path, tmp_path: Path) -> None:
    with corpus.copied_sqlite(store) as url:
        trigger = (
            "CREATE TRIGGER restless AFTER UPDATE OF version ON bulletin BEGIN "
            "UPDATE bulletin SET updated_at = '2030-01-01 00:00:00' WHERE number = new.number; END"
        )
        database = Database(url)
        with database.transaction() as session:
            session.connection().exec_driver_sql(trigger)
        database.dispose()
        with pytest.raises(AssertionError, match="updated"):
            measure_reform(url, tmp_path, renames=RENAMES, mergers=MERGERS, seed=5)
