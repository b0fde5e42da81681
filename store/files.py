"""What is known of stored files: their rows, their renditions, and who may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Row, Select, delete, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from store.attachments import recipe
from store.database import now
from store.membership import among
from store.models import (
    DbAttachment,
    DbBulletin,
    DbChannelSetting,
    DbFileRemoval,
    DbRendition,
    DbRenditionDue,
    DbStoredFile,
)
from store.reading import read
from store.types import Rendition, Status, StoredFile

_FILES: Select[Any] = select(*(getattr(DbStoredFile, column.key) for column in DbStoredFile.__table__.columns)).where(
    among(DbStoredFile.digest, "digests")
)
_OTHER = aliased(DbRendition)
_LATEST = (
    select(func.max(_OTHER.recipe)).where(_OTHER.original == DbRendition.original).correlate(DbRendition)
).scalar_subquery()
_RENDITIONS = (
    select(
        DbRendition.original,
        DbRendition.name,
        DbRendition.recipe,
        DbStoredFile.digest,
        DbStoredFile.media_type,
        DbStoredFile.size_bytes,
        DbStoredFile.width_px,
        DbStoredFile.height_px,
    )
    .join(DbStoredFile, DbStoredFile.digest == DbRendition.digest)
    .where(among(DbRendition.original, "digests"), DbRendition.recipe == _LATEST)
)


def keep_file(session: Session, file: StoredFile) -> bool:
    """Record what is known of a stored file and its renditions, once per digest; it is wanted again if it was to go.

    A photo that comes without renditions of the present recipe gets them from the worker. Return whether there is
    anything that nobody knew of it: then whatever shows the photo reads otherwise from now on.
    """
    is_found_animated = _keep_row(session, file)
    is_richer = keep_renditions(session, file)
    if file.width_px is not None and not made_names(session, file.digest):
        ask_for_renditions(session, file.digest)
    return is_found_animated or is_richer


def keep_renditions(session: Session, file: StoredFile) -> bool:
    """Record the renditions of a photo; return whether any of them is new."""
    is_richer = False
    for rendition in file.renditions:
        key = (file.digest, rendition.recipe, rendition.name)
        known = session.get(DbRendition, key)
        if known is not None and known.digest == rendition.digest:
            continue
        is_richer = True
        _keep_row(session, rendition.as_file())
        session.merge(
            DbRendition(original=file.digest, recipe=rendition.recipe, name=rendition.name, digest=rendition.digest)
        )
    session.flush()
    return is_richer


def made_names(session: Session, digest: str) -> frozenset[str]:
    """List the renditions that a photo has by the present recipe."""
    made = select(DbRendition.name).where(DbRendition.original == digest, DbRendition.recipe == recipe.RECIPE)
    return frozenset(session.scalars(made))


def ask_for_renditions(session: Session, digest: str) -> None:
    """Have the worker make the renditions that a stored photo lacks."""
    session.merge(DbRenditionDue(original=digest, asked_at=now(session)))
    session.flush()


def forget_due(session: Session, digest: str) -> None:
    """Take a photo off the list of those that lack renditions."""
    session.execute(delete(DbRenditionDue).where(DbRenditionDue.original == digest))


def files_by_digest(session: Session, digests: Collection[str]) -> dict[str, StoredFile]:
    """Give what is known of the stored files with these digests, in two queries."""
    if not digests:
        return {}
    renditions = renditions_by_digest(session, digests)
    rows = read(session, _FILES, {"digests": digests})
    return {row.digest: stored_file_of(row, renditions.get(row.digest, ())) for row in rows}


def renditions_by_digest(session: Session, digests: Collection[str]) -> dict[str, tuple[Rendition, ...]]:
    """Give the renditions of the latest recipe that each of these photos has any of, by name."""
    if not digests:
        return {}
    found: defaultdict[str, list[Rendition]] = defaultdict(list)
    for row in read(session, _RENDITIONS, {"digests": digests}):
        found[row.original].append(rendition_of(row))
    # By name, whatever alphabet the database sorts by.
    return {original: tuple(sorted(made, key=lambda each: each.name)) for original, made in found.items()}


def find_visible_file(session: Session, digest: str) -> StoredFile | None:
    """Give the file with this digest while a published bulletin, or a channel, has it or what it is a rendition of."""
    return _find_used(session, digest, DbBulletin.status == Status.PUBLISHED.value)


def find_once_visible_file(session: Session, digest: str) -> StoredFile | None:
    """Give the file with this digest where a bulletin that is or was published has it, or a channel does; else None.

    What it is a rendition of counts, too.
    """
    return _find_used(session, digest, DbBulletin.arrival.is_not(None))


def find_title(session: Session, digest: str) -> tuple[str, str] | None:
    """Give what a file is called, as (reference, caption), by the first published bulletin that has it."""
    chosen = (
        select(DbAttachment.reference, DbAttachment.caption)
        .join(DbBulletin, DbBulletin.number == DbAttachment.bulletin)
        .where(DbAttachment.digest == digest, DbBulletin.status == Status.PUBLISHED.value)
        .order_by(DbAttachment.bulletin, DbAttachment.number)
        .limit(1)
    )
    row = session.execute(chosen).first()
    return (row.reference, row.caption) if row else None


def list_users(session: Session, digest: str) -> list[int]:
    """List the bulletins that have a file, by number."""
    chosen = select(DbAttachment.bulletin).where(DbAttachment.digest == digest)
    return list(session.scalars(chosen.distinct().order_by(DbAttachment.bulletin)))


def list_renditions(session: Session, digest: str) -> list[str]:
    """List the digests of all renditions of a file, those of older recipes too."""
    return list(session.scalars(select(DbRendition.digest).where(DbRendition.original == digest).distinct()))


def forget_file(session: Session, digest: str) -> None:
    """Delete what is known of a file that nothing refers to."""
    session.execute(delete(DbRendition).where(or_(DbRendition.original == digest, DbRendition.digest == digest)))
    forget_due(session, digest)
    session.execute(delete(DbStoredFile).where(DbStoredFile.digest == digest))


def _keep_row(session: Session, file: StoredFile) -> bool:
    """Keep a file's row; return whether a known photo turns out to move."""
    session.execute(delete(DbFileRemoval).where(DbFileRemoval.digest == file.digest))
    known = session.get(DbStoredFile, file.digest)
    if known is not None:
        # Stores of an earlier version did not ask.
        is_found_animated = file.is_animated and not known.is_animated
        known.is_animated = known.is_animated or file.is_animated
        return is_found_animated
    session.add(
        DbStoredFile(
            digest=file.digest,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            width_px=file.width_px,
            height_px=file.height_px,
            is_animated=file.is_animated,
        )
    )
    session.flush()
    return False


