"""A restored store is the one that was backed up, to the row and the byte; what is no whole backup changes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import uuid
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import inspect, select, text

from store import bulletins, catalogue, changes, publication, schema, taxonomy
from store.attachments.disk import DiskStorage
from store.backups import manifest as manifests
from store.backups.archive import LINE_BYTES
from store.backups.restoring import inspect_backup, restore
from store.backups.target import building_place
from store.backups.writing import Backup
from store.database import Database, sqlite_url
from store.errors import BackupRefused, Conflict, InputError, SchemaMismatch
from store.models import METADATA, DbBulletin, DbCategory
from tests.support import stores
from tests.support.backups import Members, altered, back_up, fill, read_members, write_members
from tests.support.requirements import lacks
from tests.support.samples import draft
from tests.support.stores import INSTANCE, Clock

OLD_STORE = Path(__file__).parents[1] / "data" / "stores" / "0001.json"


@pytest.fixture
def backup(database: Database, storage: DiskStorage, clock: Clock, tmp_path: Path) -> Backup:
    """A backup of a store on either kind of database."""
    fill(database, storage, clock)
    return back_up(database, storage, tmp_path / "backups")


@pytest.fixture
def sqlite_backup(sqlite_database: Database, storage: DiskStorage, clock: Clock, tmp_path: Path) -> Backup:
    fill(sqlite_database, storage, clock)
    return back_up(sqlite_database, storage, tmp_path / "backups")


class Place:
    """An empty place to restore into."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.storage = DiskStorage(folder / "files")

    def restore(self, path: Path) -> manifests.Manifest:
        return restore(self.database, self.storage, path)

    def assert_untouched(self) -> None:
        assert [path for path in self.folder.rglob("*") if path.is_file()] == []
        if not self.database.is_sqlite:
            assert inspect(self.database.engine).get_table_names() == []


@pytest.fixture
def sqlite_place(tmp_path: Path, clock: Clock) -> Iterator[Place]:
    database = Database(sqlite_url(tmp_path / "new" / "bantin.sqlite"), clock=clock)
    yield Place(database, tmp_path / "new")
    database.dispose()


@pytest.fixture
def postgres_place(tmp_path: Path, clock: Clock) -> Iterator[Place]:
    missing = stores.postgres_missing()
    if missing:
        lacks("postgres", missing)
    url = stores.empty_postgres_url()
    database = Database(url, clock=clock)
    yield Place(database, tmp_path / "new")
    database.dispose()
    stores.drop_postgres(url)


