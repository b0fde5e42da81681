"""The figures of searches are those of searches that found what there was; measured small, on either database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import search
from tests.bench.__main__ import main
from tests.support import stores
from tests.support.requirements import lacks


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_quick_run_says_every_figure(database: str, capfd: pytest.CaptureFixture[str]) -> None:
    missing = stores.postgres_missing() if database == "postgres" else None
    if missing:
        lacks("postgres", missing)
    main(["--quick", "--only", "search", "--database", database])
    table = capfd.readouterr().out
    for word in (
        f"{database}: 60 bulletins",
        "--quick --only search",
        "p50 ms",
        "LIKE p99 ms",
        *(k.name for k in search.KINDS),
    ):
        assert word in table


def test_a_search_that_finds_too_little_is_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "KINDS", (search.Asked("wrong", "hiemgap", lambda count: count),))
    with pytest.raises(AssertionError, match="found, not"):
        search.measure_search(f"sqlite:///{tmp_path}/bantin.sqlite", count=60, runs=1, seed=3)
