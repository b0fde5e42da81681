"""Keeps files on disk, in sharded folders: a file with a digest's name is whole, and survives a power cut.

What is being written or removed has a hidden name beside it, by which it is told from what is kept.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO

from store.attachments.storage import KeptFile, is_digest, require_digest
from store.errors import NotFound
from store.folders import disk_faults, sync_folder

ARRIVING, LEAVING, ALTERED = _HIDDEN = (".arriving-", ".leaving-", ".altered-")
COMPARED_AT_ONCE_BYTES = 1024 * 1024
_SHARD = re.compile(r"[0-9a-f]{2}")
_OURS = re.compile(r"[0-9a-f]{64}|\.(arriving|leaving|altered)-.*")


class DiskStorage:
    """Files in sharded folders below one folder, which is made when first needed."""

    def __init__(self, folder: Path) -> None:
        """Keep files below `folder`; nothing is touched yet."""
        self._folder = folder
        self._durable_shards: set[Path] = set()

    @property
    def folder(self) -> Path:
        """The folder below which everything is kept; it may not be there yet."""
        return self._folder

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest are kept; raises ValueError for what is no digest."""
        return self._folder / require_digest(digest)[:2] / digest

    def put(self, content: bytes, media_type: str) -> str:
        """Keep these bytes and return their digest; the disk has no use for their `media_type`."""
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        with self._disk_faults("written"):
            # Touched before it is read: from then on nobody removes it.
            if not self._touch(path) or not self._is_whole(path, content):
                self._write_whole(path, content)
            # Also where another process wrote it: that one may not have come so far yet.
            self._make_durable(path.parent)
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes of a digest; raises NotFound."""
        with self.open(digest) as file, self._disk_faults("read"):
            return file.read()

    def open(self, digest: str) -> BinaryIO:
        """Open the bytes of a digest; raises NotFound."""
        with self._disk_faults("read"):
            try:
                return self.path(digest).open("rb")
            except FileNotFoundError as error:
                raise NotFound("file", digest) from error

    def remove(self, digest: str, *, unless_touched_after: float = float("inf")) -> bool:
        """Remove the bytes of a digest for good, unless they came in again after an instant (seconds of the epoch).

        What was set aside of them goes too: an altered photo shows almost what it showed.
        """
        path = self.path(digest)
        leaving = path.with_name(LEAVING + digest)
        with self._disk_faults("removed"):
            # Out of the way first: whoever puts the same bytes from now on writes them anew.
            with suppress(FileNotFoundError):
                path.replace(leaving)
            # Not there, or gone since: another process removes the same bytes.
            with suppress(FileNotFoundError):
                if leaving.stat().st_mtime > unless_touched_after:
                    leaving.replace(path)
                    return False
                leaving.unlink()
            for aside in path.parent.glob(f"{ALTERED}{digest}*"):
                aside.unlink(missing_ok=True)
        return True

    def iter_kept(self) -> Iterator[KeptFile]:
        """Stream every file that has a digest's name in the folder where it belongs."""
        for path in self._iter_shard_files():
            if is_digest(path.name) and path.name.startswith(path.parent.name):
                with self._disk_faults("read"):
                    try:
                        found = path.lstat()
                    except FileNotFoundError:
                        # It left since the folder was listed.
                        continue
                yield KeptFile(path.name, found.st_size, found.st_mtime)

    def set_aside(self, digest: str) -> str:
        """Give altered bytes a hidden name beside their own, one that nothing has yet; return their path."""
        path = self.path(digest)
        names = (ALTERED + digest + (f"-{number}" if number > 1 else "") for number in count(1))
        with self._disk_faults("set aside"):
            target = next(free for name in names if not (free := path.with_name(name)).exists())
            try:
                path.rename(target)
            except FileNotFoundError as error:
                raise NotFound("file", digest) from error
            sync_folder(path.parent)
        return str(target)

    def remove_partials(self, *, older_than_seconds: float) -> int:
        """Delete what was never written to its end, and put back what was never removed to its end.

        The latter may be wanted again by now: then the removal that died would have put it back itself.
        """
        cleared = 0
        before = time.time() - older_than_seconds
        for path in self._iter_shard_files():
            # Moving a file changes no other time than this one; and it may be gone since it was listed.
            with self._disk_faults("cleared"), suppress(FileNotFoundError):
                if path.name.startswith((ARRIVING, LEAVING)) and path.lstat().st_ctime < before:
                    own = path.with_name(path.name.removeprefix(LEAVING))
                    if is_digest(own.name) and not own.exists():
                        path.rename(own)
                    else:
                        path.unlink()
                    cleared += 1
        return cleared

    def find_stranger(self) -> str | None:
        """Name a path below the folder that no storage makes."""
        with self._disk_faults("read"):
            for shard in sorted(self._folder.iterdir()) if self._folder.exists() else ():
                if not _SHARD.fullmatch(shard.name) or not shard.is_dir():
                    return str(shard)
                for path in shard.iterdir():
                    is_ours = path.name.startswith((shard.name, *_HIDDEN)) and _OURS.fullmatch(path.name)
                    if not is_ours or not path.is_file():
                        return str(path)
        return None

    def describe(self) -> str:
        """Name the folder."""
        return str(self._folder)

    def _iter_shard_files(self) -> Iterator[Path]:
        with self._disk_faults("read"):
            shards = sorted(self._folder.iterdir()) if self._folder.exists() else []
        for shard in shards:
            if _SHARD.fullmatch(shard.name) and shard.is_dir():
                with self._disk_faults("read"):
                    names = sorted(os.listdir(shard))
                for name in names:
                    path = shard / name
                    if path.is_file() and not path.is_symlink():
                        yield path

    def _touch(self, path: Path) -> bool:
        """Tell whoever removes files that this one is wanted just now; False where it is not there."""
        try:
            os.utime(path)
        except FileNotFoundError:
            return False
        return True

    def _is_whole(self, path: Path, content: bytes) -> bool:
        """Say whether a file still holds these bytes; one that was damaged since is set aside."""
        # It may leave at any moment, or another process sets it aside.
        with suppress(FileNotFoundError, NotFound):
            if _holds(path, content):
                return True
            self.set_aside(path.name)
        return False

    def _write_whole(self, path: Path, content: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=ARRIVING, dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _make_durable(self, shard: Path) -> None:
        """Have the names in a shard survive a power cut, and once for each process the shard's own."""
        sync_folder(shard)
        if shard not in self._durable_shards:
            sync_folder(self._folder)
            self._durable_shards.add(shard)

    def _disk_faults(self, what: str) -> AbstractContextManager[None]:
        return disk_faults(
            self._folder,
            full=(
                "the disk of {folder} is full; nothing was changed",
                "ổ đĩa chứa “{folder}” đã đầy; không có gì bị thay đổi",
            ),
            refused=(f"{{place}} cannot be {what}: {{why}}", "không dùng được “{place}”: {why}"),
        )


def _holds(path: Path, content: bytes) -> bool:
    expected = memoryview(content)
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size != len(expected):
            return False
        at = 0
        while chunk := file.read(COMPARED_AT_ONCE_BYTES):
            if chunk != expected[at : at + len(chunk)]:
                return False
            at += len(chunk)
    return at == len(expected)
