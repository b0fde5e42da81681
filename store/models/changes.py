"""Rows of the store itself: what it is, its counters, and the log of what readers could see change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
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


class DbAudit(Row):
    """One thing that somebody did; `number` has no gap, so that a row taken away would be missed.

    `kind` and `subject` say to what (bulletin and its number, category and its id ...). `edition` is the last one
    that the act made, None where no reader could see it.
    """

    __tablename__ = "audit"
    __table_args__ = (Index(None, "kind", "subject"),)

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    edition: Mapped[int | None] = mapped_column(BigInteger)


class DbLease(Row):
    """Who does, alone, what has to happen by itself; `beat` steps for as long as the holder lives."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[str] = mapped_column(Text)
    beat: Mapped[int] = mapped_column(BigInteger)
    held_since: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
