"""`bantin serve` and `bantin demo` as real servers: what they print, answer and survive, and how they end."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from store import bulletins, publication, schema, taxonomy
from store.database import Database
from store.types import VIETNAM, Moment
from tests.support import stores
from tests.support.processes import (
    PROC,
    Started,
    environment,
    find_holder,
    free_port,
    run,
    running,
    wait_until,
)
from tests.support.samples import day, draft

LONG_AGO = datetime(2021, 5, 4, 3, tzinfo=UTC)
DRAFTS = ("Ra quân trồng cây đầu xuân", "Ngày hội đọc sách", "Tập huấn phòng cháy")

needs_proc = pytest.mark.skipif(not (PROC / "self/stat").exists(), reason="no /proc here to look at processes")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes


@dataclass(frozen=True)
class Site:
    """A running server over a store with one published bulletin and three drafts (2, 3 and 4)."""

    folder: Path
    port: int
    server: Started

    @property
    def env(self) -> dict[str, str]:
        return settings(self.folder, self.port)

    @contextmanager
    def connected(self) -> Iterator[http.client.HTTPConnection]:
        """Keep one connection open for several requests."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with closing(connection):
            connection.connect()
            yield connection

    def ask(self, path: str) -> Answer:
        """Ask on a connection of its own."""
        with self.connected() as connection:
            return ask(connection, path)


def settings(folder: Path, port: int) -> dict[str, str]:
    return environment(folder / "data", BANTIN_BASE_URL=f"http://127.0.0.1:{port}")


def make_store(template: Path, folder: Path) -> None:
    (folder / "data").mkdir(parents=True)
    database = stores.fresh_sqlite(template, folder / "data/bantin.sqlite", stores.Clock(LONG_AGO))
    with database.transaction() as session:
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh")
        for title in ("Lễ hội Lồng Tồng", *DRAFTS):
            said = draft(title=title, publisher="Hội Nông dân tỉnh", published=day(2021, 4, 3))
            number = bulletins.draft(session, said)
        assert number == 1 + len(DRAFTS)
        publication.publish(session, 1)
    database.dispose()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("served"), free_port()
    make_store(sqlite_template, folder)
    arguments = ("serve", "--port", port, "--workers", 2)
    with running(folder / "said", settings(folder, port), *arguments, port=port) as server:
        yield Site(folder, port, server)


@pytest.fixture
def folder(tmp_path: Path, sqlite_template: Path) -> Path:
    make_store(sqlite_template, tmp_path)
    return tmp_path


def ask(connection: http.client.HTTPConnection, path: str, method: str = "GET", **headers: str) -> Answer:
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())


