"""Windows of selections that no placements are kept for: either-of, three criteria, an author's in a category, text.

Either-of is the union of kept selections, each read up to the limit; everything else comes from the full-text index.

What a window reads at most: of either-of `limit` index rows for each of its kept selections, which are at most 25 (five
slugs of a criterion, twice), so 1,250 for 50 entries, however many bulletins stand in them. Of the others, on SQLite
the index lists of all words and keys asked for, from the newest bulletin downwards until `limit` have all of them:
where each is frequent and they hardly meet, these lists whole, about 8 ms at a million bulletins. On PostgreSQL two
weeks of them, or else at most 1,001 matches of each span of time that is looked at: 1 to 9 ms there.

Such a window has no tombstones, and dates itself by everything that can take a bulletin out of it: what left the
selections of its single criteria, and what changed its words while the selection asks for text. So its date never falls
behind one that was shown, and a publication elsewhere does not move it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Select, bindparam, select, union, union_all
from sqlalchemy.orm import Session

from store import changes
from store.errors import NotFound
from store.fulltext import searching
from store.membership import among
from store.models import (
    DbBulletin,
    DbPlacement,
    DbSelectionMark,
    DbTombstone,
)
from store.names import KIND_OF_CRITERION, ROW_TYPES
from store.reading import read
from store.types import EntryKey, Mark, Selection, Window

TEXT_KEY = "q"
"""The selection_key whose mark tells when words of a published bulletin last changed; nothing stands under it."""

_AT_POSITIONS = (
    select(DbBulletin.number, DbBulletin.version, DbBulletin.position, DbBulletin.edition, DbBulletin.changed_at)
    .where(among(DbBulletin.position, "positions"))
    .order_by(DbBulletin.position.desc())
)
_ENTITY_MARKS = {
    kind: select(row_type.id, row_type.edition, row_type.changed_at).where(among(row_type.id, "ids"))
    for kind, row_type in ROW_TYPES.items()
}
_MARKED = select(DbSelectionMark.edition, DbSelectionMark.changed_at).where(
    among(DbSelectionMark.selection_key, "keys")
)


def ad_hoc_window(
    session: Session,
    selection: Selection,
    *,
    limit: int,
    before: int | None = None,
    entities: Sequence[Mark] | None = None,
) -> Window:
    """Give the newest `limit` bulletins of a selection, below position `before` where one is given.

    The selection's entities must exist; `entities` are their marks, where those are known.
    """
    positions = newest_positions(session, selection, limit=limit, before=before)
    rows = read(session, _AT_POSITIONS, {"positions": positions})
    marks: list[Mark] = [(row.edition, row.changed_at) for row in rows]
    marks += entities if entities is not None else entity_marks(session, selection)
    marks += _departure_marks(session, selection)
    return Window(
        selection=selection,
        entries=tuple(EntryKey(row.number, row.version, row.position or 0, row.changed_at) for row in rows),
        edition=max(edition for edition, _ in marks),
        changed_at=max(changed_at for _, changed_at in marks),
    )


def newest_positions(session: Session, selection: Selection, *, limit: int, before: int | None = None) -> list[int]:
    """Give the positions of a selection's newest bulletins, whatever its criteria are, newest first."""
    arms = selection.arms
    if not arms:
        return searching.newest(session, selection, limit=limit, before=before)
    asked: dict[str, object] = {f"key_{n}": arm.key for n, arm in enumerate(arms)} | {"most": limit}
    if before is not None:
        asked["before"] = before
    return [row.position for row in read(session, _either(len(arms), is_paged=before is not None), asked)]


@cache
def _either(arms: int, *, is_paged: bool) -> Select[int]:
    most: BindParameter[int] = bindparam("most")
    newest = []
    for arm in range(arms):
        placed = select(DbPlacement.position).where(DbPlacement.selection_key == bindparam(f"key_{arm}"))
        if is_paged:
            placed = placed.where(DbPlacement.position < bindparam("before"))
        # The limit stands inside each: of a union all would be read.
        newest.append(select(placed.order_by(DbPlacement.position.desc()).limit(most).subquery().c.position))
    together = union(*newest).subquery()
    return select(together.c.position).order_by(together.c.position.desc()).limit(most)


def entity_marks(session: Session, selection: Selection, *, made_at: datetime | None = None) -> list[Mark]:
    """Give when the entities of a selection last changed; of `all`, when the store was `made_at`. Raises NotFound."""
    marks: list[Mark] = []
    for criterion, ids in selection.ids.items():
        kind = KIND_OF_CRITERION[criterion]
        rows = read(session, _ENTITY_MARKS[kind], {"ids": ids})
        for missing in set(ids) - {row.id for row in rows}:
            raise NotFound(kind.value, str(missing))
        marks += [(row.edition, row.changed_at) for row in rows]
    if not marks:
        marks.append((0, made_at or changes.made_at(session)))
    return marks


def _departure_marks(session: Session, selection: Selection) -> list[Mark]:
    """Give when something last left the selections of single criteria, came back into them, or lost words."""
    keys = [Selection.of({criterion: (each,)}).key for criterion, ids in selection.ids.items() for each in ids]
    keys = keys or [Selection().key]
    departures = read(session, _last_departures(len(keys)), {f"key_{n}": key for n, key in enumerate(keys)})
    marks: list[Mark] = [(row.edition, row.gone_at) for row in departures]
    marked = read(session, _MARKED, {"keys": [*keys, TEXT_KEY] if selection.text else keys})
    return marks + [(row.edition, row.changed_at) for row in marked]


@cache
def _last_departures(keys: int) -> CompoundSelect[Any]:
    last = [
        select(DbTombstone.edition, DbTombstone.gone_at)
        .where(DbTombstone.selection_key == bindparam(f"key_{key}"))
        .order_by(DbTombstone.edition.desc(), DbTombstone.bulletin.desc())
        .limit(1)
        .subquery()
        for key in range(keys)
    ]
    return union_all(*(select(each.c.edition, each.c.gone_at) for each in last))
