"""What an export does to a disk: few kinds of step, each of which may fail, and none of which changes a file in place.

Files and folders may be read by everybody whatever the umask says: a web server runs as somebody else.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from store.folders import sync_folder

_FOLDER_MODE, _FILE_MODE = 0o755, 0o644
_NO_LINK = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EACCES, errno.ENOTSUP})
COPIED_AT_ONCE_BYTES = 1024 * 1024


class Disk:
    """Writes for good."""

    def make_folder(self, path: Path) -> None:
        """Make a folder, with those above it that are missing; one that is there is kept as it is."""
        if not path.is_dir():
            self.make_folder(path.parent)
            path.mkdir()
            path.chmod(_FOLDER_MODE)

    def write(self, path: Path, content: bytes, *, modified: int | None = None) -> None:
        """Write a new file, dated `modified` in seconds of the epoch where that is given."""
        with path.open("xb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(content)
        if modified is not None:
            os.utime(path, (modified, modified))

    def link(self, source: Path, path: Path) -> None:
        """Give a file another name, or copy it where the file system cannot do that."""
        try:
            path.hardlink_to(source)
        except OSError as error:
            if error.errno not in _NO_LINK:
                raise
            shutil.copy2(source, path)

    def publish(self, source: Path, path: Path) -> None:
        """Do the same with a file that only its owner may read so far: what readers are sent is no secret."""
        self.link(source, path)
        if path.stat().st_mode & _FILE_MODE != _FILE_MODE:
            path.chmod(_FILE_MODE)

    def copy(self, source: BinaryIO, path: Path) -> None:
        """Write a new file with all that is left in an open one."""
        with path.open("xb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            shutil.copyfileobj(source, file, COPIED_AT_ONCE_BYTES)

    def symlink(self, path: Path, target: str) -> None:
        """Make a symbolic link."""
        path.symlink_to(target)

    def replace(self, source: Path, path: Path) -> None:
        """Give a file another's name in one step, and have that survive a power cut."""
        source.replace(path)
        sync_folder(path.parent)

    def settle(self) -> None:
        """Have all that was written so far survive a power cut."""
        # One call for thousands of files, where fsync would take thousands.
        os.sync()

    def remove(self, path: Path) -> None:
        """Remove a file, a link or a whole folder; what is not there is no error."""
        with suppress(FileNotFoundError):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


class NoDisk(Disk):
    """Leaves everything as it is: for a dry run."""

    def make_folder(self, path: Path) -> None:
        """Make nothing."""

    def write(self, path: Path, content: bytes, *, modified: int | None = None) -> None:
        """Write nothing."""

    def link(self, source: Path, path: Path) -> None:
        """Link nothing."""

    def publish(self, source: Path, path: Path) -> None:
        """Publish nothing."""

    def copy(self, source: BinaryIO, path: Path) -> None:
        """Copy nothing."""

    def symlink(self, path: Path, target: str) -> None:
        """Link nothing."""

    def replace(self, source: Path, path: Path) -> None:
        """Replace nothing."""

    def settle(self) -> None:
        """Settle nothing."""

    def remove(self, path: Path) -> None:
        """Remove nothing."""
