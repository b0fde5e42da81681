"""Shares the bytes of documents through Redis. What is found there is believed only if its digest says who wrote it.

Redis may be away, hang, be emptied or hold rubbish: then each process makes its own, and nobody waits long.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from feeds.http.breaker import Breaker
from feeds.http.redis_address import RedisAddress
from store.errors import InputError

if TYPE_CHECKING:
    from redis import Redis

PREFIX = "bantin:"
MOST_BYTES = 8 * 1024 * 1024
"""Of one document; a larger one is made by each process."""
KEPT_SECONDS = 3 * 3600
"""What changed has another name: nothing else clears away what had the former one."""
CONNECT_SECONDS = 0.3
SILENCE_SECONDS = 0.5
READ_BYTES = 256 * 1024
TURN_SECONDS = 10
"""A turn of a process that died ends after so long."""
PATIENCE_SECONDS = 2.0
"""So long one waits for another's turn, asking after pauses that grow from the first to the longest."""
FIRST_PAUSE_SECONDS = 0.005
MOST_PAUSE_SECONDS = 0.05
MAGIC = b"bantin\x00\x01"
"""Begins every value; its last byte is the version of the frame: MAGIC, digest, body."""
DIGEST_BYTES = 32
HEAD_BYTES = len(MAGIC) + DIGEST_BYTES
_TOKEN_BYTES = 16
_TURN = ":turn"
_SAID_CHARS = 200
# Whoever lost his turn to its expiry must not end that of another.
_GIVE_BACK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0"

Answered = TypeVar("Answered")


