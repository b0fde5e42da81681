"""Makes the renditions of a settled picture, and encodes it; what is encoded says nothing of where it came from.

A settled picture stands upright, in sRGB, as RGB or RGBA. None is enlarged; what is transparent is white in a JPEG.
Pure. Whoever changes how something is encoded here steps `recipe.RECIPE`.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from PIL import Image

from store.attachments import recipe
from store.attachments.recipe import JPEG, WEBP
from store.types import Focus

PNG = "image/png"
ORIGINAL_QUALITY = 90
ENCODINGS: Mapping[str, Mapping[str, Any]] = {
    JPEG: {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
    WEBP: {"format": "WEBP", "quality": 76, "method": 4},
    PNG: {"format": "PNG", "optimize": True},
}


@dataclass(frozen=True, slots=True)
class Made:
    """The bytes of a rendition."""

    name: str
    content: bytes
    media_type: str
    width_px: int
    height_px: int


def encoded_original(picture: Image.Image, media_type: str) -> bytes:
    """Encode a picture that cannot be kept as it came; what is neither PNG nor WebP becomes JPEG."""
    if media_type == PNG:
        return _encoded(picture, {"format": "PNG", "optimize": False})
    if media_type == WEBP:
        return _encoded(picture, {"format": "WEBP", "quality": ORIGINAL_QUALITY, "method": 4})
    return _encoded(_on_white(picture), {"format": "JPEG", "quality": ORIGINAL_QUALITY, "optimize": True})


def renditions(picture: Image.Image, size: tuple[int, int], names: Collection[str]) -> tuple[Made, ...]:
    """Make the wanted renditions of a photo of this size in pixels, by name; the picture may be decoded smaller."""
    made = (*_cards(picture, names), *_widths(picture, size, names), *_logos(picture, names))
    return tuple(sorted(made, key=lambda each: each.name))


def emblem(picture: Image.Image) -> Made:
    """Make the square picture of a channel: all of it, with what is left of the square transparent."""
    return _made("emblem", _within(picture, recipe.EMBLEM_PX), PNG)


def _logos(picture: Image.Image, names: Collection[str]) -> Iterator[Made]:
    if recipe.LOGO in names:
        yield _made(recipe.LOGO, _within(picture, recipe.LOGO_PX), PNG)


def _within(picture: Image.Image, box: tuple[int, int]) -> Image.Image:
    """Put a picture into the middle of a box, as large as it fits: nobody's coat of arms may lose an edge."""
    across, down = box
    scale = min(across / picture.width, down / picture.height)
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    shown = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0) if size != picture.size else picture
    if size == box:
        return shown
    ground = Image.new("RGBA", box, (255, 255, 255, 0))
    ground.paste(shown, ((across - size[0]) // 2, (down - size[1]) // 2))
    return ground


def _cards(picture: Image.Image, names: Collection[str]) -> Iterator[Made]:
    for card, focus in recipe.cards_in(names):
        yield _made(card, _cut_card(picture, focus), JPEG)


def _widths(picture: Image.Image, size: tuple[int, int], names: Collection[str]) -> Iterator[Made]:
    """Make each width from the next wider one."""
    step = picture
    for width in reversed(recipe.widths_of(size[0])):
        height = max(1, round(size[1] * width / size[0]))
        if step.size != (width, height):
            step = step.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        for media_type in (JPEG, WEBP):
            name = recipe.rendition_name(media_type, width)
            if name in names:
                yield _made(name, step, media_type)


def _cut_card(picture: Image.Image, focus: Focus) -> Image.Image:
    """Cut the largest piece of a card's shape around a focus, and bring it to a card's size if it is larger."""
    across, down = recipe.CARD_PX
    width, height = picture.size
    if width * down > height * across:
        cut_width, cut_height = max(1, round(height * across / down)), height
    else:
        cut_width, cut_height = width, max(1, round(width * down / across))
    left = min(max(round(width * focus.x_percent / 100 - cut_width / 2), 0), width - cut_width)
    upper = min(max(round(height * focus.y_percent / 100 - cut_height / 2), 0), height - cut_height)
    box = (left, upper, left + cut_width, upper + cut_height)
    if cut_width <= across:
        return picture.crop(box)
    return picture.resize((across, down), Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)


def _made(name: str, picture: Image.Image, media_type: str) -> Made:
    shown = _on_white(picture) if media_type == JPEG else picture
    return Made(name, _encoded(shown, ENCODINGS[media_type]), media_type, *picture.size)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _encoded(picture: Image.Image, options: Mapping[str, Any]) -> bytes:
    written = io.BytesIO()
    # Nothing that Pillow still knows of the file may be written along.
    picture.info = {}
    picture.save(written, **options)
    return written.getvalue()