def raw_answer(port: int, request: bytes) -> bytes:
    """Send bytes as they are and read until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def titles(answer: Answer) -> list[str]:
    return [item["title"] for item in json.loads(answer.body)["items"]]


def test_a_feed_over_a_socket(site: Site) -> None:
    with site.connected() as connection:
        got = ask(connection, "/feeds/all.rss")
        assert got.status == 200
        assert got.headers["Content-Type"] == "application/rss+xml; charset=utf-8"
        assert int(got.headers["Content-Length"]) == len(got.body)
        assert "Lễ hội Lồng Tồng" in got.body.decode()
        assert not {"set-cookie", "transfer-encoding"} & {name.lower() for name in got.headers}
        headed = ask(connection, "/feeds/all.rss", "HEAD")
        assert (headed.status, headed.body) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified", "Cache-Control", "Vary", "Link"):
            assert headed.headers[name] == got.headers[name], name
        for method in ("GET", "HEAD"):
            known = ask(connection, "/feeds/all.rss", method, If_None_Match=got.headers["ETag"])
            assert (known.status, known.body) == (304, b"")
            assert known.headers["ETag"] == got.headers["ETag"]
            assert known.headers["Date"]
            assert known.headers["Content-Length"] in {None, got.headers["Content-Length"]}
        # One connection served all of these, so none of them left a byte too many or too few.
        assert ask(connection, "/feeds/all.rss").body == got.body


def test_refusals_and_redirects_over_a_socket(site: Site) -> None:
    with site.connected() as connection:
        refused = ask(connection, "/feeds/all.rss", "POST")
        assert refused.status == 405
        assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
        moved = ask(connection, "/feeds/ALL.rss", Host="evil.example")
        assert (moved.status, moved.headers["Location"]) == (308, f"http://127.0.0.1:{site.port}/feeds/all.rss")
        assert ask(connection, "/feeds/all.json", "OPTIONS").status == 204
        assert ask(connection, "/feeds/khong-co.rss").status == 404
        assert ask(connection, "/feeds/all.rss").status == 200


@pytest.mark.parametrize(
    "head",
    [
        b"GET /feeds/all.rss HTTP/1.1",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: a.example\r\nHost: b.example",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost:",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: \xff\xfe",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost : a.example",
        b"GET /feeds/all.rss\r\nHost: a.example",
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nContent-Length: 6",
        b"GET /feeds/\x00all.rss HTTP/1.1\r\nHost: a.example",
    ],
)
def test_a_request_that_is_unclear_is_refused(site: Site, head: bytes) -> None:
    answer = raw_answer(site.port, head + b"\r\nConnection: close\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 400 ", answer), answer[:200]
    assert site.ask("/feeds/all.rss").status == 200


@pytest.mark.parametrize(
    "target", [b"/feeds/%ff%fe.rss", b"/ban-tin/%f0%9f-1x", "/feeds/vắn.rss".encode(), b"/feeds/" + b"%2e%2e/" * 500]
)
def test_an_odd_target_is_not_found_and_harms_nothing(site: Site, target: bytes) -> None:
    answer = raw_answer(site.port, b"GET " + target + b" HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 404 "), answer[:200]
    assert b"Traceback" not in answer


@needs_proc
def test_what_another_process_publishes_shows_on_every_worker(site: Site) -> None:
    with ExitStack() as open_connections:
        connections = connections_to_both(site, open_connections)
        for connection in connections:
            assert titles(ask(connection, "/feeds/all.json"))[0] != DRAFTS[0]
        published = run(site.folder / "said", site.env, "bulletin", "publish", 2)
        assert (published.code, published.err.count("readable at")) == (0, 1)
        readable = re.findall(r"http://\S+", published.err)
        # On an idle machine a worker sees within a quarter of a second what another process did.
        deadline = time.monotonic() + 5
        for connection in connections:
            while (seen := titles(ask(connection, "/feeds/all.json"))[0]) != DRAFTS[0]:
                assert time.monotonic() < deadline, f"a worker still answers {seen}"
        [path] = [address.partition(str(site.port))[2] for address in readable]
        assert site.ask(path).status == 200


def test_clients_that_say_nothing_keep_nobody_out(site: Site) -> None:
    silent = [socket.create_connection(("127.0.0.1", site.port)) for _ in range(200)]
    try:
        for connection in silent[100:]:
            connection.sendall(b"GET /feeds/all.rss HTTP/1.1\r\nHost: slow.exam")
        for _ in range(20):
            asked = time.monotonic()
            assert site.ask("/feeds/all.rss").status == 200
            assert time.monotonic() - asked < 10
    finally:
        for connection in silent:
            connection.close()


def test_clients_that_hang_up_harm_nobody(site: Site) -> None:
    requests = (
        b"GET /feeds/all.rss HTTP/1.1\r\nHost: a.example\r\n\r\n" * 50,
        b"POST /feeds/all.rss HTTP/1.1\r\nHost: a.example\r\nContent-Length: 1000000\r\n\r\nx",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"A" * 200_000,
    )
    for request in requests:
        with socket.create_connection(("127.0.0.1", site.port), timeout=60) as connection:
            try:
                connection.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                # The server had heard enough.
                continue
    assert site.ask("/feeds/all.rss").status == 200
    assert site.server.is_running
    assert "Traceback" not in site.server.out + site.server.err


def test_readers_are_answered_whole_while_an_import_runs(folder: Path) -> None:
    port = free_port()
    env = settings(folder, port) | {"BANTIN_ENTRIES": "500"}
    with (
        running(folder / "said", env, "serve", "--port", port, "--workers", 2, port=port) as server,
        ExitStack() as open_connections,
    ):
        connections = connections_to_both(Site(folder, port, server), open_connections)
        counts: list[list[int]] = [[] for _ in connections]
        present = 1
        # An import may be over before anything is asked: then there is another.
        while not any(present - PAGES < count < present for seen in counts for count in seen):
            assert present + PAGES < 500, "every import is over before anything is asked"
            importing = Started(folder / "said", env, "import", "portal", write_pages(folder, present))
            present += PAGES
            try:
                while importing.is_running:
                    for connection, seen in zip(connections, counts, strict=True):
                        seen.append(count_whole(ask(connection, "/feeds/all.json")))
            finally:
                importing.kill()
            assert importing.process.returncode == 0, importing.err
        # Each worker hears of what is new by itself, but none goes back.
        assert all(seen == sorted(seen) for seen in counts)
        for connection in connections:
            wait_until(partial(shows, connection, present), 20, lambda: "a page is missing")


def shows(connection: http.client.HTTPConnection, count: int) -> bool:
    return count_whole(ask(connection, "/feeds/all.json")) == count


PAGES = 40


def write_pages(folder: Path, first: int) -> Path:
    pages = folder / f"pages-{first}"
    pages.mkdir()
    for number in range(first, first + PAGES):
        lead = f"Sáng 3/4, xã Nà Mạ trồng {number} cây mỡ."
        text = f"0{1 + number % 9}/04/2021\nRa quân trồng cây lần thứ {number}\n{lead}\n\nCó {number} người tham gia.\n"
        (pages / f"{number}.txt").write_text(text)
    return pages


def count_whole(feed: Answer) -> int:
    """Count the entries of a document, whose tag names the edition that they all belong to."""
    assert feed.status == 200
    assert int(feed.headers["ETag"].strip('"').partition("-")[0]) >= len(titles(feed))
    return len(titles(feed))


def connections_to_both(site: Site, open_connections: ExitStack) -> list[http.client.HTTPConnection]:
    """Connect until both workers have answered, one of which may still be starting; give a connection to each."""
    by_worker: dict[int | None, http.client.HTTPConnection] = {}

    def is_done() -> bool:
        connection = open_connections.enter_context(site.connected())
        ask(connection, "/feeds/all.rss")
        by_worker[find_holder(site.port, connection.sock, site.server.family())] = connection
        return len(by_worker) == 2

    wait_until(is_done, 60, lambda: "a worker does not answer")
    assert None not in by_worker
    return list(by_worker.values())


def terminate(server: Started) -> None:
    server.signal(signal.SIGTERM)


def interrupt_main(server: Started) -> None:
    server.signal(signal.SIGINT)


@needs_proc
@pytest.mark.parametrize(
    "stop",
    [
        terminate,
        interrupt_main,
        Started.interrupt,
    ],
    ids=["SIGTERM", "SIGINT", "Ctrl-C"],
)
def test_a_signal_ends_the_server_and_all_its_processes(folder: Path, stop: Callable[[Started], None]) -> None:
    port = free_port()
    with running(folder / "said", settings(folder, port), "serve", "--port", port, "--workers", 2, port=port) as server:
        site = Site(folder, port, server)
        with ExitStack() as open_connections:
            # Only a worker that has begun to answer hears a signal of its own.
            connections_to_both(site, open_connections)
            open_connections.enter_context(site.connected())
            stop(server)
            ended = server.end(within_seconds=60)
        assert (ended.code, ended.out) == (0, "")
        assert "Traceback" not in ended.err
        wait_until(lambda: not server.family(), 30, lambda: f"left behind: {server.family()}")
    # The port is free again at once.
    with running(folder / "said", settings(folder, port), "serve", "--port", port, "--workers", 1, port=port) as server:
        assert Site(folder, port, server).ask("/feeds/all.rss").status == 200


def background_workers(server: Started) -> list[int]:
    """List the processes of a server that are a `bantin worker`."""
    found = []
    for pid in server.family():
        # One that was listed may have ended since.
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"feeds.cli.worker" in (PROC / str(pid) / "cmdline").read_bytes():
                found.append(pid)
    return found


def schedule(folder: Path, number: int, *, after_seconds: int) -> float:
    """Schedule a draft; return its instant in seconds of the epoch."""
    database = Database(f"sqlite:///{folder / 'data/bantin.sqlite'}")
    planned = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=after_seconds)
    with database.transaction() as session:
        publication.schedule(session, number, Moment(planned.astimezone(VIETNAM)))
    database.dispose()
    return planned.timestamp()


def seen_after(site: Site, title: str, planned: float) -> float:
    """Poll until a feed shows a title first; return how many seconds after its instant that was."""
    wait_until(lambda: titles(site.ask("/feeds/all.json"))[0] == title, 90, lambda: site.server.err)
    return time.time() - planned


@needs_proc
def test_what_is_scheduled_shows_at_its_second_although_a_worker_was_killed(folder: Path) -> None:
    port = free_port()
    with running(folder / "said", settings(folder, port), "serve", "--port", port, "--workers", 1, port=port) as server:
        site = Site(folder, port, server)
        wait_until(lambda: "worker: at work" in server.err, 60, lambda: server.err)
        late = seen_after(site, DRAFTS[0], schedule(folder, 2, after_seconds=4))
        print(f"in the feed {late:.2f} s after its instant")
        assert 0 <= late < 20
        [first] = background_workers(server)
        os.kill(first, signal.SIGKILL)
        late = seen_after(site, DRAFTS[1], schedule(folder, 3, after_seconds=3))
        print(f"in the feed {late:.2f} s after its instant, although the worker was killed")
        assert late >= 0
        # It takes the place of the one that was killed, and need not see first that it is dead.
        assert "said nothing" not in server.err
        assert "the worker was killed by signal 9; starting another in 1 s" in server.err
        [second] = background_workers(server)
        assert second != first
        # Nothing else was disturbed by it.
        assert server.is_running
        assert site.ask("/feeds/all.rss").status == 200


@needs_proc
def test_a_server_without_a_worker_leaves_scheduled_bulletins_to_one_apart(folder: Path) -> None:
    port = free_port()
    arguments = ("serve", "--port", port, "--workers", 1, "--no-worker")
    with running(folder / "said", settings(folder, port), *arguments, port=port) as server:
        site = Site(folder, port, server)
        assert "bantin worker" in server.err
        planned = schedule(folder, 2, after_seconds=3)
        wait_until(lambda: time.time() > planned + 1, 60, lambda: "time stands still")
        assert background_workers(server) == []
        assert DRAFTS[0] not in titles(site.ask("/feeds/all.json"))
        assert run(folder / "said-once", site.env, "worker", "--once").code == 0
        seen_after(site, DRAFTS[0], planned)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent was killed")
def test_no_worker_outlives_a_supervisor_that_was_killed(folder: Path) -> None:
    port = free_port()
    with running(folder / "said", settings(folder, port), "serve", "--port", port, "--workers", 2, port=port) as server:
        assert Site(folder, port, server).ask("/feeds/all.rss").status == 200
        wait_until(lambda: "worker: at work" in server.err, 60, lambda: server.err)
        assert len(background_workers(server)) == 1
        server.signal(signal.SIGKILL)
        wait_until(lambda: len(server.family()) <= 1, 60, lambda: f"left behind: {server.family()}")


def test_what_is_being_answered_is_answered_before_the_end(folder: Path) -> None:
    port = free_port()
    # Rendered anew each time, the answers take a while.
    env = settings(folder, port) | {"BANTIN_FRAGMENTS_MB": "0"}
    with running(folder / "said", env, "serve", "--port", port, "--workers", 1, port=port) as server:
        with ExitStack() as open_connections:
            site = Site(folder, port, server)
            connections = [open_connections.enter_context(site.connected()) for _ in range(8)]
            for connection in connections:
                ask(connection, "/feeds/all.rss")
                connection.request("GET", "/feeds/all.atom")
            # What still lies in the socket is not being answered: a server may close such a connection.
            wait_until(lambda: unread_bytes(port) == 0, 30, lambda: "the server reads nothing")
            terminate(server)
            for connection in connections:
                response = connection.getresponse()
                assert (response.status, response.read()[-8:].strip()) == (200, b"</feed>")
        assert server.end(within_seconds=60).code == 0


def unread_bytes(port: int) -> int:
    """Count what a server has not read yet of what its clients sent; the kernel knows."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    return sum(int(row[4].partition(":")[2], 16) for row in rows if row[1].endswith(f":{port:04X}") and row[3] == "01")


