"""Runs `bantin` as a process of its own, as a shell would, and measures what it leaves and what it costs."""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

BANTIN = str(Path(sys.executable).with_name("bantin"))
PROC = Path("/proc")
# Root may read and write whatever its permissions say, until exec takes the bounding set for all that it may.
_WITHOUT_POWERS = """
import ctypes, os, sys
if os.geteuid() == 0:
    libc = ctypes.CDLL(None, use_errno=True)
    for capability in (1, 2, 3):  # DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER
        if libc.prctl(24, capability, 0, 0, 0):  # PR_CAPBSET_DROP
            sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""
WITHOUT_POWERS = (sys.executable, "-c", _WITHOUT_POWERS)
"""Put before a command, it makes permissions count for root, too; exit code 77 where that cannot be done."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a process left: exit code, what it wrote, the processor time and the peak memory that it took.

    The peak is looked at fifty times a second, and is 0 where there is no /proc.
    """

    code: int
    out: str
    err: str
    cpu_seconds: float
    peak_mb: float


def environment(data: Path, **settings: str) -> dict[str, str]:
    """Give an environment with these settings and nothing of the developer's own."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "TMPDIR", "SYSTEMROOT"}}
    return kept | {"HOME": str(data.parent), "LANG": "C.UTF-8", "COLUMNS": "100", "BANTIN_DATA": str(data)} | settings


class Started:
    """A running `bantin`, in a session of its own; its output goes to files in `folder`."""

    def __init__(
        self, folder: Path, env: Mapping[str, str], *arguments: object, under: tuple[str, ...] = (), **options: Any
    ) -> None:
        """Start the command; `under` is a command that runs it, `options` are those of Popen."""
        folder.mkdir(parents=True, exist_ok=True)
        serial = sum(1 for _ in folder.glob("*.out"))
        self.out_file, self.err_file = folder / f"{serial}.out", folder / f"{serial}.err"
        with self.out_file.open("wb") as out, self.err_file.open("wb") as err:
            self.process = subprocess.Popen(
                [*under, BANTIN, *(str(argument) for argument in arguments)],
                **{"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "start_new_session": True} | options,
                env=dict(env),
            )

    @property
    def out(self) -> str:
        return self.out_file.read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        return self.err_file.read_text(encoding="utf-8")

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone."""
        self.process.send_signal(number)

    def interrupt(self) -> None:
        """Do what Ctrl-C does: the terminal sends SIGINT to the whole group."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self, *, within_seconds: float = 180) -> Ended:
        """Wait for the end; the costs are those of the process and of all that it waited for.

        They are unknown, and told as 0, where somebody saw before that it had ended.
        """
        status, usage, peak_mb = 0, resource.struct_rusage((0,) * 16), 0.0

        def ended() -> bool:
            nonlocal status, usage, peak_mb
            peak_mb = max(peak_mb, self._peak_mb())
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            return pid != 0

        if self.process.returncode is None:
            wait_until(ended, within_seconds, lambda: f"{BANTIN} does not end: {self.err}")
            self.process.returncode = os.waitstatus_to_exitcode(status)
        return Ended(self.process.returncode, self.out, self.err, usage.ru_utime + usage.ru_stime, peak_mb)

    def _peak_mb(self) -> float:
        # What wait4 reports as peak is at least that of the process that started this one.
        try:
            status = (PROC / str(self.process.pid) / "status").read_text()
        except OSError:
            return 0.0
        found = re.search(r"VmHWM:\s+(\d+) kB", status)
        return int(found[1]) / 1024 if found else 0.0

    def family(self) -> list[int]:
        """List the living processes of the session that the command began."""
        return [pid for pid, session in _sessions() if session == self.process.pid]

    def kill(self) -> None:
        """End whatever is left of the command and of what it started."""

        def ended() -> bool:
            # One that is killed may have started another just before, and holds what it held until it is gone.
            left = {self.process.pid, *self.family()} if self.process.poll() is None else set(self.family())
            for pid in left:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return not left

        wait_until(ended, 60, lambda: f"left behind: {self.family()}")
        self.process.wait()


def run(folder: Path, env: Mapping[str, str], *arguments: object, **options: Any) -> Ended:
    """Run a command to its end."""
    started = Started(folder, env, *arguments, **options)
    try:
        return started.end()
    finally:
        started.kill()


@contextmanager
def running(folder: Path, env: Mapping[str, str], *arguments: object, port: int) -> Iterator[Started]:
    """Start a server and wait until it answers on `port`; nothing of it is left afterwards."""
    started = Started(folder, env, *arguments)
    try:
        wait_until(
            lambda: not started.is_running or answers(port),
            120,
            lambda: f"nothing answers on {port}: {started.out}{started.err}",
        )
        assert started.is_running, started.err
        yield started
    finally:
        started.kill()


def wait_until(condition: Callable[[], bool], within_seconds: float, complaint: Callable[[], str]) -> None:
    """Ask again and again until a condition holds; AssertionError with the complaint when the time is over."""
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.02)


def answers(port: int) -> bool:
    """Tell whether an HTTP server answers on a port of this machine."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"HEAD /feeds/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(12).startswith(b"HTTP/1.1")
    except OSError:
        return False


_CLAIMS: dict[int, socket.socket] = {}


def free_port() -> int:
    """Find a port to listen on that nobody else will take: no connection by itself, no other test before we end."""
    low, high = _ports_of_choice()
    for port in random.sample(range(low, high), high - low):
        if port not in _CLAIMS and _claim(port):
            return port
    raise AssertionError("no port is free")


def _claim(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    claim = socket.socket(socket.AF_UNIX)
    if sys.platform == "linux":
        # A name without a file, which the kernel forgets when this process ends.
        try:
            claim.bind(f"\0bantin-test-port-{port}")
        except OSError:
            claim.close()
            return False
    _CLAIMS[port] = claim
    return True


@cache
def _ports_of_choice() -> tuple[int, int]:
    # The kernel hands out the others to connections, some of which would come between the choice and its use.
    try:
        first = int((PROC / "sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        first = 32_768
    return (10_000, first) if first > 12_000 else (first, 61_000)


def find_holder(port: int, client: socket.socket, processes: list[int]) -> int | None:
    """Tell which of these processes has taken a client's connection to a port of this machine (Linux)."""
    ends = f":{port:04X}", f":{client.getsockname()[1]:04X}"
    rows = [line.split() for line in (PROC / "net/tcp").read_text().splitlines()[1:]]
    taken = {row[9] for row in rows if (row[1][-5:], row[2][-5:]) == ends}
    return next((pid for pid in processes if _socket_inodes(pid) & taken), None)


def holders(port: int, processes: list[int]) -> set[int]:
    """Tell which of these processes hold an established connection to a port of this machine (Linux)."""
    rows = [line.split() for line in (PROC / "net/tcp").read_text().splitlines()[1:]]
    established = {row[9] for row in rows if int(row[1].partition(":")[2], 16) == port and row[3] == "01"}
    return {pid for pid in processes if _socket_inodes(pid) & established}


def _socket_inodes(pid: int) -> set[str]:
    links = []
    # The process may be gone, and a handle closed, since they were listed.
    with suppress(FileNotFoundError, ProcessLookupError):
        for handle in (PROC / str(pid) / "fd").iterdir():
            with suppress(FileNotFoundError):
                links.append(os.readlink(handle))
    return {link[len("socket:[") : -1] for link in links if link.startswith("socket:[")}


def _sessions() -> Iterator[tuple[int, int]]:
    for folder in PROC.glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if fields[0] != "Z":
            yield int(folder.name), int(fields[3])
