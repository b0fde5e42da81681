"""A crowd of clients that poll feed documents in every way: formats, codings, validators, HEAD; on kept connections."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from random import Random

from tests.soak.polling_http import Broken, Line, Malformed
from tests.soak.polling_ledger import Ledger, Question

ACCEPTS: Sequence[tuple[str | None, frozenset[str]]] = (
    (None, frozenset({"identity"})),
    ("identity", frozenset({"identity"})),
    ("gzip", frozenset({"gzip"})),
    ("br", frozenset({"br"})),
    ("zstd", frozenset({"zstd"})),
    ("gzip, deflate, br, zstd", frozenset({"gzip", "br", "zstd"})),
    ("gzip;q=0.8, br;q=0", frozenset({"gzip"})),
)
"""What clients say they accept, and what they may get then: a server that can code does."""
TICK_SECONDS = 0.05
WORTH_SECONDS = 0.05
"""A process that was late by less was not held up."""
AGAIN_SECONDS = 0.05
LAST_WAIT_SECONDS = 60.0


@dataclass
class _Memory:
    """What a client remembers of an address: tags, the newest last, and the date of the newest."""

    tags: list[str] = field(default_factory=list)
    date: str | None = None


class Crowd:
    """Polls in a thread of its own for as long as the block lasts; nothing is judged before the ledger is asked."""

    def __init__(
        self,
        port: int,
        addresses: Sequence[str],
        *,
        clients: int,
        pause_seconds: float,
        anew: float = 0.05,
        seed: str,
        ledger: Ledger,
    ) -> None:
        """Prepare; `anew` is the share of polls after which a client closes its connection."""
        self._port = port
        self._addresses = addresses
        self._clients = clients
        self._pause_seconds = pause_seconds
        self._anew = anew
        self._seed = seed
        self.ledger = ledger
        self._over = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._crash: BaseException | None = None

    def __enter__(self) -> Crowd:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(LAST_WAIT_SECONDS)
        if self._crash is not None:
            raise AssertionError("a client came to its own end") from self._crash

    def await_polls(self, count: int, *, within_seconds: float = 60) -> None:
        """Wait until so many more polls were answered; raises AssertionError."""
        wanted, deadline = len(self.ledger.seen) + count, time.monotonic() + within_seconds
        while len(self.ledger.seen) < wanted:
            assert self._crash is None, self._crash
            assert time.monotonic() < deadline, f"{count} polls were not answered within {within_seconds:g} s"
            time.sleep(0.02)

    async def _run(self) -> None:
        watching = asyncio.create_task(self._watch_lag())
        try:
            async with asyncio.TaskGroup() as group:
                for number in range(self._clients):
                    group.create_task(self._poll(Random(f"{self._seed} {number}")))
        except BaseException as error:
            self._crash = error
        watching.cancel()

    async def _watch_lag(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)
            late = time.monotonic() - began - TICK_SECONDS
            if late > WORTH_SECONDS:
                self.ledger.lags.append((time.monotonic(), late))

    async def _poll(self, random: Random) -> None:
        line = Line(self._port)
        memory: dict[str, _Memory] = {address: _Memory() for address in self._addresses}
        while not self._over.is_set():
            question = _question(random, self._addresses, memory)
            await ask(line, question, self.ledger, memory[question.address])
            # Perhaps to another worker.
            if random.random() < self._anew:
                line.close()
            await asyncio.sleep(random.uniform(0, 2 * self._pause_seconds))
        line.close()
        await asyncio.sleep(0)


async def ask(line: Line, question: Question, ledger: Ledger, memory: _Memory | None = None) -> None:
    """Ask once, and take what came into the ledger."""
    was_open = line.is_open
    try:
        reply = await line.ask(question.address, question.method, question.headers)
    except Malformed as error:
        ledger.blame(question, str(error))
        return
    except Broken as error:
        ledger.note_failure(question, error, time.monotonic(), was_open=was_open)
        await asyncio.sleep(AGAIN_SECONDS)
        return
    ledger.note(question, reply)
    tag = reply.headers.get("etag", "")
    if memory is not None and reply.status == 200 and ledger.knows(question.address, tag):
        memory.tags = [*memory.tags[-3:], tag]
        memory.date = reply.headers.get("last-modified")


async def warm(
    port: int,
    addresses: Sequence[str],
    *,
    connections: int,
    ledger: Ledger,
    accepts: Sequence[tuple[str | None, frozenset[str]]] = ACCEPTS,
) -> None:
    """Ask for everything over so many connections at once, by default in every coding."""

    async def walk() -> None:
        line = Line(port)
        for address in addresses:
            for accept, takes in accepts:
                await ask(line, Question(address, takes=takes, accept=accept), ledger)
        line.close()

    await asyncio.gather(*(walk() for _ in range(connections)))


async def ask_at_once(
    port: int, address: str, accepts: Sequence[tuple[str | None, frozenset[str]]], *, clients: int, ledger: Ledger
) -> None:
    """Ask for one document over so many new connections at the same moment, in these codings by turns."""
    lines = [Line(port) for _ in range(clients)]
    await asyncio.gather(*(line.connect() for line in lines))
    questions = [Question(address, takes=takes, accept=accept) for accept, takes in islice(cycle(accepts), clients)]
    await asyncio.gather(*(ask(line, question, ledger) for line, question in zip(lines, questions, strict=True)))
    for line in lines:
        line.close()
    await asyncio.sleep(0)


def _question(random: Random, addresses: Sequence[str], memory: Mapping[str, _Memory]) -> Question:
    address = random.choice(addresses)
    accept, takes = random.choice(ACCEPTS)
    method = "HEAD" if random.random() < 0.15 else "GET"
    held, chance = memory[address], random.random()
    tags: tuple[str, ...] = ()
    since = None
    if held.tags and chance < 0.5:
        tags = (held.tags[-1],)
    elif held.tags and chance < 0.6:
        tags = tuple(dict.fromkeys(held.tags))
    elif chance < 0.7:
        since = held.date
    return Question(address, method, takes, accept, tags, since)
