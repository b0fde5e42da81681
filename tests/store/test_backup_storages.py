"""Backups of stores whose files lie on a disk or in a bucket, and from one to the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import bulletins, files
from store.backups import target
from store.backups.places import Destination
from store.backups.restoring import restore
from store.backups.writing import write_backup
from store.database import Database, sqlite_url
from store.errors import Conflict, StoreUnavailable
from store.types import Attachment, Rendition, StoredFile
from tests.support.backups import back_up, fill
from tests.support.s3 import Line, S3Server
from tests.support.samples import draft
from tests.support.storages import PREFIX, Kept, on_disk, on_s3
from tests.support.stores import Clock


@pytest.fixture(params=["disk", "s3"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    """Another empty storage, to restore into."""
    if request.param == "disk":
        return on_disk(tmp_path / "other")
    return on_s3(request.getfixturevalue("s3_server"))


@pytest.fixture
def empty(tmp_path: Path, clock: Clock) -> Database:
    return Database(sqlite_url(tmp_path / "new" / "bantin.sqlite"), clock=clock)


def test_all_files_come_back_whatever_keeps_them(
    sqlite_database: Database, kept: Kept, empty: Database, other: Kept, clock: Clock, tmp_path: Path
) -> None:
    fill(sqlite_database, kept.storage, clock)
    made = back_up(sqlite_database, kept.storage, tmp_path / "backups")
    assert len(made.manifest.files) == 7
    assert made.manifest.lost == {}
    restore(empty, other.storage, made.path)
    for digest in made.manifest.files:
        assert other.storage.get(digest) == kept.storage.get(digest)
    assert {file.digest for file in other.storage.iter_kept()} == set(made.manifest.files)
    assert back_up(empty, other.storage, tmp_path / "again").manifest.tables == made.manifest.tables
    if other.server is not None:
        digest = next(iter(made.manifest.files))
        headers, _ = other.server.request("GET", f"/{other.bucket}/{PREFIX}/{digest[:2]}/{digest}")
        assert headers["content-type"] == "image/jpeg"


def test_renditions_are_in_the_backup(sqlite_database: Database, kept: Kept, clock: Clock, tmp_path: Path) -> None:
    content = {"photo": b"a photo", "jpeg-320": b"a small one"}
    digests = {name: kept.storage.put(value, "image/jpeg") for name, value in content.items()}
    small = Rendition(
        name="jpeg-320", digest=digests["jpeg-320"], media_type="image/jpeg", size_bytes=11, width_px=320, height_px=200
    )
    photo = StoredFile(
        digest=digests["photo"], media_type="image/jpeg", size_bytes=7, width_px=640, height_px=400, renditions=(small,)
    )
    with sqlite_database.transaction() as session:
        files.keep_file(session, photo)
        bulletins.draft(session, draft(attachments=(Attachment(number=1, file=photo),)))
    assert set(back_up(sqlite_database, kept.storage, tmp_path / "backups").manifest.files) == set(digests.values())


def test_lost_and_altered_files_are_told_apart(
    sqlite_database: Database, kept: Kept, clock: Clock, tmp_path: Path
) -> None:
    fill(sqlite_database, kept.storage, clock)
    lost, altered, *_ = sorted(file.digest for file in kept.storage.iter_kept())
    before = set(back_up(sqlite_database, kept.storage, tmp_path / "before").manifest.files)
    kept.storage.remove(lost)
    kept.plant(f"{altered[:2]}/{altered}", b"something else")
    made = back_up(sqlite_database, kept.storage, tmp_path / "backups").manifest
    assert made.lost == {lost: "missing", altered: "damaged"}
    assert set(made.files) == before - {lost, altered}


def test_what_is_altered_in_the_new_place_is_put_right(
    sqlite_database: Database, kept: Kept, empty: Database, other: Kept, clock: Clock, tmp_path: Path
) -> None:
    fill(sqlite_database, kept.storage, clock)
    made = back_up(sqlite_database, kept.storage, tmp_path / "backups")
    digest = next(iter(made.manifest.files))
    other.plant(f"{digest[:2]}/{digest}", b"something else")
    restore(empty, other.storage, made.path)
    assert other.storage.get(digest) == kept.storage.get(digest)


def test_a_place_with_files_of_others_is_left_as_it_is(
    sqlite_database: Database, kept: Kept, empty: Database, other: Kept, clock: Clock, tmp_path: Path
) -> None:
    fill(sqlite_database, kept.storage, clock)
    made = back_up(sqlite_database, kept.storage, tmp_path / "backups")
    other.plant("ke-toan/so-thu-chi.xlsx", b"somebody's")
    with pytest.raises(Conflict, match=r"ke-toan.* is left as it is.*BANTIN_FILES_URL") as refused:
        restore(empty, other.storage, made.path)
    assert "giữ nguyên" in refused.value.vietnamese
    assert list(other.storage.iter_kept()) == []
    assert not (tmp_path / "new" / "bantin.sqlite").exists()


def test_a_bucket_that_goes_away_leaves_no_half_backup(
    sqlite_database: Database, s3_server: S3Server, clock: Clock, tmp_path: Path
) -> None:
    line = Line(s3_server.port)
    kept = on_s3(s3_server, endpoint=line.endpoint)
    fill(sqlite_database, kept.storage, clock)

    def cut(what: str, done: int, _total: int) -> None:
        if (what, done) == ("copying files", 3):
            line.close()

    with pytest.raises(StoreUnavailable, match=f"{kept.bucket}.* cannot be reached"):
        write_backup(sqlite_database, kept.storage, Destination(tmp_path / "backups"), progress=cut)
    assert list((tmp_path / "backups").iterdir()) == []
    line.open()
    assert len(back_up(sqlite_database, kept.storage, tmp_path / "backups").manifest.files) == 7
    line.close()


def test_a_bucket_that_goes_away_leaves_no_half_store(
    sqlite_database: Database, kept: Kept, empty: Database, s3_server: S3Server, clock: Clock, tmp_path: Path
) -> None:
    fill(sqlite_database, kept.storage, clock)
    made = back_up(sqlite_database, kept.storage, tmp_path / "backups")
    line = Line(s3_server.port)
    other = on_s3(s3_server, endpoint=line.endpoint)

    def cut(what: str, done: int, _total: int) -> None:
        if (what, done) == ("restoring files", 3):
            line.close()

    with pytest.raises(StoreUnavailable, match=f"{other.bucket}.* cannot be reached"):
        restore(empty, other.storage, made.path, progress=cut)
    assert not (tmp_path / "new" / "bantin.sqlite").exists()
    line.open()
    # What came over before is taken as it is.
    assert len(list(other.storage.iter_kept())) == 3
    target.require_empty(empty, other.storage)
    restore(empty, other.storage, made.path)
    assert {file.digest for file in other.storage.iter_kept()} == set(made.manifest.files)
    line.close()
