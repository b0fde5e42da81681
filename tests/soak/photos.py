"""Kills commands that take photos and documents in, while the store is served and somebody reads all that it announces.

After every kill each file that a bulletin shows is there, whole, and answered as it was announced; what a command said
yes to is there, and what it did not is there wholly or not at all.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.soak import soundness
from tests.soak.outages import Outage, Ways, outlive
from tests.soak.photo_reader import FILE, Reader, digest_in, read_all
from tests.soak.photo_store import Material, PhotoStore, Taking, served
from tests.support.processes import Started, wait_until
from tests.support.s3 import Line, S3Server
from tests.support.storages import on_disk, on_s3

POLL_SECONDS = 0.004
PATIENCE_SECONDS = 120
LAST_SECONDS = 20
"""For so long the processes that a killed command had started may go on."""
EARLY_SHARE, LATE_SHARE = 0.2, 0.06
"""These shares of the kills come before anything is kept, and about when the command ends; the others in between."""
AT_ONCE_SHARE = 0.2
"""This share comes as soon as the first file does, on disk before one is written to its end."""
ALONE_SHARE = 0.2
"""This share hits the command alone: what it started must notice."""
AGAIN_SHARE = 0.1
"""This share of what was not stored is done again, to its end."""
MOST_TRIES = 20
UPLOAD_BYTES_A_SECOND = 300_000
"""To S3, so that some kills come while a file is on its way."""
GUESSES = 6
SHOWN_FAULTS = 20

Say = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What a run did.

    The kills came `before` anything was kept, `between` the first file and the commit, and `after` that;
    `unfinished` is how many files they left that were not written to their end.
    """

    kills: int
    before: int
    between: int
    after: int
    acknowledged: int
    unfinished: int
    polls: int
    fetched: int
    addresses: int
    orphans: int
    outages: dict[str, Outage]
    seconds: float


def survive_on_disk(database: str, folder: Path, *, kills: int, seed: int, say: Say) -> Summary:
    """Take in and kill until there were `kills`; raises AssertionError for all that is wrong."""
    with served(database, folder, on_disk(folder / "data" / "files")) as store:
        return _survive(_Soak(store, folder, seed, store.count_on_disk), kills, say)


def survive_on_s3(database: str, folder: Path, server: S3Server, *, kills: int, seed: int, say: Say) -> Summary:
    """Do the same on S3, and then take the server away in the middle, in each way."""
    with _ways(server) as ways:
        endpoints = (ways.site.endpoint, ways.commands.endpoint)
        with served(database, folder, on_s3(server), endpoints=endpoints) as store:
            ways.commands.upload_bytes_a_second = UPLOAD_BYTES_A_SECOND
            return _survive(_Soak(store, folder, seed, lambda: ways.commands.passed_bytes), kills, say, ways)


def _survive(soak: _Soak, kills: int, say: Say, ways: Ways | None = None) -> Summary:
    begun_at = time.monotonic()
    soak.learn()
    outages: dict[str, Outage] = {}
    with Reader(soak.store.port, find_behind=soak.behind, seed=str(soak.seed)) as reader:
        for number in range(1, kills + 1):
            said = soak.kill()
            soak.require_whole(reader)
            say(f"kill {number}/{kills} of {said}: whole, {len(soak.known)} files kept")
    for kind in ways.outages if ways else ():
        outages[kind] = outlive(soak.store, soak.material, ways, kind)
        say(f"server {kind} in the middle: {outages[kind]}")
    orphans = soak.clear()
    addresses, faults = read_all(soak.store.port, pages=True)
    read = {digest_in(each.path) for each in addresses}
    faults += [f"{digest} is attached and nowhere announced" for digest in soak.store.attached() - read]
    faults += [f"{digest} is announced and not in use" for digest in read - soak.store.used()]
    _require_none([*reader.faults, *faults, *soak.store.faults(), *soak.lost()])
    return Summary(
        kills=kills,
        before=soak.ended["before"],
        between=soak.ended["between"],
        after=soak.ended["after"],
        acknowledged=len(soak.done),
        unfinished=soak.unfinished,
        polls=reader.polls,
        fetched=reader.fetched,
        addresses=len(addresses),
        orphans=orphans,
        outages=outages,
        seconds=time.monotonic() - begun_at,
    )


@dataclass(frozen=True)
class _Pace:
    """How long a command takes until it keeps the first file, and from there to its end."""

    first_seconds: float
    rest_seconds: float


