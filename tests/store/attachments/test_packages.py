"""ZIP files: what kind each is, and that nothing which runs, lies or bursts is taken."""

from __future__ import annotations

import contextlib
import io
import struct
import tracemalloc
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from store.attachments import zips
from store.attachments.kinds import DOCX, ODT, XLSX, ZIP
from store.attachments.packages import media_type_of
from store.attachments.unfit import Unfit
from tests.support import documents
from tests.support.costs import cpu_seconds
from tests.support.documents import archive

PAGE = b"<!doctype html><script>alert(1)</script>"
END_BYTES = 22


@dataclass(frozen=True)
class Part:
    """An entry of an archive that is put together by hand."""

    name: bytes
    content: bytes = b"x"
    flags: int = 0
    method: int = 0
    unpacked_bytes: int | None = None
    extra: bytes = b""
    made_by: int = 3 << 8
    attributes: int = 0o100644 << 16


def assembled(
    parts: list[Part], *, count: int | None = None, comment: bytes = b"", behind: bytes = b"", number: int = 0
) -> bytes:
    """Put an archive together, with something `behind` the part of a `number`; told and true may differ."""
    local, central = bytearray(), bytearray()
    for place, part in enumerate(parts):
        size = len(part.content) if part.unpacked_bytes is None else part.unpacked_bytes
        told = struct.pack("<HHHHHIII", 20, part.flags, part.method, 0, 33, 0, len(part.content), size)
        central += struct.pack("<4sH", b"PK\x01\x02", part.made_by) + told
        central += struct.pack("<HHHHHII", len(part.name), len(part.extra), 0, 0, 0, part.attributes, len(local))
        central += part.name + part.extra
        local += b"PK\x03\x04" + told + struct.pack("<HH", len(part.name), 0) + part.name + part.content
        local += behind if place == number else b""
    told_count = len(parts) if count is None else count
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, told_count, told_count, len(central), len(local), len(comment))
    return bytes(local + central + end + comment)


class Pipe(io.RawIOBase):
    """Takes bytes and cannot be sought in, so that sizes come behind what they are the sizes of."""

    def __init__(self) -> None:
        self.written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:
        self.written += content
        return len(content)


