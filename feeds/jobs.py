"""The table of what the worker does by itself; each job does one piece at a time, inside the worker's own turn."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from threading import Thread
from typing import Generic, TypeVar

from feeds.worker import Job, Turn
from store import attaching, catalogue, publication
from store.attachments import removal, renditions
from store.attachments.intake import Intake
from store.attachments.picture_pool import PicturePool
from store.attachments.renditions import DueRenditions
from store.attachments.storage import Storage
from store.database import Database, now
from store.errors import LeaseLost, StoreUnavailable, shown
from store.types import Bulletin, Rendition, Status

POLL_SECONDS = 0.25
LEAST_WAIT_SECONDS = 0.01
"""Between a look that finds something due and a clock that was set back there must be no spinning."""
REMOVAL_SECONDS = 10.0
FIRST_REST_SECONDS = 5.0
LONGEST_REST_SECONDS = 600.0
"""How long what could not be done rests before it is tried again, at first and at last."""
RENDITION_SECONDS = 2.0
GLANCE_SECONDS = 0.02
"""How long a round looks whether renditions are done, so that it neither spins nor keeps others waiting."""

KeyT = TypeVar("KeyT")

_log = logging.getLogger(__name__)


def jobs(
    database: Database, storage: Storage, zone: timezone, *, monotonic: Callable[[], float] = time.monotonic
) -> tuple[Job, ...]:
    """List what happens by itself in a store; `zone` is that of the log's times."""
    return (
        Job("publish due", DuePublishing(database, zone, monotonic).publish_one),
        Job("remove files", Removing(database, storage).remove),
        Job("make renditions", RenditionMaking(database, storage, monotonic).make_one),
    )


@dataclass(frozen=True, slots=True)
class Rest:
    """What could not be done is left alone until an instant of the monotonic clock."""

    until: float
    seconds: float


class Resting(Generic[KeyT]):
    """What failed and waits to be tried again, longer each time."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._known: dict[KeyT, Rest] = {}

    def present(self) -> list[KeyT]:
        """List what is to be left alone now."""
        return [key for key, rest in self._known.items() if rest.until > self._monotonic()]

    def rest(self, key: KeyT) -> float:
        """Have it rest; return for how many seconds."""
        known = self._known.get(key)
        seconds = min(known.seconds * 2, LONGEST_REST_SECONDS) if known else FIRST_REST_SECONDS
        self._known[key] = Rest(self._monotonic() + seconds, seconds)
        return seconds

    def done(self, key: KeyT) -> None:
        """Forget its failures."""
        self._known.pop(key, None)


class DuePublishing:
    """Publishes scheduled bulletins, the earliest planned first; one that cannot be does not hold up the others."""

    def __init__(self, database: Database, zone: timezone, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Publish in `database`, and tell of it in the times of `zone`."""
        self._database = database
        self._zone = zone
        self._resting: Resting[int] = Resting(monotonic)

    def publish_one(self, turn: Turn) -> float:
        """Publish the one that is due first; return the seconds until the next may be due, 0.0 after one was."""
        resting = self._resting.present()
        with self._database.snapshot() as session:
            due = publication.find_due(session, passing_over=resting)
        wait = self._seconds_until(due.planned if due else None)
        if due is None or wait > 0:
            return wait
        try:
            with turn() as session:
                number = publication.publish_due(session, passing_over=resting)
                if number is None:
                    return LEAST_WAIT_SECONDS
                done, at = catalogue.get_bulletin(session, number), now(session)
        except (StoreUnavailable, LeaseLost):
            raise
        # Whatever is wrong with one bulletin must not keep the others from appearing.
        except Exception:
            seconds = self._resting.rest(due.number)
            _log.exception("bulletin %d could not be published; it is tried again in %g s", due.number, seconds)
            return 0.0
        self._resting.done(number)
        self._tell(done, at)
        return 0.0

    def _seconds_until(self, due: datetime | None) -> float:
        present = self._database.clock().astimezone(UTC)
        # A write's clock has whole seconds: a planned instant within one would be due before a write could see it.
        if due is None or due > present.replace(microsecond=0):
            left = (due - present).total_seconds() if due is not None else POLL_SECONDS
            return min(max(left, LEAST_WAIT_SECONDS), POLL_SECONDS)
        return 0.0

    def _tell(self, bulletin: Bulletin, present: datetime) -> None:
        if bulletin.status is not Status.PUBLISHED or bulletin.published is None:
            _log.error(
                "bulletin %d lost its date or title, and is a draft again: %s", bulletin.number, shown(bulletin.title)
            )
            return
        planned = bulletin.published.instant
        late = present - planned
        delay = ""
        if late > timedelta(seconds=1):
            here, there = planned.astimezone(self._zone), present.astimezone(self._zone)
            form = "%H:%M:%S" if here.date() == there.date() else "%Y-%m-%d %H:%M:%S"
            delay = f" (planned {here.strftime(form)}, {late.total_seconds():,.0f} s late)"
        _log.info("published %d: %s%s", bulletin.number, shown(bulletin.title), delay)


