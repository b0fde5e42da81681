"""Bodies that speak for those under them: their channels hold those bulletins, whatever moves, merges or is rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlalchemy.orm import Session

from store import audit, bulletins, catalogue, changes, publication, rebuild, reorganisation, taxonomy
from store.database import Database
from store.errors import Conflict
from store.lineage import Lineage, Merger, Standing
from store.models import DbPlacement
from store.names import Kind
from store.types import VIETNAM, Selection, Window
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

BODY = Kind.ORGANISATION
PROVINCE, HEALTH, CLINIC, OTHER = 1, 2, 3, 4
"""A clinic stands under the health department, and that under the province; the other body stands apart."""


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_organisation(session, "UBND tỉnh")
        taxonomy.add_organisation(session, "Sở Y tế", parent="UBND tỉnh")
        taxonomy.add_organisation(session, "Trạm Y tế", parent="Sở Y tế")
        taxonomy.add_organisation(session, "Sở Khác")
        taxonomy.add_category(session, "Y tế")
    return database


def issued(database: Database, publisher: str, day_of_month: int, **said: object) -> int:
    what = {"publisher": publisher, "categories": ("Y tế",), "attachments": (), "body": ""}
    number = do(database, bulletins.draft, draft(published=day(2026, 11, day_of_month), **(what | said)))
    do(database, publication.publish, number)
    return number


def include(database: Database, name: str, *, included: bool = True) -> int:
    return do(database, reorganisation.include_subordinates, name, included=included)


def front(database: Database, key: str) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, Selection.from_key(key), limit=50)


def shown(database: Database, key: str) -> set[int]:
    return {entry.number for entry in front(database, key).entries}


def left(database: Database, key: str) -> set[int]:
    return {tombstone.number for tombstone in front(database, key).tombstones}


def is_sound(database: Database) -> bool:
    with database.snapshot() as session:
        return rebuild.examine(session).faults == ()


def since(day_of_month: int) -> datetime:
    return datetime(2026, 11, day_of_month, tzinfo=VIETNAM)


def test_switching_brings_in_what_bodies_at_any_depth_issued_and_takes_it_out_again(
    database: Database, clock: Clock
) -> None:
    own, department = issued(database, "UBND tỉnh", 2), issued(database, "Sở Y tế", 3)
    clinic = issued(database, "Trạm Y tế", 4)
    about = issued(database, "Sở Khác", 5, subjects=("Trạm Y tế",))
    before = front(database, "o1")
    assert {entry.number for entry in before.entries} == {own}
    clock.move(hours=1)
    assert include(database, "UBND tỉnh") == 3
    # The department between need not speak for anybody itself.
    assert shown(database, "o1") == shown(database, "c1.o1") == {own, department, clinic, about}
    assert shown(database, "p1") == shown(database, "c1.p1") == {own, department, clinic}
    assert shown(database, "o2") == shown(database, "p2") == {department}
    after = front(database, "o1")
    assert (after.edition > before.edition, after.changed_at) == (True, clock())
    clock.move(hours=1)
    assert include(database, "UBND tỉnh", included=False) == 3
    assert shown(database, "o1") == shown(database, "p1") == shown(database, "c1.o1") == {own}
    assert left(database, "o1") == {department, clinic, about}
    assert left(database, "c1.p1") == {department, clinic}
    assert is_sound(database)


def test_a_switch_is_one_change_that_is_written_down_and_moves_no_bulletin(database: Database, clock: Clock) -> None:
    number = issued(database, "Trạm Y tế", 4)
    with database.snapshot() as session:
        known, edition = catalogue.get_bulletin(session, number), changes.current_edition(session)
    clock.move(hours=1)
    include(database, "Sở Y tế")
    with database.snapshot() as session:
        (change,) = changes.iter_since(session, edition)
        act, *_ = audit.iter_acts(session)
        body = taxonomy.organisations_by_id(session)[HEALTH]
        assert catalogue.get_bulletin(session, number) == known
    assert change.bulletin is None
    assert change.selection_keys >= {"o2", "p2", "c1.o2", "c1.p2"}
    assert (act.action, act.kind, act.subject) == ("subordinates included", "organisation", "2")
    assert act.edition == change.edition == edition + 1
    assert body.includes_subordinates


def test_new_bulletins_come_in_and_leave_like_all_others(database: Database) -> None:
    include(database, "UBND tỉnh")
    number = issued(database, "Trạm Y tế", 4)
    assert number in shown(database, "p1")
    said = draft(publisher="Sở Khác", categories=("Y tế",), attachments=(), body="", published=day(2026, 11, 4))
    do(database, bulletins.revise, number, said)
    assert shown(database, "p1") == set()
    assert left(database, "p1") == {number}
    assert is_sound(database)


def test_what_cannot_be_switched_is_refused(database: Database) -> None:
    with pytest.raises(Conflict, match="do not hold") as refusal:
        include(database, "Sở Y tế", included=False)
    assert refusal.value.vietnamese
    include(database, "Sở Y tế")
    with pytest.raises(Conflict, match="hold those under it already"):
        include(database, "Sở Y tế")
    do(database, reorganisation.merge, BODY, "Sở Khác", "Sở Y tế")
    with pytest.raises(Conflict, match="was merged"):
        include(database, "Sở Khác")


def test_a_moved_body_takes_its_bulletins_from_one_channel_to_the_other(database: Database, clock: Clock) -> None:
    include(database, "Sở Y tế")
    include(database, "Sở Khác")
    number = issued(database, "Trạm Y tế", 4)
    before = front(database, "o4")
    clock.move(hours=1)
    assert do(database, reorganisation.move, BODY, "Trạm Y tế", "Sở Khác") == 1
    assert (shown(database, "o2"), shown(database, "o4")) == (set(), {number})
    assert (left(database, "o2"), left(database, "p2")) == ({number}, {number})
    assert front(database, "o4").changed_at == clock() > before.changed_at
    assert do(database, reorganisation.move, BODY, "Trạm Y tế", None) == 1
    assert shown(database, "o4") == set()
    assert is_sound(database)


def test_a_department_takes_those_under_it_along(database: Database) -> None:
    include(database, "Sở Khác")
    number = issued(database, "Trạm Y tế", 4)
    assert do(database, reorganisation.move, BODY, "Sở Y tế", "Sở Khác") == 1
    assert shown(database, "p4") == {number}


def test_a_move_under_bodies_that_speak_for_nobody_moves_no_bulletin(database: Database) -> None:
    issued(database, "Trạm Y tế", 4)
    before = front(database, "o2")
    assert do(database, reorganisation.move, BODY, "Sở Y tế", "Sở Khác") == 0
    assert shown(database, "o4") == set()
    # Where a body stands shows in lists of channels.
    assert front(database, "o2").edition > before.edition
    assert is_sound(database)


def test_after_a_merger_the_past_stays_and_the_future_goes_to_the_successor(database: Database) -> None:
    include(database, "Sở Y tế")
    include(database, "Sở Khác")
    old, new = issued(database, "Trạm Y tế", 4), issued(database, "Trạm Y tế", 12)
    do(database, reorganisation.merge, BODY, "Sở Y tế", "Sở Khác", since=since(10))
    later = issued(database, "Trạm Y tế", 15)
    # No flood for the readers of the successor, no silence for those of the merged body.
    assert shown(database, "p4") == {new, later}
    assert shown(database, "p2") == {old, new, later}
    assert left(database, "p2") == set()
    assert is_sound(database)


def test_a_successor_that_speaks_for_itself_alone_ends_the_others_channel_with_its_past(database: Database) -> None:
    include(database, "Sở Y tế")
    old, new = issued(database, "Trạm Y tế", 4), issued(database, "Trạm Y tế", 12)
    do(database, reorganisation.merge, BODY, "Sở Y tế", "Sở Khác", since=since(10))
    assert (shown(database, "p2"), left(database, "p2")) == ({old}, {new})
    assert shown(database, "p4") == set()
    include(database, "Sở Khác")
    assert (shown(database, "p4"), shown(database, "p2")) == ({new}, {old, new})
    assert is_sound(database)


def test_the_province_goes_on_with_a_department_that_was_merged_within_it(database: Database) -> None:
    do(database, reorganisation.move, BODY, "Sở Khác", "UBND tỉnh")
    include(database, "UBND tỉnh")
    numbers = {issued(database, "Trạm Y tế", 4), issued(database, "Trạm Y tế", 12), issued(database, "Sở Y tế", 5)}
    do(database, reorganisation.merge, BODY, "Sở Y tế", "Sở Khác", since=since(10))
    assert shown(database, "p1") == numbers
    assert left(database, "p1") == set()
    assert is_sound(database)


def test_a_merger_that_counts_from_before_another_leaves_the_first_its_past(database: Database) -> None:
    include(database, "Sở Y tế")
    old = issued(database, "Trạm Y tế", 4)
    do(database, reorganisation.merge, BODY, "Sở Y tế", "Sở Khác", since=since(10))
    do(database, reorganisation.merge, BODY, "Sở Khác", "UBND tỉnh", since=since(8))
    assert old in shown(database, "p2")
    assert is_sound(database)


def test_rebuilding_finds_what_is_missing_in_the_channel_of_a_body_above(database: Database) -> None:
    include(database, "UBND tỉnh")
    number = issued(database, "Trạm Y tế", 4)
    do(database, lambda session: session.execute(delete(DbPlacement).where(DbPlacement.selection_key == "p1")))
    with database.transaction() as session:
        assert rebuild.rebuild(session).faults == (f"bulletin {number} was missing under p1",)
    assert shown(database, "p1") == {number}
    assert is_sound(database)


AT = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("parents", "inclusive", "body", "above"),
    [
        ({1: None, 2: 1, 3: 2}, {1}, 3, {1}),
        ({1: None, 2: 1, 3: 2}, {1, 2, 3}, 3, {1, 2}),
        ({1: None, 2: 1, 3: 2}, {3}, 1, set()),
        # A circle cannot come about; a damaged store must not hang on it.
        ({1: 2, 2: 1}, {1, 2}, 1, {2}),
    ],
)
def test_who_speaks_for_whom(parents: dict[int, int | None], inclusive: set[int], body: int, above: set[int]) -> None:
    lineage = Lineage({}, {}, Standing(parents, {}, frozenset(inclusive)))
    assert lineage.speaking_for([body], AT) == above


@given(
    st.lists(st.integers(0, 5), min_size=6, max_size=6),
    st.frozensets(st.integers(1, 6)),
    st.integers(1, 6),
)
@settings(max_examples=100, deadline=None)
def test_below_is_above_seen_from_the_other_end(raised: list[int], inclusive: frozenset[int], body: int) -> None:
    parents = {each: min(parent, each - 1) or None for each, parent in enumerate(raised, 1)}
    lineage = Lineage({}, {BODY: {9: Merger(9, 1, AT)}}, Standing(parents, {}, inclusive))
    below = lineage.bodies_below(body)
    for each in parents:
        speaks = body in lineage.speaking_for([each], AT)
        assert speaks == (each in below and each != body and body in inclusive)
