"""Which documents are taken in, what refusals say, and what a file's name tells of a document."""

from __future__ import annotations

import contextlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.samples.drawings import draw
from store.attachments.documents import ACCEPTED, MAX_DOCUMENT_BYTES, check_document, default_title, find_reference
from store.attachments.kinds import DOC, DOCUMENT_EXTENSIONS, DOCX, EXTENSIONS, ODT, PDF, SHORT_NAMES, XLS, XLSX, ZIP
from store.errors import DocumentRefused
from tests.support import documents

PAGE = b"<!doctype html><title>x</title><script>alert(1)</script>"
REAL = {
    PDF: documents.pdf(),
    DOC: documents.doc(),
    DOCX: documents.docx(),
    XLS: documents.xls(),
    XLSX: documents.xlsx(),
    ODT: documents.odt(),
    ZIP: documents.archive({"Biểu mẫu/mau-01.pdf": documents.pdf(), "doc-me.txt": "Kính gửi"}),
}


def refused(content: bytes, name: str = "ke-hoach.pdf") -> DocumentRefused:
    with pytest.raises(DocumentRefused) as refusal:
        check_document(content, name=name)
    return refusal.value


def test_every_kind_is_taken_and_has_extension_and_name() -> None:
    assert set(REAL) == set(DOCUMENT_EXTENSIONS)
    assert set(SHORT_NAMES) == set(EXTENSIONS)
    for media_type, content in REAL.items():
        assert check_document(content, name="x") == media_type


@pytest.mark.parametrize("name", ["x.exe", "", "anh.jpg", "../../etc/passwd", "Ke\u0302\u0301 hoa\u0323ch.pdf"])
def test_the_name_decides_nothing(name: str) -> None:
    assert check_document(documents.docx(), name=name) == DOCX


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG drawing"),
        (PAGE, "HTML page"),
        ("\ufeff<html>".encode("utf-16"), "HTML page"),
        (b"MZ\x90\0" + bytes(100), "Windows program"),
        (b"\x7fELF" + bytes(100), "Linux program"),
        (b"#!/bin/sh\nrm -rf /\n", "shell script"),
        (b"{\\rtf1 Ke hoach}", "RTF"),
        (b"Rar!\x1a\x07\x00" + bytes(100), "RAR archive"),
        ("Kế hoạch số 12".encode(), "plain text"),
        (PAGE + documents.pdf(), "HTML page"),
        (b"\n" + documents.pdf(), "something in front"),
        (PAGE + documents.docx(), "HTML page"),
        (b"PK\x05\x06" + bytes(18), "empty ZIP archive"),
    ],
)
def test_other_files_are_refused_by_what_they_are(content: bytes, words: str) -> None:
    assert words in str(refused(content))


def test_a_photo_is_no_document() -> None:
    assert "JPEG photo" in str(refused(draw("cho-phien.jpg", width_px=64, height_px=64)))


def test_a_refusal_says_what_is_accepted_in_both_languages() -> None:
    refusal = refused(PAGE, "trang\x1b[31m.pdf")
    assert refusal.field == "document"
    assert refusal.accepted == ACCEPTED
    assert "\x1b" not in str(refusal) + refusal.vietnamese
    assert "không được nhận" in refusal.vietnamese
    assert all(name in ACCEPTED for name in map(SHORT_NAMES.__getitem__, DOCUMENT_EXTENSIONS))


def test_too_many_bytes() -> None:
    assert "52,428,801 bytes" in str(refused(documents.pdf().ljust(MAX_DOCUMENT_BYTES + 1, b"\n")))


@pytest.mark.parametrize(
    "after", [b"", b"\n", b"\r\n", b"\0" * 5000, b"\n<html><script>alert(1)</script>", b" \t\r\n" * 900]
)
def test_a_pdf_may_end_loosely(after: bytes) -> None:
    assert check_document(documents.pdf(after=after), name="x") == PDF


def test_a_pdf_with_a_page_inside_is_a_pdf() -> None:
    assert check_document(documents.pdf(PAGE.decode()), name="x") == PDF


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (documents.pdf()[:-6], "is cut short"),
        (b"%PDF-1.4\n", "is cut short"),
        (documents.pdf(after=PAGE * 50), "is cut short"),
        (documents.pdf(after=bytes(100_000)), "is cut short"),
        (documents.pdf().replace(b"%PDF-1.4", b"%PDF-9.4"), "no version of PDF"),
    ],
)
def test_pdf_that_is_none(content: bytes, words: str) -> None:
    assert words in str(refused(content))


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_comes_is_taken_or_refused(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from(sorted(REAL.values()))))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + 1] = data.draw(st.binary(min_size=0, max_size=6))
    end = data.draw(st.integers(0, len(content)))
    with contextlib.suppress(DocumentRefused):
        assert check_document(bytes(content[:end]), name="x") in DOCUMENT_EXTENSIONS


@pytest.mark.parametrize("media_type", sorted(set(REAL) - {PDF}))
def test_a_file_cut_anywhere_is_refused(media_type: str) -> None:
    whole = REAL[media_type]
    for kept in range(0, len(whole) - 512 if media_type in (DOC, XLS) else len(whole), 97):
        refused(whole[:kept])


