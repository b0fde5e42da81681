"""Writes what bulletins say: draft, revise, correct. Each runs inside the caller's transaction.

A bulletin's row, links, revision, placements and logs move together. A minor edit moves nothing but the text, a
correction moves `updated` as well; `published` never moves.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store import audit, catalogue, changes, files, filing, placements, revisions
from store.attachments.matching import matched
from store.database import change_instant, not_before, now
from store.drafts import checked, checked_note
from store.errors import Conflict, NotFound, NotPublishable
from store.fulltext import indexing
from store.lineage import lineage_of
from store.models import (
    DbAttachment,
    DbBody,
    DbBulletin,
    DbBulletinSubject,
    DbCorrection,
)
from store.names import Kind
from store.text.slugs import slugify
from store.types import Attachment, Bulletin, Draft, Moment, Precision, Status


def draft(
    session: Session,
    said: Draft,
    *,
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
        changed_at=change_instant(session),
        edition=0,
        revision=1,
        version=1,
        last_attachment=max((attachment.number for attachment in said.attachments), default=0),
    )
    set_moment(row, said.published)
    _set_place_and_origin(row, said)
    session.add(row)
    session.flush()
    session.add(DbBody(bulletin=row.number, html=said.body))
    filing.file_bulletin(session, row, said, recognised, at=_instant(session, said.published))
    _replace_attachments(session, row.number, said.attachments)
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, row.number))
    revisions.record(session, row.number, content, revision=1, note=note, significant=False)
    audit.record(session, "drafted", audit.BULLETIN, row.number, note=note)
    return row.number


def revise(
    session: Session,
    number: int,
    said: Draft,
    *,
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
    row = get_row(session, number)
    require_not_expunged(row)
    stored = catalogue.get_bulletin(session, number)
    _require_unrevised(stored, expected_revision)
    said = checked(said)
    if stored.status is Status.SCHEDULED and stored.publisher is not None and not said.publisher:
        raise NotPublishable(
            f"bulletin {number} is scheduled and would lose its publisher; keep it, or first: "
            f"bantin bulletin schedule {number} --cancel",
            vietnamese=f"bản tin {number} đã hẹn giờ đăng, không thể bỏ cơ quan phát hành",
        )
    said, last_attachment = matched(said, stored.attachments, row.last_attachment, meant=same_attachments)
    _check_moment(stored, said.published)
    keys_before = placements.linked_keys(session, row)
    row.title, row.lead, row.language = said.title, said.lead, said.language
    row.slug = slugify(said.title)
    row.last_attachment = last_attachment
    _set_place_and_origin(row, said)
    if stored.status is Status.DRAFT:
        set_moment(row, said.published)
    body = session.get_one(DbBody, number)
    body.html = said.body
    kept = recognised_subjects(session, number) if recognised is None else recognised
    at = _instant(session, catalogue.moment_of(row))
    filing.file_bulletin(session, row, said, kept, at=at, stored=stored)
    _replace_attachments(session, number, said.attachments)
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, number))
    if content == revisions.content_of(stored):
        return False
    row.revision += 1
    if stored.status is Status.PUBLISHED and significant:
        move_updated(session, row)
    step(session, row, "revised", keys_before)
    revisions.record(session, number, content, revision=row.revision, note=note, significant=significant)
    audit.record(session, "revised", audit.BULLETIN, number, note=note, edition=seen_edition(row))
    return True


def correct(
    session: Session,
    number: int,
    said: Draft,
    *,
    note: str,
    recognised: Collection[int] | None = None,
    same_attachments: Collection[int] = (),
    expected_revision: int | None = None,
) -> bool:
    """Revise a published bulletin and tell its readers why: `updated` moves, and `note` stands in every format.

    Return False, with nothing told, where the text says this already. Raises Conflict for a bulletin that readers do
    not see, InputError for no note, and what `revise` raises.
    """
    note = checked_note("note", note)
    row = get_row(session, number)
    require_not_expunged(row)
    if row.status == Status.WITHDRAWN.value:
        raise Conflict(
            f"bulletin {number} is withdrawn, so no reader sees a correction; only a published one is corrected; "
            f"change it with: bantin bulletin edit {number}, then publish it again",
            vietnamese=f"bản tin {number} đã gỡ xuống nên không đính chính; hãy sửa bằng lệnh edit rồi đăng lại",
        )
    if row.status != Status.PUBLISHED.value:
        raise Conflict(
            f"bulletin {number} is {row.status}; only a published one is corrected before its readers; "
            f"change it with: bantin bulletin edit {number}",
            vietnamese=f"bản tin {number} chưa đến với bạn đọc nên không đính chính; hãy sửa bằng lệnh edit",
        )
    changed = revise(
        session,
        number,
        said,
        note=note,
        significant=True,
        recognised=recognised,
        same_attachments=same_attachments,
        expected_revision=expected_revision,
    )
    if changed:
        session.add(DbCorrection(bulletin=number, revision=row.revision, corrected_at=row.updated_at, note=note))
        audit.record(session, "corrected", audit.BULLETIN, number, note=note, edition=row.edition)
    return changed


def add_subject(session: Session, number: int, organisation_id: int) -> bool:
    """Attach an organisation that was found in a bulletin's text; return False where it stood already.

    The rendered entry names the body from now on, so `version` steps; `updated` stays.
    """
    row = get_row(session, number)
    require_not_expunged(row)
    at = _instant(session, catalogue.moment_of(row))
    organisation_id = lineage_of(session).successor_at(Kind.ORGANISATION, organisation_id, at)
    if session.get(DbBulletinSubject, (number, organisation_id)) or row.publisher_id == organisation_id:
        return False
    keys_before = placements.linked_keys(session, row)
    ordinal = session.scalar(
        select(func.coalesce(func.max(DbBulletinSubject.ordinal) + 1, 0)).where(DbBulletinSubject.bulletin == number)
    )
    session.add(DbBulletinSubject(bulletin=number, organisation_id=organisation_id, ordinal=ordinal, recognised=True))
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, number))
    revisions.complete(session, number, content, revision=row.revision)
    step(session, row, "subjects added", keys_before)
    note = f"organisation {organisation_id}"
    audit.record(session, "subject added", audit.BULLETIN, number, note=note, edition=seen_edition(row))
    return True


def recognised_subjects(session: Session, number: int) -> tuple[int, ...]:
    """Give the ids of a bulletin's subjects that were found in its text, not named by an editor."""
    return tuple(
        row.organisation_id
        for row in session.query(DbBulletinSubject).filter_by(bulletin=number, recognised=True).order_by("ordinal")
    )


