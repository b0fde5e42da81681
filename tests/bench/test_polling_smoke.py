"""The polling benchmark itself works: it runs small, looks at the answers, and says every figure. None is judged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.bench.__main__ import main
from tests.bench.polling import missing
from tests.bench.polling.figures import Figure, rows, timed_in_turns
from tests.bench.polling.hot import NGINX, NOTHING, OURS
from tests.bench.polling.load import many_documents, one_document
from tests.support import stores
from tests.support.requirements import lacks


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("polling")


@pytest.fixture
def programs() -> None:
    lacking = missing()
    if lacking:
        lacks("nginx" if "nginx" in lacking else "wrk", lacking)


def measured(part: str, cache: Path, out: Path, *more: str) -> list[dict[str, Any]]:
    main(["--quick", "--only", part, "--cache", str(cache), "--json", str(out), *more])
    found: list[dict[str, Any]] = json.loads(out.read_text(encoding="utf-8"))["figures"]
    return found


@pytest.mark.usefixtures("programs")
def test_a_hot_document_is_measured_beside_nothing_and_nginx(
    cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    figures = measured("hot", cache, tmp_path / "figures.json")
    judged = {(each["name"].split(",")[0], each["rival"]) for each in figures if each["target"] is not None}
    assert judged == {("hot 304", NOTHING), ("hot 304", NGINX), ("hot 200", NGINX)}
    assert all(len(each["ours"]) == len(each["theirs"]) == 1 for each in figures)
    assert all(min(each["ours"] + each["theirs"]) > 0 for each in figures if each["unit"] == "answers/s")
    table = capfd.readouterr().out
    for word in ("tests.bench --quick --only hot", OURS, NGINX, NOTHING, "feedgen", "no shelf", "ratio", "≥ 0.9"):
        assert word in table


@pytest.mark.usefixtures("programs")
def test_channels_are_polled_while_bulletins_are_published(cache: Path, tmp_path: Path) -> None:
    figures = measured("channels", cache, tmp_path / "figures.json")
    [polls, _, slow, _, memory] = figures
    assert polls["rival"] == "one document"
    assert min(polls["ours"] + polls["theirs"]) > 0
    assert (slow["unit"], slow["limit"]) == ("share", 0.001)
    assert 20 < memory["ours"][0] < 1_000


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_every_worker_is_asked_until_it_shows_what_was_published(database: str, cache: Path, tmp_path: Path) -> None:
    absent = stores.postgres_missing() if database == "postgres" else None
    if absent:
        lacks("postgres", absent)
    figures = measured("visible", cache, tmp_path / "figures.json", "--database", database)
    assert [(each["name"].rpartition(", ")[2], each["limit"]) for each in figures] == [
        ("idle: p50", None),
        ("idle: p99", 250),
        ("saturated: p50", None),
        ("saturated: p99", None),
    ]
    assert all(each["ours"][0] > 0 for each in figures)


def test_cold_documents_and_starts_are_figures_of_the_same_table(cache: Path, tmp_path: Path) -> None:
    figures = measured("cold,start", cache, tmp_path / "figures.json", "--database", "sqlite")
    assert [(each["name"].split(", ")[0], each["limit"]) for each in figures] == [
        ("cold document", None),
        ("cold document", 5.0),
        ("cold document", None),
        ("cold document", 25.0),
        ("start to first answered poll", 2.0),
    ]
    assert all(min(each["ours"]) > 0 for each in figures)


def test_what_is_not_installed_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: None if name == "nginx" else f"/usr/bin/{name}")
    with pytest.raises(SystemExit, match="apt-get install nginx") as end:
        main(["--quick", "--only", "hot,plain"])
    assert "wrk" not in str(end.value)


def test_a_part_that_there_is_not_is_refused(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "hot,warm"])
    assert "warm is none of hot, " in capfd.readouterr().err


@pytest.mark.usefixtures("programs")
@pytest.mark.parametrize("status", [404, 500])
def test_errors_are_no_figure(status: int, tmp_path: Path) -> None:
    with answering(status) as port:
        polls = one_document(tmp_path, f"http://127.0.0.1:{port}/", {})
        with pytest.raises(RuntimeError, match="were errors"):
            polls.run(seconds=1)


@pytest.mark.usefixtures("programs")
def test_a_poll_with_a_validator_that_gets_the_same_document_is_no_figure(tmp_path: Path) -> None:
    with answering(200) as port:
        known = many_documents(tmp_path, port, {"/a": '"same"'}, clients=2, seed=1)
        with pytest.raises(RuntimeError, match="odd"):
            known.run(seconds=1)
        new = many_documents(tmp_path, port, {"/a": '"old"', "/b": '"old"'}, clients=2, seed=1)
        with pytest.raises(RuntimeError, match="odd"):
            new.run(seconds=1)


@pytest.mark.usefixtures("programs")
def test_what_the_client_counts_is_what_was_sent(tmp_path: Path) -> None:
    with answering(304) as port:
        load = many_documents(tmp_path, port, {"/a": '"same"'}, clients=2, seed=1).run(seconds=1)
    assert (load.errors, load.odd, load.changed) == (0, 0, 0)
    assert load.requests > 0
    assert 0 < load.p50_ms <= load.p99_ms
    assert 0 <= load.slow <= load.measured


def test_a_ratio_is_of_turns_and_a_limit_is_of_ours() -> None:
    by_turns = Figure("f", "answers/s", (90.0, 10.0, 900.0), "r", (100.0, 10.0, 1000.0), 0.9)
    assert by_turns.ratio == pytest.approx(0.9)
    assert by_turns.is_reached
    assert Figure("f", "answers/s", (89.0,), "r", (100.0,), 0.9).is_reached is False
    assert Figure("f", "ms", (250.0,), limit=250.0).is_reached
    assert Figure("f", "ms", (251.0,), limit=250.0).is_reached is False
    assert Figure("f", "s", (2.1,), "r", (1.0,), 3.0, 2.0, is_less_better=True).is_reached is False
    assert Figure("f", "ms", (8.0, 1.0, 1.0), "r", (1.0, 1.0, 8.0), is_in_turns=False).ratio == 1.0
    assert Figure("f", "ms", (15.0,), "r", (10.0,), 1.5, is_less_better=True).is_reached
    assert Figure("f", "ms", (16.0,), "r", (10.0,), 1.5, is_less_better=True).is_reached is False
    assert Figure("f", "ms", (1.0,)).is_reached is None
    assert [cells[-1] for cells in rows([by_turns, Figure("f", "ms", (251.0,), limit=250.0)])] == [
        "reached",
        "yes",
        "NO",
    ]


def test_turns_begin_with_another_each_time_and_the_first_does_not_count() -> None:
    order: list[str] = []

    def act(name: str) -> float:
        order.append(name)
        return float(len(order))

    samples = timed_in_turns((("a", lambda: act("a")), ("b", lambda: act("b"))), runs=2)
    assert order == ["b", "a", "a", "b", "b", "a"]
    assert samples == {"a": (3.0, 6.0), "b": (4.0, 5.0)}


@contextmanager
def answering(status: int) -> Iterator[int]:
    """Serve nothing but one status, with a validator; give the port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("ETag", '"same"')
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
