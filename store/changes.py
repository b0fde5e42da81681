"""The edition and its log: one step for each committed change that a reader could see.

Numbers are minted inside the writing transaction, so the log has neither gaps nor repeats, and an edition
that is visible means that all lower ones are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.database import change_instant
from store.models import DbChange, DbCounter, DbInstance
from store.types import Change

EDITION = "edition"
ARRIVAL = "arrival"
NUMBER = "bulletin"
COUNTERS = (EDITION, ARRIVAL, NUMBER)


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
    """Step the edition for a change that readers of `selection_keys` can see; return the new edition."""
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
    return edition


def current_edition(session: Session) -> int:
    """Give the edition of the last committed change; 0 for a new store."""
    return session.execute(select(DbCounter.value).where(DbCounter.name == EDITION)).scalar_one()


def last_change_at(session: Session) -> datetime:
    """Give when the last change was committed; for a new store, when it was made."""
    newest = session.scalar(select(DbChange.committed_at).order_by(DbChange.edition.desc()).limit(1))
    return newest or session.execute(select(DbInstance.created_at)).scalar_one()


def iter_since(session: Session, edition: int) -> Iterator[Change]:
    """Stream the changes after `edition`, oldest first."""
    rows = session.scalars(select(DbChange).where(DbChange.edition > edition).order_by(DbChange.edition))
    for row in rows:
        yield Change(row.edition, row.kind, row.bulletin, frozenset(row.selection_keys.split()))


def count(session: Session) -> int:
    """Count the log's rows; equal to the current edition in a sound store."""
    return session.scalar(select(func.count()).select_from(DbChange)) or 0
