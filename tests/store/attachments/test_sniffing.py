from __future__ import annotations

import bz2
import gzip
import io
import lzma
import sys
import tarfile
import wave
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.attachments.sniffing import OLE_STORAGE, sniff
from tests.support.costs import cpu_seconds
from tests.support.pictures import drawn, saved


def _zip() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("ke-hoach.txt", "Kế hoạch")
    return written.getvalue()


def _empty_zip() -> bytes:
    written = io.BytesIO()
    zipfile.ZipFile(written, "w").close()
    return written.getvalue()


def _tar() -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("ke-hoach.txt"))
    return written.getvalue()


def _wav() -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
    return written.getvalue()


def _box(brand: bytes, *others: bytes) -> bytes:
    brands = brand + b"\0\0\0\0" + b"".join(others)
    return (len(brands) + 8).to_bytes(4, "big") + b"ftyp" + brands + b"\0\0\0\x08mdat"


TAKEN = {
    "image/jpeg": lambda: saved(drawn(), "JPEG"),
    "image/png": lambda: saved(drawn(), "PNG"),
    "image/gif": lambda: saved(drawn("P"), "GIF"),
    "image/webp": lambda: saved(drawn(), "WEBP"),
    "image/avif": lambda: saved(drawn(), "AVIF"),
    "image/heic": lambda: _box(b"heic", b"mif1", b"heic"),
    "application/pdf": lambda: b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj",
    "application/zip": _zip,
    OLE_STORAGE: lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
}
PAGE_BEHIND = b"<html><script>alert(1)</script></html>"


@pytest.mark.parametrize("media_type", TAKEN)
def test_what_is_taken_in_is_known_by_its_beginning_whatever_follows(media_type: str) -> None:
    content = TAKEN[media_type]()
    assert sniff(content).media_type == media_type
    assert sniff(content + PAGE_BEHIND).media_type == media_type
    assert sniff(content[:64].ljust(257, b" ") + b"ustar" + b"%PDF-").media_type == media_type


@pytest.mark.parametrize("media_type", TAKEN)
@pytest.mark.parametrize("front", [b"\n", b"\xef\xbb\xbf", b"MZ", b"\0", b"<html>"])
def test_what_is_taken_in_begins_with_its_first_byte(media_type: str, front: bytes) -> None:
    assert sniff(front + TAKEN[media_type]()).media_type is None


@pytest.mark.parametrize(
    ("brand", "others", "media_type"),
    [
        (b"heix", [], "image/heic"),
        (b"hevc", [b"msf1"], "image/heic"),
        (b"mif1", [b"mif1", b"heic"], "image/heic"),
        (b"msf1", [b"msf1", b"hevc"], "image/heic"),
        (b"mif1", [b"avif", b"miaf"], "image/avif"),
        (b"avis", [b"avif", b"msf1"], "image/avif"),
        (b"isom", [b"heic", b"avif"], None),
    ],
)
def test_camera_formats_are_told_by_their_brands(brand: bytes, others: list[bytes], media_type: str | None) -> None:
    assert sniff(_box(brand, *others)).media_type == media_type


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
PAGES = [
    b"<html><body>",
    b"<HTML\n>",
    b"<!DOCTYPE html>",
    b"<!doctypehtml>",
    b"\xef\xbb\xbf \r\n\t<!-- <svg> --> <!DOCTYPE HTML PUBLIC '-//W3C//DTD HTML 4.01//EN'>",
    b"<!-- a comment that never ends <svg>",
    b"<script>alert(1)</script>",
    b"<h1>Tin</h1>",
    b"<p>Tin</p>",
    b"<br/>",
    b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x"><html xmlns="x">',
    b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">',
    b"<h:body xmlns:h='http://www.w3.org/1999/xhtml'>",
    "<!-- trang -->\n<html>".encode("utf-16"),
    "\ufeff<html>".encode("utf-16-be"),
    "  <script>".encode("utf-16-le"),
    "<html>".encode("utf-16-be"),
]
DRAWINGS = [
    SVG,
    b"\xef\xbb\xbf\n" + SVG,
    b'<?xml version="1.0" encoding="UTF-8"?>\n<!-- Generator: x -->\n' + SVG,
    b'<?xml version="1.0"?><!DOCTYPE svg PUBLIC "x" "y" [<!ENTITY a "<html>">]><svg>',
    b'<s:svg xmlns:s="http://www.w3.org/2000/svg">',
    b"<?xml-stylesheet href='x'?><SVG>",
    SVG.decode().encode("utf-16"),
]


