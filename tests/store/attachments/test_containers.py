from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from store.attachments.containers import gif, jpeg, png, webp
from store.attachments.containers.container import MAX_ICC_BYTES, MAX_XMP_BYTES, Container, ContainerBroken
from tests.support import pictures
from tests.support.pictures import LATITUDE, drawn, frames, saved

READERS: dict[str, Callable[[bytes], Container]] = {
    "JPEG": jpeg.read,
    "PNG": png.read,
    "GIF": gif.read,
    "WEBP": webp.read,
}


def _animated(kind: str, **options: Any) -> bytes:
    steps = [drawn("P" if kind == "GIF" else "RGBA", turned=turned) for turned in range(3)]
    return saved(
        steps[0], kind, save_all=True, append_images=steps[1:], duration=[100, 250, 400], loop=options.pop("loop", 0)
    )


def _interlaced_png() -> bytes:
    """A grey picture of 3 x 3 pixels in the seven passes of Adam7; Pillow reads them but cannot write them."""
    passes = [b"\0\x10", b"", b"", b"\0\x20", b"\0\x30\x40", b"\0\x50\0\x60", b"\0\x70\x80\x90"]
    header = struct.pack(">IIBBBBB", 3, 3, 8, 0, 0, 0, 1)
    image_data = zlib.compress(b"".join(passes))
    parts = [pictures.chunk(b"IHDR", header), pictures.chunk(b"IDAT", image_data), pictures.chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


PLAIN: dict[str, tuple[str, Callable[[], bytes]]] = {
    "baseline JPEG": ("JPEG", lambda: saved(drawn(), "JPEG")),
    "progressive JPEG": ("JPEG", lambda: saved(drawn(), "JPEG", progressive=True)),
    "grey JPEG": ("JPEG", lambda: saved(drawn("L"), "JPEG")),
    "CMYK JPEG": ("JPEG", lambda: saved(drawn("CMYK"), "JPEG")),
    "JPEG with restarts": ("JPEG", lambda: saved(drawn(), "JPEG", restart_marker_blocks=1)),
    "JPEG in RGB": ("JPEG", lambda: saved(drawn(), "JPEG", keep_rgb=True)),
    "colour PNG": ("PNG", lambda: saved(drawn(), "PNG")),
    "palette PNG": ("PNG", lambda: saved(drawn("P"), "PNG")),
    "palette PNG with a clear colour": (
        "PNG",
        lambda: saved(drawn("P"), "PNG", transparency=drawn("P").getpixel((9, 9))),
    ),
    "PNG with alpha": ("PNG", lambda: saved(drawn("RGBA"), "PNG")),
    "16-bit PNG": ("PNG", lambda: saved(drawn("I;16"), "PNG")),
    "1-bit PNG": ("PNG", lambda: saved(drawn("1"), "PNG")),
    "interlaced PNG": ("PNG", _interlaced_png),
    "GIF": ("GIF", lambda: saved(drawn("P"), "GIF")),
    "GIF with a clear colour": ("GIF", lambda: saved(drawn("P"), "GIF", transparency=drawn("P").getpixel((9, 9)))),
    "animated GIF": ("GIF", lambda: _animated("GIF")),
    "GIF shown thrice": ("GIF", lambda: _animated("GIF", loop=3)),
    "lossy WebP": ("WEBP", lambda: saved(drawn(), "WEBP")),
    "lossless WebP": ("WEBP", lambda: saved(drawn(), "WEBP", lossless=True)),
    "lossy WebP with alpha": ("WEBP", lambda: saved(drawn("RGBA"), "WEBP")),
    "lossless WebP with alpha": ("WEBP", lambda: saved(drawn("RGBA"), "WEBP", lossless=True)),
    "animated WebP": ("WEBP", lambda: _animated("WEBP")),
}
EXIF = pictures.tiff({0x010E: "Quang cảnh 20.9592"})
XMP = pictures.xmp(descriptions={"vi": "Quang cảnh"}, credit="Thu Trang")
RECORDS = pictures.iptc((120, "Quang cảnh".encode()))


@cache
def plain(name: str) -> tuple[str, bytes]:
    kind, make = PLAIN[name]
    return kind, make()


@cache
def laden(name: str) -> tuple[str, bytes]:
    """The same picture with everything beside it."""
    kind, content = plain(name)
    profile = pictures.icc() + LATITUDE
    if kind == "JPEG":
        return kind, pictures.laden_jpeg(content, exif=EXIF, xmp=XMP, records=RECORDS, profile=profile)
    if kind == "PNG":
        return kind, pictures.laden_png(content, exif=EXIF, xmp=XMP, profile=profile)
    if kind == "GIF":
        return kind, pictures.laden_gif(content, xmp=XMP)
    chunks = pictures.riff_chunks(content)
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, _canvas(48, 40, flags=0x10 if "alpha" in name else 0))
    canvas = bytes((chunks[0][1][0] | 0x2C,)) + chunks[0][1][1:]
    words = [(b"EXIF", b"Exif\0\0" + EXIF), (b"XMP ", XMP), (b"note", LATITUDE), (b"odd ", b"x" + LATITUDE)]
    whole = pictures.riff((b"VP8X", canvas), (b"ICCP", profile), *chunks[1:], *words)
    return kind, whole + b"<html>" + LATITUDE


