"""Has a server that was told to end answer everybody first: nobody's connection is taken and then closed unanswered.

Each worker listens on a socket of its own, and closing that resets the connections that the kernel has made and no one
has looked at yet. So before the server hears of its end, the kernel is told to pass over new connections for a moment,
while those that are there are served; their clients are told to come anew next time, to whoever listens then.
"""

from __future__ import annotations

import contextlib
import ctypes
import multiprocessing
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from threading import Timer
from types import FrameType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

    from feeds.http.fast_lane import WsgiApp

DRAIN_SECONDS = 0.3
_TOLD = signal.SIGUSR1
_SO_ATTACH_FILTER = 26
# A classic packet filter over the TCP header: of the flags in byte 13 a SYN without ACK is dropped, all else passes. A
# client whose SYN is dropped asks again after a second.
_PASS_OVER_NEW = (
    (0x30, 0, 0, 13),
    (0x54, 0, 0, 0x12),
    (0x15, 0, 1, 0x02),
    (0x06, 0, 0, 0),
    (0x06, 0, 0, 0xFFFFFFFF),
)


def hear_first(told: Callable[[], None], *, then_after_seconds: float = 0.0) -> None:
    """Have `told` called when this process is told to end, and whoever heard of it before only so long after that."""
    for number in (signal.SIGTERM, signal.SIGINT):
        then = signal.getsignal(number)

        def hear(number: int, frame: FrameType | None, then: Any = then) -> None:
            told()
            if not then_after_seconds:
                then(number, frame)
                return
            timer = Timer(then_after_seconds, then, (number, frame))
            timer.daemon = True
            timer.start()

        signal.signal(number, hear)


def drain_first() -> None:
    """Have this process, when it is told to end, tell its children to drain, and hear of it itself only then."""
    hear_first(_tell_children, then_after_seconds=DRAIN_SECONDS)


def drain_when_told(app: Flask) -> None:
    """Have this process, a child of such a one, drain when it is told to."""

    def drain(*_: object) -> None:
        _pass_over_new_connections()
        app.wsgi_app = _Closing(app.wsgi_app)  # type: ignore[method-assign]  # the documented way to wrap it

    signal.signal(_TOLD, drain)


def _tell_children() -> None:
    for child in multiprocessing.active_children():
        # One that does not run yet has no number: a TypeError.
        with contextlib.suppress(ProcessLookupError, TypeError):
            os.kill(child.pid, _TOLD)  # type: ignore[arg-type]


class _Closing:
    """Tells each client that its connection ends with this answer."""

    def __init__(self, inner: WsgiApp) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            return start_response(status, [*headers, ("Connection", "close")], *more)

        return self._inner(environ, start)


def _pass_over_new_connections() -> None:
    if sys.platform != "linux":
        return
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _PASS_OVER_NEW))
    attached = struct.pack("HL", len(_PASS_OVER_NEW), ctypes.addressof(program))
    for name in os.listdir("/proc/self/fd"):
        # Most are no sockets, and the one that was listed over is closed already.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(int(name))) as found:
            is_inet = found.family in {socket.AF_INET, socket.AF_INET6}
            if is_inet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                found.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, attached)
