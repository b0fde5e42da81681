"""Says what a file is by its bytes alone; a name or a stated type is never believed.

A file is what its first bytes are, whatever follows: one that is two kinds at once is taken, or refused, as the first.

Spec: WHATWG MIME Sniffing section 7 (signatures, and the tags that begin a page); XML 1.0 section 2.8; ISO/IEC 14496-12
section 4.3 and 23008-12 annex B (brands of HEIC); AVIF 1.1 section 6.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its name for people, such as “Windows program”, and its media type.

    `media_type` is None for what is never taken in.
    """

    name: str
    media_type: str | None = None


OLE_STORAGE = "application/x-ole-storage"
"""Stands for any file of old Microsoft Office; which one it is, its inside tells."""
JPEG, PNG = FileType("JPEG photo", "image/jpeg"), FileType("PNG picture", "image/png")
GIF, WEBP = FileType("GIF picture", "image/gif"), FileType("WebP picture", "image/webp")
HEIC, AVIF = FileType("HEIC photo", "image/heic"), FileType("AVIF photo", "image/avif")
PDF, ZIP = FileType("PDF document", "application/pdf"), FileType("ZIP archive", "application/zip")
OLE = FileType("old Microsoft Office document", OLE_STORAGE)
EMPTY, TEXT = FileType("empty file"), FileType("plain text")
UNKNOWN = FileType("unknown kind of file")
TAR = FileType("TAR archive")
LATE_PDF = FileType("PDF document with something in front of it")

_BEGINNINGS: tuple[tuple[bytes, FileType], ...] = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"%PDF-", PDF),
    (b"PK\x03\x04", ZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"PK\x05\x06", FileType("empty ZIP archive")),
    (b"PK\x07\x08", FileType("part of a ZIP archive")),
    (b"{\\rtf", FileType("rich text (RTF) document")),
    (b"%!PS", FileType("PostScript document")),
    (b"\xc5\xd0\xd3\xc6", FileType("PostScript picture (EPS)")),
    (b"AT&TFORM", FileType("DjVu document")),
    (b"MIME-Version:", FileType("web archive (MHTML)")),
    (b"\xff\x0a", FileType("JPEG XL picture")),
    (b"\0\0\0\x0cJXL \r\n\x87\n", FileType("JPEG XL picture")),
    (b"\xff\x4f\xff\x51", FileType("JPEG 2000 picture")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", FileType("JPEG 2000 picture")),
    (b"8BPS", FileType("Photoshop picture (PSD)")),
    (b"gimp xcf", FileType("GIMP picture (XCF)")),
    (b"\xd7\xcd\xc6\x9a", FileType("Windows metafile")),
    (b"FUJIFILMCCD-RAW", FileType("Fujifilm camera's raw photo (RAF)")),
    (b"IIRO", FileType("Olympus camera's raw photo (ORF)")),
    (b"IIRS", FileType("Olympus camera's raw photo (ORF)")),
    (b"IIU\0", FileType("Panasonic camera's raw photo (RW2)")),
    (b"II+\0", FileType("TIFF picture")),
    (b"MM\0+", FileType("TIFF picture")),
    (b"ID3", FileType("MP3 audio")),
    (b"fLaC", FileType("FLAC audio")),
    (b"OggS", FileType("Ogg audio or video")),
    (b"\x1a\x45\xdf\xa3", FileType("Matroska or WebM video")),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileType("Windows Media audio or video")),
    (b"\0\0\x01\xba", FileType("MPEG video")),
    (b"\0\0\x01\xb3", FileType("MPEG video")),
    (b"FLV\x01", FileType("Flash video")),
    (b"Rar!\x1a\x07", FileType("RAR archive")),
    (b"7z\xbc\xaf\x27\x1c", FileType("7z archive")),
    (b"\x1f\x8b", FileType("gzip archive")),
    (b"BZh", FileType("bzip2 archive")),
    (b"\xfd7zXZ\0", FileType("xz archive")),
    (b"\x28\xb5\x2f\xfd", FileType("Zstandard archive")),
    (b"\x7fELF", FileType("Linux program")),
    (b"\xcf\xfa\xed\xfe", FileType("macOS program")),
    (b"\xca\xfe\xba\xbe", FileType("Java or macOS program")),
    (b"L\0\0\0\x01\x14\x02\0", FileType("Windows shortcut")),
    (b"#!", FileType("shell script")),
    (b"SQLite format 3\0", FileType("SQLite database")),
    (b"CWS", FileType("Flash animation")),
    (b"FWS", FileType("Flash animation")),
    (b"wOFF", FileType("font")),
    (b"wOF2", FileType("font")),
)
_RIFF = {b"WEBP": WEBP, b"WAVE": FileType("WAV audio"), b"AVI ": FileType("AVI video")}
# In this order. What a few bytes could say by chance is asked for more.
_PATTERNS: tuple[tuple[re.Pattern[bytes], FileType], ...] = (
    (re.compile(rb"(?s)(?:II\*\0|MM\0\*).{4}CR"), FileType("Canon camera's raw photo (CR2)")),
    (re.compile(rb"II\*\0|MM\0\*"), FileType("TIFF picture, or a camera's raw photo (NEF, ARW, DNG)")),
    (re.compile(rb"(?s)BM.{4}\0{4}.{4}[\x0c-\x7c]\0\0\0"), FileType("BMP picture")),
    (re.compile(rb"(?s)\0\0[\x01\x02]\0[^\0]\0...\0"), FileType("Windows icon (ICO)")),
    (re.compile(rb"(?s)\x01\0\0\0.{36} EMF"), FileType("Windows metafile")),
    (re.compile(rb"(?s)MZ[^\0]{0,58}\0"), FileType("Windows program")),
    (re.compile(rb"\xff[\xe3\xf2\xf3\xfa\xfb][\x10-\xef]"), FileType("MP3 audio")),
    (re.compile(rb"\xff[\xf1\xf9]"), FileType("AAC audio")),
    (re.compile(rb"(?s)\0.{3}(?:moov|mdat|wide|free)"), FileType("MOV video")),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_AVIF_BRANDS = frozenset({b"avif", b"avis"})
_IMAGE_BRANDS = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})
_OTHER_BRANDS = {
    b"crx ": FileType("Canon camera's raw photo (CR3)"),
    b"qt  ": FileType("MOV video"),
    b"M4A ": FileType("M4A audio"),
    b"M4B ": FileType("M4A audio"),
    b"jp2 ": FileType("JPEG 2000 picture"),
}
_VIDEO = FileType("MP4 video")
_MIN_BRANDS_BYTES, _MAX_BRANDS_BYTES = 16, 1024
_TAR_MARK_AT = 257
_LOOKED_AT_BYTES = 64 * 1024
_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF16_UNMARKED = (
    (re.compile(rb"\s\0|<\0[!?A-Za-z]\0"), "utf-16-le"),
    (re.compile(rb"\0\s|\0<\0[!?A-Za-z]"), "utf-16-be"),
)
_PAGE, _DRAWING = FileType("HTML page"), FileType("SVG drawing")
_XML, _PHP = FileType("XML document"), FileType("PHP script")
_PAGE_TAGS = re.compile(
    "html|head|body|title|meta|link|base|style|script|noscript|template|iframe|frameset|h[1-6]|div|span|p|br|hr|b|i|a|"
    "img|font|center|table|form|input|button|ul|ol|main|article|section|header|footer|nav|video|audio|object|embed"
)
# What may stand before the first element; lazily, so that each is passed once.
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
_DOCTYPE = re.compile(r"<!doctype\s*([\w:.-]*)", re.IGNORECASE)
_ELEMENT = re.compile(r"<([A-Za-z_][\w:.-]*)(?=[\s/>]|$)")
_BLANK = "\ufeff \t\n\r\f\v"
_NOT_TEXT = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(content: bytes) -> FileType:
    """Say what kind of file these bytes are."""
    if not content:
        return EMPTY
    kind = _by_beginning(content) or _by_brand(content)
    if kind is None and content.startswith(b"ustar", _TAR_MARK_AT):
        return TAR
    return kind or _by_text(content[:_LOOKED_AT_BYTES])


