"""What a bulletin was at each revision, whole: nothing that an editor replaced is lost."""

from __future__ import annotations

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import now
from store.models import DbRevision
from store.types import Bulletin


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
                "digest": attachment.file.digest if attachment.file else None,
            }
            for attachment in bulletin.attachments
        ],
    }
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def find_editor(session: Session, number: int, *, own: str, neutral: str) -> str | None:
    """Give who last changed the text since a revision with the note `own`; revisions noted `neutral` do not count."""
    latest = session.execute(
        select(DbRevision.note, DbRevision.actor)
        .where(DbRevision.bulletin == number)
        .order_by(DbRevision.revision.desc())
    )
    for row in latest:
        if row.note == own:
            return None
        if row.note != neutral:
            return str(row.actor)
    return None


def record(
    session: Session, number: int, content: str, *, revision: int, actor: str, note: str, significant: bool
) -> None:
    """Keep a bulletin's content, as `content_of` gives it, as this revision."""
    session.add(
        DbRevision(
            bulletin=number,
            revision=revision,
            recorded_at=now(session),
            actor=actor,
            note=note,
            significant=significant,
            content=content,
        )
    )
    session.flush()
