"""Workers on one store, driven round by round: every scheduled bulletin once, in order, whatever dies or jumps."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from feeds.jobs import jobs
from feeds.worker import DEAD_SECONDS, STANDBY_SECONDS, Job, Turn, Worker
from store import audit, bulletins, catalogue, expunging, leases, publication
from store.attachments.disk import DiskStorage
from store.database import Database
from store.errors import Conflict, StoreUnavailable
from store.types import Attachment, Bulletin, Moment, Status, StoredFile
from tests.support.processes import wait_until
from tests.support.samples import draft
from tests.support.stores import NOON, POSTGRES_URL, Clock

HERE = timezone(timedelta(hours=7))


class Hands:
    """Moves the clock of a store and the monotonic clock of its workers."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.elapsed_seconds = 100.0

    def __call__(self) -> float:
        return self.elapsed_seconds

    def pass_seconds(self, seconds: float) -> None:
        self.elapsed_seconds += seconds
        self.clock.move(seconds=seconds)


Make = Callable[..., Worker]


@pytest.fixture
def hands(clock: Clock) -> Hands:
    return Hands(clock)


@pytest.fixture
def make(database: Database, storage: DiskStorage, hands: Hands, caplog: pytest.LogCaptureFixture) -> Make:
    """Make a worker of a store, under a name."""
    caplog.set_level(logging.INFO, "feeds")

    def make_worker(holder: str, *more: Job) -> Worker:
        return Worker(
            database, (*more, *jobs(database, storage, HERE, monotonic=hands)), holder=holder, monotonic=hands
        )

    return make_worker


def schedule(database: Database, *after_seconds: float) -> list[int]:
    """Schedule a bulletin for each of these times after noon; return their numbers."""
    numbers = []
    with database.transaction() as session:
        for seconds in after_seconds:
            planned = Moment((NOON + timedelta(seconds=seconds)).astimezone(HERE))
            number = bulletins.draft(session, draft(title=f"Sau {seconds:g} giây", published=planned))
            publication.schedule(session, number, publisher_required=False)
            numbers.append(number)
    return numbers


def stored(database: Database) -> dict[int, Bulletin]:
    with database.snapshot() as session:
        return {found.number: found for found in catalogue.iter_bulletins(session)}


def in_order_of_arrival(database: Database) -> list[int]:
    published = [found for found in stored(database).values() if found.arrival is not None]
    return [found.number for found in sorted(published, key=lambda found: found.arrival or 0)]


def planned(database: Database, number: int) -> datetime:
    moment = stored(database)[number].published
    assert moment is not None
    return moment.instant


def publications(database: Database) -> list[str]:
    """List what the audit log says was published, as it happened."""
    with database.snapshot() as session:
        acts = [act for act in audit.iter_acts(session) if act.action == "published"]
    return [act.subject for act in sorted(acts, key=lambda act: act.number)]


def rounds(hands: Hands, seconds: float, *workers: Worker) -> None:
    """Let time pass in small steps, each worker doing one round in each of them."""
    until = hands() + seconds
    while hands() < until:
        for worker in workers:
            worker.step()
        hands.pass_seconds(0.25)


def drain(worker: Worker) -> None:
    """Do rounds for as long as there is something to do at once."""
    for _ in range(500):
        if worker.step() > 0:
            return
    raise AssertionError("a worker always wants to do more")


def test_a_bulletin_appears_at_its_second_with_its_planned_date(database: Database, hands: Hands, make: Make) -> None:
    [number] = schedule(database, 30)
    worker = make("a")
    drain(worker)
    hands.pass_seconds(29.75)
    drain(worker)
    assert stored(database)[number].status is Status.SCHEDULED
    hands.pass_seconds(0.25)
    drain(worker)
    found = stored(database)[number]
    assert found.status is Status.PUBLISHED
    assert found.published == Moment((NOON + timedelta(seconds=30)).astimezone(HERE))
    assert found.arrival == 1


def test_the_wait_ends_when_the_next_is_due_and_is_never_long(database: Database, hands: Hands, make: Make) -> None:
    schedule(database, 10, 3600)
    worker = make("a")
    drain(worker)
    hands.pass_seconds(9.9)
    assert worker.step() == pytest.approx(0.1, abs=0.01)
    hands.pass_seconds(0.1)
    drain(worker)
    hands.pass_seconds(0.25)
    assert 0 < worker.step() <= 0.5


def test_a_time_within_a_second_is_that_second(database: Database, hands: Hands, make: Make) -> None:
    [number] = schedule(database, 2.5)
    worker = make("a")
    for _ in range(8):
        drain(worker)
        assert stored(database)[number].status is Status.SCHEDULED
        hands.pass_seconds(0.25)
    drain(worker)
    assert stored(database)[number].status is Status.PUBLISHED
    assert hands() == 102


