"""Writes on bulletins: draft, revise, publish. Each runs inside the caller's transaction and never commits.

A bulletin's row, links, revision, placements and change log move together. `published` is settled once and
never moves; a minor edit moves nothing but the text.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import catalogue, changes, placements, revisions, taxonomy
from store.attachments.matching import matched
from store.database import change_instant, now
from store.drafts import checked
from store.errors import Conflict, NotFound, NotPublishable
from store.models import (
    DbAttachment,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbStoredFile,
)
from store.publication import settled_moment
from store.text.slugs import slugify
from store.types import Attachment, Bulletin, Draft, Moment, Precision, Status, StoredFile


def draft(
    session: Session,
    said: Draft,
    *,
    actor: str,
    public_id: str | None = None,
    recognised: Collection[int] = (),
    note: str = "",
) -> int:
    """Store a new draft and return its number; no reader sees it yet.

    `recognised` are ids of organisations found in the text. Raises InputError or NotFound for a field that
    cannot be stored.
    """
    said = checked(said)
    row = DbBulletin(
        number=changes.mint(session, changes.NUMBER),
        public_id=public_id or f"urn:uuid:{uuid.uuid4()}",
        slug=slugify(said.title),
        title=said.title,
        lead=said.lead,
        language=said.language,
        status=Status.DRAFT.value,
        publisher_id=_publisher_id(session, said),
        changed_at=change_instant(session),
        edition=0,
        revision=1,
        version=1,
        last_attachment=max((attachment.number for attachment in said.attachments), default=0),
    )
    _set_moment(row, said.published)
    session.add(row)
    session.flush()
    session.add(DbBody(bulletin=row.number, html=said.body))
    _link(session, row, said, recognised)
    _replace_attachments(session, row.number, said.attachments)
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, row.number))
    revisions.record(session, row.number, content, revision=1, actor=actor, note=note, significant=False)
    return row.number


def revise(
    session: Session,
    number: int,
    said: Draft,
    *,
    actor: str,
    note: str = "",
    significant: bool = False,
    recognised: Collection[int] | None = None,
    same_attachments: Collection[int] = (),
    expected_revision: int | None = None,
) -> bool:
    """Replace what a bulletin says; return whether anything differs from what is stored.

    `significant` moves the `updated` of a published bulletin. `recognised` None keeps the organisations that
    were found in the text before. Photos keep their files where the caption is the same.
    `same_attachments` are numbers by which the giver meant the stored attachments, whatever the captions say.
    Raises Conflict when the date of a published bulletin would move, or when somebody else revised it since
    `expected_revision`.
    """
    row = _get_row(session, number)
    stored = catalogue.get_bulletin(session, number)
    if stored.status is Status.EXPUNGED:
        raise Conflict(f"bulletin {number} was expunged; nothing of it can be revised")
    if expected_revision is not None and stored.revision != expected_revision:
        raise Conflict(
            f"bulletin {number} is at revision {stored.revision} by now, and this text was made from revision "
            f"{expected_revision}; see the present one with `bantin bulletin show {number}`"
        )
    said = checked(said)
    said, last_attachment = matched(said, stored.attachments, row.last_attachment, meant=same_attachments)
    _check_moment(stored, said.published)
    keys_before = placements.linked_keys(session, row)
    row.title, row.lead, row.language = said.title, said.lead, said.language
    row.slug = slugify(said.title)
    row.publisher_id = _publisher_id(session, said)
    row.last_attachment = last_attachment
    if stored.status is Status.DRAFT:
        _set_moment(row, said.published)
    body = session.get_one(DbBody, number)
    body.html = said.body
    kept = recognised_subjects(session, number) if recognised is None else recognised
    _link(session, row, said, kept)
    _replace_attachments(session, number, said.attachments)
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, number))
    if content == revisions.content_of(stored):
        return False
    row.revision += 1
    if stored.status is Status.PUBLISHED and significant:
        row.updated_at = now(session)
    _changed(session, row, "revised", keys_before)
    revisions.record(session, number, content, revision=row.revision, actor=actor, note=note, significant=significant)
    return True


def publish(session: Session, number: int, *, publisher_required: bool = True) -> None:
    """Make a draft visible to readers, dated as `settled_moment` decides; raises NotPublishable or NotFound.

    A page read from a portal does not say who issued it: for those alone `publisher_required` is False.
    """
    row = _get_row(session, number)
    if row.status != Status.DRAFT.value:
        raise NotPublishable(f"bulletin {number} is {row.status}; only a draft can be published")
    if publisher_required and row.publisher_id is None:
        raise NotPublishable(f"bulletin {number} has no publisher; name the organisation that issues it first")
    moment = settled_moment(catalogue.moment_of(row), published_at=now(session))
    arrival = changes.mint(session, changes.ARRIVAL)
    position = placements.next_position(session, int(moment.instant.timestamp()))
    _set_moment(row, moment)
    row.updated_at = moment.instant
    row.status, row.arrival, row.position = Status.PUBLISHED.value, arrival, position
    session.flush()
    _changed(session, row, "published", frozenset())


def add_subject(session: Session, number: int, organisation_id: int) -> bool:
    """Attach an organisation that was found in a bulletin's text; return False where it stood already.

    The rendered entry names the body from now on, so `version` steps; `updated` stays.
    """
    row = _get_row(session, number)
    if session.get(DbBulletinSubject, (number, organisation_id)) or row.publisher_id == organisation_id:
        return False
    keys_before = placements.linked_keys(session, row)
    ordinal = session.scalar(
        select(func.count()).select_from(DbBulletinSubject).where(DbBulletinSubject.bulletin == number)
    )
    session.add(DbBulletinSubject(bulletin=number, organisation_id=organisation_id, ordinal=ordinal, recognised=True))
    session.flush()
    _changed(session, row, "subjects added", keys_before)
    return True


def recognised_subjects(session: Session, number: int) -> tuple[int, ...]:
    """Give the ids of a bulletin's subjects that were found in its text, not named by an editor."""
    return tuple(
        row.organisation_id
        for row in session.query(DbBulletinSubject).filter_by(bulletin=number, recognised=True).order_by("ordinal")
    )


