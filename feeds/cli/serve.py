"""`bantin serve`: granian workers, spawned, each building the application for itself; and one `bantin worker`.

Nothing that it started outlives it, however it ends.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import logger as server_log

from feeds.cli.draining import drain_first, drain_when_told, hear_first
from feeds.cli.exits import say
from feeds.cli.workspace import open_workspace
from feeds.settings import DEFAULT_PORT, SENDING_AT_ONCE
from feeds.worker import own_name
from store.errors import InputError

if TYPE_CHECKING:
    from flask import Flask

MOST_THREADS = 8
PR_SET_PDEATHSIG = 1
BACKPRESSURE = 4096
"""Granian's default would let a thousand silent connections shut everyone else out."""
FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 60.0
"""A worker that lived for so long is started again without a growing pause."""
LAST_SECONDS = 3.0
"""For so long the worker may take to end before it is killed."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
@click.option(
    "--worker/--no-worker", "with_worker", default=True, help="Also run `bantin worker`, which publishes on time."
)
def serve(host: str, port: int, workers: int, with_worker: bool) -> None:
    """Serve the feeds and pages of the store. Put a reverse proxy such as nginx in front for https."""
    if not os.environ.get("BANTIN_BASE_URL"):
        # The workers read it from there, too.
        os.environ["BANTIN_BASE_URL"] = _local_url(host, port)
    workspace = open_workspace()
    workspace.database.dispose()
    require_free(host, port)
    say(f"serving {workspace.addresses.directory()} on {host}:{port}, {workers} workers; stop with Ctrl-C")
    here = _local_url(host, port)
    if not workspace.settings.base_url.startswith((here, f"http://{host}:{port}")):
        say(f"links lead to {workspace.settings.base_url}; on this machine look at {here}/feeds/")
    if not with_worker:
        say("scheduled bulletins wait for a `bantin worker` that you start yourself")
    run_server(host, port, workers=workers, with_worker=with_worker)


def run_server(host: str, port: int, *, workers: int, with_worker: bool = True) -> None:
    """Serve until a signal ends it; raises InputError for a host that is not known."""
    # A forked worker would inherit open handles, and the supervisor's deafness to signals while it starts.
    multiprocessing.set_start_method("spawn", force=True)
    server = Granian(
        "feeds.cli.serve:create_worker",
        address=_numeric(host),
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        # However many files are being sent, feeds and pages have their own.
        blocking_threads=min(MOST_THREADS, os.cpu_count() or 1) + SENDING_AT_ONCE,
        backpressure=BACKPRESSURE,
        backlog=2048,
        factory=True,
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]  # a str enum, whose values it takes
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    )
    server_log.addFilter(_is_worth_saying)
    supervised = SupervisedWorker()
    if with_worker:
        server.on_startup(supervised.start)
        # Granian hears signals by then; the worker ends while the open connections are served to their end.
        server.on_startup(partial(hear_first, supervised.tell))
    server.on_startup(drain_first)
    try:
        server.serve()
    finally:
        supervised.end()


def _is_worth_saying(record: logging.LogRecord) -> bool:
    # More threads than processors are meant: those that send files wait for their readers most of the time.
    return "Python threads" not in record.getMessage()


class SupervisedWorker:
    """A `bantin worker` in a process of its own, started again whenever it dies, until `end`."""

    def __init__(self) -> None:
        # One name for all that follow each other: no one lives when the next starts, so that it need not wait.
        self._holder = own_name()
        self._changing = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_ending = False
        self._thread = Thread(target=self._keep, name="worker supervision", daemon=True)

    def start(self) -> None:
        """Start the worker, and go on without waiting for it."""
        self._thread.start()

    def tell(self) -> None:
        """Tell the worker to end, without waiting for it; a signal handler may do so."""
        self._is_ending = True
        if self._process is not None:
            self._process.terminate()

    def end(self) -> None:
        """End the worker; one that does not listen is killed, and the database undoes what it had begun."""
        with self._changing:
            self._is_ending = True
            process = self._process
        if process is None:
            return
        process.terminate()
        try:
            process.wait(LAST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _keep(self) -> None:
        pause = FIRST_PAUSE_SECONDS
        while True:
            begun = time.monotonic()
            said = self._run()
            if self._is_ending:
                return
            if time.monotonic() - begun >= STEADY_SECONDS:
                pause = FIRST_PAUSE_SECONDS
            say(f"the worker {said}; starting another in {pause:g} s")
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _run(self) -> str:
        """Run one worker to its end; say how it ended."""
        with self._changing:
            if self._is_ending:
                return "was not started"
            try:
                self._process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
                    # Not as `bantin worker`, which would load what only other commands need.
                    [sys.executable, "-P", "-m", "feeds.cli.worker", "--supervised-as", self._holder],
                    # It ends when this pipe closes, which no way to die prevents.
                    stdin=subprocess.PIPE,
                    # The terminal's Ctrl-C is for the supervisor alone.
                    process_group=0,
                )
            except OSError as error:
                return f"cannot be started ({error.strerror})"
        with self._process as process:
            code = process.wait()
        return f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"


def create_worker() -> Flask:
    """Build a worker's application, out of reach of the terminal's Ctrl-C.

    The supervisor gets it and ends the workers in order; one that was interrupted as well would hang.
    """
    os.setpgid(0, 0)
    _end_with_supervisor()
    # Only the workers need it, and it takes long to load.
    from feeds.app import create_app, start_upkeep

    app = create_app()
    start_upkeep(app)
    drain_when_told(app)
    return app


def _end_with_supervisor() -> None:
    """Have the kernel end this worker when its supervisor is killed, or it would hold the port for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        supervisor = multiprocessing.parent_process()
        # It may be process 1, as in a container; but when it has died already, somebody else is the parent.
        if supervisor is not None and os.getppid() != supervisor.pid:
            sys.exit(0)


def require_free(host: str, port: int) -> None:
    """Say plainly what granian would say in a traceback, once for each worker; raises InputError."""
    address = _numeric(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            taken = error.errno == errno.EADDRINUSE
            raise InputError(
                field="--port" if taken else "--host",
                value=f"{host}:{port}",
                reason="is in use by another program" if taken else (error.strerror or "cannot be listened on"),
                accepted="a free port, e.g. --port 8010" if taken else "an address of this machine",
            ) from error


def _numeric(host: str) -> str:
    """Look up a name such as `localhost`, for granian knows numbers alone."""
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError) as error:
        raise InputError(
            field="--host", value=host, reason="is not known", accepted="an address or a name of this machine"
        ) from error


def _local_url(host: str, port: int) -> str:
    shown = "localhost" if host in {"0.0.0.0", "::", "127.0.0.1", "::1"} else host  # noqa: S104  # compared, not bound
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
