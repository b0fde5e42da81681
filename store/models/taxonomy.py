"""Rows of categories, organisations and authors: entities with permanent ids, whose names may change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from store.models.schema import Row, UtcDateTime


class DbCategory(Row):
    """A subject; `edition` and `changed_at` are those of its last change that a reader could see.

    Since `merged_at` it goes on as its successor, since `closed_at` nothing new is filed under it.
    """

    __tablename__ = "category"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    short_name: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"), index=True)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DbOrganisation(Row):
    """A body that issues bulletins or is their subject; with `includes_subordinates` its channels hold theirs, too."""

    __tablename__ = "organisation"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    short_name: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    website: Mapped[str | None] = mapped_column(Text)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    includes_subordinates: Mapped[bool] = mapped_column(Boolean, server_default=false(), default=False)


class DbAuthor(Row):
    """A person named in bylines."""

    __tablename__ = "author"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text, unique=True)
    edition: Mapped[int] = mapped_column(BigInteger)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("author.id"), index=True)
    merged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DbAlias(Row):
    """Another name under which an entity is found; two entities may share one, which makes it ambiguous."""

    __tablename__ = "alias"
    __table_args__ = (Index(None, "kind", "alias"),)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    alias: Mapped[str] = mapped_column(Text, primary_key=True)


class DbSlug(Row):
    """Every slug that an entity ever had; none is given to another entity."""

    __tablename__ = "slug"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[int]


class DbFormerName(Row):
    """What an entity was called until an instant, for the bulletins published before it."""

    __tablename__ = "former_name"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    entity_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    until: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str | None] = mapped_column(Text)
    slug: Mapped[str] = mapped_column(Text)


class DbFormerParent(Row):
    """What an organisation stood under until its parent was merged: bulletins from before count as under it still."""

    __tablename__ = "former_parent"

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    until: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    parent_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))


class DbRedirect(Row):
    """An address of a former site, without its host, and what it leads to: `c12`, `all` or `bulletin/7`.

    `document_format` is the EXT of a feed, None for the readable page.
    """

    __tablename__ = "redirect"

    path: Mapped[str] = mapped_column(Text, primary_key=True)
    target: Mapped[str] = mapped_column(Text)
    document_format: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
