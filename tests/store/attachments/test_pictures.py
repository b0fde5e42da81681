"""A photo comes out upright, in sRGB, with nothing about its maker, and in every size that it should have."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image, ImageCms, ImageDraw

from store.attachments import recipe
from store.attachments.pictures import MAX_BYTES, MAX_FRAMES, Picture, develop, make_renditions
from store.errors import PhotoRefused
from store.types import Focus

RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 40), (30, 40, 200), (255, 255, 255)
PLACE = (21.0, 3.0, 12.5)
ORIENTATION, GPS_IFD, MAKER = 0x0112, 0x8825, 0x010F


def quarters(width: int = 400, height: int = 300, mode: str = "RGB") -> Image.Image:
    """Draw red, green, blue and white quarters, so that every turn and mirroring shows."""
    image = Image.new("RGB", (width, height))
    pencil = ImageDraw.Draw(image)
    for colour, box in (
        (RED, (0, 0, width // 2, height // 2)),
        (GREEN, (width // 2, 0, width, height // 2)),
        (BLUE, (0, height // 2, width // 2, height)),
        (WHITE, (width // 2, height // 2, width, height)),
    ):
        pencil.rectangle(box, fill=colour)
    if mode == "P":
        return image.quantize(16, dither=Image.Dither.NONE)
    return image.convert(mode, dither=Image.Dither.NONE)


def encoded(image: Image.Image, image_format: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **({"quality": 95} if image_format in {"JPEG", "WEBP"} else {}) | options)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    width, height = image.size
    seen = image.convert("RGB")
    return [seen.getpixel((round(width * x), round(height * y))) for y in (0.25, 0.75) for x in (0.25, 0.75)]


def near(one: tuple[int, ...], other: tuple[int, ...], tolerance: int = 12) -> bool:
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def shows_quarters(image: Image.Image, tolerance: int = 12) -> bool:
    return all(near(a, b, tolerance) for a, b in zip(corners(image), (RED, GREEN, BLUE, WHITE), strict=True))


def all_forms(picture: Picture) -> list[bytes]:
    return [picture.content, *(made.content for made in picture.renditions)]


@pytest.mark.parametrize(
    ("image_format", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("MPO", "image/jpeg"),
        ("AVIF", "image/jpeg"),
        ("HEIF", "image/jpeg"),
    ],
)
def test_every_accepted_format_is_taken(image_format: str, media_type: str) -> None:
    if image_format == "HEIF":
        pytest.importorskip("pillow_heif", reason="the extra heic is not installed").register_heif_opener()
    picture = develop(encoded(quarters(), image_format), name="anh")
    assert (picture.media_type, picture.width_px, picture.height_px) == (media_type, 400, 300)
    assert all(shows_quarters(opened(form), 20) for form in all_forms(picture))


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "PPM", "ICO"])
def test_other_formats_are_refused(image_format: str) -> None:
    with pytest.raises(PhotoRefused, match="JPEG, PNG, WebP, GIF, HEIC or AVIF"):
        develop(encoded(quarters(64, 64), image_format), name="anh")


def test_an_upright_jpeg_keeps_its_very_pixels() -> None:
    content = encoded(quarters(), subsampling=0)
    picture = develop(content, name="anh")
    assert opened(picture.content).tobytes() == opened(content).tobytes()


TURNS: dict[int, Callable[[Image.Image], Image.Image]] = {
    # How a camera stores what stands upright, by the orientation that it then notes.
    1: lambda image: image,
    2: lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    3: lambda image: image.transpose(Image.Transpose.ROTATE_180),
    4: lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    5: lambda image: image.transpose(Image.Transpose.TRANSPOSE),
    6: lambda image: image.transpose(Image.Transpose.ROTATE_90),
    7: lambda image: image.transpose(Image.Transpose.TRANSVERSE),
    8: lambda image: image.transpose(Image.Transpose.ROTATE_270),
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_every_orientation_ends_upright(orientation: int, image_format: str) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = develop(encoded(TURNS[orientation](quarters()), image_format, exif=exif), name="anh")
    assert (picture.width_px, picture.height_px) == (400, 300)
    for form in all_forms(picture):
        image = opened(form)
        assert shows_quarters(image, 20)
        assert image.getexif().get(ORIENTATION, 1) == 1


def wide_gamut() -> bytes:
    """Make a profile whose red and green are swapped: whoever ignores it shows other colours."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = profile.replace(b"rXYZ", b"tXYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"tXYZ", b"gXYZ", 1)
    assert swapped != profile
    return swapped


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP"])
def test_colours_of_another_profile_become_srgb(image_format: str) -> None:
    # What a reader that knows the profile shows, and what one must show that does not.
    stored = quarters()
    r, g, b = stored.split()
    stored = Image.merge("RGB", (g, r, b))
    picture = develop(encoded(stored, image_format, icc_profile=wide_gamut()), name="anh")
    for form in all_forms(picture):
        image = opened(form)
        assert "icc_profile" not in image.info
        assert shows_quarters(image, 24)