def read(kind: str, content: bytes) -> Container:
    return READERS[kind](content)


@pytest.mark.parametrize("name", PLAIN)
def test_a_picture_without_anything_else_stays_as_it_is(name: str) -> None:
    kind, content = plain(name)
    container = read(kind, content)
    assert frames(container.content) == frames(content)
    assert abs(len(container.content) - len(content)) <= 12
    assert (container.icc, container.exif, container.xmp, container.iptc) == (b"", b"", b"", b"")


@pytest.mark.parametrize("name", PLAIN)
def test_every_pixel_stays_and_everything_else_goes(name: str) -> None:
    kind, content = laden(name)
    assert content.count(LATITUDE) >= 3
    container = read(kind, content)
    assert frames(container.content) == frames(content)
    assert frames(container.content) == frames(plain(name)[1])
    for private in (LATITUDE, pictures.MAKER, b"Exif", b"ns.adobe.com", b"8BIM", b"html", b"alert", b"Thu Trang"):
        assert private not in container.content
    assert container.content == read(kind, plain(name)[1]).content or kind == "WEBP"


@pytest.mark.parametrize("name", PLAIN)
def test_sizes_frames_and_alpha_are_told_without_decoding(name: str) -> None:
    kind, content = laden(name)
    container = read(kind, content)
    with Image.open(io.BytesIO(content)) as shown:
        assert (container.width_px, container.height_px) == shown.size
        assert container.frames == getattr(shown, "n_frames", 1)
    # Frames that show only what changed are clear elsewhere.
    assert container.has_alpha == any(word in name for word in ("alpha", "clear", "animated", "thrice"))
    assert read(*plain(name)).has_alpha == container.has_alpha


@pytest.mark.parametrize("name", PLAIN)
def test_what_lay_beside_is_handed_over(name: str) -> None:
    kind, content = laden(name)
    container = read(kind, content)
    profile = pictures.icc() + LATITUDE
    wanted = {
        "JPEG": (profile, EXIF, XMP, RECORDS),
        "PNG": (profile, EXIF, XMP, b""),
        "WEBP": (profile, EXIF, XMP, b""),
        "GIF": (b"", b"", XMP, b""),
    }
    assert (container.icc, container.exif, container.xmp, container.iptc) == wanted[kind]


@pytest.mark.parametrize("name", PLAIN)
def test_a_second_reading_changes_nothing(name: str) -> None:
    kind, content = laden(name)
    once = read(kind, content)
    twice = read(kind, once.content)
    assert twice.content == once.content
    assert (twice.width_px, twice.height_px, twice.frames) == (once.width_px, once.height_px, once.frames)


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_that_is_cut_anywhere_is_broken(name: str) -> None:
    kind, content = plain(name)
    for end in range(len(content)):
        with pytest.raises(ContainerBroken):
            read(kind, content[:end])


@given(st.sampled_from(sorted(READERS)), st.binary(max_size=200))
def test_any_bytes_are_a_picture_or_broken(kind: str, rest: bytes) -> None:
    beginnings = {"JPEG": b"\xff\xd8", "PNG": b"\x89PNG\r\n\x1a\n", "GIF": b"GIF89a", "WEBP": b"RIFF\xff\0\0\0WEBP"}
    for content in (rest, beginnings[kind] + rest):
        try:
            container = read(kind, content)
        except ContainerBroken:
            continue
        assert read(kind, container.content).content == container.content


