"""Workers are killed, the database and Redis go away or say rubbish: those who poll get right answers all the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

import pytest

from tests.soak.polling_ledger import Ledger
from tests.soak.polling_oracle import Span
from tests.soak.polling_site import PolledSite, polled, sqlite_url
from tests.soak.polling_trouble import (
    HOT,
    OUTAGES,
    Spoiler,
    flush,
    kill_worker,
    outlive,
    redis_size,
)
from tests.support.private_servers import private_postgres, private_postgres_missing, private_redis, redis_missing
from tests.support.processes import PROC, wait_until
from tests.support.requirements import lacks

AWAY_SECONDS = 4.0
GENEROUS_SECONDS = 4.0
"""Longer no poll waits for what is away, on a machine that does much else; in the soak it is half of that."""

needs_proc = pytest.mark.skipif(not (PROC / "self/stat").exists(), reason="no /proc here to look at processes")


@contextmanager
def polled_and_written(site: PolledSite) -> Iterator[None]:
    """Poll what is hot, and write, for as long as the block lasts; then both go on for a little while."""
    site.warm(HOT)
    with site.crowd(clients=12, pause_seconds=0.1, only=HOT) as crowd, site.written(pause_seconds=0.15):
        crowd.await_polls(60)
        yield
        site.await_acts(4)
        crowd.await_polls(100)


@needs_proc
def test_a_killed_worker_takes_nothing_with_it_but_its_connections(tmp_path: Path) -> None:
    with polled(tmp_path, sqlite_url(tmp_path), seed="killed") as site:
        with polled_and_written(site):
            broken = kill_worker(site, Random(1))
        site.require_sound(breaks=[broken])
        print(f"as before after {broken.ended - broken.began:.1f} s; {len(site.ledger.failures)} connections broke")


@needs_proc
def test_what_was_polled_before_is_answered_while_the_database_is_away(tmp_path: Path) -> None:
    missing = private_postgres_missing()
    if missing:
        lacks("postgres", missing)
    with private_postgres() as (server, url), polled(tmp_path, url, seed="away") as site:
        cold, outages = Ledger(), []
        with polled_and_written(site):
            for kind in OUTAGES:
                outage = outlive(site, server, kind, seconds=AWAY_SECONDS, cold=cold)
                outages.append(outage.span)
                hot = outage.hot_seconds
                print(
                    f"{kind}: {len(hot)} hot polls, p99 {hot[int(0.99 * (len(hot) - 1))]:.3f} s, worst {hot[-1]:.3f} s"
                )
                print(f"{kind}: {len(outage.refused_seconds)} refusals, {outage.refused_seconds[-3:]}")
                assert len(hot) > 20
                assert hot[-1] < GENEROUS_SECONDS + site.ledger.lag_seconds
                site.await_acts(2)
        # Nothing that was polled before was refused at any time, and no connection broke.
        site.require_sound(outages=outages)
        faults = cold.judge(site.oracle(outages, is_idle=True), refusals=outages, refusal_seconds=GENEROUS_SECONDS)
        assert not faults, "\n".join(faults)
        site.require_same_in_all_codings()


@needs_proc
def test_redis_may_be_emptied_spoiled_and_taken_away(tmp_path: Path) -> None:
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    with private_redis(tmp_path / "redis") as (server, url):
        settings = {"BANTIN_REDIS_URL": url}
        with polled(tmp_path, sqlite_url(tmp_path), seed="spoiled", settings=settings) as site:
            breaks: list[Span] = []
            with polled_and_written(site):
                wait_until(lambda: redis_size(url) > 10, 30, lambda: f"Redis holds {redis_size(url)} documents")
                flush(url)
                site.await_acts(3)
                with Spoiler(url, "rubbish") as spoiler:
                    site.await_acts(8)
                    # One that begins takes from Redis what it can.
                    breaks.append(kill_worker(site, Random(2)))
                assert spoiler.spoiled > 50
                began = time.monotonic()
                for away in OUTAGES.values():
                    with away(server):
                        site.await_acts(5)
                slowest = site.ledger.slowest(since=began)[-1]
                assert slowest < GENEROUS_SECONDS + site.ledger.lag_seconds
                wait_until(lambda: redis_size(url) > 0, 30, lambda: "Redis is not used again")
            site.require_sound(breaks=breaks)
            site.require_same_in_all_codings()
