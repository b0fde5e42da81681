"""How long after a publication every worker shows it: each is asked on a connection of its own, again and again.

The bulletin is published in another process; the time runs from its commit to the last worker's first answer with it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from random import Random

from tests.bench.polling import servers
from tests.bench.polling.asking import ask, connection_to_each
from tests.bench.polling.figures import Figure
from tests.bench.polling.hot import DOCUMENT, ZIPPED
from tests.bench.polling.load import one_document
from tests.bench.polling.publishing import Published, Publisher, publisher
from tests.bench.polling.servers import Server

MOST_IDLE_P99_MS = 250
POLL_SECONDS = 0.005
PAUSE_SECONDS = 0.05, 0.4
"""Between publications, at random: no rhythm of the server's is to be met, or missed."""
MOST_SECONDS = 60.0


def measure_visible_on_one_host(folder: Path, database_url: str, *, publications: int, seed: int) -> list[Figure]:
    """Measure four workers of one server over a store that this may alter."""
    with servers.bantin(folder / "server", database_url, workers=4) as server:
        return _figures("publish to visible, 4 workers", folder, [server], database_url, publications, seed)


def measure_visible_on_two(folder: Path, database_url: str, *, publications: int, seed: int) -> list[Figure]:
    """Measure two servers of two workers each over a store that this may alter."""
    group = {name: servers.bantin(folder / name, database_url, name=name) for name in ("one", "other")}
    with servers.together(group) as running:
        found = list(running.values())
        return _figures("publish to visible, 2 groups", folder, found, database_url, publications, seed)


def _figures(
    name: str, folder: Path, group: Sequence[Server], database_url: str, publications: int, seed: int
) -> list[Figure]:
    figures = []
    with publisher(database_url, seed=seed) as publishing:
        for state in ("idle", "saturated"):
            with ExitStack() as stack:
                if state == "saturated":
                    for server in group:
                        polls = one_document(folder / "wrk", f"http://127.0.0.1:{server.port}{DOCUMENT}", ZIPPED)
                        stack.enter_context(polls.going_on(most_seconds=int(MOST_SECONDS) * publications))
                taken_ms = _taken_ms(group, publishing, publications, seed)
            where = f"{name}, {state}"
            limit = MOST_IDLE_P99_MS if state == "idle" else None
            figures += [
                Figure(f"{where}: p50", "ms", (_percentile(taken_ms, 0.50),)),
                Figure(f"{where}: p99", "ms", (_percentile(taken_ms, 0.99),), limit=limit),
            ]
    return figures


def _taken_ms(group: Sequence[Server], publishing: Publisher, publications: int, seed: int) -> list[float]:
    random = Random(f"visible/{seed}")
    taken_ms = []
    with ExitStack() as stack:
        connections = [
            connection
            for server in group
            for connection in stack.enter_context(connection_to_each(server.port, server.workers)).values()
        ]
        pool = stack.enter_context(ThreadPoolExecutor(len(connections)))
        for _ in range(publications):
            time.sleep(random.uniform(*PAUSE_SECONDS))
            etags = list(pool.map(_etag, connections))
            published = publishing.publish()
            seen_at = list(pool.map(_seen_at, connections, etags, repeat(published)))
            taken_ms.append((max(seen_at) - published.committed_at) * 1e3)
    return taken_ms


def _etag(connection: HTTPConnection) -> str:
    return ask(connection, DOCUMENT).headers["etag"]


def _seen_at(connection: HTTPConnection, etag: str, published: Published) -> float:
    """Ask one worker until it shows a bulletin; give when its answer had come."""
    title = published.title.encode()
    while True:
        answer = ask(connection, DOCUMENT, {"If-None-Match": etag})
        at = time.monotonic()
        if answer.status == 200 and title in answer.body:
            return at
        if answer.status not in {200, 304}:
            raise AssertionError(f"a poll is answered {answer.status}")
        if at - published.committed_at > MOST_SECONDS:
            raise AssertionError(f"after {MOST_SECONDS:.0f} s a worker does not show what was published")
        time.sleep(POLL_SECONDS)


def _percentile(samples: Sequence[float], share: float) -> float:
    """Give the smallest sample that so large a share of them does not exceed."""
    ordered = sorted(samples)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)]