def test_two_workers_publish_each_once_and_in_order(database: Database, hands: Hands, make: Make) -> None:
    [third, first, second, never] = schedule(database, 3, 1, 2, 10_000)
    workers = make("a"), make("b")
    rounds(hands, 8, *workers)
    assert in_order_of_arrival(database) == [first, second, third]
    assert publications(database) == [str(first), str(second), str(third)]
    assert stored(database)[never].status is Status.SCHEDULED
    assert [worker.holds_lease for worker in workers] == [True, False]


def test_a_clock_that_jumps_back_an_hour_and_forward_a_day(database: Database, hands: Hands, make: Make) -> None:
    soon = schedule(database, 5, 6)
    later = schedule(database, 4000, 5000, 80_000)
    beyond = schedule(database, 200_000)
    workers = make("a"), make("b")
    rounds(hands, 7, *workers)
    assert in_order_of_arrival(database) == soon
    hands.clock.move(hours=-1)
    rounds(hands, 30, *workers)
    assert in_order_of_arrival(database) == soon
    hands.clock.move(days=1)
    rounds(hands, 30, *workers)
    assert in_order_of_arrival(database) == [*soon, *later]
    assert publications(database) == [str(number) for number in (*soon, *later)]
    assert [planned(database, number) for number in later] == [
        NOON + timedelta(seconds=seconds) for seconds in (4000, 5000, 80_000)
    ]
    assert stored(database)[beyond[0]].status is Status.SCHEDULED
    # Neither jump made the one that waited believe that the other was dead.
    assert [worker.holds_lease for worker in workers] == [True, False]


