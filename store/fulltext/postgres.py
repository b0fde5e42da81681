"""The full-text index on PostgreSQL: words, pairs of neighbours and selection_keys are the lexemes of a GIN index.

The planner never chooses how to find the newest: a word may stand in every bulletin or in none. Matches are asked for
by spans of time, which are lexemes, too, and a span that holds too many is asked for in eighths. So a search costs the
same whatever its words are, but for reading their lists.

Spec: PostgreSQL, chapters 12.1 (tsvector, tsquery) and 70 (GIN indexes).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import Row, bindparam, text
from sqlalchemy.orm import Session

from store.fulltext.contract import BELOW_ALL, Indexed, Wanted
from store.text.queries import Term

POSITIONS_PER_WEEK = 7 * 24 * 60 * 60 << 20
SPANS = (("y", 64), ("x", 8), ("w", 1))
"""Spans of time by the letter of their lexemes and their length in weeks; each is eight of the next."""
MANY = 1_000
"""Matches of a span that are fetched at most before it is looked at in its parts."""

_FIND = text("SELECT position, words, keys FROM search WHERE position IN :positions").bindparams(
    bindparam("positions", expanding=True)
)
_REMOVE = text("DELETE FROM search WHERE position IN :positions").bindparams(bindparam("positions", expanding=True))
_PUT = text(
    "INSERT INTO search (position, words, keys, lexemes) "
    "VALUES (:position, :words, :keys, array_to_tsvector(CAST(:lexemes AS TEXT[])))"
)
# As the migration made it.
_CREATE_INDEX = "CREATE INDEX ix_search_lexemes ON search USING gin (lexemes) WITH (gin_pending_list_limit = 512)"
_ABOVE = text("SELECT position FROM search WHERE position > :above ORDER BY position LIMIT :limit")
_ENDS = text("SELECT min(position) AS lowest, max(position) AS highest FROM search")
# Ordered outside only, and `+ 0`: the planner would rather walk the primary key, and read all lexemes on the way.
_MATCHES = """
WITH found AS MATERIALIZED (
    SELECT position FROM search WHERE lexemes @@ CAST(:wanted AS TSQUERY) AND position + 0 < :before{phrases} {limit}
)
SELECT position FROM found ORDER BY position DESC
"""


class PostgresIndex:
    """The table `search`."""

    def find(self, session: Session, positions: Collection[int]) -> dict[int, Indexed]:
        """Give the rows at these positions."""
        rows = session.execute(_FIND, {"positions": list(positions)})
        return {row.position: _indexed(row) for row in rows}

    def positions(self, session: Session, *, above: int | None, limit: int) -> list[int]:
        """Give the positions of the rows above one, or of all, lowest first."""
        return list(session.scalars(_ABOVE, {"above": BELOW_ALL if above is None else above, "limit": limit}))

    def put(self, session: Session, rows: Sequence[Indexed]) -> None:
        """Store rows in place of those at their positions."""
        if not rows:
            return
        self.remove(session, [row.position for row in rows])
        session.execute(
            _PUT,
            [
                {
                    "position": row.position,
                    "words": row.words,
                    "keys": sorted(row.keys),
                    "lexemes": sorted(lexemes_of(row)),
                }
                for row in rows
            ],
        )

    @contextmanager
    def filling(self, session: Session) -> Iterator[None]:
        """Have many rows put in a row: the index is built at the end, which is several times as fast."""
        session.execute(text("DROP INDEX ix_search_lexemes"))
        yield
        session.execute(text(_CREATE_INDEX))

    def remove(self, session: Session, positions: Collection[int]) -> None:
        """Delete the rows at these positions."""
        if positions:
            session.execute(_REMOVE, {"positions": list(positions)})

    def newest(self, session: Session, wanted: Wanted, *, limit: int, before: int | None) -> list[int]:
        """Give the highest positions, below `before`, that have what is wanted; highest first."""
        ends = session.execute(_ENDS).one()
        if ends.highest is None:
            return []
        below = ends.highest + 1 if before is None else min(before, ends.highest + 1)
        with _by_index(session):
            return _Search(session, wanted, below, limit).newest(ends.lowest)

    def purge(self, session: Session) -> None:
        """Do nothing: what was deleted is the database server's until VACUUM, as with every other table."""


