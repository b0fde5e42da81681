"""Stored files come into an export whatever keeps them, and keep their bytes."""

from __future__ import annotations

from pathlib import Path

from feeds.export.disk import Disk
from feeds.export.exporting import place_file
from store.attachments.disk import DiskStorage
from tests.support.storages import Kept

CONTENT = bytes(range(256)) * 5000


def test_a_file_is_another_name_of_the_kept_one_or_a_copy_of_it(kept: Kept, tmp_path: Path) -> None:
    digest = kept.storage.put(CONTENT, "image/png")
    path = tmp_path / "exported.png"
    place_file(kept.storage, Disk(), digest, path)
    assert path.read_bytes() == CONTENT
    assert path.stat().st_mode & 0o777 == 0o644
    is_same = isinstance(kept.storage, DiskStorage) and path.samefile(kept.storage.path(digest))
    assert is_same == (kept.folder is not None)
    kept.storage.remove(digest)
    assert path.read_bytes() == CONTENT