def test_a_profile_that_says_srgb_costs_no_pixel() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(quarters(), icc_profile=profile)
    picture = develop(content, name="anh")
    assert opened(picture.content).tobytes() == opened(content).tobytes()
    assert "icc_profile" not in opened(picture.content).info


@pytest.mark.parametrize("mode", ["L", "CMYK", "P", "LA", "RGBA", "I;16", "1"])
def test_every_way_of_keeping_colours_is_understood(mode: str) -> None:
    image = quarters(mode="L" if mode == "I;16" else mode)
    if mode == "I;16":
        image = Image.frombytes("I;16", image.size, b"".join(bytes((0, v)) for v in image.tobytes()))
    content = encoded(image, "JPEG" if mode == "CMYK" else "PNG")
    expected = corners(quarters(mode="L" if mode == "I;16" else mode).convert("RGB"))
    picture = develop(content, name="anh")
    for form in all_forms(picture):
        shown = opened(form)
        if mode == "I;16" and form is picture.content:
            continue
        assert all(near(a, b, 24) for a, b in zip(corners(shown), expected, strict=True))
        assert shown.mode in {"RGB", "RGBA", "L", "LA", "P", "1"}


def test_what_is_transparent_is_white_in_jpeg_and_stays_so_in_webp() -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    picture = develop(encoded(image, "PNG"), name="anh")
    made = {each.name: opened(each.content) for each in picture.renditions}
    assert near(made["jpeg-320"].convert("RGB").getpixel((5, 5)), WHITE, 3)
    assert made["webp-320"].convert("RGBA").getpixel((5, 5))[3] == 0


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_nothing_about_the_maker_remains(image_format: str) -> None:
    exif = Image.Exif()
    exif[MAKER] = "Hang may anh"
    exif[ORIENTATION] = 6
    exif.get_ifd(GPS_IFD)[2] = PLACE
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><exif:GPSLatitude>21,3.2083N</exif:GPSLatitude></x:xmpmeta>'
    content = encoded(quarters(), image_format, exif=exif, **({} if image_format == "PNG" else {"xmp": xmp}))
    assert b"Hang may anh" in content
    for form in all_forms(develop(content, name="anh")):
        assert not [
            word for word in (b"Hang may anh", b"Exif", b"EXIF", b"eXIf", b"21,3.2083N", b"xmp") if word in form
        ]
        assert not opened(form).getexif()


def test_the_sizes_are_those_of_the_recipe_and_none_is_larger_than_the_photo() -> None:
    picture = develop(encoded(quarters(2000, 1500)), name="anh")
    assert {made.name for made in picture.renditions} == {
        "card", "jpeg-320", "jpeg-640", "jpeg-1280", "webp-320", "webp-640", "webp-1280"
    }  # fmt: skip
    for made in picture.renditions:
        image = opened(made.content)
        assert image.size == (made.width_px, made.height_px)
        assert Image.MIME[image.format] == made.media_type
        assert made.name == "card" or image.size == (made.width_px, made.width_px * 3 // 4)
        assert made.name != "card" or image.size == recipe.CARD_PX


@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (7, 3000), (319, 200), (320, 240), (641, 30), (1280, 853), (1281, 854)]
)
def test_small_and_narrow_photos_are_never_enlarged(width: int, height: int) -> None:
    picture = develop(encoded(quarters(width, height), "PNG"), name="anh")
    assert {made.name for made in picture.renditions} == recipe.names_of_size("image/png", width)
    for made in picture.renditions:
        assert made.width_px <= width
        assert made.height_px <= height
        assert opened(made.content).size == (made.width_px, made.height_px)


