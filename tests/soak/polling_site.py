"""A served store that somebody writes to while it is polled, and the judgement on all that was answered."""

from __future__ import annotations

import asyncio
import http.client
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from store import schema
from store.database import Database
from tests.soak.commands import PROJECT
from tests.soak.polling_acts import addresses, read_acts
from tests.soak.polling_crowd import ACCEPTS, Crowd, warm
from tests.soak.polling_ledger import Ledger
from tests.soak.polling_oracle import Oracle, Span
from tests.soak.polling_writer import Writer
from tests.support.processes import PROC, Started, environment, find_holder, free_port, running, wait_until
from tests.support.stores import INSTANCE

MOST_ENTRIES = 20
SETTLED_SECONDS = 30.0
WARM_CONNECTIONS = 24
"""So many that no worker is left out."""


@dataclass
class PolledSite:
    """A running `bantin serve`, its journal, and the ledger of those who poll it."""

    folder: Path
    url: str
    port: int
    server: Started
    seed: str
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def journal(self) -> Path:
        """The journal of the one who writes."""
        return self.folder / "journal"

    def workers(self) -> list[int]:
        """List the processes that answer: all that the server started but for `bantin worker` and Python's own."""
        return [pid for pid in self.server.family() if pid != self.server.process.pid and _answers(pid)]

    def made(self) -> int:
        """Ask every worker how many documents it rendered; give the sum."""
        told: dict[int, int] = {}

        def is_each_heard() -> bool:
            workers = self.workers()
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
                connection.request("GET", "/healthz")
                answer = json.loads(connection.getresponse().read())
                holder = find_holder(self.port, connection.sock, workers)
            if holder is not None:
                told[holder] = answer["shelf"]["made"]
            return told.keys() >= set(workers)

        wait_until(is_each_heard, 60, lambda: f"of {self.workers()} only {told} answer")
        return sum(told.values())

    def warm(self, addresses: Sequence[str]) -> None:
        """Have every worker asked for each of these, in a coding that readers take."""
        asyncio.run(warm(self.port, addresses, connections=WARM_CONNECTIONS, ledger=self.ledger, accepts=ACCEPTS[5:6]))

    def crowd(
        self,
        *,
        clients: int = 16,
        pause_seconds: float = 0.1,
        anew: float = 0.05,
        only: Sequence[str] = (),
        ledger: Ledger | None = None,
    ) -> Crowd:
        """Give a crowd that polls all documents, or `only` some; into a ledger of its own, or that of the site."""
        ledger = self.ledger if ledger is None else ledger
        return Crowd(
            self.port,
            only or addresses(),
            clients=clients,
            pause_seconds=pause_seconds,
            anew=anew,
            seed=f"{self.seed} {len(ledger.seen)} {pause_seconds} {anew}",
            ledger=ledger,
        )

    @contextmanager
    def written(self, *, pause_seconds: float) -> Iterator[None]:
        """Have a process publish, correct and withdraw for as long as the block lasts."""
        with (self.folder / "writer.said").open("ab") as said:
            writer = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "tests.soak.polling_writer",
                    self.url,
                    self.journal,
                    self.seed,
                    str(pause_seconds),
                ],
                cwd=PROJECT,
                env=environment(self.folder / "data"),
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
            )
        try:
            already = len(read_acts(self.journal))
            wait_until(
                lambda: writer.poll() is not None or len(read_acts(self.journal)) > already, 60, lambda: "no act"
            )
            yield
            assert writer.stdin is not None
            writer.stdin.close()
            code = writer.wait(60)
            assert code == 0, (self.folder / "writer.said").read_text(encoding="utf-8")[-3000:]
        finally:
            writer.kill()
            writer.wait()

    def await_acts(self, count: int, *, within_seconds: float = 60) -> None:
        """Wait until so many more acts were written."""
        wanted = len(read_acts(self.journal)) + count
        wait_until(
            lambda: len(read_acts(self.journal)) >= wanted,
            within_seconds,
            lambda: f"{count} acts were not written: {(self.folder / 'writer.said').read_text(encoding='utf-8')}",
        )

    def oracle(self, outages: Sequence[Span] = (), *, is_idle: bool = False) -> Oracle:
        """Give the oracle of all that was written; nobody may write any more."""
        return Oracle(read_acts(self.journal), MOST_ENTRIES, outages, is_idle=is_idle)

    def require_sound(
        self, *, outages: Sequence[Span] = (), breaks: Sequence[Span] = (), refusals: Sequence[Span] = ()
    ) -> Oracle:
        """Raise AssertionError for every wrong answer since the server started; see `Ledger.judge`."""
        oracle = self.oracle(outages)
        faults = self.ledger.judge(oracle, breaks=breaks, refusals=refusals)
        assert not faults, "\n".join([f"seed {self.seed}:", *faults, self.server.err[-600:]])
        return oracle

    def require_same_in_all_codings(self) -> None:
        """Wait until, with nobody writing, all that is answered is the present; raises AssertionError.

        Then the codings of a document do not differ in what they code.
        """
        oracle, faults = self.oracle(), [""]

        def is_present() -> bool:
            quiet = Ledger()
            asyncio.run(warm(self.port, addresses(), connections=2, ledger=quiet))
            several = [address for address in addresses() if quiet.documents_of(address) != 1]
            faults[:] = quiet.judge(oracle) + [f"not the same in all codings: {address}" for address in several]
            return not faults

        wait_until(is_present, SETTLED_SECONDS, lambda: "\n".join(faults))


def _answers(pid: int) -> bool:
    try:
        command = (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return False
    return b"spawn_main" in command


@contextmanager
def polled(
    folder: Path,
    url: str,
    *,
    seed: str,
    settings: Mapping[str, str] | None = None,
    workers: int = 2,
    is_new: bool = True,
) -> Iterator[PolledSite]:
    """Fill a store, which must be empty where it `is_new`, and serve it."""
    port = free_port()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    if is_new:
        fill(url, folder, seed)
    env = environment(
        folder / "data",
        BANTIN_DATABASE_URL=url,
        BANTIN_BASE_URL=f"http://127.0.0.1:{port}",
        BANTIN_ENTRIES=str(MOST_ENTRIES),
        **(settings or {}),
    )
    arguments = ("serve", "--port", port, "--workers", workers)
    with running(folder / "said", env, *arguments, port=port) as server:
        yield PolledSite(folder, url, port, server, seed)


def fill(url: str, folder: Path, seed: str) -> None:
    """Make a store with the first bulletins, and its journal in the folder."""
    database = Database(url)
    schema.upgrade(database, instance=INSTANCE)
    Writer(database, folder / "journal", seed).found()
    database.dispose()


def sqlite_url(folder: Path) -> str:
    """Give the URL of an embedded database in the data folder."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / 'data/bantin.sqlite'}"
