"""Ties the recogniser of names to the store: whom a text names, and which stored bulletins name a new body."""

from __future__ import annotations

from sqlalchemy.orm import Session

from store import bulletins, catalogue, taxonomy
from store.importers.recognise import Recogniser
from store.taxonomy import Kind
from store.text.markup import plain_text
from store.types import Bulletin, Draft


def build_recogniser(session: Session) -> Recogniser:
    """Make a recogniser of all organisations known now."""
    aliases = taxonomy.aliases(session, Kind.ORGANISATION)
    return Recogniser(
        (body.id, [name for name in (body.name, body.short_name, *aliases[body.id]) if name])
        for body in taxonomy.organisations_by_id(session).values()
    )


def subjects_of(recogniser: Recogniser, draft: Draft) -> tuple[int, ...]:
    """Give the ids of the organisations that a draft names, the most often named first."""
    captions = [attachment.caption for attachment in draft.attachments]
    return _ids(recogniser, draft.title, draft.lead, plain_text(draft.body), *captions)


def recognise_organisation(session: Session, organisation_id: int) -> list[int]:
    """Attach an organisation to the stored bulletins that name it; return their numbers.

    All bodies are looked for, not this one alone, because a longer name of another takes the words first.
    """
    recogniser = build_recogniser(session)
    numbers = []
    for bulletin in catalogue.iter_bulletins(session):
        if organisation_id in _ids(recogniser, *_texts(bulletin)) and bulletins.add_subject(
            session, bulletin.number, organisation_id
        ):
            numbers.append(bulletin.number)
    return numbers


def _texts(bulletin: Bulletin) -> list[str]:
    captions = [attachment.caption for attachment in bulletin.attachments]
    return [bulletin.title, bulletin.lead, plain_text(bulletin.body), *captions]


def _ids(recogniser: Recogniser, *texts: str) -> tuple[int, ...]:
    mentions = sorted(recogniser.find(*texts), key=lambda mention: -mention.count)
    return tuple(mention.organisation for mention in mentions)
