"""Kills processes that write at the same time, at random moments, and holds what they told against what is stored.

Whatever was acknowledged is there, whatever was not is there wholly or not at all, and no number is missing or given
twice.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from store.attachments.disk import DiskStorage
from store.database import Database
from tests.soak import commands, soundness, words
from tests.soak.documents import require_documents
from tests.soak.entity_replay import Bodies, bodies_of, entity_faults
from tests.soak.journal import End, Told, read_journal
from tests.soak.prepared import PREPARE
from tests.soak.replay import TEXTS, Replayed, bulletin_faults, replay

PROCESSES = 4
POLL_SECONDS = 0.02
PATIENCE_SECONDS = 3_600
MID_OPERATION_SHARE = 0.6
"""This share of the kills waits for a transaction to get its turn, so as to fall into its work or its commit."""
OPERATION_SECONDS = 0.12
"""What an operation is thought to take before the process has told of one."""
SHOWN_FAULTS = 20

Say = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What a run did; `in_doubt` counts the kills within an operation, `kept` those whose operation was committed."""

    database: str
    acknowledged: int
    refused: int
    kills: int
    in_doubt: int
    kept: int
    kinds: dict[str, int]
    bulletins: int
    expunged: int
    editions: int
    documents: int
    seconds: float


def live(database: str, folder: Path, *, operations: int, kills: int, seed: int, say: Say) -> Summary:
    """Have four processes write until `operations` are acknowledged; raises AssertionError for all that is wrong."""
    begun_at = time.monotonic()
    with PREPARE[database](folder / "store") as url:
        store = Database(url)
        with store.snapshot() as session:
            begun = bodies_of(session)
        store.dispose()
        crowd = _Crowd(url, folder, Random(f"lives/{seed}/{database}"), seed * 10_000)
        crowd.run(operations, kills, lambda done: say(f"{database}: {done}"))
        say(f"{database}: {crowd.killed} kills, checking")
        said = commands.run(url, folder / "data", "db", "check")
        if not said.startswith("sound"):
            raise AssertionError(f"bantin db check says {said!r}")
        store = Database(url)
        try:
            return _checked(store, folder, database, begun, crowd, begun_at)
        finally:
            store.dispose()


@dataclass
class _Process:
    number: int
    running: subprocess.Popen[bytes]
    journal: Path
    told: int = 0
    done: int = 0
    turns: int = 0
    seconds: float = OPERATION_SECONDS

    def read_on(self) -> None:
        """Count what came into the journal since the last look."""
        if not self.journal.exists():
            return
        with self.journal.open("rb") as file:
            file.seek(self.told)
            new = file.read()
        whole = new[: new.rfind(b"\n") + 1]
        self.told += len(whole)
        for line in map(json.loads, whole.splitlines()):
            self.seconds = line.get("seconds", self.seconds)
            self.turns += "turn" in line
        self.done += whole.count(b'"end": "done"')


