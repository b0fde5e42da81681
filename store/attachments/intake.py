"""Takes a photo in: its type is sniffed, never believed, its size and pixels are measured."""

from __future__ import annotations

import io
import warnings

from PIL import Image

from store.attachments.kinds import EXTENSIONS
from store.attachments.storage import DiskStorage
from store.errors import PhotoRefused
from store.types import StoredFile

MAX_BYTES = 30 * 1024 * 1024
MAX_SIDE_PX = 20_000
MAX_PIXELS = 100_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")


def take_photo(storage: DiskStorage, content: bytes, *, name: str) -> StoredFile:
    """Keep a photo and say what it is; raises PhotoRefused before any pixel past the limits is decoded."""
    if len(content) > MAX_BYTES:
        raise _refused(name, f"has {len(content):,} bytes", f"at most {MAX_BYTES:,} bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
                media_type = Image.MIME[image.format or ""]
                _check_size(name, width, height)
                image.load()
    # Pillow's plugins raise whatever they stumble over, DecompressionBombError among it, which is neither
    # OSError nor ValueError.
    except PhotoRefused:
        raise
    except Exception as error:
        raise _refused(name, f"cannot be read as a photo ({error})", ", ".join(FORMATS)) from error
    if media_type not in EXTENSIONS:
        raise _refused(name, f"is {media_type}", ", ".join(EXTENSIONS))
    digest = storage.put(content)
    return StoredFile(digest=digest, media_type=media_type, size_bytes=len(content), width_px=width, height_px=height)


def _check_size(name: str, width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise _refused(name, f"has {width} x {height} pixels", f"at most {MAX_PIXELS:,} pixels, {MAX_SIDE_PX} a side")


def _refused(name: str, reason: str, accepted: str) -> PhotoRefused:
    return PhotoRefused(field="photo", value=name, reason=reason, accepted=accepted)
