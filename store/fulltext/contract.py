"""What either database does with the words of bulletins: keep them beside their selection_keys, find the newest.

The index holds exactly what is published; its rows are derived, so backups leave them out and `fill` makes them anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from store.text.queries import Term

TABLES = frozenset({"search", "search_config", "search_content", "search_data", "search_docsize", "search_idx"})
"""The tables that an index may have; no model describes them, because SQLite makes most of them by itself."""


BELOW_ALL = -(1 << 63)
"""Lower than any position: bulletins of before 1970 have negative ones."""


@dataclass(frozen=True, slots=True)
class Indexed:
    """A published bulletin as the index keeps it: by position, its words joined by spaces, and its selection_keys."""

    position: int
    words: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: every term, and of every group of selection_keys at least one."""

    terms: tuple[Term, ...]
    keys: tuple[tuple[str, ...], ...]


class Index(Protocol):
    """The full-text index of one kind of database; everything runs in the caller's transaction."""

    def find(self, session: Session, positions: Collection[int]) -> dict[int, Indexed]:
        """Give the rows at these positions."""

    def positions(self, session: Session, *, above: int | None, limit: int) -> list[int]:
        """Give the positions of the rows above one, or of all, lowest first."""

    def put(self, session: Session, rows: Sequence[Indexed]) -> None:
        """Store rows in place of those at their positions."""

    def filling(self, session: Session) -> AbstractContextManager[None]:
        """Have many rows put in a row at less cost each; nothing is searched meanwhile."""

    def remove(self, session: Session, positions: Collection[int]) -> None:
        """Delete the rows at these positions."""

    def newest(self, session: Session, wanted: Wanted, *, limit: int, before: int | None) -> list[int]:
        """Give the highest positions, below `before`, that have what is wanted; highest first."""

    def purge(self, session: Session) -> None:
        """Leave no word of removed rows in the index; it may take seconds."""
