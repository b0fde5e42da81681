"""The network client against a real server on loopback: every question is asked, and every limit holds."""

from __future__ import annotations

import gzip
import socket
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from feeds.lint.asking import Answer, Question, Unreachable, visit
from feeds.lint.document import LIMIT_BYTES
from feeds.lint.fetching import Network, unpacked

Respond = Callable[[BaseHTTPRequestHandler], tuple[int, Mapping[str, str], bytes]]


class Site:
    """A server whose answers a test writes; `seen` are the requests that came, as (method, path, headers)."""

    def __init__(self) -> None:
        self.respond: Respond = lambda request: (200, {}, b"tin")
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.seen.append((self.command, self.path, {k.lower(): v for k, v in self.headers.items()}))
                status, headers, body = site.respond(self)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def do_HEAD(self) -> None:
                self.do_GET()

            def do_OPTIONS(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


def never(_seconds: float) -> None:
    """Wait for nothing."""


def test_a_document_is_asked_for_in_every_way(site: Site) -> None:
    tag = {"ETag": '"1"', "Last-Modified": "Thu, 19 Nov 2026 09:00:00 GMT"}
    site.respond = lambda request: (
        (304, tag, b"") if '"1"' in request.headers.get("If-None-Match", "") else (200, tag, b"x")
    )
    waited: list[float] = []
    seen = visit(Network().ask, f"{site.url}/tin.rss?a=1", waited.append)
    assert (seen.whole.status, seen.whole.body, seen.is_cut_short) == (200, b"x", False)
    assert seen.unchanged is not None
    assert seen.listed is not None
    assert (seen.unchanged.status, seen.listed.status) == (304, 304)
    assert waited == [2.0]
    methods = [method for method, _, _ in site.seen]
    assert (methods.count("HEAD"), methods.count("OPTIONS")) == (1, 1)
    asked = [headers for _, _, headers in site.seen]
    assert all(headers["user-agent"] for headers in asked)
    assert sum("gzip" in headers["accept-encoding"] for headers in asked) == 1
    assert any("Miniflux" in headers["user-agent"] for headers in asked)
    assert any("range" in headers for headers in asked)
    assert any(path == "/tin.rss?a=1&_=0.7251" for _, path, _ in site.seen)


def test_redirects_are_followed_by_hand_and_not_for_ever(site: Site) -> None:
    site.respond = lambda request: (200, {}, b"x") if request.path == "/moi" else (301, {"Location": "/moi"}, b"")
    seen = visit(Network().ask, f"{site.url}/cu", never)
    assert (seen.whole.url, len(seen.hops)) == (f"{site.url}/moi", 1)
    site.respond = lambda request: (302, {"Location": request.path + "a"}, b"")
    site.seen.clear()
    with pytest.raises(Unreachable, match="more than 5 times"):
        visit(Network().ask, f"{site.url}/cu", never)
    assert len(site.seen) == 6


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/a", "gopher://127.0.0.1/"])
def test_a_redirect_leads_to_no_other_kind_of_address(site: Site, location: str) -> None:
    site.respond = lambda request: (302, {"Location": location}, b"")
    with pytest.raises(Unreachable, match="http://HOST"):
        visit(Network().ask, f"{site.url}/", never)


def test_an_answer_that_is_no_document_ends_the_questions(site: Site) -> None:
    site.respond = lambda request: (503, {}, b"")
    assert visit(Network().ask, site.url, never).whole.status == 503
    assert len(site.seen) == 1


def test_a_body_is_read_no_further_than_the_limit(site: Site) -> None:
    bomb = gzip.compress(b" " * (LIMIT_BYTES * 5))
    site.respond = lambda request: (200, {"Content-Encoding": "gzip"}, bomb)
    answer = Network().ask(Question(f"{site.url}/"))
    assert len(answer.body or b"") == LIMIT_BYTES + 1
    assert answer.sent_bytes == len(bomb) < 100_000


@pytest.mark.parametrize(
    ("sent", "coding", "body"),
    [
        # Without the time of day in it, from which the tests would get other names in each process.
        (gzip.compress(b"tin", mtime=0), "gzip", b"tin"),
        (zlib.compress(b"tin"), "deflate", b"tin"),
        (b"tin", "identity", b"tin"),
        (gzip.compress(b"tin", mtime=0)[:-9], "gzip", None),
        (b"tin", "gzip", None),
        (b"tin", "compress", None),
    ],
)
def test_codings_are_unpacked_or_said_to_be_broken(sent: bytes, coding: str, body: bytes | None) -> None:
    assert unpacked(sent, coding) == body


def test_a_server_that_drips_is_left_when_the_time_is_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        stopped = threading.Event()

        def drip() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stopped.wait(0.05):
                    try:
                        connection.sendall(b"X-A: b\r\n")
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with pytest.raises(Unreachable):
                Network(limit_seconds=0.4).ask(Question(f"http://127.0.0.1:{listening.getsockname()[1]}/"))
        finally:
            stopped.set()
            thread.join(60)
    assert not thread.is_alive()


def test_time_that_runs_out_between_questions_is_told(site: Site) -> None:
    asked = 0

    def ask(question: Question) -> Answer:
        nonlocal asked
        asked += 1
        if asked > 3:
            raise Unreachable("too slow")
        return Network().ask(question)

    seen = visit(ask, f"{site.url}/", never)
    assert seen.is_cut_short
    assert seen.coded is not None
    assert seen.later is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http:///tin", "http://[::1/", "http://127.0.0.1:999999/"])
def test_what_cannot_be_reached_is_said_with_its_address(url: str) -> None:
    with pytest.raises(Unreachable) as refused:
        Network().ask(Question(url))
    assert url.rstrip("/") in str(refused.value)
