"""The sample drawings: real JPEG files of the wanted size, always the same, each its own picture."""

from __future__ import annotations

import io
from functools import partial

import pytest
from PIL import Image, ImageChops, ImageStat

from feeds.samples import canvas
from feeds.samples.drawings import LARGEST_SIDE_PX, NAMES, SMALLEST_SIDE_PX, draw
from store.errors import InputError, NotFound
from tests.support.costs import cpu_seconds

LARGEST_FILE_BYTES = 200_000


def picture(data: bytes) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        opened.load()
        return opened.convert("RGB")


@pytest.fixture(scope="module")
def drawn() -> dict[str, bytes]:
    return {name: draw(name) for name in NAMES}


def test_there_are_enough_scenes() -> None:
    assert len(NAMES) >= 12
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_is_a_plain_progressive_jpeg(name: str, drawn: dict[str, bytes]) -> None:
    data = drawn[name]
    assert len(data) < LARGEST_FILE_BYTES
    with Image.open(io.BytesIO(data)) as opened:
        assert opened.format == "JPEG"
        assert opened.size == (1280, 853)
        assert opened.mode == "RGB"
        assert opened.info.get("progressive")
        assert not opened.getexif()
        assert "comment" not in opened.info
        assert "icc_profile" not in opened.info


@pytest.mark.parametrize("name", NAMES)
def test_a_drawing_has_light_and_colour(name: str, drawn: dict[str, bytes]) -> None:
    small = picture(drawn[name]).resize((96, 64))
    assert max(ImageStat.Stat(small.convert("L")).stddev) > 18, "a picture that is nearly one tone"
    assert len(set(small.quantize(64).tobytes())) > 40
    black = sum(small.convert("L").histogram()[:4])
    assert black < 96 * 64 * 0.05, "part of the sheet was left undrawn"


def test_the_same_name_gives_the_same_bytes(drawn: dict[str, bytes]) -> None:
    for name in NAMES[::5]:
        assert draw(name) == drawn[name]


def test_no_two_scenes_look_alike(drawn: dict[str, bytes]) -> None:
    small = {name: picture(data).resize((48, 32)) for name, data in drawn.items()}
    for index, first in enumerate(NAMES):
        for second in NAMES[index + 1 :]:
            apart = sum(ImageStat.Stat(ImageChops.difference(small[first], small[second])).mean) / 3
            assert apart > 12, f"{first} and {second}"


@pytest.mark.parametrize(
    ("width_px", "height_px"), [(640, 427), (400, 400), (1000, 300), (300, 700), (160, 160), (853, 568)]
)
def test_other_sizes_show_the_middle_of_the_scene_undistorted(width_px: int, height_px: int) -> None:
    data = draw("song-thuyen.jpg", width_px=width_px, height_px=height_px)
    shown = picture(data)
    assert shown.size == (width_px, height_px)
    scale = max(width_px / 1280, height_px / 853)
    whole = picture(draw("song-thuyen.jpg")).resize((round(1280 * scale), round(853 * scale)))
    left, top = (whole.width - width_px) // 2, (whole.height - height_px) // 2
    middle = whole.crop((left, top, left + width_px, top + height_px))
    apart = sum(ImageStat.Stat(ImageChops.difference(shown, middle)).mean) / 3
    assert apart < 6


@pytest.mark.parametrize("side_px", [SMALLEST_SIDE_PX, 64])
def test_the_smallest_sizes_are_drawn(side_px: int) -> None:
    assert picture(draw("cau-moi.jpg", width_px=side_px, height_px=side_px)).size == (side_px, side_px)


def test_edges_are_smooth() -> None:
    sheet = canvas.Canvas(1)
    sheet.backdrop("#000000")
    sheet.polygon([(0, 0), (1280, 0), (0, 853)], "#ffffff")
    tones = sheet.image.resize((1280, 853), Image.Resampling.LANCZOS).convert("L").histogram()
    assert sum(tones[20:236]) > 853, "the slanting edge goes from white to black in one step"


def test_an_unknown_name_says_what_was_nearly_meant() -> None:
    with pytest.raises(NotFound, match=r"hoi-truong\.jpg"):
        draw("hoi-truog.jpg")


@pytest.mark.parametrize("side", [0, -5, 15, LARGEST_SIDE_PX + 1])
def test_a_size_outside_the_limits_is_refused(side: int) -> None:
    with pytest.raises(InputError, match="height_px") as refused:
        draw("cho-phien.jpg", height_px=side)
    assert refused.value.value == str(side)


def test_drawing_is_quick() -> None:
    for name in NAMES:
        assert cpu_seconds(partial(draw, name), bound_seconds=2) < 2


def test_chance_is_spread_over_its_range() -> None:
    drawn_numbers = [canvas.chance(7, step) for step in range(2000)]
    assert 0 <= min(drawn_numbers) < 0.02
    assert 0.98 < max(drawn_numbers) < 1
    assert 0.47 < sum(drawn_numbers) / 2000 < 0.53
