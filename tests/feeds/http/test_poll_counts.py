"""Polls are counted alike in memory and in Redis, within bounds, and nothing that Redis does keeps a poll waiting."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from feeds.http.clients import PollLimit
from feeds.http.poll_counts import BoundedCounts, PollCounts
from tests.support.private_servers import private_redis, redis_missing
from tests.support.processes import wait_until
from tests.support.requirements import lacks

HOURLY = PollLimit(3, 3600)


class Ticks:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture(scope="module")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    with private_redis(tmp_path_factory.mktemp("redis")) as (_, url):
        yield url


@pytest.fixture(params=["memory", "redis"])
def counts(request: pytest.FixtureRequest) -> PollCounts:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return PollCounts(HOURLY, redis_url=url, site=uuid.uuid4().hex)


def poll(counts: PollCounts, name: str, times: int = 1) -> None:
    for _ in range(times):
        counts.add(name)


def test_a_name_may_do_so_much_and_then_waits_for_the_end_of_its_window(counts: PollCounts) -> None:
    for _ in range(3):
        assert counts.find_wait_seconds("one") is None
        counts.add("one")
    waits = counts.find_wait_seconds("one")
    assert isinstance(waits, int)
    assert 1 <= waits <= 3600
    assert waits > 1800
    assert counts.find_wait_seconds("other") is None


def test_a_window_ends(redis_url: str) -> None:
    ticks = Ticks()
    own = PollCounts(HOURLY, monotonic=ticks)
    poll(own, "one", 3)
    ticks.seconds += 3598.5
    assert own.find_wait_seconds("one") == 2
    ticks.seconds += 1.6
    assert own.find_wait_seconds("one") is None
    poll(own, "one", 2)
    assert own.find_wait_seconds("one") is None
    counts = PollCounts(PollLimit(1, 1), redis_url=redis_url, site=uuid.uuid4().hex)
    counts.add("one")
    wait_until(lambda: counts.find_wait_seconds("one") is None, 30, lambda: "it never ends")


def test_processes_of_one_site_count_together(redis_url: str) -> None:
    site = uuid.uuid4().hex
    one, other, stranger = (PollCounts(HOURLY, redis_url=redis_url, site=name) for name in (site, site, site + "/tin"))
    poll(one, "client", 2)
    poll(other, "client", 1)
    assert one.find_wait_seconds("client") is not None
    assert other.find_wait_seconds("client") is not None
    assert stranger.find_wait_seconds("client") is None


def test_no_more_is_kept_than_the_bound_and_those_that_began_first_go_first() -> None:
    ticks = Ticks()
    kept = BoundedCounts(most=100, monotonic=ticks)
    for number in range(10_000):
        ticks.seconds += 0.01
        kept.incr(f"client {number}", 3600)
        assert len(kept) <= 100
    assert kept.get("client 9999") == 1
    assert kept.get("client 9000") == 0


def test_what_has_ended_makes_room_without_being_asked_for() -> None:
    ticks = Ticks()
    kept = BoundedCounts(most=1000, monotonic=ticks)
    for number in range(900):
        kept.incr(f"old {number}", 60)
    ticks.seconds += 61
    for number in range(200):
        kept.incr(f"new {number}", 60)
    assert len(kept) == 200


def test_one_that_begins_anew_is_among_the_last_to_go() -> None:
    ticks = Ticks()
    kept = BoundedCounts(most=100, monotonic=ticks)
    for number in range(20):
        kept.incr(f"ended {number}", 60)
    kept.incr("one", 60)
    ticks.seconds += 59
    for number in range(9):
        kept.incr(f"early {number}", 60)
    ticks.seconds += 2
    kept.incr("one", 60)
    for number in range(95):
        kept.incr(f"late {number}", 60)
    assert kept.get("early 0") == 0
    assert kept.get("one") == 1


def test_threads_lose_no_count() -> None:
    kept = BoundedCounts()

    def add() -> None:
        for _ in range(2_000):
            kept.incr("one", 3600)

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept.get("one") == 16_000


def test_while_redis_is_away_or_hangs_each_process_counts_for_itself(tmp_path: Path) -> None:
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    with private_redis(tmp_path / "redis") as (server, url):
        one, other = (PollCounts(HOURLY, redis_url=url, site="one site") for _ in range(2))
        poll(one, "client", 2)
        for away, back in ((server.hold, server.go_on), (server.stop, server.start)):
            away()
            begun = time.monotonic()
            for counts in (one, other):
                for number in range(200):
                    counts.find_wait_seconds(f"somebody {number}")
                    counts.add(f"somebody {number}")
            # Asking each time would take over a minute while it hangs.
            assert time.monotonic() - begun < 20
            poll(one, "another", 3)
            assert one.find_wait_seconds("another") is not None
            assert other.find_wait_seconds("another") is None
            back()

            def is_shared_again() -> bool:
                name = uuid.uuid4().hex
                poll(one, name, 3)
                return other.find_wait_seconds(name) is not None

            wait_until(is_shared_again, 60, lambda: "they do not come together again")


def test_rubbish_in_redis_refuses_nobody(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    site = uuid.uuid4().hex
    counts = PollCounts(HOURLY, redis_url=redis_url, site=site)
    before = set(client.keys("bantin:polls:*"))
    rubbish = [b"", b"\xff\x00rubbish", b"999999999999", b"-5", b"1e9", None]
    for number, value in enumerate(rubbish):
        poll(counts, f"client {number}")
        [key] = set(client.keys("bantin:polls:*")) - before
        client.delete(key)
        if value is None:
            client.rpush(key, "one", "two")
        else:
            client.set(key, value)
        assert counts.find_wait_seconds(f"client {number}") is None
        counts.add(f"client {number}")
        assert counts.find_wait_seconds(f"client {number}") is None
        client.delete(key)
    # Nor does it keep those from counting together that meet none.
    poll(counts, "sane", 3)
    assert PollCounts(HOURLY, redis_url=redis_url, site=site).find_wait_seconds("sane") is not None
    client.close()
