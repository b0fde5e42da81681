"""Polls of heads in one process: made once however many ask, and served as they were while the store is away."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from sqlite3 import OperationalError as DriverError

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from feeds.app import create_app
from feeds.heads import Heads
from feeds.http.freshness import AWAY_SECONDS, Freshness
from feeds.http.warming import FILE, Warming
from feeds.site import Site
from store.database import Database
from store.watching import Look, Newest, Watch
from tests.feeds.conftest import Served
from tests.support.stores import Clock

CODED = {"Accept-Encoding": "br"}


def heads_of(served: Served) -> Heads:
    site: Site = served.app.extensions["bantin"]
    return site.heads


@pytest.fixture
def followed(served: Served) -> Served:
    heads_of(served).freshness.look()
    return served


@contextmanager
def away(database: Database) -> Iterator[None]:
    """Have every statement fail as it does when the database does not answer."""

    def fail(*_: object) -> None:
        raise OperationalError("", None, DriverError("unable to open database file"))

    event.listen(database.engine, "before_cursor_execute", fail)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", fail)


def test_many_who_ask_at_once_have_it_made_once(followed: Served) -> None:
    asking = threading.Barrier(40)
    bodies: list[bytes] = []

    def ask() -> None:
        client = followed.app.test_client()
        asking.wait()
        bodies.append(client.get("/feeds/all.rss", headers=CODED).data)

    threads = [threading.Thread(target=ask) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bodies) == 40
    assert len(set(bodies)) == 1
    assert heads_of(followed).shelf.made == 1


def test_every_coding_comes_of_one_rendering(followed: Served) -> None:
    client = followed.client
    tags = {
        coding: client.get("/feeds/all.atom", headers={"Accept-Encoding": coding}).headers["ETag"]
        for coding in ("br", "zstd", "gzip", "identity")
    }
    assert len(set(tags.values())) == 4
    assert heads_of(followed).shelf.made == 1
    for tag in tags.values():
        assert client.get("/feeds/all.atom", headers={"If-None-Match": tag, **CODED}).status_code == 304


def test_own_commits_show_at_once(followed: Served) -> None:
    client = followed.client
    before = client.get("/feeds/all.rss")
    followed.add(title="Tin vừa đăng")
    after = client.get("/feeds/all.rss", headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Tin vừa đăng" in after.text


def test_while_the_store_is_away_what_was_polled_is_served_as_it_was(followed: Served) -> None:
    client = followed.client
    before = client.get("/feeds/all.rss", headers=CODED)
    followed.add(title="Tin vừa đăng")
    with away(followed.database):
        stale = client.get("/feeds/all.rss", headers=CODED)
        assert (stale.status_code, stale.data) == (200, before.data)
        known = {"If-None-Match": before.headers["ETag"]}
        assert client.get("/feeds/all.rss", headers=known).status_code == 304
        other = client.get("/feeds/all.rss", headers={"Accept-Encoding": "gzip"})
        assert (other.status_code, other.headers["Content-Encoding"]) == (200, "gzip")
        never_asked_for = client.get("/feeds/all.json")
        assert never_asked_for.status_code == 503
        assert int(never_asked_for.headers["Retry-After"]) > 0
    assert "Tin vừa đăng" in client.get("/feeds/all.rss").text
    assert client.get("/feeds/all.json").status_code == 200


def test_bytes_of_yesterday_are_better_than_none(followed: Served) -> None:
    client = followed.client
    before = client.get("/feeds/all.rss", headers=CODED)
    followed.add(title="Tin vừa đăng")
    # Somebody who has it already asks: nothing is rendered.
    known = client.get("/feeds/all.rss", headers={"If-None-Match": "*", **CODED})
    assert known.headers["ETag"] != before.headers["ETag"]
    followed.add(title="Tin mới hơn")
    with away(followed.database):
        stale = client.get("/feeds/all.rss", headers=CODED)
        assert (stale.status_code, stale.headers["ETag"], stale.data) == (200, before.headers["ETag"], before.data)


class Standing:
    """A monotonic clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nobody_waits_for_a_store_that_says_nothing(followed: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    heads, passing, answers = heads_of(followed), Standing(), threading.Event()
    client = followed.client
    look = Watch.look

    def hang(watch: Watch, known: Newest | None) -> Look:
        if known is not None:
            answers.wait()
        return look(watch, known)

    monkeypatch.setattr(Watch, "look", hang)
    heads.freshness = Freshness(followed.database, heads.shelf, monotonic=passing)
    heads.freshness.start()
    try:
        before = client.get("/feeds/all.rss")
        followed.add(title="Tin vừa đăng")
        passing.now += AWAY_SECONDS + 1
        asked: list[str] = []
        event.listen(followed.database.engine, "before_cursor_execute", lambda *_: asked.append("asked"))
        assert client.get("/feeds/all.rss").data == before.data
        assert client.get("/feeds/all.json").status_code == 503
        assert client.get("/feeds/").status_code == 503
        assert client.get("/robots.txt").status_code == 200
        assert asked == []
        answers.set()
        while heads.freshness.is_away:
            time.sleep(0.01)
        assert "Tin vừa đăng" in client.get("/feeds/all.rss").text
    finally:
        answers.set()
        heads.freshness.stop()


def test_a_shelf_is_warmed_with_what_was_polled_most(followed: Served, tmp_path: Path) -> None:
    client = followed.client
    for address in ("/feeds/all.rss", "/feeds/category/van-hoa.atom", "/feeds/all.rss"):
        client.get(address, headers=CODED)
    Warming(heads_of(followed), tmp_path).save()
    assert json.loads((tmp_path / FILE).read_text()) == [
        ["/feeds/all.rss", ["br"]],
        ["/feeds/category/van-hoa.atom", ["br"]],
    ]
    app = create_app(followed.settings, database=followed.database)
    site: Site = app.extensions["bantin"]
    site.heads.freshness.look()
    assert Warming(site.heads, tmp_path).warm() == 2
    made = site.heads.shelf.made
    assert made == 2
    assert app.test_client().get("/feeds/all.rss", headers=CODED).status_code == 200
    assert site.heads.shelf.made == made


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "null",
        '[1, [2], [3, 4], ["/feeds/khong-co.rss", ["br"]], ["/feeds/../x", ["br"]], ["", []]]',
        '[["/feeds/all.rss", ["br", "rot13", 5]]]',
        "[" * 5_000,
    ],
)
def test_a_list_that_somebody_spoilt_keeps_nobody_from_serving(followed: Served, tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    Warming(heads_of(followed), tmp_path).warm()
    assert followed.client.get("/feeds/all.rss").status_code == 200


def test_without_a_shelf_everything_is_made_anew_and_right(served: Served, clock: Clock) -> None:
    app = create_app(replace(served.settings, shelf_mb=0), database=served.database)
    client = app.test_client()
    before = client.get("/feeds/all.rss", headers=CODED)
    served.add(title="Tin vừa đăng")
    assert client.get("/feeds/all.rss", headers=CODED).data != before.data
