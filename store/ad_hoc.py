"""Windows of selections that no placements are kept for: either-of, three criteria, an author's in a category, text.

Either-of is the union of kept selections, each read up to the limit; everything else comes from the full-text index.
Such a window has no tombstones, and dates itself by everything that can take a bulletin out of it: what left the
selections of its single criteria, and what changed its words while the selection asks for text. So its date never falls
behind one that was shown, and a publication elsewhere does not move it.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, union, union_all
from sqlalchemy.orm import Session

from store import changes
from store.errors import NotFound
from store.fulltext import searching
from store.models import (
    DbBulletin,
    DbPlacement,
    DbSelectionMark,
    DbTombstone,
)
from store.names import KIND_OF_CRITERION, ROW_TYPES
from store.types import EntryKey, Selection, Window

TEXT_KEY = "q"
"""The selection_key whose mark tells when words of a published bulletin last changed; nothing stands under it."""

Mark = tuple[int, datetime]
"""An edition, and when it was committed."""


def ad_hoc_window(session: Session, selection: Selection, *, limit: int, before: int | None = None) -> Window:
    """Give the newest `limit` bulletins of a selection, below position `before` where one is given.

    The selection's entities must exist.
    """
    positions = newest_positions(session, selection, limit=limit, before=before)
    rows = session.execute(
        select(DbBulletin.number, DbBulletin.version, DbBulletin.position, DbBulletin.edition, DbBulletin.changed_at)
        .where(DbBulletin.position.in_(positions))
        .order_by(DbBulletin.position.desc())
    ).all()
    marks: list[Mark] = [(row.edition, row.changed_at) for row in rows]
    marks += entity_marks(session, selection)
    marks += _departure_marks(session, selection)
    return Window(
        selection=selection,
        entries=tuple(EntryKey(row.number, row.version, row.position or 0, row.changed_at) for row in rows),
        edition=max(edition for edition, _ in marks),
        changed_at=max(changed_at for _, changed_at in marks),
    )


def newest_positions(session: Session, selection: Selection, *, limit: int, before: int | None = None) -> list[int]:
    """Give the positions of a selection's newest bulletins, whatever its criteria are, newest first."""
    arms = []
    for arm in selection.arms:
        placed = select(DbPlacement.position).where(DbPlacement.selection_key == arm.key)
        if before is not None:
            placed = placed.where(DbPlacement.position < before)
        # The limit stands inside each: of a union all would be read.
        newest = placed.order_by(DbPlacement.position.desc()).limit(limit).subquery()
        arms.append(select(newest.c.position))
    if not arms:
        return searching.newest(session, selection, limit=limit, before=before)
    together = union(*arms).subquery()
    return list(session.scalars(select(together.c.position).order_by(together.c.position.desc()).limit(limit)))


def entity_marks(session: Session, selection: Selection) -> list[Mark]:
    """Give when the entities of a selection last changed; of `all`, when the store was made. Raises NotFound."""
    marks: list[Mark] = []
    for criterion, ids in selection.ids.items():
        row_type = ROW_TYPES[KIND_OF_CRITERION[criterion]]
        rows = session.execute(
            select(row_type.id, row_type.edition, row_type.changed_at).where(row_type.id.in_(ids))
        ).all()
        for missing in set(ids) - {row.id for row in rows}:
            raise NotFound(row_type.__tablename__, str(missing))
        marks += [(row.edition, row.changed_at) for row in rows]
    if not marks:
        marks.append((0, changes.made_at(session)))
    return marks


def _departure_marks(session: Session, selection: Selection) -> list[Mark]:
    """Give when something last left the selections of single criteria, came back into them, or lost words."""
    keys = [Selection.of({criterion: (each,)}).key for criterion, ids in selection.ids.items() for each in ids]
    keys = keys or [Selection().key]
    last = [
        select(DbTombstone.edition, DbTombstone.gone_at)
        .where(DbTombstone.selection_key == key)
        .order_by(DbTombstone.edition.desc(), DbTombstone.bulletin.desc())
        .limit(1)
        .subquery()
        for key in keys
    ]
    departures = session.execute(union_all(*(select(each.c.edition, each.c.gone_at) for each in last)))
    marks: list[Mark] = [(row.edition, row.gone_at) for row in departures]
    marked = select(DbSelectionMark.edition, DbSelectionMark.changed_at).where(
        DbSelectionMark.selection_key.in_([*keys, TEXT_KEY] if selection.text else keys)
    )
    return marks + [(row.edition, row.changed_at) for row in session.execute(marked)]