@given(st.data())
def test_damaged_pictures_are_pictures_or_broken(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(PLAIN)))
    kind, whole = data.draw(st.sampled_from([plain(name), laden(name)]))
    content = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        # Most of what can go wrong stands in the first part.
        most = data.draw(st.sampled_from([64, len(content) - 1]))
        at = data.draw(st.integers(0, min(most, len(content) - 1)))
        piece = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from([b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xff"]))
        )
        content[at : at + data.draw(st.integers(0, 4))] = piece
    try:
        container = read(kind, bytes(content))
    except ContainerBroken:
        return
    assert read(kind, container.content).content == container.content
    assert len(container.content) <= len(content) + 64


def broken(kind: str, content: bytes) -> str:
    with pytest.raises(ContainerBroken) as caught:
        read(kind, content)
    return str(caught.value)


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_file_of_another_kind_is_broken(kind: str) -> None:
    for other in ("baseline JPEG", "colour PNG", "GIF", "lossy WebP"):
        if PLAIN[other][0] != kind:
            assert "does not begin as" in broken(kind, plain(other)[1])


class TestJpeg:
    def test_what_may_be_forged_is_written_anew(self) -> None:
        with Image.open(io.BytesIO(plain("CMYK JPEG")[1])) as shown:
            wanted = shown.tobytes()
        content = plain("CMYK JPEG")[1]
        adobe = content.index(b"\xff\xee")
        thumbnail = b"JFIF\0\x01\x02\x01\x00\x48\x00\x48\x02\x01" + LATITUDE[:6]
        forged = content[:2] + pictures.segment(0xE0, thumbnail) + content[2:adobe]
        forged += pictures.segment(0xEE, b"Adobe" + LATITUDE[:6] + content[adobe + 15 : adobe + 16] + LATITUDE)
        forged += content[adobe + 16 :]
        kept = jpeg.read(forged).content
        assert kept[2:20] == b"\xff\xe0\x00\x10JFIF\0\x01\x01\x01\x00\x48\x00\x48\0\0"
        assert kept[20:36] == b"\xff\xee\x00\x0eAdobe\x00\x64\0\0\0\0" + content[adobe + 15 : adobe + 16]
        with Image.open(io.BytesIO(kept)) as shown:
            assert shown.tobytes() == wanted

    def test_filling_and_rubbish_between_segments_go(self) -> None:
        content = plain("baseline JPEG")[1]
        tables = content.index(b"\xff\xdb")
        end = len(content) - 2
        filled = (
            content[:tables] + b"rubbish \xff\x00" + b"\xff" * 9 + content[tables:end] + b"\xff" * 9 + content[end:]
        )
        assert frames(filled) == frames(content)
        assert jpeg.read(filled).content == jpeg.read(content).content == content

    def test_scans_are_counted(self) -> None:
        assert read(*plain("baseline JPEG")).scans == 1
        content = plain("progressive JPEG")[1]
        assert read("JPEG", content).scans == content.count(b"\xff\xda") > 4

    def test_a_colour_profile_is_joined_in_its_order_and_only_whole(self) -> None:
        content, profile = plain("baseline JPEG")[1], pictures.icc(5000)
        parts = pictures.icc_segments(profile, 700)
        assert jpeg.read(pictures.with_segments(content, *reversed(parts))).icc == profile
        assert jpeg.read(pictures.with_segments(content, *parts[1:])).icc == b""
        assert jpeg.read(pictures.with_segments(content, *parts[:-1])).icc == b""

    def test_metadata_past_the_limits_are_ignored(self) -> None:
        content = plain("baseline JPEG")[1]
        profile = pictures.icc_segments(bytes(MAX_ICC_BYTES + 1), 65_000)
        resources = [pictures.segment(0xED, pictures.photoshop(RECORDS + bytes(40_000)))] * 8
        container = jpeg.read(pictures.with_segments(content, *profile, *resources))
        assert container.icc == b""
        assert container.content == content
        assert container.iptc[: len(RECORDS)] == RECORDS

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda content: content[:2] + content[-2:], "no picture"),
            (lambda content: content[:-2], "cut short"),
            (lambda content: content[:-2] + content, "no JPEG of one picture"),
            (lambda content: content[:2] + b"\xff\xc8\0\2" + content[2:], "no JPEG of one picture"),
            (lambda content: content[:2] + b"\xff\xfe\0\1" + content[2:], "without a length"),
            (lambda content: content[:2] + b"\xff\xda\0\2" + content[2:], "scan that is none"),
            (lambda content: content[:-9] + b"\xff\x01" + content[-7:], "damaged image data"),
            (lambda content: _resized(content, 0, 40), "how large"),
            (lambda content: _resized(content, 48, 0), "how large"),
            (lambda content: _twice(content, b"\xff\xc0"), "two pictures"),
        ],
    )
    def test_what_breaks_the_rules(self, change: Callable[[bytes], bytes], reason: str) -> None:
        assert reason in broken("JPEG", change(plain("baseline JPEG")[1]))

    def test_of_several_pictures_in_one_file_the_first_is_kept(self) -> None:
        first, hidden = drawn(), drawn(turned=1)
        content = saved(first, "MPO", save_all=True, append_images=[hidden])
        assert len(frames(content)) == 2
        assert frames(jpeg.read(content).content) == frames(saved(first, "JPEG"))

    def test_an_enormous_header_is_told_and_not_decoded(self) -> None:
        container = jpeg.read(_resized(plain("baseline JPEG")[1], 65_535, 65_535))
        assert (container.width_px, container.height_px) == (65_535, 65_535)


