"""One operation before it is done: what the journal says of it, how to do it, and the store as its planner saw it.

Between the view and the transaction others go on, so any plan may be refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import redirects
from store.attachments.storage import Storage
from store.leases import WORKER, Lease, find_lease
from store.models import DbAttachment, DbBulletin
from store.names import ROW_TYPES, Kind, aliases
from store.types import Status

Act = Callable[[Session], Mapping[str, Any] | None]
"""Does the operation and gives what a reader must find from then on; None where there was nothing to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """`meant` goes into the journal; `before` happens after that, and outside the transaction."""

    meant: Mapping[str, Any]
    act: Act
    before: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class SeenBulletin:
    """A bulletin as the planner saw it; `waiting` are the numbers of its attachments without a file."""

    number: int
    status: Status
    revision: int
    waiting: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SeenEntity:
    """A category, organisation or author as the planner saw it."""

    id: int
    name: str
    is_merged: bool
    is_closed: bool
    aliases: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        return not (self.is_merged or self.is_closed)


@dataclass(frozen=True, slots=True)
class View:
    """The store at one moment."""

    bulletins: Sequence[SeenBulletin]
    entities: Mapping[Kind, Sequence[SeenEntity]]
    redirects: Sequence[str]
    lease: Lease | None

    def of_status(self, *wanted: Status) -> list[SeenBulletin]:
        return [bulletin for bulletin in self.bulletins if bulletin.status in wanted]

    def open_names(self, kind: Kind) -> list[str]:
        return [entity.name for entity in self.entities[kind] if entity.is_open]


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a plan is made from; `op` is the id of the operation, `holder` that of the process."""

    op: str
    holder: str
    word: str
    view: View
    random: Random
    storage: Storage


def view_of(session: Session) -> View:
    """Look at the store."""
    waiting: dict[int, list[int]] = {}
    for row in session.execute(select(DbAttachment.bulletin, DbAttachment.number).where(DbAttachment.digest.is_(None))):
        waiting.setdefault(row.bulletin, []).append(row.number)
    rows = session.execute(
        select(DbBulletin.number, DbBulletin.status, DbBulletin.revision).order_by(DbBulletin.number)
    )
    return View(
        bulletins=[
            SeenBulletin(row.number, Status(row.status), row.revision, tuple(waiting.get(row.number, ())))
            for row in rows
        ],
        entities={kind: _entities(session, kind) for kind in Kind},
        redirects=[redirect.path for redirect in redirects.iter_redirects(session)],
        lease=find_lease(session, WORKER),
    )


def _entities(session: Session, kind: Kind) -> list[SeenEntity]:
    row_type = ROW_TYPES[kind]
    also = aliases(session, kind)
    rows = session.execute(
        select(row_type.id, row_type.name, row_type.merged_at, row_type.closed_at).order_by(row_type.id)
    )
    return [
        SeenEntity(row.id, row.name, row.merged_at is not None, row.closed_at is not None, also[row.id]) for row in rows
    ]
