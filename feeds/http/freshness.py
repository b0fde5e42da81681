"""Keeps a shelf fresh: its thread follows the change log of the store, and knows when the store is away.

What this process commits touches the shelf at once; what others commit, as soon as it is heard of.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Lock, Thread

from feeds.http.shelf import Shelf
from store.database import SILENT_SECONDS, Database
from store.errors import StoreUnavailable
from store.watching import Newest, Watch

AWAY_SECONDS = 2.0
"""So long the store may say nothing before it is taken for away: threads may wait for the processor."""
REFUSED_SECONDS = 1.0
"""After so long of refusals nobody waits, either."""
GUARD_SECONDS = 0.25
OUTAGE_PAUSE_SECONDS = 0.3
_log = logging.getLogger(__name__)

Monotonic = Callable[[], float]


class Freshness:
    """Follows the store for one shelf. Without `start` nothing is followed, and so nothing kept."""

    def __init__(self, database: Database, shelf: Shelf, *, monotonic: Monotonic = time.monotonic) -> None:
        """Prepare; commits of this process touch the shelf from now on."""
        self._database = database
        self._shelf = shelf
        self._monotonic = monotonic
        self._known: Newest | None = None
        self._watch: Watch | None = None
        self._looked_at = monotonic()
        self._met = ""
        self._starting = Lock()
        database.subscribe(shelf.touch)
        database.silence = self._silence

    @property
    def is_followed(self) -> bool:
        """Whether the store is followed at all."""
        return self._watch is not None

    @property
    def is_away(self) -> bool:
        """Whether the store has said nothing for so long that nobody should wait for it."""
        return self._silence() > (REFUSED_SECONDS if self._met else AWAY_SECONDS)

    def require_store(self) -> None:
        """Raise StoreUnavailable while the store is away."""
        if self.is_away:
            raise StoreUnavailable(f"the store says nothing: {self._met or 'no answer'}")

    @property
    def is_silent(self) -> bool:
        """Whether the store has said nothing for so long that nobody should wait for another who waits for it."""
        return self._silence() > SILENT_SECONDS

    @property
    def met(self) -> str:
        """What kept the store from answering the last time it was asked; empty when it answered."""
        return self._met

    def start(self) -> None:
        """Follow the store in a thread of its own, from now on; a second call does nothing."""
        with self._starting:
            if self._watch is not None:
                return
            self._looked_at = self._monotonic()
            watch = self._watch = Watch(self._database)
        self._look(watch)
        Thread(target=self._follow, args=[watch], name="freshness", daemon=True).start()
        if not self._database.is_sqlite:
            Thread(target=self._guard, args=[watch], name="guard", daemon=True).start()

    def stop(self) -> None:
        """Follow no longer; nothing on the shelf counts as fresh from now on."""
        with self._starting:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.end()
            self._shelf.forget_all()

    def forsake(self) -> None:
        """Let go of a thread and a connection that a fork left behind with its parent."""
        self._watch = None
        self._known = None
        self._starting = Lock()
        self._shelf.forget_all()

    def look(self) -> None:
        """Look once, in the calling thread; raises StoreUnavailable."""
        watch = Watch(self._database)
        try:
            self._take(watch)
        finally:
            watch.close()

    def _silence(self) -> float:
        return self._monotonic() - self._looked_at if self.is_followed else 0.0

    def _follow(self, watch: Watch) -> None:
        while not watch.is_ended:
            watch.wait(OUTAGE_PAUSE_SECONDS if self._met else None)
            if not watch.is_ended:
                self._look(watch)
        watch.close()

    def _guard(self, watch: Watch) -> None:
        """Free those whom a server that hangs keeps waiting: it says neither yes nor no, perhaps for hours."""
        broken_at = self._looked_at
        while not watch.wait_for_end(GUARD_SECONDS):
            if self.is_away and broken_at != self._looked_at:
                broken_at = self._looked_at
                self._database.break_off()
                watch.break_off()

    def _look(self, watch: Watch) -> None:
        try:
            self._take(watch)
        except StoreUnavailable as error:
            self._meet(str(error))
        # A thread that ended would leave the shelf as it was for ever.
        except Exception as error:
            if not watch.is_ended:
                _log.exception("the store could not be looked at")
                self._meet(repr(error))

    def _take(self, watch: Watch) -> None:
        seen = watch.look(self._known)
        if watch.is_ended:
            return
        if seen.changes is None:
            self._shelf.forget_all(seen.newest.edition)
        else:
            self._shelf.touch(seen.changes)
            self._shelf.advance(seen.newest.edition)
        self._known = seen.newest
        self._looked_at = self._monotonic()
        if self._met:
            self._met = ""
            _log.info("the store answers again")

    def _meet(self, said: str) -> None:
        if not self._met:
            _log.warning("%s; what was polled before is served as it was until the store answers again", said)
        self._met = " ".join(said.split())
