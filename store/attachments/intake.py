"""Takes a photo in: its type is sniffed, never believed, its size and pixels are measured."""

from __future__ import annotations

import hashlib
import io
import warnings

from PIL import Image

from store.attachments.storage import DiskStorage
from store.errors import PhotoRefused
from store.types import StoredFile

MAX_BYTES = 30 * 1024 * 1024
MAX_SIDE_PX = 20_000
MAX_PIXELS = 100_000_000
# Cameras and phones write several pictures into one JPEG (MPO); every browser shows it as a JPEG.
MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
ACCEPTED = "JPEG, PNG, WebP or GIF"
ORIENTATION_TAG = 0x0112
LYING = frozenset({5, 6, 7, 8})
"""Orientations (Exif 2.3, tag 274) in which a picture is shown turned by a quarter."""


def take_photo(storage: DiskStorage | None, content: bytes, *, name: str) -> StoredFile:
    """Keep a photo and say what it is; without `storage` only say it.

    Raises PhotoRefused, before any pixel past the limits is decoded.
    """
    if len(content) > MAX_BYTES:
        raise _refused(name, f"has {len(content):,} bytes", f"at most {MAX_BYTES:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=tuple(MEDIA_TYPES)) as image:
                width, height = _shown_size(image)
                media_type = MEDIA_TYPES[image.format or ""]
                _check_size(name, width, height)
                image.load()
    # Pillow's plugins raise whatever they stumble over, DecompressionBombError among it, which is neither
    # OSError nor ValueError.
    except PhotoRefused:
        raise
    except Exception as error:
        raise _refused(name, "is no photo that can be read", ACCEPTED) from error
    digest = storage.put(content) if storage else hashlib.sha256(content).hexdigest()
    return StoredFile(digest=digest, media_type=media_type, size_bytes=len(content), width_px=width, height_px=height)


def _shown_size(image: Image.Image) -> tuple[int, int]:
    width, height = image.size
    return (height, width) if image.getexif().get(ORIENTATION_TAG) in LYING else (width, height)


def _check_size(name: str, width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise _refused(name, f"has {width} x {height} pixels", f"at most {MAX_PIXELS:,} pixels, {MAX_SIDE_PX} a side")


def _refused(name: str, reason: str, accepted: str) -> PhotoRefused:
    return PhotoRefused(field="photo", value=name, reason=reason, accepted=accepted)
