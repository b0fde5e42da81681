"""The edition and its log: one step for each committed change that a reader could see.

Numbers are minted inside the writing transaction, so the log has neither gaps nor repeats, and an edition
that is visible means that all lower ones are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store import announcements
from store.database import change_instant
from store.models import DbChange, DbCounter, DbInstance
from store.types import Change

EDITION = "edition"
ARRIVAL = "arrival"
NUMBER = "bulletin"
AUDIT = "audit"
COUNTERS = (EDITION, ARRIVAL, NUMBER, AUDIT)


@dataclass(frozen=True, slots=True)
class Touched:
    """What changes touch: `keys` are selections that they list, `entities` such as `c12` all selections that name it.

    A selection_key is `in` it where any of the changes shows there.
    """

    keys: frozenset[str]
    entities: frozenset[str]

    def __contains__(self, key: str) -> bool:
        return key in self.keys or not self.entities.isdisjoint(key.split("."))


def touched_by(changes: Iterable[Change]) -> Touched:
    """Tell what changes touch together."""
    keys: set[str] = set()
    entities: set[str] = set()
    for change in changes:
        keys |= change.selection_keys
        entities |= change.entities
    return Touched(frozenset(keys), frozenset(entities))


def mint(session: Session, counter: str) -> int:
    """Take the next number of a counter."""
    return session.execute(
        update(DbCounter)
        .where(DbCounter.name == counter)
        .values(value=DbCounter.value + 1)
        .returning(DbCounter.value)
        .execution_options(synchronize_session=False)
    ).scalar_one()


def record(session: Session, kind: str, *, bulletin: int | None, selection_keys: Iterable[str]) -> int:
    """Step the edition for a change that readers of `selection_keys` can see; return the new edition.

    A change of one bulletin is announced in each of them.
    """
    edition = mint(session, EDITION)
    keys = frozenset(selection_keys)
    session.add(
        DbChange(
            edition=edition,
            kind=kind,
            bulletin=bulletin,
            selection_keys=" ".join(sorted(keys)),
            committed_at=change_instant(session),
        )
    )
    session.info["changes"].append(Change(edition, kind, bulletin, keys))
    if bulletin is not None:
        announcements.announce(session, ((key, bulletin) for key in sorted(keys)), edition)
    return edition


def current_edition(session: Session) -> int:
    """Give the edition of the last committed change; 0 for a new store."""
    return value_of(session, EDITION)


def value_of(session: Session, counter: str) -> int:
    """Give the last number that a counter handed out; 0 before the first."""
    return session.execute(select(DbCounter.value).where(DbCounter.name == counter)).scalar_one()


def last_change_at(session: Session) -> datetime:
    """Give when the last change was committed; for a new store, when it was made."""
    newest = session.scalar(select(DbChange.committed_at).order_by(DbChange.edition.desc()).limit(1))
    return newest or made_at(session)


def made_at(session: Session) -> datetime:
    """Give when the store was made."""
    return session.execute(select(DbInstance.created_at)).scalar_one()


def iter_since(session: Session, edition: int, *, until: int | None = None) -> Iterator[Change]:
    """Stream the changes after `edition`, and no later than `until` where it is given, oldest first."""
    chosen = select(DbChange).where(DbChange.edition > edition).order_by(DbChange.edition)
    if until is not None:
        chosen = chosen.where(DbChange.edition <= until)
    for row in session.scalars(chosen):
        yield Change(row.edition, row.kind, row.bulletin, frozenset(row.selection_keys.split()))


def find_instant(session: Session, edition: int) -> datetime | None:
    """Give when a change was committed, None for one that never was."""
    return session.scalar(select(DbChange.committed_at).where(DbChange.edition == edition))


def count(session: Session) -> int:
    """Count the log's rows; equal to the current edition in a sound store."""
    return session.scalar(select(func.count()).select_from(DbChange)) or 0
