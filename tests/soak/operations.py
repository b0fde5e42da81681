"""`python -m tests.soak.operations URL DATA_FOLDER SEED COUNT LOG`: one process that writes, as desks and workers do.

Each operation is one transaction whose actor is the operation's id, so that all it leaves can be told from the rest.
Its journal says before what it means to do, and after the commit what a reader must find.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from store import publication
from store.attachments.disk import DiskStorage
from store.attachments.removal import sweep
from store.attachments.storage import Storage
from store.database import Database
from store.errors import StoreError, StoreUnavailable
from store.leases import WORKER, Lease, find_lease, renew_lease, take_lease
from tests.soak import bulletin_operations as on_bulletins
from tests.soak import entity_operations as on_entities
from tests.soak.bulletin_operations import Planner
from tests.soak.journal import End, Journal, word_of
from tests.soak.planned import Plan, Situation, view_of

LEASE_SECONDS = 1.0
"""A holder whose beat stands still for so long is taken for dead."""

WEIGHTS: Sequence[tuple[Planner, int]] = (
    (on_bulletins.draft, 16),
    (on_bulletins.revise, 11),
    (on_bulletins.correct, 6),
    (on_bulletins.publish, 14),
    (on_bulletins.schedule, 6),
    (on_bulletins.cancel, 2),
    (on_bulletins.withdraw, 6),
    (on_bulletins.republish, 4),
    (on_bulletins.expunge, 5),
    (on_bulletins.put_photo, 10),
    (on_entities.add, 6),
    (on_entities.rename, 6),
    (on_entities.move, 3),
    (on_entities.merge, 3),
    (on_entities.close, 2),
    (on_entities.reopen, 2),
    (on_entities.add_alias, 3),
    (on_entities.remove_alias, 1),
    (on_entities.add_redirect, 2),
    (on_entities.remove_redirect, 1),
)
WORKER_SHARE = 0.09


@dataclass
class Process:
    """One of those that write to the store at the same time."""

    database: Database
    storage: Storage
    seed: int
    journal: Journal
    random: Random = field(init=False)
    _holds: bool = False
    _seen: Lease | None = None
    _seen_at: float = 0.0

    def __post_init__(self) -> None:
        self.random = Random(f"lives/{self.seed}")

    def run(self, count: int) -> None:
        """Do `count` operations, refused ones included."""
        for number in range(1, count + 1):
            op = f"{self.seed}.{number}"
            with self.database.snapshot() as session:
                view = view_of(session)
            now = Situation(op, f"process {self.seed}", word_of(op), view, self.random, self.storage)
            self._do(op, self._planned(now))

    def _planned(self, now: Situation) -> Plan:
        while True:
            if self.random.random() < WORKER_SHARE:
                return self._worker_step(now)
            [planner] = self.random.choices([each for each, _ in WEIGHTS], [weight for _, weight in WEIGHTS])
            plan = planner(now)
            if plan is not None:
                return plan

    def _do(self, op: str, plan: Plan) -> None:
        self.journal.intend(op, plan.meant)
        begun = time.monotonic()
        try:
            plan.before()
            with self.database.transaction(actor=op) as session:
                self.journal.turn(op)
                begun = time.monotonic()
                done = plan.act(session)
            end, found = (End.IDLE, {}) if done is None else (End.DONE, done)
        except StoreUnavailable:
            raise
        except StoreError as refusal:
            end, found = End.REFUSED, {"error": type(refusal).__name__, "said": str(refusal)}
        self.journal.end(op, end, found, seconds=time.monotonic() - begun)
        if plan.meant["do"] == "expunge" and end is End.DONE:
            # As `bantin bulletin expunge` does; whoever is killed before leaves the files for the next.
            sweep(self.database, self.storage)

    def _worker_step(self, now: Situation) -> Plan:
        dead = self._dead_holder(now)
        held = self._holds

        def act(session: Session) -> Mapping[str, Any] | None:
            if held:
                self._holds = False
                renew_lease(session, WORKER, now.holder)
            elif not take_lease(session, WORKER, now.holder, dead=dead):
                return None
            self._holds = True
            number = publication.publish_due(session)
            lease = find_lease(session, WORKER)
            if number is None or lease is None:
                return None
            return on_bulletins.found_of(session, number) | {"beat": lease.beat}

        return Plan({"do": "worker", "holder": now.holder}, act)

    def _dead_holder(self, now: Situation) -> Lease | None:
        lease, seen = now.view.lease, self._seen
        if lease is None:
            return None
        if seen is not None and (lease.holder, lease.beat) == (seen.holder, seen.beat):
            return seen if time.monotonic() - self._seen_at > LEASE_SECONDS else None
        self._seen, self._seen_at = lease, time.monotonic()
        return None


def main(arguments: Sequence[str]) -> None:
    """Do what the command line says."""
    url, folder, seed, count, log = arguments
    database = Database(url)
    process = Process(database, DiskStorage(Path(folder) / "files"), int(seed), Journal(Path(log)))
    process.run(int(count))
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1:])