class Removing:
    """Removes the bytes of expunged bulletins from the storage and from the database's file."""

    def __init__(self, database: Database, storage: Storage) -> None:
        """Remove from `storage` what `database` lists."""
        self._database = database
        self._storage = storage
        self._purged_count = 0

    def remove(self, turn: Turn) -> float:
        """Remove a file that waits for it; return the seconds until the next look, 0.0 where more may wait."""
        with self._database.snapshot() as session:
            is_due, count = removal.is_anything_due(session), removal.count_expunged(session)
        removed = 0
        if is_due:
            # A storage that does not answer is found out before other writers wait for the turn to end.
            next(self._storage.iter_kept(), None)
            with turn() as session:
                removed, arriving = removal.remove_due(session, self._storage, limit=1)
            if removed:
                _log.info("removed a file of an expunged bulletin%s", f"; {arriving} just came in" if arriving else "")
        if count != self._purged_count and self._database.purge_deleted():
            self._purged_count = count
        return 0.0 if removed else REMOVAL_SECONDS


class RenditionMaking:
    """Makes the renditions that photos lack: those of a new recipe, and share cards around a point chosen later.

    Pictures and storages take their time, so the making has a thread of its own: no scheduled bulletin waits for it.
    """

    def __init__(self, database: Database, storage: Storage, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Make renditions of the photos in `storage` that `database` lists as due."""
        self._database = database
        self._storage = storage
        self._pool = PicturePool(1)
        self._resting: Resting[str] = Resting(monotonic)
        self._has_looked = False
        self._under_way: tuple[DueRenditions, Future[tuple[Rendition, ...]]] | None = None

    def make_one(self, turn: Turn) -> float:
        """Make what one photo lacks; return the seconds until the next look, 0.0 where more may be due."""
        if not self._has_looked:
            # Only another version of this code has another recipe.
            with self._database.snapshot() as session:
                are_outdated = renditions.are_outdated(session)
            if are_outdated:
                with turn() as session:
                    renditions.ask_for_outdated(session)
                return 0.0
            self._has_looked = True
        if self._under_way is None:
            with self._database.snapshot() as session:
                due = renditions.find_due(session, passing_over=self._resting.present())
            if due is None:
                self._pool.close()
                return RENDITION_SECONDS
            self._under_way = due, self._begin(due)
        due, making = self._under_way
        if wait([making], GLANCE_SECONDS).not_done:
            return 0.0
        self._under_way = None
        try:
            made = making.result()
            with turn() as session:
                attaching.receive_renditions(session, replace(due.file, renditions=made))
        except (StoreUnavailable, LeaseLost):
            raise
        # Nor one photo the others from being made smaller.
        except Exception:
            seconds = self._resting.rest(due.file.digest)
            _log.exception(
                "the renditions of photo %s could not be made; tried again in %g s; see `bantin photo check`",
                due.file.digest,
                seconds,
            )
            return 0.0
        if due.names - {each.name for each in made}:
            # Asked again at once, it would not be made either.
            self._resting.rest(due.file.digest)
        else:
            self._resting.done(due.file.digest)
        _log.info("made %d renditions of photo %s", len(made), due.file.digest[:12])
        return 0.0

    def _begin(self, due: DueRenditions) -> Future[tuple[Rendition, ...]]:
        making: Future[tuple[Rendition, ...]] = Future()

        def make() -> None:
            try:
                making.set_result(self._made(due))
            except BaseException as error:
                making.set_exception(error)

        # A thread that nobody waits for at the end: what it has not finished is still due.
        Thread(target=make, daemon=True).start()
        return making

    def _made(self, due: DueRenditions) -> tuple[Rendition, ...]:
        if not due.names:
            return ()
        content = self._storage.get(due.file.digest)
        made = self._pool.make_renditions(content, due.file.media_type, due.names, name=due.file.digest)
        intake = Intake(self._storage, self._pool)
        return tuple(intake.keep_rendition(each) for each in made)
