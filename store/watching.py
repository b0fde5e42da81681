"""Hears of commits that others made: what changed since an edition, and a wait that a commit cuts short.

It has a connection of its own, so that it hears even while all others are in use, and says at once when there is none.
On PostgreSQL a commit wakes whoever listens (NOTIFY, which is part of the transaction); SQLite is asked a few dozen
times a second, which costs less than telling. Both are asked again and again, so that a missed call costs a moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from store import changes
from store.database import COMMITTED, Database, translated
from store.models import DbChange
from store.types import Change

MOST_CHANGES = 4_000
"""After more than these, as after an import, it costs less to take everything for changed."""
EMBEDDED_SECONDS = 0.04
LISTENING_SECONDS = 0.2
"""So often the database is asked at least, told or not."""
_NEWEST = select(DbChange.edition, DbChange.committed_at).order_by(DbChange.edition.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class Newest:
    """The last change of a store; its instant tells it from the same edition in another past."""

    edition: int = 0
    committed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen: the last change, and all since the one that was known; None where these cannot be told apart."""

    newest: Newest
    changes: Sequence[Change] | None = ()


class Watch:
    """One watcher's ear at a database, for one thread; only `end` and `break_off` may be called from another."""

    def __init__(self, database: Database) -> None:
        """Prepare to watch; nothing is opened before the first look."""
        self._database = Database(database.url, clock=database.clock, connections=1)
        self._listening: Connection | None = None
        self._ended = Event()

    def look(self, known: Newest | None) -> Look:
        """Say what changed since `known`, or only where the store stands; raises StoreUnavailable."""
        if self._database.is_sqlite:
            with self._database.snapshot() as session:
                return _look(session, known)
        try:
            if self._listening is None:
                self._listening = self._listen()
            with Session(bind=self._listening) as session:
                return _look(session, known)
        except DBAPIError as error:
            self._hang_up()
            raise translated(error) from error

    def wait(self, most_seconds: float | None = None) -> None:
        """Wait until something was committed, or it is time to look again; raises nothing."""
        if self._listening is None:
            own_seconds = EMBEDDED_SECONDS if self._database.is_sqlite else LISTENING_SECONDS
            self._ended.wait(own_seconds if most_seconds is None else most_seconds)
            return
        driver: Any = self._listening.connection.driver_connection
        try:
            for _ in driver.notifies(timeout=LISTENING_SECONDS, stop_after=1):
                return
        # Whatever ended the connection, the next look meets it, too, and says what it was.
        except Exception:
            self._hang_up()

    def end(self) -> None:
        """Have the watcher wait no more."""
        self._ended.set()

    def wait_for_end(self, seconds: float) -> bool:
        """Wait for so long at most; say whether it was told to end."""
        return self._ended.wait(seconds)

    def break_off(self) -> None:
        """Have a look that is under way fail."""
        self._database.break_off()

    @property
    def is_ended(self) -> bool:
        """Whether it was told to end."""
        return self._ended.is_set()

    def close(self) -> None:
        """End, and let go of the connection."""
        self.end()
        self._hang_up()
        self._database.dispose()

    def _listen(self) -> Connection:
        connection = self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(f"LISTEN {COMMITTED}")
        connection.commit()
        return connection

    def _hang_up(self) -> None:
        connection, self._listening = self._listening, None
        if connection is not None:
            connection.invalidate()
            connection.close()


def _look(session: Session, known: Newest | None) -> Look:
    row = session.execute(_NEWEST).one_or_none()
    newest = Newest(row.edition, row.committed_at) if row is not None else Newest()
    if newest == known:
        return Look(newest)
    if known is None or not 0 < newest.edition - known.edition <= MOST_CHANGES:
        return Look(newest, None)
    if known.edition and changes.find_instant(session, known.edition) != known.committed_at:
        return Look(newest, None)
    return Look(newest, tuple(changes.iter_since(session, known.edition, until=newest.edition)))