def attach_file(session: Session, number: int, attachment_number: int, file: StoredFile) -> None:
    """Give a waiting caption its file; raises NotFound for an attachment that the bulletin does not have."""
    row = _get_row(session, number)
    attachment = session.get(DbAttachment, (number, attachment_number))
    if attachment is None:
        raise NotFound("attachment", f"{number}/{attachment_number}")
    keep_file(session, file)
    attachment.digest = file.digest
    session.flush()
    _changed(session, row, "photo arrived", placements.linked_keys(session, row))


def keep_file(session: Session, file: StoredFile) -> None:
    """Record what is known of a stored file, once per digest."""
    if session.get(DbStoredFile, file.digest) is None:
        session.add(
            DbStoredFile(
                digest=file.digest,
                media_type=file.media_type,
                size_bytes=file.size_bytes,
                width_px=file.width_px,
                height_px=file.height_px,
            )
        )
        session.flush()


def _get_row(session: Session, number: int) -> DbBulletin:
    row = session.get(DbBulletin, number)
    if row is None:
        raise NotFound("bulletin", str(number))
    return row


def _changed(session: Session, row: DbBulletin, kind: str, keys_before: frozenset[str]) -> None:
    """Step version and, where readers see the bulletin, edition and placements."""
    row.version += 1
    row.changed_at = change_instant(session)
    if row.status == Status.PUBLISHED.value:
        keys = placements.linked_keys(session, row)
        row.edition = changes.record(session, kind, bulletin=row.number, selection_keys=keys | keys_before)
        placements.replace(session, row, before=keys_before, after=keys, edition=row.edition)
    session.flush()


def _set_moment(row: DbBulletin, moment: Moment | None) -> None:
    offset = moment.instant.utcoffset() if moment else None
    row.published_at = moment.instant if moment else None
    row.published_offset_minutes = int(offset.total_seconds() // 60) if offset is not None else None
    row.published_precision = moment.precision.value if moment else None


def _check_moment(stored: Bulletin, said: Moment | None) -> None:
    if stored.status is Status.DRAFT or said is None or stored.published is None:
        return
    same = said.instant.date() == stored.published.instant.astimezone(said.instant.tzinfo).date()
    if said != stored.published and not (same and said.precision is Precision.DAY):
        raise Conflict(f"bulletin {stored.number} is published; its date stays {stored.published.instant.isoformat()}")


def _publisher_id(session: Session, said: Draft) -> int | None:
    return taxonomy.get_organisation(session, said.publisher).id if said.publisher else None


def _link(session: Session, row: DbBulletin, said: Draft, recognised: Iterable[int]) -> None:
    number = row.number
    for link in (DbBulletinCategory, DbBulletinSubject, DbBulletinAuthor):
        session.execute(delete(link).where(link.bulletin == number))
    named = [taxonomy.get_organisation(session, name).id for name in said.subjects]
    found = {body: True for body in recognised if body != row.publisher_id}
    categories = [taxonomy.get_category(session, name).id for name in said.categories]
    authors = [taxonomy.find_or_add_author(session, name).id for name in said.authors]
    session.add_all(
        DbBulletinSubject(bulletin=number, organisation_id=body, ordinal=ordinal, recognised=body in found)
        for ordinal, body in enumerate(dict.fromkeys([*named, *found]))
    )
    session.add_all(
        DbBulletinCategory(bulletin=number, category_id=category, ordinal=ordinal)
        for ordinal, category in enumerate(dict.fromkeys(categories))
    )
    session.add_all(
        DbBulletinAuthor(bulletin=number, author_id=author, ordinal=ordinal)
        for ordinal, author in enumerate(dict.fromkeys(authors))
    )


def _replace_attachments(session: Session, number: int, attachments: Iterable[Attachment]) -> None:
    session.execute(delete(DbAttachment).where(DbAttachment.bulletin == number))
    for attachment in attachments:
        if attachment.file is not None:
            keep_file(session, attachment.file)
        session.add(
            DbAttachment(
                bulletin=number,
                number=attachment.number,
                kind=attachment.kind.value,
                caption=attachment.caption,
                credit=attachment.credit,
                alternative_text=attachment.alternative_text,
                digest=attachment.file.digest if attachment.file else None,
            )
        )
