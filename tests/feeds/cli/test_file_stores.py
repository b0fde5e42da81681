"""Commands on a store whose files lie in a bucket: settings alone choose it, and what is wrong with it is said."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from feeds.settings import Settings
from store import bulletins, publication
from store.database import Database
from store.types import Attachment
from tests.feeds.cli.conftest import Run
from tests.support.backups import photo
from tests.support.s3 import SECRET, S3Server
from tests.support.samples import draft
from tests.support.storages import Kept, on_s3


@pytest.fixture
def bucket(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Kept:
    """A bucket that the settings name."""
    kept = on_s3(s3_server)
    for name, value in kept.settings.items():
        monkeypatch.setenv(name, value)
    return kept


@pytest.fixture
def filled(bucket: Kept, bantin: Run) -> Iterator[str]:
    """The digest of the photo of a published bulletin."""
    bantin("db", "upgrade")
    file = photo(bucket.storage, 1)
    database = Database(Settings.from_env().store_url)
    with database.transaction() as session:
        number = bulletins.draft(session, draft(attachments=(Attachment(number=1, file=file),)))
        publication.publish(session, number, publisher_required=False)
    yield file.digest
    database.dispose()


def test_the_doctor_names_the_bucket_and_no_secret(bantin: Run, bucket: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    done = bantin("doctor")
    assert f"ok  files: {bucket.storage.describe()}" in done.out
    monkeypatch.setenv("BANTIN_FILES_PUBLIC_URL", "https://cdn.example/tep")
    assert "served at https://cdn.example/tep" in bantin("doctor").out
    monkeypatch.setenv("BANTIN_FILES_URL", f"s3://khong-co?endpoint={bucket.endpoint}")
    done = bantin("doctor")
    assert (done.code, "!!  files: the file store s3://khong-co" in done.out) == (1, True)
    assert "-> correct BANTIN_FILES_URL" in done.out
    assert SECRET not in done.out + done.err


def test_the_doctor_says_what_is_not_installed(bantin: Run, bucket: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore", None)
    done = bantin("doctor")
    assert "!!  files: BANTIN_FILES_URL" in done.out
    assert "pip install bantin[s3]" in done.out


def test_a_secret_in_a_file_is_taken_and_a_misspelt_one_is_told(
    bantin: Run, bucket: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BANTIN_FILES_SECRET")
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    monkeypatch.setenv("BANTIN_FILES_SECRET_FILE", str(tmp_path / "secret"))
    assert f"ok  files: {bucket.storage.describe()}" in bantin("doctor").out
    monkeypatch.setenv("BANTIN_FILES_SECRET_FILE", str(tmp_path / "nowhere"))
    done = bantin("doctor")
    assert "BANTIN_FILES_SECRET_FILE" in done.out
    assert "cannot be read" in done.out


def test_a_store_moves_from_a_bucket_to_a_disk_and_back(
    bantin: Run, filled: str, bucket: Kept, s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = bantin("backup", tmp_path / "first.zip")
    assert (made.code, "1 file," in made.out) == (0, True)
    before = bantin("feed", "all.rss").out
    for name in bucket.settings:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "disk"))
    assert bantin("restore", tmp_path / "first.zip").code == 0
    assert bantin("feed", "all.rss").out == before
    assert (tmp_path / "disk" / "files" / filled[:2] / filled).exists()
    assert bantin("backup", tmp_path / "second.zip").code == 0
    again = on_s3(s3_server)
    for name, value in again.settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "back"))
    assert bantin("restore", tmp_path / "second.zip").code == 0
    assert [file.digest for file in again.storage.iter_kept()] == [filled]
    assert not (tmp_path / "back" / "files").exists()


def test_a_bucket_that_does_not_answer_ends_a_backup_with_its_own_code(
    bantin: Run, filled: str, bucket: Kept, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BANTIN_FILES_URL", "s3://bantin?endpoint=http://127.0.0.1:9")
    done = bantin("backup", tmp_path / "backup.zip")
    assert done.code == 3
    assert "error: the file store s3://bantin (http://127.0.0.1:9) cannot be reached" in done.err
    assert "lỗi: kho tệp s3://bantin (http://127.0.0.1:9) không kết nối được" in done.err
    assert list(tmp_path.glob("*.zip*")) == []
