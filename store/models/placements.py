"""Rows of selections: what stands in each, what left it, what was announced in it, how its channel is set."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Text, false
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
    __table_args__ = (Index(None, "selection_key", "edition", "bulletin"), {"sqlite_with_rowid": False})

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    gone_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DbSelectionMark(Row):
    """The last change of a selection that none of its bulletins or tombstones tells: something came back into it."""

    __tablename__ = "selection_mark"
    __table_args__ = ({"sqlite_with_rowid": False},)

    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DbAnnouncement(Row):
    """One thing that readers of a selection were told of a bulletin: that it came, changed or left.

    `ordinal` counts from 1 within the selection, without a gap; rows are never altered, so archives keep their sets.
    """

    __tablename__ = "announcement"
    __table_args__ = (Index(None, "bulletin", "selection_key"), {"sqlite_with_rowid": False})

    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    edition: Mapped[int] = mapped_column(BigInteger)
    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"))


class DbChannelSetting(Row):
    """What an editor decided for one channel, where it is not as the site has it; None is "as the site has it"."""

    __tablename__ = "channel_setting"

    selection_key: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str | None] = mapped_column(Text)
    description: Mapped[str | None] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)
    entries: Mapped[int | None]
    is_lead_only: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)
    image: Mapped[str | None] = mapped_column(ForeignKey("stored_file.digest"), index=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
