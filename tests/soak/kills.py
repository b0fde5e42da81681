"""Kills an import again and again, and holds what is left against a run that nobody disturbed.

After every kill the store must be sound and equal to the beginning of the clean run, bulletin by bulletin, change
by change; at the end it must equal all of it.
"""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from sqlalchemy import select

from store.database import Database
from store.models import DbCounter
from tests.soak import commands
from tests.soak.content import Content, content_of
from tests.soak.documents import entries_by_address
from tests.soak.prepared import PREPARE
from tests.support import pages

CATEGORY = "Văn hóa – Xã hội"
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 600
EARLY_SHARE = 0.2
"""This share of the kills comes while the command starts or passes over what it knows."""
LAST_KILL_SHARE = 0.9
"""No kill waits for more than this share of the pages, so that there is always an import left to kill."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What a soak run did: how many bulletins were stored at each kill, and how many documents were compared."""

    database: str
    pages: int
    kills: tuple[int, ...]
    documents: int
    seconds: float


def soak(database: str, folder: Path, *, kills: int, count: int, seed: int, say: Say) -> Summary:
    """Run the whole comparison in a new folder; raises AssertionError for the first difference."""
    begun = time.monotonic()
    pages.write_pages(folder / "pages", count, seed=seed)
    prepare = PREPARE[database]
    with prepare(folder / "clean") as clean_url, prepare(folder / "killed") as killed_url:
        started = time.monotonic()
        _require_sound(clean_url, folder / "clean")
        start_seconds = time.monotonic() - started
        started = time.monotonic()
        said = commands.run(clean_url, folder / "clean" / "data", *_arguments(folder))
        _require_outcomes(said, {"added": count})
        page_seconds = max(time.monotonic() - started - start_seconds, 0) / count
        clean = content_at(clean_url)
        _require_gapless(clean, count)
        say(f"{database}: clean run, {count} pages, {1000 * page_seconds:.0f} ms each")
        stored: list[int] = []
        for number in range(1, kills + 1):
            victim = _Victim(killed_url, folder, Random(f"{seed}/{database}/{number}"), start_seconds, page_seconds)
            share = LAST_KILL_SHARE * count / kills
            if not victim.kill(int(share * (number - 1)), int(share * number)):
                say(f"{database}: the import ended before kill {number}/{kills}: no more kills")
                break
            stored.append(_require_beginning(killed_url, folder, clean))
            say(f"{database}: kill {number}/{kills} with {stored[-1]} of {count} bulletins stored: sound and whole")
        known = stored[-1] if len(stored) == kills else _require_beginning(killed_url, folder, clean)
        said = commands.run(killed_url, folder / "killed" / "data", *_arguments(folder))
        _require_outcomes(said, {"added": count - known, "unchanged": known})
        _require_sound(killed_url, folder / "killed")
        require_equal(content_at(killed_url), clean)
        documents = _require_equal_documents(clean_url, killed_url, folder)
        say(f"{database}: the store and {documents} documents equal those of the clean run")
    return Summary(database, count, tuple(stored), documents, time.monotonic() - begun)


