"""Removes what a bulletin said from everywhere, and leaves the tombstone.

Text, names, revisions, notes and the source's record of it go in one transaction; its files are written down to go, and
`store.attachments.removal` removes them. Number, id, arrival and the fact that it was there stay.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store import audit, changes, files, placements, publication, redirects, sources
from store.attachments import removal
from store.bulletins import get_row
from store.database import change_instant
from store.drafts import checked_note
from store.errors import Conflict
from store.fulltext import searching
from store.models import (
    DbAttachment,
    DbBody,
    DbBulletin,
    DbBulletinAuthor,
    DbBulletinCategory,
    DbBulletinSubject,
    DbCorrection,
    DbRevision,
    DbTombstone,
)
from store.revisions import NOTHING, digests_in
from store.text.slugs import slugify
from store.types import Status


def expunge(session: Session, number: int, *, reason: str = "") -> None:
    """Remove a bulletin's content for good; `reason` is for its readers, by default that of its withdrawal.

    Raises Conflict for one that is expunged already.
    """
    row = get_row(session, number)
    if row.status == Status.EXPUNGED.value:
        raise Conflict(
            f"bulletin {number} is expunged already; nothing is left of it",
            vietnamese=f"bản tin {number} đã bị xóa hẳn từ trước",
        )
    was_published = row.status == Status.PUBLISHED.value
    if reason:
        reason = checked_note("reason", reason)
    is_new_reason = bool(reason) and reason != row.gone_reason
    row.gone_reason = reason or row.gone_reason or ""
    row.gone_at = row.gone_at or change_instant(session)
    row.status = Status.EXPUNGED.value
    if was_published:
        publication.vanish(session, row, "expunged")
    else:
        _tell_departed(session, row, is_reason_changed=is_new_reason)
    _ask_for_removal(session, number)
    _blank(session, row)
    if row.arrival is not None:
        searching.purge(session)
    redirects.forget_target(session, f"{redirects.BULLETIN}{number}")
    audit.forget_notes(session, audit.BULLETIN, number)
    audit.record(session, "expunged", audit.BULLETIN, number, note=reason, edition=row.edition if row.arrival else None)


def _tell_departed(session: Session, row: DbBulletin, *, is_reason_changed: bool) -> None:
    row.version += 1
    row.changed_at = change_instant(session)
    if row.arrival is None:
        return
    keys = session.scalars(select(DbTombstone.selection_key).where(DbTombstone.bulletin == row.number)).all()
    # Documents that were made of it elsewhere, such as archives, must go as well.
    row.edition = changes.record(session, "expunged", bulletin=row.number, selection_keys=keys)
    if is_reason_changed:
        placements.mark(session, placements.withdrawn_keys(session, row.number), row.edition)


def _ask_for_removal(session: Session, number: int) -> None:
    digests = {
        digest
        for digest in session.scalars(select(DbAttachment.digest).where(DbAttachment.bulletin == number))
        if digest is not None
    }
    for content in session.scalars(select(DbRevision.content).where(DbRevision.bulletin == number)):
        digests |= digests_in(content)
    renditions = {made for digest in digests for made in files.list_renditions(session, digest)}
    removal.ask_for_removal(session, digests | renditions)


def _blank(session: Session, row: DbBulletin) -> None:
    number = row.number
    row.title = row.lead = ""
    row.slug = slugify("")
    row.publisher_id = None
    row.place_name = row.place_latitude_e5 = row.place_longitude_e5 = None
    row.origin_name = row.origin_url = None
    for table in (DbBody, DbAttachment, DbBulletinCategory, DbBulletinSubject, DbBulletinAuthor, DbCorrection):
        session.execute(delete(table).where(table.bulletin == number))
    session.execute(update(DbRevision).where(DbRevision.bulletin == number).values(content=NOTHING, note=""))
    sources.forget_words(session, number)
