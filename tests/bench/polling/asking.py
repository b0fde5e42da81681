"""Asks over the network, one connection at a time; knows which worker a connection leads to."""

from __future__ import annotations

import http.client
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.support.processes import PROC

MOST_CONNECTIONS = 400
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers by lower-case name, body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Answer:
    """Ask on a connection that stays open."""
    connection.request(method, path, headers=dict(headers or {}))
    answer = connection.getresponse()
    body = answer.read()
    return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, body)


def ask_once(port: int, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        return ask(connection, path, headers)
    finally:
        connection.close()


@contextmanager
def connection_to_each(port: int, workers: list[int]) -> Iterator[dict[int, http.client.HTTPConnection]]:
    """Give an open connection to each worker of a server, by process; raises RuntimeError when one takes none."""
    found: dict[int, http.client.HTTPConnection] = {}
    spare: list[http.client.HTTPConnection] = []
    try:
        while len(found) < len(workers):
            if len(spare) > MOST_CONNECTIONS:
                raise RuntimeError(f"of {len(workers)} workers only {len(found)} take connections")
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
            spare.append(connection)
            # Its answer shows that a worker has taken it.
            ask(connection, "/robots.txt")
            local_port: int = connection.sock.getsockname()[1]
            for pid in _holders_of(local_port, port, workers):
                if pid not in found:
                    found[pid] = connection
                    spare.remove(connection)
        for connection in spare:
            connection.close()
        spare.clear()
        yield found
    finally:
        for connection in (*found.values(), *spare):
            connection.close()


def _holders_of(local_port: int, port: int, workers: list[int]) -> set[int]:
    """Tell which worker holds the other end of a connection that begins at `local_port`."""
    inodes = set()
    for line in (PROC / "net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        ends = tuple(int(address.partition(":")[2], 16) for address in fields[1:3])
        if ends == (port, local_port):
            inodes.add(f"socket:[{fields[9]}]")
    return {pid for pid in workers if inodes & _open_files(pid)}


def _open_files(pid: int) -> set[str]:
    found = set()
    for handle in (PROC / str(pid) / "fd").iterdir():
        # Closed since the folder was listed.
        with suppress(FileNotFoundError):
            found.add(os.readlink(handle))
    return found
