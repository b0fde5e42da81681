"""Old Office files: told by what stands in their root, refused for what could run; no loop is walked twice."""

from __future__ import annotations

import struct
from functools import partial

import pytest

from store.attachments.kinds import DOC, XLS
from store.attachments.ole import media_type_of
from store.attachments.unfit import Unfit
from tests.support import documents
from tests.support.costs import cpu_seconds
from tests.support.documents import compound

TEXT = b"\xec\xa5" * 3000
DIRECTORY_AT, DIFAT_AT, DIFAT_COUNT_AT = 48, 68, 72


def refused(content: bytes) -> str:
    with pytest.raises(Unfit) as refusal:
        media_type_of(content)
    assert refusal.value.vietnamese
    return refusal.value.reason


def patched(content: bytes, at: int, *numbers: int) -> bytes:
    return content[:at] + struct.pack(f"<{len(numbers)}I", *numbers) + content[at + 4 * len(numbers) :]


@pytest.mark.parametrize(
    ("tree", "media_type"),
    [
        ({"WordDocument": TEXT, "1Table": b"", "\x05SummaryInformation": b"x"}, DOC),
        ({"Workbook": TEXT}, XLS),
        ({"Book": TEXT}, XLS),
        ({"WordDocument": TEXT, "ObjectPool": {"_1": {"Workbook": TEXT}}}, DOC),
        ({"Workbook": TEXT, "MBD0001": {"WordDocument": TEXT, "PowerPoint Document": TEXT}}, XLS),
        ({"Data": b"1" * 8_000_000, "WordDocument": TEXT}, DOC),
        ({f"stream {number}": b"x" for number in range(300)} | {"WordDocument": TEXT}, DOC),
    ],
)
def test_the_root_tells_what_it_is(tree: documents.Tree, media_type: str) -> None:
    assert media_type_of(compound(tree)) == media_type


@pytest.mark.parametrize(
    ("tree", "words"),
    [
        ({"PowerPoint Document": TEXT}, "PowerPoint presentation"),
        ({"__properties_version1.0": TEXT}, "Outlook message"),
        ({"Something": TEXT}, "OLE2 compound file"),
        ({}, "OLE2 compound file"),
        ({"WordDocument": {"x": b""}}, "OLE2 compound file"),
        ({"Folder": {"WordDocument": TEXT}}, "OLE2 compound file"),
        ({"WordDocument": TEXT, "Workbook": TEXT}, "OLE2 compound file"),
        ({"WordDocument": TEXT, "Macros": {"VBA": {"dir": b"x"}}}, "contains macros; save it without them"),
        ({"Workbook": TEXT, "_VBA_PROJECT_CUR": {}}, "contains macros"),
        ({"Workbook": TEXT, "_vba_project_cur": {}}, "contains macros"),
        ({"WordDocument": TEXT, "ObjectPool": {"_1": {"Workbook": TEXT, "VBA": {}}}}, "contains macros"),
        ({"EncryptedPackage": TEXT, "EncryptionInfo": b"x"}, "is locked with a password"),
    ],
)
def test_others_are_refused_by_what_they_are(tree: documents.Tree, words: str) -> None:
    assert words in refused(compound(tree))


