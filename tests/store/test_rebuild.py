"""Rebuilding: a sound store is left as it is; whatever is damaged is found, named, mended, and sound after it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from store import (
    audit,
    bulletins,
    catalogue,
    changes,
    expunging,
    placements,
    publication,
    rebuild,
    renaming,
    reorganisation,
    taxonomy,
)
from store.database import Database
from store.models import METADATA, DbBulletin, DbCounter, DbPlacement
from store.names import Kind
from store.types import VIETNAM, Moment, Selection, Window
from tests.support.samples import day, draft, minute
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def front(database: Database, key: str, limit: int = 50) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, Selection.from_key(key), limit=limit)


@pytest.fixture
def lived(database: Database, clock: Clock) -> Database:
    """A store to which all that can happen has happened, in an order that mixes it."""
    with database.transaction(actor="Lan") as session:
        for name, parent in (("Văn hóa", None), ("Lễ hội", "Văn hóa"), ("Hội xuân", "Lễ hội"), ("Thể thao", None)):
            taxonomy.add_category(session, name, parent=parent)
        for name in ("Sở M", "Sở S", "Sở U"):
            taxonomy.add_organisation(session, name)
    filed = [("Hội xuân",), ("Lễ hội", "Thể thao"), ("Thể thao",), ("Văn hóa",), ()]
    issuers = ["Sở M", "Sở S", "Sở U"]
    with database.transaction(actor="Lan") as session:
        for index in range(15):
            said = draft(
                title=f"Bản tin {index}",
                publisher=issuers[index % 3],
                subjects=(issuers[(index + 1) % 3],) if index % 2 else (),
                categories=filed[index % 5],
                authors=("Thu Trang", "Văn Nam")[: index % 3],
                published=day(2026, 11, 1 + index) if index % 4 else None,
            )
            number = bulletins.draft(session, said)
            if index < 12:
                publication.publish(session, number)
        publication.schedule(session, 13, Moment((clock() + timedelta(hours=1)).astimezone(VIETNAM)))
    clock.move(hours=2)
    november = [datetime(2026, 11, each, tzinfo=VIETNAM) for each in range(1, 10)]
    with database.transaction(actor="Lan") as session:
        publication.publish_due(session)
        said = draft(title="Sửa", publisher="Sở S", categories=("Văn hóa",), published=None)
        bulletins.revise(session, 2, said)
        reorganisation.merge(session, Kind.ORGANISATION, "Sở M", "Sở S", since=november[4])
        publication.withdraw(session, 3, reason="Nhầm")
        reorganisation.move(session, Kind.CATEGORY, "Lễ hội", "Thể thao")
        publication.publish(session, 3)
        renaming.rename(session, Kind.CATEGORY, "Lễ hội", "Lễ, hội", since=november[2])
        publication.withdraw(session, 6, reason="Nhầm")
    clock.move(minutes=1)
    with database.transaction(actor="Lan") as session:
        expunging.expunge(session, 5, reason="Theo yêu cầu")
        reorganisation.merge(session, Kind.ORGANISATION, "Sở S", "Sở U")
        reorganisation.close(session, Kind.CATEGORY, "Văn hóa")
        bulletins.add_subject(session, 8, 3)
        said = draft(title="Đính chính", publisher="Sở U", published=None)
        bulletins.correct(session, 9, said, note="sai số")
        reorganisation.move(session, Kind.CATEGORY, "Lễ, hội", None)
    clock.move(minutes=1)
    do(database, publication.publish, 14)
    return database


def rows(database: Database) -> dict[str, list[tuple[object, ...]]]:
    with database.snapshot() as session:
        return {
            table.name: sorted((tuple(row) for row in session.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }


def mended(database: Database) -> tuple[str, ...]:
    """Rebuild; see that a second time finds nothing more and writes nothing."""
    found = do(database, rebuild.rebuild)
    before = rows(database)
    again = do(database, rebuild.rebuild)
    assert again.faults == ()
    assert (again.bulletins, again.placements) == (found.bulletins, found.placements)
    assert rows(database) == before
    return found.faults


def test_a_store_that_lived_long_is_left_as_it_is(lived: Database) -> None:
    before = rows(lived)
    seen: list[int] = []
    found = do(lived, rebuild.rebuild, progress=seen.append)
    assert found.faults == ()
    assert rows(lived) == before
    assert (found.bulletins, seen) == (14, [14])
    assert found.placements == len(before["placement"]) > 60


def test_an_empty_store_is_sound(database: Database) -> None:
    before = rows(database)
    assert do(database, rebuild.rebuild) == rebuild.Rebuilt(0, 0, ())
    assert rows(database) == before


def test_a_missing_placement_is_put_back(lived: Database) -> None:
    sound = rows(lived)["placement"]
    with lived.transaction() as session:
        position = bulletins.get_row(session, 4).position
        session.execute(
            delete(DbPlacement).where(DbPlacement.position == position, DbPlacement.selection_key.in_(["all", "o1"]))
        )
    assert 4 not in {entry.number for entry in front(lived, "all").entries}
    edition = front(lived, "all").edition
    faults = mended(lived)
    assert faults == ("bulletin 4 was missing under all, o1",)
    assert rows(lived)["placement"] == sound
    assert front(lived, "all").edition > edition


def test_a_placement_too_many_is_taken_away(lived: Database) -> None:
    sound = rows(lived)["placement"]
    with lived.transaction() as session:
        position = bulletins.get_row(session, 4).position
        session.execute(insert(DbPlacement).values(selection_key="a2.zz", position=position))
        session.execute(insert(DbPlacement).values(selection_key="c3", position=position))
    faults = mended(lived)
    assert faults == ("bulletin 4 stood under a2.zz, c3 wrongly",)
    assert rows(lived)["placement"] == sound


def test_what_readers_must_not_see_is_taken_away(lived: Database) -> None:
    sound = rows(lived)["placement"]
    with lived.transaction() as session:
        for number in (5, 6):
            position = bulletins.get_row(session, number).position
            session.execute(insert(DbPlacement).values(selection_key="all", position=position))
    assert {5, 6} <= {entry.number for entry in front(lived, "all").entries}
    assert mended(lived) == ("bulletin 5 stood under all wrongly", "bulletin 6 stood under all wrongly")
    assert rows(lived)["placement"] == sound
    assert {5, 6} <= {gone.number for gone in front(lived, "all").tombstones}


def test_a_placement_of_no_bulletin_is_taken_away(lived: Database) -> None:
    sound, window = rows(lived)["placement"], front(lived, "all", limit=3)
    with lived.transaction() as session:
        top = front(lived, "all").entries[0].position
        session.execute(
            insert(DbPlacement), [{"selection_key": "all", "position": top + 1 + extra} for extra in range(2)]
        )
    assert len(front(lived, "all", limit=3).entries) == 1
    assert mended(lived) == ("2 placements under all belonged to no bulletin",)
    assert rows(lived)["placement"] == sound
    after = front(lived, "all", limit=3)
    assert after.entries == window.entries
    # Another worker's document was made while the strays took the places of two bulletins.
    assert after.edition > window.edition


@pytest.mark.parametrize("counter", changes.COUNTERS)
@pytest.mark.parametrize("damage", ["behind", "missing"])
def test_a_counter_never_gives_a_number_twice(lived: Database, counter: str, damage: str) -> None:
    with lived.transaction() as session:
        value = session.execute(select(DbCounter.value).where(DbCounter.name == counter)).scalar_one()
        if damage == "behind":
            session.execute(update(DbCounter).where(DbCounter.name == counter).values(value=2))
        else:
            session.execute(delete(DbCounter).where(DbCounter.name == counter))
    said = f"the counter {counter} was at 2, behind {value}" if damage == "behind" else f"{counter} was missing"
    faults = mended(lived)
    assert len(faults) == 1
    assert said in faults[0]
    number = do(lived, bulletins.draft, draft(publisher="Sở U", published=None))
    do(lived, publication.publish, number)
    with lived.snapshot() as session:
        arrivals = [a for a in session.scalars(select(DbBulletin.arrival)) if a is not None]
    assert len(set(arrivals)) == len(arrivals)


def test_all_kinds_of_damage_at_once(lived: Database) -> None:
    sound = rows(lived)["placement"]
    with lived.transaction() as session:
        session.execute(delete(DbPlacement).where(DbPlacement.selection_key.contains(".")))
        session.execute(insert(DbPlacement).values(selection_key="all", position=17))
        session.execute(insert(DbPlacement).values(selection_key="c1", position=17))
        session.execute(update(DbCounter).values(value=1))
    faults = mended(lived)
    assert len([fault for fault in faults if "counter" in fault]) == 4
    assert len([fault for fault in faults if "belonged to no bulletin" in fault]) == 2
    assert len([fault for fault in faults if "was missing under" in fault]) > 8
    assert rows(lived)["placement"] == sound


def test_all_placements_lost_are_all_put_back(lived: Database) -> None:
    sound = rows(lived)["placement"]
    with lived.transaction() as session:
        session.execute(delete(DbPlacement))
    assert front(lived, "all").entries == ()
    mended(lived)
    assert rows(lived)["placement"] == sound


def test_what_lost_its_placements_can_still_be_withdrawn(lived: Database) -> None:
    with lived.transaction() as session:
        position = bulletins.get_row(session, 4).position
        session.execute(delete(DbPlacement).where(DbPlacement.position == position))
    do(lived, publication.withdraw, 4, reason="Nhầm")
    with lived.snapshot() as session:
        assert catalogue.get_bulletin(session, 4).status == "withdrawn"


def test_a_mend_is_written_down_and_told_once(lived: Database) -> None:
    with lived.transaction() as session:
        session.execute(delete(DbPlacement).where(DbPlacement.selection_key.in_(["o2", "c1"])))
        edition = changes.current_edition(session)
    do(lived, rebuild.rebuild)
    with lived.snapshot() as session:
        told = list(changes.iter_since(session, edition))
        act = next(iter(list(audit.iter_acts(session, limit=1))))
    assert [(change.kind, change.selection_keys) for change in told] == [("rebuilt", frozenset({"o2", "c1"}))]
    assert (act.action, act.actor, act.kind) == ("rebuilt", "Lan", "store")


def test_a_dry_run_finds_and_mends_nothing(lived: Database) -> None:
    with lived.transaction() as session:
        session.execute(delete(DbPlacement).where(DbPlacement.selection_key == "all"))
    before = rows(lived)
    with lived.transaction(dry_run=True) as session:
        assert rebuild.rebuild(session).faults
    assert rows(lived) == before


def test_more_bulletins_than_one_batch(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(placements, "BATCH", 4)
    for index in range(11):
        number = do(
            sqlite_database,
            bulletins.draft,
            draft(title=f"Bản tin {index}", published=minute(2026, 11, 1 + index, 8, 0)),
        )
        do(sqlite_database, publication.publish, number, publisher_required=False)
    with sqlite_database.transaction() as session:
        session.execute(delete(DbPlacement))
    seen: list[int] = []
    found = do(sqlite_database, rebuild.rebuild, progress=seen.append)
    assert (found.bulletins, seen, len(found.faults)) == (11, [4, 8, 11], 11)
    assert [entry.number for entry in front(sqlite_database, "all").entries] == list(range(11, 0, -1))