class RedisBodies:
    """Bytes shared by all processes that serve one store, `instance`; any thread may use it, and any fork."""

    def __init__(self, address: RedisAddress, instance: UUID) -> None:
        """Share through this Redis; nothing is asked yet. Raises InputError where the client library is missing."""
        try:
            import redis
        except ModuleNotFoundError as error:
            raise InputError(
                field="BANTIN_REDIS_URL",
                value=address.describe(),
                reason="needs the Redis client, which is not installed",
                accepted="after `pip install bantin[redis]`",
                vietnamese="chưa cài thư viện Redis; hãy chạy `pip install bantin[redis]`",
            ) from error
        self._refusal: type[Exception] = redis.ResponseError
        self._address = address
        self._secret = hashlib.blake2b(instance.bytes, key=MAGIC).digest()
        self._prefix = f"{PREFIX}{hashlib.blake2b(self._secret, digest_size=8).hexdigest()}:"
        self._clients: dict[int, Redis] = {}
        self._breaker = Breaker("Redis", self._find_fault)

    @property
    def met(self) -> str:
        """What kept the others away the last time; empty when nothing did."""
        return self._breaker.met

    def find(self, name: str) -> bytes | None:
        """Give what somebody shared under this name; what is not ours, or not whole, is as if it were not there."""
        return self._find(self._key(name))

    def keep(self, name: str, body: bytes) -> None:
        """Share bytes under a name, for some hours, in place of whatever is there."""
        if len(body) <= MOST_BYTES:
            key = self._key(name)
            framed = self._framed(key, body)
            self._ask(lambda client: client.set(key, framed, ex=KEPT_SECONDS))

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait, for a bounded time, until nobody else makes what will have this name."""
        key = self._key(name)
        token = self._framed(key + _TURN, os.urandom(_TOKEN_BYTES))
        is_mine = self._take_turn(key, token)
        try:
            yield
        finally:
            if is_mine:
                self._ask(lambda client: client.eval(_GIVE_BACK, 1, key + _TURN, token))

    def close(self) -> None:
        """Close the connections of this process; asking opens others."""
        client = self._clients.pop(os.getpid(), None)
        if client is not None:
            client.close()
            client.connection_pool.disconnect()

    def _take_turn(self, key: str, token: bytes) -> bool:
        """Wait for a turn, as long as it makes sense; say whether it is ours and must be given back."""
        patience_ends = time.monotonic() + PATIENCE_SECONDS
        pause_seconds = FIRST_PAUSE_SECONDS
        was_empty = False
        while self._breaker.is_whole:
            if self._ask(lambda client: client.set(key + _TURN, token, nx=True, ex=TURN_SECONDS)):
                return True
            if self._find(key) is not None or time.monotonic() > patience_ends:
                return False
            held = self._ask(lambda client: client.getrange(key + _TURN, 0, HEAD_BYTES + _TOKEN_BYTES))
            # It may have been given back just now, but not twice; and a turn that nobody took would never end.
            is_empty = held == b""
            if (was_empty or not is_empty) and (held is None or self._opened(key + _TURN, held) is None):
                return bool(self._ask(lambda client: client.set(key + _TURN, token, ex=TURN_SECONDS)))
            was_empty = is_empty
            time.sleep(pause_seconds)
            pause_seconds = min(2 * pause_seconds, MOST_PAUSE_SECONDS)
        return False

    def _find(self, key: str) -> bytes | None:
        # No more than there can be of ours: anything may stand there, of any size.
        found = self._ask(lambda client: client.getrange(key, 0, HEAD_BYTES + MOST_BYTES))
        return self._opened(key, found) if found else None

    def _ask(self, question: Callable[[Redis], Answered]) -> Answered | None:
        """Give what Redis answers, and None where it is away or holds something else than bytes."""
        if not self._breaker.is_whole:
            return None
        try:
            return question(self._client())
        # Whatever a server, or what stands in its place, can make the client raise.
        except Exception as error:
            if not (isinstance(error, self._refusal) and "WRONGTYPE" in str(error)):
                self._breaker.fail(self._describe(error))
            return None

    def _find_fault(self) -> str:
        key = f"{self._prefix}well"
        try:
            client = self._client()
            # One by one they would each keep somebody waiting.
            client.connection_pool.disconnect(inuse_connections=False)
            # As a full Redis still answers, and one that only follows another.
            client.set(key, self._framed(key, b""), ex=KEPT_SECONDS)
        # As in `_ask`.
        except Exception as error:
            return self._describe(error)
        return ""

    def _client(self) -> Redis:
        # Each process its own, never closed by another: sockets, and locks that were locked, go along into a fork.
        client = self._clients.get(os.getpid())
        if client is None:
            client = self._clients.setdefault(os.getpid(), _connect(self._address))
        return client

    def _key(self, name: str) -> str:
        return self._prefix + hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=20).hexdigest()

    def _framed(self, key: str, body: bytes) -> bytes:
        return b"".join((MAGIC, self._digest(key, body), body))

    def _opened(self, key: str, framed: bytes | str) -> bytes | None:
        if not isinstance(framed, bytes) or len(framed) < HEAD_BYTES or not framed.startswith(MAGIC):
            return None
        body = framed[HEAD_BYTES:]
        is_ours = hmac.compare_digest(framed[len(MAGIC) : HEAD_BYTES], self._digest(key, body))
        return body if is_ours else None

    def _digest(self, key: str, body: bytes) -> bytes:
        digest = hashlib.blake2b(key.encode() + b"\0", key=self._secret, digest_size=DIGEST_BYTES)
        digest.update(body)
        return digest.digest()

    def _describe(self, error: Exception) -> str:
        said = str(error) or type(error).__name__
        if self._address.password:
            said = said.replace(self._address.password, "…")
        plain = "".join(char if char.isprintable() else " " for char in said)
        return f"{self._address.describe()}: {' '.join(plain.split())[:_SAID_CHARS]}"


def _connect(address: RedisAddress) -> Redis:
    """Give a client for one process; it connects when it is first asked something."""
    from redis import Connection, ConnectionPool, Redis, SSLConnection, UnixDomainSocketConnection
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    place = {"path": address.path} if address.path else {"host": address.host, "port": address.port}
    kind = UnixDomainSocketConnection if address.path else SSLConnection if address.is_tls else Connection
    pool = ConnectionPool(
        connection_class=kind,
        **place,
        db=address.db,
        username=address.user or None,
        password=address.password or None,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=SILENCE_SECONDS,
        socket_read_size=READ_BYTES,
        retry=Retry(NoBackoff(), 0),
        # Without greetings that would each wait for an answer.
        protocol=2,
        driver_info=None,
    )
    return Redis(connection_pool=pool)
