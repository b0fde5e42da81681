"""Starts what is measured as processes over loopback, and looks at what they take (Linux: /proc)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.processes import BANTIN, PROC, answers, environment, free_port, wait_until

PROJECT = Path(__file__).resolve().parents[3]
WORKERS = 2
START_SECONDS = 180
END_SECONDS = 20
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_WORKER = b"spawn_main"
"""What stands in the command line of those that multiprocessing spawned."""

_NGINX = """
user root;
worker_processes {workers};
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000000;
    gzip_static on;
    types {{ application/atom+xml atom; application/rss+xml rss; application/feed+json json; }}
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} backlog=2048;
        root {root};
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its port, and the process that leads its session."""

    name: str
    port: int
    pid: int

    @property
    def cpu_seconds(self) -> float:
        """What its processes took of the processors since each began."""
        return sum(_cpu_seconds(pid) for pid in _session(self.pid))

    @property
    def workers(self) -> list[int]:
        """The processes that answer, of one that Python serves."""
        return [pid for pid in _session(self.pid) if _WORKER in _command_line(pid)]

    def resident_mb(self) -> list[float]:
        """Give the resident memory of each worker, in MB (1,000,000 bytes)."""
        return [_resident_bytes(pid) / 1e6 for pid in self.workers]


def missing() -> str | None:
    """Say what is not installed, and which package brings it; None where nothing lacks."""
    lacking = [name for name, found in (("wrk", _wrk()), ("nginx", _nginx())) if found is None]
    if not lacking:
        return None
    return f"{' and '.join(lacking)}: not installed; apt-get install {' '.join(lacking)} brings what is missing"


@contextmanager
def bantin(
    folder: Path,
    database_url: str,
    *,
    name: str = "bantin",
    workers: int = WORKERS,
    settings: Mapping[str, str] | None = None,
) -> Iterator[Server]:
    """Run `bantin serve` over a store, without the worker that publishes; `settings` are BANTIN_* variables."""
    port = free_port()
    env = environment(
        _made(folder), BANTIN_DATABASE_URL=database_url, BANTIN_BASE_URL=_base_url(port), **(settings or {})
    )
    command = [BANTIN, "serve", "--port", str(port), "--workers", str(workers), "--no-worker"]
    with _running(name, command, env, port, folder) as server:
        yield server


@contextmanager
def plain(folder: Path, factory: str, *, name: str, workers: int = WORKERS, database_url: str = "") -> Iterator[Server]:
    """Run the application that a factory (module:function) makes, under the same server with the same settings."""
    port = free_port()
    env = environment(_made(folder), BANTIN_DATABASE_URL=database_url, BANTIN_BASE_URL=_base_url(port))
    command = [sys.executable, "-m", "tests.bench.polling.plain_server", factory, str(port), str(workers)]
    with _running(name, command, env, port, folder) as server:
        yield server


@contextmanager
def nginx(folder: Path, root: Path) -> Iterator[Server]:
    """Run Debian's nginx over a folder of files."""
    port, config = free_port(), _made(folder) / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, root=root, port=port, workers=WORKERS), encoding="utf-8")
    command = [str(_nginx()), "-e", str(folder / "error.log"), "-c", str(config)]
    with _running("nginx", command, dict(os.environ), port, folder) as server:
        yield server


@contextmanager
def together(starting: Mapping[str, AbstractContextManager[Server]]) -> Iterator[dict[str, Server]]:
    """Start servers at the same time; all of them end together, too, and none is left when one does not start."""
    with ThreadPoolExecutor(len(starting)) as pool:
        entered = {name: pool.submit(context.__enter__) for name, context in starting.items()}
        try:
            yield {name: server.result() for name, server in entered.items()}
        finally:
            started = [starting[name] for name, server in entered.items() if server.exception() is None]
            list(pool.map(lambda context: context.__exit__(None, None, None), started))


@contextmanager
def _running(name: str, command: Sequence[str], env: Mapping[str, str], port: int, folder: Path) -> Iterator[Server]:
    said_file = folder / f"{port}.said"
    with said_file.open("wb") as said:
        process = subprocess.Popen(
            command,
            env=dict(env),
            cwd=PROJECT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )

    def all_said() -> str:
        return f"{name} does not answer: {said_file.read_text(encoding='utf-8', errors='replace')}"

    try:
        wait_until(lambda: process.poll() is not None or answers(port), START_SECONDS, all_said)
        if process.poll() is not None:
            raise RuntimeError(all_said())
        yield Server(name, port, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(END_SECONDS)
        for pid in _session(process.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        process.wait()


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _base_url(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _nginx() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def _wrk() -> str | None:
    return shutil.which("wrk")


def _session(leader: int) -> list[int]:
    found = []
    for folder in PROC.glob("[0-9]*"):
        fields = _stat(int(folder.name))
        if fields and fields[0] != "Z" and int(fields[3]) == leader:
            found.append(int(folder.name))
    return found


def _stat(pid: int) -> list[str]:
    """Give what stands after the name in /proc/PID/stat; nothing where the process is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _cpu_seconds(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND if fields else 0.0


def _command_line(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes()
    except OSError:
        return b""


def _resident_bytes(pid: int) -> int:
    return int((PROC / str(pid) / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
