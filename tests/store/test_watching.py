"""A watcher hears what others commit, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from store import bulletins, publication, taxonomy
from store.database import Database
from store.models import DbChange
from store.watching import MOST_CHANGES, Newest, Watch
from tests.support.samples import draft


@pytest.fixture
def watch(database: Database) -> Iterator[Watch]:
    made = Watch(database)
    yield made
    made.close()


def publish(database: Database) -> int:
    with database.transaction() as session:
        number = bulletins.draft(session, draft())
        publication.publish(session, number, publisher_required=False)
    return number


def test_the_first_look_says_where_the_store_stands(database: Database, watch: Watch) -> None:
    assert watch.look(None).newest == Newest()
    publish(database)
    first = watch.look(None)
    assert first.newest.edition > 0
    assert first.changes is None, "nobody knows what was before"


def test_a_later_look_says_what_changed_since(database: Database, watch: Watch) -> None:
    known = watch.look(None).newest
    assert watch.look(known).changes == ()
    number = publish(database)
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
    seen = watch.look(known)
    assert seen.changes is not None
    assert [change.bulletin for change in seen.changes] == [number, None]
    assert "all" in seen.changes[0].selection_keys
    assert seen.newest.edition == seen.changes[-1].edition
    assert watch.look(seen.newest).changes == ()


def test_what_is_undone_is_not_heard_of(database: Database, watch: Watch) -> None:
    known = watch.look(None).newest
    with database.transaction(dry_run=True) as session:
        taxonomy.add_category(session, "Văn hóa")
    assert watch.look(known).newest == known


def test_another_past_of_the_store_is_known_for_one(database: Database, watch: Watch) -> None:
    publish(database)
    known = watch.look(None).newest
    for change in (Newest(known.edition + 5, known.committed_at), Newest(known.edition, None), Newest(1, None)):
        seen = watch.look(change)
        assert (seen.newest, seen.changes) == (known, None)


def test_a_store_that_was_set_back_is_known_for_one(database: Database, watch: Watch) -> None:
    publish(database)
    known = watch.look(None).newest
    publish(database)
    later = watch.look(known).newest
    with database.transaction() as session:
        session.execute(delete(DbChange).where(DbChange.edition > known.edition))
    assert watch.look(later).changes is None


def test_too_many_changes_are_not_told_one_by_one(database: Database, watch: Watch) -> None:
    publish(database)
    known = watch.look(None).newest
    with database.transaction() as session:
        session.add_all(
            DbChange(
                edition=known.edition + number,
                kind="published",
                bulletin=None,
                selection_keys="all",
                committed_at=known.committed_at,
            )
            for number in range(1, MOST_CHANGES + 2)
        )
    seen = watch.look(known)
    assert seen.changes is None
    assert seen.newest.edition == known.edition + MOST_CHANGES + 1


def test_a_commit_of_another_ends_a_wait(database: Database, watch: Watch) -> None:
    known = watch.look(None).newest
    other = threading.Thread(target=publish, args=(database,))
    other.start()
    # On SQLite a wait is short by itself, on PostgreSQL a commit cuts it short; either way the change is soon seen.
    for _ in range(2_000):
        watch.wait()
        seen = watch.look(known)
        if seen.newest != known:
            break
    other.join()
    assert seen.changes


def test_who_is_told_to_end_waits_no_more(database: Database, watch: Watch) -> None:
    watch.look(None)
    other = threading.Thread(target=watch.end)
    other.start()
    while not watch.is_ended:
        watch.wait()
    other.join()