def get_row(session: Session, number: int) -> DbBulletin:
    """Give a bulletin's row, for the modules that write bulletins; raises NotFound."""
    row = session.get(DbBulletin, number)
    if row is None:
        raise NotFound("bulletin", str(number))
    return row


def require_not_expunged(row: DbBulletin) -> None:
    """Raise Conflict for a bulletin of which nothing is left to revise."""
    if row.status == Status.EXPUNGED.value:
        raise Conflict(
            f"bulletin {row.number} was expunged; nothing of it can be revised",
            vietnamese=f"bản tin {row.number} đã bị xóa hẳn, không còn gì để sửa",
        )


def step(
    session: Session, row: DbBulletin, kind: str, keys_before: frozenset[str], *, told: frozenset[str] = frozenset()
) -> None:
    """Step version and, where readers see the bulletin, edition and placements.

    `told` are selections that it does not stand under and that say something else of it from now on.
    """
    row.version += 1
    row.changed_at = change_instant(session)
    if row.status == Status.PUBLISHED.value:
        keys = placements.linked_keys(session, row)
        row.edition = changes.record(session, kind, bulletin=row.number, selection_keys=keys | keys_before | told)
        placements.replace(session, row, before=keys_before, after=keys, edition=row.edition)
        placements.mark(session, told - keys, row.edition)
    session.flush()
    if row.status == Status.PUBLISHED.value:
        indexing.index(session, [row.number])


def step_users(session: Session, digest: str, *, but: int | None = None) -> None:
    """Step every bulletin that has a file, because it is shown otherwise now; `but` is one that steps by itself."""
    for number in files.list_users(session, digest):
        if number != but:
            row = get_row(session, number)
            step(session, row, "renditions made", placements.linked_keys(session, row))


