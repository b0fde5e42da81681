"""Does what has to happen by itself, alone among all workers that offer to, and outlives a database that goes away.

Every piece of work renews the lease within its own transaction: nothing is done twice, whatever the clocks say. The
wall clock decides only whether a bulletin is due; waiting and taking over go by the monotonic clock.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from threading import Event

from sqlalchemy.orm import Session

from store import leases
from store.database import Database
from store.errors import Conflict, LeaseLost, StoreUnavailable
from store.leases import WORKER, Lease

ACTOR = "worker"
STANDBY_SECONDS = 1.0
RENEW_SECONDS = 3.0
DEAD_SECONDS = 10.0
"""A holder whose beat stands still for so long is taken for dead."""
LONGEST_WAIT_SECONDS = 0.5
LONGEST_OUTAGE_PAUSE_SECONDS = 5.0
LONGEST_FAULT_PAUSE_SECONDS = 60.0
MOST_FAILURES_ONCE = 5

Turn = Callable[[], AbstractContextManager[Session]]
Monotonic = Callable[[], float]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something that happens by itself.

    `run` does at most one piece, inside the transaction that its argument begins, and returns after how many seconds
    it wants to look again: 0.0 where more is waiting.
    """

    name: str
    run: Callable[[Turn], float]


@dataclass(slots=True)
class _Errand:
    job: Job
    next_at: float = 0.0
    wait_seconds: float = 0.0
    failures: int = 0

    @property
    def is_content(self) -> bool:
        """Whether the last piece went well and left nothing that could be done now."""
        return self.wait_seconds > 0 and not self.failures

    def failed(self, first_seconds: float, longest_seconds: float) -> float:
        """Count a failure; give a pause that doubles with each in a row."""
        self.failures += 1
        return min(longest_seconds, first_seconds * 2.0 ** min(self.failures - 1, 16))


@dataclass(slots=True)
class _Outage:
    """What keeps the store away, by who met it: said once, and once more when it is over."""

    met: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, error: Exception) -> None:
        said = " ".join(str(error).split())
        if said not in self.met.values():
            _log.warning("%s; trying again until it works", said)
        self.met[name] = said

    def over(self, name: str) -> None:
        if self.met.pop(name, None) is not None and not self.met:
            _log.info("the store works again")


