"""What holds in every sound store, whatever was done to it: what follows from other rows does, no number is missing."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import catalogue, changes, placements, rebuild, revisions
from store.attachments.storage import Storage
from store.database import Database
from store.errors import NotFound
from store.models import (
    DbAnnouncement,
    DbAttachment,
    DbAudit,
    DbBody,
    DbBulletin,
    DbChange,
    DbCorrection,
    DbCounter,
    DbPlacement,
    DbRevision,
    DbStoredFile,
    DbTombstone,
)
from store.types import Bulletin, Status

BATCH = 200
NAMED_BY = (DbAttachment, DbBody, DbCorrection)
"""Rows of which an expunged bulletin has none."""


def faults_of(database: Database, storage: Storage) -> Iterator[str]:
    """Name everything that is half-done, and every number that is missing or given twice."""
    with database.transaction(dry_run=True) as session:
        yield from rebuild.rebuild(session).faults
    with database.snapshot() as session:
        yield from _number_faults(session)
        yield from _edition_faults(session)
        yield from _announcement_faults(session)
        yield from file_faults(session, storage)
        numbers = session.scalars(select(DbBulletin.number).order_by(DbBulletin.number)).all()
        for start in range(0, len(numbers), BATCH):
            yield from _bulletin_faults(session, numbers[start : start + BATCH])


def _number_faults(session: Session) -> Iterator[str]:
    counters = {row.name: row.value for row in session.execute(select(DbCounter.name, DbCounter.value))}
    for name, column in (
        (changes.EDITION, DbChange.edition),
        (changes.ARRIVAL, DbBulletin.arrival),
        (changes.NUMBER, DbBulletin.number),
        (changes.AUDIT, DbAudit.number),
    ):
        stored = session.scalars(select(column).where(column.is_not(None)).order_by(column))
        given = [number for number in stored if number is not None]
        if given != list(range(1, counters[name] + 1)):
            odd = sorted(set(given) ^ set(range(1, counters[name] + 1)))[:5]
            yield f"{name}: {len(given)} numbers, and the counter is at {counters[name]}; odd ones: {odd}"


def _announcement_faults(session: Session) -> Iterator[str]:
    """Ordinals count from 1 within each selection, and no later one is of an earlier edition."""
    rows = session.execute(
        select(DbAnnouncement.selection_key, DbAnnouncement.ordinal, DbAnnouncement.edition).order_by(
            DbAnnouncement.selection_key, DbAnnouncement.ordinal
        )
    )
    last: dict[str, tuple[int, int]] = {}
    for row in rows:
        ordinal, edition = last.get(row.selection_key, (0, 0))
        if row.ordinal != ordinal + 1 or row.edition < edition:
            yield f"announcement {row.ordinal} of {row.selection_key} ({row.edition}) follows {ordinal} ({edition})"
        last[row.selection_key] = row.ordinal, row.edition


def _edition_faults(session: Session) -> Iterator[str]:
    """Each act that readers can see names a step of the edition, in the same order; no two acts share one."""
    acts = session.execute(
        select(DbAudit.number, DbAudit.action, DbAudit.edition, DbAudit.actor)
        .where(DbAudit.edition.is_not(None))
        .order_by(DbAudit.number)
    ).all()
    last, actor = 0, ""
    for act in acts:
        if act.edition < last or (act.edition == last and act.actor != actor):
            yield f"act {act.number} ({act.action}) is seen from edition {act.edition}, after {last}"
        last, actor = act.edition, act.actor
    instants = session.scalars(select(DbChange.committed_at).order_by(DbChange.edition)).all()
    if list(instants) != sorted(instants):
        yield "a later edition has an earlier instant"
    told = set(session.scalars(select(DbAudit.edition).where(DbAudit.edition.is_not(None))))
    silent = set(session.scalars(select(DbChange.edition))) - told
    if silent:
        yield f"no act tells of the editions {sorted(silent)[:5]}"


def file_faults(session: Session, storage: Storage) -> Iterator[str]:
    """Name every file that is recorded or attached, and whose bytes are gone or others."""
    known = {
        row.digest: row.size_bytes for row in session.execute(select(DbStoredFile.digest, DbStoredFile.size_bytes))
    }
    attached = set(session.scalars(select(DbAttachment.digest).where(DbAttachment.digest.is_not(None))))
    for digest in sorted(set(known) | {digest for digest in attached if digest}):
        try:
            content = storage.get(digest)
        except NotFound:
            yield f"the bytes of {digest} are gone, {'a bulletin shows them' if digest in attached else 'unattached'}"
            continue
        if (len(content), hashlib.sha256(content).hexdigest()) != (known.get(digest), digest):
            yield f"the bytes of {digest} are not what they should be"


def _bulletin_faults(session: Session, numbers: Sequence[int]) -> Iterator[str]:
    due, placed = placements.keys_by_number(session, numbers), placements.placed_keys(session, numbers)
    found = catalogue.bulletins(session, numbers)
    left: defaultdict[int, set[str]] = defaultdict(set)
    tombstones = select(DbTombstone.bulletin, DbTombstone.selection_key).where(DbTombstone.bulletin.in_(numbers))
    for departure in session.execute(tombstones):
        left[departure.bulletin].add(departure.selection_key)
    steps = _last_steps(session, numbers)
    for row in session.scalars(select(DbBulletin).where(DbBulletin.number.in_(numbers)).order_by(DbBulletin.number)):
        number, bulletin = row.number, found[row.number]
        is_shown = bulletin.status is Status.PUBLISHED
        if placed[number] != (due[number] if is_shown else frozenset()):
            yield f"bulletin {number} ({row.status}) stands under {sorted(placed[number])}, not {sorted(due[number])}"
        if placed[number] & left[number]:
            yield f"bulletin {number} both stands under and left {sorted(placed[number] & left[number])}"
        has_come = bulletin.status in {Status.PUBLISHED, Status.WITHDRAWN}
        settled = (row.arrival, row.position, row.updated_at, row.published_at)
        if has_come and None in settled:
            yield f"bulletin {number} is {row.status} with {settled}"
        if bulletin.status in {Status.DRAFT, Status.SCHEDULED} and (row.arrival, row.position) != (None, None):
            yield f"bulletin {number} is {row.status} with arrival {row.arrival}, position {row.position}"
        if bulletin.status is Status.WITHDRAWN and "all" not in left[number]:
            yield f"bulletin {number} is withdrawn, and no tombstone says so"
        if row.edition < steps.get(number, 0) or (is_shown and number not in steps):
            yield f"bulletin {number} has edition {row.edition}, and the log's last step of it is {steps.get(number)}"
        yield from (
            _expunged_faults(session, bulletin)
            if bulletin.status is Status.EXPUNGED
            else _text_faults(session, bulletin)
        )


def _last_steps(session: Session, numbers: Sequence[int]) -> dict[int, int]:
    steps = (
        select(DbChange.bulletin, func.max(DbChange.edition).label("edition"))
        .where(DbChange.bulletin.in_(numbers))
        .group_by(DbChange.bulletin)
    )
    return {row.bulletin: row.edition for row in session.execute(steps)}


def _text_faults(session: Session, bulletin: Bulletin) -> Iterator[str]:
    """The latest revision is the content of today, but for the date, which publication settles."""
    number = bulletin.number
    row = session.get(DbRevision, (number, bulletin.revision))
    if row is None or session.get(DbBody, number) is None:
        yield f"bulletin {number} has no body, or no revision {bulletin.revision}"
        return
    now, kept = json.loads(revisions.content_of(bulletin)), json.loads(row.content)
    if now | {"published": None} != kept | {"published": None}:
        yield f"bulletin {number} is not what its revision {bulletin.revision} says"
    noted = session.execute(
        select(DbCorrection.revision, DbCorrection.note, DbRevision.note.label("kept"), DbRevision.significant)
        .outerjoin(
            DbRevision, (DbRevision.bulletin == DbCorrection.bulletin) & (DbRevision.revision == DbCorrection.revision)
        )
        .where(DbCorrection.bulletin == number)
    ).all()
    for correction in noted:
        if correction.note != correction.kept or not correction.significant:
            yield f"bulletin {number}: the correction of revision {correction.revision} is not that of its revision"


def _expunged_faults(session: Session, bulletin: Bulletin) -> Iterator[str]:
    number = bulletin.number
    for table in NAMED_BY:
        if session.scalar(select(func.count()).select_from(table).where(table.bulletin == number)):
            yield f"the expunged bulletin {number} still has rows in {table.__tablename__}"
    said = (bulletin.title, bulletin.lead, bulletin.body, bulletin.publisher, bulletin.subjects, bulletin.categories)
    if any(said) or bulletin.authors:
        yield f"the expunged bulletin {number} still says {said}"
    if session.scalar(
        select(DbPlacement.selection_key)
        .join(DbBulletin, DbBulletin.position == DbPlacement.position)
        .where(DbBulletin.number == number)
        .limit(1)
    ):
        yield f"the expunged bulletin {number} still stands under selections"
