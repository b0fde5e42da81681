"""Ties the recogniser of names to the store: whom a text names, and which stored bulletins name a new body."""

from __future__ import annotations

from sqlalchemy.orm import Session

from store import bulletins, catalogue, filing, names, taxonomy
from store.database import now
from store.former_names import FormerNames, former_names
from store.importers.recognise import Recogniser
from store.names import Kind
from store.text.markup import plain_text
from store.types import Bulletin, Draft, Organisation


def build_recogniser(session: Session) -> Recogniser:
    """Make a recogniser of all organisations known now, by the names of today and of former days."""
    aliases = names.aliases(session, Kind.ORGANISATION)
    bodies = taxonomy.organisations_by_id(session)
    former = former_names(session, {Kind.ORGANISATION: bodies})[Kind.ORGANISATION]
    # A name that another body has taken since means that one.
    taken = {name for body in bodies.values() for name in (body.name, body.short_name)}
    return Recogniser(
        (
            body.id,
            [name for name in (body.name, body.short_name, *aliases[body.id], *_before(former, body, taken)) if name],
        )
        for body in bodies.values()
    )


def _before(former: FormerNames, body: Organisation, taken: set[str | None]) -> list[str | None]:
    if body.id not in former:
        return []
    return [name for each in former[body.id] for name in (each.name, each.short_name) if name not in taken]


def subjects_of(recogniser: Recogniser, draft: Draft) -> tuple[int, ...]:
    """Give the ids of the organisations that a draft names, the most often named first."""
    captions = [attachment.caption for attachment in draft.attachments]
    return _ids(recogniser, draft.title, draft.lead, plain_text(draft.body), *captions)


def kept_subjects(session: Session, before: Bulletin, draft: Draft) -> tuple[int, ...]:
    """Give the recognised subjects of a bulletin that a new text of its editor still lists."""
    at = before.published.instant if before.published else now(session)
    listed = {
        filing.entity_named(session, Kind.ORGANISATION, name, at=at, stored=before.subjects) for name in draft.subjects
    }
    return tuple(body for body in bulletins.recognised_subjects(session, before.number) if body in listed)


def newly_named(session: Session, before: Bulletin, draft: Draft) -> tuple[int, ...]:
    """Give the bodies that a new text names and the stored one does not: those alone are news to its editor."""
    recogniser = build_recogniser(session)
    known = set(_ids(recogniser, *_texts(before)))
    return tuple(body for body in subjects_of(recogniser, draft) if body not in known)


def find_naming(session: Session, organisation_id: int) -> list[int]:
    """List the stored bulletins that name an organisation and do not have it attached, the latest first.

    All bodies are looked for, not this one alone, because a longer name of another takes the words first.
    """
    recogniser = build_recogniser(session)
    return [
        bulletin.number
        for bulletin in catalogue.iter_bulletins(session)
        if organisation_id not in _attached(bulletin) and organisation_id in _ids(recogniser, *_texts(bulletin))
    ]


def _attached(bulletin: Bulletin) -> set[int]:
    publisher = {bulletin.publisher.id} if bulletin.publisher else set()
    return publisher | {body.id for body in bulletin.subjects}


def _texts(bulletin: Bulletin) -> list[str]:
    captions = [attachment.caption for attachment in bulletin.attachments]
    return [bulletin.title, bulletin.lead, plain_text(bulletin.body), *captions]


def _ids(recogniser: Recogniser, *texts: str) -> tuple[int, ...]:
    mentions = sorted(recogniser.find(*texts), key=lambda mention: -mention.count)
    return tuple(mention.organisation for mention in mentions)
