"""Rows of the store itself: what it is, its counters, and the log of what readers could see change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.schema import Row, UtcDateTime


class DbInstance(Row):
    """The one row that says which store this is; its uuid is the namespace of derived ids."""

    __tablename__ = "instance"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    uuid: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DbCounter(Row):
    """A number that only grows; minted inside the transaction that uses it, so that no number is lost."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[int] = mapped_column(BigInteger)


class DbChange(Row):
    """One step of the edition: which bulletin, and the selection_keys it touched, separated by spaces."""

    __tablename__ = "change"

    edition: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    bulletin: Mapped[int | None]
    selection_keys: Mapped[str] = mapped_column(Text)
    committed_at: Mapped[datetime] = mapped_column(UtcDateTime)
