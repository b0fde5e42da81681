"""Who did what, when: one row for each act, in the transaction of the act itself.

Rows hold what was done and the words given for it, never what a bulletin says: an expunged text must not live on here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store import changes
from store.database import actor_of, now
from store.models import DbAudit

BULLETIN = "bulletin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that somebody did to one thing; `subject` is the bulletin's number or the entity's id."""

    number: int
    at: datetime
    actor: str
    action: str
    kind: str
    subject: str
    note: str
    edition: int | None


def record(
    session: Session, action: str, kind: str, subject: int | str, *, note: str = "", edition: int | None = None
) -> None:
    """Write down what the transaction's actor did; `edition` is the one that readers see it from."""
    session.add(
        DbAudit(
            number=changes.mint(session, changes.AUDIT),
            at=now(session),
            actor=actor_of(session),
            action=action,
            kind=kind,
            subject=str(subject),
            note=note,
            edition=edition,
        )
    )
    session.flush()


def iter_acts(
    session: Session,
    *,
    kind: str | None = None,
    subject: int | str | None = None,
    note: str | None = None,
    limit: int | None = None,
) -> Iterator[Act]:
    """Stream what was done, the latest first: to everything, to one kind of thing, to one thing, or in these words."""
    chosen = select(DbAudit).order_by(DbAudit.number.desc())
    if kind is not None:
        chosen = chosen.where(DbAudit.kind == kind)
    if subject is not None:
        chosen = chosen.where(DbAudit.subject == str(subject))
    if note is not None:
        chosen = chosen.where(DbAudit.note == note)
    for row in session.scalars(chosen.limit(limit).execution_options(yield_per=500)):
        yield Act(
            number=row.number,
            at=row.at,
            actor=row.actor,
            action=row.action,
            kind=row.kind,
            subject=row.subject,
            note=row.note,
            edition=row.edition,
        )


def count(session: Session) -> int:
    """Count the acts; equal to the counter of them in a sound store."""
    return session.scalar(select(func.count()).select_from(DbAudit)) or 0


def forget_notes(session: Session, kind: str, subject: int | str) -> None:
    """Blank the words given for what was done to one thing; that it was done stays."""
    session.execute(
        update(DbAudit)
        .where(DbAudit.kind == kind, DbAudit.subject == str(subject))
        .values(note="")
        .execution_options(synchronize_session=False)
    )


def forget_subject(session: Session, kind: str, subject: str) -> None:
    """Blank to what something was done, with the words given for it; that something was done stays."""
    session.execute(
        update(DbAudit)
        .where(DbAudit.kind == kind, DbAudit.subject == subject)
        .values(subject="", note="")
        .execution_options(synchronize_session=False)
    )
