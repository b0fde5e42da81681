"""Golden documents are what the renderers write, and independent parsers read them as they were meant."""

from __future__ import annotations

import json
from xml.parsers import expat

import pytest
from lxml import etree

from feeds.documents import RENDERER_VERSION
from feeds.documents.model import Entry, Format
from tests.feeds.documents import golden
from tests.feeds.documents.cases import CASES
from tests.support import nodefeeds
from tests.support.parsed import ParsedEnclosure, ParsedEntry, ParsedFeed, Reader, canonical_html
from tests.support.parsers import NODE_READERS, PYTHON_READERS, from_node

EVERY = [pytest.param(case, format, id=f"{case}.{format.value}") for case in CASES for format in Format]
XML = [parameter for parameter in EVERY if parameter.values[1] is not Format.JSON]


@pytest.mark.parametrize(("case", "format"), EVERY)
def test_rendering_equals_the_golden_document(case: str, format: Format) -> None:
    assert golden.rendered(case, format).decode() == golden.path_of(case, format).read_bytes().decode()


def test_golden_documents_change_only_with_the_renderer_version() -> None:
    assert golden.recorded() == (RENDERER_VERSION, golden.digests())


def test_updating_refuses_changed_bytes_under_the_recorded_version(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path_factory.mktemp("golden")
    monkeypatch.setattr(golden, "FOLDER", folder)
    monkeypatch.setattr(golden, "RECORD", folder / "record.txt")
    golden.update()
    before = {file: file.read_bytes() for file in folder.iterdir()}
    monkeypatch.setattr(golden, "rendered", lambda case, format: b"other\n")
    with pytest.raises(golden.VersionUnchangedError, match=r"no-photo\.rss"):
        golden.update()
    assert {file: file.read_bytes() for file in folder.iterdir()} == before
    monkeypatch.setattr(golden, "RENDERER_VERSION", RENDERER_VERSION + 1)
    golden.update()
    assert (folder / "no-photo.rss").read_bytes() == b"other\n"


@pytest.mark.parametrize(("case", "format"), EVERY)
def test_document_is_utf8_without_bom_and_ends_with_a_newline(case: str, format: Format) -> None:
    document = golden.rendered(case, format)
    document.decode("utf-8", "strict")
    assert document[:1] in b"<{"
    assert document.endswith(b"\n")


@pytest.mark.parametrize(("case", "format"), XML)
def test_document_is_well_formed_under_expat_and_libxml(case: str, format: Format) -> None:
    document = golden.rendered(case, format)
    assert document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n")
    expat.ParserCreate().Parse(document, True)
    etree.fromstring(document, etree.XMLParser(recover=False, resolve_entities=False))


@pytest.mark.parametrize(("case", "format"), XML)
def test_namespaces_are_declared_once_on_the_root(case: str, format: Format) -> None:
    document = golden.rendered(case, format)
    head, _, rest = document.partition(b">\n  <")
    assert head.count(b"xmlns") == (5 if format is Format.RSS else 4)
    assert b"xmlns" not in rest


@pytest.mark.parametrize(("case", "format"), EVERY)
def test_python_parsers_read_what_was_meant(case: str, format: Format) -> None:
    document = golden.path_of(case, format).read_bytes()
    for reader in PYTHON_READERS:
        if format.value in reader.formats:
            check(reader, format, reader.read(document), case)


@pytest.mark.usefixtures("node_parsers")
@pytest.mark.parametrize(
    ("reader", "format"),
    [
        pytest.param(reader, Format(format), id=f"{reader.name}-{format}")
        for reader in NODE_READERS
        for format in reader.formats
    ],
)
def test_node_parsers_read_what_was_meant(reader: Reader, format: Format) -> None:
    documents = [golden.path_of(case, format).read_bytes() for case in CASES]
    for case, answer in zip(CASES, nodefeeds.read_all(documents, reader.name), strict=True):
        check(reader, format, from_node(answer), case)


@pytest.mark.usefixtures("node_parsers")
@pytest.mark.parametrize("format", [Format.RSS, Format.ATOM])
def test_captions_credits_and_publisher_reach_a_parser_of_namespaces(format: Format) -> None:
    documents = [golden.path_of(case, format).read_bytes() for case in CASES]
    for meant, answer in zip(CASES.values(), nodefeeds.read_all(documents, "feedsmith"), strict=True):
        for entry, read in zip(meant.entries, answer["entries"], strict=True):
            assert read["publisher"] == (entry.publisher.name if entry.publisher else None)
            assert read["photos"] == [
                {"url": photo.url, "caption": photo.caption, "credit": photo.credit} for photo in entry.photos
            ]


def check(reader: Reader, format: Format, feed: ParsedFeed, case: str) -> None:
    """Assert that a reading holds everything which the reader hands on at all."""
    meant = CASES[case]
    what = f"{case}.{format.value} in {reader.name}"
    if reader.is_exact(format.value):
        assert feed.title == meant.channel.title, what
    assert feed.link == meant.channel.html_url, what
    assert feed.language in (None, meant.channel.language), what
    assert feed.ids == tuple(entry.id for entry in meant.entries), what
    for entry, read in zip(meant.entries, feed.entries, strict=True):
        check_texts(entry, read, reader, format, f"{entry.id} of {what}")
        check_addresses_and_dates(entry, read, format, f"{entry.id} of {what}")


def check_texts(entry: Entry, read: ParsedEntry, reader: Reader, format: Format, what: str) -> None:
    if reader.is_exact(format.value):
        assert read.title == entry.title, what
        if entry.summary or not reader.fills_gaps:
            assert read.summary == entry.summary, what
        if entry.authors or not reader.fills_gaps:
            assert read.authors in (None, tuple(author.name for author in entry.authors)), what
    if entry.content_html or not reader.fills_gaps:
        # feedparser writes the HTML anew, its attributes in another order.
        assert canonical_html(read.content) == canonical_html(entry.content_html), what
    assert read.categories in (None, tuple(term.label for term in entry.terms)), what


def check_addresses_and_dates(entry: Entry, read: ParsedEntry, format: Format, what: str) -> None:
    assert read.link == entry.url, what
    assert read.published == entry.published, what
    assert read.updated in (None, entry.updated), what
    photos = entry.photos[:1] if format is Format.RSS else entry.photos
    enclosures = tuple(ParsedEnclosure(photo.url, photo.media_type, photo.size_bytes) for photo in photos)
    assert read.enclosures in (None, enclosures), what


def test_json_documents_are_indented_and_keep_their_letters() -> None:
    document = golden.rendered("no-photo", Format.JSON).decode()
    assert "Nông nghiệp – Nông thôn" in document
    assert json.loads(document)["version"] == "https://jsonfeed.org/version/1.1"
