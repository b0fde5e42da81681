"""Files that somebody might send to do harm, each made when it is asked for, with what must become of it."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PIL import Image

SCRIPT = b"<script>alert(document.domain)</script>"
PAGE = b"<!doctype html><html><body>" + SCRIPT + b"</body></html>"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
HUGE = 65_535


@dataclass(frozen=True)
class Hostile:
    """How a file is made, and the words of its refusal; `refusal` None means that it is taken in and made harmless."""

    make: Callable[[], bytes]
    refusal: str | None
    gone: bytes = SCRIPT
    """What must not be in anything that is kept of it."""


def _image(size: tuple[int, int] = (320, 240), mode: str = "RGB") -> Image.Image:
    return Image.frombytes(mode, size, random.Random(7).randbytes(size[0] * size[1] * len(mode)))


def _saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def _jpeg(**options: object) -> bytes:
    return _saved(_image(), "JPEG", **options)


def _with_segment(jpeg: bytes, marker: int, payload: bytes, times: int = 1) -> bytes:
    segment = struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload
    return jpeg[:2] + segment * times + jpeg[2:]


def _jpeg_sized(width: int, height: int) -> bytes:
    jpeg = bytearray(_jpeg())
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(jpeg)


def _chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def _png_sized(width: int, height: int, *, colour: int = 0, depth: int = 8, filled: bool = True) -> bytes:
    packer = zlib.compressobj(1)
    row = b"\0" * (1 + width * depth * {0: 1, 2: 3, 3: 1, 6: 4}[colour] // 8)
    rows = max(1, 1_000_000 // len(row))
    data = bytearray()
    left = height if filled else 1
    while left > 0:
        data += packer.compress(row * min(rows, left))
        left -= rows
    data += packer.flush()
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    palette = _chunk(b"PLTE", bytes(range(256)) * 3) if colour == 3 else b""
    return (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + palette + _chunk(b"IDAT", bytes(data)) + _chunk(b"IEND", b"")
    )


def _png_with(kind: bytes, payload: bytes) -> bytes:
    png = _saved(_image(), "PNG")
    return png[:33] + _chunk(kind, payload) + png[33:]


def _bomb(size: int = 100_000_000) -> bytes:
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(b"\0" * 1_000_000) for _ in range(size // 1_000_000)) + packer.flush()


def _gif_frames(count: int) -> bytes:
    head = b"GIF89a" + struct.pack("<HHBBB", 4, 4, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    frame = b"!\xf9\x04\0\x05\0\0\0" + b"," + struct.pack("<HHHHB", 0, 0, 4, 4, 0) + b"\x02\x02\x84\x51\0"
    return head + frame * count + b";"


def _gif_script() -> bytes:
    """Make a GIF that is a program too: its width opens a comment, which ends after the picture."""
    gif = _saved(Image.new("P", (16, 16)), "GIF")
    return gif + b"*/=1;alert(document.domain)//" + SCRIPT


def _gif_sized(width: int, height: int) -> bytes:
    gif = bytearray(_saved(Image.new("P", (16, 16)), "GIF"))
    gif[6:10] = struct.pack("<HH", width, height)
    return bytes(gif)


def _webp_frames(count: int) -> bytes:
    still = _saved(Image.new("RGB", (2, 2)), "WEBP", lossless=True)
    image = still[12:]
    frame = struct.pack("<I", 0)[:3] * 2 + struct.pack("<I", 1)[:3] * 2 + struct.pack("<I", 50)[:3] + b"\0" + image
    chunks = b"VP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + struct.pack("<I", 1)[:3] * 2
    chunks += b"ANIM" + struct.pack("<I", 6) + b"\0" * 6
    chunks += (b"ANMF" + struct.pack("<I", len(frame)) + frame) * count
    return b"RIFF" + struct.pack("<I", len(chunks) + 4) + b"WEBP" + chunks


def _many_scans() -> bytes:
    jpeg = _saved(_image(), "JPEG", progressive=True)
    last = jpeg.rindex(b"\xff\xda")
    return jpeg[:last] + jpeg[last:-2] * 2_000 + jpeg[-2:]


def _scanned(width: int, height: int, scans: int, *, marker: bytes = b"\xff\xc2") -> bytes:
    """Make a JPEG that says it is so large, and passes over itself so often; nobody should come to its pixels."""
    jpeg = bytearray(_saved(_image(), "JPEG", progressive=True))
    at = jpeg.index(b"\xff\xc2")
    jpeg[at : at + 2] = marker
    jpeg[at + 5 : at + 9] = struct.pack(">HH", height, width)
    first, last = jpeg.index(b"\xff\xda"), jpeg.rindex(b"\xff\xda")
    return bytes(jpeg[:first] + jpeg[last:-2] * scans + jpeg[-2:])


def _flat_jpeg(width: int, height: int, **options: object) -> bytes:
    return _saved(Image.new("RGB", (width, height), (120, 90, 60)), "JPEG", **options)


def _circular_exif() -> bytes:
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 1) + struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<I", 8)
    return _with_segment(_jpeg(), 0xE1, b"Exif\0\0" + tiff)


def _laughing_xmp() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xmp = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha ha ha">{entities}]><x>&l9;</x>'.encode()
    return _with_segment(_jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)


def _deep_xmp() -> bytes:
    xmp = b"<a>" * 9_000 + b"</a>" * 9_000
    return _with_segment(_jpeg(), 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp)


def _zip(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


PHOTOS: Mapping[str, Hostile] = {
    "png-1x100000000": Hostile(lambda: _png_sized(1, 100_000_000), "pixels"),
    "png-65535x65535": Hostile(lambda: _png_sized(HUGE, HUGE, filled=False), "pixels"),
    "jpeg-65535x65535": Hostile(lambda: _jpeg_sized(HUGE, HUGE), "pixels"),
    "gif-65535x65535": Hostile(lambda: _gif_sized(HUGE, HUGE), "pixels"),
    "png-of-25-megapixels": Hostile(lambda: _png_sized(5_000, 5_000, colour=2), None),
    "png-of-25-megapixels-in-16-bits": Hostile(lambda: _png_sized(5_000, 5_000, depth=16), None),
    "png-of-25-megapixels-by-palette": Hostile(lambda: _png_sized(5_000, 5_000, colour=3), None),
    "gif-of-10000-frames": Hostile(lambda: _gif_frames(10_000), "frames"),
    "webp-of-10000-frames": Hostile(lambda: _webp_frames(10_000), "chunks"),
    "png-of-25-megapixels-in-a-row": Hostile(lambda: _png_sized(16_000, 1_562, colour=2), None),
    "png-of-25-megapixels-in-a-row-in-16-bits": Hostile(lambda: _png_sized(16_000, 1_562, depth=16), None),
    "png-of-25-megapixels-in-a-row-by-palette": Hostile(lambda: _png_sized(16_000, 1_562, colour=3), None),
    "jpeg-of-2000-scans": Hostile(_many_scans, "scans"),
    "jpeg-of-80-megapixels-in-70-scans": Hostile(
        lambda: _scanned(10_000, 8_000, 70), "is progressive and has 80,000,000 pixels"
    ),
    "jpeg-of-25-megapixels-in-70-scans": Hostile(lambda: _scanned(5_000, 5_000, 70), "70 scans of 25,000,000"),
    "jpeg-of-80-megapixels-in-3-scans": Hostile(
        lambda: _scanned(10_000, 8_000, 3, marker=b"\xff\xc0"), "is progressive"
    ),
    "jpeg-of-80-megapixels-in-1-progressive-scan": Hostile(lambda: _scanned(10_000, 8_000, 1), "is progressive"),
    "jpeg-of-25-megapixels-in-10-scans": Hostile(lambda: _flat_jpeg(5_000, 5_000, progressive=True), None),
    "jpeg-of-80-megapixels": Hostile(lambda: _flat_jpeg(10_000, 8_000), None),
    "jpeg-of-25-megapixels-in-a-row": Hostile(lambda: _flat_jpeg(16_000, 1_562), None),
    "jpeg-cut-short": Hostile(lambda: _jpeg()[:-500], "cut short"),
    "png-cut-short": Hostile(lambda: _saved(_image(), "PNG")[:-500], "cut short"),
    "gif-cut-short": Hostile(lambda: _saved(_image().convert("P"), "GIF")[:-500], "cut short"),
    "webp-cut-short": Hostile(lambda: _saved(_image(), "WEBP")[:-500], "cut short"),
    "jpeg-with-a-page-in-a-comment": Hostile(lambda: _with_segment(_jpeg(), 0xFE, PAGE), None),
    "jpeg-with-a-page-behind": Hostile(lambda: _jpeg() + PAGE, None),
    "jpeg-with-an-archive-behind": Hostile(lambda: _jpeg() + _zip({"a.html": PAGE}), None, gone=b"PK\x03\x04"),
    "png-with-a-page-in-text": Hostile(lambda: _png_with(b"tEXt", b"Comment\0" + PAGE), None),
    "png-with-a-page-behind": Hostile(lambda: _saved(_image(), "PNG") + PAGE, None),
    "gif-that-is-a-script": Hostile(_gif_script, None),
    "webp-with-a-page-behind": Hostile(lambda: _saved(_image(), "WEBP") + PAGE, None),
    "html-named-as-a-photo": Hostile(lambda: PAGE, "HTML"),
    "svg-with-a-script": Hostile(lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + SCRIPT + b"</svg>", "SVG"),
    "pdf-named-as-a-photo": Hostile(lambda: PDF, "PDF"),
    "program-named-as-a-photo": Hostile(lambda: b"MZ" + b"\0" * 4_000, "program"),
    "png-with-a-text-bomb": Hostile(lambda: _png_with(b"zTXt", b"Comment\0\0" + _bomb()), None),
    "png-with-a-profile-bomb": Hostile(lambda: _png_with(b"iCCP", b"icc\0\0" + _bomb()), None),
    "png-with-an-xmp-bomb": Hostile(
        lambda: _png_with(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + _bomb()), None, gone=b"adobe"
    ),
    "jpeg-with-400-blocks-of-exif": Hostile(
        lambda: _with_segment(_jpeg(), 0xE1, b"Exif\0\0" + b"\0" * 65_000, 400), None, gone=b"Exif"
    ),
    "jpeg-with-exif-in-a-circle": Hostile(_circular_exif, None, gone=b"Exif"),
    "jpeg-with-laughing-xmp": Hostile(_laughing_xmp, None, gone=b"ENTITY"),
    "jpeg-with-deep-xmp": Hostile(_deep_xmp, None, gone=b"<a><a>"),
    "nothing": Hostile(lambda: b"", "empty"),
    "noise": Hostile(lambda: random.Random(1).randbytes(1_000_000), "unknown"),
}

DOCUMENTS: Mapping[str, Hostile] = {
    "pdf-with-a-page-inside": Hostile(lambda: PDF[:9] + b"%" + PAGE + b"\n" + PDF[9:], None, gone=b"\0never"),
    "page-with-a-pdf-behind": Hostile(lambda: PAGE + PDF, "HTML"),
    "pdf-cut-short": Hostile(lambda: PDF[:-8], "cut short"),
    "archive-with-a-page-in-front": Hostile(lambda: PAGE + _zip({"a.txt": b"a"}), "HTML"),
    "archive-with-a-page-behind": Hostile(lambda: _zip({"a.txt": b"a"}) + PAGE, "cut short|end"),
    "archive-that-climbs": Hostile(lambda: _zip({"../../etc/cron.d/x": b"a"}), r"\.\."),
    "archive-with-a-program": Hostile(lambda: _zip({"mau-don.exe": b"MZ"}), r"mau-don\.exe"),
    "archive-bomb": Hostile(lambda: _zip({f"{n}.txt": b"\0" * 10_000_000 for n in range(12)}), "unpack"),
    "archive-of-20000-entries": Hostile(lambda: _zip({f"{n}.txt": b"" for n in range(20_000)}), "entries"),
    "macros-in-a-document": Hostile(
        lambda: _zip({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}),
        "macro",
    ),
    "svg-as-a-document": PHOTOS["svg-with-a-script"],
    "program-as-a-document": PHOTOS["program-named-as-a-photo"],
    "photo-as-a-document": Hostile(_jpeg, "JPEG"),
}
