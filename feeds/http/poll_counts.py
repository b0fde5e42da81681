"""Counts polls in windows of fixed length: in Redis for all processes together, else in this one's memory.

While Redis is away each process counts for itself: whoever is refused then has polled one process too often.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import TypeVar

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from feeds.http.breaker import Breaker
from feeds.http.clients import PollLimit

MOST_NAMES = 100_000
"""So many are counted at a time; of more, those that began first may begin anew."""
REDIS_SECONDS = 0.1
"""So long Redis may take for a count, or a poll would take longer to count than to answer."""
_DROPPED_AT_ONCE = 8

Monotonic = Callable[[], float]
Answered = TypeVar("Answered")


@dataclass(slots=True)
class _Window:
    count: int
    ends_at: float


class BoundedCounts(Storage):
    """Counts of at most `most` names in memory; all windows must have the same length.

    The MemoryStorage of `limits` has no bound, and looks through all that it holds, in threads of its own.
    """

    STORAGE_SCHEME = None

    def __init__(self, most: int = MOST_NAMES, *, monotonic: Monotonic = time.monotonic) -> None:
        """Prepare; nothing is counted yet."""
        super().__init__()
        self._most = most
        self._monotonic = monotonic
        # In the order in which they end.
        self._windows: dict[str, _Window] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._windows)

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What may be raised: nothing."""
        return ()

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Add to a count; the first in a window begins it, and it ends after `expiry` seconds."""
        now = self._monotonic()
        with self._lock:
            window = self._windows.get(key)
            if window is None or window.ends_at <= now:
                self._windows.pop(key, None)
                self._spare(now)
                window = self._windows[key] = _Window(0, now + expiry)
            window.count += amount
            return window.count

    def get(self, key: str) -> int:
        """Give a count, 0 after the end of its window."""
        window = self._windows.get(key)
        return window.count if window is not None and window.ends_at > self._monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """Give the end of a window as a time since the epoch, in seconds."""
        window = self._windows.get(key)
        return time.time() + (window.ends_at - self._monotonic() if window is not None else 0)

    def check(self) -> bool:
        """Say that it is there."""
        return True

    def reset(self) -> int:
        """Forget all counts; give how many there were."""
        with self._lock:
            count = len(self._windows)
            self._windows.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one count."""
        with self._lock:
            self._windows.pop(key, None)

    def _spare(self, now: float) -> None:
        """Make room for one more, and let go of a few that have ended: no poll pays for all."""
        for _ in range(_DROPPED_AT_ONCE):
            oldest = next(iter(self._windows), None)
            if oldest is None or (len(self._windows) < self._most and self._windows[oldest].ends_at > now):
                return
            del self._windows[oldest]


class PollCounts:
    """Counts for one limit; any thread may use it. With `redis_url` all processes of one `site` count together."""

    def __init__(
        self, limit: PollLimit, *, redis_url: str = "", site: str = "", monotonic: Monotonic = time.monotonic
    ) -> None:
        """Prepare; nothing is opened before the first poll."""
        self._limit = limit
        self._item = RateLimitItemPerSecond(limit.polls, limit.seconds)
        self._own = FixedWindowRateLimiter(BoundedCounts(monotonic=monotonic))
        self._shared = _Shared(redis_url, site) if redis_url else None

    def find_wait_seconds(self, name: str) -> int | None:
        """Say how long, in seconds and at least 1, a name has used up what it may; None where it has not.

        Those that poll at the same moment may all be let through.
        """

        def look(limiter: FixedWindowRateLimiter) -> int | None:
            if limiter.test(self._item, name):
                return None
            left_seconds = limiter.get_window_stats(self._item, name).reset_time - time.time()
            # A count without an end is none of ours.
            return min(math.ceil(left_seconds), self._limit.seconds) if left_seconds > 0 else None

        return self._ask(look)

    def add(self, name: str) -> None:
        """Count one poll."""
        self._ask(lambda limiter: limiter.hit(self._item, name))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], Answered]) -> Answered:
        if self._shared is not None and self._shared.breaker.is_whole:
            try:
                return question(self._shared.limiter)
            # Whatever is met there, and whatever stands there under our names: polls are answered all the same.
            except Exception as error:
                self._shared.note(error)
        return question(self._own)


class _Shared:
    """The counts of all processes."""

    def __init__(self, redis_url: str, site: str) -> None:
        place = hashlib.blake2b(site.encode(), digest_size=8).hexdigest()
        # Without `retry` there is none. Nothing but the two timeouts is waited for.
        self._storage = RedisStorage(
            redis_url,
            key_prefix=f"bantin:polls:{place}",
            socket_connect_timeout=REDIS_SECONDS,
            socket_timeout=REDIS_SECONDS,
            protocol=2,
        )
        self.limiter = FixedWindowRateLimiter(self._storage)
        self.breaker = Breaker("Redis", self._find_fault)

    def note(self, error: Exception) -> None:
        """Keep away from a Redis that cannot be reached; one that refuses what is asked, refuses at once."""
        if not isinstance(error, ValueError | self._storage.dependency.ResponseError):
            self.breaker.fail(_said(error))

    def _find_fault(self) -> str:
        try:
            self._storage.get_connection().ping()
        # As in `PollCounts._ask`.
        except Exception as error:
            return _said(error)
        return ""


def _said(error: Exception) -> str:
    # Not in its own words, in which a password might stand.
    return f"polls are counted by each process alone ({type(error).__name__})"