@dataclass(frozen=True)
class _Victim:
    url: str
    folder: Path
    random: Random
    start_seconds: float
    page_seconds: float

    def kill(self, least: int, most: int) -> bool:
        """Start the import and kill it with about `least` to `most` bulletins stored; False where it was faster."""
        process = commands.start(self.url, self.folder / "killed" / "data", *_arguments(self.folder))
        try:
            if self.random.random() < EARLY_SHARE:
                # Known pages pass about twice as fast as new ones.
                passing_seconds = self.page_seconds * least / 2
                time.sleep(self.random.uniform(0, self.start_seconds + passing_seconds))
            else:
                self._await_progress(process, self.random.randint(least, most))
                time.sleep(self.random.uniform(0, 2 * self.page_seconds))
        finally:
            process.kill()
            process.wait()
        if process.returncode not in {0, -signal.SIGKILL}:
            said = (self.folder / "killed" / "data" / "said").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"the import ended with {process.returncode} before it was killed:\n{said[-4000:]}")
        return process.returncode != 0

    def _await_progress(self, process: subprocess.Popen[bytes], wanted: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while _stored(self.url) < wanted and process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the import did not get to {wanted} bulletins in {PATIENCE_SECONDS} s")
            time.sleep(POLL_SECONDS)


def _arguments(folder: Path) -> tuple[str, ...]:
    return ("import", "portal", str(folder / "pages"), "--category", CATEGORY, "--json")


def _require_outcomes(said: str, wanted: dict[str, int]) -> None:
    outcomes = Counter(result["outcome"] for result in json.loads(said))
    if outcomes != Counter(wanted):
        raise AssertionError(f"the import should say {wanted}, but said {dict(outcomes)}")


def _stored(url: str) -> int:
    # Opened and closed each time: a connection that stayed open over the kill would keep SQLite from the recovery
    # that a real crash asks of it.
    database = Database(url)
    try:
        with database.snapshot() as session:
            return session.scalars(select(DbCounter.value).where(DbCounter.name == "arrival")).one()
    finally:
        database.dispose()


def content_at(url: str) -> Content:
    """Read the whole content of the store at `url`."""
    database = Database(url)
    try:
        return content_of(database)
    finally:
        database.dispose()


def _require_sound(url: str, folder: Path) -> None:
    said = commands.run(url, folder / "data", "db", "check")
    if not said.startswith("sound"):
        raise AssertionError(f"bantin db check says {said!r}")


def _require_beginning(url: str, folder: Path, clean: Content) -> int:
    """Check that the store is sound, and is what a clean run has after as many bulletins; return how many."""
    _require_sound(url, folder / "killed")
    found = content_at(url)
    count = found.counters["arrival"]
    _require_gapless(found, count)
    edition = found.counters["edition"]
    require_equal(
        found,
        Content(
            counters=found.counters,
            bulletins={number: rows for number, rows in clean.bulletins.items() if number <= count},
            changes=clean.changes[:edition],
            authors=clean.authors & found.authors,
        ),
    )
    return count


def _require_gapless(content: Content, count: int) -> None:
    if sorted(content.bulletins) != list(range(1, count + 1)) or content.arrivals != list(range(1, count + 1)):
        raise AssertionError(f"numbers and arrivals are not 1 to {count} in order: {content.arrivals[:20]} ...")
    editions = [change[0] for change in content.changes]
    if editions != list(range(1, content.counters["edition"] + 1)) or content.counters["bulletin"] != count:
        raise AssertionError(f"the counters {content.counters} do not fit {count} bulletins, {len(editions)} changes")


def require_equal(found: Content, wanted: Content) -> None:
    """Raise AssertionError naming the first bulletin and table that differ."""
    if found == wanted:
        return
    for number, rows in wanted.bulletins.items():
        for table, expected in rows.items():
            stored = found.bulletins.get(number, {}).get(table)
            if stored != expected:
                raise AssertionError(f"bulletin {number} differs in {table}: {stored!r} instead of {expected!r}")
    for name in ("counters", "changes", "authors"):
        if getattr(found, name) != getattr(wanted, name):
            raise AssertionError(f"the {name} differ from those of the clean run")
    raise AssertionError("the store has rows that the clean run has not")


def _require_equal_documents(clean_url: str, killed_url: str, folder: Path) -> int:
    clean, killed = Database(clean_url), Database(killed_url)
    try:
        wanted, found = entries_by_address(clean, folder), entries_by_address(killed, folder)
    finally:
        clean.dispose()
        killed.dispose()
    if list(found) != list(wanted):
        raise AssertionError(f"other channels: {sorted(set(found) ^ set(wanted))}")
    for address, entries in wanted.items():
        if found[address] != entries:
            raise AssertionError(f"{address} has other entries than after the clean run")
    return len(wanted)
