"""Reads: the window of a selection, bulletins by number, entities with how much stands under them.

A window costs the same at ten thousand bulletins and at a million: one range of placements, limited
before it is joined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta, timezone

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from store import taxonomy
from store.errors import NotFound
from store.models import (
    DbAttachment,
    DbAuthor,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCategory,
    DbInstance,
    DbOrganisation,
    DbPlacement,
    DbSourceRecord,
    DbStoredFile,
    DbTombstone,
)
from store.text.slugs import slugify
from store.types import (
    Attachment,
    AttachmentKind,
    Bulletin,
    EntryKey,
    Moment,
    Precision,
    Selection,
    Status,
    StoredFile,
    Window,
)


def window(session: Session, selection: Selection, *, limit: int, before: int | None = None) -> Window:
    """Give the newest `limit` bulletins of a selection, below position `before` where one is given.

    The selection's entities must exist; one that nothing was ever published under has an empty window
    whose date is that of the entities.
    """
    key = selection.key
    placed = select(DbPlacement.position).where(DbPlacement.selection_key == key)
    if before is not None:
        placed = placed.where(DbPlacement.position < before)
    # The limit stands inside: joined first, the planner may sort the whole selection.
    newest = placed.order_by(DbPlacement.position.desc()).limit(limit).subquery()
    rows = session.execute(
        select(DbBulletin.number, DbBulletin.version, DbBulletin.position, DbBulletin.edition, DbBulletin.changed_at)
        .join(newest, newest.c.position == DbBulletin.position)
        .order_by(newest.c.position.desc())
    ).all()
    marks = [(row.edition, row.changed_at) for row in rows]
    marks += _entity_marks(session, selection)
    departed = session.execute(
        select(DbTombstone.edition, DbTombstone.gone_at)
        .where(DbTombstone.selection_key == key)
        .order_by(DbTombstone.edition.desc())
        .limit(1)
    ).one_or_none()
    if departed is not None:
        marks.append((departed.edition, departed.gone_at))
    return Window(
        selection=selection,
        entries=tuple(EntryKey(row.number, row.version, row.position) for row in rows),
        edition=max(edition for edition, _ in marks),
        changed_at=max(changed_at for _, changed_at in marks),
    )


def was_ever_placed(session: Session, selection: Selection) -> bool:
    """Say whether anything is, or was, published under a selection."""
    placed = select(DbPlacement.position).where(DbPlacement.selection_key == selection.key).limit(1)
    left = select(DbTombstone.bulletin).where(DbTombstone.selection_key == selection.key).limit(1)
    return session.scalar(placed) is not None or session.scalar(left) is not None


def find_bulletin(session: Session, number: int) -> Bulletin | None:
    """Give one bulletin whatever its status, None when the number was never given."""
    return bulletins(session, [number]).get(number)


def get_bulletin(session: Session, number: int) -> Bulletin:
    """Give one bulletin whatever its status; raises NotFound."""
    found = find_bulletin(session, number)
    if found is None:
        raise NotFound("bulletin", str(number))
    return found


def numbers_titled(session: Session, title: str) -> list[int]:
    """List the bulletins of exactly this title, the latest first."""
    chosen = select(DbBulletin.number).where(DbBulletin.slug == slugify(title), DbBulletin.title == title)
    return list(session.scalars(chosen.order_by(DbBulletin.number.desc()).limit(20)))


def bulletins(session: Session, numbers: Collection[int]) -> dict[int, Bulletin]:
    """Give the bulletins with these numbers, in a fixed count of queries however many there are."""
    rows = {
        row.number: (row, html or "")
        for row, html in session.execute(
            select(DbBulletin, DbBody.html)
            .outerjoin(DbBody, DbBody.bulletin == DbBulletin.number)
            .where(DbBulletin.number.in_(numbers))
        )
    }
    categories = _linked(session, DbBulletinCategory, DbBulletinCategory.category_id, rows)
    subjects = _linked(session, DbBulletinSubject, DbBulletinSubject.organisation_id, rows)
    authors = _linked(session, DbBulletinAuthor, DbBulletinAuthor.author_id, rows)
    attachments = _attachments(session, rows)
    addresses = _source_addresses(session, rows)
    bodies = {i for ids in subjects.values() for i in ids}
    bodies |= {row.publisher_id for row, _ in rows.values() if row.publisher_id is not None}
    organisation_of = taxonomy.organisations_by_id(session, bodies)
    category_of = taxonomy.categories_by_id(session, {i for ids in categories.values() for i in ids})
    author_of = taxonomy.authors_by_id(session, {i for ids in authors.values() for i in ids})
    return {
        number: Bulletin(
            number=number,
            public_id=row.public_id,
            slug=row.slug,
            title=row.title,
            lead=row.lead,
            body=html,
            language=row.language,
            status=Status(row.status),
            publisher=organisation_of[row.publisher_id] if row.publisher_id is not None else None,
            subjects=tuple(organisation_of[i] for i in subjects[number]),
            categories=tuple(category_of[i] for i in categories[number]),
            authors=tuple(author_of[i] for i in authors[number]),
            attachments=tuple(attachments[number]),
            published=moment_of(row),
            updated=_in_offset(row.updated_at, row.published_offset_minutes),
            changed_at=row.changed_at,
            revision=row.revision,
            version=row.version,
            arrival=row.arrival,
            source_address=addresses.get(number),
        )
        for number, (row, html) in rows.items()
    }


def iter_bulletins(
    session: Session, *, status: Status | None = None, selection: Selection | None = None, batch: int = 200
) -> Iterator[Bulletin]:
    """Stream bulletins by falling number, `batch` at a time."""
    below: int | None = None
    while True:
        chosen = select(DbBulletin.number).order_by(DbBulletin.number.desc()).limit(batch)
        if selection is not None:
            chosen = chosen.join(DbPlacement, DbPlacement.position == DbBulletin.position).where(
                DbPlacement.selection_key == selection.key
            )
        if status is not None:
            chosen = chosen.where(DbBulletin.status == status.value)
        if below is not None:
            chosen = chosen.where(DbBulletin.number < below)
        numbers = session.scalars(chosen).all()
        if not numbers:
            return
        found = bulletins(session, numbers)
        yield from (found[number] for number in numbers)
        below = numbers[-1]


def count_placed(session: Session) -> dict[str, int]:
    """Count the bulletins under each selection_key of one criterion, and under `all`."""
    rows = session.execute(
        select(DbPlacement.selection_key, func.count().label("placed"))
        .where(~DbPlacement.selection_key.contains("."))
        .group_by(DbPlacement.selection_key)
    )
    return {row.selection_key: row.placed for row in rows}


def find_visible_file(session: Session, digest: str) -> StoredFile | None:
    """Give the file with this digest while a published bulletin uses it, else None."""
    row = session.scalar(
        select(DbStoredFile)
        .join(DbAttachment, DbAttachment.digest == DbStoredFile.digest)
        .join(DbBulletin, DbBulletin.number == DbAttachment.bulletin)
        .where(DbStoredFile.digest == digest, DbBulletin.status == Status.PUBLISHED.value)
        .limit(1)
    )
    return _stored_file(row) if row else None


def moment_of(row: DbBulletin) -> Moment | None:
    """Give the publication moment of a row in the offset that it was given in."""
    instant = _in_offset(row.published_at, row.published_offset_minutes)
    if instant is None or row.published_precision is None:
        return None
    return Moment(instant, Precision(row.published_precision))


def _in_offset(instant: datetime | None, offset_minutes: int | None) -> datetime | None:
    if instant is None:
        return None
    return instant.astimezone(timezone(timedelta(minutes=offset_minutes or 0)))


def _entity_marks(session: Session, selection: Selection) -> list[tuple[int, datetime]]:
    marks = []
    for row_type, entity_id in (
        (DbCategory, selection.category),
        (DbOrganisation, selection.organisation),
        (DbOrganisation, selection.publisher),
        (DbAuthor, selection.author),
    ):
        if entity_id is not None:
            found = session.execute(
                select(row_type.edition, row_type.changed_at).where(row_type.id == entity_id)
            ).one_or_none()
            if found is None:
                raise NotFound(row_type.__tablename__, str(entity_id))
            marks.append((found.edition, found.changed_at))
    if not marks:
        created_at = session.execute(select(DbInstance.created_at)).scalar_one()
        marks.append((0, created_at.astimezone(UTC)))
    return marks


def _linked(
    session: Session,
    link: type[DbBulletinCategory] | type[DbBulletinSubject] | type[DbBulletinAuthor],
    target: InstrumentedAttribute[int],
    numbers: Collection[int],
) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(link.bulletin, target).where(link.bulletin.in_(numbers)).order_by(link.bulletin, link.ordinal, target)
    )
    for number, entity in rows:
        found[number].append(entity)
    return found


def _attachments(session: Session, numbers: Collection[int]) -> defaultdict[int, list[Attachment]]:
    found: defaultdict[int, list[Attachment]] = defaultdict(list)
    rows = session.execute(
        select(DbAttachment, DbStoredFile)
        .outerjoin(DbStoredFile, DbStoredFile.digest == DbAttachment.digest)
        .where(DbAttachment.bulletin.in_(numbers))
        .order_by(DbAttachment.bulletin, DbAttachment.number)
    )
    for row, file in rows:
        found[row.bulletin].append(
            Attachment(
                number=row.number,
                kind=AttachmentKind(row.kind),
                caption=row.caption,
                credit=row.credit,
                alternative_text=row.alternative_text,
                file=_joined_file(file),
            )
        )
    return found


def _source_addresses(session: Session, numbers: Collection[int]) -> dict[int, str]:
    rows = session.execute(
        select(DbSourceRecord.bulletin, func.min(DbSourceRecord.address))
        .where(DbSourceRecord.bulletin.in_(numbers), DbSourceRecord.address.is_not(None))
        .group_by(DbSourceRecord.bulletin)
    )
    return {number: address for number, address in rows if address is not None}


def _joined_file(row: DbStoredFile | None) -> StoredFile | None:
    """Read the far side of an outer join."""
    return None if row is None else _stored_file(row)


def _stored_file(row: DbStoredFile) -> StoredFile:
    return StoredFile(
        digest=row.digest,
        media_type=row.media_type,
        size_bytes=row.size_bytes,
        width_px=row.width_px,
        height_px=row.height_px,
    )