@dataclass
class _Soak:
    """The takings of a run, one after another; `count_signs` grows when a file comes into the storage."""

    store: PhotoStore
    folder: Path
    seed: int
    count_signs: Callable[[], int]
    pace: dict[str, _Pace] = field(default_factory=dict)
    done: list[Taking] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    ended: Counter[str] = field(default_factory=Counter)
    unfinished: int = 0

    def __post_init__(self) -> None:
        self.material = Material(self.folder / "given", Random(f"given/{self.seed}"))
        self.random = Random(f"photos/{self.seed}")
        # Of the reader's thread, whose questions must not disturb the order of the other numbers.
        self.guesses = Random(f"guesses/{self.seed}")

    def learn(self) -> None:
        """Do one taking undisturbed, and measure it."""
        self._finish(self.material.bulletin())

    def kill(self) -> str:
        """Kill one command, and say where that was; those that are faster are acknowledged."""
        for _ in range(MOST_TRIES):
            taking = self.material.any(self.numbers)
            alone = self.random.random() < ALONE_SHARE
            started = self.store.start(*taking.arguments)
            try:
                when = self._await_moment(started, self._pace(taking))
                _kill(started, alone=alone)
            finally:
                started.kill()
            _require_code(started, 0, -signal.SIGKILL)
            where = self._look(taking)
            if started.process.returncode:
                self.ended[where] += 1
                return f"{taking.kind} {when}{', alone' if alone else ''}, {where}"
            self._acknowledge(taking)
        raise AssertionError(f"{MOST_TRIES} commands were faster than their kills")

    def require_whole(self, reader: Reader) -> None:
        """Raise AssertionError where a file that is shown or announced is not there as it should be."""
        with self.store.session() as session:
            faults = list(soundness.file_faults(session, self.store.storage))
        _, unread = read_all(self.store.port)
        _require_none([*faults, *unread, *reader.faults])

    def lost(self) -> Iterator[str]:
        """Name what was acknowledged and is not there any more."""
        for taking in self.done:
            if not self.store.is_there(taking):
                yield f"{taking.kind} ({taking.word}) ended with 0, and is not there"

    def clear(self) -> int:
        """Repair, then remove what nothing uses; return how much that was."""
        self.store.do("photo", "check", "--repair", later=True)
        used, kept = self.store.used(), self.store.list_kept()
        told = json.loads(self.store.do("photo", "check", "--remove-orphans", "--json", later=True))
        _require_none([f"{each} after the repair" for each in (*told["missing"], *told["altered"])])
        orphans = {each["digest"] for each in told["orphans"]}
        if orphans != kept - used:
            raise AssertionError(f"the check calls these orphans or not, and is wrong: {orphans ^ (kept - used)}")
        left = self.store.list_kept()
        if left != used or self.store.list_unfinished():
            raise AssertionError(f"wrongly left or gone: {left ^ used}, {self.store.list_unfinished()}")
        return len(orphans)

    def behind(self) -> Iterator[str]:
        """List paths that a reader might guess: of some files, and of all that is no file yet."""
        paths = self.store.list_paths()
        yield from self.guesses.sample(paths, min(GUESSES, len(paths)))
        yield from (path for path in paths if not FILE.fullmatch(path))

    def _pace(self, taking: Taking) -> _Pace:
        return self.pace.get(taking.kind) or next(iter(self.pace.values()))

    def _finish(self, taking: Taking) -> None:
        before, begun_at = self.count_signs(), time.monotonic()
        started = self.store.start(*taking.arguments)
        try:
            self._await_sign(started, before)
            first_at = time.monotonic()
            started.process.wait(PATIENCE_SECONDS)
            ended_at = time.monotonic()
        finally:
            started.kill()
        _require_code(started, 0)
        self.pace[taking.kind] = _Pace(first_at - begun_at, ended_at - first_at)
        self._acknowledge(taking)

    def _await_moment(self, started: Started, pace: _Pace) -> str:
        before, chosen = self.count_signs(), self.random.random()
        if chosen < EARLY_SHARE:
            wait = self.random.uniform(0, pace.first_seconds)
            time.sleep(wait)
            return f"{wait:.2f} s after its start"
        if chosen < EARLY_SHARE + AT_ONCE_SHARE:
            self._await_sign(started, before, unfinished=True)
            return "at once"
        self._await_sign(started, before)
        is_late = chosen > 1 - LATE_SHARE
        wait = self.random.uniform(0.9, 1.1) if is_late else self.random.random()
        time.sleep(wait * pace.rest_seconds)
        return f"{wait * pace.rest_seconds:.2f} s after its first file"

    def _await_sign(self, started: Started, before: int, *, unfinished: bool = False) -> None:
        """Wait for the first file, with `unfinished` on disk for one that is being written."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        is_eager = unfinished and self.store.kept.folder is not None
        while started.is_running:
            if len(self.store.list_unfinished()) > self.unfinished if is_eager else self.count_signs() > before:
                return
            if time.monotonic() > deadline:
                raise AssertionError(f"nothing was kept in {PATIENCE_SECONDS} s")
            # A file is unfinished for a few milliseconds only.
            time.sleep(0 if is_eager else POLL_SECONDS)

    def _look(self, taking: Taking) -> str:
        """Find out where a killed command was; sometimes do it again."""
        kept, unfinished = self.store.list_kept(), len(self.store.list_unfinished())
        has_come = bool(kept - self.known) or unfinished > self.unfinished
        self.known, self.unfinished = kept, unfinished
        if self.store.is_there(taking):
            self.numbers = self.store.numbers()
            return "after"
        if self.random.random() < AGAIN_SHARE:
            self._finish(taking)
        return "between" if has_come else "before"

    def _acknowledge(self, taking: Taking) -> None:
        if not self.store.is_there(taking):
            raise AssertionError(f"{taking.kind} ({taking.word}) ended with 0, and is not there")
        self.done.append(taking)
        self.numbers, self.known = self.store.numbers(), self.store.list_kept()


@contextmanager
def _ways(server: S3Server) -> Iterator[Ways]:
    ways = Ways(server, Line(server.port), Line(server.port))
    try:
        yield ways
    finally:
        ways.site.close()
        ways.commands.close()


def _kill(started: Started, *, alone: bool) -> None:
    """End a command as the system does when memory runs out; with `alone` what it started must end by itself."""
    if alone:
        started.signal(signal.SIGKILL)
    else:
        with suppress(ProcessLookupError):
            os.killpg(started.process.pid, signal.SIGKILL)
    started.process.wait()
    wait_until(lambda: not started.family(), LAST_SECONDS, lambda: f"left behind: {started.family()}")


def _require_code(started: Started, *codes: int) -> None:
    if started.process.returncode not in codes:
        raise AssertionError(f"a command ended with {started.process.returncode}: {started.err[-4000:]}")


def _require_none(faults: list[str]) -> None:
    if faults:
        shown = "\n".join(faults[:SHOWN_FAULTS])
        raise AssertionError(f"{len(faults)} faults, the first of them:\n{shown}")
