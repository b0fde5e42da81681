"""Where a bulletin stands in the tree of categories of today: what the way back from its page is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import DbCategory
from store.types import Bulletin


@dataclass(frozen=True, slots=True)
class Step:
    """A category on the way, under its name and slug of today."""

    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from the top of the tree down to a bulletin's first category; empty where it has none.

    `changed_at` is the newest change of theirs and of the bulletin.
    """

    steps: tuple[Step, ...]
    changed_at: datetime


def trail_of(session: Session, bulletin: Bulletin) -> Trail:
    """Read the trail of a bulletin, one category at a time."""
    steps: dict[int, Step] = {}
    changed_at = bulletin.changed_at
    above = bulletin.categories[0].id if bulletin.categories else None
    while above is not None and above not in steps:
        row = session.execute(
            select(DbCategory.name, DbCategory.slug, DbCategory.parent_id, DbCategory.changed_at).where(
                DbCategory.id == above
            )
        ).one()
        steps[above] = Step(row.name, row.slug)
        changed_at = max(changed_at, row.changed_at)
        above = row.parent_id
    return Trail(tuple(reversed(steps.values())), changed_at)
