"""Documents that are polled, as this process made them: validators of them all, bytes of the hottest, within a bound.

A document stays fresh until a change touches a selection_key that it shows. A stale one is kept: its bytes are the
best there is while the store is away. Looking one up takes no lock: it happens tens of thousands of times a second.
"""

from __future__ import annotations

import sys
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from threading import Lock

from feeds.http.representations import Document
from store.changes import Touched, touched_by
from store.types import Change

VALIDATORS_BYTES = 1_500
"""What a document takes beside its bytes: measured, rounded up."""
MOST_REMEMBERED = 4_096
"""So many changes are remembered, for documents that were begun before them and are done after."""
ANY = "*"
"""Stands among the selection_keys of a document that any change may show in."""
_LOOK_SECONDS = 0.1
_SPARED = 0.9
"""Where there is too much, so much of the bound is kept, or each new document would look through all."""


@dataclass(slots=True, eq=False)
class Shelved:
    """A document on the shelf, under its address below the base URL (`/feeds/all.rss`).

    `bodies` are its bytes by coding; until there are any, `earlier` is the state before that has some, for when nothing
    newer can be made. `polls` counts its polls, about: no lock is taken for it.
    """

    address: str
    document: Document
    keys: frozenset[str]
    is_fresh: bool = True
    bodies: dict[str, bytes] = field(default_factory=dict)
    polls: int = 1
    polled_at: int = 0
    earlier: Shelved | None = None

    @property
    def body_bytes(self) -> int:
        """How many bytes of it are kept, in all codings, those of the earlier state with them."""
        own = sum(map(sys.getsizeof, self.bodies.values()))
        return own + self.earlier.body_bytes if self.earlier is not None else own


