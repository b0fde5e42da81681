"""Warms a shelf at start with what was polled most before, as the last process that served here wrote down.

The list is a convenience: whatever is wrong with its file, serving goes on without.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

from feeds.heads import Heads
from feeds.http.negotiation import CODINGS, IDENTITY
from store.errors import StoreError

FILE = "most-polled.json"
MOST_ADDRESSES = 300
SAVE_SECONDS = 60.0
_MOST_BYTES = 1024 * 1024
_log = logging.getLogger(__name__)


class Warming:
    """Makes the documents of the list when it starts, and keeps the list from then on."""

    def __init__(self, heads: Heads, folder: Path) -> None:
        """Prepare; `folder` is where the list is kept, which need not exist."""
        self._heads = heads
        self._path = folder / FILE
        self._ended = Event()

    def start(self) -> None:
        """Begin in a thread of its own."""
        Thread(target=self._run, name="warming", daemon=True).start()

    def stop(self) -> None:
        """End soon."""
        self._ended.set()

    def warm(self) -> int:
        """Make the documents of the list; return how many there are now. What cannot be made is passed over."""
        made = 0
        for address, codings in self._listed():
            if self._ended.is_set():
                break
            with suppress(StoreError):
                self._heads.warm(address, codings)
                made += 1
        return made

    def save(self) -> None:
        """Write down what is polled most, the most polled first."""
        listed = [[address, codings] for address, codings in self._heads.shelf.most_polled(MOST_ADDRESSES)]
        if not listed:
            return
        try:
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE}-")
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(listed, file)
            Path(name).replace(self._path)
        except OSError as error:
            _log.debug("the most polled addresses were not written down: %s", error)

    def _run(self) -> None:
        try:
            self.warm()
            while not self._ended.wait(SAVE_SECONDS):
                self.save()
        # Nobody misses it.
        except Exception:
            _log.exception("warming ended")

    def _listed(self) -> Iterator[tuple[str, list[str]]]:
        try:
            with self._path.open("rb") as file:
                listed = json.loads(file.read(_MOST_BYTES))
        except (OSError, ValueError, RecursionError):
            return
        known = {*CODINGS, IDENTITY}
        for each in listed[:MOST_ADDRESSES] if isinstance(listed, list) else ():
            match each:
                case [str(address), [*codings]]:
                    yield address, [coding for coding in codings if coding in known]
