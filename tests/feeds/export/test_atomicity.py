"""Whatever ends an export at whatever step: readers see the old state or the new one, and the next export mends all."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from feeds.export.disk import Disk
from store.errors import Conflict, DiskFull, InputError, StoreUnavailable
from tests.feeds.export.conftest import Exporting, QuickDisk


class Killed(BaseException):
    """The process ended here: nothing after it is done."""


class FailingDisk(QuickDisk):
    """Does as many steps as it is told, then fails, half of the step done; once killed it does nothing at all."""

    def __init__(self, steps: int, *, is_killed: bool) -> None:
        self.left, self.is_killed = steps, is_killed
        self.done = 0

    def _step(self) -> None:
        if self.left == 0:
            if self.is_killed:
                raise Killed
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.left -= 1
        self.done += 1

    def make_folder(self, path: Path) -> None:
        if not path.is_dir():
            self._step()
        super().make_folder(path)

    def write(self, path: Path, content: bytes, *, modified: int | None = None) -> None:
        if self.left == 0:
            super().write(path, content[: len(content) // 2])
        self._step()
        super().write(path, content, modified=modified)

    def link(self, source: Path, path: Path) -> None:
        self._step()
        super().link(source, path)

    def copy(self, source: BinaryIO, path: Path) -> None:
        self._step()
        super().copy(source, path)

    def symlink(self, path: Path, target: str) -> None:
        self._step()
        super().symlink(path, target)

    def replace(self, source: Path, path: Path) -> None:
        self._step()
        super().replace(source, path)

    def settle(self) -> None:
        self._step()

    def remove(self, path: Path) -> None:
        if path.is_dir() and not path.is_symlink() and self.left == 0:
            for child in sorted(path.rglob("*"))[:3]:
                if child.is_file() or child.is_symlink():
                    child.unlink()
        if path.exists() or path.is_symlink():
            self._step()
        super().remove(path)


def act(site: Exporting) -> None:
    """Do a bit of everything."""
    site.add(title="Tin mới", categories=("Văn hóa",), publisher="Hội Nông dân tỉnh", attachments=(site.photo(1),))
    site.withdraw(1)
    site.retitle(3, "Ngày hội của nông dân", publisher="Hội Nông dân tỉnh")
    site.clock.move(seconds=30)


class WatchedDisk(FailingDisk):
    """Calls somebody after every step: what a process leaves that is killed there."""

    def __init__(self, watch: Callable[[int], None]) -> None:
        super().__init__(10**9, is_killed=True)
        self._watch = watch

    def _step(self) -> None:
        self._watch(self.done)
        super()._step()


def served(site: Exporting) -> dict[str, Any]:
    """All that a server could send, whatever generation made it."""
    return {
        path: content
        for path, content in site.tree().items()
        if not path.startswith("nginx/") and not path.endswith("manifest.json")
    }


def all_files(folder: Path) -> int:
    return sum(1 for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def test_at_every_step_readers_see_the_old_state_or_the_new_one(site: Exporting, tmp_path: Path) -> None:
    site()
    old = served(site)
    copied = replace(site, folder=tmp_path / "copy")
    shutil.copytree(site.folder, copied.folder, symlinks=True)
    act(site)
    copied()
    new = served(copied)
    assert old.keys() != new.keys()
    states: list[str] = []

    def look(step: int) -> None:
        is_new = os.readlink(site.folder / "current") == "generations/2"
        # Where `current` leads elsewhere from one step to the next, everything is read, and now and then before.
        if is_new or step % 40 == 0:
            found = served(site)
            states.append("old" if found == old else "new" if found == new else "torn")

    watched = WatchedDisk(look)
    replace(site, disk=watched)()
    assert watched.done > 200
    assert states == sorted(states, reverse=True)
    assert set(states) == {"old", "new"}


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "disk full"])
def test_the_next_export_mends_what_broke_off(site: Exporting, tmp_path: Path, is_killed: bool) -> None:
    site()
    old = served(site)
    act(site)
    counted = FailingDisk(10**9, is_killed=True)
    whole = replace(site, folder=tmp_path / "copy", disk=counted)
    shutil.copytree(site.folder, whole.folder, symlinks=True)
    whole()
    new = served(whole)
    for steps in (0, 3, counted.done // 2, counted.done - 1):
        with pytest.raises(Killed if is_killed else DiskFull):
            replace(site, disk=FailingDisk(steps, is_killed=is_killed))()
        assert served(site) == (new if steps == counted.done - 1 else old)
    site()
    assert served(site) == new
    # Nothing is left over from all that failed.
    assert len(list((site.folder / "generations").iterdir())) == 1
    assert all_files(site.folder) == all_files(whole.folder)
    assert not [path for path in site.folder.rglob("*.pdf") if path.is_file()]


def test_a_first_export_that_breaks_off_is_begun_again(site: Exporting) -> None:
    for steps in (0, 1, 3, 60):
        with pytest.raises(Killed):
            replace(site, disk=FailingDisk(steps, is_killed=True))()
        assert not (site.folder / "current").exists()
    assert site().written
    assert site.read("feeds/all/@/rss") == site.client.get("/feeds/all.rss").data


def test_a_folder_of_something_else_is_left_alone(site: Exporting) -> None:
    site.folder.mkdir()
    (site.folder / "index.html").write_text("của người khác")
    with pytest.raises(Conflict, match="holds no export"):
        site()
    with pytest.raises(Conflict, match="holds no export"):
        site(dry_run=True)
    assert [path.name for path in site.folder.iterdir()] == ["index.html"]


def test_the_export_of_another_store_is_left_alone(site: Exporting) -> None:
    site()
    marker = site.folder / "bantin-export.json"
    marker.write_text(marker.read_text().replace("0000", "1111", 1))
    before = site.tree()
    with pytest.raises(Conflict, match="another store"):
        site(full=True)
    assert site.tree() == before


def test_two_exports_at_once_do_not_mix(site: Exporting) -> None:
    site()
    handle = os.open(site.folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="another export"):
            site()
    finally:
        os.close(handle)
    assert site().written == ()


@pytest.mark.parametrize("name", ["a b", 'a"b', "a$b", "a;b", "a{b", "a\nb"])
def test_a_folder_that_nginx_could_not_be_told_is_refused(site: Exporting, name: str) -> None:
    with pytest.raises(InputError, match="DIR"):
        replace(site, folder=site.folder / name)()


def test_a_file_in_the_way_is_told(site: Exporting) -> None:
    site.folder.write_text("x")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        site()


def test_a_damaged_shard_is_told_and_mended_by_full(site: Exporting) -> None:
    site()
    (site.folder / "current/feeds/all/@/manifest.json").resolve().write_text("{")
    site.add(title="Tin mới", publisher="Hội Nông dân tỉnh")
    with pytest.raises(StoreUnavailable, match="--full"):
        site()
    assert site(full=True).written
    assert site().written == ()


def test_a_file_system_without_links_gets_copies(site: Exporting, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    site()
    site.add(title="Tin mới", publisher="Hội Nông dân tỉnh")
    site()
    photos = [path for path in site.folder.rglob("*.jpg") if path.is_file() and not path.is_symlink()]
    assert photos
    assert all(path.stat().st_nlink == 1 for path in photos)
    assert isinstance(site.disk, Disk)
