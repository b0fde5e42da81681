"""The media types that are taken in, and the extension that each one's address ends with."""

from __future__ import annotations

from collections.abc import Mapping

EXTENSIONS: Mapping[str, str] = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
}

MEDIA_TYPES: Mapping[str, str] = {extension: media_type for media_type, extension in EXTENSIONS.items()}
