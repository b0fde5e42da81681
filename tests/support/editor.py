"""An editor with a store: writes manuscripts, runs commands, and asks the server for whatever it is said to serve."""

from __future__ import annotations

import contextlib
import gc
import http.client
import io
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from feeds.cli.main import main
from feeds.settings import Settings
from store.attachments.storage import Storage
from tests.support.processes import environment, free_port, running

PREFIX = "/tin"
"""The site stands below it, so that an address without it is no address."""


def run_here(env: Mapping[str, str], *arguments: object) -> str:
    """Run a command in this process, which is much faster than to start one; give what it wrote to stdout."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        for name in [name for name in os.environ if name.startswith("BANTIN_")]:
            patch.delenv(name)
        for name, value in env.items():
            if name.startswith("BANTIN_"):
                patch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main([str(argument) for argument in arguments])
    with warnings.catch_warnings():
        # A command leaves its connections to the end of its process, which does not come here.
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
    said, complained = (stream.buffer.getvalue().decode() for stream in (out, err))
    assert end.value.code in (0, None), (arguments, said, complained)
    return said


@dataclass(frozen=True)
class Answer:
    """What came back; header names in any case."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Editor:
    """A store of its own, not yet made, in `folder`; it may be served on `port`."""

    folder: Path
    env: Mapping[str, str]
    port: int

    @classmethod
    def at(cls, folder: Path, **settings: str) -> Editor:
        """Give an editor whose data lies in `folder`/data, unless settings say otherwise."""
        port = free_port()
        base_url = f"http://127.0.0.1:{port}{PREFIX}"
        return cls(folder, environment(folder / "data", **{"BANTIN_BASE_URL": base_url, **settings}), port)

    @property
    def data(self) -> Path:
        return Path(self.env["BANTIN_DATA"])

    @property
    def storage(self) -> Storage:
        """Where this store keeps the bytes of files."""
        return Settings.from_env(self.env).open_storage()

    def kept(self) -> frozenset[str]:
        """List the digests of all files that are kept."""
        return frozenset(file.digest for file in self.storage.iter_kept())

    def __call__(self, *arguments: object) -> str:
        """Run a command; give what it wrote to stdout."""
        return run_here(self.env, *arguments)

    def add(self, text: str, files: Mapping[str, bytes]) -> int:
        """Publish a manuscript, its files beside it under just these names; give the bulletin's number."""
        beside = self.folder / f"manuscript-{sum(1 for _ in self.folder.glob('manuscript-*'))}"
        beside.mkdir()
        for name, content in files.items():
            (beside / name).write_bytes(content)
        (beside / "tin.txt").write_text(text, encoding="utf-8")
        said = self("bulletin", "add", beside / "tin.txt", "--publish")
        return int(said.removeprefix("published ").partition(":")[0])

    @contextlib.contextmanager
    def serving(self) -> Iterator[None]:
        """Serve the store with the real server, without its worker: what that does, the editor has it do."""
        arguments = ("serve", "--port", self.port, "--workers", 1, "--no-worker")
        with running(self.folder / "server", self.env, *arguments, port=self.port):
            yield

    def ask(self, address: str, method: str = "GET", **headers: str) -> Answer:
        """Ask for an absolute address of this site, or for a path below its prefix, as it stands."""
        if address.startswith("/"):
            path = PREFIX + address
        else:
            assert address.startswith(f"{self.env['BANTIN_BASE_URL']}/"), address
            path = urlsplit(address).path
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
