"""Polls of many thousand documents at random, with validators, while bulletins are published from another process.

The same client polls one document for comparison: what it costs to choose and remember is in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.utils import formatdate
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from threading import Event, Thread

from tests.bench.polling import servers
from tests.bench.polling.asking import ask, ask_once, connection_to_each
from tests.bench.polling.documents import FORMATS, polled_paths
from tests.bench.polling.figures import Figure, timed_in_turns
from tests.bench.polling.hot import DOCUMENT, ZIPPED
from tests.bench.polling.load import SLOW_MS, Load, many_documents
from tests.bench.polling.publishing import Publisher, publisher
from tests.bench.polling.servers import Server

CHANNELS = 10_000
CLIENTS = 16
"""Each a thread with one connection: it knows which document an answer is of."""
ONE_IN = 15
"""Of so many documents one is asked for whole, so that the shelf holds as many bytes as it may."""
OF_ONE, MOST_RESIDENT_MB, MOST_SLOW_SHARE = 0.7, 250, 0.001
SECONDS_BETWEEN = 1.0


def measure_channels(
    folder: Path, database_url: str, *, channels: int, runs: int, seconds: int, seed: int
) -> list[Figure]:
    """Measure on a store that this may alter; raises AssertionError where a validator is not answered 304."""
    url, paths = database_url, polled_paths(database_url, channels=channels, seed=seed)
    with servers.bantin(folder / "server", url) as server:
        etags = _polled_by_all(server, paths)
        many = many_documents(folder / "wrk", server.port, etags, clients=CLIENTS, seed=seed)
        first = ask_once(server.port, DOCUMENT, ZIPPED).headers["etag"]
        one = many_documents(folder / "wrk", server.port, {DOCUMENT: first}, clients=CLIENTS, seed=seed)
        loads: list[Load] = []

        def rate_of_many() -> float:
            with publisher(url, seed=seed) as publishing, _publishing(publishing):
                loads.append(many.run(seconds=seconds))
            return loads[-1].rate

        rates = timed_in_turns((("one", lambda: one.run(seconds=seconds).rate), ("many", rate_of_many)), runs=runs)
        resident = server.resident_mb()
    counted = loads[1:]
    name = f"{len(paths) // len(FORMATS):,} channels x {len(FORMATS)}, publishing"
    return [
        Figure(f"{name}: polls", "answers/s", rates["many"], "one document", rates["one"], OF_ONE),
        Figure(f"{name}: new documents", "share", tuple(each.changed / each.requests for each in counted), digits=4),
        Figure(
            f"{name}: over {SLOW_MS} ms",
            "share",
            (sum(each.slow for each in counted) / sum(each.measured for each in counted),),
            limit=MOST_SLOW_SHARE,
            digits=5,
        ),
        Figure(f"{name}: p99", "ms", tuple(each.p99_ms for each in counted), digits=1),
        # The largest of them is judged.
        Figure(f"{name}: a worker's memory", "MB", (max(resident),), limit=MOST_RESIDENT_MB),
    ]


def _polled_by_all(server: Server, paths: Sequence[str]) -> dict[str, str]:
    """Poll every document at every worker, as hours of polling would; give the validators by path."""
    with connection_to_each(server.port, server.workers) as connections:
        first, *_ = connections.values()
        etags = {path: _etag(first, path) for path in paths}
    # Anew: the server gives up connections that were idle for so long.
    with connection_to_each(server.port, server.workers) as connections, ThreadPoolExecutor(len(connections)) as pool:
        list(pool.map(_poll_all, connections.values(), repeat(etags)))
    return etags


def _etag(connection: HTTPConnection, path: str) -> str:
    # Nothing changed since just now: the validator comes without the bytes.
    answer = ask(connection, path, {**ZIPPED, "If-Modified-Since": formatdate(usegmt=True)})
    if answer.status not in {200, 304}:
        raise AssertionError(f"{path} is answered {answer.status}")
    return answer.headers["etag"]


def _poll_all(connection: HTTPConnection, etags: dict[str, str]) -> None:
    for number, (path, etag) in enumerate(etags.items()):
        if number % ONE_IN == 0:
            ask(connection, path, ZIPPED)
        answer = ask(connection, path, {**ZIPPED, "If-None-Match": etag})
        if answer.status != 304:
            raise AssertionError(f"{path} is answered {answer.status} where nothing changed")


@contextmanager
def _publishing(publishing: Publisher) -> Iterator[None]:
    """Have a bulletin published every second, until the end."""
    ended, failures = Event(), list[Exception]()

    def publish() -> None:
        try:
            publishing.publish()
            while not ended.wait(SECONDS_BETWEEN):
                publishing.publish()
        except Exception as error:  # it is raised again where it is heard
            failures.append(error)

    thread = Thread(target=publish, name="publishing")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
    if failures:
        raise failures[0]
