"""A reader of feeds that fetches every file that they announce: what is answered must be what was announced, whole.

It asks over a socket, and takes nothing for right but the bytes that hash to the name.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from random import Random
from typing import Any

from lxml import etree

FEEDS = ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json")
PATIENCE_SECONDS = 60
PAUSE_SECONDS = 0.1
AGAIN = 8
"""So many of the files that it has seen it fetches anew in every round."""
FILE = re.compile(r"/files/[0-9a-f]{2}/([0-9a-f]{64})(?:\.[a-z]+)?")
ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
MEDIA_CONTENT = "{http://search.yahoo.com/mrss/}content"


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that a document names; type and length are None where the document only shows it."""

    path: str
    media_type: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; a body that broke off is in `broken`."""

    status: int
    media_type: str
    size_bytes: int | None
    body: bytes
    broken: str = ""


class Connection:
    """A connection that stays open from one question to the next."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)

    def get(self, path: str) -> Answer:
        """Ask for a path; raises OSError where nobody answers."""
        try:
            self._connection.request("GET", path)
            answer = self._connection.getresponse()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            raise
        length = answer.getheader("Content-Length")
        told = answer.getheader("Content-Type") or "", None if length is None else int(length)
        try:
            return Answer(answer.status, *told, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self._connection.close()
            return Answer(answer.status, *told, b"", broken=repr(error))

    def close(self) -> None:
        self._connection.close()


def announced(path: str, document: bytes) -> set[Announced]:
    """Find every file that a document names, shown ones too."""
    if path.endswith(".json"):
        told = set(_of_json(json.loads(document)))
    elif path.endswith((".rss", ".atom")):
        told = set(_of_xml(document))
    else:
        told = set()
    known = {each.path for each in told}
    # Addresses in a body stand within escaped HTML, whose quotes do not matter here.
    shown = {found[0] for found in FILE.finditer(document.decode())}
    return told | {Announced(path) for path in shown - known}


def faults_of(wanted: Announced, answer: Answer) -> Iterator[str]:
    """Name what is wrong with the answer to the question for an announced file."""
    digest = digest_in(wanted.path)
    if answer.status != 200:
        yield f"{wanted.path} is announced and answers {answer.status}"
        return
    if answer.broken:
        yield f"{wanted.path} breaks off: {answer.broken}"
        return
    if hashlib.sha256(answer.body).hexdigest() != digest:
        yield f"{wanted.path} answers other bytes, {len(answer.body)} of them"
    if answer.size_bytes != len(answer.body) or wanted.size_bytes not in {None, len(answer.body)}:
        yield f"{wanted.path} has {len(answer.body)} bytes, not {answer.size_bytes} or {wanted.size_bytes}"
    if wanted.media_type not in {None, answer.media_type}:
        yield f"{wanted.path} is answered as {answer.media_type}, announced as {wanted.media_type}"


def digest_in(path: str) -> str:
    """Give the digest that an address names."""
    found = FILE.search(path)
    if found is None:
        raise AssertionError(f"no address of a file: {path}")
    return found[1]


def read_all(port: int, *, pages: bool = False) -> tuple[set[Announced], list[str]]:
    """Read the three feeds, with `pages` every entry's page too, and fetch all files; give them and all faults."""
    found: set[Announced] = set()
    faults: list[str] = []
    with closing(Connection(port)) as line:
        for feed in FEEDS:
            answer = line.get(feed)
            if answer.status != 200:
                faults.append(f"{feed} answers {answer.status}")
                continue
            found |= announced(feed, answer.body)
            if pages and feed.endswith(".json"):
                for item in json.loads(answer.body)["items"]:
                    page = line.get(_path(item["url"]))
                    found |= announced(item["url"], page.body)
                    faults += [f"{item['url']} answers {page.status}"] if page.status != 200 else []
        for wanted in sorted(found, key=lambda each: each.path):
            faults += faults_of(wanted, line.get(wanted.path))
    return found, faults


class Reader(threading.Thread):
    """Polls and fetches until it is stopped, and keeps every fault that it met.

    `find_behind` lists paths that no document need name: nothing but a whole file may be answered there.
    """

    def __init__(self, port: int, *, find_behind: Callable[[], Iterable[str]], seed: str) -> None:
        super().__init__(daemon=True)
        self.faults: list[str] = []
        self.polls = self.fetched = self.guessed = 0
        self._port = port
        self._find_behind = find_behind
        self._random = Random(seed)
        self._seen: set[Announced] = set()
        self._over = threading.Event()

    def __enter__(self) -> Reader:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join(2 * PATIENCE_SECONDS)

    def run(self) -> None:
        """Go on for ever; whatever it did not expect is a fault, too."""
        with closing(Connection(self._port)) as line:
            while not self._over.wait(PAUSE_SECONDS):
                try:
                    self._read(line)
                except Exception as error:
                    self.faults.append(f"the reader met {error!r}")

    def _read(self, line: Connection) -> None:
        feed = self._random.choice(FEEDS)
        answer = line.get(feed)
        self.polls += 1
        if answer.status != 200 or answer.broken:
            self.faults.append(f"{feed} answers {answer.status} {answer.broken}")
            return
        found = announced(feed, answer.body)
        known = sorted(self._seen, key=str)
        again = self._random.sample(known, min(AGAIN, len(known)))
        new = found - self._seen
        self._seen |= new
        for wanted in (*new, *again):
            self.faults += faults_of(wanted, line.get(wanted.path))
            self.fetched += 1
        for path in self._find_behind():
            self._guess(line, path)

    def _guess(self, line: Connection, path: str) -> None:
        answer = line.get(path)
        self.guessed += 1
        if answer.status == 404:
            return
        if FILE.fullmatch(path):
            # A bulletin shows it since; then it must be right.
            self.faults += faults_of(Announced(path), answer)
        else:
            self.faults.append(f"{path} is no file yet, and answers {answer.status}")


def _of_json(document: dict[str, Any]) -> Iterator[Announced]:
    for item in document["items"]:
        for each in item.get("attachments", []):
            yield Announced(_path(each["url"]), each["mime_type"], each["size_in_bytes"])


def _of_xml(document: bytes) -> Iterator[Announced]:
    for element in etree.fromstring(document).iter("enclosure", ATOM_LINK, MEDIA_CONTENT):
        url, length = element.get("url") or element.get("href"), element.get("length") or element.get("fileSize")
        if url and length:
            yield Announced(_path(url), element.get("type"), int(length))


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]
