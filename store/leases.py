"""Lets one process alone do what has to happen by itself, however many offer to, and another take over when it dies.

The holder's beat steps while it lives; whoever waits trusts its own monotonic clock to say that it stands still, so
that a clock that jumps neither ends a lease nor makes it last. Every step of the holder's work renews the lease in the
transaction of the work: writers take turns, so two can never do the same step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from store.database import now
from store.errors import LeaseLost
from store.models import DbLease

WORKER = "worker"


@dataclass(frozen=True, slots=True)
class Lease:
    """Who holds a lease, and how often it said so; `beat_at` is for people, no decision rests on it."""

    holder: str
    beat: int
    held_since: datetime
    beat_at: datetime


def find_lease(session: Session, name: str) -> Lease | None:
    """Give who holds a lease; None where nobody does."""
    row = session.get(DbLease, name)
    return Lease(row.holder, row.beat, row.held_since, row.beat_at) if row and row.holder else None


def take_lease(session: Session, name: str, holder: str, *, dead: Lease | None = None) -> bool:
    """Take a lease that nobody holds, or that of a holder seen `dead`: still at that beat; say whether it is ours."""
    row = session.get(DbLease, name)
    if row is None:
        row = DbLease(name=name, holder="", beat=0, held_since=now(session), beat_at=now(session))
        session.add(row)
    is_free = not row.holder or (dead is not None and (row.holder, row.beat) == (dead.holder, dead.beat))
    if not is_free:
        return row.holder == holder
    row.holder, row.beat, row.held_since, row.beat_at = holder, row.beat + 1, now(session), now(session)
    session.flush()
    return True


def renew_lease(session: Session, name: str, holder: str) -> None:
    """Step the beat of a lease, as part of the holder's own work; raises LeaseLost where another holds it."""
    row = session.get(DbLease, name)
    if row is None or row.holder != holder:
        raise LeaseLost(
            f"the lease “{name}” is held by {row.holder if row and row.holder else 'nobody'}, not by {holder}",
            vietnamese="một tiến trình khác đã nhận phần việc này",
        )
    row.beat, row.beat_at = row.beat + 1, now(session)
    session.flush()


def release_lease(session: Session, name: str, holder: str) -> None:
    """Give a lease up, so that another takes it at once; nothing happens where another holds it."""
    row = session.get(DbLease, name)
    if row is not None and row.holder == holder:
        row.holder = ""
        session.flush()
