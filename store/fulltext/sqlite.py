"""The full-text index on SQLite: one FTS5 table, its rowid the position.

Words come folded and apart, so that its `ascii` tokenizer cuts where they were cut. Newest first is by rowid, never by
rank, which would read every match.

Spec: SQLite, FTS5 Extension, sections 3 (query syntax), 4.3.2 (the ascii tokenizer) and 6 (special INSERT commands).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, nullcontext

from sqlalchemy import Row, bindparam, text
from sqlalchemy.orm import Session

from store.fulltext.contract import BELOW_ALL, Indexed, Wanted

_FIND = text("SELECT rowid, words, keys FROM search WHERE rowid IN :positions").bindparams(
    bindparam("positions", expanding=True)
)
_REMOVE = text("DELETE FROM search WHERE rowid = :position")
_PUT = text("INSERT INTO search (rowid, words, keys) VALUES (:position, :words, :keys)")
_ABOVE = text("SELECT rowid FROM search WHERE rowid > :above ORDER BY rowid LIMIT :limit")
_NEWEST = text("SELECT rowid FROM search WHERE search MATCH :wanted ORDER BY rowid DESC LIMIT :limit")
_NEWEST_BEFORE = text(
    "SELECT rowid FROM search WHERE search MATCH :wanted AND rowid < :before ORDER BY rowid DESC LIMIT :limit"
)
_OPTIMIZE = text("INSERT INTO search (search) VALUES ('optimize')")


class SqliteIndex:
    """The FTS5 table `search`."""

    def find(self, session: Session, positions: Collection[int]) -> dict[int, Indexed]:
        """Give the rows at these positions."""
        rows = session.execute(_FIND, {"positions": list(positions)})
        return {row.rowid: _indexed(row) for row in rows}

    def positions(self, session: Session, *, above: int | None, limit: int) -> list[int]:
        """Give the positions of the rows above one, or of all, lowest first."""
        return list(session.scalars(_ABOVE, {"above": BELOW_ALL if above is None else above, "limit": limit}))

    def put(self, session: Session, rows: Sequence[Indexed]) -> None:
        """Store rows in place of those at their positions."""
        if not rows:
            return
        # Not INSERT OR REPLACE, which FTS5 answers by reading the row as well; and most rows are new.
        self.remove(session, [row.position for row in rows])
        said = [{"position": row.position, "words": row.words, "keys": " ".join(sorted(row.keys))} for row in rows]
        session.execute(_PUT, said)

    def filling(self, session: Session) -> AbstractContextManager[None]:
        """Have many rows put in a row; FTS5 merges them in batches by itself."""
        return nullcontext()

    def remove(self, session: Session, positions: Collection[int]) -> None:
        """Delete the rows at these positions."""
        if positions:
            session.execute(_REMOVE, [{"position": position} for position in positions])

    def newest(self, session: Session, wanted: Wanted, *, limit: int, before: int | None) -> list[int]:
        """Give the highest positions, below `before`, that have what is wanted; highest first."""
        said: dict[str, str | int] = {"wanted": match_of(wanted), "limit": limit}
        if before is None:
            return list(session.scalars(_NEWEST, said))
        return list(session.scalars(_NEWEST_BEFORE, said | {"before": before}))

    def purge(self, session: Session) -> None:
        """Leave no word of removed rows in the index; it may take seconds.

        Deleting writes down that words went and leaves them where they stood, until their pages are merged.
        """
        session.execute(_OPTIMIZE)


def match_of(wanted: Wanted) -> str:
    """Write what is wanted as an FTS5 expression; every word stands in quotes, so none is an operator."""
    parts = []
    if wanted.terms:
        parts.append(f"words : ({' AND '.join(_quoted(' '.join(term)) for term in wanted.terms)})")
    parts += [f"keys : ({' OR '.join(map(_quoted, group))})" for group in wanted.keys]
    return " AND ".join(parts)


def _quoted(words: str) -> str:
    return '"' + words.replace('"', '""') + '"'


def _indexed(row: Row[tuple[int, str, str]]) -> Indexed:
    return Indexed(row.rowid, row.words, frozenset(row.keys.split()))
