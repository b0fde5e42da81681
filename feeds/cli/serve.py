"""`bantin serve`: granian workers, spawned, each building the application for itself."""

from __future__ import annotations

import ctypes
import errno
import multiprocessing
import os
import signal
import socket
import sys

import click
from flask import Flask
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from feeds.app import create_app
from feeds.cli.workspace import open_workspace, say
from feeds.settings import DEFAULT_PORT
from store.errors import InputError

MOST_THREADS = 8
PR_SET_PDEATHSIG = 1
BACKPRESSURE = 4096
"""Granian's default would let a thousand silent connections shut everyone else out."""


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes that answer.")
def serve(host: str, port: int, workers: int) -> None:
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
    run_server(host, port, workers=workers)


def run_server(host: str, port: int, *, workers: int) -> None:
    """Serve until a signal ends it; raises InputError for a host that is not known."""
    # A forked worker would inherit open handles, and the supervisor's deafness to signals while it starts.
    multiprocessing.set_start_method("spawn", force=True)
    Granian(
        "feeds.cli.serve:create_worker",
        address=_numeric(host),
        port=port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=workers,
        blocking_threads=min(MOST_THREADS, os.cpu_count() or 1),
        backpressure=BACKPRESSURE,
        backlog=2048,
        factory=True,
        websockets=False,
        log_level="warning",  # type: ignore[arg-type]  # a str enum, whose values it takes
        respawn_failed_workers=True,
        workers_kill_timeout=10,
    ).serve()


def create_worker() -> Flask:
    """Build a worker's application, out of reach of the terminal's Ctrl-C.

    The supervisor gets it and ends the workers in order; one that was interrupted as well would hang.
    """
    os.setpgid(0, 0)
    _end_with_supervisor()
    return create_app()


def _end_with_supervisor() -> None:
    """Have the kernel end this worker when its supervisor is killed, or it would hold the port for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1:
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
