"""Where the bytes of files are kept: one contract, by content, whatever keeps them.

Whoever has a digest from `put` finds those bytes under it, whole, until somebody removes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class KeptFile:
    """Bytes that are there under a digest's name; `touched_at` is when they last came in, in seconds of the epoch."""

    digest: str
    size_bytes: int
    touched_at: float


class Storage(Protocol):
    """Keeps bytes by their SHA-256 in hex: whole or not at all, once however many bulletins use them.

    Every method raises StoreUnavailable when the place cannot be reached, and ValueError for what is no digest.
    """

    def put(self, content: bytes, media_type: str) -> str:
        """Keep these bytes and return their digest; when it returns, they survive a power cut.

        Bytes that are there already are touched. Raises DiskFull or StoreUnavailable with nothing left behind.
        """
        ...

    def get(self, digest: str) -> bytes:
        """Give the bytes of a digest; raises NotFound."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open the bytes of a digest for reading and seeking; raises NotFound at once, not at the first read."""
        ...

    def remove(self, digest: str, *, unless_touched_after: float = float("inf")) -> bool:
        """Remove the bytes of a digest for good, unless they came in again after an instant (seconds of the epoch).

        Return whether nothing of them is left; what was not there is no error.
        """
        ...

    def iter_kept(self) -> Iterator[KeptFile]:
        """Stream everything that is there under a right name, in no promised order."""
        ...

    def set_aside(self, digest: str) -> str:
        """Take altered bytes out of the way without losing them; return where they are. Raises NotFound."""
        ...

    def remove_partials(self, *, older_than_seconds: float) -> int:
        """Clear away what processes left that died over their work; return how many pieces."""
        ...

    def find_stranger(self) -> str | None:
        """Name one thing that lies among the files and was not put there by a storage, None where all is ours."""
        ...

    def describe(self) -> str:
        """Name the place for people, without secrets."""
        ...


def open_storage(url: str, folder: Path, *, key: str = "", secret: str = "") -> Storage:
    """Give the storage that `url` names: an S3 bucket, or `folder` where it is empty; nothing is touched yet.

    Without `key` and `secret` the environment's own S3 credentials count. Raises ValueError for no such address, and
    InputError where the S3 client is not installed.
    """
    # Each kind is loaded when it is asked for: a plain install does not have what S3 needs.
    if url:
        from store.attachments.objects import S3Storage
        from store.attachments.s3_address import read_s3_address

        return S3Storage(read_s3_address(url), key=key, secret=secret)
    from store.attachments.disk import DiskStorage

    return DiskStorage(folder)


def is_digest(text: str) -> bool:
    """Say whether this is a SHA-256 as files are named by it: 64 hex digits in lower case."""
    return _DIGEST.fullmatch(text) is not None


def require_digest(text: str) -> str:
    """Give back a digest; raises ValueError for anything else, so that no name leads out of the storage."""
    if not is_digest(text):
        raise ValueError(f"no SHA-256 in hex: {text!r}")
    return text
