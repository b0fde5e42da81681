"""`bantin backup` and `bantin restore` as an operator meets them."""

from __future__ import annotations

import contextlib
import json
import shutil
import signal
import sqlite3
import time
import zipfile
from itertools import cycle, islice
from pathlib import Path

import pytest

from store import attaching, bulletins, taxonomy
from store.attachments.disk import DiskStorage
from store.database import Database
from tests.feeds.cli.conftest import Run
from tests.support.backups import photo
from tests.support.processes import Started, environment, run
from tests.support.samples import draft


@pytest.fixture
def place(bantin: Run, tmp_path: Path) -> Path:
    """A store with a bulletin and its photo; the folder of backups is not made yet."""
    database = Database(f"sqlite:///{tmp_path / 'data' / 'bantin.sqlite'}")
    file = photo(DiskStorage(tmp_path / "data" / "files"), 1)
    with database.transaction() as session:
        number = bulletins.draft(session, draft())
        attaching.attach_file(session, number, 1, file)
        taxonomy.add_category(session, "Văn hóa")
    database.dispose()
    return tmp_path / "backups"


def made_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("bantin-*.zip"))


def test_a_backup_is_made_and_restored_elsewhere(
    bantin: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = bantin("backup", f"{place}/")
    assert (done.code, done.err) == (0, "")
    [path] = made_in(place)
    assert done.out.startswith(f"{path}: edition 1, 1 bulletin, 1 file, ")
    assert done.out.endswith(" kB, verified\n")
    shown = bantin("bulletin", "list", "--json").out
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "elsewhere"))
    looked = bantin("restore", path, "--dry-run")
    assert (looked.code, looked.out[:36]) == (0, "sound: edition 1, 1 bulletin, 1 file")
    assert f"would be restored to sqlite:///{tmp_path}/elsewhere/bantin.sqlite" in looked.err
    assert not (tmp_path / "elsewhere").exists()
    restored = bantin("restore", path)
    assert (restored.code, restored.err) == (0, "")
    assert restored.out.startswith("restored to sqlite:///")
    assert bantin("bulletin", "list", "--json").out == shown
    assert bantin("db", "check").code == 0


def test_the_results_as_json(bantin: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place.with_suffix(".zip")
    made = json.loads(bantin("backup", path, "--json").out)
    assert made["path"] == str(path)
    assert made["size_bytes"] == path.stat().st_size
    assert (made["edition"], made["bulletins"], made["files"], made["lost_files"]) == (1, 1, 1, {})
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "elsewhere"))
    restored = json.loads(bantin("restore", path, "--json").out)
    assert (restored["edition"], restored["instance"]) == (1, made["instance"])


def test_keep_removes_older_backups_and_nothing_else(bantin: Run, place: Path) -> None:
    place.mkdir()
    (place / "notes.txt").write_text("mine")
    assert bantin("backup", place).code == 0
    [first] = made_in(place)
    second = first.rename(place / "bantin-20200101-000000-e1.zip")
    (place / "bantin-20190101-000000-e1.zip").write_bytes(b"not ours")
    done = bantin("backup", place, "--keep", 1)
    assert done.code == 0
    assert done.out.splitlines()[1:] == [f"removed {second}"]
    assert len(made_in(place)) == 2
    assert (place / "notes.txt").read_text() == "mine"
    assert (place / "bantin-20190101-000000-e1.zip").read_bytes() == b"not ours"


def test_a_lost_file_is_said_and_the_backup_is_made(bantin: Run, place: Path, tmp_path: Path) -> None:
    [lost] = [path for path in (tmp_path / "data" / "files").rglob("*") if path.is_file()]
    lost.unlink()
    done = bantin("backup", f"{place}/")
    assert done.code == 1
    assert "1 bulletin, 0 files" in done.out
    assert f"{lost.name} is missing" in done.err
    assert bantin("restore", made_in(place)[0], "--dry-run").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("nowhere",), 1, "a slash at its end"),
        (("nowhere/x.zip",), 1, "does not exist"),
        (("x.zip", "--keep", "3"), 2, "--keep"),
        ((".", "--keep", "0"), 2, "1<=x<=1000"),
    ],
)
def test_a_wrong_place_names_the_right_ones(bantin: Run, arguments: tuple[str, ...], code: int, said: str) -> None:
    done = bantin("backup", *arguments)
    assert done.code == code
    assert said in done.err


def test_there_is_no_backup_of_no_store(bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "none"))
    done = bantin("backup", f"{tmp_path}/backups/")
    assert done.code == 3
    assert "bantin db upgrade" in done.err
    assert not (tmp_path / "backups").exists()


