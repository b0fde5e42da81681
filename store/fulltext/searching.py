"""Finds the newest published bulletins by their words and by any criteria.

The index holds what is published and nothing else, in the transaction that publishes it; `indexing` says
what of a bulletin it holds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy.orm import Session

from store.fulltext.contract import Index, Wanted
from store.fulltext.postgres import PostgresIndex
from store.fulltext.sqlite import SqliteIndex
from store.text.queries import terms_of
from store.types import Selection

_SQLITE, _POSTGRES = SqliteIndex(), PostgresIndex()


def index_of(session: Session) -> Index:
    """Give the index of the database that a session works on."""
    return _SQLITE if session.get_bind().dialect.name == "sqlite" else _POSTGRES


def newest(session: Session, selection: Selection, *, limit: int, before: int | None = None) -> list[int]:
    """Give the positions of the newest bulletins of any selection, below `before`, newest first."""
    return index_of(session).newest(session, _wanted(selection), limit=limit, before=before)


def rekey(session: Session, keys: Mapping[int, frozenset[str]]) -> None:
    """Have bulletins that are indexed stand under other selection_keys, by position; their words stay."""
    index = index_of(session)
    kept = index.find(session, keys)
    index.put(session, [type(row)(row.position, row.words, keys[row.position]) for row in kept.values()])


def remove(session: Session, positions: Collection[int]) -> None:
    """Take bulletins that readers see no more out of the index."""
    index_of(session).remove(session, positions)


def purge(session: Session) -> None:
    """Leave no word of what was taken out; it may take seconds in a store of a hundred thousand."""
    index_of(session).purge(session)


def _wanted(selection: Selection) -> Wanted:
    # `all` is no key to look for: with words it would only be one more list to read.
    groups = tuple(tuple(f"{criterion[0]}{each}" for each in ids) for criterion, ids in selection.ids.items())
    terms = terms_of(selection.text)
    return Wanted(terms, groups if groups or terms else ((Selection().key,),))
