"""Holds what the processes told against the audit log, which is the order in which everything was committed.

Every operation that was acknowledged stands in it, each one wholly or not at all. What the rows say at the end is what
follows from the operations in that order, and nothing else.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit, catalogue, changes
from store.attaching import NOTES
from store.audit import Act
from store.database import UNNAMED
from store.models import DbAttachment, DbCounter, DbRevision
from store.names import Kind
from store.publication import FOLLOWED
from store.revisions import NOTHING
from store.types import Bulletin, Status
from tests.soak.bulletin_operations import text_digest
from tests.soak.journal import End, Told

ACTS: Mapping[str, Sequence[tuple[str, ...]]] = {
    "draft": [("drafted",)],
    "revise": [("revised",)],
    "correct": [("revised", "corrected")],
    # Withdrawn by another between the look and the turn.
    "publish": [("published",), ("republished",)],
    "republish": [("republished",)],
    "schedule": [("scheduled",)],
    "cancel": [("schedule cancelled",)],
    "withdraw": [("withdrawn",)],
    "expunge": [("expunged",)],
    "photo": [("photo arrived",)],
    "worker": [("published",)],
    "add": [("added",)],
    "rename": [("renamed",)],
    "move": [("moved",)],
    "merge": [("merged",)],
    "close": [("closed",)],
    "reopen": [("reopened",)],
    "alias": [("alias added",)],
    "unalias": [("alias removed",)],
    "redirect": [("added",)],
    "unredirect": [("removed",)],
}
"""What each operation leaves in the audit log, besides the authors that its byline adds."""
TEXTS = {"draft", "revise", "correct"}
UNWRITTEN = {FOLLOWED, *NOTES, ""}
"""The notes of revisions that come with a publication or a photo; of an expunged bulletin no note is left."""
STATUS_AFTER = {
    "draft": Status.DRAFT,
    "publish": Status.PUBLISHED,
    "worker": Status.PUBLISHED,
    "republish": Status.PUBLISHED,
    "schedule": Status.SCHEDULED,
    "cancel": Status.DRAFT,
    "withdraw": Status.WITHDRAWN,
    "expunge": Status.EXPUNGED,
}


@dataclass(frozen=True, slots=True)
class Committed:
    """An operation that the store holds, and the acts that it left there."""

    told: Told
    acts: tuple[Act, ...]

    @property
    def what(self) -> str:
        return str(self.told.meant["do"])

    @property
    def subject(self) -> str:
        return self.acts[0].subject


@dataclass
class Replayed:
    """What the comparison found: the operations in the order of their commits, and all that is wrong."""

    committed: list[Committed] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def in_doubt(self) -> int:
        """How many were committed although their process was killed before it could say so."""
        return sum(each.told.end is End.UNKNOWN for each in self.committed)

    def of_kind(self, kind: str) -> dict[str, list[Committed]]:
        """Give the operations on things of a kind, by subject."""
        found: defaultdict[str, list[Committed]] = defaultdict(list)
        for each in self.committed:
            if each.acts[-1].kind == kind:
                found[each.acts[-1].subject].append(each)
        return found


def replay(session: Session, told: Sequence[Sequence[Told]]) -> Replayed:
    """Find every operation of every process (in the order in which it told them) in the audit log."""
    found = Replayed()
    acts = sorted(audit.iter_acts(session), key=lambda act: act.number)
    counters = {row.name: row.value for row in session.execute(select(DbCounter.name, DbCounter.value))}
    if [act.number for act in acts] != list(range(1, counters[changes.AUDIT] + 1)):
        found.faults.append(f"audit numbers are not 1 to {counters[changes.AUDIT]}")
    known = {each.op: each for process in told for each in process}
    for actor, group in groupby(acts, key=lambda act: act.actor):
        if actor == UNNAMED:
            continue
        if actor not in known:
            found.faults.append(f"operation {actor} is in the audit log, but nobody meant to do it")
            continue
        found.committed.append(Committed(known[actor], _without_authors(tuple(group))))
    found.faults += _wrong_acts(found.committed)
    for process in told:
        found.faults += _wrong_order(process, found.committed)
    return found


def bulletin_faults(session: Session, replayed: Replayed) -> Iterator[str]:
    """Name every bulletin that is not what its operations made of it."""
    arrival = 0
    arrivals: dict[str, int] = {}
    for each in replayed.committed:
        if each.acts[-1].action == "published":
            arrival += 1
            arrivals[each.subject] = arrival
    for subject, operations in replayed.of_kind(audit.BULLETIN).items():
        bulletin = catalogue.find_bulletin(session, int(subject))
        if bulletin is None:
            yield f"bulletin {subject} is gone"
            continue
        yield from _life_faults(bulletin, operations, arrivals.get(subject))
        yield from _revision_faults(session, bulletin, operations)
        yield from _acknowledged_faults(session, bulletin, operations)


def _without_authors(acts: tuple[Act, ...]) -> tuple[Act, ...]:
    others = tuple(act for act in acts if (act.kind, act.action) != (Kind.AUTHOR.value, "added"))
    return others or acts


def _wrong_acts(committed: Sequence[Committed]) -> Iterator[str]:
    seen: set[str] = set()
    for each in committed:
        actions = tuple(act.action for act in each.acts)
        if each.told.op in seen:
            yield f"{each.told.op} stands twice in the audit log, or was done in two parts"
        seen.add(each.told.op)
        if actions not in ACTS[each.what]:
            yield f"{each.told.op} ({each.what}) left only {actions}"
        if each.told.end in {End.REFUSED, End.IDLE}:
            yield f"{each.told.op} ({each.what}) was {each.told.end}, but left {actions}"


def _wrong_order(process: Sequence[Told], committed: Sequence[Committed]) -> Iterator[str]:
    place = {each.told.op: number for number, each in enumerate(committed)}
    missing = [each.op for each in process if each.end is End.DONE and each.op not in place]
    yield from (f"{op} was acknowledged and is not in the audit log" for op in missing)
    order = [place[each.op] for each in process if each.op in place]
    if order != sorted(order):
        yield f"the operations of process {process[0].op} were committed in another order than it did them"
    unfinished = [each.op for each in process if each.end is End.UNKNOWN]
    if unfinished not in ([], [process[-1].op]):
        yield f"{unfinished} have no end, but only the last one can have none"


def _life_faults(bulletin: Bulletin, operations: Sequence[Committed], arrival: int | None) -> Iterator[str]:
    number = bulletin.number
    status, title, lead, reason = None, "", "", ""
    for each in operations:
        status = STATUS_AFTER.get(each.what, status)
        if each.what in TEXTS:
            title, lead = each.told.meant["title"], each.told.meant["lead"]
        if each.what == "withdraw":
            reason = each.told.meant["reason"]
        elif each.what == "expunge":
            title, lead, reason = "", "", each.told.meant["reason"] or reason
        elif status is Status.PUBLISHED:
            reason = ""
    found = (bulletin.status, bulletin.title, bulletin.lead, bulletin.gone.reason if bulletin.gone else "")
    if found != (status, title, lead, reason):
        yield f"bulletin {number} is {found}, but its operations made it {(status, title, lead, reason)}"
    if bulletin.arrival != arrival:
        yield f"bulletin {number} has arrival {bulletin.arrival}, but was the {arrival}. to be published"
    if (bulletin.gone is not None) != (bulletin.status in {Status.WITHDRAWN, Status.EXPUNGED}):
        yield f"bulletin {number} is {bulletin.status}, and gone is {bulletin.gone}"


def _revision_faults(session: Session, bulletin: Bulletin, operations: Sequence[Committed]) -> Iterator[str]:
    number = bulletin.number
    rows = session.scalars(select(DbRevision).where(DbRevision.bulletin == number).order_by(DbRevision.revision)).all()
    if [row.revision for row in rows] != list(range(1, bulletin.revision + 1)):
        yield f"bulletin {number} is at revision {bulletin.revision}, but has {[row.revision for row in rows]}"
    texts = [each.told for each in operations if each.what in TEXTS]
    is_expunged = bulletin.status is Status.EXPUNGED
    quiet = {each.told.op for each in operations if each.acts[-1].action in {"published", "photo arrived"}}
    written = [row for row in rows if not (row.actor in quiet and row.note in UNWRITTEN)]
    if [row.actor for row in written] != [each.op for each in texts]:
        yield f"bulletin {number} has revisions by {[row.actor for row in written]}, not {[each.op for each in texts]}"
        return
    for row, each in zip(written, texts, strict=True):
        if is_expunged:
            if (row.content, row.note) != (NOTHING, ""):
                yield f"revision {row.revision} of the expunged bulletin {number} still says something"
            continue
        content = json.loads(row.content)
        found = (content["title"], content["lead"], row.note, row.significant, each.word in content["body"])
        meant = (each.meant["title"], each.meant["lead"], each.meant["note"], each.meant["do"] == "correct", True)
        if found != meant:
            yield f"revision {row.revision} of bulletin {number} is {found}, not {meant}"


def _acknowledged_faults(session: Session, bulletin: Bulletin, operations: Sequence[Committed]) -> Iterator[str]:
    version = 0
    published = bulletin.published.instant.isoformat() if bulletin.published else None
    for place, each in enumerate(operations):
        if each.told.end is not End.DONE:
            continue
        op, found = each.told.op, each.told.found
        if (found["number"], found["public_id"]) != (bulletin.number, bulletin.public_id):
            yield f"{op} was told {found['number']} {found['public_id']}, not {bulletin.number} {bulletin.public_id}"
        if found["version"] <= version:
            yield f"{op} was told version {found['version']}, after {version}"
        version = found["version"]
        if found["arrival"] is not None and (found["arrival"], found["published"]) != (bulletin.arrival, published):
            yield f"{op} was told {found}, but now it is {bulletin.arrival}, {published}"
        if bulletin.status is not Status.EXPUNGED:
            yield from _content_faults(session, each, operations[place + 1 :])


def _content_faults(session: Session, each: Committed, later: Sequence[Committed]) -> Iterator[str]:
    found, meant = each.told.found, each.told.meant
    row = session.get(DbRevision, (found["number"], found["revision"]))
    if row is None or text_digest(row.content) != found["content"]:
        yield f"revision {found['revision']} of bulletin {found['number']} is not what {each.told.op} was told"
    if each.what == "photo" and not any(other.what in TEXTS | {"photo"} for other in later):
        attachment = session.get(DbAttachment, (found["number"], meant["attachment"]))
        if attachment is None or attachment.digest != meant["digest"]:
            yield f"the photo of {each.told.op} is not with bulletin {found['number']}"
