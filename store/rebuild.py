"""Computes anew what follows from other rows, and mends what differs: in a sound store, nothing.

The links of bulletins and the lineage are the truth, placements follow from them. Counters are never behind what they
counted. Wherever a bulletin stands, its readers were told so once. What is searched is what is published.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.orm import Session

from store import announcements, audit, changes, placements
from store.ad_hoc import TEXT_KEY
from store.fulltext import indexing
from store.models import DbAudit, DbBulletin, DbChange, DbCounter, DbPlacement, DbTombstone
from store.types import Status

Progress = Callable[[int], None]
Moves = tuple[frozenset[str], frozenset[str]]
"""The selection_keys that a bulletin is to leave, and those that it is to come into."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was looked at and what was wrong: sentences for a person, none in a sound store."""

    bulletins: int
    placements: int
    faults: tuple[str, ...]


def rebuild(session: Session, *, progress: Progress = lambda _: None) -> Rebuilt:
    """Compare placements and counters with what they follow from, and mend them in this transaction."""
    strays = _strays(session)
    if strays:
        session.execute(delete(DbPlacement).where(_is_stray()))
    found, misplaced, untold = _go_over(session, strays, progress)
    not_searched = indexing.mend(session)
    found = replace(found, faults=(*found.faults, *not_searched))
    touched = {*strays, *([TEXT_KEY] if not_searched else [])}
    for gone, come in misplaced.values():
        touched |= gone | come
    touched |= {key for key, _ in untold}
    for name, value in _counters_behind(session).items():
        _set_counter(session, name, value)
    if touched:
        edition = changes.record(session, "rebuilt", bulletin=None, selection_keys=touched)
        placements.mark(session, touched, edition)
        for number, (gone, come) in misplaced.items():
            _mend(session, number, gone, come, edition)
        announcements.announce(session, untold, edition)
    if found.faults:
        audit.record(session, "rebuilt", "store", "placements", note=f"{len(found.faults)} faults mended")
    return found


def examine(session: Session, *, progress: Progress = lambda _: None) -> Rebuilt:
    """Say what `rebuild` would mend, reading alone: in a snapshot, nobody waits for it."""
    found = _go_over(session, _strays(session), progress)[0]
    return replace(found, faults=(*found.faults, *indexing.faults(session)))


def _go_over(
    session: Session, strays: Mapping[str, int], progress: Progress
) -> tuple[Rebuilt, dict[int, Moves], list[tuple[str, int]]]:
    faults = [f"{count} placements under {key} belonged to no bulletin" for key, count in strays.items()]
    misplaced: dict[int, Moves] = {}
    seen = placed = last = 0
    while numbers := _next_numbers(session, last):
        last = numbers[-1]
        due, stored = _due(session, numbers), placements.placed_keys(session, numbers)
        for number in numbers:
            placed += len(due[number])
            gone, come = stored[number] - due[number], due[number] - stored[number]
            if gone or come:
                faults.append(_fault(number, gone, come))
                misplaced[number] = gone, come
        seen += len(numbers)
        progress(seen)
    untold = _untold(session, misplaced)
    faults += [f"bulletin {number} was never announced in {key}" for key, number in untold]
    faults += _counter_faults(session)
    return Rebuilt(seen, placed, tuple(faults)), misplaced, untold


def _next_numbers(session: Session, after: int) -> list[int]:
    chosen = select(DbBulletin.number).where(DbBulletin.number > after, DbBulletin.position.is_not(None))
    return list(session.scalars(chosen.order_by(DbBulletin.number).limit(placements.BATCH)))


def _due(session: Session, numbers: list[int]) -> dict[int, frozenset[str]]:
    shown = set(
        session.scalars(
            select(DbBulletin.number).where(DbBulletin.number.in_(numbers), DbBulletin.status == Status.PUBLISHED.value)
        )
    )
    computed = placements.keys_by_number(session, numbers)
    return {number: computed[number] if number in shown else frozenset() for number in numbers}


def _fault(number: int, gone: frozenset[str], come: frozenset[str]) -> str:
    said = [f"stood under {', '.join(sorted(gone))} wrongly"] if gone else []
    said += [f"was missing under {', '.join(sorted(come))}"] if come else []
    return f"bulletin {number} " + " and ".join(said)


def _mend(session: Session, number: int, gone: frozenset[str], come: frozenset[str], edition: int) -> None:
    position = session.execute(select(DbBulletin.position).where(DbBulletin.number == number)).scalar_one()
    if gone:
        # What it left before it was put back by mistake it left for the reason that was given then.
        told = select(DbTombstone.selection_key).where(DbTombstone.bulletin == number)
        left = frozenset(session.scalars(told))
        session.execute(
            delete(DbPlacement).where(DbPlacement.position == position, DbPlacement.selection_key.in_(gone))
        )
        placements.leave(session, number, position, gone - left, edition)
    if come:
        placements.enter(session, number, position, come)
    announcements.announce(session, ((key, number) for key in sorted(gone | come)), edition)


def _untold(session: Session, misplaced: Mapping[int, Moves]) -> list[tuple[str, int]]:
    """List where bulletins stand rightly and readers were never told so: no archive has them."""
    nowhere: Moves = (frozenset(), frozenset())
    return [
        (key, number)
        for key, number in announcements.unannounced(session)
        if key not in misplaced.get(number, nowhere)[0]
    ]


def _is_stray() -> ColumnElement[bool]:
    return DbPlacement.position.not_in(select(DbBulletin.position).where(DbBulletin.position.is_not(None)))


def _strays(session: Session) -> dict[str, int]:
    """Count the placements that no bulletin has the position of, by selection."""
    rows = session.execute(
        select(DbPlacement.selection_key, func.count().label("found"))
        .where(_is_stray())
        .group_by(DbPlacement.selection_key)
        .order_by(DbPlacement.selection_key)
    )
    return {row.selection_key: row.found for row in rows}


def _counters_behind(session: Session) -> dict[str, int]:
    """Give the counters that are missing or behind what they counted, with the value that they ought to have."""
    highest = {
        changes.EDITION: session.scalar(select(func.max(DbChange.edition))) or 0,
        changes.ARRIVAL: session.scalar(select(func.max(DbBulletin.arrival))) or 0,
        changes.NUMBER: session.scalar(select(func.max(DbBulletin.number))) or 0,
        changes.AUDIT: session.scalar(select(func.max(DbAudit.number))) or 0,
    }
    values = _counter_values(session)
    return {name: least for name, least in highest.items() if values.get(name, -1) < least}


def _counter_values(session: Session) -> dict[str, int]:
    return {row.name: row.value for row in session.execute(select(DbCounter.name, DbCounter.value))}


def _counter_faults(session: Session) -> list[str]:
    values = _counter_values(session)
    return [
        f"the counter {name} was at {values[name]}, behind {least}"
        if name in values
        else f"the counter {name} was missing"
        for name, least in _counters_behind(session).items()
    ]


def _set_counter(session: Session, name: str, value: int) -> None:
    session.merge(DbCounter(name=name, value=value))
    session.flush()
