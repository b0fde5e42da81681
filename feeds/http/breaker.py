"""Keeps everybody away from a service that failed, until a thread of its own finds that it is well again.

So only those wait for it who asked before anybody knew. Nothing here takes a lock, which a fork could leave locked: two
threads at once may at worst note a fault twice.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from threading import Thread

FIRST_PAUSE_SECONDS = 0.5
MOST_PAUSE_SECONDS = 10.0
"""A pause doubles each time that the service is still away, or fails again after less than this."""
_log = logging.getLogger(__name__)


class Breaker:
    """Says whether a service may be asked; `find_fault` tells, in words, what it lacks, or nothing where it is well."""

    def __init__(
        self, service: str, find_fault: Callable[[], str], *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._service = service
        self._find_fault = find_fault
        self._monotonic = monotonic
        self._met = ""
        self._pause_seconds = FIRST_PAUSE_SECONDS
        self._due_at = 0.0
        self._mended_at = float("-inf")
        self._looking_in: int | None = None

    @property
    def met(self) -> str:
        """What keeps everybody away; empty where nothing does. Asking has the service looked at when it is time."""
        if self._met:
            self._look_where_due()
        return self._met

    @property
    def is_whole(self) -> bool:
        """Whether the service may be asked now."""
        return not self.met

    def fail(self, said: str) -> None:
        """Keep away from now on, because of this fault."""
        if self._met:
            return
        now = self._monotonic()
        fails_again = now - self._mended_at < MOST_PAUSE_SECONDS
        self._pause_seconds = self._longer_pause() if fails_again else FIRST_PAUSE_SECONDS
        self._due_at = now + self._pause_seconds
        # Last, because who sees it goes by the others.
        self._met = said
        _log.warning("%s; %s is not asked until it answers again", said, self._service)

    def _longer_pause(self) -> float:
        return min(2 * self._pause_seconds, MOST_PAUSE_SECONDS)

    def _look_where_due(self) -> None:
        # By its number, because a thread that looks does not go along into a fork.
        process = os.getpid()
        if self._looking_in == process or self._monotonic() < self._due_at:
            return
        self._looking_in = process
        try:
            Thread(target=self._look, name="breaker", daemon=True).start()
        # There may be too many threads, or the interpreter ends.
        except RuntimeError:
            self._due_at = self._monotonic() + self._pause_seconds
            self._looking_in = None

    def _look(self) -> None:
        try:
            said = self._find_fault()
            now = self._monotonic()
            if said:
                self._pause_seconds = self._longer_pause()
                self._due_at = now + self._pause_seconds
                self._met = said
            else:
                self._mended_at = now
                self._met = ""
                _log.info("%s answers again", self._service)
        finally:
            self._looking_in = None
