"""Which renditions are due: of photos that came without, of older recipes, and cards around a focus set later."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, insert, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import files
from store.attachments import recipe
from store.database import now
from store.models import DbAttachment, DbRendition, DbRenditionDue, UtcDateTime
from store.types import AttachmentKind, Focus, StoredFile

LISTED_AT_ONCE = 2_000
"""So few that other writers need not wait long."""


@dataclass(frozen=True, slots=True)
class DueRenditions:
    """A photo and the names of the renditions that it lacks."""

    file: StoredFile
    names: frozenset[str]


def are_outdated(session: Session) -> bool:
    """Say whether any photo of a bulletin has no renditions of the present recipe, and is not listed as due."""
    return session.scalar(_lacking().limit(1)) is not None


def ask_for_outdated(session: Session, *, limit: int = LISTED_AT_ONCE) -> None:
    """List up to `limit` photos that have no renditions of the present recipe as due."""
    lacking = _lacking().limit(limit).subquery()
    asked_at = literal(now(session), UtcDateTime)
    session.execute(insert(DbRenditionDue).from_select(["original", "asked_at"], select(lacking.c.digest, asked_at)))


def _lacking() -> Select[str]:
    digest = DbAttachment.digest
    made = exists().where(DbRendition.original == digest, DbRendition.recipe == recipe.RECIPE)
    listed = exists().where(DbRenditionDue.original == digest)
    # From the attachments, not the files: at every start of a worker all of them are looked through.
    shown = select(DbAttachment.digest).where(DbAttachment.kind == AttachmentKind.PHOTO.value, digest.is_not(None))
    return shown.where(~made, ~listed).distinct()  # type: ignore[return-value]  # without those that are NULL


def _is_shown(digest: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Say that a bulletin has the photo; one that only waits for its removal needs no renditions."""
    return exists().where(DbAttachment.digest == digest, DbAttachment.kind == AttachmentKind.PHOTO.value)


def find_due(session: Session, *, passing_over: Collection[str] = ()) -> DueRenditions | None:
    """Give the photo that waits longest for renditions, but for those passed over; None where none waits."""
    digest = session.scalar(
        select(DbRenditionDue.original)
        .where(DbRenditionDue.original.not_in(passing_over), _is_shown(DbRenditionDue.original))
        .order_by(DbRenditionDue.asked_at, DbRenditionDue.original)
        .limit(1)
    )
    if digest is None:
        return None
    file = files.files_by_digest(session, [digest])[digest]
    return DueRenditions(file, lacked_names(session, file))


def lacked_names(session: Session, file: StoredFile) -> frozenset[str]:
    """List the renditions that a photo should have by the present recipe and has not."""
    return wanted_names(session, file) - files.made_names(session, file.digest)


def wanted_names(session: Session, file: StoredFile) -> frozenset[str]:
    """List the renditions that a photo should have, with a card for every focus that a bulletin gives it."""
    chosen = session.execute(
        select(DbAttachment.focus_x_percent, DbAttachment.focus_y_percent)
        .where(DbAttachment.digest == file.digest, DbAttachment.focus_x_percent.is_not(None))
        .distinct()
    )
    focuses = [Focus(x, y) for x, y in chosen if x is not None and y is not None]
    return frozenset().union(*(recipe.names_of(file, focus) for focus in (None, *focuses)))
