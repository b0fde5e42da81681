"""Rows that tie a bulletin to where it came from, so that it is recognised when it comes again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.schema import Row, UtcDateTime


class DbSource(Row):
    """A place that bulletins come from; its uuid is the namespace of the ids minted for it."""

    __tablename__ = "source"
    __table_args__ = (UniqueConstraint("kind", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)


class DbSourceRecord(Row):
    """(source, external key) stands for a bulletin; several keys may, after a title was mended at the source.

    `content_digest` is of what the source last said, `day` and `folded_title` find near matches.
    """

    __tablename__ = "source_record"
    __table_args__ = (
        Index(None, "source_id", "day"),
        Index(None, "source_id", "folded_title"),
    )

    source_id: Mapped[int] = mapped_column(ForeignKey("source.id"), primary_key=True)
    external_key: Mapped[str] = mapped_column(Text, primary_key=True)
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), index=True)
    content_digest: Mapped[str] = mapped_column(Text)
    address: Mapped[str | None] = mapped_column(Text)
    day: Mapped[str | None] = mapped_column(Text)
    folded_title: Mapped[str | None] = mapped_column(Text)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
