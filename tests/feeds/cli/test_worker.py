"""`bantin worker` as a command and as real processes: how late it is, who takes over, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import audit, bulletins, catalogue, leases, publication
from store.database import Database
from store.types import VIETNAM, Moment
from tests.feeds.cli.conftest import Run
from tests.support import stores
from tests.support.processes import Started, environment, run, wait_until
from tests.support.requirements import lacks
from tests.support.samples import draft


def schedule(database: Database, *after_seconds: float) -> list[int]:
    """Schedule a bulletin for each of these times from now; return their numbers."""
    present = datetime.now(VIETNAM).replace(microsecond=0)
    numbers = []
    with database.transaction() as session:
        for seconds in after_seconds:
            planned = Moment(present + timedelta(seconds=seconds))
            number = bulletins.draft(session, draft(title=f"Sau {seconds:g} giây", published=planned))
            publication.schedule(session, number, publisher_required=False)
            numbers.append(number)
    return numbers


def publications(database: Database) -> list[int]:
    with database.snapshot() as session:
        acts = [act for act in audit.iter_acts(session) if act.action == "published"]
    return [int(act.subject) for act in sorted(acts, key=lambda act: act.number)]


def late(database: Database, number: int) -> float:
    """Give how many seconds after its planned instant a bulletin was published."""
    with database.snapshot() as session:
        [at] = [act.at for act in audit.iter_acts(session) if (act.action, act.subject) == ("published", str(number))]
        planned = catalogue.get_bulletin(session, number).published
    assert planned is not None
    return (at - planned.instant).total_seconds()


def holder(database: Database) -> str:
    with database.snapshot() as session:
        lease = leases.find_lease(session, leases.WORKER)
    return lease.holder if lease else ""


def past(clock: stores.Clock) -> stores.Clock:
    """Set a clock to a while ago, so that what it lets be scheduled is overdue."""
    clock.instant = datetime.now(VIETNAM) - timedelta(hours=2)
    return clock


@pytest.fixture
def opened(bantin: Run, tmp_path: Path) -> Iterator[Database]:
    """The store of `bantin`, with a clock of our own."""
    database = Database(f"sqlite:///{tmp_path / 'data/bantin.sqlite'}")
    yield database
    database.dispose()


def overdue(database: Database) -> int:
    database.clock = past(stores.Clock())
    with database.transaction() as session:
        planned = Moment(database.clock().replace(microsecond=0) + timedelta(hours=1))
        number = bulletins.draft(session, draft(title="Lễ hội Lồng Tồng", published=planned))
        publication.schedule(session, number, publisher_required=False)
    return number


def test_once_publishes_what_is_due_and_ends(bantin: Run, opened: Database) -> None:
    number = overdue(opened)
    done = bantin("worker", "--once")
    assert (done.code, done.out) == (0, "")
    late = re.search(rf"worker: published {number}: “Lễ hội Lồng Tồng” \(planned .*:\d\d, (3,6\d\d) s late\)", done.err)
    assert late, done.err
    assert publications(opened) == [number]
    assert holder(opened) == ""
    again = bantin("worker", "--once")
    assert (again.code, again.out, again.err) == (0, "", "")


def test_the_signals_of_a_process_are_its_own_again_after_once(bantin: Run) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    assert bantin("worker", "--once").code == 0
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_worker_without_a_store_says_how_to_make_one(
    bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BANTIN_DATA", str(tmp_path / "none"))
    for arguments in (["worker"], ["worker", "--once"]):
        done = bantin(*arguments)
        assert done.code == 3
        assert "bantin db upgrade" in done.err


def test_the_doctor_says_what_waits_and_what_is_overdue(bantin: Run, opened: Database) -> None:
    assert "ok  worker: nothing is scheduled" in bantin("doctor").out
    [first, _] = schedule(opened, 3600, 7200)
    planned = publication_date(opened, first)
    assert f"ok  worker: 2 scheduled, the first for {planned:%d/%m/%Y %H:%M:%S}" in bantin("doctor").out
    overdue(opened)
    said = bantin("doctor")
    assert said.code == 1
    assert re.search(r"!!  worker: 3 scheduled, .* s ago\n +-> start `bantin serve` or `bantin worker`", said.out)
    bantin("worker", "--once")
    assert "ok  worker: 2 scheduled" in bantin("doctor").out


def publication_date(database: Database, number: int) -> datetime:
    with database.snapshot() as session:
        due = publication.next_due(session)
    assert due is not None
    return due.astimezone(VIETNAM)


@pytest.fixture(params=["sqlite", "postgres"])
def shared(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """A store that processes of their own work on, on each kind of database."""
    if request.param == "sqlite":
        (tmp_path / "data").mkdir()
        stores.fresh_sqlite(sqlite_template, tmp_path / "data/bantin.sqlite", stores.Clock()).dispose()
        database = Database(f"sqlite:///{tmp_path / 'data/bantin.sqlite'}")
        yield database
        database.dispose()
        return
    missing = stores.postgres_missing()
    if missing:
        lacks("postgres", missing)
    url = request.getfixturevalue("postgres_store")
    with stores.fresh_postgres(url, stores.Clock()) as emptied:
        database = Database(emptied.url)
        yield database
        database.dispose()


@contextmanager
def at_work(database: Database, folder: Path, *, count: int = 1) -> Iterator[list[Started]]:
    """Start workers; the first holds the lease before the others are there."""
    env = environment(folder / "data", BANTIN_DATABASE_URL=database.url.render_as_string(hide_password=False))
    started = []
    try:
        for number in range(count):
            worker = Started(folder / f"said-{number}", env, "worker")
            started.append(worker)
            wait_until(lambda: "worker:" in worker.err or not worker.is_running, 120, lambda: "it says nothing")  # noqa: B023  # called here
            assert worker.is_running, worker.err
        yield started
    finally:
        for worker in started:
            worker.kill()


def test_a_worker_publishes_in_time_and_in_order(shared: Database, tmp_path: Path) -> None:
    with at_work(shared, tmp_path) as [worker]:
        numbers = schedule(shared, 6, 5, 5, 4)
        wait_until(lambda: len(publications(shared)) == 4, 60, lambda: worker.err)
        assert publications(shared) == [numbers[3], numbers[1], numbers[2], numbers[0]]
        late_seconds = [late(shared, number) for number in numbers]
        print("late by", *(f"{seconds:.2f} s" for seconds in late_seconds))
        assert all(0 <= seconds < 20 for seconds in late_seconds)
        # It is told once it is done.
        wait_until(lambda: all(f"published {number}: " in worker.err for number in numbers), 60, lambda: worker.err)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_worker_that_leaves_the_lease(shared: Database, tmp_path: Path, number: signal.Signals) -> None:
    with at_work(shared, tmp_path) as [worker]:
        assert holder(shared)
        asked = time.monotonic()
        worker.signal(number)
        ended = worker.end(within_seconds=60)
        print(f"ended after {time.monotonic() - asked:.2f} s")
        assert (ended.code, ended.out) == (0, "")
        assert "Traceback" not in ended.err
        assert "without giving the lease back" not in ended.err
        assert holder(shared) == ""


def test_another_takes_over_from_one_that_was_killed(shared: Database, tmp_path: Path) -> None:
    with at_work(shared, tmp_path, count=2) as [first, second]:
        first.signal(signal.SIGKILL)
        killed = time.monotonic()
        [number] = schedule(shared, 3)
        wait_until(lambda: publications(shared) == [number], 60, lambda: second.err)
        print(f"taken over after {time.monotonic() - killed:.1f} s")
        assert "said nothing for 10 s" in second.err
        [later] = schedule(shared, 3)
        wait_until(lambda: publications(shared) == [number, later], 60, lambda: second.err)


def test_another_takes_over_at_once_from_one_that_ended(shared: Database, tmp_path: Path) -> None:
    with at_work(shared, tmp_path, count=2) as [first, second]:
        before = holder(shared)
        first.signal(signal.SIGTERM)
        wait_until(lambda: holder(shared) not in {"", before}, 60, lambda: second.err)
        wait_until(lambda: "worker: at work" in second.err, 60, lambda: second.err)
        assert "said nothing" not in second.err


def test_once_beside_a_worker_leaves_the_work_to_it(shared: Database, tmp_path: Path) -> None:
    with at_work(shared, tmp_path) as [worker]:
        env = environment(tmp_path / "data", BANTIN_DATABASE_URL=shared.url.render_as_string(hide_password=False))
        ended = run(tmp_path / "once", env, "worker", "--once")
        assert (ended.code, ended.out) == (0, "")
        assert f"{holder(shared)} is at work already" in ended.err
        assert worker.is_running


def test_a_worker_that_waits_for_a_lock_still_ends(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "data").mkdir()
    database = stores.fresh_sqlite(sqlite_template, tmp_path / "data/bantin.sqlite", stores.Clock())
    try:
        with at_work(database, tmp_path) as [worker]:
            with database.transaction():
                # Its next renewal is due within three seconds, and has to wait.
                time.sleep(4)
                worker.signal(signal.SIGTERM)
                ended = worker.end(within_seconds=60)
            assert ended.code == 0
            assert "without giving the lease back" in ended.err
    finally:
        database.dispose()


def test_a_worker_ends_when_its_supervisor_is_gone(tmp_path: Path, sqlite_template: Path) -> None:
    (tmp_path / "data").mkdir()
    database = stores.fresh_sqlite(sqlite_template, tmp_path / "data/bantin.sqlite", stores.Clock())
    reading, writing = os.pipe()
    env = environment(tmp_path / "data")
    worker = Started(tmp_path / "said", env, "worker", "--supervised-as", "phục vụ", stdin=reading)
    try:
        wait_until(lambda: holder(database) == "phục vụ", 120, lambda: worker.err)
        assert worker.is_running
        os.close(writing)
        assert worker.end(within_seconds=60).code == 0
        assert holder(database) == ""
    finally:
        worker.kill()
        os.close(reading)
        database.dispose()
