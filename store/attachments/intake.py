"""Takes photos and documents in: looked at, made harmless, kept. Do it before the transaction that refers to them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from store.attachments import recipe
from store.attachments.documents import check_document
from store.attachments.embedded_words import Offered
from store.attachments.picture_pool import PROCESSES, PicturePool
from store.attachments.picture_renditions import Made
from store.attachments.pictures import Picture
from store.attachments.storage import Storage
from store.errors import StoreError, StoreUnavailable
from store.types import Focus, Rendition, StoredFile


@dataclass(frozen=True, slots=True)
class TakenPhoto:
    """A photo that is kept, and the words that its maker wrote into it."""

    file: StoredFile
    offered: Offered


@dataclass(frozen=True, slots=True)
class GivenPhoto:
    """A photo as it comes: the name that its giver knows it by, and what reads its bytes when its turn comes."""

    name: str
    read: Callable[[], bytes]
    focus: Focus | None = None


class Intake:
    """The way into a storage; without one, everything is looked at and nothing kept.

    Photos are decoded in `pool`, several at a time.
    """

    def __init__(self, storage: Storage | None, pool: PicturePool) -> None:
        """Take into `storage`, with the processes of `pool`."""
        self._storage = storage
        self._pool = pool

    def take_photo(self, given: GivenPhoto) -> TakenPhoto:
        """Keep a photo and its renditions; raises PhotoRefused, DiskFull, StoreUnavailable, or what reading raises."""
        return self._kept(self._pool.develop(given.read(), name=given.name, focus=given.focus))

    def take_photos(self, given: Sequence[GivenPhoto]) -> Iterator[TakenPhoto | StoreError]:
        """Keep photos side by side and give each, or why it was refused, in the order that they came in.

        Once one of them meets StoreUnavailable no other is tried: each would wait as long for the same answer.
        """
        outages: list[StoreUnavailable] = []

        def taken(each: GivenPhoto) -> TakenPhoto | StoreError:
            if outages:
                return outages[0]
            try:
                return self.take_photo(each)
            except StoreUnavailable as error:
                outages.append(error)
                return error
            except StoreError as error:
                return error

        with ThreadPoolExecutor(PROCESSES) as threads:
            yield from threads.map(taken, given)

    def take_emblem(self, given: GivenPhoto) -> StoredFile:
        """Keep the picture of a channel, made of a photo, and its wide form; raises as `take_photo` does."""
        return self._kept(self._pool.develop_emblem(given.read(), name=given.name)).file

    def take_document(self, content: bytes, *, name: str) -> StoredFile:
        """Keep a document; raises DocumentRefused, DiskFull or StoreUnavailable."""
        media_type = check_document(content, name=name)
        return StoredFile(digest=self._put(content, media_type), media_type=media_type, size_bytes=len(content))

    def _kept(self, picture: Picture) -> TakenPhoto:
        # The renditions first: whoever is interrupted leaves no photo that lacks them.
        renditions = tuple(self.keep_rendition(made) for made in picture.renditions)
        file = StoredFile(
            digest=self._put(picture.content, picture.media_type),
            media_type=picture.media_type,
            size_bytes=len(picture.content),
            width_px=picture.width_px,
            height_px=picture.height_px,
            is_animated=picture.is_animated,
            renditions=renditions,
        )
        return TakenPhoto(file, picture.offered)

    def keep_rendition(self, made: Made) -> Rendition:
        """Keep one rendition."""
        return Rendition(
            name=made.name,
            digest=self._put(made.content, made.media_type),
            media_type=made.media_type,
            size_bytes=len(made.content),
            width_px=made.width_px,
            height_px=made.height_px,
            recipe=recipe.RECIPE,
        )

    def _put(self, content: bytes, media_type: str) -> str:
        if self._storage is None:
            return hashlib.sha256(content).hexdigest()
        return self._storage.put(content, media_type)
