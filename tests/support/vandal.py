"""A Redis for tests that share one, and what can be done to what stands in it."""

from __future__ import annotations

import os
import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from feeds.http import redis_bodies
from feeds.http.redis_address import read_redis_address
from feeds.http.redis_bodies import RedisBodies
from tests.support.private_servers import private_redis, redis_missing
from tests.support.requirements import lacks


@contextmanager
def some_redis(folder: Path) -> Iterator[str]:
    """Give the URL of the Redis that BANTIN_TEST_REDIS_URL names, else of a new one; skip where there is none."""
    named = os.environ.get("BANTIN_TEST_REDIS_URL", "")
    if named:
        yield named
        return
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    with private_redis(folder) as (_, url):
        yield url


def take_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody lose patience because this machine is busy; from the next connection on."""
    for name in ("CONNECT_SECONDS", "SILENCE_SECONDS", "PATIENCE_SECONDS", "TURN_SECONDS"):
        monkeypatch.setattr(redis_bodies, name, 60)


def lose_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a Redis that hangs be given up as soon as it is where nobody tests; from the next connection on."""
    monkeypatch.setattr(redis_bodies, "SILENCE_SECONDS", 0.5)
    # It may have heard of a turn that nobody took, for want of an answer.
    monkeypatch.setattr(redis_bodies, "PATIENCE_SECONDS", 2)


def bodies_at(url: str, instance: uuid.UUID) -> RedisBodies:
    """Give what shares the documents of this store through this Redis."""
    return RedisBodies(read_redis_address(url), instance)


class Vandal:
    """Does to the keys of one Redis what nobody should; only to those that are Bantin's."""

    def __init__(self, url: str, seed: int = 0) -> None:
        self.client = redis.Redis.from_url(url)
        self._random = random.Random(seed)

    def keys(self) -> list[str]:
        """List the keys of documents, of all stores."""
        found = [key.decode() for key in self.client.scan_iter("bantin:*")]
        return sorted(key for key in found if key.count(":") == 2 and not key.endswith(":well"))

    def value(self, key: str) -> bytes:
        value = self.client.get(key)
        assert isinstance(value, bytes)
        return value

    def spoil(self, keys: list[str], act: Callable[[Vandal, str], None]) -> None:
        for key in keys:
            act(self, key)

    def fill_with_rubbish(self, key: str) -> None:
        self.client.set(key, self._random.randbytes(300))

    def empty(self, key: str) -> None:
        self.client.set(key, b"")

    def make_a_list(self, key: str) -> None:
        self.client.delete(key)
        self.client.rpush(key, "one", "two")

    def make_a_hash(self, key: str) -> None:
        self.client.delete(key)
        self.client.hset(key, "one", "two")

    def cut_short(self, key: str) -> None:
        value = self.value(key)
        self.client.set(key, value[: self._random.randrange(len(value))])

    def lengthen(self, key: str) -> None:
        self.client.append(key, b"\n")

    def turn_one_bit(self, key: str) -> None:
        value = bytearray(self.value(key))
        value[self._random.randrange(len(value))] ^= 1 << self._random.randrange(8)
        self.client.set(key, bytes(value))

    def make_huge(self, key: str) -> None:
        self.client.setrange(key, 16 * 1024 * 1024, b"x")

    def exchange(self, one: str, other: str) -> None:
        """Give each of two keys what the other has: whole, and ours."""
        values = self.value(one), self.value(other)
        self.client.set(one, values[1])
        self.client.set(other, values[0])

    def close(self) -> None:
        self.client.close()


ACTS: list[Callable[[Vandal, str], None]] = [
    Vandal.fill_with_rubbish,
    Vandal.empty,
    Vandal.make_a_list,
    Vandal.make_a_hash,
    Vandal.cut_short,
    Vandal.lengthen,
    Vandal.turn_one_bit,
    Vandal.make_huge,
]
