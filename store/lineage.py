"""Who stands above whom, and who goes on as whom: what decides the selections that a bulletin belongs to.

A merged body's channel goes on with what its successor issues from the merger on, through any number of mergers.
A body that speaks for those under it holds their bulletins, too, however deep they stand; who stood under a body that
was merged stands under its successor from then on, and their bulletins from before stay where they were.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import DbCategory, DbFormerParent, DbOrganisation
from store.names import ROW_TYPES, Kind

_KEY = "lineage"


@dataclass(frozen=True, slots=True)
class Merger:
    """`merged` went on as `successor` from the instant `since` on; both are ids of one kind."""

    merged: int
    successor: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """What organisations stand under: `parents` of today, and `former` ones with the instant of their end.

    Former parents stand in the order of their ends. `inclusive` are the bodies that speak for those under them.
    """

    parents: Mapping[int, int | None] = field(default_factory=dict)
    former: Mapping[int, tuple[tuple[datetime, int], ...]] = field(default_factory=dict)
    inclusive: frozenset[int] = frozenset()

    def parent_at(self, body: int, at: datetime) -> int | None:
        """Give what a body stood under at an instant."""
        ended = next((parent for until, parent in self.former.get(body, ()) if at < until), None)
        return self.parents.get(body) if ended is None else ended

    def ever_above(self, body: int) -> frozenset[int]:
        """Give a body's id and those of all that it ever stood under."""
        found, open_ids = {body}, [body]
        while open_ids:
            lower = open_ids.pop()
            uppers = {self.parents.get(lower), *(parent for _, parent in self.former.get(lower, ()))}
            open_ids += [upper for upper in uppers if upper is not None and upper not in found]
            found.update(open_ids)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class Lineage:
    """The parents of categories, the mergers of every kind by merged id, and where organisations stand."""

    parents: Mapping[int, int | None]
    mergers: Mapping[Kind, Mapping[int, Merger]]
    bodies: Standing = Standing()
    _into: Mapping[Kind, Mapping[int, tuple[Merger, ...]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        into: dict[Kind, dict[int, tuple[Merger, ...]]] = {}
        for kind, mergers in self.mergers.items():
            of_kind: defaultdict[int, list[Merger]] = defaultdict(list)
            for merger in mergers.values():
                of_kind[merger.successor].append(merger)
            into[kind] = {successor: tuple(found) for successor, found in of_kind.items()}
        object.__setattr__(self, "_into", into)

    def above(self, category: int) -> tuple[int, ...]:
        """Give a category's id and those above it, nearest first."""
        chain: list[int] = []
        step: int | None = category
        while step is not None and step not in chain:
            chain.append(step)
            step = self.parents.get(step)
        return tuple(chain)

    def below(self, category: int) -> frozenset[int]:
        """Give a category's id and those of all that stand under it."""
        return frozenset(each for each in self.parents if category in self.above(each))

    def speaking_for(self, bodies: Iterable[int], at: datetime) -> frozenset[int]:
        """Give the bodies above these at an instant whose channels hold the bulletins of those under them."""
        found: set[int] = set()
        if not self.bodies.inclusive:
            return frozenset()
        for body in bodies:
            seen = {body}
            step = self.bodies.parent_at(body, at)
            while step is not None and step not in seen:
                seen.add(step)
                step = self.bodies.parent_at(step, at)
            found |= (seen - {body}) & self.bodies.inclusive
        return frozenset(found)

    def bodies_below(self, body: int) -> frozenset[int]:
        """Give an organisation's id and those of all that ever stood under it."""
        return frozenset(each for each in self.bodies.parents if body in self.bodies.ever_above(each))

    def going_on_as(self, kind: Kind, entities: Iterable[int], at: datetime) -> frozenset[int]:
        """Give the merged ids whose channels show what these entities issue at an instant."""
        found: set[int] = set()
        open_ids = list(entities)
        while open_ids:
            for merger in self._into.get(kind, {}).get(open_ids.pop(), ()):
                if merger.since <= at and merger.merged not in found:
                    found.add(merger.merged)
                    open_ids.append(merger.merged)
        return frozenset(found)

    def merged_into(self, kind: Kind, entity: int) -> tuple[int, ...]:
        """Give the ids that were merged into an entity itself."""
        return tuple(merger.merged for merger in self._into.get(kind, {}).get(entity, ()))

    def successor_at(self, kind: Kind, entity: int, at: datetime) -> int:
        """Give who an entity is at an instant: itself, or what it was merged into by then."""
        merger = self.mergers.get(kind, {}).get(entity)
        while merger is not None and merger.since <= at:
            entity = merger.successor
            merger = self.mergers[kind].get(entity)
        return entity


def lineage_of(session: Session) -> Lineage:
    """Read the lineage, once for a transaction or snapshot; whoever alters it says `forget_lineage`."""
    known: Lineage | None = session.info.get(_KEY)
    if known is None:
        parents = {row.id: row.parent_id for row in session.execute(select(DbCategory.id, DbCategory.parent_id))}
        known = Lineage(parents, {kind: _mergers(session, kind) for kind in Kind}, _standing(session))
        session.info[_KEY] = known
    return known


def forget_lineage(session: Session) -> None:
    """Have the lineage read again in this transaction, after parents or mergers changed."""
    session.info.pop(_KEY, None)


def _standing(session: Session) -> Standing:
    rows = session.execute(
        select(DbOrganisation.id, DbOrganisation.parent_id, DbOrganisation.includes_subordinates)
    ).all()
    former: defaultdict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for ended in session.scalars(select(DbFormerParent).order_by(DbFormerParent.until)):
        former[ended.organisation_id].append((ended.until, ended.parent_id))
    return Standing(
        parents={row.id: row.parent_id for row in rows},
        former={body: tuple(ended) for body, ended in former.items()},
        inclusive=frozenset(row.id for row in rows if row.includes_subordinates),
    )


def _mergers(session: Session, kind: Kind) -> dict[int, Merger]:
    row_type = ROW_TYPES[kind]
    rows = session.execute(
        select(row_type.id, row_type.successor_id, row_type.merged_at).where(row_type.successor_id.is_not(None))
    )
    return {
        row.id: Merger(row.id, row.successor_id, row.merged_at)
        for row in rows
        if row.successor_id is not None and row.merged_at is not None
    }
