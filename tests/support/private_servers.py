"""A PostgreSQL and a Redis of a test's own, on free ports of this machine, which it may stop, hang and spoil."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.support.processes import PROC, free_port, wait_until

START_SECONDS = 60
# Nothing here need survive a power cut.
_POSTGRES_OPTIONS = {"fsync": "off", "full_page_writes": "off", "max_connections": "60", "shared_buffers": "32MB"}


@cache
def find_postgres_programs() -> Path | None:
    """Find the folder of `initdb` and `postgres`, which is seldom in the path."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists() and (folder / "initdb").exists()), None)


@cache
def private_postgres_missing() -> str | None:
    """Say why no PostgreSQL of one's own can be had here, None where it can."""
    return None if find_postgres_programs() else "the programs initdb and postgres are not installed"


@cache
def redis_missing() -> str | None:
    """Say why Redis cannot be used here, None where it can."""
    return None if shutil.which("redis-server") else "redis-server is not installed"


class PrivateServer:
    """A server in a process of its own that can be stopped and started again, and held still."""

    def __init__(
        self, folder: Path, command: list[str], port: int, *, ends_at: signal.Signals, user: str | None = None
    ) -> None:
        """Prepare; `ends_at` is the signal at which it ends without putting anything in order."""
        self.port = port
        self._ends_at = ends_at
        self._folder = folder
        self._command = [*_ends_with_us(ends_at), *command]
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        with (self._folder / "said").open("wb") as said:
            options = {"user": self._user, "group": self._user, "extra_groups": []} if self._user else {}
            self._process = subprocess.Popen(  # type: ignore[call-overload]  # the options differ in their types
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,
                **options,
            )
        wait_until(self._is_ready, START_SECONDS, lambda: f"it does not start: {self.said}")

    @property
    def said(self) -> str:
        """What it wrote to its log."""
        return (self._folder / "said").read_text(encoding="utf-8", errors="replace")[-3000:]

    def stop(self) -> None:
        """Stop it at once, as a crash would; it is started again as it was."""
        if self._process is None:
            return
        self.go_on()
        self._process.send_signal(self._ends_at)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def hold(self) -> None:
        """Have it and all its processes stand still: connections stay, and nothing is said on them."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End `hold`."""
        for pid in self._pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    def _pids(self) -> list[int]:
        if self._process is None:
            return []
        # First itself, so that it starts no others meanwhile.
        return [self._process.pid, *_children(self._process.pid)]

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.said
        return "ready to accept connections" in self.said.lower() and _listens(self.port)


@contextmanager
def private_postgres() -> Iterator[tuple[PrivateServer, str]]:
    """Give a new PostgreSQL and the URL of an empty database in it; nothing of it is left afterwards."""
    programs = find_postgres_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="bantin-postgres-"))
    # PostgreSQL refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else None
    try:
        if user:
            shutil.chown(folder, user, user)
        data, port = folder / "data", free_port()
        subprocess.run(  # type: ignore[call-overload]  # the options differ in their types
            [
                programs / "initdb",
                "-D",
                data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--no-locale",
                "--no-sync",
            ],
            check=True,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            timeout=START_SECONDS,
            **({"user": user, "group": user, "extra_groups": []} if user else {}),
        )
        told = {**_POSTGRES_OPTIONS, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "port": str(port)}
        settings = [part for name, value in told.items() for part in ("-c", f"{name}={value}")]
        command = [str(programs / "postgres"), "-D", str(data), *settings]
        server = PrivateServer(folder, command, port, ends_at=signal.SIGQUIT, user=user)
        server.start()
        try:
            yield server, f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def private_redis(folder: Path) -> Iterator[tuple[PrivateServer, str]]:
    """Give a new Redis, which keeps nothing on disk, and its URL; nothing of it is left afterwards."""
    program = shutil.which("redis-server")
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = PrivateServer(folder, command, port, ends_at=signal.SIGKILL)
    server.start()
    try:
        yield server, f"redis://127.0.0.1:{port}/0"
    finally:
        server.stop()


def _ends_with_us(number: signal.Signals) -> list[str]:
    """Give a command to run another under, so that it ends even when this process is killed."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", number.name, "--"] if program else []


def _children(parent: int) -> list[int]:
    found = []
    for folder in PROC.glob("[0-9]*"):
        with suppress(OSError, ValueError):
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent:
                found.append(int(folder.name))
    return found


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False
