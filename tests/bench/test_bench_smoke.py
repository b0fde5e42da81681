"""The benchmark itself works: it runs small, compares equal work, and says every figure. No figure is judged here."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from store.database import Database
from tests.bench import corpus, ours, rival
from tests.bench.__main__ import main
from tests.bench.agreement import require_same_work
from tests.bench.asking import ENTRIES, ask, environ
from tests.bench.in_process import QUICK
from tests.support import stores
from tests.support.requirements import lacks


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_quick_run_says_every_figure(
    database: str, cache: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    missing = stores.postgres_missing() if database == "postgres" else None
    if missing:
        lacks("postgres", missing)
    environment = dict(os.environ)
    out = tmp_path / "figures.json"
    main(["--quick", "--only", "plain", "--database", database, "--cache", str(cache), "--json", str(out)])
    table = capfd.readouterr().out
    for word in (database, "tests.bench --quick", "cold", "304", "rss", "atom", "json", "ratio", "MiB", "pages/s"):
        assert word in table
    [found] = json.loads(out.read_text(encoding="utf-8"))["plain"]["databases"]
    measured = {(t["contender"], t["request"], t["format"]): t["wall_ms"] for t in found["times"]}
    own, plain = ("rss", "atom", "json"), ("rss", "atom")
    assert set(measured) == {("bantin", kind, f) for kind in ("cold", "304") for f in own} | {
        ("feedgen", kind, f) for kind in ("cold", "304") for f in plain
    }
    assert all(len(samples) == QUICK["runs"] and min(samples) > 0 for samples in measured.values())
    documents = {(d["contender"], d["work"], d["format"]): d["cpu_ms"] for d in found["fragments"]}
    assert {name for name, _, _ in documents} == {"none kept", "all kept", "feedgen"}
    assert len(documents) == 2 * (3 + 3 + 2)
    assert all(len(samples) == QUICK["runs"] for samples in documents.values())
    assert all(0 < entry["made_kib"] <= entry["peak_kib"] for entry in found["memory"])
    assert {entry["contender"] for entry in found["memory"]} == {"bantin", "feedgen"}
    assert all(rate > 0 for rates in found["import_pages_per_second"].values() for rate in rates)
    assert dict(os.environ) == environment


def test_work_that_differs_is_not_measured(cache: Path) -> None:
    store = corpus.sqlite_store(cache, count=QUICK["bulletins"], seed=5)
    with corpus.copied_sqlite(store) as url:
        own, plain = ours.contender(url), rival.contender(url)
        sizes = require_same_work(own, plain)
        assert set(sizes["bantin"]) == {"rss", "atom", "json"}
        with corpus.copied_sqlite(store) as other_url:
            with Database(other_url).transaction() as session:
                session.connection().exec_driver_sql("UPDATE body SET html = html || '<p>Thêm.</p>'")
            other = rival.contender(other_url)
            with pytest.raises(AssertionError, match="content"):
                require_same_work(own, other)
            other.dispose()
        for contender in (own, plain):
            contender.dispose()


def test_a_feed_is_full_and_its_store_is_kept(cache: Path) -> None:
    count = QUICK["bulletins"]
    store = corpus.sqlite_store(cache, count=count, seed=5)
    before = store.stat().st_ino
    assert corpus.sqlite_store(cache, count=count, seed=5).stat().st_ino == before
    assert corpus.sqlite_store(cache, count=count, seed=6) != store
    own = ours.contender(f"sqlite:///{store}")
    items = json.loads(ask(own.awake(), environ(own.address("json"))).body)["items"]
    own.dispose()
    assert len(items) == ENTRIES
    for distinct in ("id", "title", "content_html"):
        assert len({item[distinct] for item in items}) == ENTRIES
    assert min(len(item["content_html"].split()) for item in items) > 100
    assert any(item.get("attachments") for item in items)


@pytest.mark.parametrize("arguments", [["--runs", "6"], ["--bulletins", "49"], ["--bulletins", "x"]])
def test_sizes_that_measure_nothing_are_refused(arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert arguments[1] in capfd.readouterr().err
