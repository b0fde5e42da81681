"""Photos for tests that tell where they were taken, in every form that cameras and programs write it in."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from PIL import Image, ImageDraw
from PIL.TiffImagePlugin import IFDRational

from tests.support.pictures import (
    XMP_MARK,
    XMP_TRAIL,
    chunk,
    drawn,
    gif_extension,
    photoshop,
    riff,
    riff_chunks,
    saved,
    segment,
    with_chunks,
    with_extensions,
    with_segments,
)

_LATITUDE, _LONGITUDE = ((21, 1), (3, 1), (124987, 10000)), ((105, 1), (50, 1), (316789, 10000))
_DECIMALS = (21.053471861, 105.842133028)
_SUBLOCATION, _SERIAL = "Xóm Khuổi Vạt 7B", "SN4471-0093"
_GPS, _EXIF, _MAKER_NOTE, _BODY_SERIAL, _ORIENTATION = 0x8825, 0x8769, 0x927C, 0xA431, 0x0112
_TEXTS = ("21.05347", "105.84213", "21,05347", "105,84213")
_XMP_TEXTS = ("21,3.2083117N", "105,50.5279817E")

MARK = (250, 20, 20)
"""The colour of the upper left corner of every photo, as it is to be shown."""


def _rationals(order: str, numbers: tuple[tuple[int, int], ...]) -> bytes:
    return b"".join(struct.pack(f"{order}II", *number) for number in numbers)


TRACES: Mapping[str, bytes] = {
    **{
        f"{name} as rationals, {order}": _rationals(order, numbers)
        for order in "<>"
        for name, numbers in (
            ("latitude", _LATITUDE),
            ("longitude", _LONGITUDE),
            ("seconds of latitude", _LATITUDE[2:]),
            ("seconds of longitude", _LONGITUDE[2:]),
        )
    },
    **{f"{number} as a double, {order}": struct.pack(f"{order}d", number) for order in "<>" for number in _DECIMALS},
    **{f"{text} in {code}": text.encode(code) for text in _TEXTS for code in ("ascii", "utf-16-le", "utf-16-be")},
    **{f"{text} in XMP": text[:9].encode() for text in _XMP_TEXTS},
    "seconds in words": b"12.4987",
    "the name of the place": _SUBLOCATION.encode(),
    "the camera's number": _SERIAL.encode(),
}
"""What tells of the place or the camera, by what it is; each stands in one of the photos at least."""


def upright_jpeg(*, caption: str, credit: str, size: tuple[int, int] = (2400, 1600)) -> bytes:
    """Make a photo with caption and credit for editors, and the place in all that a JPEG can lay beside it."""
    thumbnail = with_segments(saved(drawn(size=(160, 106)), "JPEG"), segment(0xE1, b"Exif\0\0" + _exif(">")))
    return with_segments(
        saved(_marked(size), "JPEG", quality=88),
        segment(0xE1, b"Exif\0\0" + _exif(">")),
        segment(0xE1, XMP_MARK + _xmp()),
        segment(0xED, photoshop(_iptc(caption, credit))),
        segment(0xE2, b"FPXR\0" + thumbnail),
        segment(0xFE, _text().encode()),
    )


def lying_jpeg(size: tuple[int, int] = (1200, 1600)) -> bytes:
    """Make a photo of this size as it is to be shown, as a camera that was held upright writes it."""
    lying = _marked(size).transpose(Image.Transpose.ROTATE_90)
    return with_segments(
        saved(lying, "JPEG", quality=88),
        segment(0xE1, b"Exif\0\0" + _exif("<", orientation=6)),
        segment(0xE1, XMP_MARK + _xmp()),
    )


def png(size: tuple[int, int] = (900, 600)) -> bytes:
    """Make a PNG with the place in each chunk that can hold it, compressed ones too."""
    return with_chunks(
        saved(_marked(size), "PNG"),
        chunk(b"eXIf", _exif("<")),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _xmp()),
        chunk(b"tEXt", b"Comment\0" + _text().encode("latin-1", "replace")),
        chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(_exif(">"))),
    )


def moving_gif(size: tuple[int, int] = (360, 240), *, frames: int = 4) -> bytes:
    """Make a GIF that moves."""
    pictures = [_marked(size, turned=turn) for turn in range(frames)]
    gif = saved(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=120, loop=0)
    return with_extensions(
        gif,
        gif_extension(0xFE, _text().encode()),
        gif_extension(0xFF, b"XMP DataXMP").removesuffix(b"\0") + _xmp() + XMP_TRAIL,
    )


def webp(size: tuple[int, int] = (1280, 850)) -> bytes:
    """Make a WebP."""
    pixels = [each for each in riff_chunks(saved(_marked(size), "WEBP", quality=80)) if each[0] != b"VP8X"]
    flags = struct.pack("<I", 0b1100) + (size[0] - 1).to_bytes(3, "little") + (size[1] - 1).to_bytes(3, "little")
    return riff((b"VP8X", flags), *pixels, (b"EXIF", _exif(">")), (b"XMP ", _xmp()))


def traces_in(content: bytes) -> list[str]:
    """List what of place and camera stands in some bytes."""
    return [name for name, trace in TRACES.items() if trace in content]


def _marked(size: tuple[int, int], *, turned: int = 0) -> Image.Image:
    picture = drawn(size=size, turned=turned)
    ImageDraw.Draw(picture).rectangle((0, 0, size[0] // 4, size[1] // 4), fill=MARK)
    return picture


def _exif(order: str, *, orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif.endian = order
    exif[_ORIENTATION] = orientation
    decimals = struct.pack(f"{order}2d", *_DECIMALS)
    codes = ("ascii", "utf-16-le" if order == "<" else "utf-16-be")
    note = decimals + b"".join(text.encode(code) + b"\0\0" for text in _TEXTS for code in codes)
    exif[_EXIF] = {_MAKER_NOTE: note, _BODY_SERIAL: _SERIAL}
    exif[_GPS] = {
        1: "N",
        2: tuple(IFDRational(*number) for number in _LATITUDE),
        3: "E",
        4: tuple(IFDRational(*number) for number in _LONGITUDE),
    }
    return exif.tobytes().removeprefix(b"Exif\0\0")


def _xmp() -> bytes:
    latitude, longitude = _XMP_TEXTS
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:exif="http://ns.adobe.com/exif/1.0/" '
        'xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"><rdf:Description rdf:about="" '
        f'exif:GPSLatitude="{latitude}" exif:GPSLongitude="{longitude}" Iptc4xmpCore:Location="{_SUBLOCATION}"/>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _iptc(caption: str, credit: str) -> bytes:
    records = [
        (1, 90, b"\x1b%G"),
        (2, 92, _SUBLOCATION.encode()),
        (2, 110, credit.encode()),
        (2, 120, caption.encode()),
    ]
    return b"".join(struct.pack(">BBBH", 0x1C, record, number, len(value)) + value for record, number, value in records)


def _text() -> str:
    return f"21°3'12.4987\"N 105°50'31.6789\"E ({', '.join(_TEXTS)}) {_SERIAL}"