def _resized(content: bytes, width: int, height: int) -> bytes:
    at = content.index(b"\xff\xc0") + 5
    return content[:at] + struct.pack(">HH", height, width) + content[at + 4 :]


def _twice(content: bytes, marker: bytes) -> bytes:
    at = content.index(marker)
    end = at + 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return content[:end] + content[at:]


class TestPng:
    def test_an_animation_becomes_the_picture_that_stands(self) -> None:
        content = saved(drawn(), "PNG", save_all=True, append_images=[drawn(turned=1)], default_image=True)
        assert b"acTL" in content
        container = png.read(content)
        assert container.frames == 1
        assert all(kind not in container.content for kind in (b"acTL", b"fcTL", b"fdAT"))
        assert frames(container.content)[0][2] == drawn().convert("RGBA").tobytes()

    def test_xmp_may_be_packed(self) -> None:
        packed = b"XML:com.adobe.xmp\0\1\0vi\0\0" + zlib.compress(XMP)
        assert png.read(pictures.with_chunks(plain("colour PNG")[1], pictures.chunk(b"iTXt", packed))).xmp == XMP

    @pytest.mark.parametrize(
        "chunk",
        [
            pictures.chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(60 * MAX_ICC_BYTES), 9)),
            pictures.chunk(b"iCCP", b"p\0\0" + b"no zlib"),
            pictures.chunk(b"iCCP", b"p" * 200),
            pictures.chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(bytes(500 * MAX_XMP_BYTES), 9)),
            pictures.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + bytes(MAX_XMP_BYTES + 1)),
            pictures.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0"),
            pictures.chunk(b"eXIf", bytes(70_000)),
        ],
    )
    def test_metadata_that_are_bombs_or_broken_are_ignored(self, chunk: bytes) -> None:
        content = plain("colour PNG")[1]
        container = png.read(pictures.with_chunks(content, chunk))
        assert (container.icc, container.xmp, container.exif) == (b"", b"", b"")
        assert container.content == content

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda content: content[:60] + bytes((content[60] ^ 1,)) + content[61:], "checksum"),
            (lambda content: content[:8] + content[33:], "header in the wrong place"),
            (lambda content: content[:33] + content[8:], "header in the wrong place"),
            (lambda content: content[:33] + content[-12:], "no picture"),
            (lambda content: pictures.with_chunks(content, pictures.chunk(b"CgBI", b"\0\0\0\0")), "no PNG has"),
            (lambda content: pictures.with_chunks(content, pictures.chunk(b"PLTE", bytes(4))), "palette that is none"),
            (lambda content: content[:-12] + pictures.chunk(b"PLTE", bytes(3)) + content[-12:], "wrong place"),
            (lambda content: content[:-12] + pictures.chunk(b"IEND", b"x"), "end that is none"),
            (lambda content: _headed(content, 0, 40, 8, 2), "how large"),
            (lambda content: _headed(content, 48, 2**31, 8, 2), "how large"),
            (lambda content: _headed(content, 48, 40, 4, 2), "header that is none"),
            (lambda content: _headed(content, 48, 40, 8, 5), "header that is none"),
            (lambda content: _headed(content, 48, 40, 8, 3), "lacks its palette"),
        ],
    )
    def test_what_breaks_the_rules(self, change: Callable[[bytes], bytes], reason: str) -> None:
        assert reason in broken("PNG", change(plain("colour PNG")[1]))


