"""Asks either application for a document as a WSGI server would, without a network, and checks that both say the same.

A cold request finds nothing cached: before each one the application is made anew, and wakes up on an address
that is no feed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine
from werkzeug.test import EnvironBuilder

from feeds.app import create_app
from feeds.settings import Settings
from store.database import Database
from tests.bench.rival import create_rival
from tests.support.parsed import ParsedFeed
from tests.support.parsers import read_feedparser

BASE_URL = "https://bantin.example"
SITE_NAME = "Bản tin tỉnh Vân Sơn"
FORMATS = ("rss", "atom", "json")
RIVAL_FORMATS = ("rss", "atom")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers in lower case, the whole body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Contender:
    """An application to ask: `make` gives it fresh, `address` says where a format stands."""

    name: str
    formats: tuple[str, ...]
    make: Callable[[], Flask]
    address: Callable[[str], str]
    dispose: Callable[[], None]

    def awake(self) -> Flask:
        """Give the application fresh, past what any first request costs, with no document rendered yet."""
        app = self.make()
        answer = ask(app, environ("/feeds/none.none" if self.name == "bantin" else "/feed.none"))
        if answer.status != 404:
            raise AssertionError(f"{self.name} answered {answer.status} to an address that is no feed")
        return app


def bantin(url: str) -> Contender:
    """Give Bantin's own application over the store at `url`."""
    database = Database(url)
    settings = Settings(data=Path(tempfile.gettempdir()), base_url=BASE_URL, site_name=SITE_NAME, database_url=url)
    return Contender(
        name="bantin",
        formats=FORMATS,
        make=lambda: create_app(settings, database=database),
        address=lambda document_format: f"/feeds/all.{document_format}",
        dispose=database.dispose,
    )


def feedgen(url: str) -> Contender:
    """Give the plain application over the same rows."""
    engine = create_engine(url)
    return Contender(
        name="feedgen",
        formats=RIVAL_FORMATS,
        make=lambda: create_rival(engine, base_url=BASE_URL, title=SITE_NAME),
        address=lambda document_format: f"/feed.{document_format}",
        dispose=engine.dispose,
    )


CONTENDERS: dict[str, Callable[[str], Contender]] = {"bantin": bantin, "feedgen": feedgen}


def environ(path: str, *, etag: str = "") -> dict[str, Any]:
    """Make what a server hands over for GET; each request needs its own."""
    headers = {"If-None-Match": etag} if etag else {}
    return EnvironBuilder(path=path, base_url=BASE_URL, headers=headers).get_environ()


def ask(app: Flask, request: dict[str, Any]) -> Answer:
    """Send a request through the whole application and take the whole answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        started.append((status, headers))
        return lambda chunk: None

    chunks: Iterable[bytes] = app(request, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[0]
    return Answer(int(status[:3]), {name.lower(): value for name, value in headers}, body)


def require_same_work(one: Contender, other: Contender) -> dict[str, int]:
    """Check that both say the same in every format that both have; return Bantin's document sizes in bytes.

    Raises AssertionError naming the format and field that differ.
    """
    sizes = {}
    for document_format in FORMATS:
        documents = [
            ask(contender.awake(), environ(contender.address(document_format)))
            for contender in (one, other)
            if document_format in contender.formats
        ]
        sizes[document_format] = len(documents[0].body)
        seen = [_seen(read_feedparser(document.body)) for document in documents if document_format in RIVAL_FORMATS]
        for field in seen[0] if len(seen) == 2 else ():
            if seen[0][field] != seen[1][field]:
                raise AssertionError(f"{one.name} and {other.name} differ in the {field} of {document_format}")
    return sizes


def _seen(feed: ParsedFeed) -> dict[str, object]:
    fields = ("id", "title", "published", "authors", "categories", "summary", "content")
    return {field: [getattr(entry, field) for entry in feed.entries] for field in fields}
