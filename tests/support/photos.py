"""Takes photos in for tests: in the test's own process, where starting others is not what is tested."""

from __future__ import annotations

import hashlib
import io
import pickle
import uuid
from pathlib import Path

from PIL import Image

from store.attachments import pictures
from store.attachments.intake import GivenPhoto, Intake
from store.attachments.picture_pool import PicturePool
from store.attachments.pictures import Picture
from store.attachments.storage import Storage
from store.types import Focus, StoredFile


class HerePool(PicturePool):
    """Does in this process what a pool does in others."""

    def develop(self, content: bytes, *, name: str, focus: Focus | None = None) -> Picture:
        return pictures.develop(content, name=name, focus=focus)

    def develop_emblem(self, content: bytes, *, name: str) -> Picture:
        return pictures.develop_emblem(content, name=name)

    def make_renditions(self, content, media_type, names, *, name):
        return pictures.make_renditions(content, media_type, names, name=name)


class RememberingPool(HerePool):
    """Keeps what it made in a folder: the same sample photos are wanted by many tests."""

    folder: Path

    def develop(self, content: bytes, *, name: str, focus: Focus | None = None) -> Picture:
        digest = hashlib.sha256(content + repr(focus).encode()).hexdigest()
        path = self.folder / f"{digest}.picture"
        if not path.exists():
            # Two threads of a process may make the same at the same time.
            part = path.with_name(f"{digest}.{uuid.uuid4().hex}")
            part.write_bytes(pickle.dumps(super().develop(content, name=name, focus=focus)))
            part.replace(path)
        return pickle.loads(path.read_bytes())


def take_photo(
    storage: Storage | None, content: bytes, *, name: str = "anh.jpg", focus: Focus | None = None
) -> StoredFile:
    """Take one photo in, with its renditions."""
    return Intake(storage, HerePool()).take_photo(GivenPhoto(name, lambda: content, focus)).file


def take_emblem(storage: Storage | None, size: tuple[int, int] = (300, 200), colour: str = "#8c1616") -> StoredFile:
    """Take in the picture of a channel."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return Intake(storage, HerePool()).take_emblem(GivenPhoto("huy-hieu.png", out.getvalue))
