"""What a bulletin was at each revision, whole: nothing that an editor replaced is lost."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store import catalogue, files, taxonomy
from store.database import actor_of, now
from store.errors import Conflict, NotFound
from store.former_names import former_names
from store.models import DbRevision
from store.names import Kind
from store.types import Attachment, AttachmentKind, Bulletin, Focus, Moment, Origin, Place, Precision

NOTHING = "{}"
"""The content of every revision of an expunged bulletin."""


def content_of(bulletin: Bulletin) -> str:
    """Give all that an editor decides about a bulletin as canonical JSON; equal text means equal content."""
    moment = bulletin.published
    content = {
        "title": bulletin.title,
        "lead": bulletin.lead,
        "body": bulletin.body,
        "language": bulletin.language,
        "publisher": bulletin.publisher.id if bulletin.publisher else None,
        "subjects": [body.id for body in bulletin.subjects],
        "categories": [category.id for category in bulletin.categories],
        "authors": [author.id for author in bulletin.authors],
        "published": [moment.instant.isoformat(), moment.precision.value] if moment else None,
        "attachments": [
            {
                "number": attachment.number,
                "kind": attachment.kind.value,
                "caption": attachment.caption,
                "credit": attachment.credit,
                "alternative_text": attachment.alternative_text,
                "reference": attachment.reference,
                "focus": [attachment.focus.x_percent, attachment.focus.y_percent] if attachment.focus else None,
                "digest": attachment.file.digest if attachment.file else None,
            }
            for attachment in bulletin.attachments
        ],
        **_place_and_origin_in(bulletin),
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _place_and_origin_in(bulletin: Bulletin) -> dict[str, list[str | int | None]]:
    # Left out where there are none: so what an older version wrote is told from nothing by a change alone.
    place, origin = bulletin.place, bulletin.origin
    said: dict[str, list[str | int | None]] = {}
    if place is not None:
        said["place"] = [place.name, place.latitude_e5, place.longitude_e5]
    if origin is not None:
        said["origin"] = [origin.name, origin.url]
    return said


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a bulletin's text: who made it and when; `significant` moved `updated` if it was published."""

    number: int
    at: datetime
    actor: str
    note: str
    significant: bool


def list_revisions(session: Session, number: int) -> list[Revision]:
    """List the revisions of a bulletin, the first one first."""
    rows = session.scalars(select(DbRevision).where(DbRevision.bulletin == number).order_by(DbRevision.revision))
    return [Revision(row.revision, row.recorded_at, row.actor, row.note, row.significant) for row in rows]


def bulletin_at(session: Session, number: int, revision: int) -> Bulletin:
    """Give a bulletin with what it said at a revision; whatever no editor decides is as it is now.

    Raises NotFound for a revision that it never had, Conflict where it was expunged.
    """
    present = catalogue.get_bulletin(session, number)
    content = session.scalar(
        select(DbRevision.content).where(DbRevision.bulletin == number, DbRevision.revision == revision)
    )
    if content is None:
        raise NotFound("revision", f"{number}/{revision}")
    if content == NOTHING:
        raise Conflict(
            f"bulletin {number} was expunged; nothing is left of its revisions",
            vietnamese=f"bản tin {number} đã bị xóa hẳn, không còn phiên bản nào",
        )
    said = json.loads(content)
    publisher = said["publisher"]
    bodies = taxonomy.organisations_by_id(session, {*said["subjects"], *([publisher] if publisher else [])})
    categories = taxonomy.categories_by_id(session, said["categories"])
    authors = taxonomy.authors_by_id(session, said["authors"])
    stored = files.files_by_digest(session, digests_in(content))
    moment = said["published"]
    former = former_names(session, {Kind.CATEGORY: categories, Kind.ORGANISATION: bodies, Kind.AUTHOR: authors})
    day = present.published.instant if present.published else None
    bodies = {i: catalogue.name_of_its_day(former[Kind.ORGANISATION], body, day) for i, body in bodies.items()}
    categories = {i: catalogue.name_of_its_day(former[Kind.CATEGORY], each, day) for i, each in categories.items()}
    authors = {i: catalogue.name_of_its_day(former[Kind.AUTHOR], author, day) for i, author in authors.items()}
    return replace(
        present,
        title=said["title"],
        lead=said["lead"],
        body=said["body"],
        language=said["language"],
        publisher=bodies[publisher] if publisher else None,
        subjects=tuple(bodies[body] for body in said["subjects"]),
        categories=tuple(categories[category] for category in said["categories"]),
        authors=tuple(authors[author] for author in said["authors"]),
        published=Moment(datetime.fromisoformat(moment[0]), Precision(moment[1])) if moment else None,
        attachments=tuple(
            Attachment(
                number=attachment["number"],
                kind=AttachmentKind(attachment["kind"]),
                caption=attachment["caption"],
                credit=attachment["credit"],
                alternative_text=attachment["alternative_text"],
                # Revisions that an older version wrote know neither.
                reference=attachment.get("reference", ""),
                focus=Focus(*attachment["focus"]) if attachment.get("focus") else None,
                file=stored.get(attachment["digest"]),
            )
            for attachment in said["attachments"]
        ),
        revision=revision,
        # Revisions that an older version wrote know neither.
        place=Place(*said["place"]) if "place" in said else None,
        origin=Origin(*said["origin"]) if "origin" in said else None,
    )


def digests_in(content: str) -> frozenset[str]:
    """Give the digests of the files that a revision's content refers to."""
    attachments = json.loads(content).get("attachments", ())
    return frozenset(attachment["digest"] for attachment in attachments if attachment["digest"])


def find_editor(session: Session, number: int, *, own: str, neutral: Collection[str]) -> str | None:
    """Give who last changed the text since a revision with the note `own`; those with a `neutral` note do not count."""
    latest = session.execute(
        select(DbRevision.note, DbRevision.actor)
        .where(DbRevision.bulletin == number)
        .order_by(DbRevision.revision.desc())
    )
    for row in latest:
        if row.note == own:
            return None
        if row.note not in neutral:
            return str(row.actor)
    return None


def complete(session: Session, number: int, content: str, *, revision: int) -> None:
    """Write what arrived for a revision since into it: a file that no revision names would outlive its bulletin."""
    session.execute(
        update(DbRevision).where(DbRevision.bulletin == number, DbRevision.revision == revision).values(content=content)
    )


def record(session: Session, number: int, content: str, *, revision: int, note: str, significant: bool) -> None:
    """Keep a bulletin's content, as `content_of` gives it, as this revision, made by who the transaction is for."""
    session.add(
        DbRevision(
            bulletin=number,
            revision=revision,
            recorded_at=now(session),
            actor=actor_of(session),
            note=note,
            significant=significant,
            content=content,
        )
    )
    session.flush()
