"""The sample documents: real OpenDocument texts, always the same, in the form that offices write."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile

import pytest
from lxml import etree

from feeds.samples.documents import OfficialDocument, list_documents, write_document
from store.attachments.documents import check_document, find_reference
from store.attachments.kinds import ODT
from store.errors import NotFound

DOCUMENTS = list_documents()
NAMES = {
    prefix: f"urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"
    for prefix in ("manifest", "office", "style", "table", "text")
}


@pytest.fixture(params=DOCUMENTS, ids=lambda document: document.file)
def document(request: pytest.FixtureRequest) -> OfficialDocument:
    found = request.param
    assert isinstance(found, OfficialDocument)
    return found


def opened(document: OfficialDocument) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(write_document(document.file)))


def test_it_is_taken_in_as_what_it_is(document: OfficialDocument) -> None:
    assert check_document(write_document(document.file), name="x") == ODT
    assert find_reference(document.number) == document.number


def test_the_package_keeps_the_rules(document: OfficialDocument) -> None:
    archive = opened(document)
    assert archive.testzip() is None
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    manifest = etree.fromstring(archive.read("META-INF/manifest.xml"))
    listed = {entry.get(f"{{{NAMES['manifest']}}}full-path") for entry in manifest}
    assert listed == {"/", *archive.namelist()} - {"mimetype", "META-INF/manifest.xml"}
    for part in listed - {"/"}:
        assert etree.fromstring(archive.read(str(part))).get(f"{{{NAMES['office']}}}version") == "1.2"


def test_every_style_that_is_used_is_there(document: OfficialDocument) -> None:
    archive = opened(document)
    roots = [etree.fromstring(archive.read(part)) for part in ("content.xml", "styles.xml")]
    there = {name for root in roots for name in root.xpath("//@style:name", namespaces=NAMES)}
    used = roots[0].xpath("//@text:style-name | //@table:style-name | //@style:parent-style-name", namespaces=NAMES)
    assert set(used) <= there


def test_it_says_all_that_such_a_document_says(document: OfficialDocument) -> None:
    content = etree.fromstring(opened(document).read("content.xml"))
    lines = ["".join(p.itertext()) for p in content.iter(f"{{{NAMES['text']}}}p")]
    day = document.date
    for line in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        f"Số: {document.number}",
        document.kind,
        document.subject,
        document.addressing,
        *(f"- {addressee}" for addressee in document.addressees),
        "Nơi nhận:",
        document.signer,
    ):
        assert lines.count(line) == 1
    (dated,) = [line for line in lines if line.startswith("Vân Sơn, ngày ")]
    assert list(map(int, re.findall(r"[0-9]+", dated))) == [day.day, day.month, day.year]
    assert [line.removeprefix("# ") for line in document.paragraphs] == [
        line for line in lines if line in {told.removeprefix("# ") for told in document.paragraphs}
    ]
    assert document.paragraphs[-1].endswith("./.")
    assert document.recipients[-1].startswith("Lưu: VT")


def test_texts_are_clean(document: OfficialDocument) -> None:
    content = opened(document).read("content.xml").decode()
    assert unicodedata.is_normalized("NFC", content)
    assert "# " not in content
    assert "  " not in content.partition("<office:body>")[2]


def test_the_same_name_gives_the_same_bytes(document: OfficialDocument) -> None:
    assert write_document(document.file) == write_document(document.file)


def test_an_unknown_name_says_what_was_nearly_meant() -> None:
    with pytest.raises(NotFound, match=r"cong-dien-05\.odt"):
        write_document("cong-dien-5.odt")


def test_there_are_documents_of_several_bodies() -> None:
    assert len(DOCUMENTS) == len({document.body for document in DOCUMENTS}) == 3