def _by_beginning(content: bytes) -> FileType | None:
    for beginning, kind in _BEGINNINGS:
        if content.startswith(beginning):
            return kind
    for pattern, kind in _PATTERNS:
        if pattern.match(content):
            return kind
    return _RIFF.get(content[8:12]) if content[:4] == b"RIFF" else None


def _by_brand(content: bytes) -> FileType | None:
    """Tell the formats that are built as MP4 is: the first box names what the file is, and what else it is read as."""
    size = int.from_bytes(content[:4], "big")
    if content[4:8] != b"ftyp" or not _MIN_BRANDS_BYTES <= size <= _MAX_BRANDS_BYTES:
        return None
    brand, others = content[8:12], content[16:size]
    brands = {brand, *(others[at : at + 4] for at in range(0, len(others), 4))}
    if brand in _OTHER_BRANDS:
        return _OTHER_BRANDS[brand]
    if brand in _IMAGE_BRANDS:
        return AVIF if brands & _AVIF_BRANDS else HEIC
    if brand in _AVIF_BRANDS:
        return AVIF
    return HEIC if brand in _HEIC_BRANDS else _VIDEO


def _by_text(content: bytes) -> FileType:
    text = _as_text(content)
    shown = text.lstrip(_BLANK)
    markup = LATE_PDF if shown.startswith("%PDF-") else _find_markup(shown)
    if markup is not None:
        return markup
    # Of bytes that are no UTF-16 half become the sign for what cannot be read.
    return UNKNOWN if _NOT_TEXT.search(text) or text.count("\ufffd") > 1 else TEXT


def _find_markup(text: str) -> FileType | None:
    """Tell pages, drawings and other markup by the first element, or by the declaration that names it."""
    if text[:5].lower() == "<?php":
        return _PHP
    prolog = _PROLOG.match(text)
    start = prolog.end() if prolog else 0
    doctype = _DOCTYPE.match(text, start)
    element = doctype or _ELEMENT.match(text, start)
    if element is not None:
        return _named(element.group(1).rpartition(":")[2].lower())
    if text.startswith("<?xml"):
        return _XML
    # A browser takes whatever begins with a comment for a page.
    return _PAGE if text.startswith("<!--") else None


def _named(element: str) -> FileType:
    if element == "svg":
        return _DRAWING
    return _PAGE if not element or _PAGE_TAGS.fullmatch(element) else _XML


def _as_text(content: bytes) -> str:
    """Read bytes in the encoding that a browser would take for them; a wrong letter here or there does not matter."""
    for mark, charset in _UTF16:
        if content.startswith(mark):
            return content[len(mark) :].decode(charset, "replace")
    for pattern, charset in _UTF16_UNMARKED:
        if pattern.match(content):
            return content.decode(charset, "replace")
    return content.removeprefix(codecs.BOM_UTF8).decode("latin-1")
