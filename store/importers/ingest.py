"""Writes what a way in has read: the one place where imported bulletins enter the store.

The same content twice changes nothing; changed content becomes a revision; what may be a second version of
something known is held back until a person says so. Nothing is published with a date that has not come.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy.orm import Session

from store import attaching, bulletins, catalogue, placements, publication, revisions, sources
from store.attachments.matching import matched
from store.errors import NotPublishable
from store.importers.recognise import Recogniser
from store.importers.recognition import subjects_of
from store.importers.resemblance import may_be_same_title, resembles
from store.sources import Record, Source
from store.text.markup import plain_text
from store.types import Attachment, Bulletin, Draft, Organisation, Status


class Outcome(StrEnum):
    """What became of something that came in."""

    ADDED = "added"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Something read from a source, ready to be stored.

    `external_key` is what the source knows it by, `content_digest` changes when its meaning does, `day` (ISO)
    and `folded_title` find near matches. `is_overruled`: a person said what parts of it are, so that it counts as
    changed although the source says the same.
    """

    external_key: str
    content_digest: str
    draft: Draft
    address: str | None = None
    day: str | None = None
    folded_title: str | None = None
    is_overruled: bool = False


@dataclass(frozen=True, slots=True)
class Ingested:
    """The outcome, the bulletin it is about (None for one held back unstored), and why, for a person."""

    outcome: Outcome
    number: int | None
    notes: tuple[str, ...] = ()


def ingest(
    session: Session,
    source: Source,
    incoming: Incoming,
    *,
    recogniser: Recogniser | None = None,
    revises: int | None = None,
    as_new: bool = False,
) -> Ingested:
    """Store one thing that came in.

    `recogniser` finds the organisations that it names; without one nobody is attached, and nobody detached.
    `revises` names the bulletin that it is another version of; `as_new` says that it is none.
    Raises InputError, NotFound or Conflict, with nothing stored, for what cannot be taken.
    """
    known = sources.find_record(session, source, incoming.external_key)
    if revises is not None and (known is None or known.bulletin != revises):
        if known is not None:
            return Ingested(Outcome.HELD, known.bulletin, (f"this very page is bulletin {known.bulletin} already",))
        catalogue.get_bulletin(session, revises)
        sources.require_owner(session, source, revises)
        known = Record(incoming.external_key, revises, "", None, None)
    if known is not None:
        return _revise(session, source, incoming, known, recogniser=recogniser)
    if not as_new:
        near = _find_near_match(session, source, incoming)
        if near is not None:
            return Ingested(
                Outcome.HELD,
                None,
                (
                    f"looks like another version of bulletin {near.number}, “{near.title}”: "
                    f"import it with --revises {near.number}, or with --as-new if it is not",
                ),
            )
    return _add(session, source, incoming, recogniser=recogniser)


def _add(session: Session, source: Source, incoming: Incoming, *, recogniser: Recogniser | None) -> Ingested:
    number = bulletins.draft(
        session,
        incoming.draft,
        public_id=source.public_id(incoming.external_key),
        recognised=subjects_of(recogniser, incoming.draft) if recogniser else (),
        note=_note(source),
    )
    _keep(session, source, incoming, number)
    try:
        publication.publish(session, number, publisher_required=False)
    except NotPublishable as reason:
        return Ingested(Outcome.HELD, number, (f"stored as draft {number}: {reason}",))
    return Ingested(Outcome.ADDED, number)


def _revise(
    session: Session, source: Source, incoming: Incoming, known: Record, *, recogniser: Recogniser | None
) -> Ingested:
    stored = catalogue.get_bulletin(session, known.bulletin)
    if stored.status is Status.EXPUNGED:
        return Ingested(
            Outcome.HELD, stored.number, (f"this page was expunged as bulletin {stored.number}; it stays out",)
        )
    is_same_page = incoming.content_digest == known.content_digest and not incoming.is_overruled
    if is_same_page and stored.status is not Status.DRAFT and not _files_anew(incoming.draft, stored):
        return Ingested(Outcome.UNCHANGED, stored.number)
    # Of a page that says nothing new only the filing of this import counts: an editor's text stays.
    draft = (
        _refiled(incoming.draft, stored) if is_same_page else _with_what_editors_added(session, incoming.draft, stored)
    )
    notes: list[str] = []
    if not is_same_page:
        editor = revisions.find_editor(session, stored.number, own=_note(source), neutral=_neutral(source))
        if editor is not None:
            notes.append(f"this replaced the text of {editor}, whose revision {stored.revision} is kept")
    changed = bulletins.revise(
        session,
        stored.number,
        draft,
        note=_filing_note(source) if is_same_page else _note(source),
        significant=not is_same_page and _reads_differently(draft, stored),
        recognised=None if is_same_page or recogniser is None else subjects_of(recogniser, incoming.draft),
    )
    _keep(session, source, incoming, stored.number)
    if not changed:
        changed = _leads_elsewhere(session, stored)
    was_published = stored.status is Status.DRAFT and _published_now(session, stored.number)
    if was_published:
        notes.append("its date has come: published")
    if not (changed or was_published):
        return Ingested(Outcome.UNCHANGED, stored.number)
    return Ingested(Outcome.REVISED, stored.number, tuple(notes))


