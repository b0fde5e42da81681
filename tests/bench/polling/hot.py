"""Polls of one hot document: 304 and 200 in gzip, beside a server that does nothing, nginx, and the slow ways.

An answer is looked at before it is timed: its status, its validators, and that nginx sends the very bytes that we do.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.places import say
from tests.bench.polling import plain_apps, servers
from tests.bench.polling.asking import Answer, ask, ask_once, connection_to_each
from tests.bench.polling.figures import Figure, timed_in_turns
from tests.bench.polling.load import CONNECTIONS, THREADS, Polls, one_document
from tests.bench.polling.servers import Server

DOCUMENT, FEEDGEN_DOCUMENT = "/feeds/all.atom", "/feed.atom"
ZIPPED = {"Accept-Encoding": "gzip"}
OURS, NGINX, NOTHING, NOTHING_TUPLE = "bantin", "nginx", "nothing, []", "nothing, ()"
SLOW_LANE, FEEDGEN = "bantin, no shelf", "feedgen + Flask"
OF_NOTHING, OF_NGINX_304, OF_NGINX_200 = 0.9, 0.6, 0.7
NO_SHELF = {"BANTIN_SHELF_MB": "0"}


@dataclass(slots=True)
class _Contender:
    """A server with the request that it is polled with, and what each answer took of its processors."""

    server: Server
    polls: Polls
    least_bytes: int
    seconds: int
    cpu_us: list[float] = field(default_factory=list)

    def rate(self) -> float:
        before = self.server.cpu_seconds
        # The slow ways may be asked for more than they can do within their own patience.
        load = self.polls.run(seconds=self.seconds, may_err=self.server.name in {SLOW_LANE, FEEDGEN})
        if load.errors:
            say(f"{self.server.name}: {load.errors} of {load.requests} answers were errors, which do not count")
        self.cpu_us.append((self.server.cpu_seconds - before) / load.requests * 1e6)
        if load.bytes < self.least_bytes * (load.requests - load.errors):
            raise AssertionError(f"{self.server.name} sent {load.bytes} bytes in {load.requests} answers")
        return load.rate


def measure_hot(folder: Path, database_url: str, *, runs: int, seconds: int) -> list[Figure]:
    """Measure all contenders in turns, `runs` times for `seconds` each; raises AssertionError for a wrong answer."""
    with _servers(folder, database_url) as found:
        conditional = [_conditional(folder, server, seconds) for server in found.values()]
        full = [
            _full(folder, server, seconds) for name, server in found.items() if name not in {NOTHING, NOTHING_TUPLE}
        ]
        figures = _figures("hot 304", conditional, runs, {NOTHING: OF_NOTHING, NGINX: OF_NGINX_304})
        size = len(_zipped(found[OURS]))
        return figures + _figures(f"hot 200, gzip, {size / 1e3:.0f} kB", full, runs, {NGINX: OF_NGINX_200})


@contextmanager
def _servers(folder: Path, database_url: str) -> Iterator[dict[str, Server]]:
    root = folder / "root"
    with ExitStack() as stack:
        starting = {
            OURS: servers.bantin(folder / "ours", database_url, name=OURS),
            NOTHING: servers.plain(folder / "list", f"{plain_apps.__name__}:create_nothing", name=NOTHING),
            NOTHING_TUPLE: servers.plain(
                folder / "tuple", f"{plain_apps.__name__}:create_nothing_as_tuple", name=NOTHING_TUPLE
            ),
            SLOW_LANE: servers.bantin(folder / "slow", database_url, name=SLOW_LANE, settings=NO_SHELF),
            FEEDGEN: servers.plain(
                folder / "feedgen", f"{plain_apps.__name__}:create_feedgen", name=FEEDGEN, database_url=database_url
            ),
        }
        running = stack.enter_context(servers.together(starting))
        _write_files(root, running[OURS])
        running[NGINX] = stack.enter_context(servers.nginx(folder / "nginx", root))
        if _zipped(running[NGINX]) != _zipped(running[OURS]):
            raise AssertionError("nginx does not send what we send")
        yield running


def _write_files(root: Path, ours: Server) -> None:
    """Give nginx the very bytes that every worker of ours sends."""
    zipped = _zipped(ours)
    with connection_to_each(ours.port, ours.workers) as connections:
        for connection in connections.values():
            # Twice: what a worker sends first may be made in haste.
            for _ in range(2):
                answer = ask(connection, DOCUMENT, ZIPPED)
            if answer.body != zipped:
                raise AssertionError("two workers send different bytes under one address")
    identity = ask_once(ours.port, DOCUMENT)
    if gzip.decompress(zipped) != identity.body:
        raise AssertionError("what is coded is not what is sent plain")
    file = root / DOCUMENT.removeprefix("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(identity.body)
    file.with_name(f"{file.name}.gz").write_bytes(zipped)


def _zipped(server: Server) -> bytes:
    answer = ask_once(server.port, DOCUMENT, ZIPPED)
    if (answer.status, answer.headers.get("content-encoding")) != (200, "gzip"):
        raise AssertionError(f"{server.name} answers {answer.status} in {answer.headers.get('content-encoding')}")
    return answer.body


def _conditional(folder: Path, server: Server, seconds: int) -> _Contender:
    path = _path(server)
    headers: Mapping[str, str] = {**ZIPPED, "If-None-Match": '"nothing"'}
    if server.name not in {NOTHING, NOTHING_TUPLE}:
        whole = ask_once(server.port, path, ZIPPED)
        _require(server, whole, 200)
        headers = {**ZIPPED, "If-None-Match": whole.headers["etag"]}
    _require(server, ask_once(server.port, path, headers), 304)
    return _prepared(folder, server, headers, 0, seconds)


def _full(folder: Path, server: Server, seconds: int) -> _Contender:
    answer = ask_once(server.port, _path(server), ZIPPED)
    _require(server, answer, 200)
    return _prepared(folder, server, ZIPPED, len(answer.body), seconds)


def _prepared(folder: Path, server: Server, headers: Mapping[str, str], least_bytes: int, seconds: int) -> _Contender:
    polls = one_document(folder / "wrk", f"http://127.0.0.1:{server.port}{_path(server)}", headers)
    return _Contender(server, polls, least_bytes, seconds)


def _require(server: Server, answer: Answer, status: int) -> None:
    if answer.status != status or bool(answer.body) != (status == 200):
        raise AssertionError(f"{server.name} answers {answer.status} with {len(answer.body)} bytes, not {status}")


def _path(server: Server) -> str:
    return FEEDGEN_DOCUMENT if server.name == FEEDGEN else DOCUMENT


def _figures(name: str, contenders: Sequence[_Contender], runs: int, targets: Mapping[str, float]) -> list[Figure]:
    acts: list[tuple[str, Callable[[], float]]] = [(each.server.name, each.rate) for each in contenders]
    rates = timed_in_turns(acts, runs=runs)
    cpu_us = {each.server.name: tuple(each.cpu_us[1:]) for each in contenders}
    rivals = [other for other in rates if other != OURS]
    figures = [Figure(name, "answers/s", rates[OURS], other, rates[other], targets.get(other)) for other in rivals]
    return figures + [
        Figure(f"{name}: processor", "µs each", cpu_us[OURS], other, cpu_us[other], is_less_better=True, digits=1)
        for other in rivals
    ]


SHAPE = f"wrk -t{THREADS} -c{CONNECTIONS}"
"""How one document is polled, for the table."""