@pytest.mark.parametrize("start", [b"%PDF-1.7\n", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"%%EOF", b"PK\x05\x06", b"PK\x01\x02", b" "])
def test_large_rubbish_is_refused_quickly(start: bytes, filling: bytes) -> None:
    content = (start + filling * (MAX_DOCUMENT_BYTES // len(filling)))[: MAX_DOCUMENT_BYTES - 1]
    if (start[:1], filling) == (b"%", b"%%EOF"):
        assert check_document(content, name="x") == PDF
    else:
        refused(content)


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Kế hoạch.pdf", "Kế hoạch"),
        (unicodedata.normalize("NFD", "Kế hoạch tiếp dân.docx"), "Kế hoạch tiếp dân"),
        ("C:\\Văn thư\\Đề án\\Báo_cáo_quý_3.XLSX", "Báo cáo quý 3"),
        ("/home/lan/../lan/Báo cáo.signed.pdf", "Báo cáo"),
        ("Thông báo số 1.234", "Thông báo số 1.234"),
        ("bao-cao v1.2.odt", "bao-cao v1.2"),
        ("1234_QĐ-UBND.pdf", ""),
        ("1234_QĐ-UBND_Phê_duyệt_kế_hoạch.pdf", "Phê duyệt kế hoạch"),
        ("Quyết định 1234_QĐ-UBND - phê duyệt.pdf", "Quyết định - phê duyệt"),
        ("45_KH-SGDDT.pdf", "45 KH-SGDDT"),
        ("  Danh   sách\t.zip", "Danh sách"),
        (".pdf", ""),
        ("___.pdf", ""),
        ("", ""),
        ("thư mục/", ""),
        ("a\udcff.pdf", ""),
        ("Kh\u00f6i thi \u00aeua \u00aei h\u00e4c.doc", ""),
        ("x" * 5000 + ".pdf", "x" * 1000),
    ],
)
def test_default_title(name: str, title: str) -> None:
    assert default_title(name) == title


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("1234/QĐ-UBND", "1234/QĐ-UBND"),
        ("1234/QĐ-UBND ngày 5/11/2026", "1234/QĐ-UBND"),
        ("Số 12/2026/NQ-HĐND", "12/2026/NQ-HĐND"),
        ("Số: 07 /TTr-SNV", "07/TTr-SNV"),
        ("45-KH/TU", "45-KH/TU"),
        ("12-NQ/TƯ", "12-NQ/TƯ"),
        ("Quyết định số 1234/QĐ-UBND về việc", "1234/QĐ-UBND"),
        ("CÔNG VĂN 567/UBND-KGVX", "567/UBND-KGVX"),
        ("15/2026/TT-BGDĐT (bản dự thảo)", "15/2026/TT-BGDĐT"),
        ("31/2024/QH15", "31/2024/QH15"),
        ("01/CĐ-TTg, ngày 3/9", "01/CĐ-TTg"),
        ("182/TB-SGDĐT.", "182/TB-SGDĐT"),
        ("61/TB-BTCD", "61/TB-BTCD"),
        ("1234/QD-UBND", "1234/QĐ-UBND"),
        ("1234/Q\u00d0-UBND", "1234/QĐ-UBND"),
        (unicodedata.normalize("NFD", "Nghị quyết 12/2026/NQ-HĐND"), "12/2026/NQ-HĐND"),
        ("1234_QD-UBND.pdf", "1234/QĐ-UBND"),
        ("1234_QĐ-UBND.signed.PDF", "1234/QĐ-UBND"),
        ("12_2026_NQ-HDND_thông qua.doc", "12/2026/NQ-HĐND"),
        ("45-KH_TU.pdf", "45-KH/TU"),
        ("56_TB-SNV.docx", "56/TB-SNV"),
        ("61_CĐ-BTCD.pdf", "61/CĐ-BTCD"),
        ("45_KH-SGDDT.pdf", ""),
        ("45_HD-SNV.pdf", ""),
        ("1234-QĐ-UBND.pdf", ""),
        ("Kế hoạch thực hiện Quyết định số 12/QĐ-UBND", ""),
        ("Báo cáo quý 3/2026", ""),
        ("12/2026", ""),
        ("24/7", ""),
        ("5/11/2026", ""),
        ("2026/KH", ""),
        ("12/5A-Đường Bờ Sông", ""),
        ("12/HN-HCM", ""),
        ("1234/QĐ-UBND-2026/x", ""),
        ("123456789/QĐ-UBND", ""),
        ("ke-hoach.pdf", ""),
        ("", ""),
    ],
)
def test_find_reference(text: str, reference: str) -> None:
    assert find_reference(text) == reference


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_any_name_tells_something_or_nothing(name: str) -> None:
    for told in (default_title(name), find_reference(name)):
        assert told == " ".join(told.split())
        assert unicodedata.is_normalized("NFC", told)


def test_names_made_to_be_slow() -> None:
    for piece in ("\u0301\u0323", "1_", "A-", "số ", "_", " ", "1/2026/", "."):
        default_title(piece * 200_000)
        find_reference("1/QĐ-" + piece * 200_000)