class Shelf:
    """Keeps documents up to `limit_bytes`; any thread may use it. With a limit of 0 it keeps nothing.

    `edition` is that of the last change that was looked at in the order of the log, None while nobody looks: then
    nothing is kept, because nobody would know when it is stale.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.limit_bytes = limit_bytes
        self.edition: int | None = None
        self.made = 0
        self._kept: dict[str, Shelved] = {}
        self._by_key: defaultdict[str, set[str]] = defaultdict(set)
        self._recent: deque[Change] = deque(maxlen=MOST_REMEMBERED)
        self._newest = self._forgotten_to = 0
        self._size_bytes = 0
        self._ticks = count(1)
        self._lock = Lock()
        self._turns: dict[str, _Turn] = {}

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size_bytes(self) -> int:
        """Say how much is kept, validators included."""
        return self._size_bytes

    def find(self, address: str) -> Shelved | None:
        """Give a document, fresh or stale, and count the poll."""
        kept = self._kept.get(address)
        if kept is not None:
            self.count(kept)
        return kept

    def count(self, kept: Shelved) -> None:
        """Count a poll."""
        kept.polls += 1
        kept.polled_at = next(self._ticks)

    def peek(self, address: str) -> Shelved | None:
        """Give a document, fresh or stale, to one who does not poll it."""
        return self._kept.get(address)

    @property
    def is_on(self) -> bool:
        """Whether anything is kept at all."""
        return self.limit_bytes >= VALIDATORS_BYTES and self.edition is not None

    def keep(self, address: str, document: Document, keys: Iterable[str], *, since: int | None) -> Shelved:
        """Keep a document that was made of the store as of edition `since`, or later; give it as it is kept.

        What touched it meanwhile makes it stale at once.
        """
        kept = Shelved(address, document, frozenset(keys), polled_at=next(self._ticks))
        if self.limit_bytes < VALIDATORS_BYTES or since is None:
            kept.is_fresh = False
            return kept
        with self._lock:
            before = self._kept.get(address)
            if before is not None:
                kept.polls = before.polls
                self._drop(before)
                if before.document.etag == document.etag:
                    kept.bodies, kept.earlier = before.bodies, before.earlier
                else:
                    kept.earlier = before if before.bodies else before.earlier
                if kept.earlier is not None:
                    kept.earlier.earlier = None
            kept.is_fresh = self._is_untouched(kept, since)
            self._kept[address] = kept
            for key in kept.keys:
                self._by_key[key].add(address)
            self._size_bytes += VALIDATORS_BYTES + kept.body_bytes
            self._spare()
        return kept

    def keep_body(self, kept: Shelved, coding: str, body: bytes) -> None:
        """Keep a document's bytes in one coding."""
        with self._lock:
            if self._kept.get(kept.address) is not kept or coding in kept.bodies:
                return
            if sys.getsizeof(body) > self.limit_bytes // 2:
                return
            before_bytes = kept.body_bytes
            kept.bodies, kept.earlier = {**kept.bodies, coding: body}, None
            self._size_bytes += kept.body_bytes - before_bytes
            self._spare()

    def touch(self, changes: Sequence[Change]) -> None:
        """Have what these changes show in be stale."""
        if not changes:
            return
        with self._lock:
            for change in changes:
                if len(self._recent) == MOST_REMEMBERED:
                    self._forgotten_to = max(self._forgotten_to, self._recent[0].edition)
                self._recent.append(change)
                self._newest = max(self._newest, change.edition)
            touched = touched_by(changes)
            for key in self._touched_keys(touched):
                for address in self._by_key.get(key, ()):
                    self._kept[address].is_fresh = False

    def advance(self, edition: int) -> None:
        """Say that all changes up to this edition were looked at."""
        self.edition = edition

    def forget_all(self, edition: int | None = None) -> None:
        """Have everything be stale, as of `edition`: what happened up to it is not known one by one."""
        with self._lock:
            self._recent.clear()
            self._newest, self._forgotten_to = 0, edition or 0
            for kept in self._kept.values():
                kept.is_fresh = False
        self.edition = edition

    @contextmanager
    def turn(self, address: str, *, most_seconds: float, is_hopeless: Callable[[], bool] = bool) -> Iterator[None]:
        """Wait until nobody else makes this document; after so long, or once it is hopeless, go on all the same."""
        if not self.is_on:
            yield
            return
        with self._lock:
            turn = self._turns.setdefault(address, _Turn())
            turn.wanted += 1
        is_mine = turn.lock.acquire(blocking=False)
        waited_seconds = 0.0
        while not is_mine and waited_seconds < most_seconds and not is_hopeless():
            is_mine = turn.lock.acquire(timeout=_LOOK_SECONDS)
            waited_seconds += _LOOK_SECONDS
        try:
            yield
        finally:
            if is_mine:
                turn.lock.release()
            with self._lock:
                turn.wanted -= 1
                if not turn.wanted:
                    self._turns.pop(address, None)

    def most_polled(self, most: int) -> list[tuple[str, list[str]]]:
        """Give addresses with the codings that are kept of them, the most polled first."""
        polled = [kept for kept in list(self._kept.values()) if kept.polls]
        polled.sort(key=lambda kept: (-kept.polls, kept.address))
        return [(kept.address, sorted(kept.bodies)) for kept in polled[:most]]

    def _is_untouched(self, kept: Shelved, since: int) -> bool:
        if since < self._forgotten_to:
            return False
        if self._newest <= since:
            return True
        touched = touched_by(change for change in self._recent if change.edition > since)
        return not any(key == ANY or key in touched for key in kept.keys)

    def _touched_keys(self, touched: Touched) -> Iterable[str]:
        if not touched.entities:
            return (ANY, *touched.keys)
        return [key for key in self._by_key if key == ANY or key in touched]

    def _drop(self, kept: Shelved) -> None:
        # Whoever still holds it must not take it for the one that is kept.
        kept.is_fresh = False
        del self._kept[kept.address]
        for key in kept.keys:
            self._by_key[key].discard(kept.address)
            if not self._by_key[key]:
                del self._by_key[key]
        self._size_bytes -= VALIDATORS_BYTES + kept.body_bytes

    def _spare(self) -> None:
        """Let go of the bytes of what was not polled for longest, then of its validators."""
        if self._size_bytes <= self.limit_bytes:
            return
        bound = int(self.limit_bytes * _SPARED)
        oldest_first = sorted(self._kept.values(), key=lambda kept: kept.polled_at)
        for kept in oldest_first:
            if self._size_bytes <= bound:
                return
            self._size_bytes -= kept.body_bytes
            kept.bodies, kept.earlier = {}, None
        for kept in oldest_first:
            if self._size_bytes <= bound:
                return
            self._drop(kept)


@dataclass(slots=True)
class _Turn:
    lock: Lock = field(default_factory=Lock)
    wanted: int = 0
