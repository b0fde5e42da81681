"""Fills an empty store with any number of bulletins: the rows that publishing one by one would leave.

A selection's rows go in together, in the order of the primary key: a tenth of the time that as many random places take.
"""

from __future__ import annotations

import sys
import time
from array import array
from collections import defaultdict
from collections.abc import Iterator
from random import Random

from sqlalchemy import update

from store import changes
from store.ad_hoc import TEXT_KEY
from store.database import Database
from store.models import DbCounter
from tests.bench.large import founding, rows
from tests.bench.large.composing import Composer, Written
from tests.bench.large.feeding import Feed, feeding
from tests.bench.large.founding import Filer, Filing
from tests.bench.large.lives import GONE, PUBLISHED, Event, Lives
from tests.bench.large.rows import Row
from tests.bench.large.stock import stock

BATCH = 5_000
Told = dict[str, "array[int]"]
"""The editions that the readers of each selection_key were told of."""


def load(database: Database, *, count: int, seed: int) -> None:
    """Publish `count` bulletins in a store that nothing was done to; says on stderr how far it is."""
    known = stock(seed, count=count)
    lives = Lives(count, seed=seed, before=founding.found(database, known))
    with feeding(database) as feed:
        told = _Loading(feed, lives, seed).run()
        _say(f"{sum(map(len, told.values())):,} placements under {len(told):,} selection keys")
        keys = sorted(told)
        feed.put("placement", _placements(keys, told, lives))
        feed.put("announcement", _announcements(keys, told, lives))
        _say("indexes and statistics")
    values = {changes.EDITION: lives.last_edition, changes.ARRIVAL: count, changes.NUMBER: count}
    with database.transaction() as session:
        for counter, value in values.items():
            session.execute(update(DbCounter).where(DbCounter.name == counter).values(value=value))


def iter_written(lives: Lives, seed: int) -> Iterator[tuple[Written, Filing, list[str]]]:
    """Give the bulletins in the order in which they came, with what they are filed under, and their selection_keys."""
    known = stock(seed, count=lives.count)
    filer, composer = Filer(known, Random(f"filing/{seed}")), Composer(known, Random(f"writing/{seed}"))
    for number in range(1, lives.count + 1):
        filing = filer.draw()
        yield composer.write(lives.life(number), filing), filing, filer.keys(filing)


class _Loading:
    def __init__(self, feed: Feed, lives: Lives, seed: int) -> None:
        self._feed, self._lives, self._seed = feed, lives, seed
        self._stock = stock(seed, count=lives.count)
        self._waiting: defaultdict[str, list[Row]] = defaultdict(list)
        self._files: set[str] = set()
        self._told: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        self._fated: dict[int, list[str]] = {}
        self._last_mark: list[Row] = []

    def run(self) -> Told:
        """Feed everything but placements and announcements, and give what those are made of."""
        written, begun = iter_written(self._lives, self._seed), time.monotonic()
        for event in self._lives.events():
            if event.kind == PUBLISHED:
                if event.number % BATCH == 0:
                    self._flush()
                    _progress(event.number, self._lives.count, begun)
                keys = self._publish(*next(written))
            else:
                keys = self._meet(event)
            self._waiting["change"].append(rows.change_row(event, keys, self._feed.instant))
            for key in keys:
                self._told[key].append(event.edition)
        self._waiting["selection_mark"] += self._last_mark
        self._flush()
        return self._told

    def _publish(self, written: Written, filing: Filing, keys: list[str]) -> list[str]:
        life = self._lives.life(written.number)
        for table, row in rows.rows_of(written, life, filing, self._stock, self._feed.instant):
            self._waiting[table].append(row)
        self._keep_files(written)
        if life.fate:
            self._fated[written.number] = keys
        return keys

    def _meet(self, event: Event) -> list[str]:
        keys, instant = self._fated.pop(event.number), self._feed.instant
        if event.kind == GONE:
            for table, row in rows.tombstone_rows(self._lives.life(event.number), keys, instant):
                self._waiting[table].append(row)
        else:
            # Whoever asks for words is told when words of one that could be found changed.
            self._last_mark = [(TEXT_KEY, event.edition, instant(event.at))]
        return keys

    def _keep_files(self, written: Written) -> None:
        for attachment in written.attachments:
            file = attachment.file
            if file is not None and file.digest not in self._files:
                self._files.add(file.digest)
                for table, row in rows.file_rows(file):
                    self._waiting[table].append(row)

    def _flush(self) -> None:
        for table, waiting in self._waiting.items():
            if waiting:
                self._feed.put(table, waiting)
                waiting.clear()


def _placements(keys: list[str], told: Told, lives: Lives) -> Iterator[Row]:
    for key in keys:
        positions = (lives.standing_position(edition) for edition in told[key])
        for position in sorted(position for position in positions if position is not None):
            yield key, position


def _announcements(keys: list[str], told: Told, lives: Lives) -> Iterator[Row]:
    for key in keys:
        for ordinal, edition in enumerate(told[key], start=1):
            yield key, ordinal, edition, lives.number_of(edition)


def _progress(seen: int, count: int, begun: float) -> None:
    if seen % max(BATCH, count // 20 // BATCH * BATCH) == 0:
        _say(f"{seen:,} of {count:,} bulletins, {seen / (time.monotonic() - begun):,.0f} a second")


def _say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)