def _leads_elsewhere(session: Session, stored: Bulletin) -> bool:
    """Step a bulletin whose text stays and whose original page is another now; return whether it is."""
    if catalogue.get_bulletin(session, stored.number).source_address == stored.source_address:
        return False
    row = bulletins.get_row(session, stored.number)
    bulletins.step(session, row, "original page moved", placements.linked_keys(session, row))
    return True


def _files_anew(draft: Draft, stored: Bulletin) -> bool:
    known = {category.name for category in stored.categories}
    return not known.issuperset(draft.categories) or draft.publisher not in (None, _name(stored.publisher))


def _note(source: Source) -> str:
    return f"imported from {source.kind} {source.name}"


def _filing_note(source: Source) -> str:
    return f"filed by an import from {source.kind} {source.name}"


def _neutral(source: Source) -> frozenset[str]:
    """Give the notes of revisions in which nobody wrote."""
    return frozenset({_filing_note(source), publication.FOLLOWED}) | attaching.NOTES


def _refiled(draft: Draft, stored: Bulletin) -> Draft:
    return Draft(
        title=stored.title,
        lead=stored.lead,
        body=stored.body,
        language=stored.language,
        publisher=draft.publisher or _name(stored.publisher),
        subjects=tuple(body.name for body in stored.subjects),
        categories=_joined((category.name for category in stored.categories), draft.categories),
        authors=tuple(author.name for author in stored.authors),
        attachments=stored.attachments,
        published=stored.published,
        place=stored.place,
        origin=stored.origin,
    )


def _published_now(session: Session, number: int) -> bool:
    try:
        publication.publish(session, number, publisher_required=False)
    except NotPublishable:
        return False
    return True


def _with_what_editors_added(session: Session, draft: Draft, stored: Bulletin) -> Draft:
    """Keep what readers know (the date) and what the source knows nothing of.

    That is how it is filed, where it plays, who published it first, credits and descriptions.
    """
    recognised = bulletins.recognised_subjects(session, stored.number)
    by_caption = {attachment.caption: attachment for attachment in stored.attachments}
    return replace(
        draft,
        published=draft.published if stored.status is Status.DRAFT else stored.published,
        publisher=draft.publisher or _name(stored.publisher),
        categories=_joined((category.name for category in stored.categories), draft.categories),
        subjects=tuple(body.name for body in stored.subjects if body.id not in recognised),
        place=draft.place or stored.place,
        origin=draft.origin or stored.origin,
        attachments=(
            *(_with_credit(attachment, by_caption.get(attachment.caption)) for attachment in draft.attachments),
            *_added_files(draft, stored),
        ),
    )


def _added_files(draft: Draft, stored: Bulletin) -> Iterator[Attachment]:
    """Give the photos and documents that the source says nothing of: somebody added them."""
    last = max((attachment.number for attachment in stored.attachments), default=0)
    said, _ = matched(draft, stored.attachments, last)
    taken = {attachment.number for attachment in said.attachments}
    highest = max((attachment.number for attachment in draft.attachments), default=0)
    left = (each for each in stored.attachments if each.file is not None and each.number not in taken)
    for number, attachment in enumerate(left, highest + 1):
        yield replace(attachment, number=number)


def _with_credit(attachment: Attachment, stored: Attachment | None) -> Attachment:
    if stored is None:
        return attachment
    return replace(
        attachment,
        credit=attachment.credit or stored.credit,
        alternative_text=attachment.alternative_text or stored.alternative_text,
    )


def _joined(first: Iterable[str], second: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*first, *second]))


def _name(body: Organisation | None) -> str | None:
    return body.name if body else None


def _reads_differently(draft: Draft, stored: Bulletin) -> bool:
    return (draft.title, draft.lead, plain_text(draft.body)) != (stored.title, stored.lead, plain_text(stored.body))


def _keep(session: Session, source: Source, incoming: Incoming, number: int) -> None:
    sources.keep_record(
        session,
        source,
        incoming.external_key,
        bulletin=number,
        content_digest=incoming.content_digest,
        address=incoming.address,
        day=incoming.day,
        folded_title=incoming.folded_title,
    )


def _find_near_match(session: Session, source: Source, incoming: Incoming) -> Bulletin | None:
    if incoming.day is None or incoming.folded_title is None:
        return None
    text = plain_text(incoming.draft.body)
    for record in sources.candidates(session, source, day=incoming.day, folded_title=incoming.folded_title):
        if not may_be_same_title(record.folded_title or "", incoming.folded_title):
            continue
        stored = catalogue.get_bulletin(session, record.bulletin)
        if resembles(text, plain_text(stored.body), same_day=record.day == incoming.day):
            return stored
    return None
