"""Clients that cost a server something and give it nothing to do: silent ones, slow ones, and such as never read."""

from __future__ import annotations

import asyncio
import resource
import socket
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

SILENT, SLOW, UNREAD = 1_000, 300, 100
READY_SECONDS = 60.0
ASKED_AHEAD = 64
"""So many answers that no buffer on the way takes them all."""
SMALL_BYTES = 4_096


class Hogs:
    """So many connections of each kind for as long as the block lasts, in a thread of their own.

    Those that are slow send one byte of a header a second; those that never read asked for `path`, many times over.
    """

    def __init__(self, port: int, path: str, *, silent: int = SILENT, slow: int = SLOW, unread: int = UNREAD) -> None:
        self._port = port
        self._path = path
        self._counts = (silent, slow, unread)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._ready = threading.Event()
        self._over = threading.Event()
        self.connected = 0

    def __enter__(self) -> Hogs:
        allow_connections(2 * sum(self._counts) + 500)
        self._thread.start()
        assert self._ready.wait(READY_SECONDS), f"only {self.connected} of {sum(self._counts)} could connect"
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(READY_SECONDS)

    async def _run(self) -> None:
        silent, slow, unread = self._counts
        hogs: list[Coroutine[Any, Any, None]] = [
            *(self._slow() for _ in range(slow)),
            *(self._unread() for _ in range(unread)),
            *(self._silent() for _ in range(silent)),
        ]
        tasks = [asyncio.create_task(hog) for hog in hogs]
        while not self._over.is_set():
            if self.connected == len(hogs):
                self._ready.set()
            await asyncio.sleep(0.05)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _connect(self) -> socket.socket:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", self._port))
        self.connected += 1
        return connection

    async def _silent(self) -> None:
        with await self._connect():
            await asyncio.Event().wait()

    async def _slow(self) -> None:
        loop = asyncio.get_running_loop()
        with await self._connect() as connection:
            await loop.sock_sendall(connection, f"GET {self._path} HTTP/1.1\r\nHost: slow.example\r\nX-Slow: ".encode())
            # A server may have had enough of it.
            with suppress(OSError):
                while True:
                    await loop.sock_sendall(connection, b"x")
                    await asyncio.sleep(1)

    async def _unread(self) -> None:
        loop = asyncio.get_running_loop()
        with await self._connect() as connection:
            request = f"GET {self._path} HTTP/1.1\r\nHost: unread.example\r\n\r\n".encode()
            with suppress(OSError):
                await loop.sock_sendall(connection, request * ASKED_AHEAD)
            await asyncio.Event().wait()


def allow_connections(count: int) -> None:
    """Have this process, and those that it starts from now on, open so many files at once, as far as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