def own_name() -> str:
    """Give a name for this process that no other has or had."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Worker:
    """One that offers to work: stands by while another holds the lease, works while it holds it itself."""

    def __init__(
        self, database: Database, jobs: Sequence[Job], *, holder: str, monotonic: Monotonic = time.monotonic
    ) -> None:
        """Offer to do `jobs`, in their order; nothing happens before the first step.

        Two that are alive at the same time must not have the same `holder`, by which the lease knows them.
        """
        self.holder = holder
        self._database = database
        self._monotonic = monotonic
        self._standing_by = (_Errand(Job("take over", self._take_over)),)
        self._working = tuple(_Errand(job) for job in (Job("keep the lease", self._renew), *jobs))
        self._holds = False
        self._renewed_at = self._seen_at = monotonic()
        self._seen: Lease | None = None
        self._living: Lease | None = None
        self._outage = _Outage()
        self._change_level = logging.INFO

    @property
    def holds_lease(self) -> bool:
        """Whether this worker works, as far as it knows."""
        return self._holds

    def run(self, stop: Event) -> None:
        """Work or stand by until `stop`, then give the lease back."""
        while not stop.is_set():
            stop.wait(self.step())
        self.release()

    def run_once(self, stop: Event) -> Lease | None:
        """Do all that is due and give the lease back; where another worker is alive, do nothing and say which.

        A holder that says nothing is waited for, as when standing by. Raises StoreUnavailable, and Conflict for a job
        that goes on failing.
        """
        # What runs every minute from cron should speak only of what it did.
        self._change_level = logging.DEBUG
        while not stop.is_set():
            wait = self.step()
            if self._outage.met:
                raise StoreUnavailable(f"nothing more was done: {next(iter(self._outage.met.values()))}")
            if not self._holds and self._living is not None:
                return self._living
            stuck = [errand.job.name for errand in self._working if errand.failures >= MOST_FAILURES_ONCE]
            if stuck or (self._holds and all(errand.is_content for errand in self._working)):
                self.release()
                if stuck:
                    raise Conflict(f"“{'”, “'.join(stuck)}” failed {MOST_FAILURES_ONCE} times; the log says how")
                return None
            stop.wait(wait)
        self.release()
        return None

    def step(self) -> float:
        """Do one round: a piece of every job whose time has come, or a look at who holds the lease.

        Return the seconds until the next round is worth its while. Raises nothing that a database or a job may do.
        """
        try:
            for errand in self._errands():
                if errand.next_at <= self._monotonic():
                    self._do(errand)
        except LeaseLost as lost:
            _log.warning("stands by: %s", lost)
            self._stand_by()
        soonest = min(errand.next_at for errand in self._errands()) - self._monotonic()
        return min(max(soonest, 0.0), LONGEST_WAIT_SECONDS)

    def release(self) -> None:
        """Give the lease back, if it is held, so that another worker need not wait."""
        if not self._holds:
            return
        self._stand_by()
        try:
            with self._database.transaction(actor=ACTOR) as session:
                leases.release_lease(session, WORKER, self.holder)
        except StoreUnavailable as error:
            _log.warning("the lease could not be given back: %s", error)

    def _errands(self) -> tuple[_Errand, ...]:
        return self._working if self._holds else self._standing_by

    def _do(self, errand: _Errand) -> None:
        try:
            wait = errand.job.run(self._turn)
        except LeaseLost:
            raise
        except StoreUnavailable as error:
            wait = errand.failed(0.5, LONGEST_OUTAGE_PAUSE_SECONDS)
            self._outage.say(errand.job.name, error)
        # A job that fails is tried again, and ends neither the worker nor the other jobs.
        except Exception:
            wait = errand.failed(1.0, LONGEST_FAULT_PAUSE_SECONDS)
            _log.exception("“%s” failed; next try in %g s", errand.job.name, wait)
        else:
            errand.failures = 0
            self._outage.over(errand.job.name)
        errand.wait_seconds, errand.next_at = wait, self._monotonic() + wait

    @contextmanager
    def _turn(self) -> Iterator[Session]:
        """Begin a write as the holder of the lease; raises LeaseLost."""
        with self._database.transaction(actor=ACTOR) as session:
            leases.renew_lease(session, WORKER, self.holder)
            yield session
        self._renewed_at = self._monotonic()

    def _renew(self, turn: Turn) -> float:
        left = self._renewed_at + RENEW_SECONDS - self._monotonic()
        if left > 0:
            return left
        with turn():
            return RENEW_SECONDS

    def _take_over(self, _turn: Turn) -> float:
        try:
            with self._database.snapshot() as session:
                held = leases.find_lease(session, WORKER)
        except Exception:
            # A beat that could not be seen did not stand still.
            self._seen = None
            raise
        # Our own name stands there after a commit that nobody could acknowledge, or when we follow one that died.
        if held is not None and held.holder != self.holder and not self._is_dead(held):
            return STANDBY_SECONDS
        with self._database.transaction(actor=ACTOR) as session:
            is_taken = leases.take_lease(session, WORKER, self.holder, dead=held)
        if not is_taken:
            return STANDBY_SECONDS
        is_other = held is not None and held.holder != self.holder
        after = f", after {held.holder} said nothing for {DEAD_SECONDS:g} s" if held is not None and is_other else ""
        _log.log(self._change_level, "at work as %s%s", self.holder, after)
        self._holds, self._renewed_at = True, self._monotonic()
        for errand in self._working:
            errand.next_at = self._renewed_at
        return STANDBY_SECONDS

    def _is_dead(self, held: Lease) -> bool:
        present, seen = self._monotonic(), self._seen
        if seen is not None and (seen.holder, seen.beat) == (held.holder, held.beat):
            return present - self._seen_at >= DEAD_SECONDS
        if seen is not None:
            self._living = held
        elif self._living is None or self._living.holder != held.holder:
            _log.log(self._change_level, "%s holds the lease; standing by", held.holder)
        self._seen, self._seen_at = held, present
        return False

    def _stand_by(self) -> None:
        self._holds = False
        self._seen = None
        self._outage.met.clear()
        for errand in (*self._working, *self._standing_by):
            errand.next_at = self._monotonic()
            errand.failures = 0
