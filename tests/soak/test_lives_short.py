"""The soak run of writers in short: four processes, killed on the way, leave what they told of and nothing half."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.attachments.disk import DiskStorage
from store.database import Database
from tests.soak import lives, operations, soundness, words
from tests.soak.entity_replay import Bodies, bodies_of, entity_faults
from tests.soak.journal import End, Journal, Told, read_journal
from tests.soak.prepared import sqlite
from tests.soak.replay import Replayed, bulletin_faults, replay
from tests.support import stores
from tests.support.requirements import lacks


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_killed_writers_leave_what_they_acknowledged(database: str, tmp_path: Path) -> None:
    missing = stores.postgres_missing() if database == "postgres" else None
    if missing:
        lacks("postgres", missing)
    said: list[str] = []
    done = lives.live(database, tmp_path, operations=20, kills=1, seed=3, say=said.append)
    assert done.kills == 1, said
    assert done.acknowledged >= 20
    assert len(done.kinds) >= 5
    assert done.editions > 0
    assert done.documents >= 3


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Bodies, list[Told]]:
    """A store on which one process did a hundred operations, what was there before, and what it told of them."""
    folder = tmp_path_factory.mktemp("lived")
    with sqlite(folder / "store") as url:
        database = Database(url)
        with database.snapshot() as session:
            begun = bodies_of(session)
        database.dispose()
        operations.main([url, str(folder), "5", "100", str(folder / "journal")])
    return folder, begun, read_journal(folder / "journal")


def _faults(store: Path, files: Path, begun: Bodies, told: list[Told]) -> list[str]:
    database = Database(f"sqlite:///{store}")
    try:
        with database.snapshot() as session:
            replayed: Replayed = replay(session, [told])
            never = {each.word for each in told} - {each.told.word for each in replayed.committed}
            found = [*replayed.faults, *bulletin_faults(session, replayed), *entity_faults(session, replayed, begun)]
            found += words.faults_in_rows(session, never, lives.expunged_words(replayed))
        return [*found, *soundness.faults_of(database, DiskStorage(files))]
    finally:
        database.dispose()


DAMAGE = [
    "UPDATE bulletin SET title = title || '.' WHERE number = (SELECT min(number) FROM bulletin WHERE title <> '')",
    "UPDATE bulletin SET status = 'published' WHERE status = 'withdrawn'",
    "UPDATE bulletin SET arrival = arrival + 100 WHERE arrival = 1",
    "UPDATE body SET html = html || ' ' WHERE bulletin = (SELECT min(bulletin) FROM body)",
    "DELETE FROM body WHERE bulletin = (SELECT min(bulletin) FROM body)",
    "DELETE FROM placement WHERE selection_key = 'all'",
    "INSERT INTO placement VALUES ('c1.o1', 1)",
    "DELETE FROM revision WHERE revision = 2",
    "UPDATE revision SET content = replace(content, 'bản', 'xã') WHERE revision = 1",
    "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
    "DELETE FROM audit WHERE action = 'corrected'",
    "UPDATE audit SET actor = '5.999' WHERE number = (SELECT max(number) FROM audit)",
    "DELETE FROM change WHERE edition = 3",
    "UPDATE counter SET value = value + 1 WHERE name = 'edition'",
    "UPDATE counter SET value = value + 1 WHERE name = 'arrival'",
    "UPDATE category SET name = name || '.' WHERE id = (SELECT max(id) FROM category)",
    "UPDATE organisation SET parent_id = 1 WHERE id = (SELECT max(id) FROM organisation WHERE parent_id IS NULL)",
    "DELETE FROM former_name",
    "DELETE FROM alias",
    "UPDATE correction SET note = note || '.'",
    "UPDATE bulletin SET gone_reason = 'không rõ' WHERE status = 'withdrawn'",
    "UPDATE attachment SET digest = NULL WHERE digest IS NOT NULL",
    "DELETE FROM tombstone WHERE selection_key = 'all'",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_seen(damage: str, lived: tuple[Path, Bodies, list[Told]], tmp_path: Path) -> None:
    folder, begun, told = lived
    shutil.copyfile(folder / "store" / "bantin.sqlite", tmp_path / "damaged.sqlite")
    with closing(sqlite3.connect(tmp_path / "damaged.sqlite")) as connection, connection:
        assert connection.execute(damage).rowcount > 0
    assert _faults(tmp_path / "damaged.sqlite", folder / "files", begun, told)


def test_an_undamaged_store_has_no_fault(lived: tuple[Path, Bodies, list[Told]], tmp_path: Path) -> None:
    folder, begun, told = lived
    shutil.copyfile(folder / "store" / "bantin.sqlite", tmp_path / "sound.sqlite")
    assert _faults(tmp_path / "sound.sqlite", folder / "files", begun, told) == []
    assert {each.end for each in told} >= {End.DONE, End.REFUSED}


def test_a_lost_photo_is_seen(lived: tuple[Path, Bodies, list[Told]], tmp_path: Path) -> None:
    folder, begun, told = lived
    shutil.copyfile(folder / "store" / "bantin.sqlite", tmp_path / "sound.sqlite")
    shutil.copytree(folder / "files", tmp_path / "files")
    for photo in (tmp_path / "files").rglob("*"):
        if photo.is_file():
            photo.write_bytes(photo.read_bytes()[:-1])
    assert _faults(tmp_path / "sound.sqlite", tmp_path / "files", begun, told)


def test_expunged_words_are_found_wherever_they_lie(lived: tuple[Path, Bodies, list[Told]], tmp_path: Path) -> None:
    folder, _, told = lived
    store = tmp_path / "store.sqlite"
    shutil.copyfile(folder / "store" / "bantin.sqlite", store)
    database = Database(f"sqlite:///{store}")
    with database.snapshot() as session:
        [word, *_] = sorted(lives.expunged_words(replay(session, [told])))
        assert list(words.faults_in_rows(session, set(), {word})) == []
    assert list(words.faults_in_files(database, tmp_path / "files", {word})) == []
    database.dispose()
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("INSERT INTO alias VALUES ('author', 1, ?)", [f"người {word}"])
    with database.snapshot() as session:
        [row_fault] = words.faults_in_rows(session, set(), {word})
    database.dispose()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "photo").write_bytes(b"\xff\xd8" + word.encode())
    assert "alias.alias" in row_fault
    assert len(list(words.faults_in_files(database, tmp_path / "files", {word}))) == 2


def test_a_torn_line_counts_as_never_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path)
    journal.intend("1.1", {"do": "draft"})
    journal.end("1.1", End.DONE, {"number": 1}, seconds=0.1)
    journal.intend("1.2", {"do": "publish"})
    journal.end("1.2", End.DONE, {"number": 1}, seconds=0.1)
    whole = path.read_bytes()
    assert [each.end for each in read_journal(path)] == [End.DONE, End.DONE]
    path.write_bytes(whole[:-4])
    assert [(each.op, each.end) for each in read_journal(path)] == [("1.1", End.DONE), ("1.2", End.UNKNOWN)]
    path.write_bytes(whole[: whole.index(b'{"op": "1.2"')])
    assert [each.op for each in read_journal(path)] == ["1.1"]
