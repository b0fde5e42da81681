"""Measures how long a server takes from its start to the first poll that it answers, beside one that does nothing."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench.corpus import PROJECT
from tests.bench.large.keeping import copied
from tests.support.processes import Started, environment, free_port

RUNS, WORKERS = 7, 2
MOST_SECONDS = 120.0
PAUSE_SECONDS = 0.002
POLLED, IDLE = "/feeds/all.atom", "tests.bench.large.idle:app"


@dataclass(frozen=True, slots=True)
class StartFigures:
    """Seconds from exec to the first answer 200, of ours and of an application that does nothing."""

    ours: tuple[float, ...]
    idle: tuple[float, ...]

    @property
    def median_seconds(self) -> float:
        """The median of ours."""
        return median(self.ours)

    @property
    def idle_median_seconds(self) -> float:
        """The median of the other."""
        return median(self.idle)

    def line(self) -> str:
        """Say both in one line."""
        return (
            f"start to first answered poll, {len(self.ours)} runs: median {self.median_seconds:.2f} s "
            f"(slowest {max(self.ours):.2f}); granian with an application that does nothing "
            f"{self.idle_median_seconds:.2f} s"
        )


def measure_start(url: str, *, runs: int = RUNS, workers: int = WORKERS) -> StartFigures:
    """Start `bantin serve` on a copy of the store at `url`, and its rival, `runs` times in turns.

    The copy is in the file cache, as a store is after a restart of the program. Raises AssertionError for a server that
    ends, or says nothing for two minutes.
    """
    ours, idle = [], []
    with copied(url) as copy, tempfile.TemporaryDirectory(prefix="bantin-bench-") as folder:
        env = environment(Path(folder) / "data", BANTIN_DATABASE_URL=copy)
        # The first of each finds the files of its modules cold.
        for run in range(-1, runs):
            seconds = _seconds(Path(folder), env, workers)
            rival = _idle_seconds(workers)
            if run >= 0:
                ours.append(seconds)
                idle.append(rival)
    return StartFigures(tuple(ours), tuple(idle))


def _seconds(folder: Path, env: dict[str, str], workers: int) -> float:
    port = free_port()
    begun = time.perf_counter()
    started = Started(folder / "out", env, "serve", "--port", port, "--workers", workers)
    try:
        return _first_answer(port, POLLED, started.process, lambda: started.err) - begun
    finally:
        started.process.terminate()
        started.end()
        started.kill()


def _idle_seconds(workers: int) -> float:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(workers)]
    begun = time.perf_counter()
    with _running([*command, "--blocking-threads", "2", "--log-level", "warning", IDLE]) as process:
        return _first_answer(port, "/", process, lambda: "") - begun


@contextmanager
def _running(command: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command, cwd=PROJECT, env=dict(os.environ), stdin=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield process
    finally:
        # Asked politely while it starts, it would go on for ever.
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _first_answer(port: int, path: str, process: subprocess.Popen[bytes], complaint: Callable[[], str]) -> float:
    """Ask until 200 comes, and give the instant."""
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    deadline = time.perf_counter() + MOST_SECONDS
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise AssertionError(f"the server ended with {process.returncode}: {complaint()}")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=MOST_SECONDS) as connection:
                connection.sendall(request)
                if connection.recv(13).startswith(b"HTTP/1.1 200"):
                    return time.perf_counter()
        except OSError:
            pass
        time.sleep(PAUSE_SECONDS)
    raise AssertionError(f"no answer 200 in {MOST_SECONDS:g} seconds: {complaint()}")