@dataclass
class _Crowd:
    """The processes that write; `first` is the number of the first of them, and every later one has the next."""

    url: str
    folder: Path
    random: Random
    first: int
    killed: int = 0
    started: list[_Process] = field(default_factory=list)

    @property
    def journals(self) -> list[Path]:
        return [process.journal for process in self.started]

    def run(self, operations: int, kills: int, say: Say) -> None:
        """Kill and start anew until all is done; the last kill hits all of them."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        with ExitStack() as stack:
            stack.callback(self._end_all)
            living = [self._start(operations) for _ in range(PROCESSES)]
            while (done := self._done(living)) < operations or self.killed < kills:
                if time.monotonic() > deadline:
                    raise AssertionError(f"only {done} operations and {self.killed} kills in {PATIENCE_SECONDS} s")
                living = [self._alive(process, operations) for process in living]
                if self.killed < kills and done >= operations * (self.killed + 0.5) / (kills + 0.5):
                    victim = living.index(self.random.choice(living))
                    self._kill(living[victim])
                    living[victim] = self._start(operations)
                    say(f"kill {self.killed}/{kills} after {done} of {operations} acknowledged operations")
                time.sleep(POLL_SECONDS)

    def _done(self, living: Sequence[_Process]) -> int:
        for process in living:
            process.read_on()
        return sum(process.done for process in self.started)

    def _start(self, count: int) -> _Process:
        number = self.first + len(self.started)
        logs = self.folder / "journals"
        logs.mkdir(parents=True, exist_ok=True)
        journal = logs / f"{number}.jsonl"
        outside = {name: value for name, value in os.environ.items() if not name.startswith("BANTIN_")}
        with (logs / f"{number}.said").open("wb") as said:
            arguments = [self.url, self.folder / "data", number, count, journal]
            running = subprocess.Popen(
                [sys.executable, "-m", "tests.soak.operations", *map(str, arguments)],
                cwd=commands.PROJECT,
                env=outside,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self.started.append(_Process(number, running, journal))
        return self.started[-1]

    def _alive(self, process: _Process, count: int) -> _Process:
        if process.running.poll() is None:
            return process
        if process.running.returncode:
            said = process.journal.with_suffix(".said").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"process {process.number} ended with {process.running.returncode}:\n{said[-4000:]}")
        process.read_on()
        return self._start(count)

    def _kill(self, process: _Process) -> None:
        if self.random.random() < MID_OPERATION_SHARE:
            self._await_turn(process)
            time.sleep(self.random.uniform(0, 1.3 * process.seconds))
        else:
            time.sleep(self.random.uniform(0, 4 * OPERATION_SECONDS))
        process.running.send_signal(signal.SIGKILL)
        process.running.wait()
        self.killed += 1
        process.read_on()

    def _await_turn(self, process: _Process) -> None:
        deadline = time.monotonic() + 10
        process.read_on()
        before = process.turns
        while process.turns == before and process.running.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
            process.read_on()

    def _end_all(self) -> None:
        for process in self.started:
            process.running.kill()
        for process in self.started:
            process.running.wait()


def _checked(store: Database, folder: Path, database: str, begun: Bodies, crowd: _Crowd, begun_at: float) -> Summary:
    files = folder / "data" / "files"
    told = [found for journal in crowd.journals if (found := read_journal(journal))]
    # On PostgreSQL, a commit whose process was killed may still be under way: it is over when a writer gets its turn.
    with store.transaction(dry_run=True):
        pass
    with store.snapshot() as session:
        replayed = replay(session, told)
        faults = [*replayed.faults, *bulletin_faults(session, replayed), *entity_faults(session, replayed, begun)]
    faults += words.remove_due(store, files)
    faults += soundness.faults_of(store, DiskStorage(files))
    never, expunged = _never(told, replayed), expunged_words(replayed)
    with store.snapshot() as session:
        faults += words.faults_in_rows(session, never, expunged)
        editions = session.connection().exec_driver_sql("SELECT count(*) FROM change").scalar_one()
    faults += words.faults_in_files(store, files, expunged)
    faults += _beat_faults(replayed)
    if faults:
        shown = "\n".join(faults[:SHOWN_FAULTS])
        raise AssertionError(f"{len(faults)} faults, the first of them:\n{shown}")
    documents = require_documents(store, folder)
    every = [each for process in told for each in process]
    ends = Counter(each.end for each in every)
    lives = replayed.of_kind("bulletin")
    return Summary(
        database=database,
        acknowledged=ends[End.DONE],
        refused=ends[End.REFUSED],
        kills=crowd.killed,
        in_doubt=ends[End.UNKNOWN],
        kept=replayed.in_doubt,
        kinds=dict(Counter(each.what for each in replayed.committed)),
        bulletins=len(lives),
        expunged=sum(each.what == "expunge" for each in replayed.committed),
        editions=editions,
        documents=documents,
        seconds=time.monotonic() - begun_at,
    )


def _never(told: Sequence[Sequence[Told]], replayed: Replayed) -> set[str]:
    committed = {each.told.op for each in replayed.committed}
    return {each.word for process in told for each in process if each.op not in committed}


def expunged_words(replayed: Replayed) -> set[str]:
    """Give the words that may be nowhere: all that was ever said in a bulletin that is expunged."""
    found: set[str] = set()
    for operations in replayed.of_kind("bulletin").values():
        if any(each.what == "expunge" for each in operations):
            found |= {each.told.word for each in operations if each.what in TEXTS | {"photo"}}
    return found


def _beat_faults(replayed: Replayed) -> Iterator[str]:
    """Each step of a worker has a later beat of the lease than the one before, whoever held it."""
    last = 0
    for each in replayed.committed:
        if "beat" in each.told.found:
            if each.told.found["beat"] <= last:
                yield f"{each.told.op} published at beat {each.told.found['beat']} of the lease, after beat {last}"
            last = each.told.found["beat"]
