"""Clients that fetch the same document over and over without validators are refused, and nobody else ever is."""

from __future__ import annotations

import gzip
import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from werkzeug.test import Client, TestResponse

from feeds.app import create_app
from feeds.http.clients import PollLimit, read_networks
from feeds.http.courtesy import TOLD_SECONDS, Courtesy
from feeds.site import Site
from store.database import Database
from tests.feeds.conftest import Served, fill, serve
from tests.support.samples import day
from tests.support.stores import Clock

DOCUMENT = "/feeds/all.rss"
SAME_FOR_ALL = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "X-Content-Type-Options")


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path, clock: Clock) -> Served:
    fill(sqlite_database)
    made = serve(sqlite_database, tmp_path)
    made.add(title="Lễ hội Lồng Tồng", categories=("Lễ hội",), publisher="Sở Văn hóa tỉnh", published=day(2026, 10, 1))
    clock.move(seconds=30)
    return made


def limited(site: Served, polls: int = 3, **changed: Any) -> Flask:
    settings = replace(site.settings, poll_limit=PollLimit(polls, 3600), **changed)
    app = create_app(settings, database=site.database)
    made: Site = app.extensions["bantin"]
    made.heads.freshness.look()
    return app


def poll(
    app: Flask, path: str = DOCUMENT, client: str = "203.0.113.9", method: str = "GET", **headers: str
) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(app, use_cookies=False).open(
        path, method=method, headers=sent, environ_base={"REMOTE_ADDR": client}, buffered=True
    )


def use_up(app: Flask, path: str = DOCUMENT, client: str = "203.0.113.9", polls: int = 3, **headers: str) -> None:
    assert [poll(app, path, client, **headers).status_code for _ in range(polls)] == [200] * polls


@pytest.mark.parametrize("shelf_mb", [96, 0])
def test_one_poll_too_many_is_refused_and_told_what_to_do(site: Served, shelf_mb: int) -> None:
    app = limited(site, shelf_mb=shelf_mb)
    use_up(app)
    fetched = poll(app, client="203.0.113.10")
    refused = poll(app)
    assert refused.status == "429 Too Many Requests"
    assert re.fullmatch("[1-9][0-9]*", refused.headers["Retry-After"])
    assert int(refused.headers["Retry-After"]) <= 3600
    assert refused.headers["Cache-Control"] == "no-store"
    assert refused.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert {name: refused.headers.get(name) for name in SAME_FOR_ALL} == {
        name: fetched.headers[name] for name in SAME_FOR_ALL
    }
    assert not {"ETag", "Last-Modified", "Set-Cookie"} & set(refused.headers.keys())
    sentence = refused.get_data(as_text=True)
    assert "If-None-Match" in sentence
    assert "If-Modified-Since" in sentence
    assert sentence.count("\n") == 1
    headed = poll(app, method="HEAD")
    assert (headed.status_code, headed.data) == (429, b"")
    assert headed.headers["Content-Length"] == refused.headers["Content-Length"] == str(len(refused.data))


