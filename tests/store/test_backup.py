"""A backup is one whole, private, verified file of the store at one edition, or there is none."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import Boolean, DateTime, Integer, String, delete, func, select, text

from store import changes, schema
from store.attachments.disk import DiskStorage
from store.backups.archive import open_archive
from store.backups.places import Destination, part_file, read_destination, remove_oldest
from store.backups.restoring import inspect_backup
from store.backups.writing import ATTEMPTS, write_backup
from store.database import Database
from store.errors import AlreadyExists, DiskFull, InputError, SchemaMismatch, StoreUnavailable
from store.models import METADATA, DbAttachment, DbFileRemoval, DbLease, DbRevision, UtcDateTime
from tests.support.backups import altered, back_up, fill, read_members
from tests.support.stores import INSTANCE, Clock


@pytest.fixture
def filled(database: Database, storage: DiskStorage, clock: Clock) -> Database:
    fill(database, storage, clock)
    return database


def photo_digests(database: Database) -> list[str]:
    with database.snapshot() as session:
        found = session.scalars(select(DbAttachment.digest).where(DbAttachment.digest.is_not(None)).distinct())
        return sorted(digest for digest in found if digest)


def test_the_file_is_named_private_and_alone(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    made = back_up(filled, storage, tmp_path / "backups")
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [made.path.name]
    assert re.fullmatch(r"bantin-20261120-0508\d\d-e\d+\.zip", made.path.name)
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert made.size_bytes == made.path.stat().st_size
    assert inspect_backup(made.path) == made.manifest


def test_every_row_of_every_table_is_in_it(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    with filled.transaction() as session:
        now = datetime(2026, 11, 20, tzinfo=UTC)
        session.add(DbLease(name="worker", holder="here", beat=1, held_since=now, beat_at=now))
    made = back_up(filled, storage, tmp_path / "backups")
    assert set(made.manifest.tables) == set(METADATA.tables) - {"lease"}
    with filled.snapshot() as session:
        for name, member in made.manifest.tables.items():
            assert member.rows == session.scalar(select(func.count()).select_from(METADATA.tables[name])), name
        assert made.manifest.edition == changes.current_edition(session)
    assert made.manifest.instance == INSTANCE
    said = read_members(made.path)["tables/bulletin.jsonl"].decode()
    assert "Bản tin số 1" in said
    assert '"published_at": "2026-11-01T05:00:00Z"' in said
    # What was expunged is in no backup made afterwards.
    assert "Bản tin số 5" not in "".join(
        content.decode() for name, content in read_members(made.path).items() if name.startswith("tables/")
    )


def test_files_are_those_that_bulletins_and_their_revisions_refer_to(
    filled: Database, storage: DiskStorage, tmp_path: Path
) -> None:
    storage.put(b"nobody refers to this", "image/jpeg")
    made = back_up(filled, storage, tmp_path / "backups")
    with filled.snapshot() as session:
        said = "".join(session.scalars(select(DbRevision.content)))
    mentioned = set(re.findall(r"[0-9a-f]{64}", said))
    assert mentioned > set(photo_digests(filled))
    assert set(made.manifest.files) == mentioned
    with open_archive(made.path) as archive:
        for digest in mentioned:
            assert archive.read_file(digest) == storage.get(digest)


def test_every_column_is_of_a_kind_that_a_backup_carries() -> None:
    for table in METADATA.sorted_tables:
        for column in table.columns:
            assert isinstance(column.type, Boolean | Integer | String | DateTime | UtcDateTime), column


def test_lost_and_damaged_files_are_reported_and_the_rest_is_saved(
    filled: Database, storage: DiskStorage, tmp_path: Path
) -> None:
    missing, damaged, *sound = photo_digests(filled)
    storage.path(missing).unlink()
    storage.path(damaged).write_bytes(b"something else")
    made = back_up(filled, storage, tmp_path / "backups")
    assert made.manifest.lost == {missing: "missing", damaged: "damaged"}
    assert set(made.manifest.files) >= set(sound)
    assert inspect_backup(made.path).lost == made.manifest.lost


def expunge_file(database: Database, storage: DiskStorage, digest: str) -> None:
    with database.transaction() as session:
        session.execute(delete(DbAttachment).where(DbAttachment.digest == digest))
        for revision in session.scalars(select(DbRevision).where(DbRevision.content.contains(digest))):
            revision.content = "{}"
        session.merge(DbFileRemoval(digest=digest, asked_at=database.clock()))
    storage.remove(digest)


def test_what_is_expunged_meanwhile_is_not_in_the_backup(
    filled: Database, storage: DiskStorage, tmp_path: Path
) -> None:
    *_, last = photo_digests(filled)
    came = []

    def expunge_once(what: str, _done: int, _total: int) -> None:
        if what == "copying files" and not came:
            came.append(what)
            expunge_file(filled, storage, last)

    made = write_backup(filled, storage, Destination(tmp_path / "backups"), progress=expunge_once)
    assert came
    assert made.manifest.lost == {}
    members = read_members(made.path)
    assert f"files/{last}" not in members
    assert last not in members["tables/revision.jsonl"].decode()
    assert json.loads(members["tables/file_removal.jsonl"].splitlines()[-1])["digest"]


def test_a_store_that_does_not_hold_still_is_refused(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    waiting = photo_digests(filled)[1:]
    assert len(waiting) >= ATTEMPTS

    def expunge_always(what: str, done: int, _total: int) -> None:
        if what == "copying files" and done == 1 and waiting:
            expunge_file(filled, storage, waiting.pop())

    with pytest.raises(StoreUnavailable, match="try again") as refusal:
        write_backup(filled, storage, Destination(tmp_path / "backups"), progress=expunge_always)
    assert "hãy thử lại" in refusal.value.vietnamese
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_full_disk_leaves_nothing_behind(
    filled: Database, storage: DiskStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull, match="free some space") as refusal:
        back_up(filled, storage, tmp_path / "backups")
    assert "đã đầy" in refusal.value.vietnamese
    assert list((tmp_path / "backups").iterdir()) == []


def test_what_a_disk_garbles_gets_no_name(
    filled: Database, storage: DiskStorage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the write the bytes change under the backup, as on a failing disk."""
    sync = os.fsync

    def garble(handle: int) -> None:
        sync(handle)
        for part in (tmp_path / "backups").glob(".*.part"):
            content = bytearray(part.read_bytes())
            content[len(content) // 2] ^= 0x10
            part.write_bytes(content)

    monkeypatch.setattr(os, "fsync", garble)
    with pytest.raises(StoreUnavailable, match="could not be read back"):
        back_up(filled, storage, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_backup_never_takes_the_place_of_another(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    made = back_up(filled, storage, tmp_path / "backups")
    before = made.path.read_bytes()
    with pytest.raises(AlreadyExists, match="try again in a second"):
        back_up(filled, storage, tmp_path / "backups")
    assert [path.read_bytes() for path in (tmp_path / "backups").iterdir()] == [before]


def test_places_are_understood(tmp_path: Path) -> None:
    (tmp_path / "there.zip").write_bytes(b"")
    assert read_destination(str(tmp_path)) == Destination(tmp_path)
    assert read_destination(f"{tmp_path}/new/deeper/") == Destination(tmp_path / "new/deeper")
    assert read_destination(f"{tmp_path}/one.zip") == Destination(tmp_path, "one.zip")
    for place in ("", f"{tmp_path}/new", f"{tmp_path}/new/one.zip", f"{tmp_path}/{'x' * 300}", "x\0y"):
        with pytest.raises(InputError, match="new folder written with a slash"):
            read_destination(place)
    with pytest.raises(AlreadyExists):
        read_destination(f"{tmp_path}/there.zip")
    assert [path.name for path in tmp_path.iterdir()] == ["there.zip"]


def test_a_folder_that_cannot_be_made_is_said(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"no backup was made: .*file"):
        write_backup(filled, storage, read_destination(f"{tmp_path}/file/backups/"))


def test_what_a_killed_backup_left_goes_and_a_living_one_stays(
    filled: Database, storage: DiskStorage, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / ".bantin-backup-dead.part").write_bytes(b"half")
    (folder / ".somebody-elses.part").write_bytes(b"theirs")
    with part_file(folder) as (living, _):
        assert not (folder / ".bantin-backup-dead.part").exists()
        made = back_up(filled, storage, folder)
        assert {path.name for path in folder.iterdir()} == {living.name, made.path.name, ".somebody-elses.part"}
    assert not living.exists()


def test_a_part_file_is_held_by_its_writer(tmp_path: Path) -> None:
    with part_file(tmp_path) as (path, _), path.open("rb") as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_keeping_removes_the_oldest_of_this_store_alone(
    filled: Database, storage: DiskStorage, tmp_path: Path, clock: Clock
) -> None:
    folder = tmp_path / "backups"
    made = []
    for _ in range(4):
        made.append(back_up(filled, storage, folder))
        clock.move(minutes=1)
    foreign = altered(made[0].path, folder / "bantin-20200101-000000-e7.zip", other_instance, consistent=False)
    unreadable = folder / "bantin-20200102-000000-e7.zip"
    unreadable.write_bytes(b"half a backup")
    renamed = folder / "before-the-move.zip"
    renamed.write_bytes(made[0].path.read_bytes())
    removed = remove_oldest(made[3].path, INSTANCE, keep=2)
    assert removed == [made[1].path, made[0].path]
    assert {path.name for path in folder.iterdir()} == {
        made[2].path.name,
        made[3].path.name,
        foreign.name,
        unreadable.name,
        renamed.name,
    }


def other_instance(members: dict[str, bytes]) -> None:
    said = json.loads(members["manifest.json"])
    said["instance"] = "00000000-0000-4000-8000-000000000000"
    members["manifest.json"] = json.dumps(said).encode()


def test_the_newest_is_kept_even_if_the_clock_was_set_back(
    filled: Database, storage: DiskStorage, tmp_path: Path, clock: Clock
) -> None:
    earlier = back_up(filled, storage, tmp_path / "backups")
    clock.move(days=-3)
    newest = back_up(filled, storage, tmp_path / "backups")
    assert remove_oldest(newest.path, INSTANCE, keep=1) == [earlier.path]
    assert newest.path.exists()


def test_a_store_of_another_schema_is_not_backed_up(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    ours = schema.state(filled).wanted
    with filled.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(SchemaMismatch, match="9999"):
            back_up(filled, storage, tmp_path / "backups")
        assert list((tmp_path / "backups").iterdir()) == []
    finally:
        with filled.transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :ours"), {"ours": ours})


def test_any_zip_program_can_look_into_it(filled: Database, storage: DiskStorage, tmp_path: Path) -> None:
    made = back_up(filled, storage, tmp_path / "backups")
    with ZipFile(made.path) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[-1] == "manifest.json"
