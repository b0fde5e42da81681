"""A real nginx on loopback that serves an export, as an operator would have it."""

from __future__ import annotations

import http.client
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.support.editor import Answer
from tests.support.processes import answers, free_port, wait_until
from tests.support.requirements import lacks

# Root's nginx would drop to a user who may not read the folders of tests; and whatever an operator has on is on.
_MAIN = """
user root;
daemon off;
master_process off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{ }}
http {{
    access_log off;
    charset utf-16;
    gzip on;
    gzip_types *;
    gzip_min_length 1;
    expires 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {maps}
    server {{
        listen 127.0.0.1:{port};
        {locations}
    }}
}}
"""


@cache
def missing() -> str | None:
    """Say why nginx cannot be used here, None where it can."""
    return None if _program() else "nginx is not installed"


def _program() -> str | None:
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


_SAME = (
    "Content-Type",
    "Cache-Control",
    "Link",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Content-Security-Policy",
    "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
    "Cross-Origin-Resource-Policy",
    "Content-Disposition",
    "Accept-Ranges",
    "Location",
)


@dataclass(frozen=True)
class Nginx:
    """A running server."""

    port: int
    folder: Path

    def ask(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a path as it stands; nothing is followed and nothing is decoded."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())

    @property
    def complaints(self) -> str:
        """What it wrote to its log of errors."""
        return (self.folder / "error.log").read_text(encoding="utf-8", errors="replace")


def require() -> None:
    """Skip the test, or fail it, where there is no nginx."""
    reason = missing()
    if reason:
        lacks("nginx", reason)


def assert_same(served: Answer, meant: Mapping[str, str], status: int, what: str) -> None:
    """Hold what nginx sends against the headers that the application sends."""
    assert served.status == status, (what, served.status, status)
    for name in _SAME:
        assert served.headers.get(name) == meant.get(name), (what, name)
    assert not {"set-cookie", "expires", "pragma"} & {name.lower() for name in served.headers}, what


@contextmanager
def serving(folder: Path, *exports: Path) -> Iterator[Nginx]:
    """Serve exports; nothing runs any more afterwards, and nginx had nothing to complain of in its configuration."""
    folder.mkdir(parents=True)
    port, program = free_port(), _program()
    config = folder / "nginx.conf"
    maps, locations = (
        "\n".join(f"include {export}/current/nginx/{name}.conf;" for export in exports) for name in ("http", "server")
    )
    config.write_text(_MAIN.format(folder=folder, port=port, maps=maps, locations=locations), encoding="utf-8")
    arguments = [str(program), "-e", str(folder / "error.log"), "-c", str(config)]
    tested = subprocess.run([*arguments, "-t"], capture_output=True, timeout=120, check=False)
    assert tested.returncode == 0, tested.stderr.decode()
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
    try:
        wait_until(
            lambda: process.poll() is not None or answers(port), 60, lambda: "nginx does not answer: " + str(folder)
        )
        assert process.poll() is None, (folder / "error.log").read_text()
        yield Nginx(port, folder)
    finally:
        process.kill()
        process.wait()
