"""What entities were called on a day: a bulletin keeps the names of the day it was published."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from store.membership import among
from store.models import DbFormerName
from store.names import Kind
from store.reading import read


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name with its slug, in use until an instant (itself excluded)."""

    until: datetime
    name: str
    short_name: str | None
    slug: str


# Built once: every cold document needs it.
_FORMER = (
    select(
        DbFormerName.kind,
        DbFormerName.entity_id,
        DbFormerName.until,
        DbFormerName.name,
        DbFormerName.short_name,
        DbFormerName.slug,
    )
    .where(or_(*(and_(DbFormerName.kind == kind.value, among(DbFormerName.entity_id, kind.name)) for kind in Kind)))
    .order_by(DbFormerName.until)
)

FormerNames = Mapping[int, Sequence[FormerName]]
"""Former names by entity id, the earliest first; an id without any gives an empty sequence."""


def former_names(session: Session, wanted: Mapping[Kind, Collection[int]]) -> Mapping[Kind, FormerNames]:
    """Give the former names of these entities, in one query for all kinds."""
    found: dict[Kind, defaultdict[int, list[FormerName]]] = {kind: defaultdict(list) for kind in Kind}
    if any(wanted.values()):
        ids = {kind.name: wanted.get(kind, ()) for kind in Kind}
        for row in read(session, _FORMER, ids):
            found[Kind(row.kind)][row.entity_id].append(FormerName(row.until, row.name, row.short_name, row.slug))
    return found


def name_at(former: Sequence[FormerName], instant: datetime) -> FormerName | None:
    """Give the name in use at an instant, None where it is the one of today."""
    return next((name for name in former if instant < name.until), None)
