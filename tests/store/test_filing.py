"""Filing: what the names in a draft mean on its day, and which rows follow from them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import bulletins, catalogue, filing, publication, renaming, reorganisation, taxonomy
from store.database import Database
from store.errors import InputError, NotFound
from store.models import DbBulletinCategory
from store.names import Kind
from store.types import VIETNAM, Bulletin, Selection
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def on(day_of_month: int) -> datetime:
    return datetime(2026, 11, day_of_month, tzinfo=VIETNAM)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_organisation(session, "Sở M", short_name="SM", aliases=("Sở Em",))
        taxonomy.add_organisation(session, "Sở S")
        for name in ("Văn hóa", "Thể thao", "Du lịch"):
            taxonomy.add_category(session, name)
    return database


def add(database: Database, **said: object) -> int:
    return do(database, bulletins.draft, draft(**({"attachments": (), "body": ""} | said)))


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def subjects(database: Database, number: int) -> list[int]:
    return [body.id for body in read(database, number).subjects]


def test_any_name_of_a_body_means_it_once(database: Database) -> None:
    number = add(database, subjects=("Sở M", "SM", "sở em", "so-m", "Sở S"), categories=("Thể thao", "the-thao"))
    assert subjects(database, number) == [1, 2]
    assert [category.id for category in read(database, number).categories] == [2]


def test_the_order_of_names_is_kept(database: Database) -> None:
    number = add(database, categories=("Du lịch", "Văn hóa", "Thể thao"), authors=("Ý", "An", "Ý"))
    assert [category.name for category in read(database, number).categories] == ["Du lịch", "Văn hóa", "Thể thao"]
    assert [author.name for author in read(database, number).authors] == ["Ý", "An"]


@pytest.mark.parametrize(("instant", "meant"), [(on(9), 1), (on(10), 2), (on(15), 2)])
def test_a_name_means_who_it_was_on_the_day(database: Database, instant: datetime, meant: int) -> None:
    do(database, reorganisation.merge, Kind.ORGANISATION, "Sở M", "Sở S", since=on(10))
    with database.snapshot() as session:
        assert filing.entity_named(session, Kind.ORGANISATION, "Sở M", at=instant) == meant
        assert filing.entity_named(session, Kind.ORGANISATION, "sở em", at=instant) == meant


def test_what_it_stands_under_already_it_keeps(database: Database) -> None:
    number = add(database, publisher="Sở M", subjects=("Sở M",), categories=("Văn hóa",), published=day(2026, 11, 15))
    do(database, publication.publish, number)
    do(database, reorganisation.merge, Kind.ORGANISATION, "Sở M", "Sở S", since=on(10))
    do(database, reorganisation.close, Kind.CATEGORY, "Văn hóa", since=on(10))
    plain = {"attachments": (), "body": "", "published": None}
    said = draft(title="Sửa", publisher="Sở M", subjects=("sm",), categories=("van-hoa", "Thể thao"), **plain)
    assert do(database, bulletins.revise, number, said)
    kept = read(database, number)
    assert kept.publisher is not None
    assert (kept.publisher.id, subjects(database, number)) == (1, [1])
    assert [category.id for category in kept.categories] == [1, 2]
    # Once taken away, the name means what it means on that day.
    do(database, bulletins.revise, number, draft(publisher="Sở S", **plain))
    do(database, bulletins.revise, number, draft(publisher="Sở M", **plain))
    after = read(database, number).publisher
    assert after is not None
    assert after.id == 2
    with pytest.raises(InputError, match="was closed"):
        do(database, bulletins.revise, number, draft(categories=("Văn hóa",), **plain))


def test_the_name_it_is_shown_under_means_the_same_body(database: Database) -> None:
    number = add(database, publisher="Sở M", categories=("Văn hóa",), published=day(2026, 11, 2))
    do(database, publication.publish, number)
    do(database, renaming.rename, Kind.ORGANISATION, "Sở M", "Sở M mới")
    do(database, renaming.rename, Kind.CATEGORY, "Văn hóa", "Văn hóa mới")
    do(database, taxonomy.add_organisation, "Sở M")
    do(database, taxonomy.add_category, "Văn hóa")
    shown = read(database, number)
    assert shown.publisher is not None
    assert [shown.publisher.name, shown.categories[0].name] == ["Sở M", "Văn hóa"]
    same = draft(publisher="Sở M", categories=("Văn hóa",), attachments=(), body="")
    assert not do(database, bulletins.revise, number, same)
    for publisher, category in (("Sở M mới", "Văn hóa mới"), (shown.publisher.slug, shown.categories[0].slug)):
        same = draft(publisher=publisher, categories=(category,), attachments=(), body="")
        assert not do(database, bulletins.revise, number, same)
    other = draft(publisher="so-m-2", categories=("Văn hóa",), attachments=(), body="")
    assert do(database, bulletins.revise, number, other)
    moved = read(database, number).publisher
    assert moved is not None
    assert moved.id == 3


def test_found_names_follow_mergers_and_are_no_second_publisher(database: Database, clock: Clock) -> None:
    do(database, reorganisation.merge, Kind.ORGANISATION, "Sở M", "Sở S", since=on(10))
    with database.transaction() as session:
        said = draft(publisher="Sở S", attachments=(), body="", published=day(2026, 11, 15))
        own = bulletins.draft(session, said, recognised=[1, 2])
        old = bulletins.draft(
            session, draft(publisher="Sở S", attachments=(), body="", published=day(2026, 11, 5)), recognised=[1, 2]
        )
    assert subjects(database, own) == []
    assert subjects(database, old) == [1]


def test_nothing_is_filed_where_one_name_is_unknown(database: Database) -> None:
    number = add(database, publisher="Sở M", categories=("Văn hóa",))
    before = read(database, number)
    said = draft(publisher="Sở S", categories=("Văn hóa", "Không có"), authors=("Ai đó",), attachments=(), body="")
    with pytest.raises(NotFound) as refusal:
        do(database, bulletins.revise, number, said)
    assert refusal.value.vietnamese
    assert read(database, number) == before
    with database.snapshot() as session:
        assert taxonomy.authors_by_id(session) == {}
        assert len(session.scalars(select(DbBulletinCategory)).all()) == 1


def test_a_draft_that_follows_a_merger_says_so_in_its_history(database: Database, clock: Clock) -> None:
    number = add(database, publisher="Sở M", published=None)
    do(database, reorganisation.merge, Kind.ORGANISATION, "Sở M", "Sở S")
    clock.move(days=1)
    do(database, publication.publish, number)
    after = read(database, number)
    assert after.publisher is not None
    assert (after.publisher.id, after.revision) == (2, 2)
    with database.snapshot() as session:
        assert [key.number for key in catalogue.window(session, Selection(publisher=2), limit=5).entries] == [number]


def test_an_author_who_ended_gets_nothing_new(database: Database) -> None:
    number = add(database, authors=("Lan",), published=day(2026, 11, 2))
    do(database, reorganisation.close, Kind.AUTHOR, "Lan", since=on(10))
    with pytest.raises(InputError, match="bantin author reopen lan") as refusal:
        add(database, authors=("Lan",), published=day(2026, 11, 15))
    assert refusal.value.vietnamese
    early = add(database, authors=("Lan",), published=day(2026, 11, 5))
    assert [author.id for author in read(database, early).authors] == [1]
    assert [author.id for author in read(database, number).authors] == [1]
