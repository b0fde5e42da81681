"""Many clients poll a real server while others write, hang about, or end it: no answer is torn, stale or lost."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.soak.polling import p99
from tests.soak.polling_acts import addresses
from tests.soak.polling_crowd import ACCEPTS, ask_at_once
from tests.soak.polling_hogs import Hogs, allow_connections
from tests.soak.polling_site import PolledSite, fill, polled, sqlite_url
from tests.support.private_servers import private_redis, redis_missing
from tests.support.processes import wait_until
from tests.support.requirements import lacks

GENEROUS_SECONDS = 2.0
"""Idle connections may cost a poll so much on a machine that does much else; in the soak it is a tenth of a second."""
ENOUGH_POLLS = 300


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a store with bulletins that nobody changes any more."""
    folder = tmp_path_factory.mktemp("filled")
    fill(sqlite_url(folder), folder, "filled")
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    """A copy of it that nobody has polled yet."""
    shutil.copytree(filled, tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def quiet(folder: Path) -> Iterator[PolledSite]:
    """A site that nobody writes to."""
    allow_connections(4_000)
    with polled(folder, sqlite_url(folder), seed="quiet", is_new=False) as site:
        yield site


def test_no_poll_is_torn_or_stale_while_bulletins_come_and_go(tmp_path: Path) -> None:
    with polled(tmp_path, sqlite_url(tmp_path), seed="come and go") as site:
        with site.crowd(), site.written(pause_seconds=0.12):
            site.await_acts(35)
            wait_until(lambda: len(site.ledger.seen) > ENOUGH_POLLS, 60, lambda: "nobody is answered")
        oracle = site.require_sound()
        print(f"{len(site.ledger.seen)} polls, the stalest by {oracle.stalest_seconds:.2f} s: {site.ledger.counts}")
        assert {"200", "304", "identity", "gzip", "br", "zstd"} <= site.ledger.counts.keys()
        several = [address for address in addresses() if site.ledger.documents_of(address) > 1]
        assert len(several) > 15, "the documents hardly changed while they were polled"
        site.require_same_in_all_codings()


def test_connections_that_do_nothing_delay_no_poll(quiet: PolledSite) -> None:
    quiet.warm(addresses())
    with quiet.crowd(clients=6, pause_seconds=0.02) as crowd:
        began = time.monotonic()
        crowd.await_polls(ENOUGH_POLLS)
        between = time.monotonic()
        with Hogs(quiet.port, "/feeds/all.json") as hogs:
            hogged = time.monotonic()
            crowd.await_polls(ENOUGH_POLLS)
            ended = time.monotonic()
    quiet.require_sound()
    without = quiet.ledger.slowest(since=began, until=between)
    during = quiet.ledger.slowest(since=hogged, until=ended)
    print(f"{hogs.connected} hogs: p99 {1000 * p99(during):.1f} ms, without them {1000 * p99(without):.1f} ms")
    assert p99(during) - p99(without) < GENEROUS_SECONDS


@pytest.mark.parametrize(
    ("workers", "accepts"), [(1, ACCEPTS), (2, ACCEPTS[2:3])], ids=["in every coding", "of a cluster"]
)
def test_two_hundred_polls_of_what_nobody_polled_before_render_it_once(
    folder: Path, workers: int, accepts: Sequence[tuple[str | None, frozenset[str]]]
) -> None:
    missing = redis_missing() if workers > 1 else None
    if missing:
        lacks("redis", missing)
    with ExitStack() as servers:
        settings = {}
        if workers > 1:
            _, url = servers.enter_context(private_redis(folder / "redis"))
            settings["BANTIN_REDIS_URL"] = url
        opened = polled(folder, sqlite_url(folder), seed="cold", settings=settings, workers=workers, is_new=False)
        site = servers.enter_context(opened)
        before = site.made()
        asyncio.run(ask_at_once(site.port, "/feeds/all.atom", accepts, clients=200, ledger=site.ledger))
        assert len(site.ledger.seen) == 200
        site.require_sound()
        assert site.made() - before == 1


def test_a_server_that_is_told_to_end_answers_first(quiet: PolledSite) -> None:
    only = addresses(["all"])
    quiet.warm(only)
    kept, fresh = (quiet.crowd(clients=8, pause_seconds=0.004, anew=anew, only=only) for anew in (0.05, 1))
    with kept, fresh:
        kept.await_polls(ENOUGH_POLLS)
        told_at = time.monotonic()
        quiet.server.signal(signal.SIGTERM)
        ended = quiet.server.end(within_seconds=30)
    assert ended.code == 0
    sent = [(each.sent_at - told_at, each) for each in quiet.ledger.failures if each.sent_at is not None]
    # On a connection that was kept, a client may ask at the moment at which the server closes it: it knows that, and
    # asks anew.
    lost = [(after, each.reason) for after, each in sent if not each.was_open or after < 0 or each.got]
    print(f"{len(quiet.ledger.seen)} polls answered, {len(sent) - len(lost)} met a closed connection")
    assert not lost, lost
    quiet.ledger.failures.clear()
    quiet.require_sound()
