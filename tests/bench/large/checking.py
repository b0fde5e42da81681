"""Says whether a large store is what it should be: of a small one everything, of others what a sample shows.

That its rows are those of the real way in is for a test to show; here it is whether they fit together.
"""

from __future__ import annotations

from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import announcements, catalogue, changes, placements, rebuild, schema
from store.database import Database
from store.models import DbBulletin, DbPlacement
from store.types import Selection

WHOLE = 20_000
"""Of a store with no more bulletins everything is looked at."""
SAMPLE = 400
LEAST_CHANNELS = 10_000


def require_sound(database: Database, *, count: int, seed: int) -> None:
    """Raise AssertionError naming what is wrong with a store of `count` bulletins."""
    found = schema.differences(database)
    if count <= WHOLE:
        found += schema.damage(database)
    with database.snapshot() as session:
        if count <= WHOLE:
            examined = rebuild.examine(session)
            # It is not searched.
            found += [fault for fault in examined.faults if not fault.startswith("search: ")]
        found += _counters(session, count)
        found += _sampled(session, Random(f"checking/{seed}").sample(range(1, count + 1), k=min(count, SAMPLE)))
        if count >= LEAST_CHANNELS:
            found += _channels(session)
    if found:
        raise AssertionError(f"{len(found)} faults in a store of {count:,} bulletins, first: {found[0]}")


def _counters(session: Session, count: int) -> list[str]:
    seen = session.execute(select(func.count(DbBulletin.number), func.max(DbBulletin.arrival))).one()
    said = {name: changes.value_of(session, name) for name in (changes.NUMBER, changes.ARRIVAL, changes.EDITION)}
    rows = changes.count(session)
    right = (count, count, count, count, rows)
    found = (*seen, said[changes.NUMBER], said[changes.ARRIVAL], said[changes.EDITION])
    return [] if found == right else [f"the counters are {found}, not {right}"]


def _sampled(session: Session, numbers: list[int]) -> list[str]:
    """Compare the placements of some with what their links put them under, and their announcements with both."""
    due, placed = placements.keys_by_number(session, numbers), placements.placed_keys(session, numbers)
    bulletins = catalogue.bulletins(session, numbers)
    found = []
    for number in numbers:
        stands = due[number] if bulletins[number].gone is None else frozenset()
        if placed[number] != stands:
            found.append(f"bulletin {number} stands under other keys than it should")
        for key in due[number]:
            last = announcements.find_last_about(session, key, [number])
            if last is None:
                found.append(f"bulletin {number} was never announced in {key}")
    return found


def _channels(session: Session) -> list[str]:
    keys = session.scalar(select(func.count(func.distinct(DbPlacement.selection_key)))) or 0
    everything = catalogue.count_selected(session, Selection())
    standing = session.scalar(select(func.count()).where(DbBulletin.status == "published")) or 0
    found = [] if everything == standing else [f"{everything} stand in everything, {standing} are published"]
    return found if keys >= LEAST_CHANNELS else [*found, f"only {keys} channels hold something"]
