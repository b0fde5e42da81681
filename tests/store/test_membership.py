"""Whether a value is among many is the same question on both databases, and is answered from an index."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from sqlalchemy import not_, select

from store import taxonomy
from store.database import Database
from store.membership import among
from store.models import DbCategory
from store.reading import read

IDS = select(DbCategory.id).where(among(DbCategory.id, "ids")).order_by(DbCategory.id)
SLUGS = select(DbCategory.slug).where(among(DbCategory.slug, "slugs")).order_by(DbCategory.slug)
OTHERS = select(DbCategory.id).where(not_(among(DbCategory.id, "ids")), DbCategory.id < 3).order_by(DbCategory.id)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as session:
        for name in ("Văn hóa", "Y tế", "Giáo dục"):
            taxonomy.add_category(session, name)
    return database


@pytest.mark.parametrize(
    ("ids", "found"), [((), []), ((2,), [2]), ({3, 1}, [1, 3]), (range(9), [1, 2, 3]), ((1, 2**40), [1])]
)
def test_numbers_are_found_among_many(filled: Database, ids: Collection[int], found: list[int]) -> None:
    with filled.snapshot() as session:
        assert [row.id for row in read(session, IDS, {"ids": ids})] == found
        assert [row.id for row in read(session, OTHERS, {"ids": ids})] == [each for each in (1, 2) if each not in found]


def test_words_are_found_among_many_as_they_stand(filled: Database) -> None:
    asked = ["y-te", "van-hoa", "không có", '"]; --', "1"]
    with filled.snapshot() as session:
        assert [row.slug for row in read(session, SLUGS, {"slugs": asked})] == ["van-hoa", "y-te"]


def test_a_transaction_reads_what_it_has_not_written_yet(filled: Database) -> None:
    with filled.transaction() as session:
        session.get_one(DbCategory, 2).slug = "suc-khoe"
        assert [row.slug for row in read(session, SLUGS, {"slugs": ["suc-khoe", "y-te"]})] == ["suc-khoe"]


def test_an_index_finds_them(sqlite_database: Database) -> None:
    with sqlite_database.snapshot() as session:
        plan = session.connection().exec_driver_sql(
            f"EXPLAIN QUERY PLAN {SLUGS.compile(sqlite_database.engine)}", ("[]",)
        )
        assert "SEARCH category USING" in next(row.detail for row in plan)
