"""A restored store serves the documents of the store that was backed up, at that edition, equal to the byte."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from feeds.addresses import FeedPath, SelectionPath
from feeds.app import create_app
from feeds.documents.model import Format
from feeds.samples.seeding import seed
from feeds.settings import Settings
from store import bulletins, catalogue, changes, publication, schema, taxonomy
from store.attachments.disk import DiskStorage
from store.backups.places import Destination
from store.backups.restoring import restore
from store.backups.writing import Backup, write_backup
from store.database import Database, sqlite_url
from store.models import METADATA
from store.names import KIND_OF_CRITERION, Kind
from store.types import Selection, Status
from tests.support import stores
from tests.support.requirements import lacks
from tests.support.samples import draft

PAUSE_SECONDS = 0.05
ENTRIES = 5
Documents = dict[str, tuple[int, str | None, bytes]]


@contextmanager
def new_database(kind: str, folder: Path, clock: stores.Clock) -> Iterator[Database]:
    """Give a database without a store."""
    if kind == "postgres" and stores.postgres_missing():
        lacks("postgres", str(stores.postgres_missing()))
    url = sqlite_url(folder / "bantin.sqlite") if kind == "sqlite" else stores.empty_postgres_url()
    database = Database(url, clock=clock)
    try:
        yield database
    finally:
        database.dispose()
        if kind == "postgres":
            stores.drop_postgres(str(url))


def channels(database: Database) -> list[SelectionPath]:
    """List every selection that anything is, or was, published under."""
    with database.snapshot() as session:
        keys = set()
        for table in ("placement", "tombstone"):
            column = METADATA.tables[table].c.selection_key
            keys.update(session.execute(column.table.select().with_only_columns(column).distinct()).scalars())
        slugs = {
            Kind.CATEGORY: {i: entity.slug for i, entity in taxonomy.categories_by_id(session).items()},
            Kind.ORGANISATION: {i: entity.slug for i, entity in taxonomy.organisations_by_id(session).items()},
            Kind.AUTHOR: {i: entity.slug for i, entity in taxonomy.authors_by_id(session).items()},
        }
    found = []
    for key in sorted(keys):
        selection = Selection.from_key(key)
        ids = {criterion: getattr(selection, criterion) for criterion in KIND_OF_CRITERION}
        found.append(SelectionPath(tuple((c, slugs[KIND_OF_CRITERION[c]][i]) for c, i in ids.items() if i is not None)))
    return found


class Reader:
    """Asks a store for its documents, as many readers would."""

    def __init__(self, database: Database, folder: Path, *, entries: int) -> None:
        settings = Settings(data=folder, base_url="https://bantin.example", entries=entries)
        self.client = create_app(settings, database=database).test_client()

    def read(self, addresses: list[str]) -> Documents:
        answers = {address: self.client.get(address) for address in addresses}
        return {address: (got.status_code, got.headers.get("ETag"), got.data) for address, got in answers.items()}


def feed_addresses(paths: list[SelectionPath]) -> list[str]:
    return [f"/feeds/{FeedPath(path, document_format).text}" for path in paths for document_format in Format]


def live(database: Database, clock: stores.Clock) -> None:
    """Let a few bulletins go on living: one leaves its category, one is withdrawn, one corrected."""
    clock.move(minutes=5)
    with database.transaction(actor="editor") as session:
        found = list(catalogue.iter_bulletins(session, status=Status.PUBLISHED))[:3]
        names = [category.name for category in taxonomy.categories_by_id(session).values()]
        moved, withdrawn, edited = (bulletin.number for bulletin in found)
        for number, title in ((moved, "Chuyển sang mục khác"), (edited, "Đã sửa")):
            kept = catalogue.get_bulletin(session, number)
            other = next(name for name in names if name not in {category.name for category in kept.categories})
            said = draft(title=title, categories=(other,), published=kept.published, attachments=(), body="<p>Mới.</p>")
            bulletins.revise(session, number, said, significant=number == edited)
        publication.withdraw(session, withdrawn, reason="Đăng nhầm")


@dataclass(frozen=True)
class Seeded:
    """The backup of a store that has lived, and what its readers saw of every channel."""

    backup: Backup
    storage: DiskStorage
    paths: list[SelectionPath]
    seen: Documents


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Seeded:
    folder = tmp_path_factory.mktemp("seeded")
    clock = stores.Clock()
    with new_database("sqlite", folder, clock) as database:
        schema.upgrade(database)
        storage = DiskStorage(folder / "files")
        seed(database, storage)
        live(database, clock)
        paths = channels(database)
        seen = Reader(database, folder, entries=ENTRIES).read(feed_addresses(paths))
        return Seeded(write_backup(database, storage, Destination(folder)), storage, paths, seen)


def assert_same(restored: Database, folder: Path, seeded: Seeded) -> None:
    assert channels(restored) == seeded.paths
    after = Reader(restored, folder, entries=ENTRIES).read(feed_addresses(seeded.paths))
    for address, answer in seeded.seen.items():
        assert after[address] == answer, address


def test_every_document_is_the_same_after_a_restore(seeded: Seeded, tmp_path: Path, clock: stores.Clock) -> None:
    assert len(seeded.seen) > 100
    assert {status for status, _, _ in seeded.seen.values()} == {200}
    clock.move(days=1)
    with new_database("sqlite", tmp_path, clock) as restored:
        storage = DiskStorage(tmp_path / "files")
        restore(restored, storage, seeded.backup.path)
        assert_same(restored, tmp_path, seeded)
    for digest in seeded.backup.manifest.files:
        assert storage.get(digest) == seeded.storage.get(digest)


def test_every_document_is_the_same_on_the_way_to_a_server_and_back(
    seeded: Seeded, tmp_path: Path, clock: stores.Clock
) -> None:
    clock.move(days=1)
    server_folder, folder = tmp_path / "server", tmp_path / "back"
    with new_database("postgres", server_folder, clock) as server, new_database("sqlite", folder, clock) as back:
        restore(server, DiskStorage(server_folder / "files"), seeded.backup.path)
        assert_same(server, server_folder, seeded)
        made = write_backup(server, DiskStorage(server_folder / "files"), Destination(tmp_path))
        restore(back, DiskStorage(folder / "files"), made.path)
        assert_same(back, folder, seeded)


class Newsroom(threading.Thread):
    """Publishes a bulletin every 50 ms, and keeps what readers saw right after each."""

    def __init__(self, database: Database, clock: stores.Clock, reader: Reader, addresses: list[str]) -> None:
        super().__init__()
        self.database, self.clock, self.reader, self.addresses = database, clock, reader, addresses
        self.seen: dict[int, Documents] = {}
        self.stopped = threading.Event()
        self.failure: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                begun = time.monotonic()
                self.publish_one()
                time.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - begun)))
        except BaseException as failure:
            self.failure = failure

    def publish_one(self) -> None:
        self.clock.move(seconds=1)
        with self.database.transaction(actor="newsroom") as session:
            number = bulletins.draft(
                session,
                draft(
                    title=f"Tin giờ chót {len(self.seen)}",
                    categories=("Văn hóa – Xã hội",),
                    attachments=(),
                    body="<p>Tin.</p>",
                ),
            )
            publication.publish(session, number, publisher_required=False)
            edition = changes.current_edition(session)
        self.seen[edition] = self.reader.read(self.addresses)


@pytest.mark.parametrize(("kind", "to"), [("sqlite", "postgres"), ("postgres", "sqlite")])
def test_backups_under_load_are_the_store_at_one_edition(
    kind: str, to: str, seeded: Seeded, tmp_path: Path, clock: stores.Clock
) -> None:
    clock.move(days=1)
    with new_database(kind, tmp_path / "old", clock) as old:
        storage = DiskStorage(tmp_path / "old" / "files")
        restore(old, storage, seeded.backup.path)
        with old.snapshot() as session:
            [slug] = [c.slug for c in taxonomy.categories_by_id(session).values() if c.name == "Văn hóa – Xã hội"]
        addresses = feed_addresses([SelectionPath(), SelectionPath((("category", slug),))])
        newsroom = Newsroom(old, clock, Reader(old, tmp_path / "old", entries=2), addresses)
        newsroom.start()
        made: list[Backup] = []
        try:
            while len(made) < 4 and newsroom.failure is None:
                count = len(newsroom.seen)
                while len(newsroom.seen) < count + 3 and newsroom.is_alive():
                    time.sleep(0.01)
                made.append(write_backup(old, storage, Destination(tmp_path / "backups")))
        finally:
            newsroom.stopped.set()
            newsroom.join()
        assert newsroom.failure is None
        assert len({backup.manifest.edition for backup in made}) == 4
        assert len(newsroom.seen) > 8
        for backup in (made[0], made[-1]):
            with new_database(to, tmp_path / backup.path.stem, clock) as new:
                restore(new, DiskStorage(tmp_path / backup.path.stem / "files"), backup.path)
                assert_beginning(new, old, backup.manifest.edition)
                seen = Reader(new, tmp_path / backup.path.stem, entries=2).read(addresses)
                assert seen == newsroom.seen[backup.manifest.edition]


def assert_beginning(restored: Database, store: Database, edition: int) -> None:
    """The restored bulletins are those that had arrived by the edition, as they are; nothing else changes them."""
    with restored.snapshot() as session:
        assert changes.current_edition(session) == changes.count(session) == edition
        found = {bulletin.number: bulletin for bulletin in catalogue.iter_bulletins(session)}
        log = list(changes.iter_since(session, 0))
    with store.snapshot() as session:
        assert log == [change for change in changes.iter_since(session, 0) if change.edition <= edition]
        last = max(bulletin.arrival or 0 for bulletin in found.values())
        assert found == {
            bulletin.number: bulletin
            for bulletin in catalogue.iter_bulletins(session)
            if bulletin.arrival is not None and bulletin.arrival <= last
        }
