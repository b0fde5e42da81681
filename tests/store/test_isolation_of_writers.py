"""Writers take their turn, readers see one state: however many do both at once, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from store import bulletins, catalogue, changes, publication, rebuild
from store.database import Database
from store.errors import NotPublishable
from store.models import DbBulletin
from store.types import Selection, Status
from tests.support.samples import draft, minute
from tests.support.stores import Clock

PATIENCE_SECONDS = 60


def drafts(database: Database, count: int) -> list[int]:
    with database.transaction() as session:
        return [
            bulletins.draft(session, draft(title=f"Bản tin {index}", published=minute(2026, 11, 19, 8, 0)))
            for index in range(count)
        ]


class Together:
    """Threads that start at once; what one of them raises is raised where they are waited for."""

    def __init__(self) -> None:
        self.failures: list[BaseException] = []
        self.threads: list[threading.Thread] = []

    def start(self, act: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                act()
            except BaseException as failure:
                self.failures.append(failure)

        self.threads.append(threading.Thread(target=guarded, daemon=True))
        self.threads[-1].start()

    def wait(self) -> None:
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()
        if self.failures:
            raise self.failures[0]


def shown(database: Database) -> list[int]:
    with database.snapshot() as session:
        return [entry.number for entry in catalogue.window(session, Selection(), limit=100).entries]


def test_two_that_publish_at_once_give_every_number_once(database: Database) -> None:
    numbers = drafts(database, 12)
    start = threading.Barrier(2)
    crew = Together()

    def publish(mine: list[int]) -> None:
        start.wait(PATIENCE_SECONDS)
        for number in mine:
            with database.transaction() as session:
                publication.publish(session, number, publisher_required=False)

    crew.start(lambda: publish(numbers[::2]))
    crew.start(lambda: publish(numbers[1::2]))
    crew.wait()
    with database.snapshot() as session:
        found = select(DbBulletin.number, DbBulletin.arrival, DbBulletin.edition, DbBulletin.position)
        rows = session.execute(found.order_by(DbBulletin.arrival)).all()
        assert [change.edition for change in changes.iter_since(session, 0)] == list(range(1, 13))
    assert [row.arrival for row in rows] == list(range(1, 13))
    assert [row.edition for row in rows] == list(range(1, 13))
    assert len({row.position for row in rows}) == 12
    assert shown(database) == [row.number for row in rows][::-1]


def test_one_bulletin_is_published_by_one_of_two(database: Database) -> None:
    (number,) = drafts(database, 1)
    start, outcomes, crew = threading.Barrier(2), [], Together()

    def publish() -> None:
        start.wait(PATIENCE_SECONDS)
        try:
            with database.transaction() as session:
                publication.publish(session, number, publisher_required=False)
            outcomes.append("published")
        except NotPublishable:
            outcomes.append("refused")

    for _ in range(2):
        crew.start(publish)
    crew.wait()
    assert sorted(outcomes) == ["published", "refused"]
    with database.snapshot() as session:
        assert changes.current_edition(session) == 1
        assert catalogue.get_bulletin(session, number).arrival == 1


def test_two_workers_publish_what_is_due_once(database: Database, clock: Clock) -> None:
    numbers = drafts(database, 6)
    with database.transaction() as session:
        for number in numbers:
            publication.schedule(session, number, minute(2026, 11, 21, 8, 0), publisher_required=False)
    clock.move(days=2)
    start, published, crew = threading.Barrier(2), [], Together()

    def work() -> None:
        start.wait(PATIENCE_SECONDS)
        while True:
            with database.transaction() as session:
                number = publication.publish_due(session)
            if number is None:
                return
            published.append(number)

    for _ in range(2):
        crew.start(work)
    crew.wait()
    assert sorted(published) == numbers
    with database.snapshot() as session:
        assert sorted(b.arrival or 0 for b in catalogue.iter_bulletins(session)) == [1, 2, 3, 4, 5, 6]


def test_a_reader_during_a_bulk_import_sees_one_state(database: Database) -> None:
    numbers = drafts(database, 10)
    half, go_on, crew = threading.Event(), threading.Event(), Together()

    def import_all() -> None:
        with database.transaction() as session:
            for done, number in enumerate(numbers):
                publication.publish(session, number, publisher_required=False)
                if done == 4:
                    half.set()
                    assert go_on.wait(PATIENCE_SECONDS)

    crew.start(import_all)
    assert half.wait(PATIENCE_SECONDS)
    # Readers wait for no writer, and see nothing of what is not committed.
    assert shown(database) == []
    with database.snapshot() as reader:
        before = changes.current_edition(reader)
        go_on.set()
        crew.wait()
        assert changes.current_edition(reader) == before == 0
        assert catalogue.window(reader, Selection(), limit=100).entries == ()
        assert {b.status for b in catalogue.iter_bulletins(reader)} == {Status.DRAFT}
        assert list(changes.iter_since(reader, 0)) == []
    assert len(shown(database)) == 10


def test_readers_never_see_half_of_a_change(database: Database) -> None:
    numbers = drafts(database, 15)
    done, seen, crew = threading.Event(), [], Together()

    def read() -> None:
        while not done.is_set():
            with database.snapshot() as session:
                edition = changes.current_edition(session)
                window = catalogue.window(session, Selection(), limit=100)
                log = [change.edition for change in changes.iter_since(session, 0)]
                published = [b.number for b in catalogue.iter_bulletins(session, status=Status.PUBLISHED)]
            assert len(window.entries) == len(published) == edition == len(log)
            assert window.edition == edition
            seen.append(edition)

    def write() -> None:
        try:
            for number in numbers:
                with database.transaction() as session:
                    publication.publish(session, number, publisher_required=False)
        finally:
            done.set()

    for act in (read, write):
        crew.start(act)
    crew.wait()
    assert seen == sorted(seen)


def test_a_writer_that_waits_gets_its_turn_and_its_clock(database: Database, clock: Clock) -> None:
    first, second = drafts(database, 2)
    crew, order = Together(), []

    def wait_and_publish() -> None:
        with database.transaction() as session:
            order.append("second")
            publication.publish(session, second, publisher_required=False)

    with database.transaction() as session:
        publication.publish(session, first, publisher_required=False)
        crew.start(wait_and_publish)
        # It is given time to begin: it must be waiting, not working.
        crew.threads[0].join(0.5)
        assert crew.threads[0].is_alive()
        assert order == []
        clock.move(minutes=10)
        order.append("first")
    crew.wait()
    assert order == ["first", "second"]
    with database.snapshot() as session:
        one, two = (catalogue.get_bulletin(session, number) for number in (first, second))
        assert (one.arrival, two.arrival) == (1, 2)
        # A change that comes later is never dated before an earlier one, nor as of when it began to wait.
        assert two.changed_at == clock()
        assert one.changed_at < two.changed_at
        assert rebuild_finds_nothing(database)


def rebuild_finds_nothing(database: Database) -> bool:
    with database.transaction(dry_run=True) as session:
        return rebuild.rebuild(session).faults == ()


def test_what_a_writer_that_failed_did_blocks_nobody(database: Database) -> None:
    first, second = drafts(database, 2)
    crew = Together()

    def fail() -> None:
        with database.transaction() as session:
            publication.publish(session, first, publisher_required=False)
            raise KeyboardInterrupt

    crew.start(fail)
    with pytest.raises(KeyboardInterrupt):
        crew.wait()
    with database.transaction() as session:
        publication.publish(session, second, publisher_required=False)
    assert shown(database) == [second]
    with database.snapshot() as session:
        assert (changes.current_edition(session), catalogue.get_bulletin(session, second).arrival) == (1, 1)


def test_a_writer_locks_out_other_writers_and_no_reader(database: Database) -> None:
    impatient = "PRAGMA busy_timeout = 50" if database.is_sqlite else "SET LOCAL lock_timeout = '50ms'"
    take_turn = "BEGIN IMMEDIATE" if database.is_sqlite else "LOCK TABLE instance IN SHARE ROW EXCLUSIVE MODE"
    with database.transaction() as writer:
        assert changes.current_edition(writer) == 0
        with database.engine.connect().execution_options(bantin_mode="read") as other:
            other.exec_driver_sql(impatient)
            if database.is_sqlite:
                other.exec_driver_sql("ROLLBACK")
            with pytest.raises(DBAPIError, match=r"locked|lock timeout"):
                other.exec_driver_sql(take_turn)
            if database.is_sqlite:
                other.exec_driver_sql("PRAGMA busy_timeout = 30000")
                other.exec_driver_sql("BEGIN")
        with database.snapshot() as reader:
            assert catalogue.window(reader, Selection(), limit=1).entries == ()


def test_a_writer_does_not_wait_for_ever(database: Database) -> None:
    if database.is_sqlite:
        with database.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one() == 30_000
        return
    with database.transaction() as session:
        assert session.execute(text("SHOW lock_timeout")).scalar_one() == "30s"