def _headed(content: bytes, width: int, height: int, depth: int, colour_type: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return content[:8] + pictures.chunk(b"IHDR", header) + content[33:]


class TestGif:
    def test_how_often_it_repeats_stays_and_nothing_else_of_that_extension(self) -> None:
        content = saved(drawn("P"), "GIF")
        looped = pictures.with_extensions(
            content, pictures.gif_extension(0xFF, b"NETSCAPE2.0", b"\x01\x05\x00", b"\x02" + LATITUDE)
        )
        again = pictures.with_extensions(looped, pictures.gif_extension(0xFF, b"ANIMEXTS1.0", b"\x01\x07\x00"))
        kept = gif.read(again).content
        assert pictures.gif_extension(0xFF, b"ANIMEXTS1.0", b"\x01\x07\x00") in kept
        assert b"NETSCAPE" not in kept
        assert LATITUDE not in kept
        assert frames(kept) == frames(content)

    def test_what_controls_a_text_does_not_fall_to_the_next_frame(self) -> None:
        content = saved(drawn("P"), "GIF")
        control, text = (
            pictures.gif_extension(0xF9, b"\x01\xff\xff\x00"),
            pictures.gif_extension(0x01, bytes(12), b"Hi"),
        )
        assert gif.read(pictures.with_extensions(content, control, text)).content == gif.read(content).content

    def test_frames_are_counted_and_not_decoded(self) -> None:
        frame = b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\x00"
        content = b"GIF89a" + struct.pack("<HHBBB", 60_000, 60_000, 0, 0, 0) + frame * 10_000 + b";"
        container = gif.read(content)
        assert (container.frames, container.width_px, container.height_px) == (10_000, 60_000, 60_000)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda content: content[:-1], "cut short"),
            (lambda content: content[:-1] + b"x;", "no GIF has"),
            (lambda content: content[:6] + bytes(4) + content[10:], "how large"),
            (lambda content: content[:6] + b"\x2f\0\x28\0" + content[10:], "outside"),
            (lambda content: content[:6] + b"\x30\0\x27\0" + content[10:], "outside"),
            (lambda content: content[:-1] + b"," + bytes(9) + b"\x02\0;", "without a size"),
            (lambda content: b"GIF89a\1\0\1\0\0\0\0;", "no picture"),
            (lambda content: pictures.with_extensions(content, pictures.gif_extension(0xF9, b"abc")), "control block"),
            (lambda content: pictures.with_extensions(content, b"\0" * 60_000), "50,000 blocks"),
        ],
    )
    def test_what_breaks_the_rules(self, change: Callable[[bytes], bytes], reason: str) -> None:
        assert reason in broken("GIF", change(plain("GIF")[1]))