@pytest.mark.parametrize("size", [(2000, 1), (4000, 2), (16_000, 3)])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_line_is_a_photo_too(size: tuple[int, int], orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    picture = develop(encoded(Image.new("RGB", size, RED), exif=exif), name="anh")
    assert (picture.width_px, picture.height_px) == (size if orientation == 1 else size[::-1])
    assert all(min(opened(made.content).size) >= 1 for made in picture.renditions)


@pytest.mark.parametrize(
    ("image_format", "mode", "orientation"),
    [("JPEG", "RGB", 1), ("JPEG", "RGB", 6), ("PNG", "RGB", 1), ("PNG", "I;16", 1)],
)
def test_a_panorama_has_a_whole_card(image_format: str, mode: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = quarters(4800, 1200, "L" if mode == "I;16" else mode).convert(mode)
    picture = develop(encoded(TURNS[orientation](image), image_format, exif=exif), name="anh")
    (card,) = [made for made in picture.renditions if made.name == "card"]
    assert (card.width_px, card.height_px) == recipe.CARD_PX == opened(card.content).size


@pytest.mark.parametrize(
    ("focus", "colour"),
    [(Focus(0, 0), RED), (Focus(0, 100), BLUE), (Focus(50, 0), RED)],
)
def test_a_card_keeps_its_focus(focus: Focus, colour: tuple[int, ...]) -> None:
    picture = develop(encoded(quarters(1600, 3200)), name="anh", focus=focus)
    (card,) = [opened(made.content) for made in picture.renditions if made.name == recipe.card_name(focus)]
    assert near(card.convert("RGB").getpixel((10, card.height // 2)), colour)


def test_an_animation_goes_on_moving_and_its_renditions_show_its_first_picture() -> None:
    frames = [quarters(), Image.new("RGB", (400, 300), WHITE), Image.new("RGB", (400, 300), RED)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=80, loop=0)
    picture = develop(content, name="anh")
    assert picture.is_animated
    assert opened(picture.content).n_frames == 3
    assert all(shows_quarters(opened(made.content), 40) for made in picture.renditions if made.name != "card")


def test_what_was_taken_in_comes_in_again_as_the_same_bytes() -> None:
    for image_format in ("JPEG", "PNG", "WEBP", "GIF"):
        once = develop(encoded(quarters(), image_format), name="anh")
        again = develop(once.content, name="anh")
        assert again.content == once.content
        assert again.renditions == once.renditions


def test_renditions_made_later_are_those_made_at_intake() -> None:
    for image_format in ("JPEG", "PNG", "GIF"):
        picture = develop(encoded(quarters(1600, 1200), image_format), name="anh")
        names = recipe.names_of_size(picture.media_type, picture.width_px)
        assert make_renditions(picture.content, picture.media_type, names, name="anh") == picture.renditions


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no photo"),
        (b"\xff\xd8\xff" + b"\0" * (MAX_BYTES + 1), "bytes"),
        (encoded(quarters())[:-400], "cut short"),
        (encoded(quarters(), "PNG")[:-40], "cut short"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<!doctype html><p>anh", "HTML"),
        (b"%PDF-1.7\n", "PDF"),
    ],
)
def test_what_is_no_whole_photo_is_refused_by_name(content: bytes, reason: str) -> None:
    with pytest.raises(PhotoRefused, match=reason) as caught:
        develop(content, name="anh-hop.jpg")
    assert caught.value.value == "anh-hop.jpg"
    assert caught.value.vietnamese


def test_too_many_frames_are_refused_before_any_is_decoded() -> None:
    first, *frames = [Image.new("RGB", (2, 2), (n % 256, n // 256 * 90, 0)) for n in range(MAX_FRAMES + 1)]
    content = encoded(first, "GIF", save_all=True, append_images=frames, duration=20)
    with pytest.raises(PhotoRefused, match="frames"):
        develop(content, name="anh.gif")


def test_a_photo_of_a_camera_may_be_progressive() -> None:
    content = encoded(quarters(3000, 2000), progressive=True)
    picture = develop(content, name="anh")
    assert opened(picture.content).tobytes() == opened(content).tobytes()
