"""When each bulletin of a large store came, and what became of it: every change in the order of its edition.

Bulletins come all through the same years, however many they are. Most are dated by the minute in which they came, some
by the day alone, some by a day long past, as in an import; a few are corrected or withdrawn within days.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from random import Random

from store.placements import SLOTS_PER_SECOND

FIRST = int(datetime(2015, 1, 5, tzinfo=UTC).timestamp())
LAST = int(datetime(2026, 11, 15, tzinfo=UTC).timestamp())
DAY_SECONDS = 86_400
OFFSET_SECONDS = 7 * 3_600
NOON_SECONDS = 12 * 3_600
OPENS_SECONDS, OPEN_SHARE = int(5.5 * 3_600), 0.7
"""Nothing comes before half past five in the morning, nor in the seven hours before midnight."""
DAY_ONLY, BACKDATED, CORRECTED, WITHDRAWN = 0.08, 0.04, 0.03, 0.012
"""Shares of all bulletins."""
LONGEST_BACK_DAYS = 2_000
FATE_SECONDS = (600, 4 * DAY_SECONDS)
PUBLISHED, REVISED, GONE = "published", "revised", "withdrawn"
"""Kinds of changes, as the log names them."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change: its edition, when it was committed (seconds since 1970), of which bulletin, and its kind."""

    edition: int
    at: int
    number: int
    kind: str


@dataclass(frozen=True, slots=True)
class Life:
    """All that happened to one bulletin; instants in seconds since 1970, `fate` is empty where nothing more did."""

    number: int
    arrived_at: int
    published_at: int
    is_day_only: bool
    edition: int
    position: int
    fate: str
    fate_at: int
    fate_edition: int


class Lives:
    """The lives of `count` bulletins, numbered from 1, whose editions follow `before`; some fifty bytes each."""

    def __init__(self, count: int, *, seed: int, before: int) -> None:
        self.count = count
        self._before = before
        self._random = Random(f"lives/{seed}/{count}")
        self._arrived, self._published = array("q", [0]), array("q", [0])
        self._positions, self._editions = array("q", [0]), array("I", [0])
        self._day_only = bytearray(1)
        self._fates: dict[int, tuple[str, int, int]] = {}
        self._events = array("q")
        self._slots: dict[int, int] = {}
        self._live()

    @property
    def last_edition(self) -> int:
        """The edition of the last change."""
        return self._before + len(self._events)

    def life(self, number: int) -> Life:
        """Give all that happened to a bulletin."""
        fate, at, edition = self._fates.get(number, ("", 0, 0))
        return Life(
            number=number,
            arrived_at=self._arrived[number],
            published_at=self._published[number],
            is_day_only=bool(self._day_only[number]),
            edition=self._editions[number],
            position=self._positions[number],
            fate=fate,
            fate_at=at,
            fate_edition=edition,
        )

    def events(self) -> Iterator[Event]:
        """Stream every change, in the order of editions."""
        for edition, number in enumerate(self._events, start=self._before + 1):
            if edition == self._editions[number]:
                yield Event(edition, self._arrived[number], number, PUBLISHED)
            else:
                fate, at, _ = self._fates[number]
                yield Event(edition, at, number, fate)

    def number_of(self, edition: int) -> int:
        """Give the bulletin that a change was about."""
        return self._events[edition - 1 - self._before]

    def standing_position(self, edition: int) -> int | None:
        """Give the position that a bulletin took with a change and still has; None for any other change."""
        number = self.number_of(edition)
        if self._editions[number] != edition or self._fates.get(number, ("",))[0] == GONE:
            return None
        return self._positions[number]

    def _live(self) -> None:
        random, pending = self._random, list[tuple[int, int, str]]()
        for number in range(1, self.count + 1):
            at = _in_waking_hours(FIRST + int((number - 1 + random.random()) / self.count * (LAST - FIRST)))
            at = max(at, self._arrived[-1])
            while pending and pending[0][0] <= at:
                self._meet(*heappop(pending))
            self._publish(number, at)
            chance = random.random()
            if chance < CORRECTED + WITHDRAWN:
                fate = REVISED if chance < CORRECTED else GONE
                heappush(pending, (at + random.randrange(*FATE_SECONDS), number, fate))
        while pending:
            self._meet(*heappop(pending))

    def _publish(self, number: int, at: int) -> None:
        published, is_day_only, chance = at - at % 60, False, self._random.random()
        if chance < DAY_ONLY:
            midnight = at - (at + OFFSET_SECONDS) % DAY_SECONDS
            noon = midnight + NOON_SECONDS
            published, is_day_only = (noon if noon <= at else noon - DAY_SECONDS), True
        elif chance < DAY_ONLY + BACKDATED:
            published -= self._random.randrange(1, LONGEST_BACK_DAYS) * DAY_SECONDS
        slot = self._slots.get(published, 0)
        self._slots[published] = slot + 1
        self._events.append(number)
        self._arrived.append(at)
        self._published.append(published)
        self._positions.append(published * SLOTS_PER_SECOND + slot)
        self._editions.append(self.last_edition)
        self._day_only.append(is_day_only)

    def _meet(self, at: int, number: int, fate: str) -> None:
        self._events.append(number)
        self._fates[number] = (fate, at, self.last_edition)


def _in_waking_hours(at: int) -> int:
    into_day = (at + OFFSET_SECONDS) % DAY_SECONDS
    return at - into_day + OPENS_SECONDS + int(into_day * OPEN_SHARE * (1 - OPENS_SECONDS / DAY_SECONDS))
