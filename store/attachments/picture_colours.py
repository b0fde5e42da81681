"""Brings the colours of photos to those that are meant where nothing is said: sRGB, eight bits.

A profile that does not fit its picture says nothing about its colours, and changes none. Pure.

Spec: ICC.1:2022 (profiles); IEC 61966-2-1 (sRGB).
"""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageCms

COLOUR_TOLERANCE = 3


def in_eight_bits(image: Image.Image) -> Image.Image:
    """Bring grey of sixteen bits to eight, which Pillow would cut off instead."""
    return image.point(lambda value: value * (1 / 256) + 0).convert("L")


def in_srgb(image: Image.Image, profile: bytes, *, has_alpha: bool) -> Image.Image:
    """Bring a picture whose colours are those of a profile to sRGB, as RGB or RGBA."""
    if image.mode not in {"L", "RGB", "RGBA", "CMYK"}:
        image = image.convert("RGBA" if has_alpha else "RGB")
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(
            image, given, _srgb(), outputMode="RGBA" if image.mode == "RGBA" else "RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A profile that does not fit its picture says nothing about its colours.
        return image
    return converted if converted is not None else image


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def is_srgb(profile: bytes, mode: str) -> bool:
    """Say whether a profile's colours are those that are meant where no profile is given, or none at all."""
    if not profile:
        return True
    if mode == "CMYK":
        return False
    steps = (0, 51, 102, 153, 204, 255)
    sample = Image.new("RGB", (36, 6))
    sample.putdata([(r, g, b) for r in steps for g in steps for b in steps])
    if mode in {"L", "LA"}:
        sample = sample.convert("L")
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(sample, given, _srgb(), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return True
    if converted is None:
        return True
    before, after = sample.convert("RGB").tobytes(), converted.tobytes()
    return all(abs(one - other) <= COLOUR_TOLERANCE for one, other in zip(before, after, strict=True))
