"""Takes the S3 store away in the middle of taking in: it is said soon and clearly, nothing is lost, and it comes back.

Bulletins are published and feeds are read meanwhile.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field

from tests.soak import soundness
from tests.soak.photo_reader import Connection, read_all
from tests.soak.photo_store import Material, PhotoStore
from tests.support.processes import Ended, wait_until
from tests.support.s3 import Line, S3Server

LONGEST_SECONDS = 40
FEED_SECONDS = 5
"""A feed must not wait for the storage; on a machine that does much else it may wait a little."""
FILE_READERS = 6
"""More than a process has threads for feeds on a small machine."""
PHOTOS = 3
UPLOAD_BYTES_A_SECOND = 100_000
"""So slow that there is a middle."""
POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Ways:
    """The lines to an S3 server: that of the served site, and that of the commands."""

    server: S3Server
    site: Line
    commands: Line

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Have the server say nothing any more."""
        with self.server.stopped():
            yield

    @contextmanager
    def killed(self) -> Iterator[None]:
        """Break all connections and refuse new ones, as where a server was killed that had kept its objects."""
        for line in (self.site, self.commands):
            line.close()
            line.cut_after_bytes = 0
        try:
            yield
        finally:
            for line in (self.site, self.commands):
                line.cut_after_bytes = None
                line.open()

    @property
    def outages(self) -> dict[str, Callable[[], AbstractContextManager[None]]]:
        """Name the ways to take the server away."""
        return {"stopped": self.stopped, "killed": self.killed}


@dataclass(frozen=True)
class Outage:
    """How long everybody waited at most, in seconds, and how often the feed was read meanwhile."""

    command_seconds: float
    file_seconds: float
    feed_seconds: float
    polls: int


def outlive(store: PhotoStore, material: Material, ways: Ways, kind: str) -> Outage:
    """Take the server away in the middle of `photo add`, and give it back; raises AssertionError for all that is wrong.

    The store must have a published bulletin with photos.
    """
    number = store.numbers()[0]
    taking, news = material.photos(number, PHOTOS, are_new=True), material.news()
    announced, faults = read_all(store.port)
    _require(not faults and announced, f"before the outage: {faults}")
    kept = store.list_kept()
    before = ways.commands.passed_bytes
    ways.commands.upload_bytes_a_second = UPLOAD_BYTES_A_SECOND
    started = store.start(*taking.arguments)
    try:
        wait_until(lambda: ways.commands.passed_bytes > before, LONGEST_SECONDS, lambda: f"nothing kept: {started.err}")
        with ways.outages[kind](), _Crowd(store.port, [each.path for each in announced]) as crowd:
            gone_at = time.monotonic()
            store.do(*news.arguments)
            crowd.await_title(f"Bản tin {news.word}")
            ended = started.end(within_seconds=3 * LONGEST_SECONDS)
            command_seconds = time.monotonic() - gone_at
            _require_said(ended)
            _require(command_seconds <= LONGEST_SECONDS, f"the command went on for {command_seconds:.0f} s")
            _require(not store.is_there(taking), "something was attached in spite of the outage")
            crowd.await_files()
    finally:
        ways.commands.upload_bytes_a_second = None
        started.kill()
    _require(bool(store.list_kept() - kept), "the outage did not come in the middle: nothing had been kept")
    store.do(*taking.arguments)
    _require(store.is_there(taking), "the same command attached nothing after the outage")
    _, faults = read_all(store.port)
    with store.session() as session:
        faults += soundness.file_faults(session, store.storage)
    _require(not faults, f"after the outage: {faults}")
    return Outage(command_seconds, crowd.file_seconds, crowd.feed_seconds, crowd.polls)


@dataclass
class _Crowd:
    """Readers during an outage: one of the feed, and some of files, each of which asks once."""

    port: int
    paths: list[str]
    polls: int = 0
    feed_seconds: float = 0.0
    file_seconds: float = 0.0
    faults: list[str] = field(default_factory=list)
    title: str = ""

    def __enter__(self) -> _Crowd:
        self._over = threading.Event()
        self._poller = threading.Thread(target=self._poll, daemon=True)
        paths = [self.paths[number % len(self.paths)] for number in range(FILE_READERS)]
        self._fetchers = [threading.Thread(target=self._fetch, args=(path,), daemon=True) for path in paths]
        for thread in (*self._fetchers, self._poller):
            thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._over.set()
        self._poller.join(LONGEST_SECONDS)
        if kind is None:
            _require(not self.faults, f"during the outage: {self.faults}")
            _require(self.polls > 0, "nobody could read the feed")

    def await_title(self, title: str) -> None:
        """Wait until the feed shows a bulletin."""
        self.title = title
        wait_until(lambda: self.title == "", FEED_SECONDS, lambda: f"the feed does not show {title}: {self.faults}")

    def await_files(self) -> None:
        """Wait until every file reader has its answer."""
        for thread in self._fetchers:
            thread.join(2 * LONGEST_SECONDS)

    def _fetch(self, path: str) -> None:
        status, seconds, _ = _timed(self.port, path)
        self.file_seconds = max(self.file_seconds, seconds)
        if status != "503" or seconds > LONGEST_SECONDS:
            self.faults.append(f"{path} answers {status} after {seconds:.1f} s")

    def _poll(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            status, seconds, body = _timed(self.port, "/feeds/all.json")
            self.polls += 1
            self.feed_seconds = max(self.feed_seconds, seconds)
            if status != "200" or seconds > FEED_SECONDS:
                self.faults.append(f"the feed answers {status} after {seconds:.1f} s")
            if self.title and self.title in body.decode():
                self.title = ""


def _timed(port: int, path: str) -> tuple[str, float, bytes]:
    begun_at = time.monotonic()
    with closing(Connection(port)) as connection:
        try:
            answer = connection.get(path)
        except OSError as error:
            return repr(error), time.monotonic() - begun_at, b""
    return str(answer.status), time.monotonic() - begun_at, answer.body


def _require_said(ended: Ended) -> None:
    """Check that a command said what is wrong, in both languages, and with its own exit code."""
    is_clear = "error: the file store s3://" in ended.err and "lỗi: kho tệp s3://" in ended.err
    is_bare = "Traceback" not in ended.err and len(ended.err.strip().splitlines()) == 2 and not ended.out
    _require(ended.code == 3 and is_clear and is_bare, f"the command ended with {ended.code}: {ended.out}{ended.err}")


def _require(is_so: bool, complaint: str) -> None:
    if not is_so:
        raise AssertionError(complaint)