def seen_edition(row: DbBulletin) -> int | None:
    """Give the edition from which readers see what was just done, None while they see nothing of the bulletin."""
    return row.edition if row.status == Status.PUBLISHED.value else None


def move_updated(session: Session, row: DbBulletin, *, after: datetime | None = None) -> None:
    """Move `updated` on, a second past what it was and past `after`.

    Readers take an entry for new by its date alone.
    """
    passed = [instant + timedelta(seconds=1) for instant in (row.updated_at, after) if instant is not None]
    row.updated_at = max([change_instant(session), *passed])
    # No feed is dated before what it says.
    not_before(session, row.updated_at)


def set_moment(row: DbBulletin, moment: Moment | None) -> None:
    """Set the date of a bulletin with its offset and precision."""
    offset = moment.instant.utcoffset() if moment else None
    row.published_at = moment.instant.replace(microsecond=0) if moment else None
    row.published_offset_minutes = int(offset.total_seconds() // 60) if offset is not None else None
    row.published_precision = moment.precision.value if moment else None


def _set_place_and_origin(row: DbBulletin, said: Draft) -> None:
    place, origin = said.place, said.origin
    row.place_name = place.name if place else None
    row.place_latitude_e5 = place.latitude_e5 if place else None
    row.place_longitude_e5 = place.longitude_e5 if place else None
    row.origin_name = origin.name if origin else None
    row.origin_url = origin.url if origin else None


def _instant(session: Session, moment: Moment | None) -> datetime:
    return moment.instant if moment else now(session)


def _require_unrevised(stored: Bulletin, expected_revision: int | None) -> None:
    number = stored.number
    if expected_revision is not None and stored.revision != expected_revision:
        raise Conflict(
            f"bulletin {number} is at revision {stored.revision} by now, and this text was made from revision "
            f"{expected_revision}; see the present one with `bantin bulletin show {number}`",
            vietnamese=f"bản tin {number} đã được người khác sửa (bản {stored.revision}); hãy xem lại rồi sửa tiếp",
        )


def _check_moment(stored: Bulletin, said: Moment | None) -> None:
    if stored.status is Status.DRAFT or said is None or stored.published is None:
        return
    same = said.instant.date() == stored.published.instant.astimezone(said.instant.tzinfo).date()
    if said == stored.published or (same and said.precision is Precision.DAY):
        return
    if stored.status is Status.SCHEDULED:
        raise Conflict(
            f"bulletin {stored.number} is scheduled for {stored.published.instant.isoformat()}; move it with "
            f"`bantin bulletin schedule {stored.number} DATE`",
            vietnamese=f"bản tin {stored.number} đã hẹn giờ đăng; muốn đổi giờ hãy dùng lệnh schedule",
        )
    raise Conflict(
        f"bulletin {stored.number} is {stored.status.value}; its date stays {stored.published.instant.isoformat()}",
        vietnamese=f"ngày đăng của bản tin {stored.number} không thay đổi được nữa",
    )


def store_attachment(session: Session, number: int, attachment: Attachment) -> None:
    """Add the row of an attachment, checked already, and what is known of its file."""
    if attachment.file is not None and files.keep_file(session, attachment.file):
        step_users(session, attachment.file.digest, but=number)
    session.add(
        DbAttachment(
            bulletin=number,
            number=attachment.number,
            kind=attachment.kind.value,
            caption=attachment.caption,
            credit=attachment.credit,
            alternative_text=attachment.alternative_text,
            reference=attachment.reference,
            focus_x_percent=attachment.focus.x_percent if attachment.focus else None,
            focus_y_percent=attachment.focus.y_percent if attachment.focus else None,
            digest=attachment.file.digest if attachment.file else None,
        )
    )
    session.flush()


def _replace_attachments(session: Session, number: int, attachments: Iterable[Attachment]) -> None:
    session.execute(delete(DbAttachment).where(DbAttachment.bulletin == number))
    for attachment in attachments:
        store_attachment(session, number, attachment)