@pytest.mark.parametrize("shelf_mb", [96, 0])
def test_a_client_with_validators_is_never_refused(site: Served, shelf_mb: int) -> None:
    app = limited(site, shelf_mb=shelf_mb)
    first = poll(app)
    for _ in range(5):
        assert poll(app, If_None_Match=first.headers["ETag"]).status_code == 304
        assert poll(app, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
        assert poll(app, If_None_Match='"of long ago"').status_code == 200
        assert poll(app, method="HEAD", If_None_Match=first.headers["ETag"]).status_code == 304
    # None of these counted; and who was refused needs only say what he holds.
    use_up(app, polls=2)
    assert poll(app).status_code == 429
    assert poll(app, If_None_Match="").status_code == 429
    assert poll(app, If_None_Match=first.headers["ETag"]).status_code == 304
    assert poll(app, If_Modified_Since=first.headers["Last-Modified"]).status_code == 304
    assert poll(app, If_None_Match='"of long ago"').status_code == 200
    assert poll(app, If_Modified_Since="Thu, 01 Jan 2015 00:00:00 GMT").status_code == 200


def test_each_client_and_each_document_is_counted_by_itself(site: Served) -> None:
    app = limited(site)
    use_up(app)
    assert poll(app).status_code == 429
    use_up(app, "/feeds/all.atom")
    use_up(app, "/feeds/all.json?q=le+hoi")
    use_up(app, "/feeds/all.json?q=hoi+thi")
    use_up(app, "/feeds/all.json")
    use_up(app, client="203.0.113.10")
    use_up(app, client="2001:db8:1:2::1")
    assert poll(app, client="2001:db8:1:2:3::4").status_code == 429
    use_up(app, client="2001:db8:1:3::1")


@pytest.mark.parametrize(
    "path", ["/feeds/all.rss?x=1", "/feeds/all.rss?utm=q", "/tin/feeds/all.rss", "/feeds/all%2Erss"]
)
def test_another_spelling_is_no_other_document(site: Served, path: str) -> None:
    app = limited(site)
    use_up(app)
    assert poll(app, path).status_code == 429


def test_another_spelling_of_a_text_is_no_other_document(site: Served) -> None:
    app = limited(site)
    use_up(app, "/feeds/all.rss?q=le+hoi")
    assert poll(app, "/feeds/all.rss?x=1&%71=le%20hoi").status_code == 429


def test_heads_count_and_whatever_coding_is_asked_for(site: Served) -> None:
    app = limited(site)
    assert poll(app, method="HEAD").status_code == 200
    assert b"<rss" in gzip.decompress(poll(app, Accept_Encoding="gzip").data)
    use_up(app, polls=1, Accept_Encoding="br")
    for coding in ("gzip", "br", "identity", "nonsense"):
        assert poll(app, Accept_Encoding=coding).status_code == 429


@pytest.mark.parametrize(
    ("path", "method", "status"),
    [
        ("/feeds/khong-co.rss", "GET", 404),
        ("/feeds/ALL.rss", "GET", 308),
        ("/feeds/all", "GET", 200),
        ("/feeds/", "GET", 200),
        ("/feeds.opml", "GET", 200),
        ("/sitemap.xml", "GET", 200),
        ("/feeds/all.rss", "OPTIONS", 204),
        ("/feeds/all.rss", "POST", 405),
        ("/healthz", "GET", 200),
    ],
)
def test_what_is_no_document_is_not_counted(site: Served, path: str, method: str, status: int) -> None:
    app = limited(site, polls=1)
    for _ in range(4):
        assert poll(app, path, method=method).status_code == status
    assert poll(app).status_code == 200


def test_without_a_limit_everybody_fetches_as_often_as_he_likes(site: Served) -> None:
    for _ in range(100):
        assert poll(site.app).status_code == 200


@pytest.mark.parametrize("shelf_mb", [96, 0])
def test_a_refusal_costs_the_store_nothing(site: Served, shelf_mb: int) -> None:
    app = limited(site, polls=1, shelf_mb=shelf_mb)
    use_up(app, "/feeds/category/le-hoi.atom", polls=1)
    asked: list[str] = []
    event.listen(site.database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    assert poll(app, "/feeds/category/le-hoi.atom").status_code == 429
    assert asked == []
    assert poll(app, "/feeds/all.atom").status_code == 200
    assert asked


def test_behind_trusted_proxies_it_is_their_clients_who_are_counted(site: Served) -> None:
    app = limited(site, trusted_proxies=read_networks("10.0.0.0/8"))
    use_up(app, client="10.0.0.1", X_Forwarded_For="198.51.100.7")
    assert poll(app, client="10.0.0.2", X_Forwarded_For="1.2.3.4, 198.51.100.7, 10.9.9.9").status_code == 429
    assert poll(app, client="198.51.100.7").status_code == 429
    use_up(app, client="10.0.0.1", X_Forwarded_For="198.51.100.8")


def test_whom_nobody_trusts_cannot_pretend_to_be_somebody_else(site: Served, caplog: pytest.LogCaptureFixture) -> None:
    app = limited(site)
    for number in range(3):
        use_up(app, polls=1, X_Forwarded_For=f"198.51.100.{number}")
    with caplog.at_level(logging.WARNING):
        assert poll(app, X_Forwarded_For="198.51.100.99").status_code == 429
    # Behind a proxy that was forgotten, all its clients are one: that is said.
    assert "BANTIN_TRUSTED_PROXIES" in caplog.text


def test_clients_that_cannot_be_told_apart_are_let_through(site: Served) -> None:
    app = limited(site, trusted_proxies=read_networks("10.0.0.1"))
    use_up(app, client="10.0.0.1", polls=10)
    use_up(app, client="", polls=10)


def answering(status: str, headers: list[tuple[str, str]]) -> Any:
    def inner(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response(status, headers)
        return [b"part"]

    return inner


class Counted:
    """Counts in a list; who stands in it twice waits."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def find_wait_seconds(self, name: str) -> int | None:
        return 7 if self.names.count(name) >= 2 else None

    def add(self, name: str) -> None:
        self.names.append(name)


def ask(courtesy: Courtesy, **said: str) -> str:
    seen: list[str] = []
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": DOCUMENT, "REMOTE_ADDR": "203.0.113.9", **said}
    for _ in courtesy(environ, lambda status, *_: seen.append(status)):
        pass
    return seen[0]


@pytest.mark.parametrize("headers", [[], [("Content-Type", "application/rss+xml")]])
def test_who_was_given_no_tag_cannot_send_one_back_and_is_not_counted(headers: list[tuple[str, str]]) -> None:
    courtesy = Courtesy(answering("200 OK", headers), Counted())
    assert {ask(courtesy) for _ in range(5)} == {"200 OK"}


def test_the_log_tells_of_refusals_at_most_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    seconds = 50.0
    courtesy = Courtesy(answering("200 OK", [("etag", '"x"')]), Counted(), monotonic=lambda: seconds)
    with caplog.at_level(logging.INFO, logger="feeds.http.courtesy"):
        for _ in range(42):
            ask(courtesy)
        assert (courtesy.refused, len(caplog.records)) == (40, 1)
        seconds += TOLD_SECONDS
        ask(courtesy)
    assert [record.getMessage() for record in caplog.records] == [
        f"refused polls without validators: 1, the last of {DOCUMENT}",
        f"refused polls without validators: 40, the last of {DOCUMENT}",
    ]
    assert courtesy.refused == 41
