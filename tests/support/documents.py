"""Makes documents for tests: real PDF, Word, Excel, OpenDocument and ZIP files, as small as their formats allow."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping

CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/{part}" ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"/></Types>'
)
ODT = "application/vnd.oasis.opendocument.text"
SECTOR_BYTES, ENTRY_BYTES = 512, 128
FREE, END_OF_CHAIN, FAT_SECTOR, DIFAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC
PLACES_IN_HEADER, PLACES_IN_SECTOR = 109, 127

Tree = Mapping[str, "bytes | Tree"]


def pdf(text: str = "Ke hoach", *, after: bytes = b"\n") -> bytes:
    """Make a PDF of one page."""
    drawn = f"BT /F1 14 Tf 72 770 Td ({text}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>",
    )
    content, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj%s endobj\n" % (number, written)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(content)
    return (
        content
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
        + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start)
        + after
    )


def archive(entries: Mapping[str, str | bytes], *, stored: frozenset[str] = frozenset({"mimetype"})) -> bytes:
    """Make a ZIP file of these entries, in this order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        for name, content in entries.items():
            method = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 2, 3, 4, 6)), content, method)
    return packed.getvalue()


def docx(more: Mapping[str, str | bytes] | None = None, *, kind: str = "wordprocessingml.document") -> bytes:
    """Make a Word document, with `more` entries."""
    types = CONTENT_TYPES.format(part="word/document.xml", kind=kind)
    return archive({"[Content_Types].xml": types, "word/document.xml": "<w:document/>"} | dict(more or {}))


def xlsx(more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Make an Excel workbook, with `more` entries."""
    types = CONTENT_TYPES.format(part="xl/workbook.xml", kind="spreadsheetml.sheet")
    return archive({"[Content_Types].xml": types, "xl/workbook.xml": "<workbook/>"} | dict(more or {}))


def odt(more: Mapping[str, str | bytes] | None = None, *, mimetype: str = ODT) -> bytes:
    """Make an OpenDocument text, with `more` entries."""
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    entries = {"mimetype": mimetype, "content.xml": "<office:document-content/>", "META-INF/manifest.xml": manifest}
    return archive(entries | dict(more or {}))


def doc() -> bytes:
    """Make an old Word document: its container is real, its text is not."""
    return compound({"WordDocument": b"\xec\xa5" * 3000, "1Table": b"\0" * 4096})


def xls() -> bytes:
    """Make an old Excel workbook: its container is real, its table is not."""
    return compound({"Workbook": b"\x09\x08\x10\0\0\x06\x05\0" * 600})


def compound(tree: Tree) -> bytes:
    """Make an OLE2 compound file of these streams and storages."""
    streams: list[bytes] = []
    entries: list[list[object]] = [["Root Entry", 5, FREE, FREE, 0]]
    _add(tree, 0, entries, streams)
    sizes = [-(-len(entries) * ENTRY_BYTES // SECTOR_BYTES)]
    sizes += [-(-max(len(stream), 4096) // SECTOR_BYTES) for stream in streams]
    fat_sectors = difat_sectors = 0
    while fat_sectors * 128 < sum(sizes) + fat_sectors + difat_sectors:
        fat_sectors += 1
        difat_sectors = max(-(-(fat_sectors - PLACES_IN_HEADER) // PLACES_IN_SECTOR), 0)
    fat = [FAT_SECTOR] * fat_sectors + [DIFAT_SECTOR] * difat_sectors
    starts: list[int] = []
    for size in sizes:
        starts.append(len(fat))
        fat += [len(fat) + step for step in range(1, size)] + [END_OF_CHAIN]
    fat += [FREE] * (fat_sectors * 128 - len(fat))
    places = [*range(fat_sectors), *[FREE] * PLACES_IN_HEADER]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIII", 0, fat_sectors, starts[0], 0, 4096, END_OF_CHAIN, 0)
    header += struct.pack("<II", fat_sectors if difat_sectors else END_OF_CHAIN, difat_sectors)
    header += struct.pack("<109I", *places[:PLACES_IN_HEADER])
    more = places[PLACES_IN_HEADER:fat_sectors]
    difat = b""
    for number in range(1, difat_sectors + 1):
        here = (more[(number - 1) * PLACES_IN_SECTOR :] + [FREE] * PLACES_IN_SECTOR)[:PLACES_IN_SECTOR]
        next_sector = fat_sectors + number if number < difat_sectors else END_OF_CHAIN
        difat += struct.pack("<128I", *here, next_sector)
    directory = b"".join(_directory_entry(entry, starts, streams) for entry in entries)
    body = struct.pack(f"<{len(fat)}I", *fat) + difat + _padded(directory, SECTOR_BYTES)
    return header + body + b"".join(_padded(stream.ljust(4096, b"\0"), SECTOR_BYTES) for stream in streams)


def _add(tree: Tree, parent: int, entries: list[list[object]], streams: list[bytes]) -> None:
    """Add a storage's children, each the right-hand sibling of the one before."""
    before = None
    for name, inside in tree.items():
        place = len(entries)
        if before is None:
            entries[parent][3] = place
        else:
            entries[before][2] = place
        entries.append([name, 2 if isinstance(inside, bytes) else 1, FREE, FREE, 0])
        before = place
        if isinstance(inside, bytes):
            streams.append(inside)
            entries[place][4] = len(streams)
        else:
            _add(inside, place, entries, streams)


def _directory_entry(entry: list[object], starts: list[int], streams: list[bytes]) -> bytes:
    name, kind, right, child, stream = entry
    written = f"{name}\0".encode("utf-16-le")
    start = starts[stream] if stream else (END_OF_CHAIN if kind == 5 else 0)
    size = max(len(streams[stream - 1]), 4096) if stream else 0
    return struct.pack("<64sHBBIII16xI16xIQ", written, len(written), kind, 1, FREE, right, child, 0, start, size)


def _padded(content: bytes, to: int) -> bytes:
    return content + bytes(-len(content) % to)
