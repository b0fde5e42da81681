"""Applications over one store share what they make through Redis, and are right whatever becomes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from feeds.app import create_app
from feeds.heads import Heads
from feeds.settings import Settings
from feeds.site import current_site
from store.database import Database
from tests.feeds.conftest import BASE_URL, Served, fill
from tests.support.private_servers import PrivateServer, private_redis, redis_missing
from tests.support.processes import wait_until
from tests.support.requirements import lacks
from tests.support.stores import Clock
from tests.support.vandal import ACTS, Vandal, lose_patience, take_time

POLLS = [
    (path, coding)
    for path in ("/feeds/all.rss", "/feeds/all.json", "/feeds/category/van-hoa.atom", "/feeds/all.rss?q=hoi")
    for coding in ("identity", "gzip", "br")
]
Answers = list[tuple[int, str, bytes]]


@dataclass(frozen=True)
class Cluster:
    """Two applications that share a store and a Redis, and a third that shares the store alone."""

    apps: tuple[Flask, Flask]
    alone: Flask
    server: PrivateServer
    vandal: Vandal
    served: Served

    @property
    def made(self) -> int:
        """How many documents the two have rendered."""
        return sum(heads_of(app).shelf.made for app in self.apps)

    def publish(self, title: str) -> None:
        self.served.add(title=title, categories=("Văn hóa",), publisher="Sở Văn hóa tỉnh")


def heads_of(app: Flask) -> Heads:
    with app.app_context():
        return current_site().heads


def ask(app: Flask, path: str, coding: str) -> tuple[int, str, bytes]:
    """Poll a document; give its status, tag and bytes as they come."""
    answer = app.test_client().get(path, headers={"Accept-Encoding": coding})
    return answer.status_code, answer.headers["ETag"], answer.data


def ask_all(app: Flask) -> Answers:
    return [ask(app, path, coding) for path, coding in POLLS]


@pytest.fixture(autouse=True)
def _nobody_is_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    take_time(monkeypatch)


@pytest.fixture
def cluster(database: Database, tmp_path: Path, clock: Clock) -> Iterator[Cluster]:
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    fill(database)
    others = [Database(database.url, clock=clock) for _ in range(2)]
    with private_redis(tmp_path / "redis") as (server, url):

        def make(store: Database, redis_url: str) -> Flask:
            return create_app(Settings(data=tmp_path, base_url=BASE_URL, redis_url=redis_url), database=store)

        first = make(database, url)
        vandal = Vandal(url)
        made = Cluster(
            (first, make(others[0], url)),
            make(others[1], ""),
            server,
            vandal,
            Served(first, database, Settings(data=tmp_path)),
        )
        made.publish("Hội thi hát Then")
        clock.move(seconds=30)
        yield made
        vandal.close()
    for other in others:
        other.dispose()


def test_a_document_is_made_once_for_all(cluster: Cluster) -> None:
    first, second = cluster.apps
    before = ask_all(first)
    assert cluster.made == len(POLLS)
    assert ask_all(second) == before == ask_all(cluster.alone)
    assert cluster.made == len(POLLS)
    cluster.publish("Ngày hội nông dân")
    after = ask_all(second)
    assert cluster.made == 2 * len(POLLS)
    assert ask_all(first) == after == ask_all(cluster.alone)
    assert cluster.made == 2 * len(POLLS)
    assert not {tag for _, tag, _ in before} & {tag for _, tag, _ in after}
    assert [heads_of(app).shared.met for app in cluster.apps] == ["", ""]


def test_many_cold_polls_at_both_make_a_document_once(cluster: Cluster) -> None:
    for app in cluster.apps:
        heads_of(app).freshness.start()
    try:
        with ThreadPoolExecutor(16) as pool:
            answers = list(pool.map(lambda number: ask(cluster.apps[number % 2], "/feeds/all.rss", "gzip"), range(64)))
        assert set(answers) == {ask(cluster.alone, "/feeds/all.rss", "gzip")}
        assert cluster.made == 1
    finally:
        for app in cluster.apps:
            heads_of(app).freshness.stop()


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_rubbish_in_redis_is_served_to_nobody(cluster: Cluster, act: Callable[[Vandal, str], None]) -> None:
    first, second = cluster.apps
    right = ask_all(first)
    keys = cluster.vandal.keys()
    assert len(keys) == len(POLLS)
    cluster.vandal.spoil(keys, act)
    assert ask_all(second) == right
    # It was put right.
    assert cluster.made == 2 * len(POLLS)
    assert ask_all(first) == right
    assert cluster.made == 2 * len(POLLS)
    assert [heads_of(app).shared.met for app in cluster.apps] == ["", ""]


def test_documents_that_changed_places_are_served_to_nobody(cluster: Cluster) -> None:
    first, second = cluster.apps
    right = ask_all(first)
    keys = cluster.vandal.keys()
    for one, other in zip(keys[::2], keys[1::2], strict=True):
        cluster.vandal.exchange(one, other)
    assert ask_all(second) == right


def test_an_emptied_or_stopped_redis_changes_no_answer(cluster: Cluster) -> None:
    first, second = cluster.apps
    right = ask_all(first)
    cluster.vandal.client.flushall()
    assert ask_all(second) == right
    cluster.server.stop()
    cluster.publish("Lễ hội Lồng Tồng")
    right = ask_all(cluster.alone)
    assert ask_all(first) == ask_all(second) == right
    assert all("redis://127.0.0.1" in heads_of(app).shared.met for app in cluster.apps)
    cluster.server.start()
    is_well(cluster)
    made = cluster.made
    assert ask_all(first) == ask_all(second) == right
    assert cluster.made == made + len(POLLS)


def test_a_redis_that_hangs_changes_no_answer(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    lose_patience(monkeypatch)
    first, second = cluster.apps
    ask_all(first)
    cluster.server.hold()
    try:
        cluster.publish("Ngày hội nông dân")
        right = ask_all(cluster.alone)
        assert ask_all(first) == ask_all(second) == right
        assert all("redis://127.0.0.1" in heads_of(app).shared.met for app in cluster.apps)
    finally:
        cluster.server.go_on()
    is_well(cluster)
    assert ask_all(first) == ask_all(second) == right


def is_well(cluster: Cluster) -> None:
    """Wait until both say that Redis answers again."""
    all_met = [heads_of(app).shared for app in cluster.apps]
    wait_until(lambda: not any(each.met for each in all_met), 30, lambda: str([each.met for each in all_met]))
