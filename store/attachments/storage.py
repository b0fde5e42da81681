"""Keeps bytes by their SHA-256 on disk: whole or not at all, once however many bulletins use them."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
from pathlib import Path

from store.errors import DiskFull, NotFound, StoreUnavailable

_DIGEST = re.compile(r"[0-9a-f]{64}")


class DiskStorage:
    """Files in sharded folders below one folder, which is made when first needed."""

    def __init__(self, folder: Path) -> None:
        """Keep files below `folder`; nothing is touched yet."""
        self._folder = folder

    def put(self, content: bytes) -> str:
        """Keep these bytes and return their digest in hex; when it returns, they survive a power cut.

        Raises DiskFull or StoreUnavailable with nothing left behind.
        """
        digest = hashlib.sha256(content).hexdigest()
        path = self.path(digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write_whole(path, content)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise DiskFull(f"the disk of {self._folder} is full; nothing was changed") from error
            raise StoreUnavailable(f"{self._folder} cannot be written: {error.strerror}") from error
        return digest

    def get(self, digest: str) -> bytes:
        """Give the bytes of a digest; raises NotFound."""
        try:
            return self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFound("file", digest) from error

    def path(self, digest: str) -> Path:
        """Where the bytes of a digest are kept; raises ValueError for what is no digest."""
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"no SHA-256 in hex: {digest!r}")
        return self._folder / digest[:2] / digest

    def _write_whole(self, path: Path, content: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=".arriving-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
