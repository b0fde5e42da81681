"""Rows of bulletins: the narrow row that windows read, the body apart from it, links, revisions, files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, ForeignKey, Index, Integer, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from store.models.schema import Row, UtcDateTime


class DbBulletin(Row):
    """A bulletin without its body.

    `number` is minted by a counter, `arrival` and `position` at first publication; `position` sorts as
    (published, arrival). `edition` is that of its last change that a reader could see, `last_attachment`
    the highest attachment number ever given. `gone_at` and `gone_reason` say when and why readers lost it.
    """

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'scheduled', 'published', 'withdrawn', 'expunged')", name="status"),
        CheckConstraint("published_precision IN ('minute', 'day')", name="published_precision"),
        CheckConstraint("status <> 'published' OR position IS NOT NULL", name="published_has_position"),
        Index(None, "position", "number", "version", "edition", "changed_at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    public_id: Mapped[str] = mapped_column(Text, unique=True)
    slug: Mapped[str] = mapped_column(Text, index=True)
    title: Mapped[str] = mapped_column(Text)
    lead: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, index=True)
    publisher_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_offset_minutes: Mapped[int | None]
    published_precision: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edition: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    version: Mapped[int]
    last_attachment: Mapped[int] = mapped_column(default=0)
    arrival: Mapped[int | None] = mapped_column(unique=True)
    position: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    gone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    gone_reason: Mapped[str | None] = mapped_column(Text)
    place_name: Mapped[str | None] = mapped_column(Text)
    place_latitude_e5: Mapped[int | None]
    place_longitude_e5: Mapped[int | None]
    origin_name: Mapped[str | None] = mapped_column(Text)
    origin_url: Mapped[str | None] = mapped_column(Text)


class DbBody(Row):
    """The body's sanitised HTML, apart from the row so that windows stay narrow."""

    __tablename__ = "body"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    html: Mapped[str] = mapped_column(Text)


class DbBulletinCategory(Row):
    """A category that an editor put a bulletin under (ancestors are not listed here)."""

    __tablename__ = "bulletin_category"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), primary_key=True, index=True)
    ordinal: Mapped[int]


class DbBulletinSubject(Row):
    """An organisation that a bulletin is about; `recognised` when its name was found in the text."""

    __tablename__ = "bulletin_subject"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)
    ordinal: Mapped[int]
    recognised: Mapped[bool] = mapped_column(Boolean)


class DbBulletinAuthor(Row):
    """A name in a bulletin's byline."""

    __tablename__ = "bulletin_author"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("author.id"), primary_key=True, index=True)
    ordinal: Mapped[int]


class DbStoredFile(Row):
    """Bytes kept once by their SHA-256."""

    __tablename__ = "stored_file"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    media_type: Mapped[str] = mapped_column(Text)
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    is_animated: Mapped[bool] = mapped_column(Boolean, server_default=false())


class DbRendition(Row):
    """A smaller form of a stored photo, made by a version of the recipe; those of older ones are still served."""

    __tablename__ = "rendition"

    original: Mapped[str] = mapped_column(ForeignKey("stored_file.digest"), primary_key=True)
    recipe: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("stored_file.digest"), index=True)


class DbRenditionDue(Row):
    """A stored photo whose renditions are still to be made."""

    __tablename__ = "rendition_due"
    __table_args__ = (Index(None, "asked_at", "original"),)

    original: Mapped[str] = mapped_column(ForeignKey("stored_file.digest"), primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DbAttachment(Row):
    """A photo or document of a bulletin; without `digest` its caption waits for the file."""

    __tablename__ = "attachment"
    __table_args__ = (CheckConstraint("kind IN ('photo', 'document')", name="kind"),)

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(Text)
    caption: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
    alternative_text: Mapped[str] = mapped_column(Text)
    reference: Mapped[str] = mapped_column(Text, server_default="")
    focus_x_percent: Mapped[int | None]
    focus_y_percent: Mapped[int | None]
    digest: Mapped[str | None] = mapped_column(ForeignKey("stored_file.digest"), index=True)


class DbRevision(Row):
    """What a bulletin was at one revision, whole, as JSON; the current one is listed too."""

    __tablename__ = "revision"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(Text)
    note: Mapped[str] = mapped_column(Text)
    significant: Mapped[bool] = mapped_column(Boolean)
    content: Mapped[str] = mapped_column(Text)


class DbCorrection(Row):
    """A correction (đính chính) that readers are told of; `revision` is the one that made it."""

    __tablename__ = "correction"

    bulletin: Mapped[int] = mapped_column(ForeignKey("bulletin.number"), primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    corrected_at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)


class DbFileRemoval(Row):
    """Bytes that no bulletin may refer to any more and that still lie in the storage."""

    __tablename__ = "file_removal"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