@pytest.fixture(params=["to-sqlite", "to-postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    found: Place = request.getfixturevalue("sqlite_place" if request.param == "to-sqlite" else "postgres_place")
    return found


def test_all_rows_and_files_come_back_on_either_database(
    backup: Backup, place: Place, storage: DiskStorage, tmp_path: Path
) -> None:
    assert place.restore(backup.path) == backup.manifest
    again = back_up(place.database, place.storage, tmp_path / "again")
    assert again.manifest.tables == backup.manifest.tables
    assert again.manifest.files == backup.manifest.files
    for digest in again.manifest.files:
        assert place.storage.get(digest) == storage.get(digest)
    assert (again.manifest.instance, again.manifest.edition) == (INSTANCE, backup.manifest.edition)
    assert schema.differences(place.database) == []
    assert schema.damage(place.database) == []
    with place.database.snapshot() as session:
        assert session.get_one(DbCategory, 1).parent_id == 2


def test_the_restored_store_goes_on_where_the_old_one_stood(backup: Backup, place: Place, clock: Clock) -> None:
    place.restore(backup.path)
    clock.move(minutes=1)
    with place.database.transaction() as session:
        assert taxonomy.add_category(session, "Du lịch").id == 5
        assert taxonomy.add_organisation(session, "Sở Du lịch").id == 3
        assert taxonomy.add_author(session, "Người mới").id == 2
        number = bulletins.draft(session, draft(publisher="Hội Nông dân tỉnh", categories=("Du lịch",)))
        publication.publish(session, number)
        assert number == 9
        assert catalogue.get_bulletin(session, number).arrival == 7
        assert changes.current_edition(session) > backup.manifest.edition


def test_nothing_but_the_store_is_left_in_its_folder(sqlite_backup: Backup, sqlite_place: Place) -> None:
    sqlite_place.restore(sqlite_backup.path)
    assert {path.name for path in sqlite_place.folder.iterdir()} == {"bantin.sqlite", "files"}
    with sqlite3.connect(sqlite_place.folder / "bantin.sqlite") as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_an_empty_file_and_content_by_its_digest_may_be_there(
    sqlite_backup: Backup, sqlite_place: Place, storage: DiskStorage
) -> None:
    digest, damaged, *_ = sqlite_backup.manifest.files
    for number, content in ((digest, storage.get(digest)), (damaged, b"rotten")):
        sqlite_place.storage.path(number).parent.mkdir(parents=True, exist_ok=True)
        sqlite_place.storage.path(number).write_bytes(content)
    (sqlite_place.folder / "bantin.sqlite").touch()
    sqlite_place.restore(sqlite_backup.path)
    assert sqlite_place.storage.get(damaged) == storage.get(damaged)


@pytest.mark.parametrize("name", ["bantin.sqlite", "bantin.sqlite-wal", "bantin.sqlite-journal", "files/notes.txt"])
def test_a_place_that_is_not_empty_is_left_as_it_is(sqlite_backup: Backup, sqlite_place: Place, name: str) -> None:
    there = sqlite_place.folder / name
    there.parent.mkdir(parents=True)
    there.write_bytes(b"somebody's")
    with pytest.raises(Conflict, match="BANTIN_DATA") as refusal:
        sqlite_place.restore(sqlite_backup.path)
    assert there.name in str(refusal.value)
    assert "giữ nguyên" in refusal.value.vietnamese
    assert [path for path in sqlite_place.folder.rglob("*") if path.is_file()] == [there]
    assert there.read_bytes() == b"somebody's"


def test_a_database_with_tables_is_left_as_it_is(sqlite_backup: Backup, postgres_place: Place) -> None:
    with postgres_place.database.engine.begin() as connection:
        connection.execute(text("CREATE TABLE guests (name TEXT)"))
    with pytest.raises(Conflict, match="guests"):
        postgres_place.restore(sqlite_backup.path)
    assert inspect(postgres_place.database.engine).get_table_names() == ["guests"]
    assert not postgres_place.folder.exists()


def test_a_database_that_is_no_plain_file_is_refused(sqlite_backup: Backup, tmp_path: Path) -> None:
    database = Database(f"sqlite:///file:{tmp_path / 'new.sqlite'}?mode=rwc&uri=true")
    with pytest.raises(InputError, match="BANTIN_DATABASE_URL"):
        restore(database, DiskStorage(tmp_path / "new"), sqlite_backup.path)


def test_two_restores_into_one_place_do_not_meet(sqlite_backup: Backup, sqlite_place: Place) -> None:
    with building_place(sqlite_place.database) as built:
        with pytest.raises(Conflict, match="another restore") as refusal:
            sqlite_place.restore(sqlite_backup.path)
        schema.upgrade(built)
    assert "đợi" in refusal.value.vietnamese
    assert schema.state(sqlite_place.database).is_current


def test_a_store_that_appeared_meanwhile_is_not_replaced(sqlite_backup: Backup, sqlite_place: Place) -> None:
    def appear(what: str, _done: int, _total: int) -> None:
        if what == "loading bulletin":
            (sqlite_place.folder / "bantin.sqlite").write_bytes(b"a new store")

    with pytest.raises(Conflict, match="there already"):
        restore(sqlite_place.database, sqlite_place.storage, sqlite_backup.path, progress=appear)
    assert (sqlite_place.folder / "bantin.sqlite").read_bytes() == b"a new store"


@pytest.mark.parametrize("reader", ["restore", "inspect"])
def test_a_backup_cut_short_anywhere_is_refused(
    sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path, reader: str
) -> None:
    whole = sqlite_backup.path.read_bytes()
    random = Random(11)
    for length in [0, 1, 21, 22, len(whole) - 1, len(whole) - 22, *(random.randrange(len(whole)) for _ in range(20))]:
        cut = tmp_path / "cut.zip"
        cut.write_bytes(whole[:length])
        with pytest.raises(BackupRefused, match="cut short") as refusal:
            sqlite_place.restore(cut) if reader == "restore" else inspect_backup(cut)
        assert "bị cắt ngắn" in refusal.value.vietnamese
    sqlite_place.assert_untouched()


def test_a_changed_byte_in_any_member_is_noticed(sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path) -> None:
    whole = sqlite_backup.path.read_bytes()
    random = Random(12)
    with zipfile.ZipFile(sqlite_backup.path) as archive:
        members = [info for info in archive.infolist() if info.compress_size > 2]
    assert len(members) > 20
    for info in members:
        start = info.header_offset + 30 + int.from_bytes(whole[info.header_offset + 26 :][:2], "little")
        start += int.from_bytes(whole[info.header_offset + 28 :][:2], "little")
        flipped = bytearray(whole)
        flipped[start + random.randrange(info.compress_size)] ^= 1 << random.randrange(8)
        path = tmp_path / "flipped.zip"
        path.write_bytes(flipped)
        with pytest.raises(BackupRefused):
            sqlite_place.restore(path)
    sqlite_place.assert_untouched()


def test_a_changed_byte_anywhere_is_noticed_or_changes_no_content(sqlite_backup: Backup, tmp_path: Path) -> None:
    whole = sqlite_backup.path.read_bytes()
    content = read_members(sqlite_backup.path)
    random = Random(13)
    # The members' headers and the directory at the end, where zip keeps dates and permissions besides.
    places = [random.randrange(len(whole)) for _ in range(150)] + [len(whole) - back for back in range(1, 151)]
    refused = 0
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << random.randrange(8)
        path = tmp_path / "flipped.zip"
        path.write_bytes(flipped)
        try:
            inspect_backup(path)
        except BackupRefused:
            refused += 1
        else:
            assert read_members(path) == content
    assert refused > len(places) / 2


def drop(name: str) -> Callable[[Members], None]:
    return lambda members: members.__delitem__(name)


def put(name: str, content: bytes) -> Callable[[Members], None]:
    return lambda members: members.__setitem__(name, content)


def append(table: str, line: bytes) -> Callable[[Members], None]:
    name = f"tables/{table}.jsonl"
    return lambda members: members.__setitem__(name, members[name] + line)


def replace(table: str, old: str, new: str) -> Callable[[Members], None]:
    name = f"tables/{table}.jsonl"

    def change(members: Members) -> None:
        assert old.encode() in members[name]
        members[name] = members[name].replace(old.encode(), new.encode("utf-8", "surrogatepass"), 1)

    return change


def in_manifest(**said: object) -> Callable[[Members], None]:
    return lambda members: members.__setitem__(
        "manifest.json", json.dumps(json.loads(members["manifest.json"]) | said).encode()
    )


def first_file(members: Members) -> None:
    name = next(name for name in members if name.startswith("files/"))
    members[name] = bytes(len(members[name]))


ALIAS = b'{"kind": "category", "entity_id": 1, "alias": "x"}\n'
ALTERATIONS = {
    "a table is gone": drop("tables/body.jsonl"),
    "the manifest is gone": drop("manifest.json"),
    "a member more": put("tables/guest.jsonl", b""),
    "a member outside": put("../../etc/cron.d/x", b"boo"),
    "a row more": append("alias", ALIAS),
    "another text": replace("bulletin", "Bản tin số 1", "Bản tin số 7"),
    "another file": first_file,
    "no manifest of ours": put("manifest.json", b'{"format": "other"}'),
    "no JSON": put("manifest.json", b"\xff"),
    "deep JSON": put("manifest.json", b"[" * 100_000),
    "a list": put("manifest.json", b"[]"),
    "no members": in_manifest(members={}),
    "another edition": in_manifest(edition=7),
    "a negative edition": in_manifest(edition=-1),
    "another instance": in_manifest(instance=str(uuid.UUID(int=5))),
    "no instance": in_manifest(instance="x"),
    "no instant": in_manifest(made_at="2026-11-20"),
}


@pytest.mark.parametrize("alteration", ALTERATIONS)
def test_an_altered_backup_changes_nothing(
    sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path, alteration: str
) -> None:
    path = altered(sqlite_backup.path, tmp_path / "altered.zip", ALTERATIONS[alteration], consistent=False)
    with pytest.raises(BackupRefused) as refusal:
        sqlite_place.restore(path)
    assert "altered.zip" in str(refusal.value)
    assert "không có gì bị thay đổi" in refusal.value.vietnamese
    sqlite_place.assert_untouched()


FORGERIES = {
    "a row without its columns": append("alias", b'{"kind": "category"}\n'),
    "a column more": append("alias", ALIAS.replace(b"}", b', "x": 1}')),
    "a list for a row": append("alias", b"[]\n"),
    "no JSON": append("alias", b"{\n"),
    "deep JSON": append("alias", b"[" * 100_000 + b"\n"),
    "a line without end": append("alias", ALIAS.rstrip()),
    "a text for a number": append("alias", ALIAS.replace(b"1", b'"1"')),
    "a fraction for a number": append("alias", ALIAS.replace(b"1", b"1.5")),
    "a truth for a number": append("alias", ALIAS.replace(b"1", b"true")),
    "a number for a text": append("alias", ALIAS.replace(b'"x"', b"5")),
    "an object for a text": append("alias", ALIAS.replace(b'"x"', b"{}")),
    "a huge number": append("alias", ALIAS.replace(b"1", b"1" + b"0" * 30)),
    "nothing for a text": append("alias", ALIAS.replace(b'"x"', b"null")),
    "half a character": append("alias", ALIAS.replace(b'"x"', b'"\\ud83d"')),
    "a row twice": append("alias", ALIAS * 2),
    "no instant": replace("bulletin", "2026-11-01T05:00:00Z", "2026-11-01"),
    "no such day": replace("bulletin", "2026-11-01T05:00:00Z", "2026-02-30T05:00:00Z"),
    "no such status": replace("bulletin", '"status": "draft"', '"status": "secret"'),
    "a category that is not there": replace("bulletin_category", '"category_id": 1', '"category_id": 77'),
    "another store's rows": replace("instance", str(INSTANCE), str(uuid.UUID(int=3))),
    "two stores": append("instance", b'{"id": 2, "uuid": "x", "created_at": "2026-11-20T05:00:00Z"}\n'),
    "a table that is not ours": put("tables/guest.jsonl", b""),
    "a table of workers": put("tables/lease.jsonl", b""),
    "a table less": drop("tables/redirect.jsonl"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_backup_changes_nothing(
    sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path, forgery: str
) -> None:
    # The manifest agrees with the members, so that only the rows themselves can be wrong.
    assert_refused(sqlite_backup, sqlite_place, tmp_path, forgery)


def test_a_forged_backup_changes_nothing_on_a_server(
    sqlite_backup: Backup, postgres_place: Place, tmp_path: Path
) -> None:
    for forgery in FORGERIES:
        assert_refused(sqlite_backup, postgres_place, tmp_path, forgery)


def assert_refused(backup: Backup, place: Place, folder: Path, forgery: str) -> None:
    path = altered(backup.path, folder / "forged.zip", FORGERIES[forgery], consistent=True)
    with pytest.raises(BackupRefused) as refusal:
        place.restore(path)
    assert "forged.zip" in str(refusal.value)
    assert refusal.value.vietnamese
    place.assert_untouched()


def test_the_same_members_in_another_file_are_as_good(
    sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path
) -> None:
    # Otherwise the refusals above might be those of the file that the test wrote.
    path = altered(sqlite_backup.path, tmp_path / "copy.zip", lambda members: None, consistent=True)
    assert sqlite_place.restore(path) == sqlite_backup.manifest


def test_what_only_one_database_cannot_keep_is_refused_there(
    sqlite_backup: Backup, postgres_place: Place, tmp_path: Path
) -> None:
    for line in (ALIAS.replace(b'"x"', b'"\\u0000"'), ALIAS.replace(b"1", b"5000000000")):
        path = altered(sqlite_backup.path, tmp_path / "forged.zip", append("alias", line), consistent=True)
        with pytest.raises(BackupRefused):
            postgres_place.restore(path)
        postgres_place.assert_untouched()


def test_an_endless_line_is_not_read_to_its_end(sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path) -> None:
    bomb = append("alias", b" " * (LINE_BYTES + (2 << 20)) + b"\n")
    path = altered(sqlite_backup.path, tmp_path / "bomb.zip", bomb, consistent=True)
    assert path.stat().st_size < 2_000_000
    with pytest.raises(BackupRefused):
        sqlite_place.restore(path)
    sqlite_place.assert_untouched()


def test_a_file_that_would_unfold_is_refused(sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in read_members(sqlite_backup.path).items():
            archive.writestr(name, content)
    with pytest.raises(BackupRefused, match="files/"):
        sqlite_place.restore(path)
    sqlite_place.assert_untouched()


def test_a_member_twice_and_bytes_around_the_archive_are_refused(
    sqlite_backup: Backup, sqlite_place: Place, tmp_path: Path
) -> None:
    whole = sqlite_backup.path.read_bytes()
    (tmp_path / "before.zip").write_bytes(b"#!/bin/sh\n" + whole)
    (tmp_path / "after.zip").write_bytes(whole + b"\n")
    twice = write_members(tmp_path / "twice.zip", read_members(sqlite_backup.path))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(twice, "a") as archive:
        archive.writestr("manifest.json", read_members(sqlite_backup.path)["manifest.json"], zipfile.ZIP_DEFLATED)
    for name in ("before", "after", "twice"):
        with pytest.raises(BackupRefused):
            sqlite_place.restore(tmp_path / f"{name}.zip")
    sqlite_place.assert_untouched()


def test_files_that_are_no_backups_are_refused(sqlite_place: Place, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("Chào bạn")
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "Chào bạn")
    with zipfile.ZipFile(tmp_path / "empty.zip", "w"):
        pass
    for name in ("text", "other", "empty"):
        with pytest.raises(BackupRefused):
            sqlite_place.restore(tmp_path / f"{name}.zip")
    for path in (tmp_path, tmp_path / "nowhere.zip", Path("x\0y"), tmp_path / ("x" * 300)):
        with pytest.raises(InputError, match="FILE") as refusal:
            sqlite_place.restore(path)
        assert refusal.value.vietnamese
    sqlite_place.assert_untouched()


def test_a_newer_backup_is_left_to_a_newer_version(sqlite_backup: Backup, place: Place, tmp_path: Path) -> None:
    newer = altered(sqlite_backup.path, tmp_path / "9999.zip", in_manifest(schema="9999"), consistent=False)
    for reader in (place.restore, inspect_backup):
        with pytest.raises(SchemaMismatch, match="9999") as refusal:
            reader(newer)
        assert "phiên bản mới hơn" in refusal.value.vietnamese
    newer = altered(sqlite_backup.path, tmp_path / "format.zip", in_manifest(format_version=2), consistent=False)
    with pytest.raises(BackupRefused, match="newer version") as said:
        place.restore(newer)
    assert "mới hơn" in said.value.vietnamese
    place.assert_untouched()


def old_backup(path: Path) -> tuple[Path, dict[str, list[dict[str, object]]]]:
    """Make the backup of a store at the first schema."""

    def plain(value: object) -> object:
        return str(value["at"]).replace("+00:00", "Z") if isinstance(value, dict) else value

    rows = {
        table: [{name: plain(value) for name, value in row.items()} for row in found]
        for table, found in json.loads(OLD_STORE.read_text(encoding="utf-8")).items()
    }
    members = {
        f"tables/{table}.jsonl": "".join(json.dumps(row) + "\n" for row in found).encode()
        for table, found in rows.items()
    }
    manifest = manifests.Manifest(
        version="0.1.0",
        schema="0001",
        instance=INSTANCE,
        edition=next(int(str(row["value"])) for row in rows["counter"] if row["name"] == "edition"),
        made_at=stores.NOON,
        tables={},
        files={},
        lost={str(row["digest"]): "missing" for row in rows["stored_file"]},
    )
    write_members(path, members | {"manifest.json": manifests.dump(manifest)})
    return altered(path, path.with_name("old.zip"), lambda members: None, consistent=True), rows


def test_an_older_backup_is_upgraded(place: Place, tmp_path: Path) -> None:
    path, rows = old_backup(tmp_path / "first.zip")
    manifest = place.restore(path)
    assert manifest.schema == "0001"
    assert schema.state(place.database).is_current
    assert schema.differences(place.database) == []
    with place.database.snapshot() as session:
        titles = {row.number: row.title for row in session.scalars(select(DbBulletin))}
        assert titles == {row["number"]: row["title"] for row in rows["bulletin"]}
        assert changes.current_edition(session) == manifest.edition
    with place.database.transaction() as session:
        assert taxonomy.add_category(session, "Du lịch").id == len(rows["category"]) + 1


def test_a_restore_that_fails_late_takes_its_files_away_again(
    sqlite_backup: Backup, sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(what: str, _done: int, _total: int) -> None:
        if what == "loading revision":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restore(sqlite_place.database, sqlite_place.storage, sqlite_backup.path, progress=fail)
    sqlite_place.assert_untouched()
    assert not list(sqlite_place.folder.glob(".*"))
    sqlite_place.restore(sqlite_backup.path)


def test_what_a_killed_restore_left_is_in_nobodys_way(sqlite_backup: Backup, sqlite_place: Place) -> None:
    left = sqlite_place.folder / ".bantin.sqlite.restoring"
    left.mkdir(parents=True)
    for name in ("store", "store-wal", "store-shm"):
        (left / name).write_bytes(os.urandom(5000))
    sqlite_place.restore(sqlite_backup.path)
    assert {path.name for path in sqlite_place.folder.iterdir()} == {"bantin.sqlite", "files"}
    assert schema.damage(sqlite_place.database) == []


def test_looking_into_a_backup_says_what_is_in_it(sqlite_backup: Backup) -> None:
    manifest = inspect_backup(sqlite_backup.path)
    assert manifest == sqlite_backup.manifest
    assert (manifest.bulletins, len(manifest.files), manifest.instance) == (8, 7, INSTANCE)


def test_large_tables_arrive_in_batches(
    sqlite_database: Database, storage: DiskStorage, sqlite_place: Place, tmp_path: Path
) -> None:
    with sqlite_database.transaction() as session:
        session.execute(
            METADATA.tables["alias"].insert(),
            [{"kind": "category", "entity_id": number, "alias": "Tên khác " * 30} for number in range(2_500)],
        )
    made = back_up(sqlite_database, storage, tmp_path / "backups")
    assert made.manifest.tables["alias"].rows == 2_500
    sqlite_place.restore(made.path)
    again = back_up(sqlite_place.database, sqlite_place.storage, tmp_path / "again")
    assert again.manifest.tables == made.manifest.tables
