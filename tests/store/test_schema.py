"""The schema: models and migrations agree on both databases, upgrades repeat safely, strangers are refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from store import schema
from store.database import Database
from store.errors import InputError, SchemaMismatch, StoreReadOnly, StoreUnavailable
from tests.support import stores


def test_models_and_migrations_agree(database: Database) -> None:
    assert schema.differences(database) == []


def test_a_difference_is_found(database: Database) -> None:
    with database.transaction() as session:
        session.execute(text("ALTER TABLE bulletin ADD COLUMN stray INTEGER"))
    assert any("stray" in difference for difference in schema.differences(database))
    with database.transaction() as session:
        session.execute(text("ALTER TABLE bulletin DROP COLUMN stray"))


def test_upgrade_repeats_safely_and_keeps_the_instance(database: Database) -> None:
    before = schema.upgrade(database)
    assert before.is_current
    with database.snapshot() as session:
        assert schema.instance_uuid(session) == stores.INSTANCE


def test_placements_have_no_row_ids_on_sqlite(sqlite_database: Database) -> None:
    with sqlite_database.snapshot() as session:
        made = session.execute(text("SELECT sql FROM sqlite_master WHERE name = 'placement'")).scalar_one()
    assert "WITHOUT ROWID" in made


def test_a_store_that_is_not_there_names_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(SchemaMismatch, match="bantin db upgrade"):
        schema.require_current(Database(f"sqlite:///{tmp_path / 'new.sqlite'}"))


def test_a_newer_store_is_left_alone(database: Database) -> None:
    wanted = schema.state(database).wanted
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaMismatch, match="9999"):
        schema.upgrade(database)
    with pytest.raises(SchemaMismatch, match="9999") as refusal:
        schema.require_current(database)
    # `db upgrade` would refuse it as well.
    assert "upgrade" not in str(refusal.value)
    assert "phiên bản mới hơn" in refusal.value.vietnamese
    with database.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :wanted"), {"wanted": wanted})


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="folder"):
        schema.upgrade(Database(f"sqlite:///{tmp_path / 'file' / 'bantin.sqlite'}"))


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "bantin.sqlite"
    path.write_bytes(b"Chao ban, day khong phai la co so du lieu." * 100)
    with pytest.raises(StoreUnavailable, match="no database"):
        schema.state(Database(f"sqlite:///{path}"))


def test_a_read_only_store_serves_and_refuses_writes(tmp_path: Path, sqlite_template: Path) -> None:
    path = tmp_path / "bantin.sqlite"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///file:{path}?mode=ro&uri=true")
    schema.require_current(database)
    with pytest.raises(StoreReadOnly, match="write permission"), database.transaction() as session:
        session.execute(text("UPDATE counter SET value = value + 1"))
    database.dispose()


@pytest.mark.parametrize("url", ["", "hello", "mysql://root@localhost/test", "sqlite://", "sqlite:///:memory:"])
def test_a_bad_database_url_names_what_is_accepted(url: str) -> None:
    with pytest.raises(InputError, match="postgresql://"):
        Database(url)


def test_a_database_that_does_not_answer_is_said() -> None:
    pytest.importorskip("psycopg")
    database = Database("postgresql://nobody@127.0.0.1:1/none")
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        schema.state(database)
