"""Kills workers, takes the database away and spoils Redis while a site is written to and polled.

What is answered meanwhile is judged like everything else: only what these troubles excuse is excused.
"""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import redis

from tests.soak.polling_acts import CHANNELS, addresses
from tests.soak.polling_ledger import Ledger
from tests.soak.polling_oracle import Span
from tests.soak.polling_site import PolledSite
from tests.support.private_servers import PrivateServer
from tests.support.processes import find_holder, wait_until

BACK_SECONDS = 60.0
"""A worker that was killed must be there again by then, on a machine that does much else."""
HEALING_SECONDS = 10.0
"""So long what is answered may be as it was before, once the database is back."""
REFUSED_SECONDS = 40.0
"""Somebody who asks for what is not kept must be refused by then."""
QUICK_SECONDS = 2.0
"""A refusal is given within this time."""
COLD_CHANNELS = ("category/le-hoi", "author/thu-trang")
"""Nobody polls these before the database is away."""
COLD = addresses(COLD_CHANNELS)
HOT = addresses(channel for channel in CHANNELS if channel not in COLD_CHANNELS)
SPOIL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Outage:
    """How an outage went: seconds that hot polls took while it lasted, the longest last, and refusals of cold ones."""

    hot_seconds: Sequence[float]
    refused_seconds: Sequence[float]
    span: Span


def kill_worker(site: PolledSite, chance: random.Random) -> Span:
    """Kill a worker, wait until there are as many again and both answer; give the time in which connections break."""
    before = site.workers()
    victim = chance.choice(before)
    began = time.monotonic()
    os.kill(victim, signal.SIGKILL)
    wait_until(
        lambda: len(site.workers()) == len(before) and victim not in site.workers(),
        BACK_SECONDS,
        lambda: f"no other worker after {victim} was killed: {site.workers()} {site.server.err}",
    )
    await_all_answering(site)
    return Span(began, time.monotonic())


def await_all_answering(site: PolledSite) -> None:
    """Wait until each worker has answered somebody."""
    answering: set[int] = set()

    def is_each_heard() -> bool:
        workers = site.workers()
        with socket.create_connection(("127.0.0.1", site.port), timeout=BACK_SECONDS) as client:
            client.sendall(b"HEAD /feeds/all.rss HTTP/1.1\r\nHost: localhost\r\n\r\n")
            holder = find_holder(site.port, client, workers) if client.recv(9) == b"HTTP/1.1 " else None
        if holder is not None:
            answering.add(holder)
        return answering >= set(workers)

    wait_until(is_each_heard, BACK_SECONDS, lambda: f"of {site.workers()} only {answering} answer")


@contextmanager
def stopped(server: PrivateServer) -> Iterator[None]:
    """Have a server be away: whoever asks is refused."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def held(server: PrivateServer) -> Iterator[None]:
    """Have a server hang: whoever asks waits."""
    server.hold()
    try:
        yield
    finally:
        server.go_on()


OUTAGES: Mapping[str, Callable[[PrivateServer], Any]] = {"stopped": stopped, "held": held}


def outlive(site: PolledSite, server: PrivateServer, kind: str, *, seconds: float, cold: Ledger) -> Outage:
    """Take the database away for so long under a crowd that polls what is hot, and one that polls what is not.

    Somebody must write, and a crowd poll what is `HOT`, already. Refusals are looked for in the ledger `cold`.
    """
    asked = len(cold.seen)
    others = site.crowd(clients=3, pause_seconds=0.15, only=COLD, ledger=cold)
    with ExitStack() as polling:
        with OUTAGES[kind](server):
            polling.enter_context(others)
            began = time.monotonic()
            wait_until(
                lambda: time.monotonic() > began + seconds and bool(_refused(cold, asked)),
                seconds + REFUSED_SECONDS,
                lambda: f"{kind}: nobody is refused what is not kept: {cold.counts}",
            )
            ended = time.monotonic()
        others.await_polls(4)
    return Outage(
        hot_seconds=site.ledger.slowest(since=began, until=ended),
        refused_seconds=_refused(cold, asked),
        span=Span(began - 0.5, ended + HEALING_SECONDS),
    )


def _refused(cold: Ledger, since: int) -> list[float]:
    return sorted(each.seconds for each in cold.seen[since:] if each.status == 503)


class Spoiler:
    """Writes rubbish under every key of a Redis, again and again, and says rubbish on every channel."""

    def __init__(self, url: str, seed: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
        self._random = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.spoiled = 0

    def __enter__(self) -> Spoiler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(30)
        self._client.close()

    def spoil(self) -> None:
        """Spoil all keys once."""
        keys: list[bytes] = list(self._client.scan_iter(count=500))
        for key in keys:
            self._spoil_one(key, keys)
            self.spoiled += 1
        for channel in self._client.pubsub_channels():
            self._client.publish(channel, self._random.choice((b"", b"\xff\x00", b"999999999", b"{}", b"-1")))

    def _run(self) -> None:
        while not self._over.wait(SPOIL_SECONDS):
            with suppress(redis.RedisError):
                self.spoil()

    def _spoil_one(self, key: bytes, keys: Sequence[bytes]) -> None:
        kind, client = self._random.randrange(8), self._client
        with suppress(redis.ResponseError):
            if kind == 0:
                client.set(key, self._random.randbytes(200))
            elif kind == 1:
                client.set(key, b"")
            elif kind == 2:
                client.delete(key)
                client.rpush(key, b"a list", b"instead")
            elif kind == 3:
                client.set(key, b"\x80\x04\x95" + self._random.randbytes(40))
            elif kind in {4, 5}:
                self._alter(key)
            else:
                # What is whole, and somebody else's.
                with suppress(redis.ResponseError):
                    client.copy(self._random.choice(keys).decode(), key.decode(), replace=True)

    def _alter(self, key: bytes) -> None:
        value = self._client.get(key)
        if not isinstance(value, bytes) or not value:
            return
        if self._random.random() < 0.5:
            self._client.set(key, value[: self._random.randrange(len(value))])
            return
        place = self._random.randrange(len(value))
        self._client.set(
            key, value[:place] + bytes([value[place] ^ 1 << self._random.randrange(8)]) + value[place + 1 :]
        )


def redis_size(url: str) -> int:
    """Count the keys of a Redis."""
    client = redis.Redis.from_url(url)
    try:
        return int(client.dbsize())
    finally:
        client.close()


def flush(url: str) -> None:
    """Empty a Redis."""
    client = redis.Redis.from_url(url)
    try:
        client.flushall()
    finally:
        client.close()
