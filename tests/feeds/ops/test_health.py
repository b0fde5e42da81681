"""What operators are told: that a process lives, what it cannot reach, and no secret; and that it heals by itself."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from feeds.app import create_app
from feeds.heads import Heads
from feeds.http.clients import PollLimit
from feeds.http.freshness import Freshness
from feeds.ops.health import Health, Vitals
from feeds.site import Site
from store import bulletins, publication, schema, taxonomy
from store.database import Database
from tests.feeds.conftest import Served, fill, serve
from tests.support.private_servers import (
    private_postgres,
    private_postgres_missing,
    private_redis,
    redis_missing,
)
from tests.support.processes import environment, free_port, running, wait_until
from tests.support.requirements import lacks
from tests.support.samples import day, draft

ADDRESSES = ("/healthz", "/readyz")
PROMPT_SECONDS = 2.5
"""Less than anything waits for a database that hangs."""


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Served:
    fill(sqlite_database)
    made = serve(sqlite_database, tmp_path)
    made.add(title="Lễ hội Lồng Tồng", publisher="Sở Văn hóa tỉnh", published=day(2026, 10, 1))
    return made


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_process_that_is_well_says_so(site: Served, address: str) -> None:
    answer = site.client.get(address)
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.headers["Cache-Control"] == "no-store"
    told = answer.get_json()
    assert (told["status"], told["store"], told["shared"], told["refused"]) == ("ok", "ok", "off", 0)
    assert set(told["shelf"]) == {"documents", "size_bytes", "limit_bytes", "made", "edition"}
    headed = site.client.head(address)
    assert (headed.status_code, headed.data) == (200, b"")
    assert site.client.get(f"/tin{address}").get_json() == told
    assert site.client.post(address).status_code == 405


def test_what_is_on_the_shelf_and_what_was_refused_shows(site: Served) -> None:
    app = create_app(replace(site.settings, poll_limit=PollLimit(2, 3600)), database=site.database)
    made: Site = app.extensions["bantin"]
    made.heads.freshness.look()
    client = app.test_client()
    before = client.get("/healthz").get_json()
    assert (before["shelf"]["documents"], before["shelf"]["made"], before["refused"]) == (0, 0, 0)
    assert [client.get("/feeds/all.rss").status_code for _ in range(5)] == [200, 200, 429, 429, 429]
    after = client.get("/healthz").get_json()
    assert (after["shelf"]["documents"], after["shelf"]["made"], after["refused"]) == (1, 1, 3)
    assert 0 < after["shelf"]["size_bytes"] <= after["shelf"]["limit_bytes"] == 96 * 1024 * 1024
    assert after["shelf"]["edition"] > 0


def test_nothing_is_asked_of_the_store(site: Served) -> None:
    asked: list[str] = []
    event.listen(site.database.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
    event.listen(site.database.engine, "checkout", lambda *_: asked.append("a connection"))
    for address in ADDRESSES:
        site.client.get(address)
    assert asked == []
    site.client.get("/feeds/all.rss")
    assert asked


def test_neither_robots_nor_readers_are_led_there(site: Served) -> None:
    for page in ("/robots.txt", "/sitemap.xml", "/feeds.opml", "/feeds/"):
        told = site.client.get(page).get_data(as_text=True)
        assert "healthz" not in told
        assert "readyz" not in told


def test_both_answer_while_nobody_waits_for_the_store(site: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Freshness, "is_away", True)
    answers = {address: site.client.get(address) for address in (*ADDRESSES, "/feeds/")}
    assert [answer.status_code for answer in answers.values()] == [200, 503, 503]
    for address in ADDRESSES:
        told = answers[address].get_json()
        assert (told["status"], told["store"]) == ("degraded", "no answer")
        assert answers[address].headers["Cache-Control"] == "no-store"


@dataclass
class Told:
    """Stands in for what follows the store."""

    met: str
    is_away: bool


class Shelfless:
    """A shelf with nothing on it."""

    size_bytes = limit_bytes = made = 0
    edition = None

    def __len__(self) -> int:
        return 0


@dataclass
class Patient:
    """Stands in for what answers polls."""

    freshness: Told
    shared: Told
    shelf: Shelfless


def health(met: str = "", *, is_away: bool = False, shared: str = "") -> Health:
    heads: Any = Patient(Told(met, is_away), Told(shared, is_away=False), Shelfless())
    told: Heads = heads
    return Vitals(told, lambda: 0).look()


SECRETS = ("bí-mật", "10.1.2.3", "/srv", "/var", "C:", "quản-trị", "db.noi-bo")


@pytest.mark.parametrize(
    ("met", "said"),
    [
        ("the disk refused to read or write; nothing was changed", "the disk refused to read or write"),
        (
            'the database cannot be reached: connection failed: connection to server at "10.1.2.3", port 5432 failed: '
            'FATAL: password authentication failed for user "quản-trị"',
            "the database cannot be reached",
        ),
        ("the database cannot be reached: failed to resolve host 'db.noi-bo': no name", "the database cannot be"),
        ('the database cannot serve now: "/var/run/postgresql/.s.PGSQL.5432" is shut down', "cannot serve now"),
        ("OperationalError('postgresql://quản-trị:bí-mật@10.1.2.3/bantin')", "OperationalError"),
        ("postgresql://quản-trị:bí-mật@10.1.2.3/bantin does not answer", "postgresql"),
        ("cannot write /srv/bantin/var/bantin.sqlite", "cannot write"),
        (r"cannot write C:\bantin\bantin.sqlite", "cannot write"),
        ('"10.1.2.3" is away', "no answer"),
        ("x" * 10_000, "xxx"),
    ],
)
def test_what_was_met_is_told_without_secrets(met: str, said: str) -> None:
    told = health(met)
    assert (told.status, told.is_ready) == ("degraded", False)
    assert said in told.store
    assert len(told.store) <= 120
    text = json.dumps(told.as_json(), ensure_ascii=False)
    assert not any(secret in text for secret in SECRETS)


def test_a_store_that_says_nothing_and_a_redis_that_is_away() -> None:
    silent = health(is_away=True)
    assert (silent.status, silent.store, silent.is_ready) == ("degraded", "no answer", False)
    alone = health(shared="redis://10.1.2.3:6379/0: bí-mật was refused")
    # Each process makes its own: polls are answered all the same.
    assert (alone.status, alone.store, alone.shared, alone.is_ready) == ("degraded", "ok", "away", True)
    assert not any(secret in json.dumps(alone.as_json(), ensure_ascii=False) for secret in SECRETS)


@dataclass(frozen=True)
class Asked:
    """An answer, and how long it took."""

    status: int
    body: bytes
    seconds: float

    @property
    def told(self) -> Any:
        return json.loads(self.body)


def ask(port: int, path: str, method: str = "GET", **headers: str) -> Asked:
    begun = time.monotonic()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        response = connection.getresponse()
        return Asked(response.status, response.read(), time.monotonic() - begun)


@pytest.fixture
def postgres() -> Iterator[tuple[Any, str]]:
    missing = private_postgres_missing()
    if missing:
        lacks("postgres", missing)
    with private_postgres() as (server, url):
        database = Database(url)
        schema.upgrade(database)
        with database.transaction() as session:
            taxonomy.add_organisation(session, "Hội Nông dân tỉnh")
            publication.publish(session, bulletins.draft(session, draft(publisher="Hội Nông dân tỉnh")))
        database.dispose()
        yield server, url


def test_a_server_without_its_database_and_its_redis(postgres: tuple[Any, str], tmp_path: Path) -> None:
    missing = redis_missing()
    if missing:
        lacks("redis", missing)
    server, url = postgres
    port = free_port()
    with private_redis(tmp_path / "redis") as (redis, redis_url):
        env = environment(tmp_path, BANTIN_DATABASE_URL=url, BANTIN_REDIS_URL=redis_url)
        arguments = ("serve", "--port", port, "--workers", 1, "--no-worker")
        with running(tmp_path / "said", env, *arguments, port=port) as served:

            def comes_to(status: str, **parts: str) -> Callable[[], bool]:
                def holds() -> bool:
                    told = ask(port, "/healthz").told
                    return told["status"] == status and all(told[part] == said for part, said in parts.items())

                return holds

            def wait_for(status: str, **parts: str) -> None:
                wait_until(comes_to(status, **parts), 60, lambda: f"{ask(port, '/healthz').told}, {served.err}")

            wait_for("ok", store="ok", shared="ok")
            assert ask(port, "/feeds/all.rss").status == 200
            assert ask(port, "/readyz").status == 200

            server.hold()
            wait_for("degraded", store="no answer")
            for address, status in (("/healthz", 200), ("/readyz", 503), ("/feeds/all.rss", 200), ("/feeds/", 503)):
                asked = ask(port, address)
                assert asked.status == status, address
                assert asked.seconds < PROMPT_SECONDS, address
            server.go_on()
            wait_for("ok", store="ok")
            assert ask(port, "/readyz").status == 200
            assert ask(port, "/feeds/").status == 200

            server.stop()
            wait_for("degraded")
            away = ask(port, "/readyz")
            assert away.status == 503
            assert away.told["store"].startswith("the database cannot ")
            assert str(server.port) not in away.body.decode()
            assert "127.0.0.1" not in away.body.decode()
            server.start()
            wait_for("ok", store="ok")

            redis.stop()

            def notices() -> bool:
                # It is asked only for what must be made.
                ask(port, f"/feeds/all.rss?q=n{time.monotonic_ns()}")
                return comes_to("degraded", store="ok", shared="away")()

            wait_until(notices, 60, lambda: str(ask(port, "/healthz").told))
            assert ask(port, "/readyz").status == 200
            redis.start()
            wait_for("ok", shared="ok")


def test_a_server_that_limits_polls(tmp_path: Path, sqlite_template: Path) -> None:
    data, port = tmp_path / "data", free_port()
    data.mkdir()
    (data / "bantin.sqlite").write_bytes(sqlite_template.read_bytes())
    env = environment(data, BANTIN_POLL_LIMIT="2/day", BANTIN_TRUSTED_PROXIES="127.0.0.1")
    arguments = ("serve", "--port", port, "--workers", 1, "--no-worker")
    with running(tmp_path / "said", env, *arguments, port=port) as served:
        for client in ("198.51.100.7", "198.51.100.8"):
            statuses = [ask(port, "/feeds/all.atom", X_Forwarded_For=f"1.1.1.1, {client}").status for _ in range(4)]
            assert statuses == [200, 200, 429, 429]
        headed = ask(port, "/feeds/all.atom", "HEAD", X_Forwarded_For="198.51.100.7")
        assert (headed.status, headed.body) == (429, b"")
        known = ask(port, "/feeds/all.atom", X_Forwarded_For="198.51.100.7", If_None_Match='"of long ago"')
        assert known.status == 200
        # A header that a client sent beside that of the proxy says nothing of who he is.
        for pretended in range(4):
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
                connection.putrequest("GET", "/feeds/all.rss")
                connection.putheader("X-Forwarded-For", f"198.51.100.{100 + pretended}")
                connection.putheader("X-Forwarded-For", "198.51.100.9")
                connection.endheaders()
                assert connection.getresponse().status == (200 if pretended < 2 else 429)
        # Whom the proxy hands on for nobody is not told apart, and so not refused.
        assert [ask(port, "/feeds/all.json").status for _ in range(4)] == [200] * 4
        assert ask(port, "/healthz").told["refused"] == 7
        wait_until(lambda: "refused polls without validators: 1" in served.err, 30, lambda: served.err)
        assert served.err.count("refused polls") == 1
