"""Gives bulletins their photos and documents, and changes what is said of them. Runs inside the caller's transaction.

The rendered entry changes, so `version` steps; `updated` stays, because what the bulletin says is what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from store import audit, bulletins, catalogue, channel_settings, files, placements, revisions
from store.attachments import recipe, removal, renditions
from store.attachments.arrivals import assign
from store.drafts import checked_attachment
from store.errors import Conflict, NotFound
from store.models import DbAttachment, DbBulletin
from store.types import Attachment, AttachmentKind, StoredFile

SAYINGS = {AttachmentKind.PHOTO: "photo", AttachmentKind.DOCUMENT: "document"}
ADDED, REPLACED, LOST, DESCRIBED = "added", "replaced", "lost", "described"
NOTES = frozenset(f"{saying} {done}" for saying in SAYINGS.values() for done in (ADDED, REPLACED, LOST, DESCRIBED))
"""Notes of revisions whose text nobody touched."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A kept file for a bulletin: what was said of it, and the words that it brought itself, for what is left open."""

    file: StoredFile
    said: Attachment
    offered: Attachment


def receive(
    session: Session,
    number: int,
    arrivals: Sequence[Arrival],
    *,
    chosen: int | None = None,
    as_new: bool = False,
    in_order: bool = False,
) -> list[int]:
    """Give files to the captions that wait for them, add the others, and return their numbers in the same order.

    `chosen` is the attachment that the one arrival is meant for, waiting or not; `as_new` looks for none, `in_order`
    fills those that wait one after the other. Raises Conflict where nothing says which waiting caption a file belongs
    to, and what the functions below raise.
    """
    kind = arrivals[0].said.kind
    bulletin = catalogue.get_bulletin(session, number)
    waiting = [each for each in bulletin.attachments if each.kind is kind and each.file is None]
    numbers: list[int | None] = [None] * len(arrivals)
    if chosen is not None:
        numbers = [chosen]
    elif not as_new:
        captions = [arrival.said.caption or arrival.offered.caption for arrival in arrivals]
        numbers = assign(
            waiting,
            captions,
            said=any(arrival.said.caption for arrival in arrivals),
            in_order=in_order,
            are_mere_names=kind is AttachmentKind.DOCUMENT,
        )
    return [_received(session, number, arrival, place) for arrival, place in zip(arrivals, numbers, strict=True)]


def _received(session: Session, number: int, arrival: Arrival, place: int | None) -> int:
    said, offered = arrival.said, arrival.offered
    if place is None:
        return add_attachment(session, number, replace(_worded(said, offered), file=arrival.file))
    known = catalogue.get_bulletin(session, number).attachments
    before = next((each for each in known if each.number == place), None)
    if before is None or before.kind is not said.kind:
        raise NotFound(SAYINGS[said.kind], f"{number}/{place}")
    attach_file(session, number, place, arrival.file)
    kept = before if before.file in (None, arrival.file) else replace(before, focus=None)
    revise_attachment(session, number, replace(_worded(said, _worded(kept, offered)), number=place))
    return place


def _worded(said: Attachment, otherwise: Attachment) -> Attachment:
    """Give what is said of an attachment, completed by other words where it says nothing."""
    return replace(
        said,
        caption=said.caption or otherwise.caption,
        credit=said.credit or otherwise.credit,
        alternative_text=said.alternative_text or otherwise.alternative_text,
        reference=said.reference or otherwise.reference,
        focus=said.focus or otherwise.focus,
    )


def attach_file(session: Session, number: int, attachment_number: int, file: StoredFile) -> None:
    """Give a waiting caption its file; raises NotFound for an attachment that the bulletin does not have."""
    row, attachment = _rows(session, number, attachment_number)
    if files.keep_file(session, file):
        bulletins.step_users(session, file.digest, but=number)
    saying = SAYINGS[AttachmentKind(attachment.kind)]
    is_replaced = attachment.digest not in (None, file.digest)
    attachment.digest = file.digest
    if is_replaced:
        # A focus belongs to the photo that it was set on.
        attachment.focus_x_percent = attachment.focus_y_percent = None
    _ask_for_card(session, attachment)
    _record(session, row, f"{saying} arrived", note=f"{saying} {REPLACED}" if is_replaced else None)


