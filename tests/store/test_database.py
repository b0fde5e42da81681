"""Transactions and snapshots: all or nothing, one state for a reader, counters without gap, news after commit."""

from __future__ import annotations

import threading

import pytest

from store import changes, taxonomy
from store.database import Database
from store.errors import AlreadyExists
from store.types import Change


def test_nothing_of_a_failed_transaction_stays(database: Database) -> None:
    def write() -> None:
        with database.transaction() as session:
            taxonomy.add_category(session, "Văn hóa")
            taxonomy.add_category(session, "Văn hóa")

    with pytest.raises(AlreadyExists):
        write()
    with database.snapshot() as session:
        assert taxonomy.categories_by_id(session) == {}
        assert changes.current_edition(session) == 0


def test_a_dry_run_does_all_and_leaves_nothing(database: Database) -> None:
    heard: list[tuple[Change, ...]] = []
    database.subscribe(heard.append)
    with database.transaction(dry_run=True) as session:
        assert taxonomy.add_category(session, "Văn hóa").slug == "van-hoa"
    with database.snapshot() as session:
        assert taxonomy.categories_by_id(session) == {}
    assert heard == []


def test_subscribers_hear_after_the_commit_what_changed(database: Database) -> None:
    seen: list[tuple[int, frozenset[str], int]] = []

    def hear(committed: tuple[Change, ...]) -> None:
        with database.snapshot() as session:
            seen.extend((c.edition, c.selection_keys, changes.current_edition(session)) for c in committed)

    database.subscribe(hear)
    with database.transaction() as session:
        category = taxonomy.add_category(session, "Văn hóa")
    assert seen == [(1, frozenset({f"c{category.id}"}), 1)]


def test_a_snapshot_sees_one_state_while_others_write(database: Database) -> None:
    with database.snapshot() as reader:
        assert changes.current_edition(reader) == 0
        with database.transaction() as writer:
            taxonomy.add_category(writer, "Y tế")
        assert changes.current_edition(reader) == 0
        assert taxonomy.categories_by_id(reader) == {}
    with database.snapshot() as reader:
        assert changes.current_edition(reader) == 1


def test_writers_take_turns_and_editions_have_no_gap(database: Database) -> None:
    failures: list[BaseException] = []

    def write(worker: int) -> None:
        try:
            for turn in range(10):
                with database.transaction() as session:
                    taxonomy.add_category(session, f"Chuyên mục {worker}.{turn}")
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert failures == []
    with database.snapshot() as session:
        assert [change.edition for change in changes.iter_since(session, 0)] == list(range(1, 41))
        assert len(taxonomy.categories_by_id(session)) == 40