@dataclass(frozen=True, slots=True)
class _Search:
    session: Session
    wanted: Wanted
    before: int
    limit: int

    def newest(self, lowest: int) -> list[int]:
        this_week = (self.before - 1) // POSITIONS_PER_WEEK
        found = self._matches((_span("w", this_week), _span("w", this_week - 1)))
        if len(found) >= self.limit:
            return found[: self.limit]
        found = self._matches((), at_most=MANY + 1)
        if len(found) <= MANY:
            return found[: self.limit]
        found = []
        weeks = SPANS[0][1]
        for span in range(this_week // weeks, lowest // POSITIONS_PER_WEEK // weeks - 1, -1):
            found += self._in_span(0, span, self.limit - len(found))
            if len(found) >= self.limit:
                break
        return found[: self.limit]

    def _in_span(self, level: int, span: int, needed: int) -> list[int]:
        letter, weeks = SPANS[level]
        if level == len(SPANS) - 1:
            return self._matches((_span(letter, span),))
        found = self._matches((_span(letter, span),), at_most=MANY + 1)
        if len(found) <= MANY:
            return found
        found = []
        parts = weeks // SPANS[level + 1][1]
        for part in range(span * parts + parts - 1, span * parts - 1, -1):
            found += self._in_span(level + 1, part, needed - len(found))
            if len(found) >= needed:
                break
        return found

    def _matches(self, spans: Sequence[str], *, at_most: int | None = None) -> list[int]:
        long_phrases = [f" {' '.join(term)} " for term in self.wanted.terms if len(term) > 2]
        said: dict[str, str | int] = {f"phrase_{n}": phrase for n, phrase in enumerate(long_phrases)}
        phrases = "".join(f" AND strpos(' ' || words || ' ', :phrase_{n}) > 0" for n in range(len(long_phrases)))
        said |= {"wanted": query_of(self.wanted, spans), "before": self.before}
        if at_most is not None:
            said["at_most"] = at_most
        limit = "" if at_most is None else "LIMIT :at_most"
        return list(self.session.scalars(text(_MATCHES.format(phrases=phrases, limit=limit)), said))


def lexemes_of(row: Indexed) -> set[str]:
    """Give what a row is found by; no word holds a space or a colon, so that the kinds stay apart."""
    words = row.words.split()
    week = row.position // POSITIONS_PER_WEEK
    return {
        *words,
        *map(" ".join, pairwise(words)),
        *(f":{key}" for key in row.keys),
        *(_span(letter, week // weeks) for letter, weeks in SPANS),
    }


def query_of(wanted: Wanted, spans: Iterable[str] = ()) -> str:
    """Write what is wanted, within any of these spans, as a tsquery."""
    groups = [[f":{key}" for key in group] for group in wanted.keys]
    groups += [[lexeme] for term in wanted.terms for lexeme in _term_lexemes(term)]
    groups += [list(spans)]
    return " & ".join(f"({' | '.join(map(_quoted, group))})" for group in groups if group)


def _term_lexemes(term: Term) -> list[str]:
    return list(term) if len(term) == 1 else [" ".join(pair) for pair in pairwise(term)]


def _span(letter: str, number: int) -> str:
    return f"::{letter}{number}"


def _quoted(lexeme: str) -> str:
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


@contextmanager
def _by_index(session: Session) -> Iterator[None]:
    """Have the index used, whatever the statistics say: a rare word that was taken for a frequent one costs minutes."""
    session.execute(text("SET LOCAL enable_seqscan = off"))
    yield
    session.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))


def _indexed(row: Row[tuple[int, str, list[str]]]) -> Indexed:
    return Indexed(row.position, row.words, frozenset(row.keys))
