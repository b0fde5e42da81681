"""Photos that come together: each is kept or refused for itself, but a storage that is away is asked no further."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from store.attachments.disk import DiskStorage
from store.attachments.intake import GivenPhoto, Intake, TakenPhoto
from store.attachments.picture_pool import PROCESSES
from store.errors import DiskFull, PhotoRefused, StoreUnavailable
from tests.support import pictures
from tests.support.photos import HerePool


def given(count: int) -> list[GivenPhoto]:
    contents = [pictures.saved(pictures.drawn(turned=number), "JPEG") for number in range(count)]
    return [GivenPhoto(f"{number}.jpg", partial(bytes, content)) for number, content in enumerate(contents)]


class Away(DiskStorage):
    """Fails every write, and counts how often it was asked."""

    def __init__(self, folder: Path, error: StoreUnavailable) -> None:
        super().__init__(folder)
        self.error = error
        self.asked = 0
        self._counting = threading.Lock()

    def put(self, content: bytes, media_type: str) -> str:
        with self._counting:
            self.asked += 1
        raise self.error


def test_one_refused_photo_keeps_no_other_out(tmp_path: Path) -> None:
    photos = given(3)
    photos[1] = GivenPhoto("1.jpg", lambda: b"no photo")
    storage = DiskStorage(tmp_path)
    first, second, third = Intake(storage, HerePool()).take_photos(photos)
    assert isinstance(second, PhotoRefused)
    for taken in (first, third):
        assert isinstance(taken, TakenPhoto)
        assert len(storage.get(taken.file.digest)) == taken.file.size_bytes


def test_of_many_photos_no_more_wait_for_a_storage_that_is_away_than_come_at_once(tmp_path: Path) -> None:
    for error in (StoreUnavailable("away"), DiskFull("full")):
        storage = Away(tmp_path, error)
        assert list(Intake(storage, HerePool()).take_photos(given(12))) == [error] * 12
        assert 1 <= storage.asked <= PROCESSES
