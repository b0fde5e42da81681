"""Former names: the name of a day is the one that was in use on it, to the instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from store import renaming, taxonomy
from store.database import Database
from store.former_names import FormerName, former_names, name_at
from store.names import Kind
from tests.support.stores import Clock

START = datetime(2020, 1, 1, tzinfo=UTC)


def until(day: int) -> FormerName:
    return FormerName(START + timedelta(days=day), f"đến {day}", None, f"den-{day}")


def test_a_name_ends_the_instant_the_next_begins() -> None:
    former = [until(10), until(20)]
    asked = {
        9: "đến 10",
        10: "đến 20",
        19: "đến 20",
        20: None,
        400: None,
        -400: "đến 10",
    }
    for day, name in asked.items():
        found = name_at(former, START + timedelta(days=day))
        assert (found.name if found else None) == name
    last = name_at(former, START + timedelta(days=20) - timedelta(seconds=1))
    assert last == former[1]


def test_who_never_had_another_name_has_the_one_of_today() -> None:
    assert name_at([], START) is None


@given(ends=st.lists(st.integers(0, 1_000), unique=True).map(sorted), day=st.integers(-10, 1_010))
def test_every_day_has_exactly_one_name(ends: list[int], day: int) -> None:
    found = name_at([until(end) for end in ends], START + timedelta(days=day))
    later = [end for end in ends if end > day]
    assert (found.until if found else None) == (START + timedelta(days=later[0]) if later else None)


def test_names_of_several_kinds_are_read_at_once(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Mục một")
        taxonomy.add_organisation(session, "Sở Một", short_name="S1")
        taxonomy.add_author(session, "Lan")
    for step, name in enumerate(("hai", "ba")):
        clock.move(days=1)
        with database.transaction() as session:
            renaming.rename(session, Kind.CATEGORY, "muc-mot" if step == 0 else "Mục hai", f"Mục {name}")
            renaming.rename(session, Kind.ORGANISATION, "so-mot" if step == 0 else "Sở hai", f"Sở {name}")
    with database.snapshot() as session:
        found = former_names(session, {Kind.CATEGORY: [1], Kind.ORGANISATION: [1, 99], Kind.AUTHOR: [1]})
        assert [name.name for name in found[Kind.CATEGORY][1]] == ["Mục một", "Mục hai"]
        assert [(name.name, name.short_name, name.slug) for name in found[Kind.ORGANISATION][1]] == [
            ("Sở Một", "S1", "so-mot"),
            ("Sở hai", None, "so-hai"),
        ]
        assert [name.until for name in found[Kind.ORGANISATION][1]] == [clock() - timedelta(days=1), clock()]
        assert list(found[Kind.AUTHOR][1]) == list(found[Kind.ORGANISATION][99]) == []
        nothing = former_names(session, {Kind.CATEGORY: [], Kind.ORGANISATION: [], Kind.AUTHOR: []})
        assert all(not of_kind for of_kind in nothing.values())