def test_version_4_with_larger_sectors() -> None:
    directory = 4 * 4096
    content = bytearray(8 * 4096)
    small = documents.doc()
    content[:76] = small[:76]
    struct.pack_into("<HHH", content, 26, 4, 0xFFFE, 12)
    struct.pack_into("<II", content, 44, 1, 3)
    struct.pack_into("<109I", content, 76, 0, *[documents.FREE] * 108)
    struct.pack_into(
        "<1024I", content, 4096, documents.FAT_SECTOR, *[documents.END_OF_CHAIN] * 6, *[documents.FREE] * 1017
    )
    entries_at = small.index("Root Entry".encode("utf-16-le"))
    content[directory : directory + 512] = small[entries_at : entries_at + 512]
    assert media_type_of(bytes(content)) == DOC


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (documents.doc()[:100], "is cut short"),
        (documents.doc()[:-600], "is cut short"),
        (documents.doc()[:26] + b"\x09" + documents.doc()[27:], "its header"),
        (documents.doc()[:28] + b"\xff\xfe" + documents.doc()[30:], "its header"),
        (documents.doc()[:30] + b"\xff\xff" + documents.doc()[32:], "its header"),
        (patched(documents.doc(), DIRECTORY_AT, documents.END_OF_CHAIN), "no directory"),
        (patched(documents.doc(), DIRECTORY_AT, 3), "directory"),
        (patched(documents.doc(), DIRECTORY_AT, 100_000), "leads nowhere"),
        (patched(documents.doc(), 44, 0xFFFFFFFF), "is cut short"),
        (patched(documents.doc(), 44, 2), "is cut short"),
        (patched(documents.doc(), 44, 0), "leads nowhere"),
        (patched(documents.doc(), 76, 7_000_000), "is cut short"),
        (
            documents.doc().replace("Root Entry".encode("utf-16-le").ljust(64, b"\0") + b"\x16\0\x05", b"\0" * 67),
            "no directory",
        ),
        # The directory's only sector goes on in itself.
        (patched(documents.doc(), 512 + 4, 1), "leads nowhere"),
    ],
)
def test_broken_files_say_so(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_a_table_of_sectors_that_runs_in_a_circle() -> None:
    whole = compound({"WordDocument": b"x" * 10_000_000})
    (fat_sectors, difat_sector) = (struct.unpack_from("<I", whole, at)[0] for at in (44, DIFAT_AT))
    circle = patched(whole, (difat_sector + 1) * 512 + 508, difat_sector)
    assert media_type_of(circle) == DOC, "its chain is not followed past the sectors that are told"
    assert "in a circle" in refused(patched(circle, 44, fat_sectors + 200))


def test_siblings_that_point_at_each_other_end() -> None:
    content = documents.doc()
    at = content.index("WordDocument".encode("utf-16-le"))
    assert media_type_of(patched(content, at + 68, 1, 2, 0)) == DOC


def test_hostile_files_are_refused_in_a_moment() -> None:
    sectors = 100_000
    chained = bytearray(documents.doc()[:512].ljust(512 * (sectors + 1), b"\0"))
    fat_sectors = sectors // 128
    struct.pack_into("<I", chained, 44, 100)
    struct.pack_into("<100I", chained, 76, *range(100))
    struct.pack_into("<I", chained, DIRECTORY_AT, 1000)
    # One directory of every sector that the table tells.
    struct.pack_into(f"<{100 * 128}I", chained, 512, *range(1, 100 * 128 + 1))
    for content, words in (
        (bytes(chained), "more than 10,000 parts"),
        (patched(documents.doc().ljust(50_000_000, b"\0"), 44, fat_sectors * 100), "cut short"),
        (patched(documents.doc().ljust(50_000_000, b"\xff"), 44, 97_000), "cut short"),
    ):
        assert words in refused(content)
        assert cpu_seconds(partial(refused, content), bound_seconds=1) < 1


def workbook(*records: tuple[int, bytes], length_bytes: int = 4096) -> bytes:
    """Write the beginning of an Excel workbook: these records between its first and its last."""
    told = [(0x0809, bytes(16)), *records, (0x000A, b"")]
    written = b"".join(struct.pack("<HH", kind, len(content)) + content for kind, content in told)
    return written.ljust(length_bytes, b"\0")


def sheet(kind: int, *, hidden: int = 0) -> tuple[int, bytes]:
    return 0x0085, struct.pack("<IBBBB", 5_000, hidden, kind, 1, 0) + b"S"


PLAIN_SHEET, CHART, FONT = sheet(0), sheet(2), (0x0031, bytes(30))


@pytest.mark.parametrize("name", ["Workbook", "Book"])
def test_a_workbook_with_excel_4_macros_is_refused(name: str) -> None:
    for content in (workbook(sheet(1)), workbook(*[FONT] * 200, PLAIN_SHEET, sheet(1, hidden=2)), workbook(sheet(6))):
        assert "contains macros" in refused(compound({name: content}))
    assert "contains macros" in refused(compound({"WorkBook": workbook(), "Book": workbook(sheet(1))}))


def test_a_locked_workbook_is_refused() -> None:
    assert "password" in refused(compound({"Workbook": workbook((0x002F, bytes(54)), PLAIN_SHEET)}))


@pytest.mark.parametrize(
    "content",
    [
        workbook(FONT, PLAIN_SHEET, sheet(0, hidden=1), CHART),
        # What follows the list is cells, and no list.
        workbook(PLAIN_SHEET, length_bytes=0) + workbook(sheet(1)),
        workbook((0x0085, b"")),
        b"\x09\x08\xff\xff" * 2_000,
    ],
)
def test_other_workbooks_are_taken(content: bytes) -> None:
    assert media_type_of(compound({"Workbook": content})) == XLS


def test_macros_of_a_small_workbook_are_found_where_small_streams_lie() -> None:
    """Such a stream is spread over pieces of 64 bytes within the stream of the root."""
    written = workbook(*[FONT] * 4, sheet(1), length_bytes=0)
    container = bytearray(4096)
    places = [5, 2, 9, 1]
    mini_fat = [documents.FREE] * 128
    for step, place in enumerate(places):
        container[place * 64 : place * 64 + 64] = written[step * 64 : step * 64 + 64].ljust(64, b"\0")
        mini_fat[place] = places[step + 1] if step + 1 < len(places) else documents.END_OF_CHAIN
    whole = bytearray(compound({"Workbook": b"", "Held": bytes(container), "MiniFat": struct.pack("<128I", *mini_fat)}))
    entries_at = whole.index("Root Entry".encode("utf-16-le"))
    starts = [struct.unpack_from("<I", whole, entries_at + number * 128 + 116)[0] for number in range(4)]
    struct.pack_into("<II", whole, entries_at + 116, starts[2], len(container))
    struct.pack_into("<II", whole, entries_at + 128 + 116, places[0], len(written))
    struct.pack_into("<II", whole, 60, starts[3], 1)
    assert len(written) > 64
    assert "contains macros" in refused(bytes(whole))
