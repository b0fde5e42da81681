"""Documents of kept fragments are those of fresh ones; only what lacks is read; one bad bulletin breaks nothing."""

from __future__ import annotations

import json
import logging
from collections.abc import Collection

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from feeds import composition
from feeds.addresses import SelectionPath
from feeds.app import create_app
from feeds.channels import find_selection, prepare
from feeds.documents.model import Format
from feeds.fragment_cache import FragmentCache
from feeds.settings import Settings
from store import attaching, bulletins, catalogue, files, publication, sources
from store.database import Database
from store.importers.ingest import Incoming, Outcome, ingest
from store.models import DbBulletin
from store.types import Attachment, Bulletin, StoredFile
from tests.support.samples import draft
from tests.support.stores import Clock

SETTINGS = Settings(base_url="https://bantin.example", site_name="Bản tin Vân Sơn")
ROOM = 10_000_000


def publish(database: Database, clock: Clock, title: str) -> int:
    clock.move(minutes=1)
    with database.transaction() as session:
        number = bulletins.draft(session, draft(title=title, attachments=(), body="<p>Nội dung.</p>"))
        publication.publish(session, number, publisher_required=False)
    return number


def document(database: Database, format: Format, cache: FragmentCache | None = None) -> bytes:
    with database.snapshot() as session:
        resolved = find_selection(session, SelectionPath())
        assert resolved is not None
        return prepare(session, resolved, SETTINGS).render(session, format, SETTINGS, cache).document


def titles(document: bytes) -> list[str]:
    return [item["title"] for item in json.loads(document)["items"]]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The numbers of every reading of bulletins, as they come."""
    asked: list[list[int]] = []
    original = catalogue.bulletins

    def bulletins_counted(session: Session, numbers: Collection[int]) -> dict[int, Bulletin]:
        asked.append(list(numbers))
        return original(session, numbers)

    monkeypatch.setattr(composition.catalogue, "bulletins", bulletins_counted)
    return asked


@pytest.mark.parametrize("format", Format)
def test_only_what_lacks_is_read_and_the_bytes_are_the_same(
    database: Database, clock: Clock, format: Format, reads: list[list[int]]
) -> None:
    numbers = [publish(database, clock, f"Tin {n}") for n in range(3)]
    cache = FragmentCache(ROOM)
    reads.clear()
    first = document(database, format, cache)
    assert document(database, format, cache) == first
    assert reads == [numbers[::-1]]
    fourth = publish(database, clock, "Tin mới")
    clock.move(minutes=1)
    with database.transaction() as session:
        assert bulletins.revise(session, numbers[1], draft(title="Tin sửa", attachments=(), body=""), significant=True)
    reads.clear()
    later = document(database, format, cache)
    assert reads == [[fourth, numbers[1]]]
    assert later == document(database, format) != first


def test_a_site_keeps_fragments_unless_told_not_to(
    sqlite_database: Database, clock: Clock, reads: list[list[int]]
) -> None:
    publish(sqlite_database, clock, "Tin")
    for room_mb, times in ((1, 1), (0, 3)):
        reads.clear()
        client = create_app(
            Settings(base_url="http://localhost", fragments_mb=room_mb), database=sqlite_database
        ).test_client()
        bodies = {client.get("/feeds/all.atom").data for _ in range(3)}
        assert (len(bodies), len(reads)) == (1, times)


@pytest.mark.parametrize("format", Format)
def test_one_bad_bulletin_is_left_out_and_comes_back_once_it_is_mended(
    database: Database, clock: Clock, format: Format, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = [publish(database, clock, f"Tin {n}") for n in range(3)]
    good = document(database, format)
    cache = FragmentCache(ROOM)
    for spoil, mend in (
        ("UPDATE bulletin SET published_precision = NULL", "UPDATE bulletin SET published_precision = 'day'"),
        ("UPDATE bulletin SET published_precision = 'x'", "UPDATE bulletin SET published_precision = 'day'"),
    ):
        if not altered(database, spoil, numbers[1]):
            # The database itself refuses such a row.
            continue
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            without = document(database, format, cache)
        assert f"bulletin {numbers[1]} cannot be" in caplog.text
        assert without != good
        assert without.count(b"Tin 0") == good.count(b"Tin 0")
        assert altered(database, mend, numbers[1])
        assert document(database, format, cache) == good


@pytest.mark.parametrize("format", Format)
def test_the_same_version_in_another_past_is_another_one(database: Database, clock: Clock, format: Format) -> None:
    number = publish(database, clock, "Tin")
    cache = FragmentCache(ROOM)
    document(database, format, cache)
    later = clock.move(minutes=1)
    with database.transaction() as session:
        chosen = update(DbBulletin).where(DbBulletin.number == number)
        session.execute(chosen.values(title="Tin trong bản sao lưu", changed_at=later))
    assert document(database, format, cache) == document(database, format)


def altered(database: Database, statement: str, number: int) -> bool:
    """Alter a row behind the store's back; return whether the database lets it happen."""
    try:
        with database.transaction() as session:
            session.execute(text(f"{statement} WHERE number = {number}"))
    except Exception:
        return False
    return True


