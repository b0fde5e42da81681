"""Removes the bytes of expunged bulletins from the storage, and from what the database's file still holds of them.

What is to go stands in the database, so that a crash between the two leaves work to do and nothing forgotten. A file
that came in again since, or is just coming in, stays.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import files, revisions
from store.attachments.storage import Storage
from store.database import Database, now
from store.models import DbAttachment, DbBulletin, DbChannelSetting, DbFileRemoval, DbRendition, DbRevision
from store.types import Status

ARRIVING_SECONDS = 60
"""A file is put into the storage before the transaction that refers to it."""


def is_anything_due(session: Session) -> bool:
    """Say whether any file waits for its removal."""
    return session.scalar(select(DbFileRemoval.digest).limit(1)) is not None


def remove_due(session: Session, storage: Storage, *, limit: int | None = None) -> tuple[int, int]:
    """Remove the files that nothing refers to, `limit` of them at most; return how many went and how many arrive.

    The transaction of `session` keeps new references out until it ends.
    """
    removed = arriving = 0
    for row in session.scalars(select(DbFileRemoval).order_by(DbFileRemoval.digest)).all():
        if removed == limit:
            break
        if is_wanted(session, row.digest):
            session.delete(row)
        # Before its removal was asked for, too: the transaction that refers to it may have waited for this very turn.
        elif not storage.remove(row.digest, unless_touched_after=time.time() - ARRIVING_SECONDS):
            arriving += 1
        else:
            files.forget_file(session, row.digest)
            session.delete(row)
            removed += 1
    session.flush()
    return removed, arriving


def ask_for_removal(session: Session, digests: Collection[str]) -> None:
    """List files to be removed, unless something refers to them when their turn comes."""
    for digest in sorted(digests):
        session.merge(DbFileRemoval(digest=digest, asked_at=now(session)))
    session.flush()


def count_expunged(session: Session) -> int:
    """Count the expunged bulletins; it only grows, so that it tells whether the database has more to give up."""
    chosen = select(func.count()).select_from(DbBulletin).where(DbBulletin.status == Status.EXPUNGED.value)
    return session.scalar(chosen) or 0


def sweep(database: Database, storage: Storage) -> tuple[int, int]:
    """Do `remove_due` in a transaction of its own, then have the database give up what it deleted.

    Where readers are in the way, the worker does the latter later.
    """
    with database.transaction() as session:
        done = remove_due(session, storage)
    database.purge_deleted()
    return done


def is_wanted(session: Session, digest: str) -> bool:
    """Say whether a bulletin, a revision or a channel refers to a file, or to a photo that it is a rendition of."""
    originals = session.scalars(select(DbRendition.original).where(DbRendition.digest == digest)).all()
    return any(_is_referred_to(session, each) for each in {digest, *originals})


def _is_referred_to(session: Session, digest: str) -> bool:
    attached = session.scalar(select(DbAttachment.bulletin).where(DbAttachment.digest == digest).limit(1))
    shown = session.scalar(select(DbChannelSetting.selection_key).where(DbChannelSetting.image == digest).limit(1))
    if attached is not None or shown is not None:
        return True
    # Revisions hold digests within their JSON; a search by substring finds few, and those are read.
    mentioned = session.scalars(
        select(DbRevision.content).where(DbRevision.content.contains(json.dumps(digest), autoescape=True))
    )
    return any(digest in revisions.digests_in(content) for content in mentioned)
