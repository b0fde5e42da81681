"""The lease: one holder at a time, whatever the clock says, and another only after the holder gave it up or died."""

from __future__ import annotations

import threading

import pytest

from store import leases
from store.database import Database
from store.errors import LeaseLost
from store.leases import Lease
from tests.support.stores import NOON, Clock

NAME = "worker"


def take(database: Database, holder: str, *, dead: Lease | None = None) -> bool:
    with database.transaction() as session:
        return leases.take_lease(session, NAME, holder, dead=dead)


def renew(database: Database, holder: str) -> None:
    with database.transaction() as session:
        leases.renew_lease(session, NAME, holder)


def release(database: Database, holder: str) -> None:
    with database.transaction() as session:
        leases.release_lease(session, NAME, holder)


def held(database: Database) -> Lease | None:
    with database.snapshot() as session:
        return leases.find_lease(session, NAME)


def require_held(database: Database) -> Lease:
    lease = held(database)
    assert lease is not None
    return lease


def test_nobody_holds_a_lease_at_first(database: Database) -> None:
    assert held(database) is None
    with pytest.raises(LeaseLost, match="held by nobody, not by anh") as refused:
        renew(database, "anh")
    assert refused.value.vietnamese


def test_one_holds_it_and_another_does_not_get_it(database: Database, clock: Clock) -> None:
    assert take(database, "anh")
    first = require_held(database)
    assert (first.holder, first.held_since, first.beat_at) == ("anh", NOON, NOON)
    clock.move(days=365)
    assert not take(database, "chị")
    assert held(database) == first


def test_the_holder_may_take_it_again(database: Database) -> None:
    assert take(database, "anh")
    assert take(database, "anh")
    assert require_held(database).holder == "anh"


def test_every_renewal_steps_the_beat_though_the_clock_stands_or_jumps_back(database: Database, clock: Clock) -> None:
    take(database, "anh")
    beats = [require_held(database).beat]
    for hours in (0, -1, 24):
        clock.move(hours=hours)
        renew(database, "anh")
        beats.append(require_held(database).beat)
    assert beats == sorted(set(beats))
    assert require_held(database).beat_at == clock()
    assert require_held(database).held_since == NOON


def test_a_dead_holder_loses_it_only_at_the_beat_that_was_seen(database: Database, clock: Clock) -> None:
    take(database, "anh")
    seen = require_held(database)
    renew(database, "anh")
    assert not take(database, "chị", dead=seen)
    assert require_held(database).holder == "anh"
    clock.move(seconds=30)
    assert take(database, "chị", dead=require_held(database))
    taken = require_held(database)
    assert (taken.holder, taken.held_since) == ("chị", clock())
    with pytest.raises(LeaseLost, match="held by chị, not by anh"):
        renew(database, "anh")
    assert held(database) == taken


def test_of_two_that_saw_the_same_death_one_takes_over(database: Database) -> None:
    take(database, "anh")
    seen = require_held(database)
    start, taken = threading.Barrier(4), []

    def try_to_take(holder: str) -> None:
        start.wait()
        if take(database, holder, dead=seen):
            taken.append(holder)

    threads = [threading.Thread(target=try_to_take, args=(f"người {number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [require_held(database).holder] == taken


def test_what_is_given_back_is_free_at_once(database: Database) -> None:
    take(database, "anh")
    before = require_held(database).beat
    release(database, "anh")
    assert held(database) is None
    with pytest.raises(LeaseLost):
        renew(database, "anh")
    assert take(database, "chị")
    assert require_held(database).beat > before


def test_nobody_gives_back_what_another_holds(database: Database) -> None:
    take(database, "anh")
    release(database, "chị")
    assert require_held(database).holder == "anh"
    with database.transaction() as session:
        leases.release_lease(session, "another", "anh")
    assert require_held(database).holder == "anh"


def test_leases_of_other_names_are_apart(database: Database) -> None:
    take(database, "anh")
    with database.transaction() as session:
        assert leases.take_lease(session, "another", "chị")
    assert require_held(database).holder == "anh"


def test_a_lost_lease_undoes_the_work_of_its_transaction(database: Database) -> None:
    take(database, "anh")

    def work_as_another() -> None:
        with database.transaction() as session:
            leases.take_lease(session, "another", "chị")
            leases.renew_lease(session, NAME, "chị")

    with pytest.raises(LeaseLost):
        work_as_another()
    with database.snapshot() as session:
        assert leases.find_lease(session, "another") is None