def test_refusals_leave_the_store_alone_and_are_said_in_vietnamese_too(
    bantin: Run, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bantin("backup", f"{place}/").code == 0
    [path] = made_in(place)
    before = (tmp_path / "data" / "bantin.sqlite").read_bytes()
    onto = bantin("restore", path)
    assert onto.code == 1
    assert "there already" in onto.err
    assert "BANTIN_DATA" in onto.err
    assert "chỉ khôi phục được vào nơi còn trống" in onto.err
    looked = bantin("restore", path, "--dry-run")
    assert (looked.code, "would be refused" in looked.err) == (0, True)
    assert (tmp_path / "data" / "bantin.sqlite").read_bytes() == before
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "elsewhere"))
    cut = tmp_path / "cut.zip"
    cut.write_bytes(path.read_bytes()[:-100])
    refused = bantin("restore", cut)
    assert refused.code == 1
    assert "cut short" in refused.err
    assert "bị cắt ngắn" in refused.err
    assert bantin("restore", tmp_path / "nothing.zip").code == 1
    assert not (tmp_path / "elsewhere").exists()


def test_a_disk_that_takes_no_more_leaves_nothing_behind(bantin: Run, place: Path, tmp_path: Path) -> None:
    # A limit on the size of files fails in the same place as a full disk.
    under = ("sh", "-c", 'ulimit -f 4; exec "$0" "$@"')
    # Python would leave compiled modules behind that the limit cut short.
    env = environment(tmp_path / "data", PYTHONDONTWRITEBYTECODE="1")
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / "bantin.sqlite")) as server:
        # As long as one has the database open, no other must make its shared-memory file, which is past the limit.
        server.execute("SELECT count(*) FROM bulletin").fetchone()
        done = run(tmp_path / "said", env, "backup", f"{place}/", under=under)
    assert done.code == 3
    assert "no backup was made" in done.err
    assert "Traceback" not in done.err
    assert list(place.iterdir()) == []


def test_a_killed_restore_can_be_done_again(bantin: Run, place: Path, tmp_path: Path) -> None:
    fill_with_names(tmp_path / "data" / "bantin.sqlite")
    assert bantin("backup", f"{place}/").code == 0
    [path] = made_in(place)
    target = tmp_path / "elsewhere"
    killed = 0
    for delay_seconds in islice(cycle((0.0, 0.05, 0.2)), 15):
        process = Started(tmp_path / "said", environment(target), "restore", path)
        try:
            while not (target / ".bantin.sqlite.restoring" / "store").exists() and process.is_running:
                time.sleep(0.005)
            time.sleep(delay_seconds)
            process.signal(signal.SIGKILL)
            killed += process.process.wait() == -signal.SIGKILL
        finally:
            process.kill()
        if (target / "bantin.sqlite").exists():
            # It was done before it was killed: one more is begun from nothing.
            shutil.rmtree(target)
        elif killed >= 3:
            break
    assert killed >= 3
    done = run(tmp_path / "said", environment(target), "restore", path)
    assert done.code == 0, done.err
    assert run(tmp_path / "said", environment(target), "db", "check").code == 0
    assert {path.name for path in target.iterdir()} == {"bantin.sqlite", "files"}


def fill_with_names(path: Path) -> None:
    """Give a restore something to do for a second or so."""
    with sqlite3.connect(path) as connection:
        connection.executemany(
            "INSERT INTO alias (kind, entity_id, alias) VALUES ('category', ?, ?)",
            ((number, f"Tên khác thứ {number}") for number in range(60_000)),
        )
    connection.close()


def test_a_killed_backup_leaves_no_file_that_looks_like_one(bantin: Run, place: Path, tmp_path: Path) -> None:
    fill_with_names(tmp_path / "data" / "bantin.sqlite")
    for _ in range(10):
        process = Started(tmp_path / "said", environment(tmp_path / "data"), "backup", f"{place}/")
        try:
            while not (place.is_dir() and any(place.iterdir())) and process.is_running:
                time.sleep(0.005)
            process.signal(signal.SIGKILL)
            is_killed = process.process.wait() == -signal.SIGKILL
        finally:
            process.kill()
        if is_killed:
            break
        # It was done before it was killed.
        for made in made_in(place):
            made.unlink()
    assert is_killed
    assert made_in(place) == []
    assert bantin("backup", place).code == 0
    assert list(place.iterdir()) == made_in(place)


def test_help_says_how(bantin: Run) -> None:
    for command, word in (("backup", "PLACE"), ("restore", "FILE")):
        done = bantin(command, "--help")
        assert (done.code, word in done.out) == (0, True)


def test_the_file_is_a_zip_that_says_what_it_is(bantin: Run, place: Path) -> None:
    bantin("backup", f"{place}/")
    with zipfile.ZipFile(made_in(place)[0]) as archive:
        said = json.loads(archive.read("manifest.json"))
    assert (said["format"], said["format_version"]) == ("bantin backup", 1)
    assert f"schema {said['schema']}," in bantin("db", "check").out
