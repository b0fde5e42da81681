"""What is kept of bulletins beside their own rows: corrections, links, attachments; a few statements for any number.

A row that refers to a file of which nothing is known raises LookupError.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, Row, Select, literal_column, null, select, union_all
from sqlalchemy.orm import Session

from store import files
from store.membership import among
from store.models import (
    DbAttachment,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCorrection,
    DbStoredFile,
)
from store.reading import read
from store.types import Attachment, AttachmentKind, Correction, Focus, Rendition, StoredFile

Links = defaultdict[int, list[int]]
"""By the number of a bulletin, ids of entities in the order of the bulletin."""

_CATEGORY, _SUBJECT, _AUTHOR, _CORRECTION = range(4)
# PostgreSQL takes the type of a column of NULLs from the arm before it: so corrections come first.
_LISTED: Any = union_all(
    select(
        literal_column(f"{_CORRECTION}", Integer).label("listing"),
        DbCorrection.bulletin.label("bulletin"),
        (-DbCorrection.revision).label("ordinal"),
        DbCorrection.revision.label("entity"),
        DbCorrection.corrected_at.label("at"),
        DbCorrection.note.label("note"),
    ).where(among(DbCorrection.bulletin, "numbers")),
    *(
        select(literal_column(f"{listing}", Integer), link.bulletin, link.ordinal, entity, null(), null()).where(
            among(link.bulletin, "numbers")
        )
        for listing, link, entity in (
            (_CATEGORY, DbBulletinCategory, DbBulletinCategory.category_id),
            (_SUBJECT, DbBulletinSubject, DbBulletinSubject.organisation_id),
            (_AUTHOR, DbBulletinAuthor, DbBulletinAuthor.author_id),
        )
    ),
).order_by("bulletin", "ordinal", "entity")
_ATTACHMENTS: Select[Any] = (
    select(
        *(getattr(DbAttachment, column.key) for column in DbAttachment.__table__.columns),
        *(getattr(DbStoredFile, column.key) for column in DbStoredFile.__table__.columns if column.key != "digest"),
    )
    .outerjoin(DbStoredFile, DbStoredFile.digest == DbAttachment.digest)
    .where(among(DbAttachment.bulletin, "numbers"))
    .order_by(DbAttachment.bulletin, DbAttachment.number)
)


def listed(
    session: Session, numbers: Collection[int]
) -> tuple[defaultdict[int, list[Correction]], tuple[Links, Links, Links]]:
    """Give the corrections by bulletin, the latest first; and the links to categories, to subjects, to authors."""
    corrections: defaultdict[int, list[Correction]] = defaultdict(list)
    links: tuple[Links, Links, Links] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for listing, number, _, entity, at, note in read(session, _LISTED, {"numbers": numbers}):
        if listing == _CORRECTION:
            corrections[number].append(Correction(at, note))
        else:
            links[listing][number].append(entity)
    return corrections, links


def attachments(session: Session, numbers: Collection[int]) -> defaultdict[int, list[Attachment]]:
    """Give the attachments by bulletin, in the order of their numbers, each with its file."""
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    rows = read(session, _ATTACHMENTS, {"numbers": numbers})
    made = files.renditions_by_digest(session, {row.digest for row in rows if row.digest is not None})
    for row in rows:
        found[row.bulletin].append(
            Attachment(
                number=row.number,
                kind=AttachmentKind(row.kind),
                caption=row.caption,
                credit=row.credit,
                alternative_text=row.alternative_text,
                reference=row.reference,
                focus=focus_of(row),
                file=_file_of(row, made.get(row.digest, ())),
            )
        )
    return found


def focus_of(row: DbAttachment | Row[Any]) -> Focus | None:
    """Give the focal point of a photo, None where nobody set one."""
    if row.focus_x_percent is None or row.focus_y_percent is None:
        return None
    return Focus(row.focus_x_percent, row.focus_y_percent)


def _file_of(row: Row[Any], renditions: tuple[Rendition, ...]) -> StoredFile | None:
    if row.digest is None:
        return None
    if row.media_type is None:
        raise LookupError(f"nothing is known of the file {row.digest}")
    return files.stored_file_of(row, renditions)
