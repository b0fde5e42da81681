"""What only a disk can do wrong: to be full, to be shared by processes that die, to fail."""

from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from store.attachments.disk import DiskStorage
from store.errors import DiskFull, NotFound, StoreUnavailable

JPEG = "image/jpeg"
PHOTO = b"photo" * 1_000
DIGEST = hashlib.sha256(PHOTO).hexdigest()
# Puts long files until it is killed; each is told before it is begun.
PUTTING = """
import sys
from pathlib import Path
from store.attachments.disk import DiskStorage
storage = DiskStorage(Path(sys.argv[1]))
for number in range(10_000):
    print(number, flush=True)
    storage.put(b"%d " % number * 300_000, "image/jpeg")
"""


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_the_folder_is_made_when_first_needed(tmp_path: Path) -> None:
    storage = DiskStorage(tmp_path / "a" / "files")
    assert list(storage.iter_kept()) == []
    assert storage.find_stranger() is None
    assert storage.remove_partials(older_than_seconds=0) == 0
    assert storage.remove(DIGEST)
    assert list(tmp_path.iterdir()) == []
    assert storage.path(storage.put(PHOTO, JPEG)) == tmp_path / "a" / "files" / DIGEST[:2] / DIGEST


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_and_nothing_is_left(
    storage: DiskStorage, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(_handle: int) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(DiskFull, match=str(storage.folder)) as refused:
            storage.put(PHOTO, JPEG)
    assert "đã đầy" in refused.value.vietnamese
    assert names(storage.folder) == set()
    assert storage.get(storage.put(PHOTO, JPEG)) == PHOTO


def test_a_disk_that_fails_is_said_with_the_place(storage: DiskStorage, tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"a file where a folder belongs")
    with pytest.raises(StoreUnavailable, match="files"):
        storage.put(PHOTO, JPEG)
    with pytest.raises(StoreUnavailable, match="files"):
        list(storage.iter_kept())


def test_what_cannot_be_read_is_not_said_to_be_missing(storage: DiskStorage) -> None:
    storage.path(DIGEST).mkdir(parents=True)
    with pytest.raises(StoreUnavailable, match="Is a directory"):
        storage.get(DIGEST)


def test_a_file_that_lost_its_end_is_written_anew(storage: DiskStorage) -> None:
    storage.put(PHOTO, JPEG)
    storage.path(DIGEST).write_bytes(PHOTO[:100])
    storage.put(PHOTO, JPEG)
    assert storage.get(DIGEST) == PHOTO


def test_what_a_killed_process_left_is_cleared_once_it_is_old(storage: DiskStorage) -> None:
    storage.put(PHOTO, JPEG)
    left = storage.path(DIGEST).with_name(".arriving-x1")
    left.write_bytes(PHOTO[:10])
    assert storage.remove_partials(older_than_seconds=60) == 0
    assert left.exists()
    assert storage.remove_partials(older_than_seconds=-1) == 1
    assert names(storage.folder) == {DIGEST}


@pytest.mark.parametrize("came_back", [False, True], ids=["gone", "put again since"])
def test_what_was_half_removed_is_put_back(storage: DiskStorage, came_back: bool) -> None:
    storage.put(PHOTO, JPEG)
    storage.path(DIGEST).rename(storage.path(DIGEST).with_name(f".leaving-{DIGEST}"))
    with pytest.raises(NotFound):
        storage.get(DIGEST)
    if came_back:
        storage.put(PHOTO, JPEG)
    assert storage.remove_partials(older_than_seconds=-1) == 1
    assert names(storage.folder) == {DIGEST}
    assert storage.get(DIGEST) == PHOTO


def test_a_removal_that_died_is_done_by_the_next(storage: DiskStorage) -> None:
    storage.put(PHOTO, JPEG)
    storage.path(DIGEST).rename(storage.path(DIGEST).with_name(f".leaving-{DIGEST}"))
    assert storage.remove(DIGEST, unless_touched_after=time.time() + 60)
    assert names(storage.folder) == set()


def test_putting_and_removing_the_same_bytes_get_along(tmp_path: Path) -> None:
    """Neither ever fails, and what is put last stays."""
    storage, other = DiskStorage(tmp_path), DiskStorage(tmp_path)
    stop = threading.Event()
    removed = 0

    def remove() -> None:
        nonlocal removed
        while not stop.is_set():
            path = other.path(DIGEST)
            # As if it had lain there for an hour, so that the removal goes to its end.
            past = time.time() - 3_600
            try:
                os.utime(path, (past, past))
            except FileNotFoundError:
                continue
            removed += other.remove(DIGEST, unless_touched_after=time.time() - 60)

    thread = threading.Thread(target=remove)
    thread.start()
    try:
        begun = time.monotonic()
        while time.monotonic() - begun < 1.5 or not removed:
            assert time.monotonic() - begun < 60, "nothing is ever removed"
            assert storage.put(PHOTO, JPEG) == DIGEST
    finally:
        stop.set()
        thread.join()
    storage.put(PHOTO, JPEG)
    assert not other.remove(DIGEST, unless_touched_after=time.time() - 60)
    assert storage.get(DIGEST) == PHOTO
    assert names(tmp_path) == {DIGEST}


def test_a_killed_process_leaves_no_partial_file_under_a_digest(tmp_path: Path) -> None:
    for wait_seconds in (0.0, 0.004, 0.011):
        with subprocess.Popen([sys.executable, "-c", PUTTING, str(tmp_path)], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            for _ in range(4):
                process.stdout.readline()
            time.sleep(wait_seconds)
            process.send_signal(signal.SIGKILL)
    storage = DiskStorage(tmp_path)
    kept = list(storage.iter_kept())
    assert len(kept) >= 3
    assert all(hashlib.sha256(storage.get(file.digest)).hexdigest() == file.digest for file in kept)
    storage.remove_partials(older_than_seconds=-1)
    assert names(tmp_path) == {file.digest for file in kept}


@pytest.mark.parametrize("damaged", [PHOTO[:-1] + b"\0", PHOTO[:100], PHOTO + b"\0", b""])
def test_a_damaged_file_is_put_aside_and_written_anew(storage: DiskStorage, damaged: bytes) -> None:
    storage.put(PHOTO, JPEG)
    storage.path(DIGEST).write_bytes(damaged)
    assert storage.put(PHOTO, JPEG) == DIGEST
    assert storage.get(DIGEST) == PHOTO
    (aside,) = names(storage.folder) - {DIGEST}
    assert storage.path(DIGEST).with_name(aside).read_bytes() == damaged
    assert storage.find_stranger() is None
    storage.put(PHOTO, JPEG)
    assert names(storage.folder) == {DIGEST, aside}
