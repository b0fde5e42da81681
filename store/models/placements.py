"""Rows that answer "what stands in this selection" in one index range."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from store.models.schema import Row, UtcDateTime


class DbPlacement(Row):
    """One published bulletin under one selection_key; nothing but the key, so that the range stays dense."""

    __tablename__ = "placement"
    __table_args__ = (Index(None, "position"), {"sqlite_with_rowid": False})

    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class DbTombstone(Row):
    """A bulletin that left a selection, by withdrawal or because it was put elsewhere."""

    __tablename__ = "tombstone"
    __table_args__ = (Index(None, "selection_key", "edition"), {"sqlite_with_rowid": False})

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    gone_at: Mapped[datetime] = mapped_column(UtcDateTime)