def _find_used(session: Session, digest: str, condition: Any) -> StoredFile | None:
    """Look it up among the attachments of bulletins that meet a condition, and among the pictures of channels."""
    originals = select(DbRendition.original).where(DbRendition.digest == digest)
    # One list to look up: PostgreSQL would read all attachments for an OR of the two.
    wanted = union_all(select(literal(digest)), originals)
    used: Select[Any] = (
        select(DbAttachment.bulletin)
        .join(DbBulletin, DbBulletin.number == DbAttachment.bulletin)
        .where(DbAttachment.digest.in_(wanted), condition)
    )
    shown_by_channel = select(DbChannelSetting.selection_key).where(DbChannelSetting.image.in_(wanted))
    is_shown = or_(used.exists(), shown_by_channel.exists())
    row = session.scalar(select(DbStoredFile).where(DbStoredFile.digest == digest, is_shown))
    return stored_file_of(row) if row else None


def rendition_of(row: Row[*tuple[Any, ...]]) -> Rendition:
    """Give a rendition from the columns of its row and of its file."""
    return Rendition(
        name=row.name,
        digest=row.digest,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        width_px=row.width_px or 0,
        height_px=row.height_px or 0,
        recipe=row.recipe,
    )


def stored_file_of(row: DbStoredFile | Row[*tuple[Any, ...]], renditions: tuple[Rendition, ...] = ()) -> StoredFile:
    """Give a stored file from its row, or from the columns of it, with its renditions."""
    return StoredFile(
        digest=row.digest,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        width_px=row.width_px,
        height_px=row.height_px,
        is_animated=row.is_animated,
        renditions=renditions,
    )
