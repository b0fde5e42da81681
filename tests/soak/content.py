"""Everything that a store holds about bulletins, as values that two runs of one import must share.

Left out are the instants of the clock; ids that a database hands out stand as slugs, for a database may skip some.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import Database
from store.models import METADATA, DbAuthor, DbCategory, DbChange, DbCounter, DbOrganisation
from store.types import Selection

CLOCK = {"changed_at", "recorded_at", "committed_at", "seen_at", "gone_at"}
OWNERS = {
    "bulletin": "number",
    "body": "bulletin",
    "bulletin_category": "bulletin",
    "bulletin_subject": "bulletin",
    "bulletin_author": "bulletin",
    "attachment": "bulletin",
    "revision": "bulletin",
    "source_record": "bulletin",
    "tombstone": "bulletin",
    "placement": "position",
}
"""The tables whose rows belong to a bulletin, and the column that says to which."""

Rows = tuple[tuple[tuple[str, Any], ...], ...]
Slugs = dict[str, Mapping[int, str]]


@dataclass(frozen=True)
class Content:
    """A store's content; `bulletins` by number, each its rows by table; `changes` in the order of editions."""

    counters: dict[str, int]
    bulletins: dict[int, dict[str, Rows]]
    changes: tuple[tuple[int, str, int | None, tuple[str, ...]], ...]
    authors: frozenset[tuple[str, str]]

    @property
    def arrivals(self) -> list[int]:
        """The arrivals of all bulletins, in the order of their numbers."""
        return [dict(rows["bulletin"][0])["arrival"] for _, rows in sorted(self.bulletins.items())]


def content_of(database: Database) -> Content:
    """Read a whole store in one snapshot."""
    with database.snapshot() as session:
        slugs: Slugs = {
            kind: {row.id: row.slug for row in session.execute(select(entity.id, entity.slug))}
            for kind, entity in (("category", DbCategory), ("organisation", DbOrganisation), ("author", DbAuthor))
        }
        return Content(
            counters={row.name: row.value for row in session.execute(select(DbCounter.name, DbCounter.value))},
            bulletins=_bulletins(session, slugs),
            changes=tuple(
                (change.edition, change.kind, change.bulletin, _keys(change.selection_keys.split(), slugs))
                for change in session.scalars(select(DbChange).order_by(DbChange.edition))
            ),
            authors=frozenset((row.name, row.slug) for row in session.execute(select(DbAuthor.name, DbAuthor.slug))),
        )


def _bulletins(session: Session, slugs: Slugs) -> dict[int, dict[str, Rows]]:
    found: defaultdict[int, defaultdict[str, list[tuple[tuple[str, Any], ...]]]]
    found = defaultdict(lambda: defaultdict(list))
    number_at: dict[int, int] = {}
    for table, owner in OWNERS.items():
        for row in session.execute(select(METADATA.tables[table])).mappings():
            if table == "bulletin":
                number_at[row["position"]] = row["number"]
            # A row without its bulletin stands under 0, where no sound store has one.
            number = number_at.get(row[owner], 0) if owner == "position" else row[owner]
            found[number][table].append(_comparable(table, row, slugs))
    return {
        number: {table: tuple(sorted(rows, key=repr)) for table, rows in tables.items()}
        for number, tables in found.items()
    }


def _comparable(table: str, row: Mapping[Any, Any], slugs: Slugs) -> tuple[tuple[str, Any], ...]:
    values = {name: value for name, value in row.items() if name not in CLOCK and name != "source_id"}
    for kind, by_id in slugs.items():
        if f"{kind}_id" in values:
            values[f"{kind}_id"] = by_id[values[f"{kind}_id"]]
    if "selection_key" in values:
        values["selection_key"] = _keys([values["selection_key"]], slugs)[0]
    if table == "revision":
        said = json.loads(values["content"])
        said["authors"] = [slugs["author"][author] for author in said["authors"]]
        values["content"] = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return tuple(sorted(values.items()))


def _keys(keys: list[str], slugs: Slugs) -> tuple[str, ...]:
    """Put slugs for the ids of authors, whose ids the import itself makes."""
    named = ((key, Selection.from_key(key).author) for key in keys)
    return tuple(sorted(key if author is None else f"author {slugs['author'][author]}" for key, author in named))
