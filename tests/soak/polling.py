"""Polls at length: a crowd that polls everything in every way, while bulletins come and go and there is trouble.

Every answer is held against what was committed, and when. The same seed acts and asks the same, as far as the clock
lets it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random

from tests.soak.polling_acts import addresses, read_acts
from tests.soak.polling_hogs import Hogs, allow_connections
from tests.soak.polling_ledger import Ledger
from tests.soak.polling_oracle import Span
from tests.soak.polling_site import PolledSite, polled, sqlite_url
from tests.soak.polling_trouble import (
    HOT,
    OUTAGES,
    QUICK_SECONDS,
    Spoiler,
    flush,
    kill_worker,
    outlive,
)
from tests.support.private_servers import PrivateServer, private_postgres, private_redis, redis_missing

AWAY_SECONDS = 10.0
HOGGED_SECONDS = 0.1
"""Idle connections may cost a poll so much more than without them."""
WORKERS = 3

Say = Callable[[str], None]


@dataclass
class Summary:
    """What a soak did and met. Seconds are those of polls; `counts` says how they were answered."""

    polls: int = 0
    acts: int = 0
    troubles: dict[str, int] = field(default_factory=dict)
    stalest_seconds: float = 0.0
    p99_seconds: float = 0.0
    hogged_seconds: float = 0.0
    away_seconds: float = 0.0
    counts: Mapping[str, int] = field(default_factory=dict)

    def met(self, trouble: str) -> None:
        """Count a trouble."""
        self.troubles[trouble] = self.troubles.get(trouble, 0) + 1


def soak(database: str, folder: Path, *, seconds: float, seed: int, say: Say) -> Summary:
    """Poll for about so many seconds, a quarter of them idle connections; raises AssertionError for a wrong answer."""
    done, chance = Summary(), Random(f"polling {seed}")
    allow_connections(4_000)
    with ExitStack() as servers:
        postgres, url = servers.enter_context(private_postgres()) if database == "postgres" else (None, "")
        redis, redis_url = (None, "") if redis_missing() else servers.enter_context(private_redis(folder / "redis"))
        if redis is None:
            say(f"{database}: Redis is left out: {redis_missing()}")
        settings = {"BANTIN_REDIS_URL": redis_url} if redis else {}
        opened = polled(folder, url or sqlite_url(folder), seed=str(seed), settings=settings, workers=WORKERS)
        site = servers.enter_context(opened)
        troubles = _Troubles(site, chance, done, postgres, redis, redis_url)
        with _polled_and_written(site):
            until = time.monotonic() + 0.75 * seconds
            while time.monotonic() < until:
                say(
                    f"{database}: {len(site.ledger.seen)} polls, {len(read_acts(site.journal))} acts: {troubles.meet()}"
                )
                time.sleep(chance.uniform(1, 4))
        troubles.judge()
        site.ledger = Ledger()
        _hog(site, seconds / 8, done)
    return done


@contextmanager
def _polled_and_written(site: PolledSite) -> Iterator[None]:
    site.warm(HOT)
    with site.crowd(clients=24, pause_seconds=0.05, only=HOT) as crowd, site.written(pause_seconds=0.2):
        crowd.await_polls(500)
        yield
        site.await_acts(10)
        crowd.await_polls(500)


@dataclass
class _Troubles:
    """One trouble after another on a site that is polled and written to, and the judgement on them all."""

    site: PolledSite
    chance: Random
    done: Summary
    postgres: PrivateServer | None
    redis: PrivateServer | None
    redis_url: str
    breaks: list[Span] = field(default_factory=list)
    outages: list[Span] = field(default_factory=list)
    cold: Ledger = field(default_factory=Ledger)

    def meet(self) -> str:
        """Meet one; say which."""
        kinds: dict[str, Callable[[], None]] = {"a worker killed": self._kill}
        if self.postgres is not None:
            kinds |= {f"PostgreSQL {kind}": partial(self._lose_postgres, kind) for kind in OUTAGES}
        if self.redis is not None:
            kinds |= {"Redis emptied": self._flush, "Redis spoiled": self._spoil}
            kinds |= {f"Redis {kind}": partial(self._lose_redis, kind) for kind in OUTAGES}
        # Each kind once before any comes again.
        fewest = min(self.done.troubles.get(kind, 0) for kind in kinds)
        kind = self.chance.choice([each for each in kinds if self.done.troubles.get(each, 0) == fewest])
        kinds[kind]()
        self.done.met(kind)
        return kind

    def judge(self) -> None:
        """Raise AssertionError for every answer that was wrong in spite of what is excused."""
        oracle = self.site.require_sound(outages=self.outages, breaks=self.breaks)
        faults = self.cold.judge(
            self.site.oracle(self.outages, is_idle=True),
            refusals=self.outages,
            breaks=self.breaks,
            refusal_seconds=QUICK_SECONDS,
        )
        assert not faults, "\n".join(faults)
        self.site.require_same_in_all_codings()
        seconds = self.site.ledger.slowest()
        self.done.polls += len(seconds) + len(self.cold.seen)
        self.done.acts = len(read_acts(self.site.journal))
        self.done.stalest_seconds = oracle.stalest_seconds
        self.done.p99_seconds = p99(seconds)
        self.done.counts = self.site.ledger.counts

    def _kill(self) -> None:
        self.breaks.append(kill_worker(self.site, self.chance))
        # Nothing is hot in a worker that has just begun.
        self.site.warm(HOT)

    def _lose_postgres(self, kind: str) -> None:
        assert self.postgres is not None
        cold = Ledger()
        outage = outlive(self.site, self.postgres, kind, seconds=AWAY_SECONDS, cold=cold)
        self.outages.append(outage.span)
        self.cold.add(cold)
        slowest = outage.hot_seconds[-1]
        allowed = QUICK_SECONDS + self.site.ledger.lag_seconds
        assert slowest < allowed, f"a hot poll took {slowest:.2f} s while PostgreSQL was {kind}"
        self.done.away_seconds = max(self.done.away_seconds, slowest)
        # Then nothing excuses what is stale any more.
        time.sleep(max(outage.span.ended - time.monotonic(), 0))
        self.site.await_acts(10)

    def _flush(self) -> None:
        flush(self.redis_url)
        self.site.await_acts(5)

    def _spoil(self) -> None:
        with Spoiler(self.redis_url, str(self.chance.random())):
            self.site.await_acts(20)
            self._kill()

    def _lose_redis(self, kind: str) -> None:
        assert self.redis is not None
        with OUTAGES[kind](self.redis):
            self.site.await_acts(15)


def _hog(site: PolledSite, seconds: float, done: Summary) -> None:
    """Poll a site that nobody writes to, first without idle connections, then with them."""
    site.warm(addresses())
    with site.crowd(clients=8, pause_seconds=0.02):
        began = time.monotonic()
        time.sleep(seconds)
        between = time.monotonic()
        with Hogs(site.port, "/feeds/all.json"):
            hogged = time.monotonic()
            time.sleep(seconds)
            ended = time.monotonic()
    site.require_sound()
    without = p99(site.ledger.slowest(since=began, until=between))
    during = p99(site.ledger.slowest(since=hogged, until=ended))
    done.polls += len(site.ledger.seen)
    done.hogged_seconds = during - without
    assert during - without < HOGGED_SECONDS, f"idle connections: p99 {during:.3f} s, without them {without:.3f} s"


def p99(seconds: list[float]) -> float:
    """Give what 99 of 100 polls were answered within; they must be sorted."""
    return seconds[int(0.99 * (len(seconds) - 1))]
