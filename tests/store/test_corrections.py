"""Corrections: readers are told what was wrong, and a minor edit tells them nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import audit, bulletins, catalogue, changes, expunging, publication, taxonomy
from store.database import Database
from store.errors import Conflict, InputError
from store.models import DbCorrection, DbRevision
from store.types import Bulletin, Correction, Draft, Selection, Window
from tests.support.samples import draft, minute
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

SAID = {"publisher": "Sở Y tế", "published": None}


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def said(**changed: Any) -> Draft:
    return draft(**(SAID | changed))


@pytest.fixture
def number(database: Database) -> int:
    with database.transaction(actor="Lan") as session:
        taxonomy.add_organisation(session, "Sở Y tế")
        number = bulletins.draft(session, said())
        publication.publish(session, number)
    return number


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def front(database: Database) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, Selection(), limit=50)


def test_a_correction_tells_what_was_wrong_and_when(database: Database, clock: Clock, number: int) -> None:
    before, shown = read(database, number), front(database)
    clock.move(hours=3)
    note = " Số hộ là 214, \n không phải 241. "
    assert do(database, bulletins.correct, number, said(lead="Có 214 hộ."), note=note)
    after = read(database, number)
    assert after.corrections == (Correction(clock(), "Số hộ là 214, không phải 241."),)
    assert after.corrections[0].at.utcoffset() == minute(2026, 1, 1, 0, 0).instant.utcoffset()
    assert (after.lead, after.updated, after.published) == ("Có 214 hộ.", clock(), before.published)
    assert (after.public_id, after.arrival) == (before.public_id, before.arrival)
    assert (after.revision, after.version) == (before.revision + 1, before.version + 1)
    assert front(database).edition == shown.edition + 1
    assert front(database).changed_at == clock()
    with database.snapshot() as session:
        acts = [(act.action, act.actor, act.note) for act in audit.iter_acts(session, limit=2)]
        latest = select(DbRevision.significant, DbRevision.note).order_by(DbRevision.revision.desc()).limit(1)
        kept = tuple(session.execute(latest).one())
    assert acts[0] == ("corrected", "Lan", "Số hộ là 214, không phải 241.")
    assert kept == (True, "Số hộ là 214, không phải 241.")


def test_the_latest_correction_stands_first(database: Database, clock: Clock, number: int) -> None:
    for index in range(3):
        clock.move(minutes=1)
        do(database, bulletins.correct, number, said(lead=f"Lần {index}"), note=f"sửa lần {index}")
    corrections = read(database, number).corrections
    assert [each.note for each in corrections] == ["sửa lần 2", "sửa lần 1", "sửa lần 0"]
    assert sorted((each.at for each in corrections), reverse=True) == [each.at for each in corrections]


def test_updated_moves_on_even_within_one_second(database: Database, number: int) -> None:
    moments = [read(database, number).updated]
    for index in range(4):
        do(database, bulletins.correct, number, said(lead=f"Lần {index}"), note="sửa số liệu")
        moments.append(read(database, number).updated)
    seen = [moment for moment in moments if moment is not None]
    assert len(set(seen)) == 5
    assert seen == sorted(seen)
    assert [each.at for each in read(database, number).corrections] == seen[:0:-1]


def test_updated_moves_on_under_a_clock_that_was_set_back(database: Database, clock: Clock, number: int) -> None:
    before = read(database, number).updated
    clock.move(days=-2)
    do(database, bulletins.correct, number, said(lead="Sửa."), note="sửa số liệu")
    after = read(database, number).updated
    assert before is not None
    assert after is not None
    assert after > before


def test_the_same_text_corrects_nothing(database: Database, clock: Clock, number: int) -> None:
    before, shown = read(database, number), front(database)
    clock.move(hours=1)
    assert not do(database, bulletins.correct, number, said(), note="sửa số liệu")
    assert (read(database, number), front(database)) == (before, shown)
    with database.snapshot() as session:
        assert session.scalars(select(DbCorrection)).all() == []
        assert [act.action for act in audit.iter_acts(session, limit=1)] == ["published"]


def test_a_minor_edit_leaves_what_readers_were_told(database: Database, clock: Clock, number: int) -> None:
    clock.move(hours=1)
    do(database, bulletins.correct, number, said(lead="Có 214 hộ."), note="Số hộ là 214.")
    before = read(database, number)
    clock.move(hours=1)
    assert do(database, bulletins.revise, number, said(lead="Có 214 hộ dân."), note="thêm một chữ")
    after = read(database, number)
    assert (after.updated, after.corrections) == (before.updated, before.corrections)
    assert (after.published, after.lead) == (before.published, "Có 214 hộ dân.")


def test_only_readers_are_told(database: Database, number: int) -> None:
    other = do(database, bulletins.draft, said(title="Bản nháp"))
    do(database, publication.withdraw, number, reason="Nhầm")
    for each, status in ((other, "draft"), (number, "withdrawn")):
        with database.snapshot() as session:
            edition = changes.current_edition(session)
        with pytest.raises(Conflict, match=f"is {status}") as refusal:
            do(database, bulletins.correct, each, said(lead="Sửa."), note="sửa số liệu")
        assert "bantin bulletin edit" in str(refusal.value)
        assert refusal.value.vietnamese
        assert read(database, each).lead == draft().lead
        with database.snapshot() as session:
            assert changes.current_edition(session) == edition
            assert session.scalars(select(DbCorrection)).all() == []


def test_what_was_expunged_is_not_corrected(database: Database, number: int) -> None:
    do(database, expunging.expunge, number, reason="Theo yêu cầu")
    with pytest.raises(Conflict, match="was expunged"):
        do(database, bulletins.correct, number, said(lead="Sửa."), note="sửa số liệu")
    with pytest.raises(Conflict, match="was expunged") as refusal:
        do(database, bulletins.revise, number, said(lead="Sửa."))
    assert refusal.value.vietnamese
    assert read(database, number).lead == ""


@pytest.mark.parametrize("note", ["", "  ", "\u200b\n", "x" * 2_001])
def test_a_correction_without_words_is_refused_whole(database: Database, number: int, note: str) -> None:
    before = read(database, number)
    with pytest.raises(InputError, match="note"):
        do(database, bulletins.correct, number, said(lead="Sửa."), note=note)
    assert read(database, number) == before


def test_a_correction_of_a_text_that_moved_on_is_refused(database: Database, number: int) -> None:
    do(database, bulletins.revise, number, said(lead="Minh đã sửa."))
    with pytest.raises(Conflict, match="revision 2 by now") as refusal:
        do(database, bulletins.correct, number, said(lead="Lan sửa."), note="sửa số liệu", expected_revision=1)
    assert refusal.value.vietnamese
    assert read(database, number).lead == "Minh đã sửa."
    assert read(database, number).corrections == ()


def test_corrections_stay_when_a_bulletin_goes_and_comes_back(database: Database, clock: Clock, number: int) -> None:
    clock.move(minutes=1)
    do(database, bulletins.correct, number, said(lead="Sửa."), note="Số hộ là 214.")
    before = read(database, number)
    clock.move(minutes=1)
    do(database, publication.withdraw, number, reason="Nhầm")
    do(database, publication.publish, number)
    assert read(database, number).corrections == before.corrections
