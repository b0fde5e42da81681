"""Reads columns past the ORM: through the session a statement takes several times as long as the database does.

What the session has not written yet is written first, so a transaction reads what it changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVarTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import TypedReturnsRows

Ts = TypeVarTuple("Ts")


def read(
    session: Session, statement: TypedReturnsRows[*Ts], asked: Mapping[str, object] | None = None
) -> Sequence[Row[*Ts]]:
    """Run a statement that selects columns, no whole rows of the ORM; give all that it finds."""
    session.flush()
    return session.connection().execute(statement, asked).all()