def test_serve_prints_the_address_that_answers(site: Site) -> None:
    addresses = re.findall(r"http://[^\s,;]+", site.server.out + site.server.err)
    assert addresses
    for address in addresses:
        host, slash, path = address.removeprefix("http://").partition("/")
        assert host in {f"127.0.0.1:{site.port}", f"localhost:{site.port}"}
        assert site.ask(f"/{path}").status in ({200} if slash else {200, 302})


def test_serve_prints_an_address_that_answers_where_none_is_set(folder: Path) -> None:
    port = free_port()
    env = environment(folder / "data")
    with running(folder / "said", env, "serve", "--port", port, "--workers", 1, port=port) as server:
        feed = Site(folder, port, server).ask("/feeds/all.json")
        assert {urlsplit_port(url) for url in re.findall(r"http://[^/\s]+", server.err)} == {port}
        assert urlsplit_port(json.loads(feed.body)["feed_url"]) == port


def urlsplit_port(url: str) -> int:
    found = re.search(r":(\d+)", url.partition("//")[2])
    return int(found[1]) if found else 80


@pytest.mark.parametrize(
    ("arguments", "changed", "code", "said"),
    [
        (["serve", "--port", "TAKEN"], {}, 1, ["in use", "--port"]),
        (["demo", "--port", "TAKEN", "--data", "demo"], {}, 1, ["in use", "--port"]),
        (["serve", "--port", "FREE"], {"BANTIN_DATA": "/nonexistent/data"}, 3, ["bantin db upgrade"]),
        (["serve", "--port", "FREE"], {"BANTIN_ENTRIES": "fifty"}, 1, ["BANTIN_ENTRIES", "fifty", "1 to 500"]),
        (["serve", "--port", "FREE", "--host", "203.0.113.9"], {}, 1, ["--host", "203.0.113.9"]),
        (["serve", "--port", "FREE", "--host", "no.such.host.invalid"], {}, 1, ["--host", "no.such.host.invalid"]),
        (["serve", "--port", "0"], {}, 2, ["--port"]),
        (["serve", "--workers", "0"], {}, 2, ["--workers"]),
    ],
)
def test_what_keeps_a_server_from_starting_is_said(
    folder: Path, arguments: list[str], changed: dict[str, str], code: int, said: list[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = {"TAKEN": str(taken.getsockname()[1]), "FREE": str(free_port())}
        arguments = [ports.get(word, word) for word in arguments]
        ended = run(folder / "said", settings(folder, 8000) | changed, *arguments, cwd=folder)
    assert ended.code == code
    assert all(words in ended.err for words in said), ended.err
    assert "Traceback" not in ended.err
    assert not (folder / "demo").exists()


def test_a_host_may_be_named(folder: Path) -> None:
    port = free_port()
    arguments = ("serve", "--host", "localhost", "--port", port, "--workers", 1)
    with running(folder / "said", settings(folder, port), *arguments, port=port) as server:
        assert server.is_running


@needs_proc
def test_the_demo_serves_its_own_store_and_keeps_it(folder: Path) -> None:
    port, data = free_port(), folder / "demo"
    other = folder / "data/bantin.sqlite"
    before = other.read_bytes()
    env = settings(folder, 1) | {
        "BANTIN_DATABASE_URL": f"sqlite:///{other}",
        "BANTIN_ENTRIES": "nonsense",
        "BANTIN_SITE_NAME": "Nơi khác",
    }
    arguments = ("demo", "--port", port, "--data", data)
    with running(folder / "said", env, *arguments, port=port) as server:
        site = Site(folder, port, server)
        addresses = re.findall(r"http://\S+", server.out)
        assert len(addresses) == 5
        for address in addresses:
            host, path = re.fullmatch(r"http://([^/]+)(/.*)", address).groups()  # type: ignore[union-attr]  # matched above
            assert host == f"127.0.0.1:{port}"
            assert site.ask(path).status == 200, address
        first = site.ask("/feeds/all.json")
        assert len(titles(first)) > 20
        assert "Nơi khác" not in first.body.decode()
        [photo] = json.loads(first.body)["items"][0].get("attachments", [{}])[:1] or [{}]
        if photo:
            assert site.ask(photo["url"].partition(str(port))[2]).status == 200
        terminate(server)
        assert server.end(within_seconds=60).code == 0
        wait_until(lambda: not server.family(), 30, lambda: f"left behind: {server.family()}")
    assert other.read_bytes() == before
    with running(folder / "said", env, *arguments, port=port) as server:
        assert "kept as it is" in server.out
        assert "sample bulletins" not in server.out
        assert Site(folder, port, server).ask("/feeds/all.json").body == first.body
        assert Site(folder, port, server).ask("/feeds/all.json").headers["ETag"] == first.headers["ETag"]


def test_the_demo_keeps_a_store_that_has_only_a_category(tmp_path: Path) -> None:
    data, port = tmp_path / "demo", free_port()
    data.mkdir()
    database = Database(f"sqlite:///{data / 'bantin.sqlite'}")
    schema.upgrade(database)
    with database.transaction() as session:
        taxonomy.add_category(session, "Nông nghiệp")
    database.dispose()
    arguments = ("demo", "--port", port, "--data", data)
    with running(tmp_path / "said", environment(data), *arguments, port=port) as server:
        assert "kept as it is" in server.out
        assert titles(Site(tmp_path, port, server).ask("/feeds/all.json")) == []