def streamed(entries: dict[str, bytes], *, is_large: bool = False) -> bytes:
    """Make an archive as a program does that never looks back."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in entries.items():
            with made.open(name, "w", force_zip64=is_large) as entry:
                entry.write(content)
    return bytes(pipe.written)


def bomb(unpacked_bytes: int, entries: int) -> list[Part]:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(bytes(unpacked_bytes)) + packer.flush()
    return [Part(b"%d.txt" % n, packed, method=8, unpacked_bytes=unpacked_bytes) for n in range(entries)]


def refused(content: bytes) -> str:
    with pytest.raises(Unfit) as refusal:
        media_type_of(content)
    assert refusal.value.vietnamese
    return refusal.value.reason


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (documents.docx({"word/media/image1.png": b"x", "word/embeddings/Sheet.xlsx": documents.xlsx()}), DOCX),
        (documents.xlsx({"xl/worksheets/sheet1.xml": "<x/>"}), XLSX),
        (documents.odt({"Pictures/1.png": b"x", "Configurations2/": ""}), ODT),
        (archive({"mau.docx": documents.docx(), "anh/cho.jpg": b"x", "anh/": ""}), ZIP),
        (archive({"trong.zip": archive({"x.txt": "x"})}, stored=frozenset({"trong.zip"})), ZIP),
        (archive({"a.com/ban-do.pdf": b"x", "b.vn/": ""}), ZIP),
        (archive({"content.xml": "<x/>", "xl/workbook.xml": "<x/>"}), ZIP),
        (archive({"a.txt": "x", "mimetype": "x"}), ZIP),
        (archive({"a.txt": b"x" * 9_000_000}), ZIP),
        (assembled([Part(b"a")], comment="Hồ sơ kèm theo".encode()), ZIP),
        (streamed({"a.txt": b"kinh gui" * 99, "b.pdf": b"x", "thu-muc/": b""}), ZIP),
        (streamed({"a.txt": b"kinh gui" * 99}, is_large=True), ZIP),
        (assembled([Part(b"a", b"xyz", flags=8), Part(b"b", b"")], behind=struct.pack("<III", 0, 3, 3)), ZIP),
    ],
)
def test_what_is_taken(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    "name",
    [
        "Kế hoạch.pdf".encode(),
        unicodedata.normalize("NFD", "Kế hoạch.pdf").encode(),
        "Danh sách…".encode("cp1258", "replace"),
        b"\x80\x81\xff.pdf",
        b"K\xd5 ho\xb9ch.doc",
    ],
)
@pytest.mark.parametrize("flags", [0, 0x0800])
def test_names_in_any_encoding(name: bytes, flags: int) -> None:
    assert media_type_of(assembled([Part(name, flags=flags)])) == ZIP


@pytest.mark.parametrize(("flags", "name"), [(0, "K├⌐"), (0x0800, "Ké")])
def test_a_name_is_read_as_it_is_marked(flags: int, name: str) -> None:
    assert zips.read_entries(assembled([Part("Ké".encode(), flags=flags)]))[0].name == name


def test_numbers_of_64_bits() -> None:
    plain = assembled([Part(b"a.txt", b"xyz")])
    directory_at, end_at = plain.index(b"PK\x01\x02"), len(plain) - END_BYTES
    central = bytearray(plain[directory_at:end_at])
    struct.pack_into("<II", central, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", central, 30, 20)
    central += struct.pack("<HHQQ", 1, 16, 3, 3)
    where = (1, len(central), directory_at)
    end64 = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, *where)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, directory_at + len(central), 1)
    for told in ((1, 1, len(central), directory_at), (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)):
        end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, *told, 0)
        whole = plain[:directory_at] + bytes(central) + end64 + locator + end
        assert media_type_of(whole) == ZIP
        assert zips.read_entries(whole)[0].unpacked_bytes == 3
    elsewhere = locator[:8] + bytes(8) + locator[16:]
    assert "disagree" in refused(plain[:directory_at] + bytes(central) + end64 + elsewhere + end)
    lying = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 2, 2, len(central), directory_at, 0)
    assert "disagree" in refused(plain[:directory_at] + bytes(central) + end64 + locator + lying)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (documents.docx({"word/vbaProject.bin": b"x"}), "contains macros; save it without them"),
        (documents.docx({"word/VBAPROJECT.BIN": b"x"}), "contains macros"),
        (documents.docx({"word/activeX/activeX1.bin": b"x"}), "contains macros"),
        (documents.xlsx({"xl/macrosheets/sheet1.xml": b"x"}), "contains macros"),
        (documents.docx(kind="wordprocessingml.document.macroEnabled"), "contains macros"),
        (
            documents.docx({"[Content_Types].xml": "<Default ContentType='x.vbaProject'/>".encode("utf-16")}),
            "contains macros",
        ),
        (documents.odt({"Basic/Standard/Module1.xml": "<x/>"}), "contains macros"),
        (documents.odt({"Scripts/python/a.py": "x"}), "contains macros"),
        (documents.odt({"META-INF/manifest.xml": "<manifest:encryption-data/>"}), "is locked with a password"),
        (documents.odt(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument spreadsheet (ODS)"),
        (documents.odt(mimetype="application/epub+zip"), "e-book (EPUB)"),
        (documents.odt(mimetype="text/html"), "package of an unknown kind"),
        (archive({"mimetype": documents.ODT, "META-INF/manifest.xml": "<x/>"}), "it has no text"),
        (archive({"mimetype": documents.ODT, "content.xml": "<x/>"}), "no list of its contents"),
        (archive({"content.xml": "<x/>", "mimetype": documents.ODT}), "does not stand at its beginning"),
        (
            archive({"mimetype": documents.ODT, "content.xml": "<x/>"}, stored=frozenset()),
            "does not stand at its beginning",
        ),
        (documents.docx(kind="wordprocessingml.template"), "Office template"),
        (archive({"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}), "PowerPoint presentation (PPTX)"),
        (archive({"[Content_Types].xml": "x", "xl/workbook.bin": "x"}), "Excel binary workbook (XLSB)"),
        (archive({"[Content_Types].xml": "x", "AppxManifest.xml": "x"}), "package of an unknown kind"),
        (documents.docx({"xl/workbook.xml": "<x/>"}), "package of an unknown kind"),
        (archive({"[Content_Types].xml": b" " * 2_000_000, "word/document.xml": "x"}), "too long"),
        (archive({"META-INF/MANIFEST.MF": "x", "vn/Main.class": "x"}), "Java program (JAR)"),
        (archive({"AndroidManifest.xml": "x", "classes.dex": "x"}), "Android program (APK)"),
    ],
)
def test_others_are_refused_by_what_they_are(content: bytes, words: str) -> None:
    assert words in refused(content)


@pytest.mark.parametrize(
    "name",
    [
        "cai-dat.exe",
        "Thông báo/CÀI ĐẶT.EXE",
        "cai-dat.exe.",
        "cai-dat.exe  . .",
        "van-ban.pdf.js",
        "trang.html",
        "logo.SVG",
        "a.lnk",
        "a.ps1",
        "a.hta",
        "a.docm",
        "a.jar",
        "\N{FULLWIDTH LATIN SMALL LETTER A}.bat",
    ],
)
def test_programs_and_pages_in_an_archive_are_named(name: str) -> None:
    reason = refused(archive({"van-ban.pdf": b"x", name: b"x"}))
    assert f"“{name}”" in reason
    assert "program or page" in reason


@pytest.mark.parametrize(
    "part",
    [
        Part(b"../x.pdf"),
        Part(b"a/../../x.pdf"),
        Part(b"a/.."),
        Part(b"/etc/x.pdf"),
        Part(b"a\\x.pdf"),
        Part(b"C:x.pdf"),
        Part(b"a\nb.pdf"),
        Part(b"a\0.pdf"),
        Part(b""),
        Part("anh\u202egpj.pdf".encode(), flags=0x0800),
        Part(b"x.pdf", extra=struct.pack("<HHBI", 0x7075, 5 + 8, 1, 0) + b"../y.pdf"),
        Part(b"x.pdf", b"/etc/passwd", attributes=0o120777 << 16),
    ],
)
def test_path_tricks_are_refused(part: Part) -> None:
    assert "no plain file name" in refused(assembled([Part(b"a.pdf"), part]))


def test_a_second_name_is_looked_at_too() -> None:
    part = Part(b"x.pdf", extra=struct.pack("<HHBI", 0x7075, 5 + 5, 1, 0) + b"y.exe")
    assert "“y.exe”" in refused(assembled([part]))
    assert "two ways" in refused(assembled([Part(b"x.pdf", extra=part.extra * 2)]))


def replaced_end(
    content: bytes, *, count: int | None = None, size: int | None = None, start: int | None = None
) -> bytes:
    fields = list(struct.unpack("<4sHHHHIIH", content[-END_BYTES:]))
    if count is not None:
        fields[3] = fields[4] = count
    fields[5] = fields[5] if size is None else size
    fields[6] = fields[6] if start is None else start
    return content[:-END_BYTES] + struct.pack("<4sHHHHIIH", *fields)


def with_size(content: bytes, size_bytes: int) -> bytes:
    """Tell another size of the only entry, in both of its records."""
    for at in (18, content.index(b"PK\x01\x02") + 20):
        content = content[:at] + struct.pack("<II", size_bytes, size_bytes) + content[at + 8 :]
    return content


PAST_THE_END = with_size(assembled([Part(b"a", b"xyz")]), 4)
PLAIN = archive({"a.txt": b"kinh gui " * 100, "b.txt": b"noi nhan " * 100})
OVERLAPPING = assembled([Part(b"a"), Part(b"b")]).replace(
    struct.pack("<II", 0o100644 << 16, 32) + b"b", struct.pack("<II", 0o100644 << 16, 0) + b"b"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PLAIN[:-1], "is cut short"),
        (PLAIN[: len(PLAIN) // 2], "is cut short"),
        (PLAIN + PAGE, "is cut short"),
        (PLAIN + b"\0", "is cut short"),
        (PLAIN + PLAIN, "not where its end says"),
        (PAGE + PLAIN, "not where its end says"),
        (assembled([Part(b"a")], comment=assembled([Part(b"b")])), "two ends"),
        (assembled([Part(b"a")], comment=b"PK\x05\x06"), "two ends"),
        (replaced_end(PLAIN, count=1), "more entries than it says"),
        (replaced_end(PLAIN, count=3), "fewer entries than it says"),
        (replaced_end(PLAIN, count=65_535), "more than 10,000 entries"),
        (replaced_end(PLAIN, count=0), "nothing in it"),
        (PLAIN[:-14] + b"\x01\0" + PLAIN[-12:], "a part of an archive"),
        (replaced_end(PLAIN, start=0), "not where its end says"),
        (replaced_end(PLAIN, size=0xFFFFFFFF), "not where its end says"),
        (OVERLAPPING, "over each other"),
        (PAST_THE_END, "is cut short"),
        (assembled([Part(b"a", b"x"), Part(b"a", b"y")]), "two entries of one name"),
        (assembled([Part(b"a", flags=1)]), "is locked with a password"),
        (assembled([Part(b"a", unpacked_bytes=5)]), "two sizes"),
        (assembled([Part(b"a.txt")]).replace(b"a.txt", b"b.txt", 1), "two names"),
        (documents.docx().replace(b"\x08\0", b"\x63\0"), "unusual way"),
        (assembled([Part(b"[Content_Types].xml", b"\xff" * 9, method=8)]), "cannot be unpacked"),
    ],
)
def test_archives_that_lie_say_so(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_something_before_the_first_entry_is_refused() -> None:
    hidden = b"PK\x03\x04" + PAGE
    whole = hidden + assembled([Part(b"a.txt")])
    shifted = whole.replace(
        struct.pack("<II", 0o100644 << 16, 0) + b"a.txt", struct.pack("<II", 0o100644 << 16, len(hidden)) + b"a.txt"
    )
    start = struct.unpack_from("<I", whole, len(whole) - 6)[0] + len(hidden)
    assert "behind something else" in refused(replaced_end(shifted, start=start))


@pytest.mark.parametrize(
    "parts",
    [
        bomb(11_000_000, 1),
        bomb(1_000_000, 30),
        [Part(b"a.txt", b"x" * 100, method=8, unpacked_bytes=2_000_000_000)],
        [Part(b"a.txt", b"x" * 6_000_000, method=8, unpacked_bytes=1_100_000_000)],
    ],
)
def test_bombs_are_refused_by_what_they_say(parts: list[Part]) -> None:
    assert "would unpack to" in refused(assembled(parts))


def test_a_bomb_that_says_less_than_it_holds_is_never_unpacked() -> None:
    (packed,) = bomb(60_000_000, 1)
    tracemalloc.start()
    try:
        content = assembled(
            [Part(b"[Content_Types].xml", packed.content, method=8, unpacked_bytes=1000), Part(b"word/document.xml")]
        )
        tracemalloc.reset_peak()
        assert "too long" in refused(content)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "make",
    [
        lambda: assembled([Part(b"%d" % n, b"") for n in range(65_535)]),
        lambda: assembled([Part(b"%d" % n, b"") for n in range(50_000)], count=9_000),
        lambda: assembled([Part(b"%d/" % n * 8000, b"", extra=b"\0\0\0\0" * 16_000) for n in range(30)]),
        lambda: assembled([Part(b"%05d" % n + b"\xcc\x81" * 16_000, b"", flags=0x0800) for n in range(100)]),
        lambda: assembled([Part(b"../" * 20_000, b"") for _ in range(60)]),
        lambda: assembled([Part(b"a")], comment=b"PK\x05\x06\xff" * 13_000),
        lambda: assembled([Part(b"a", b"PK\x05\x06\0" * 9_000_000)]),
    ],
)
def test_archives_made_to_be_slow_take_a_moment(make: Callable[[], bytes]) -> None:
    content = make()

    def look() -> None:
        with contextlib.suppress(Unfit):
            media_type_of(content)

    assert cpu_seconds(look, bound_seconds=1) < 1


def test_the_most_entries_that_are_taken_take_a_moment() -> None:
    content = assembled([Part(b"thu-muc/%d.pdf" % n) for n in range(zips.MAX_ENTRIES)])
    assert media_type_of(content) == ZIP
    assert cpu_seconds(lambda: media_type_of(content), bound_seconds=1) < 1


def test_what_is_read_is_what_others_read() -> None:
    content = documents.odt()
    path = zipfile.Path(zipfile.ZipFile(io.BytesIO(content)))
    for entry in zips.read_entries(content):
        assert zips.read_entry(content, entry, limit_bytes=10_000) == path.joinpath(entry.name).read_bytes()


HIDDEN = b"PK\x03\x04" + struct.pack("<HHHHHIIIHH", 20, 0, 0, 0, 33, 0, 1, 1, 5, 0) + b"a.exe" + b"x"


RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}" {mode}/>'
    "</Relationships>"
)
TEMPLATE, FAR = "attachedTemplate", "https://example.com/mau.dotm"
OUTSIDE, INSIDE = 'TargetMode="External"', ""


def related(kind: str, target: str, mode: str, *, part: str = "word/_rels/settings.xml.rels") -> bytes:
    return documents.docx({part: RELATION.format(kind=kind, target=target, mode=mode)})


@pytest.mark.parametrize(
    "content",
    [
        related(TEMPLATE, FAR, OUTSIDE),
        related(TEMPLATE, FAR, OUTSIDE, part="word/glossary/_rels/settings.xml.rels"),
        related(TEMPLATE, FAR, OUTSIDE, part="Word/_RELS/Settings.xml.RELS"),
        related("attached&#84;emplate", "&#104;ttps://example.com/mau.dotm", 'TargetMode="&#69;xternal"'),
        related(TEMPLATE, r"file:///\\10.0.0.1\mau\mau.dotm", OUTSIDE),
        related(TEMPLATE, "file://may-chu/mau.dotm", OUTSIDE),
        related(TEMPLATE, r"\\may-chu\mau.dotm", OUTSIDE),
        related(TEMPLATE, FAR.replace("https", "mhtml"), OUTSIDE),
    ],
)
def test_a_template_that_would_be_fetched_from_elsewhere_is_refused(content: bytes) -> None:
    assert "loads a template from elsewhere" in refused(content)


@pytest.mark.parametrize(
    "content",
    [
        related("hyperlink", FAR, OUTSIDE),
        related(TEMPLATE, "mau.dotx", INSIDE),
        related(TEMPLATE, r"file:///C:\Users\lan\AppData\Roaming\Microsoft\Templates\Báo%20cáo.dotx", OUTSIDE),
        related(TEMPLATE, "file:///D:/mau/cong-van.dotx", OUTSIDE),
    ],
)
def test_links_and_templates_of_the_writers_own_disk_are_taken(content: bytes) -> None:
    assert media_type_of(content) == DOCX


def test_relations_that_cannot_be_read_are_refused() -> None:
    hidden = "<!DOCTYPE x [<!ENTITY a 'External'>]>" + RELATION.format(
        kind=TEMPLATE, target=FAR, mode='TargetMode="&a;"'
    )
    for listed in ("<Relationships", "", hidden):
        assert "its relations cannot be read" in refused(documents.docx({"word/_rels/settings.xml.rels": listed}))
    large = documents.docx({"word/_rels/document.xml.rels": bytes(9_000_000)})
    assert "its relations are too long" in refused(large)


@pytest.mark.parametrize("name", ["word/evil.exe", "word/media/a.js", "word/embeddings/a.docm", "cai-dat.PS1."])
@pytest.mark.parametrize("make", [documents.docx, documents.xlsx, documents.odt])
def test_programs_in_an_office_document_are_named(make: Callable[[dict[str, bytes]], bytes], name: str) -> None:
    assert f"contains “{name}”, a program" in refused(make({name: b"MZ"}))


def test_drawings_and_pages_in_an_office_document_are_taken() -> None:
    """Word keeps icons as SVG, and some programs keep a text as HTML; neither is shown before Word has looked at it."""
    assert media_type_of(documents.docx({"word/media/image1.svg": b"<svg/>", "word/afchunk.mht": b"x"})) == DOCX


@pytest.mark.parametrize("number", [0, 1], ids=["between", "before the directory"])
@pytest.mark.parametrize(
    ("flags", "behind"),
    [
        (0, HIDDEN),
        (8, HIDDEN),
        (0, struct.pack("<III", 0, 3, 3)),
        (8, struct.pack("<III", 0, 4, 3)),
        (8, struct.pack("<III", 0, 3, 3) + b"\0"),
        (8, struct.pack("<III", 0, 3, 3) + HIDDEN),
        (8, b"a signature"),
    ],
)
def test_nothing_hides_between_entries(flags: int, behind: bytes, number: int) -> None:
    parts = [Part(b"a.txt", b"xyz", flags=flags), Part(b"b.txt", b"abc", flags=flags)]
    assert media_type_of(assembled(parts)) == ZIP
    assert "something lies between its entries" in refused(assembled(parts, behind=behind, number=number))


@pytest.mark.parametrize(
    ("at", "told"),
    [(8, struct.pack("<H", 8)), (14, b"\1\2\3\4"), (18, struct.pack("<I", 2)), (22, struct.pack("<I", 0))],
    ids=["method", "checksum", "packed", "unpacked"],
)
def test_a_head_that_says_something_else_than_the_directory_is_refused(at: int, told: bytes) -> None:
    plain = assembled([Part(b"a.txt", b"xyz")])
    assert "told in two ways" in refused(plain[:at] + told + plain[at + len(told) :])


def test_a_head_with_a_shorter_name_or_a_password_is_refused() -> None:
    plain = assembled([Part(b"a.exe.txt")])
    assert "two names" in refused(plain[:26] + b"\x05\0" + plain[28:])
    assert "password" in refused(plain[:6] + b"\1\0" + plain[8:])