def test_an_entry_that_no_renderer_takes_is_left_out_alone(
    sqlite_database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    numbers = [publish(sqlite_database, clock, f"Tin {n}") for n in range(3)]
    original = composition.render_fragments

    def choosy(format: Format, channel: object, entries: list[object]) -> list[bytes]:
        if any(entry.title == "Tin 1" for entry in entries):  # type: ignore[attr-defined]
            raise ValueError("All strings must be XML compatible")
        return original(format, channel, entries)  # type: ignore[arg-type]

    monkeypatch.setattr(composition, "render_fragments", choosy)
    assert titles(document(sqlite_database, Format.JSON)) == ["Tin 2", "Tin 0"]
    assert f"bulletin {numbers[1]} cannot be rendered and is left out" in caplog.text


class TestVersions:
    """Whatever alters an entry steps its version: a kept fragment can never be out of date."""

    def test_another_original_page_of_the_same_text(self, database: Database, clock: Clock) -> None:
        def come(key: str, address: str, *, revises: int | None = None) -> tuple[Outcome, int | None]:
            clock.move(minutes=1)
            with database.transaction() as session:
                source = sources.find_or_add(session, "portal", "cong.example")
                said = draft(body="<p>Nội dung.</p>", attachments=())
                incoming = Incoming(external_key=key, content_digest=key * 64, draft=said, address=address)
                found = ingest(session, source, incoming, revises=revises)
            return found.outcome, found.number

        _, number = come("2", "https://cong.example/b.html")
        cache = FragmentCache(ROOM)
        for format in Format:
            assert b"https://cong.example/b.html" in document(database, format, cache)
        assert come("1", "https://cong.example/a.html", revises=number) == (Outcome.REVISED, number)
        for format in Format:
            kept = document(database, format, cache)
            assert kept == document(database, format)
            assert b"https://cong.example/a.html" in kept
        version = self.version(database, number)
        assert come("1", "https://cong.example/a.html", revises=number) == (Outcome.UNCHANGED, number)
        assert self.version(database, number) == version

    def test_a_photo_that_turns_out_to_move(self, database: Database, clock: Clock) -> None:
        still = StoredFile(digest="a" * 64, media_type="image/gif", size_bytes=9, width_px=480, height_px=320)
        first, second = publish(database, clock, "Tin 1"), publish(database, clock, "Tin 2")
        with database.transaction() as session:
            attaching.add_attachment(session, first, Attachment(number=0, caption="Ảnh", file=still))
        before = self.version(database, first)
        with database.transaction() as session:
            moving = StoredFile(
                digest="a" * 64, media_type="image/gif", size_bytes=9, width_px=480, height_px=320, is_animated=True
            )
            attaching.add_attachment(session, second, Attachment(number=0, caption="Ảnh", file=moving))
        assert self.version(database, first) == before + 1
        with database.transaction() as session:
            assert not files.keep_file(session, moving)

    @staticmethod
    def version(database: Database, number: int | None) -> int:
        assert number is not None
        with database.snapshot() as session:
            return catalogue.get_bulletin(session, number).version


def test_time_alone_makes_no_fragment_stale(sqlite_database: Database, clock: Clock) -> None:
    publish(sqlite_database, clock, "Tin")
    cache = FragmentCache(ROOM)
    documents = {format: document(sqlite_database, format, cache) for format in Format}
    clock.move(days=400)
    assert {format: document(sqlite_database, format) for format in Format} == documents
