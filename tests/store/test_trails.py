"""The way back from a bulletin: the categories above it as they stand and are called today."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from store import bulletins, catalogue, publication, renaming, reorganisation, taxonomy
from store.database import Database
from store.names import Kind
from store.trails import Trail, trail_of
from tests.support.samples import draft
from tests.support.stores import Clock


@pytest.fixture
def numbers(database: Database) -> tuple[int, int]:
    """A bulletin three categories deep, and one that has none."""
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_category(session, "Lồng Tồng", parent="Lễ hội")
        taxonomy.add_category(session, "Y tế")
        deep = bulletins.draft(session, draft(categories=("Lồng Tồng", "Y tế")))
        bare = bulletins.draft(session, draft(title="Tin không chuyên mục"))
        for number in (deep, bare):
            publication.publish(session, number, publisher_required=False)
    return deep, bare


def trail(database: Database, number: int) -> Trail:
    with database.snapshot() as session:
        return trail_of(session, catalogue.get_bulletin(session, number))


def test_the_trail_leads_down_to_the_first_category(database: Database, numbers: tuple[int, int], clock: Clock) -> None:
    found = trail(database, numbers[0])
    assert [(step.name, step.slug) for step in found.steps] == [
        ("Văn hóa", "van-hoa"),
        ("Lễ hội", "le-hoi"),
        ("Lồng Tồng", "long-tong"),
    ]
    assert found.changed_at == clock()
    assert trail(database, numbers[1]) == Trail((), clock())


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda s: renaming.rename(s, Kind.CATEGORY, "Văn hóa", "Văn hiến"), ["Văn hiến", "Lễ hội", "Lồng Tồng"]),
        (lambda s: renaming.rename(s, Kind.CATEGORY, "Lồng Tồng", "Hội xuân"), ["Văn hóa", "Lễ hội", "Hội xuân"]),
        (lambda s: reorganisation.move(s, Kind.CATEGORY, "Lễ hội", "Y tế"), ["Y tế", "Lễ hội", "Lồng Tồng"]),
    ],
    ids=["above renamed", "itself renamed", "moved"],
)
def test_a_change_of_the_tree_dates_the_trail(
    database: Database,
    numbers: tuple[int, int],
    clock: Clock,
    change: Callable[[Session], object],
    names: list[str],
) -> None:
    began = clock()
    clock.move(minutes=1)
    with database.transaction() as session:
        change(session)
    found = trail(database, numbers[0])
    assert [step.name for step in found.steps] == names
    assert found.changed_at == clock()
    assert trail(database, numbers[1]).changed_at == began
