"""Where backups lie: their names, the hidden file that one is written to, and which old ones go.

Nothing is removed that is not known to be ours: a backup by its name and its manifest, a hidden file by its name
and because nobody holds it.
"""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from store.backups.archive import open_archive
from store.backups.manifest import Manifest
from store.errors import AlreadyExists, InputError, StoreError

EXTENSION = ".zip"
ACCEPTED = f"a folder that exists, a new folder written with a slash at its end, or a new name ending in {EXTENSION}"
_NAME = re.compile(r"bantin-\d{8}-\d{6}-e\d+\.zip")
_PART_PREFIX, _PART_SUFFIX = ".bantin-backup-", ".part"


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder that a backup goes to; with `name` None it is named after its instant and edition."""

    folder: Path
    name: str | None = None

    def target(self, manifest: Manifest) -> Path:
        """Give the path of this backup; raises AlreadyExists."""
        name = self.name or f"bantin-{manifest.made_at:%Y%m%d-%H%M%S}-e{manifest.edition}{EXTENSION}"
        if os.path.lexists(self.folder / name):
            raise AlreadyExists(
                "backup", str(self.folder / name), "name another file" if self.name else "try again in a second"
            )
        return self.folder / name


def read_destination(place: str) -> Destination:
    """Understand what a person names as the place of a backup; raises InputError or AlreadyExists.

    Nothing is made yet.
    """
    path = Path(place)
    # Unlike Path.is_dir, os.path.isdir does not raise for a name that is too long.
    if place and (os.path.isdir(path) or place.endswith("/")):
        return Destination(path)
    if path.suffix != EXTENSION or not os.path.isdir(path.parent):
        missing = path.suffix == EXTENSION
        raise InputError(
            field="PLACE",
            value=place,
            reason="lies in a folder that does not exist" if missing else "is no folder",
            accepted=ACCEPTED,
            vietnamese=f"“{place}” không phải là thư mục hiện có; hãy ghi thư mục mới với dấu / ở cuối, "
            f"hoặc tên tệp mới có đuôi {EXTENSION} trong một thư mục hiện có",
        )
    if os.path.lexists(path):
        raise AlreadyExists("backup", place, "name another file, or a folder to keep several in")
    return Destination(path.parent, path.name)


@contextmanager
def part_file(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """Give a new hidden file in `folder` that only this user may read; it is gone at the end unless it was renamed.

    What killed backups left in the folder is removed first. Raises OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(folder)
    path, file = _new_part(folder)
    try:
        with file:
            yield path, file
    finally:
        path.unlink(missing_ok=True)


def remove_oldest(newest: Path, instance: uuid.UUID, *, keep: int) -> list[Path]:
    """Keep `newest` and the `keep` - 1 latest other backups of this store beside it; return those removed.

    Files with other names, of other stores or without a readable manifest are never touched.
    """
    ours: list[tuple[str, Path]] = []
    for path in newest.parent.iterdir():
        if path != newest and _NAME.fullmatch(path.name) and not path.is_symlink() and path.is_file():
            with suppress(StoreError), open_archive(path) as archive:
                if archive.manifest.instance == instance:
                    ours.append((archive.manifest.made_at.isoformat(), path))
    removed = [path for _, path in sorted(ours, reverse=True)[keep - 1 :]]
    for path in removed:
        path.unlink(missing_ok=True)
    return removed


def _new_part(folder: Path) -> tuple[Path, IO[bytes]]:
    while True:
        handle, name = tempfile.mkstemp(prefix=_PART_PREFIX, suffix=_PART_SUFFIX, dir=folder)
        # The lock says that somebody is writing; it ends with the process, however that ends.
        fcntl.flock(handle, fcntl.LOCK_EX)
        # Between the two lines another backup may have taken the file for an abandoned one.
        if Path(name).exists():
            return Path(name), os.fdopen(handle, "w+b")
        os.close(handle)


def _remove_abandoned(folder: Path) -> None:
    for path in folder.glob(f"{_PART_PREFIX}*{_PART_SUFFIX}"):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
