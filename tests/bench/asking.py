"""Asks an application for a document as a WSGI server would, without a network.

A cold request finds nothing cached: before each one the application is made anew, and wakes up on an address
that is no feed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

BASE_URL = "https://bantin.example"
SITE_NAME = "Bản tin tỉnh Vân Sơn"
ENTRIES = 50


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers by lower-case name, the whole body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Contender:
    """An application to ask: `make` gives it fresh; its feeds stand at `path` with a format put in."""

    name: str
    formats: tuple[str, ...]
    path: str
    make: Callable[[], Flask]
    dispose: Callable[[], None]

    def address(self, document_format: str) -> str:
        """Say where the feed of the newest bulletins stands."""
        return self.path.format(document_format)

    def awake(self) -> Flask:
        """Give the application fresh, past what any first request costs, with no document rendered yet."""
        app = self.make()
        answer = ask(app, environ(self.address("none")))
        if answer.status != 404:
            raise AssertionError(f"{self.name} answered {answer.status} to an address that is no feed")
        return app


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
