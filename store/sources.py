"""Where bulletins come from, and which of them a source has already given us."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.database import now
from store.errors import Conflict
from store.models import DbSource, DbSourceRecord
from store.schema import instance_uuid

SAME_DAY_CANDIDATES = 200
"""How many bulletins of a day are compared with a new one: a bound on the work, newest first."""


@dataclass(frozen=True, slots=True)
class Source:
    """A place that bulletins come from; `uuid` is the namespace of the ids minted for it."""

    id: int
    uuid: uuid.UUID
    kind: str
    name: str

    def public_id(self, external_key: str) -> str:
        """Derive the id of what has no absolute one of its own: the same in every import, on every machine."""
        return f"urn:uuid:{uuid.uuid5(self.uuid, external_key)}"


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one external key of a source."""

    external_key: str
    bulletin: int
    content_digest: str
    day: str | None
    folded_title: str | None


EXPUNGED_KEY = "sha256:"
"""Begins the external key of an expunged bulletin. The key may have been words of its own, so its digest is kept:
the same page is known, and refused, when its source offers it again."""


def digest_key(external_key: str) -> str:
    """Give the form in which the external key of an expunged bulletin is kept."""
    return EXPUNGED_KEY + hashlib.sha256(external_key.encode()).hexdigest()


def forget_words(session: Session, bulletin: int) -> None:
    """Blank what the records of a bulletin keep of its words, and keep that it came from there."""
    for record in session.scalars(select(DbSourceRecord).where(DbSourceRecord.bulletin == bulletin)).all():
        if not record.external_key.startswith(EXPUNGED_KEY):
            record.external_key = digest_key(record.external_key)
        record.content_digest, record.address, record.folded_title, record.day = "", None, None, None
    session.flush()


def find_or_add(session: Session, kind: str, name: str) -> Source:
    """Give the source of this kind and name, adding it when it is met for the first time."""
    row = session.scalar(select(DbSource).where(DbSource.kind == kind, DbSource.name == name))
    if row is None:
        derived = uuid.uuid5(instance_uuid(session), f"source/{kind}/{name}")
        row = DbSource(uuid=str(derived), kind=kind, name=name)
        session.add(row)
        session.flush()
    return Source(row.id, uuid.UUID(row.uuid), row.kind, row.name)


def find_record(session: Session, source: Source, external_key: str) -> Record | None:
    """Give what is known of a key, None for one never seen; what was expunged is known by its digest."""
    row = session.get(DbSourceRecord, (source.id, external_key))
    row = row or session.get(DbSourceRecord, (source.id, digest_key(external_key)))
    return _record(row) if row else None


def candidates(session: Session, source: Source, *, day: str, folded_title: str) -> list[Record]:
    """List the records of the same day or the same title, which a new page may be a second version of."""
    chosen = select(DbSourceRecord).where(DbSourceRecord.source_id == source.id)
    same_day = chosen.where(DbSourceRecord.day == day).order_by(DbSourceRecord.bulletin.desc())
    same_title = chosen.where(DbSourceRecord.folded_title == folded_title).order_by(DbSourceRecord.bulletin.desc())
    found = [*session.scalars(same_title.limit(10)), *session.scalars(same_day.limit(SAME_DAY_CANDIDATES))]
    return list({row.external_key: _record(row) for row in found}.values())


def keep_record(
    session: Session,
    source: Source,
    external_key: str,
    *,
    bulletin: int,
    content_digest: str,
    address: str | None = None,
    day: str | None = None,
    folded_title: str | None = None,
) -> None:
    """Record that this key stands for this bulletin, and what the source last said under it."""
    session.merge(
        DbSourceRecord(
            source_id=source.id,
            external_key=external_key,
            bulletin=bulletin,
            content_digest=content_digest,
            address=address,
            day=day,
            folded_title=folded_title,
            seen_at=now(session),
        )
    )
    session.flush()


def is_imported(session: Session, bulletin: int) -> bool:
    """Say whether a bulletin came from a source."""
    return (
        session.scalar(select(DbSourceRecord.bulletin).where(DbSourceRecord.bulletin == bulletin).limit(1)) is not None
    )


def require_owner(session: Session, source: Source, bulletin: int) -> None:
    """Raise Conflict when another source gave this bulletin: only that one may revise it."""
    other = session.scalar(
        select(DbSource)
        .join(DbSourceRecord, DbSourceRecord.source_id == DbSource.id)
        .where(DbSourceRecord.bulletin == bulletin, DbSource.id != source.id)
        .limit(1)
    )
    if other is not None:
        raise Conflict(f"bulletin {bulletin} came from {other.kind} {other.name}; only that source revises it")


def _record(row: DbSourceRecord) -> Record:
    return Record(row.external_key, row.bulletin, row.content_digest, row.day, row.folded_title)