def add_attachment(session: Session, number: int, attachment: Attachment) -> int:
    """Add a photo or document after the others and return its number; the `number` that it came with does not count.

    Raises InputError for words that cannot be stored, Conflict for an expunged bulletin.
    """
    row = bulletins.get_row(session, number)
    bulletins.require_not_expunged(row)
    row.last_attachment += 1
    added = checked_attachment(replace(attachment, number=row.last_attachment))
    bulletins.store_attachment(session, number, added)
    saying = f"{SAYINGS[added.kind]} {ADDED}"
    _ask_for_card(session, session.get_one(DbAttachment, (number, added.number)))
    _record(session, row, saying, note=saying)
    return added.number


def revise_attachment(session: Session, number: int, said: Attachment) -> bool:
    """Replace what is said of an attachment, found by its number; its file stays. Return whether anything differs.

    Raises NotFound, InputError for words that cannot be stored, Conflict for an expunged bulletin.
    """
    row, attachment = _rows(session, number, said.number)
    before = revisions.content_of(catalogue.get_bulletin(session, number))
    said = checked_attachment(said)
    attachment.caption, attachment.credit = said.caption, said.credit
    attachment.alternative_text, attachment.reference = said.alternative_text, said.reference
    attachment.focus_x_percent = said.focus.x_percent if said.focus else None
    attachment.focus_y_percent = said.focus.y_percent if said.focus else None
    session.flush()
    if revisions.content_of(catalogue.get_bulletin(session, number)) == before:
        return False
    _ask_for_card(session, attachment)
    saying = f"{SAYINGS[AttachmentKind(attachment.kind)]} {DESCRIBED}"
    _record(session, row, saying, note=saying)
    return True


def detach_lost_file(session: Session, number: int, attachment_number: int) -> None:
    """Have a caption wait for its file again, because the stored bytes are lost; the audit log names them."""
    row, attachment = _rows(session, number, attachment_number)
    digest = attachment.digest
    if digest is None:
        raise Conflict(f"attachment {attachment_number} of bulletin {number} has no file to lose")
    attachment.digest = None
    saying = f"{SAYINGS[AttachmentKind(attachment.kind)]} {LOST}"
    _record(session, row, saying, note=saying, told=f"attachment {attachment_number}: {digest}")


def receive_renditions(session: Session, file: StoredFile) -> None:
    """Record the renditions that were made of a stored photo; every bulletin that has it shows them from now on.

    Of a photo that was expunged meanwhile they are to go as it is.
    """
    if not removal.is_wanted(session, file.digest):
        removal.ask_for_removal(session, {rendition.digest for rendition in file.renditions})
        files.forget_due(session, file.digest)
        return
    if files.keep_renditions(session, file):
        bulletins.step_users(session, file.digest)
        channel_settings.step_users(session, file.digest)
    # A focus may have been moved while the card was cut.
    if not renditions.lacked_names(session, file):
        files.forget_due(session, file.digest)


def _rows(session: Session, number: int, attachment_number: int) -> tuple[DbBulletin, DbAttachment]:
    row = bulletins.get_row(session, number)
    bulletins.require_not_expunged(row)
    attachment = session.get(DbAttachment, (number, attachment_number))
    if attachment is None:
        raise NotFound("attachment", f"{number}/{attachment_number}")
    return row, attachment


def _ask_for_card(session: Session, attachment: DbAttachment) -> None:
    """Have the worker cut the share card around a focus that the photo's file has no card for yet."""
    if attachment.digest is None or attachment.focus_x_percent is None:
        return
    file = files.files_by_digest(session, [attachment.digest])[attachment.digest]
    focus = catalogue.focus_of(attachment)
    if recipe.card_name(focus) not in {rendition.name for rendition in file.renditions}:
        files.ask_for_renditions(session, file.digest)


def _record(session: Session, row: DbBulletin, action: str, *, note: str | None, told: str = "") -> None:
    """Record a change: with a `note` as a revision of its own, without one as what the present revision waited for."""
    session.flush()
    content = revisions.content_of(catalogue.get_bulletin(session, row.number))
    if note is None:
        revisions.complete(session, row.number, content, revision=row.revision)
    else:
        row.revision += 1
        revisions.record(session, row.number, content, revision=row.revision, note=note, significant=False)
    bulletins.step(session, row, action, placements.linked_keys(session, row))
    audit.record(session, action, audit.BULLETIN, row.number, note=told, edition=bulletins.seen_edition(row))
