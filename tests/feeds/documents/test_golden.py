"""Golden documents are what the renderers write, and independent parsers read them as they were meant."""

from __future__ import annotations

import html
import json
from xml.parsers import expat

import feedparser
import pytest
from lxml import etree

from feeds.documents.model import Entry, Format
from feeds.documents.rendering import RENDERER_VERSION
from tests.feeds.documents import golden
from tests.feeds.documents.cases import CASES
from tests.support import nodefeeds
from tests.support.meant import check_files
from tests.support.parsed import ParsedEnclosure, ParsedEntry, ParsedFeed, Reader, agree, canonical_html
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
    channel = CASES[case].channel
    # Those of the head alone stand where it has something to say in them; all that an entry may use always does.
    own = bool(channel.deleted) + channel.history.is_archive
    assert head.count(b"xmlns") == (7 if format is Format.RSS else 6) + own
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
def test_the_publisher_reaches_a_parser_of_namespaces(format: Format) -> None:
    documents = [golden.path_of(case, format).read_bytes() for case in CASES]
    for meant, answer in zip(CASES.values(), nodefeeds.read_all(documents, "feedsmith"), strict=True):
        for entry, read in zip(meant.entries, answer["entries"], strict=True):
            assert read["publisher"] == (entry.publisher.name if entry.publisher else "")


def test_every_format_says_the_same_of_photos_and_documents() -> None:
    """Seen by parsers that guess nothing: no format may hold back what another one tells."""
    for case in CASES:
        rss, atom, json_feed = (
            next(reader for reader in PYTHON_READERS if reader.name == name).read(
                golden.path_of(case, format).read_bytes()
            )
            for name, format in (("lxml", Format.RSS), ("lxml", Format.ATOM), ("json", Format.JSON))
        )
        for one, other, third in zip(rss.entries, atom.entries, json_feed.entries, strict=True):
            assert (one.photos, one.documents) == (other.photos, other.documents), case
            assert third.photos is not None
            assert all(map(agree, third.photos, one.photos or ())), case
            assert (len(third.photos), third.documents) == (len(one.photos or ()), one.documents), case


def test_parsers_that_pile_up_media_lose_none_of_it() -> None:
    entry = feedparser.parse(golden.path_of("photos-and-documents", Format.RSS).read_bytes()).entries[0]
    meant = CASES["photos-and-documents"].entries[0]
    assert [thumbnail["url"] for thumbnail in entry.media_thumbnail] == [
        photo.thumbnail.url for photo in meant.photos if photo.thumbnail
    ]
    assert [credit["content"] for credit in entry.media_credit] == [p.credit for p in meant.photos if p.credit]
    assert entry.title == meant.title


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
        check_files(entry, read, f"{entry.id} of {what}")


def check_texts(entry: Entry, read: ParsedEntry, reader: Reader, format: Format, what: str) -> None:
    if reader.is_exact(format.value):
        assert read.title == entry.title, what
        if entry.summary or not reader.fills_gaps:
            assert read.summary == entry.summary, what
        if entry.authors or not reader.fills_gaps:
            assert read.authors in (None, tuple(author.name for author in entry.authors)), what
    if entry.content_html or not reader.fills_gaps:
        content = html.unescape(entry.content_html) if reader.unescapes_twice else entry.content_html
        # feedparser writes the HTML anew, its attributes in another order.
        assert canonical_html(read.content) == canonical_html(content, without=reader.drops), what
    assert read.categories in (None, tuple(term.label for term in entry.terms)), what


def check_addresses_and_dates(entry: Entry, read: ParsedEntry, format: Format, what: str) -> None:
    assert read.link == entry.url, what
    assert read.published == entry.published, what
    assert read.updated in (None, entry.updated), what
    files = (*entry.photos, *entry.documents)[: 1 if format is Format.RSS else None]
    enclosures = tuple(ParsedEnclosure(file.url, file.media_type, file.size_bytes) for file in files)
    assert read.enclosures in (None, enclosures), what


def test_json_documents_are_indented_and_keep_their_letters() -> None:
    document = golden.rendered("no-photo", Format.JSON).decode()
    assert "Nông nghiệp – Nông thôn" in document
    assert json.loads(document)["version"] == "https://jsonfeed.org/version/1.1"
