"""The pictures of the sample bulletins, drawn instead of stored: a file name chooses a scene, and gives its bytes.

The same name and size give the same bytes wherever the same Pillow runs; no font and no file is read.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from difflib import get_close_matches

from PIL import Image

from feeds.samples import gatherings, halls, landscapes, portraits, waters
from feeds.samples.canvas import HEIGHT, WIDTH, Canvas
from store.errors import InputError, NotFound

SMALLEST_SIDE_PX = 16
LARGEST_SIDE_PX = 2560
JPEG_QUALITY = 85

SCENES: Mapping[str, Callable[[Canvas], None]] = {
    "ruong-bac-thang.jpg": landscapes.terraced_fields,
    "nui-suong-som.jpg": landscapes.misty_mountains,
    "ban-nha-san.jpg": landscapes.stilt_village,
    "doi-che.jpg": landscapes.tea_hills,
    "song-thuyen.jpg": waters.river_boats,
    "trong-rung.jpg": landscapes.forest_planting,
    "mua-lu.jpg": waters.flood,
    "hoi-truong.jpg": halls.meeting_hall,
    "san-truong.jpg": gatherings.school_yard,
    "cho-phien.jpg": gatherings.market,
    "phong-may-tinh.jpg": halls.computer_room,
    "trao-bang-khen.jpg": halls.awards,
    "tram-y-te.jpg": gatherings.health_station,
    "dem-van-nghe.jpg": gatherings.festival_night,
    "chan-dung-nu.jpg": portraits.woman_farmer,
    "chan-dung-nam.jpg": portraits.veteran,
    "dien-mat-troi.jpg": portraits.solar_panels,
    "cau-moi.jpg": waters.new_bridge,
}

NAMES: tuple[str, ...] = tuple(SCENES)
"""The file names that can be drawn."""


def draw(name: str, *, width_px: int = 1280, height_px: int = 853) -> bytes:
    """Draw the scene that a file name chooses, as a progressive JPEG without metadata.

    A picture of other proportions than 3:2 shows the middle of the scene, undistorted. Raises
    NotFound for a name that is none of `NAMES`, InputError for a side outside the limits.
    """
    scene = SCENES.get(name)
    if scene is None:
        raise NotFound("drawing", name, tuple(get_close_matches(name, NAMES)))
    for field, side_px in (("width_px", width_px), ("height_px", height_px)):
        if not SMALLEST_SIDE_PX <= side_px <= LARGEST_SIDE_PX:
            raise InputError(
                field=field,
                value=str(side_px),
                reason="the picture cannot have this size",
                accepted=f"{SMALLEST_SIDE_PX} to {LARGEST_SIDE_PX}",
            )
    scale = max(width_px / WIDTH, height_px / HEIGHT)
    canvas = Canvas(scale)
    scene(canvas)
    return _jpeg(_middle(canvas, scale, width_px, height_px))


def _middle(canvas: Canvas, scale: float, width_px: int, height_px: int) -> Image.Image:
    shown = width_px / (WIDTH * scale), height_px / (HEIGHT * scale)
    width, height = (side * share for side, share in zip(canvas.image.size, shown, strict=True))
    left, top = (canvas.image.width - width) / 2, (canvas.image.height - height) / 2
    box = (max(0.0, left), max(0.0, top), min(left + width, canvas.image.width), min(top + height, canvas.image.height))
    return canvas.image.resize((width_px, height_px), Image.Resampling.LANCZOS, box=box)


def _jpeg(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return file.getvalue()
