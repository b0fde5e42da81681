"""Each kind of storage for the tests that both must pass, and what a test needs to do behind its back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from store.attachments.disk import DiskStorage
from store.attachments.objects import S3Storage
from store.attachments.s3_address import S3Address
from store.attachments.storage import Storage
from tests.support.s3 import KEY, SECRET, S3Server

PREFIX = "tinh/tep"


@dataclass(frozen=True)
class Kept:
    """A storage, and where its bytes really are: a folder, or a bucket of a server."""

    storage: Storage
    folder: Path | None = None
    server: S3Server | None = None
    bucket: str = ""
    endpoint: str = ""

    @property
    def settings(self) -> dict[str, str]:
        """The settings that name this storage."""
        if self.server is None:
            return {}
        url = f"s3://{self.bucket}/{PREFIX}?endpoint={self.endpoint}"
        return {"BANTIN_FILES_URL": url, "BANTIN_FILES_KEY": KEY, "BANTIN_FILES_SECRET": SECRET}

    def plant(self, name: str, content: bytes) -> None:
        """Put bytes below the storage's place under any name, as somebody else would."""
        if self.folder is not None:
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_bytes(content)
        if self.server is not None:
            self.server.request("PUT", f"/{self.bucket}/{PREFIX}/{name}", content)

    def age(self, digest: str, seconds: float) -> None:
        """Have a file look as if it had come in longer ago; an S3 store's own clock cannot be set."""
        if self.folder is not None:
            path = self.folder / digest[:2] / digest
            then = path.stat().st_mtime - seconds
            os.utime(path, (then, then))


def on_disk(folder: Path) -> Kept:
    """Give a storage in a folder that need not be there yet."""
    return Kept(DiskStorage(folder), folder=folder)


def on_s3(server: S3Server, *, endpoint: str = "") -> Kept:
    """Give a storage in a new bucket; `endpoint` is another way to the same server."""
    bucket, endpoint = server.make_bucket(), endpoint or server.endpoint
    storage = S3Storage(S3Address(bucket, PREFIX, endpoint), key=KEY, secret=SECRET)
    return Kept(storage, server=server, bucket=bucket, endpoint=endpoint)