def test_after_an_hour_without_a_worker_all_is_caught_up_in_order(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    late = schedule(database, *(600 * n for n in range(6, 0, -1)))
    hands.pass_seconds(3601)
    drain(make("a"))
    assert in_order_of_arrival(database) == late[::-1]
    assert [planned(database, number) for number in late[::-1]] == [
        NOON + timedelta(minutes=10 * n) for n in range(1, 7)
    ]
    assert "published 6: “Sau 600 giây” (planned 12:10:00, 3,001 s late)" in caplog.messages
    # Who polls the feed sees them with their planned dates, but no change that is older than it is.
    assert all(found.changed_at == hands.clock() for found in stored(database).values())


@pytest.mark.parametrize("seconds", [0.0, 3600.0])
def test_two_workers_in_threads_publish_each_once(
    database: Database, storage: DiskStorage, clock: Clock, seconds: float
) -> None:
    numbers = schedule(database, *range(20, 0, -1))
    stop = Event()
    others = Database(database.url, clock=clock)
    workers = [Worker(kept, jobs(kept, storage, HERE), holder=name) for name, kept in (("a", database), ("b", others))]
    threads = [Thread(target=worker.run, args=(stop,)) for worker in workers]
    for thread in threads:
        thread.start()
    try:
        clock.move(seconds=30)
        deadline = time.monotonic() + 120
        while len(publications(database)) < 10:
            assert time.monotonic() < deadline, "nothing is published"
            time.sleep(0.01)
        clock.move(seconds=-seconds)
        clock.move(days=1)
        while len(publications(database)) < len(numbers):
            assert time.monotonic() < deadline, "not everything is published"
            time.sleep(0.01)
    finally:
        stop.set()
        for thread in threads:
            thread.join(30)
        others.dispose()
    assert publications(database) == [str(number) for number in reversed(numbers)]
    assert in_order_of_arrival(database) == numbers[::-1]
    with database.snapshot() as session:
        assert leases.find_lease(session, leases.WORKER) is None


def test_a_worker_that_dies_is_replaced_after_ten_seconds_and_not_before(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    dead, waiting = make("dead"), make("waiting")
    rounds(hands, 3.5, dead, waiting)
    [before, after] = schedule(database, 11, 20)
    rounds(hands, DEAD_SECONDS - 1, waiting)
    assert not waiting.holds_lease
    rounds(hands, 1 + 2 * STANDBY_SECONDS, waiting)
    assert waiting.holds_lease
    assert any("after dead said nothing for 10 s" in said for said in caplog.messages)
    assert publications(database) == [str(before)]
    rounds(hands, 10, dead, waiting)
    assert publications(database) == [str(before), str(after)]
    assert (dead.holds_lease, waiting.holds_lease) == (False, True)


def test_a_holder_that_wakes_with_work_before_it_does_nothing_twice(
    database: Database, hands: Hands, make: Make
) -> None:
    asleep, awake = make("asleep"), make("awake")
    rounds(hands, 1, asleep, awake)
    numbers = schedule(database, 5, 6, 50)
    rounds(hands, 30, awake)
    assert publications(database) == [str(number) for number in numbers[:2]]
    hands.pass_seconds(30)
    # All is due to the one that slept, and it still takes itself for the holder.
    assert asleep.holds_lease
    for _ in range(5):
        asleep.step()
    assert publications(database) == [str(number) for number in numbers[:2]]
    assert not asleep.holds_lease
    rounds(hands, 1, awake)
    assert publications(database) == [str(number) for number in numbers]


def test_an_idle_holder_is_not_taken_for_dead(database: Database, hands: Hands, make: Make) -> None:
    holder, waiting = make("holder"), make("waiting")
    rounds(hands, 60, holder, waiting)
    assert (holder.holds_lease, waiting.holds_lease) == (True, False)


def test_one_that_ends_in_order_is_followed_at_once(database: Database, hands: Hands, make: Make) -> None:
    ending, waiting = make("ending"), make("waiting")
    rounds(hands, 3, ending, waiting)
    ending.release()
    rounds(hands, 2 * STANDBY_SECONDS, waiting)
    assert waiting.holds_lease


def test_who_comes_by_the_name_of_one_that_died_need_not_wait(database: Database, hands: Hands, make: Make) -> None:
    rounds(hands, 1, make("serve"))
    follower = make("serve")
    drain(follower)
    assert follower.holds_lease


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Take the database away from all who use it, and bring it back."""
    if database.is_sqlite:
        database.dispose()
        path = Path(str(database.url.database))
        kept = path.with_suffix(".away")
        path.rename(kept)
        path.mkdir()
        try:
            yield
        finally:
            path.rmdir()
            kept.rename(path)
        return
    name = make_url(database.url).database
    admin = create_engine(POSTGRES_URL, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            # Each is told to end; until it does, it may still serve a statement.
            wait_until(
                lambda: connection.execute(text(others), {"name": name}).first() is None, 60, lambda: "others stay"
            )
        yield
    finally:
        with admin.connect() as connection:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
        admin.dispose()


def test_a_database_that_goes_away_and_comes_back(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    worker, waiting = make("a"), make("b")
    rounds(hands, 2, worker, waiting)
    [number] = schedule(database, 10)
    caplog.clear()
    with away(database):
        rounds(hands, 30, worker)
        said = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert len(said) == 1, caplog.messages
        assert "trying again" in said[0].getMessage()
        assert said[0].exc_info is None
        assert 0 < worker.step() <= 0.5
        waiting.step()
        assert not waiting.holds_lease
    hands.pass_seconds(5)
    # A beat that could not be seen is no sign of death.
    waiting.step()
    assert not waiting.holds_lease
    drain(worker)
    assert publications(database) == [str(number)]
    hands.pass_seconds(5)
    drain(worker)
    assert caplog.messages.count("the store works again") == 2, "each of the two says it once"
    assert planned(database, number) == NOON + timedelta(seconds=10)
    rounds(hands, 5, worker, waiting)
    assert (worker.holds_lease, waiting.holds_lease) == (True, False)


@contextmanager
def never_published(database: Database, number: int) -> Iterator[None]:
    """Have the database itself refuse to publish one bulletin."""
    refused = f"NEW.number = {number} AND NEW.status = 'published'"
    if database.is_sqlite:
        made = [f"CREATE TRIGGER refuse BEFORE UPDATE ON bulletin WHEN {refused} BEGIN SELECT RAISE(ABORT, 'no'); END"]
        undone = ["DROP TRIGGER refuse"]
    else:
        body = "BEGIN RAISE check_violation; END"
        made = [
            f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $${body}$$",
            f"CREATE TRIGGER refuse BEFORE UPDATE ON bulletin FOR EACH ROW WHEN ({refused}) EXECUTE FUNCTION refuse()",
        ]
        undone = ["DROP TRIGGER refuse ON bulletin", "DROP FUNCTION refuse()"]
    with database.engine.begin() as connection:
        for statement in made:
            connection.execute(text(statement))
    try:
        yield
    finally:
        with database.engine.begin() as connection:
            for statement in undone:
                connection.execute(text(statement))


def test_a_bulletin_that_cannot_be_published_does_not_hold_up_the_others(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    [bad, good, better] = schedule(database, 5, 6, 7)
    worker = make("a")
    with never_published(database, bad):
        rounds(hands, 15, worker)
        assert publications(database) == [str(good), str(better)]
        assert stored(database)[bad].status is Status.SCHEDULED
    assert any(f"bulletin {bad} could not be published" in said for said in caplog.messages)
    # Tried at 5 s, and again when it had rested for 5 s.
    assert sum(record.exc_info is not None for record in caplog.records) == 2
    rounds(hands, 15, worker)
    assert publications(database) == [str(good), str(better), str(bad)]
    assert planned(database, bad) == NOON + timedelta(seconds=5)


def test_a_bulletin_that_lost_its_title_is_a_draft_again_and_said(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    [bad, good] = schedule(database, 5, 6)
    with database.engine.begin() as connection:
        connection.execute(text(f"UPDATE bulletin SET title = '' WHERE number = {bad}"))
    rounds(hands, 8, make("a"))
    assert publications(database) == [str(good)]
    assert stored(database)[bad].status is Status.DRAFT
    assert any(f"bulletin {bad} lost its date or title" in said for said in caplog.messages)


def test_a_job_that_fails_stops_no_other_and_does_not_spin(
    database: Database, hands: Hands, make: Make, caplog: pytest.LogCaptureFixture
) -> None:
    tried: list[float] = []

    def fail(_turn: Turn) -> float:
        tried.append(hands())
        raise ZeroDivisionError

    numbers = schedule(database, 5, 100)
    worker = make("a", Job("divide", fail))
    rounds(hands, 40, worker)
    assert [after - before for before, after in pairwise(tried)] == [1, 2, 4, 8, 16]
    for _ in range(4):
        hands.pass_seconds(60)
        drain(worker)
    assert len(tried) == 10
    assert publications(database) == [str(number) for number in numbers]
    assert sum("“divide” failed" in said for said in caplog.messages) == len(tried)


def test_a_job_that_fails_half_way_leaves_nothing(database: Database, hands: Hands, make: Make) -> None:
    def fail(turn: Turn) -> float:
        with turn() as session:
            bulletins.draft(session, draft())
            raise ZeroDivisionError

    rounds(hands, 2, make("a", Job("divide", fail)))
    assert stored(database) == {}


def test_files_of_expunged_bulletins_go(database: Database, storage: DiskStorage, hands: Hands, make: Make) -> None:
    [kept_digest, gone_digest] = [storage.put(content, "image/jpeg") for content in (b"one", b"two")]
    long_ago = time.time() - 3600
    for digest in (kept_digest, gone_digest):
        os.utime(storage.path(digest), (long_ago, long_ago))
    with database.transaction() as session:
        photo = StoredFile(digest=gone_digest, media_type="image/jpeg", size_bytes=3, width_px=600, height_px=400)
        said = draft(published=None, attachments=(Attachment(number=1, caption="Quang cảnh", file=photo),))
        number = bulletins.draft(session, said)
        publication.publish(session, number, publisher_required=False)
        expunging.expunge(session, number, reason="Theo yêu cầu của người trong ảnh")
    assert storage.get(gone_digest) == b"two"
    rounds(hands, 1, make("a"))
    assert not storage.path(gone_digest).exists()
    assert storage.get(kept_digest) == b"one"


def test_once_does_what_is_due_and_leaves_the_lease(database: Database, hands: Hands, make: Make) -> None:
    numbers = schedule(database, 2, 1, 100)
    hands.pass_seconds(5)
    assert make("a").run_once(Event()) is None
    assert publications(database) == [str(numbers[1]), str(numbers[0])]
    assert make("b").run_once(Event()) is None


def test_once_leaves_the_work_to_one_that_is_alive(database: Database, storage: DiskStorage, clock: Clock) -> None:
    stop = Event()
    alive = Worker(database, jobs(database, storage, HERE), holder="alive")
    thread = Thread(target=alive.run, args=(stop,))
    thread.start()
    try:
        wait_until(lambda: alive.holds_lease, 60, lambda: "it does not begin")
        other = Worker(database, jobs(database, storage, HERE), holder="b").run_once(Event())
    finally:
        stop.set()
        thread.join(30)
    assert other is not None
    assert other.holder == "alive"


def test_once_fails_where_the_database_is_away(database: Database, make: Make) -> None:
    with away(database), pytest.raises(StoreUnavailable, match="nothing more was done"):
        make("a").run_once(Event())


def test_once_does_not_go_on_for_ever_with_a_job_that_fails(
    database: Database,
) -> None:
    def fail(_turn: Turn) -> float:
        raise ZeroDivisionError

    passed = iter(range(0, 10_000_000, 100))
    worker = Worker(database, (Job("divide", fail),), holder="a", monotonic=lambda: float(next(passed)))
    with pytest.raises(Conflict, match="“divide” failed 5 times"):
        worker.run_once(Event())
    with database.snapshot() as session:
        assert leases.find_lease(session, leases.WORKER) is None
