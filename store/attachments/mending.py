"""Mends what a check of the files found, as far as anything is left to mend it with; nothing is thrown away.

A rendition is made again. A photo whose bytes are lost is replaced by its largest rendition, or its caption waits for
a file again. Altered bytes are put aside, never shown and never deleted. What was found is looked at once more before
anything is changed: it may have come back meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import replace

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from store import attaching, channel_settings, files
from store.attachments import recipe, removal
from store.attachments.checking import ORPHAN_AGE_SECONDS, Findings, is_intact
from store.attachments.intake import Intake
from store.attachments.picture_pool import PicturePool
from store.attachments.removal import ARRIVING_SECONDS
from store.attachments.storage import KeptFile, Storage
from store.database import Database
from store.errors import NotFound
from store.models import DbAttachment, DbRendition
from store.types import Rendition, StoredFile

ACTOR = "photo check"
WHOLE_AGAIN = "is whole again"


def repair(
    database: Database, storage: Storage, findings: Findings, *, pool: PicturePool, actor: str = ACTOR
) -> Iterator[str]:
    """Mend what can be mended, and say of each file what became of it."""
    for fault in findings.altered:
        yield f"{fault.digest}: {_set_aside(storage, fault.digest)}"
    faults = (*findings.missing, *findings.altered)
    lost = {fault.digest for fault in faults}
    # Renditions first: one that is attached itself is back with them.
    for original in sorted({fault.original for fault in faults if fault.original is not None} - lost):
        yield f"{original}: {_remake(database, storage, original, lost, pool=pool, actor=actor)}"
    for fault in faults:
        if fault.is_attached:
            yield from _replace_lost(database, storage, fault.digest, actor=actor)
    partials = storage.remove_partials(older_than_seconds=ARRIVING_SECONDS)
    if partials:
        yield f"{partials} unfinished files removed"


def remove_orphans(database: Database, storage: Storage, orphans: Collection[KeptFile]) -> tuple[int, int]:
    """Remove files that nothing refers to; return how many and how many bytes.

    One that came in within the last ORPHAN_AGE_SECONDS stays: its bulletin may still be on its way.
    """
    removed = removed_bytes = 0
    for orphan in orphans:
        # The transaction keeps new references out until the file is gone.
        with database.transaction() as session:
            if removal.is_wanted(session, orphan.digest):
                continue
            if storage.remove(orphan.digest, unless_touched_after=time.time() - ORPHAN_AGE_SECONDS):
                files.forget_file(session, orphan.digest)
                removed += 1
                removed_bytes += orphan.size_bytes
    return removed, removed_bytes


def _set_aside(storage: Storage, digest: str) -> str:
    if is_intact(storage, digest):
        return f"{WHOLE_AGAIN}; nothing is put aside"
    try:
        return f"altered bytes put aside as {storage.set_aside(digest)}"
    except NotFound:
        return "altered bytes are gone since they were found"


def _replace_lost(database: Database, storage: Storage, digest: str, *, actor: str) -> Iterator[str]:
    with database.snapshot() as session:
        known = files.files_by_digest(session, [digest]).get(digest)
    survivor = _largest_survivor(storage, known) if known is not None else None
    with database.transaction(actor=actor) as session:
        # Within the transaction: no bulletin gets the file between this look and the change.
        is_whole = is_intact(storage, digest)
        places = [] if is_whole else _places_of(session, digest)
        for bulletin, number in places:
            if survivor is not None:
                attaching.attach_file(session, bulletin, number, survivor)
            else:
                attaching.detach_lost_file(session, bulletin, number)
        unpictured = [] if is_whole else channel_settings.forget_image(session, digest)
    if is_whole:
        yield f"{digest}: {WHOLE_AGAIN}"
    for key in unpictured:
        yield f"{digest}: lost; channel {key} has the picture of the site until it is given another"
    what = "replaced by its largest rendition" if survivor is not None else "lost; its caption waits for a file"
    for bulletin, number in places:
        yield f"{digest}: attachment {number} of bulletin {bulletin} {what}"


def _places_of(session: Session, digest: str) -> list[tuple[int, int]]:
    chosen = select(DbAttachment.bulletin, DbAttachment.number).where(DbAttachment.digest == digest)
    return [(row.bulletin, row.number) for row in session.execute(chosen)]


def _largest_survivor(storage: Storage, file: StoredFile) -> StoredFile | None:
    steps: tuple[Rendition, ...] = recipe.ladder(file, recipe.JPEG)
    for step in sorted(steps, key=lambda step: -step.width_px):
        if step.digest != file.digest and is_intact(storage, step.digest):
            return step.as_file()
    return None


def _remake(
    database: Database, storage: Storage, original: str, lost: Collection[str], *, pool: PicturePool, actor: str
) -> str:
    with database.snapshot() as session:
        file = files.files_by_digest(session, [original]).get(original)
        known = files.list_renditions(session, original)
    still_lost = [digest for digest in known if digest in lost and not is_intact(storage, digest)]
    if not still_lost:
        return f"each of its renditions {WHOLE_AGAIN}"
    if file is None or not is_intact(storage, original):
        return "gone or altered since its renditions were looked for; check again"
    with database.snapshot() as session:
        names = session.scalars(
            select(DbRendition.name).where(
                DbRendition.original == original,
                DbRendition.digest.in_(still_lost),
                DbRendition.recipe == recipe.RECIPE,
            )
        ).all()
    made = pool.make_renditions(storage.get(original), file.media_type, names, name=original) if names else ()
    intake = Intake(storage, pool)
    renditions = tuple(intake.keep_rendition(each) for each in made)
    with database.transaction(actor=actor) as session:
        # Those of older recipes are not made again; whoever asks for one gets 404.
        session.execute(delete(DbRendition).where(DbRendition.original == original, DbRendition.digest.in_(still_lost)))
        attaching.receive_renditions(session, replace(file, renditions=renditions))
    return f"{len(renditions)} of its renditions made again"
