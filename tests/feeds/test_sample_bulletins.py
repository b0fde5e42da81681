"""Every sample bulletin, read from all three formats by independent parsers, is the same bulletin."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from feeds import channels
from feeds.addresses import SelectionPath
from feeds.channels import Resolved
from feeds.documents.model import Entry, Format
from feeds.documents.rendering import render
from feeds.samples.seeding import iter_manuscripts, seed
from feeds.settings import Settings
from store import catalogue, schema, taxonomy
from store.attachments.disk import DiskStorage
from store.database import Database
from store.types import Selection
from tests.support import nodefeeds
from tests.support.entries import entries_of
from tests.support.meant import check_files
from tests.support.parsed import ParsedFeed, Reader
from tests.support.parsers import NODE_READERS, PYTHON_READERS
from tests.support.requirements import lacks
from tests.support.stores import Clock

_FILE_ADDRESS = re.compile(r"https://bantin\.example/files/[^\s\"]+")
SETTINGS = Settings(base_url="https://bantin.example", site_name="Bản tin tỉnh Vân Sơn", entries=500)


def pairs(readers: Iterable[Reader]) -> list[object]:
    """Each reader with each format that it reads."""
    return [pytest.param(r, format, id=f"{r.name}-{format}") for r in readers for format in r.formats]


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("samples")
    database = Database(f"sqlite:///{folder / 'bantin.sqlite'}", clock=Clock())
    schema.upgrade(database)
    seed(database, DiskStorage(folder / "files"))
    return database


@pytest.fixture(scope="module")
def entries(sample_store: Database) -> tuple[Entry, ...]:
    with sample_store.snapshot() as session:
        window = catalogue.window(session, Selection(), limit=SETTINGS.entries)
        return entries_of(session, window, SETTINGS)


@pytest.fixture(scope="module")
def documents(sample_store: Database, entries: tuple[Entry, ...]) -> dict[str, bytes]:
    with sample_store.snapshot() as session:
        window = catalogue.window(session, Selection(), limit=SETTINGS.entries)
        channel = channels.channel_of(session, Resolved(Selection(), SelectionPath()), window, SETTINGS)
    return {format.value: render(format, channel, entries) for format in Format}


def test_there_is_enough_to_look_at(sample_store: Database, entries: tuple[Entry, ...]) -> None:
    assert len(entries) == len(list(iter_manuscripts())) >= 30
    assert sum(bool(entry.photos) for entry in entries) >= 10
    with sample_store.snapshot() as session:
        counts = catalogue.count_placed(session)
        used = [counts.get(f"c{i}", 0) for i in taxonomy.categories_by_id(session)]
        bodies = [counts.get(f"p{i}", 0) for i in taxonomy.organisations_by_id(session)]
    assert sum(count > 0 for count in used) >= 6
    assert sum(count > 0 for count in bodies) >= 8


@pytest.mark.parametrize(("reader", "format"), pairs(PYTHON_READERS))
def test_python_parsers_agree(
    reader: Reader, format: str, documents: dict[str, bytes], entries: tuple[Entry, ...]
) -> None:
    _compare(reader, format, reader.read, documents[format], entries)


@pytest.mark.parametrize(("reader", "format"), pairs(NODE_READERS))
def test_node_parsers_agree(
    reader: Reader, format: str, documents: dict[str, bytes], entries: tuple[Entry, ...]
) -> None:
    missing = nodefeeds.available()
    if missing:
        lacks("node", missing)
    _compare(reader, format, reader.read, documents[format], entries)


def _compare(
    reader: Reader,
    format: str,
    read: Callable[[bytes], ParsedFeed],
    document: bytes,
    entries: tuple[Entry, ...],
) -> None:
    parsed = read(document)
    assert parsed.ids == tuple(entry.id for entry in entries)
    assert parsed.links == tuple(entry.url for entry in entries)
    assert parsed.instants == tuple(entry.published for entry in entries)
    guesses = not reader.is_exact(format)
    for seen, entry in zip(parsed.entries, entries, strict=True):
        if not guesses or not set(entry.title) & set("<>&"):
            assert seen.title == entry.title
        if not guesses or not set(entry.summary) & set("<>&"):
            assert seen.summary == entry.summary
        if seen.authors is not None:
            # Some parsers hand on the first author alone.
            assert seen.authors
            assert seen.authors == tuple(author.name for author in entry.authors)[: len(seen.authors)]
        if seen.categories is not None:
            assert set(seen.categories) == {term.label for term in entry.terms}
        check_files(entry, seen, f"{entry.id} in {reader.name}")


def test_every_address_has_its_file(entries: tuple[Entry, ...], sample_store: Database) -> None:
    files = DiskStorage(Path(sample_store.url.database or "").parent / "files")
    announced = [file for entry in entries for file in (*entry.photos, *entry.documents)]
    assert {file.media_type.partition("/")[0] for file in announced} == {"image", "application"}
    for file in announced:
        assert len(files.get(_digest(file.url))) == file.size_bytes
    named = {address for entry in entries for address in _FILE_ADDRESS.findall(entry.content_html)}
    named |= {photo.thumbnail.url for entry in entries for photo in entry.photos if photo.thumbnail}
    assert len(named) > len(announced)
    for address in named:
        assert files.path(_digest(address)).is_file()


def _digest(address: str) -> str:
    return address.rpartition("/")[2].partition(".")[0]
