"""A channel's head costs a few look-ups, however much stands in the channel, and none of them reads a whole table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from feeds.channels import Prepared, find_selection, path_of, prepare
from feeds.documents.model import Format
from feeds.fragment_cache import FragmentCache
from feeds.settings import Settings
from store import bulletins, catalogue, channel_settings, publication
from store.database import Database
from store.models import METADATA
from store.types import ChannelSettings, Selection
from tests.support import bulk
from tests.support.stores import Clock

SETTINGS = Settings(data=Path(), base_url="https://bantin.example", entries=50)
STATEMENTS = {"all": 2, "c3": 3, "p1": 3, "c3.o1": 4, "a1": 3}
"""By selection_key: its state and its newest bulletins, and one for each criterion."""
OF_BULLETINS = 8
LOOKED_AT_ALONE = {"instance"}
"""Tables of one row."""

Asked = list[tuple[str, Any]]


@contextmanager
def counted(database: Database) -> Iterator[Asked]:
    """Collect the statements that read, with what they are asked."""
    asked: Asked = []

    def note(_connection: Any, _cursor: Any, statement: str, said: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, said))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def head(database: Database, key: str, *, cache: FragmentCache | None = None) -> tuple[Prepared, Asked]:
    """Prepare a channel by its address, and its document where there is a `cache`; say what was asked for it."""
    with database.snapshot() as session:
        path = path_of(session, Selection.from_key(key))
        with counted(database) as asked:
            resolved = find_selection(session, path)
            assert resolved is not None
            prepared = prepare(session, resolved, SETTINGS)
            if cache is not None:
                prepared.render(session, Format.ATOM, SETTINGS, cache)
    return prepared, asked


def fill(database: Database, count: int) -> None:
    bulk.found(database)
    bulk.load(database, count)


@pytest.mark.parametrize("count", [60, 600])
def test_a_head_takes_as_many_statements_whatever_stands_in_it(database: Database, count: int) -> None:
    fill(database, count)
    assert {key: len(head(database, key)[1]) for key in STATEMENTS} == STATEMENTS


def test_what_left_and_what_was_corrected_take_one_statement_each(database: Database, clock: Clock) -> None:
    fill(database, 120)
    clock.move(minutes=1)
    with database.transaction() as session:
        publication.withdraw(session, 119, reason="Nhầm")
        bulletins.correct(session, 5, replace(bulk.Plan(4).draft(), lead="Số liệu mới."), note="Sai số liệu")
        channel_settings.set_channel_settings(session, Selection(), ChannelSettings(title="Tin tỉnh"))
    prepared, asked = head(database, "all")
    assert len(asked) == STATEMENTS["all"] + 2
    assert [gone.number for gone in prepared.window.tombstones] == [119]
    assert prepared.window.entries[-1].number == 5
    assert prepared.channel.title == "Tin tỉnh"


def test_kept_fragments_take_no_statement_and_fresh_ones_a_few(database: Database) -> None:
    fill(database, 60)
    cache = FragmentCache(1 << 20)
    _, cold = head(database, "all", cache=cache)
    _, warm = head(database, "all", cache=cache)
    assert len(warm) == STATEMENTS["all"]
    assert STATEMENTS["all"] < len(cold) <= STATEMENTS["all"] + OF_BULLETINS


def test_no_statement_reads_a_whole_table(sqlite_database: Database) -> None:
    fill(sqlite_database, 60)
    with sqlite_database.snapshot() as session:
        for key in (*STATEMENTS, "c1_3", "c3.a1"):
            _, asked = head(sqlite_database, key, cache=FragmentCache(0))
            with counted(sqlite_database) as more:
                catalogue.was_ever_placed(session, Selection.from_key(key))
            for statement, said in asked + more:
                plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", said)
                scanned = {found[1] for row in plan if (found := re.match(r"SCAN (\w+)", row.detail))}
                assert not scanned & METADATA.tables.keys() - LOOKED_AT_ALONE, statement
