"""Runs moto's S3 server on loopback, in its own virtual environment, and a line to it that can break."""

from __future__ import annotations

import ctypes
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.support.processes import free_port, wait_until

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-s3" / "bin" / "python"
KEY, SECRET = "khoa-cua-tinh", "bi-mat-cua-tinh"
# moto looks whether a request is signed, not whether it is signed rightly.
_SIGNED = {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20261120/us-east-1/s3/aws4_request, Signature=0"}


@cache
def s3_missing() -> str | None:
    """Say why there can be no S3 server here, None where there can."""
    if sys.platform == "win32" or not PYTHON.exists():
        return f"{PYTHON.relative_to(ROOT)} is not there; `make test` makes it"
    return None


def _end_with_the_parent() -> None:
    """Have the system end this process when the one that started it is gone, however that ended (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


class S3Server:
    """A running server, which keeps its objects in memory: what ends it loses them, what stops it does not."""

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [str(PYTHON), "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_the_parent,
        )
        wait_until(self._answers, 120, lambda: f"moto's server does not answer; it ended: {self._process.poll()}")

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def make_bucket(self) -> str:
        """Make an empty bucket and give its name."""
        name = f"bantin-{uuid.uuid4().hex[:12]}"
        self.request("PUT", f"/{name}")
        return name

    def request(self, method: str, path: str, body: bytes = b"") -> tuple[dict[str, str], bytes]:
        """Ask the server without any client library; give the answer's headers, in lower case, and its body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, _SIGNED)
            answer = connection.getresponse()
            content = answer.read()
            assert answer.status < 300, (answer.status, content)
            return {name.lower(): value for name, value in answer.getheaders()}, content
        finally:
            connection.close()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have the server say nothing, as one that hangs."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def _answers(self) -> bool:
        if self._process.poll() is not None:
            return True
        with suppress(OSError):
            self.request("GET", "/moto-api/")
            return True
        return False


class Line:
    """A TCP proxy on a port of its own: the way to a server, which can be cut, refused or slow."""

    def __init__(self, target_port: int) -> None:
        self.passed_bytes = 0
        """How many bytes came back from the server."""
        self.cut_after_bytes: int | None = None
        """Where set, connections break once so many bytes have come back."""
        self.upload_bytes_a_second: int | None = None
        self._target_port = target_port
        self._listener: socket.socket | None = None
        self.port = free_port()
        self.open()

    def open(self) -> None:
        """Take connections, on the same port as before."""
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def close(self) -> None:
        """Refuse connections from now on."""
        if self._listener is not None:
            # Without it the thread would go on accepting until the next connection.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self._target_port))
                threading.Thread(target=self._upload, args=(client, server), daemon=True).start()
                threading.Thread(target=self._download, args=(server, client), daemon=True).start()

    def _upload(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(16_384):
                server.sendall(data)
                if self.upload_bytes_a_second:
                    time.sleep(len(data) / self.upload_bytes_a_second)
            server.shutdown(socket.SHUT_WR)

    def _download(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(16_384):
                self.passed_bytes += len(data)
                if self.cut_after_bytes is not None and self.passed_bytes > self.cut_after_bytes:
                    break
                client.sendall(data)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