@pytest.mark.parametrize("content", PAGES)
def test_a_page_is_a_page_behind_whatever_browsers_skip(content: bytes) -> None:
    assert (sniff(content).name, sniff(content).media_type) == ("HTML page", None)


@pytest.mark.parametrize("content", DRAWINGS)
def test_a_drawing_is_a_drawing(content: bytes) -> None:
    assert (sniff(content).name, sniff(content).media_type) == ("SVG drawing", None)


REFUSED = {
    "empty file": lambda: b"",
    "plain text": lambda: "Hội nghị tổng kết, 3 < 5".encode(),
    "XML document": lambda: b'<?xml version="1.0"?><rss version="2.0">',
    "PHP script": lambda: b"<?php system($_GET['x']);",
    "shell script": lambda: b"#!/bin/sh\nrm -rf x",
    "rich text (RTF) document": lambda: b"{\\rtf1\\ansi",
    "PDF document with something in front of it": lambda: b"\r\n%PDF-1.4\n",
    "empty ZIP archive": _empty_zip,
    "BMP picture": lambda: saved(drawn(), "BMP"),
    "Windows icon (ICO)": lambda: saved(drawn(), "ICO"),
    "TIFF picture, or a camera's raw photo (NEF, ARW, DNG)": lambda: saved(drawn(), "TIFF"),
    "TIFF picture": lambda: saved(drawn(), "TIFF", big_tiff=True),
    "JPEG 2000 picture": lambda: saved(drawn(), "JPEG2000"),
    "Canon camera's raw photo (CR2)": lambda: b"II*\0\x10\0\0\0CR\x02\0",
    "Canon camera's raw photo (CR3)": lambda: _box(b"crx ", b"isom"),
    "JPEG XL picture": lambda: b"\0\0\0\x0cJXL \r\n\x87\n",
    "Photoshop picture (PSD)": lambda: b"8BPS\0\1",
    "MP4 video": lambda: _box(b"isom", b"mp42"),
    "MOV video": lambda: _box(b"qt  "),
    "WAV audio": _wav,
    "MP3 audio": lambda: b"ID3\x04\0",
    "RAR archive": lambda: b"Rar!\x1a\x07\x01\0",
    "7z archive": lambda: b"7z\xbc\xaf\x27\x1c",
    "gzip archive": lambda: gzip.compress(SVG),
    "bzip2 archive": lambda: bz2.compress(b"x"),
    "xz archive": lambda: lzma.compress(b"x"),
    "TAR archive": _tar,
    "Linux program": lambda: Path(sys.executable).read_bytes()[:4096],
    "Windows program": lambda: b"MZ\x90\0\3\0\0\0",
    "unknown kind of file": lambda: bytes(range(256)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_called_by_its_name(name: str) -> None:
    kind = sniff(REFUSED[name]())
    assert (kind.name, kind.media_type) == (name, None)


@pytest.mark.parametrize(
    "content",
    [
        b"BM la mot chu viet tat",
        b"MZ la mot chu viet tat",
        b"a < b",
        b"<3 Tin",
        "Hội nghị".encode("utf-16"),
        "Khèi thi".encode("cp1252"),
        b"<3,2ftypheic mif1",
    ],
)
def test_text_that_looks_like_a_signature_stays_text(content: bytes) -> None:
    assert sniff(content).name == "plain text"


@given(st.binary())
def test_any_bytes_are_of_some_kind(content: bytes) -> None:
    assert sniff(content).name


@pytest.mark.parametrize("part", [b"<!-- -->", b"<?x?>", b"<?", b"<!--", b" ", b"<", b"\0 ", b"\0<", b"MZ"])
def test_a_large_file_is_told_at_once(part: bytes) -> None:
    content = part * (20 * 1024 * 1024 // len(part))
    assert sniff(content).media_type is None
    assert cpu_seconds(lambda: sniff(content), bound_seconds=0.2) < 0.2