class TestWebp:
    def test_flags_say_what_is_left(self) -> None:
        for name in ("lossy WebP with alpha", "animated WebP"):
            chunks = pictures.riff_chunks(read(*laden(name)).content)
            assert chunks[0][0] == b"VP8X"
            assert chunks[0][1][0] & ~0x12 == 0
            assert {kind for kind, _ in chunks} <= {b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF"}

    def test_unknown_chunks_within_frames_go(self) -> None:
        chunks = pictures.riff_chunks(plain("animated WebP")[1])
        hidden = b"note" + struct.pack("<I", len(LATITUDE)) + LATITUDE + b"\0"
        laid = [(kind, data + hidden if kind == b"ANMF" else data) for kind, data in chunks]
        kept = webp.read(pictures.riff(*laid)).content
        assert kept == webp.read(plain("animated WebP")[1]).content
        assert LATITUDE not in kept

    @pytest.mark.parametrize(
        ("name", "change", "reason"),
        [
            ("lossy WebP", lambda chunks: [*chunks, *chunks], "two pictures"),
            ("lossy WebP", lambda chunks: [(b"EXIF", b"x")], "no picture"),
            ("lossy WebP", lambda chunks: [_canvas(47, 40), *chunks], "two different sizes"),
            ("lossless WebP", lambda chunks: [_canvas(48, 41), *chunks], "two different sizes"),
            ("lossy WebP", lambda chunks: [*chunks, _canvas(48, 40)], "wrong place"),
            ("lossy WebP", lambda chunks: [_canvas(48, 40), _canvas(48, 40), *chunks], "wrong place"),
            ("lossy WebP", lambda chunks: [(b"VP8 ", b"\1" + chunks[0][1][1:])], "a picture that is none"),
            ("lossless WebP", lambda chunks: [(b"VP8L", b"\0" + chunks[0][1][1:])], "a picture that is none"),
            ("lossy WebP", lambda chunks: [_canvas(48, 40, flags=2), *chunks], "no picture"),
            ("animated WebP", lambda chunks: [chunks[0], *chunks[2:]], "animation that is none"),
            ("animated WebP", lambda chunks: [_canvas(47, 40, flags=2), *chunks[1:]], "outside"),
            ("animated WebP", lambda chunks: chunks[:2], "no picture"),
            ("animated WebP", lambda chunks: [*chunks[:2], (b"ANMF", chunks[2][1][:16])], "no picture"),
            ("animated WebP", lambda chunks: [*chunks[:2], (b"ANMF", _shrunk(chunks[2][1]))], "two different sizes"),
        ],
    )
    def test_what_breaks_the_rules(
        self, name: str, change: Callable[[list[tuple[bytes, bytes]]], list[tuple[bytes, bytes]]], reason: str
    ) -> None:
        chunks = pictures.riff_chunks(plain(name)[1])
        assert reason in broken("WEBP", pictures.riff(*change(chunks)))


def _canvas(width: int, height: int, *, flags: int = 0) -> tuple[bytes, bytes]:
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return b"VP8X", bytes((flags, 0, 0, 0)) + size


def _shrunk(frame: bytes) -> bytes:
    return frame[:6] + bytes((frame[6] - 1,)) + frame[7:]


def _of(kind: str, part: bytes, size: int) -> bytes:
    """A file that begins well and goes on with the same small part over and over."""
    beginnings = {
        "JPEG": plain("baseline JPEG")[1][:-2],
        "PNG": plain("colour PNG")[1][:33],
        "GIF": plain("GIF")[1][:-1],
    }
    webp_head = b"RIFF" + struct.pack("<I", size + 4) + b"WEBP"
    return (beginnings.get(kind) or webp_head) + part * (size // len(part))


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        ("JPEG", b"\xff\xfe\0\2"),
        ("JPEG", b"\xff\1"),
        ("JPEG", b"\xff\xd0"),
        ("JPEG", b"\xff"),
        ("JPEG", b"\xff\xff\0"),
        ("JPEG", b"\xff\0"),
        ("JPEG", b"\xff\xda\0\x08\1\1\0\0\x3f\0"),
        ("JPEG", b"\xff\xda\0\x08\1\1\0\0\x3f\0" + b"\xff" * 500),
        ("PNG", pictures.chunk(b"IDAT", b"")),
        ("PNG", pictures.chunk(b"note", b"")),
        ("GIF", b"\0"),
        ("GIF", b"!\xfe\0"),
        ("GIF", b"!\xfe" + b"\1x" * 5000 + b"\0"),
        ("GIF", b"," + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\0"),
        ("WEBP", b"note\0\0\0\0"),
        ("WEBP", b"ALPH\0\0\0\0"),
    ],
)
def test_a_large_file_of_tiny_parts_is_broken(kind: str, part: bytes) -> None:
    content = _of(kind, part, 30 * 1024 * 1024)
    with pytest.raises(ContainerBroken):
        read(kind, content)


def test_a_photo_of_ten_megabytes_is_taken_apart_at_once() -> None:
    content = plain("baseline JPEG")[1]
    # Data such as a camera writes, where every 256th byte is the one that markers begin with.
    data = (b"".join(bytes((byte,)) for byte in range(255)) + b"\xff\0") * (10 * 1024 * 1024 // 257)
    large = pictures.laden_jpeg(content[:-2] + data + content[-2:], exif=EXIF, xmp=XMP, records=RECORDS)
    container = jpeg.read(large)
    assert len(container.content) == len(content) + len(data)
