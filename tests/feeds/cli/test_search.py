"""`bantin feed` and `bantin bulletin list`: any selection and any words, as the addresses say them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from store import bulletins, publication, taxonomy
from store.database import Database
from store.models import DbBulletin
from tests.feeds.cli.conftest import Run
from tests.support.samples import draft


@pytest.fixture
def filled(bantin: Run, tmp_path: Path) -> Run:
    database = Database(f"sqlite:///{tmp_path}/data/bantin.sqlite")
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Y tế")
        for title, category in (("Lễ hội xuân", "Văn hóa"), ("Tiêm chủng", "Y tế"), ("Lễ phát động", "Y tế")):
            said = draft(title=title, lead="", body="<p>Tin.</p>", attachments=(), categories=(category,))
            publication.publish(session, bulletins.draft(session, said), publisher_required=False)
    database.dispose()
    return bantin


def titles(document: str) -> list[str]:
    return [item["title"] for item in json.loads(document)["items"]]


def test_a_document_of_any_selection(filled: Run) -> None:
    either = filled("feed", "category/van-hoa_y-te.json")
    assert titles(either.out) == ["Lễ phát động", "Tiêm chủng", "Lễ hội xuân"]
    found = filled("feed", "all.json", "--query", "LỄ")
    assert titles(found.out) == ["Lễ phát động", "Lễ hội xuân"]
    assert filled("feed", "all.json?q=le").out == found.out
    assert titles(filled("feed", "/feeds/category/y-te.json?q=L%E1%BB%85&_=1").out) == ["Lễ phát động"]


def test_what_a_damaged_store_cannot_give_is_left_out_and_said(filled: Run, tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path}/data/bantin.sqlite")
    for number, left in ((2, ["Lễ phát động", "Lễ hội xuân"]), (1, ["Lễ phát động"]), (3, None)):
        with database.transaction() as session:
            chosen = update(DbBulletin).where(DbBulletin.number == number)
            session.execute(chosen.values(published_offset_minutes=100_000))
        done = filled("feed", "all.json")
        assert done.code == 1
        assert (titles(done.out) if left else done.out) == (left or "")
        assert f"bulletins {'2' if number == 2 else '2, 1'}\n" in done.err if left else "none of the 3" in done.err
    database.dispose()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("category/a_b_c_d_e_f.rss",), "at most 5"),
        (("category/van-hoa_khong-co.rss",), "khong-co"),
        (("all.json?q=le", "--query", "hội"), "said twice"),
        (("all",), "names no feed document"),
    ],
)
def test_what_names_no_document_is_refused(filled: Run, arguments: tuple[str, ...], said: str) -> None:
    done = filled("feed", *arguments)
    assert done.code == 1
    assert said in done.err
    assert done.out == ""


def test_bulletins_are_listed_by_their_words(filled: Run) -> None:
    listed = json.loads(filled("bulletin", "list", "--query", "lễ", "--json").out)
    assert [each["title"] for each in listed] == ["Lễ phát động", "Lễ hội xuân"]
    one = filled("bulletin", "list", "--query", '"phát động"', "--limit", "1")
    assert "Lễ phát động" in one.out
    assert "Tiêm chủng" not in one.out
    assert filled("bulletin", "list", "--query", "?!").code == 1
    assert "not searched" in filled("bulletin", "list", "--query", "lễ", "--status", "draft").err


def test_the_index_is_looked_at_and_mended(filled: Run, tmp_path: Path) -> None:
    assert filled("db", "check").code == 0
    database = Database(f"sqlite:///{tmp_path}/data/bantin.sqlite")
    with database.transaction() as session:
        session.connection().exec_driver_sql("DELETE FROM search")
    database.dispose()
    assert filled("bulletin", "list", "--query", "lễ").out.count("Lễ") == 0
    checked = filled("db", "check")
    assert checked.code == 1
    assert checked.err.count("could not be found") == 3
    assert "3 faults mended" in filled("db", "rebuild").out
    assert filled("bulletin", "list", "--query", "lễ").out.count("Lễ") == 2
    assert filled("db", "check").code == 0
