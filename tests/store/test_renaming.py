"""Renamings: every bulletin shows the names of its day, every former name and address is still found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from store import audit, bulletins, catalogue, changes, names, publication, rebuild, renaming, reorganisation, taxonomy
from store.database import Database
from store.errors import AlreadyExists, Conflict, InputError, NotFound, StoreError
from store.names import Kind
from store.types import VIETNAM, Bulletin, Organisation, Selection, Window
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

OLD, NEW = "Sở Nông nghiệp", "Sở Nông nghiệp và Môi trường"
BODY = Kind.ORGANISATION


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def since(month: int, day_of_month: int, year: int = 2026) -> datetime:
    return datetime(year, month, day_of_month, tzinfo=VIETNAM)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_category(session, "Nông thôn")
        taxonomy.add_organisation(session, OLD, short_name="Sở NN")
        taxonomy.add_organisation(session, "Sở Y tế")
    return database


def published(database: Database, month: int, day_of_month: int, **said: object) -> int:
    with database.transaction() as session:
        what = {"publisher": OLD, "categories": ("Nông thôn",), "authors": ("Thu Trang",)} | said
        number = bulletins.draft(session, draft(**what, published=day(2026, month, day_of_month)))
        publication.publish(session, number)
    return number


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def issuer(database: Database, number: int) -> str:
    publisher = read(database, number).publisher
    assert publisher is not None
    return publisher.name


def front(database: Database, selection: Selection) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, selection, limit=50)


def called(database: Database, name: str, kind: Kind = BODY) -> int:
    with database.snapshot() as session:
        return names.get_id(session, kind, name)


def refused(database: Database, error: type[StoreError], match: str, new: str = NEW, **options: object) -> None:
    before = everything(database)
    with pytest.raises(error, match=match) as refusal:
        do(database, renaming.rename, BODY, OLD, new, **options)  # type: ignore[arg-type]  # as a hostile caller would
    assert refusal.value.vietnamese
    assert everything(database) == before


def everything(database: Database) -> tuple[dict[int, Organisation], int, list[Bulletin]]:
    with database.snapshot() as session:
        return (
            taxonomy.organisations_by_id(session),
            changes.current_edition(session),
            list(catalogue.iter_bulletins(session)),
        )


def test_what_was_published_before_keeps_the_former_name(database: Database, clock: Clock) -> None:
    early = published(database, 11, 2)
    before = read(database, early)
    assert do(database, renaming.rename, BODY, OLD, NEW) == 0
    assert read(database, early) == before
    clock.move(days=1)
    late = published(database, 11, 21, publisher=NEW)
    assert (issuer(database, early), issuer(database, late)) == (OLD, NEW)


def test_a_renaming_in_the_past_reaches_what_came_after_it(database: Database, clock: Clock) -> None:
    early, on_the_day, late = published(database, 10, 31), published(database, 11, 1), published(database, 11, 10)
    before = {number: read(database, number) for number in (early, on_the_day, late)}
    clock.move(hours=1)
    assert do(database, renaming.rename, BODY, OLD, NEW, since=since(11, 1)) == 2
    assert [issuer(database, number) for number in (early, on_the_day, late)] == [OLD, NEW, NEW]
    assert read(database, early) == before[early]
    for number in (on_the_day, late):
        after = read(database, number)
        assert after.version == before[number].version + 1
        assert (after.updated, after.published, after.revision) == (
            before[number].updated,
            before[number].published,
            before[number].revision,
        )
        assert after.changed_at == clock()


def test_the_channels_of_the_renamed_change_and_those_that_show_it(database: Database, clock: Clock) -> None:
    published(database, 11, 10)
    other = published(database, 11, 9, publisher="Sở Y tế", categories=())
    before = {key: front(database, Selection.from_key(key)).edition for key in ("o1", "p1", "c1", "all", "o2")}
    clock.move(hours=1)
    with database.snapshot() as session:
        edition = changes.current_edition(session)
    do(database, renaming.rename, BODY, OLD, NEW, since=since(11, 1))
    after = {key: front(database, Selection.from_key(key)).edition for key in before}
    assert {key for key in before if after[key] > before[key]} == {"o1", "p1", "c1", "all"}
    with database.snapshot() as session:
        touched = [change.selection_keys for change in changes.iter_since(session, edition)]
    assert len(touched) == 1
    assert touched[0] >= {"o1", "p1", "c1", "c1.o1", "c1.p1", "a1", "all"}
    assert "o2" not in touched[0]
    assert read(database, other).version == 2


def test_a_channel_without_any_bulletin_changes_by_its_title(database: Database, clock: Clock) -> None:
    before = front(database, Selection(organisation=1))
    clock.move(hours=1)
    do(database, renaming.rename, BODY, OLD, NEW)
    after = front(database, Selection(organisation=1))
    assert (after.edition, after.changed_at) == (before.edition + 2, clock())


def test_a_mistake_is_mended_throughout(database: Database) -> None:
    early, late = published(database, 10, 1), published(database, 11, 10)
    updated = [read(database, number).updated for number in (early, late)]
    assert do(database, renaming.rename, BODY, OLD, "Sở Nông nghiệp tỉnh", throughout=True) == 2
    assert [issuer(database, number) for number in (early, late)] == ["Sở Nông nghiệp tỉnh"] * 2
    assert [read(database, number).updated for number in (early, late)] == updated
    assert called(database, OLD) == called(database, "Sở Nông nghiệp tỉnh") == called(database, "Sở NN") == 1


def test_a_mistake_in_the_last_name_leaves_the_names_before_it(database: Database) -> None:
    early, late = published(database, 10, 1), published(database, 11, 10)
    do(database, renaming.rename, BODY, OLD, "Sở Nông nghiep", since=since(11, 1))
    before = read(database, early)
    assert do(database, renaming.rename, BODY, "Sở Nông nghiep", NEW, throughout=True) == 1
    assert [issuer(database, number) for number in (early, late)] == [OLD, NEW]
    assert read(database, early) == before


def test_a_body_may_get_its_old_name_back(database: Database) -> None:
    spring, summer, autumn = published(database, 3, 1), published(database, 7, 1), published(database, 11, 1)
    with database.snapshot() as session:
        slug = taxonomy.get_organisation(session, OLD).slug
    do(database, renaming.rename, BODY, OLD, NEW, since=since(6, 1))
    do(database, renaming.rename, BODY, NEW, OLD, since=since(10, 1))
    assert [issuer(database, number) for number in (spring, summer, autumn)] == [OLD, NEW, OLD]
    with database.snapshot() as session:
        assert taxonomy.find_id_by_slug(session, BODY, slug) == (1, slug)
        assert taxonomy.find_id_by_slug(session, BODY, "so-nong-nghiep-va-moi-truong") == (1, slug)
    assert called(database, NEW) == called(database, OLD) == 1


def test_addresses_are_claimed_kept_and_taken_back(database: Database) -> None:
    do(database, renaming.rename, BODY, OLD, NEW, slug="so-nnmt")
    with database.snapshot() as session:
        assert taxonomy.get_organisation(session, NEW).slug == "so-nnmt"
        assert taxonomy.find_id_by_slug(session, BODY, "so-nong-nghiep") == (1, "so-nnmt")
    do(database, renaming.rename, BODY, NEW, f"{NEW} tỉnh", slug="so-nong-nghiep")
    with database.snapshot() as session:
        assert taxonomy.find_id_by_slug(session, BODY, "so-nnmt") == (1, "so-nong-nghiep")


def test_an_address_of_another_is_never_given(database: Database) -> None:
    refused(database, AlreadyExists, "given before", slug="so-y-te")
    do(database, renaming.rename, BODY, "Sở Y tế", "Sở Sức khỏe")
    refused(database, AlreadyExists, "given before", slug="so-y-te")
    # Its name is free, its address is not.
    do(database, renaming.rename, BODY, OLD, "Sở Y tế")
    with database.snapshot() as session:
        assert taxonomy.get_organisation(session, "Sở Y tế").slug == "so-y-te-2"
        assert taxonomy.find_id_by_slug(session, BODY, "so-y-te") == (2, "so-suc-khoe")


@pytest.mark.parametrize("slug", ["Sở", "-a", "a--b", "a b", "", "a_b", "../x"])
def test_what_cannot_stand_in_an_address_is_refused(database: Database, slug: str) -> None:
    refused(database, InputError, "cannot stand in an address", slug=slug)


def test_short_names_belong_to_their_names(database: Database) -> None:
    early, late = published(database, 10, 1), published(database, 11, 10)
    do(database, renaming.rename, BODY, OLD, NEW, since=since(11, 1), short_name="Sở NN&MT")
    shorts = []
    for number in (early, late):
        publisher = read(database, number).publisher
        assert publisher is not None
        shorts.append(publisher.short_name)
    assert shorts == ["Sở NN", "Sở NN&MT"]
    assert called(database, "Sở NN") == called(database, "Sở NN&MT") == called(database, "sở nn") == 1
    do(database, renaming.rename, BODY, NEW, f"{NEW} tỉnh", since=since(11, 15))
    with database.snapshot() as session:
        assert taxonomy.get_organisation(session, NEW).short_name is None


@pytest.mark.parametrize("typed", [OLD, "sở nông nghiệp", "so nong nghiep", "so-nong-nghiep", "Sở  NN", "SO NN"])
def test_a_former_name_is_found_as_people_type_it(database: Database, typed: str) -> None:
    do(database, renaming.rename, BODY, OLD, "Chi cục Thủy lợi")
    assert called(database, typed) == 1


def test_a_new_body_may_take_a_former_name_and_wins(database: Database, clock: Clock) -> None:
    early = published(database, 11, 2)
    do(database, renaming.rename, BODY, OLD, NEW)
    new = do(database, taxonomy.add_organisation, OLD).id
    assert new != 1
    assert called(database, OLD) == called(database, "so nong nghiep") == new
    assert called(database, NEW) == 1
    assert issuer(database, early) == OLD
    clock.move(days=1)
    publisher = read(database, published(database, 11, 21)).publisher
    assert publisher is not None
    assert publisher.id == new
    # What was filed before is shown under that name and means the first body still.
    do(database, bulletins.revise, early, draft(title="Tiêu đề sửa", publisher=OLD, categories=("Nông thôn",)))
    kept = read(database, early).publisher
    assert kept is not None
    assert (kept.id, kept.name) == (1, OLD)


def test_a_former_name_that_two_had_is_asked_back(database: Database) -> None:
    do(database, renaming.rename, BODY, OLD, NEW)
    do(database, taxonomy.add_organisation, OLD)
    do(database, renaming.rename, BODY, OLD, "Phòng Nông nghiệp")
    with pytest.raises(InputError, match="stands for 2"):
        called(database, OLD)


def test_authors_are_renamed_as_bodies_are(database: Database, clock: Clock) -> None:
    early = published(database, 11, 2)
    do(database, renaming.rename, Kind.AUTHOR, "Thu Trang", "Nguyễn Thu Trang")
    clock.move(days=1)
    late, third = published(database, 11, 21, authors=("Nguyễn Thu Trang",)), published(database, 11, 21)
    bylines = [[(author.id, author.name) for author in read(database, n).authors] for n in (early, late, third)]
    assert bylines == [[(1, "Thu Trang")], [(1, "Nguyễn Thu Trang")], [(1, "Nguyễn Thu Trang")]]
    assert [key.number for key in front(database, Selection(author=1)).entries] == [third, late, early]


def test_a_byline_that_was_mended_is_not_added_again(database: Database) -> None:
    number = published(database, 11, 2, authors=("Thu Trng",))
    do(database, renaming.rename, Kind.AUTHOR, "Thu Trng", "Thu Trang", throughout=True)
    again = published(database, 11, 3, authors=("Thu Trng",))
    bylines = [[author.name for author in read(database, each).authors] for each in (number, again)]
    assert bylines == [["Thu Trang"], ["Thu Trang"]]


def test_categories_are_renamed_with_their_pairs(database: Database) -> None:
    number = published(database, 11, 2)
    do(database, renaming.rename, Kind.CATEGORY, "Nông thôn", "Nông thôn mới", since=since(11, 1))
    assert [category.name for category in read(database, number).categories] == ["Nông thôn mới"]
    assert [key.number for key in front(database, Selection(category=1, publisher=1)).entries] == [number]


def test_a_name_that_has_not_come_or_is_too_early_is_refused(database: Database, clock: Clock) -> None:
    refused(database, InputError, "has not come", since=clock() + timedelta(seconds=1))
    do(database, renaming.rename, BODY, OLD, NEW, since=since(11, 1))
    refused(database, InputError, "before its last renaming", new="Sở Khác", since=since(10, 31))
    refused(database, AlreadyExists, "so-y-te", new="Sở Y tế")


@pytest.mark.parametrize("new", ["", " \u200b", "– —", "x" * 301])
def test_a_new_name_must_be_one(database: Database, new: str) -> None:
    refused(database, InputError, "300 characters", new=new)


def test_the_name_it_has_already_changes_nothing(database: Database) -> None:
    for options in ({}, {"short_name": "Sở NN"}, {"throughout": True}, {"slug": "so-nong-nghiep"}):
        refused(database, Conflict, "this name already", new=OLD, **options)
    do(database, renaming.rename, BODY, OLD, OLD, slug="so-nn")
    refused(database, Conflict, "this name already", new=OLD)
    with pytest.raises(NotFound) as refusal:
        do(database, renaming.rename, BODY, "Bộ Lạ", NEW)
    assert refusal.value.vietnamese


def test_what_was_merged_keeps_its_name(database: Database) -> None:
    do(database, reorganisation.merge, BODY, OLD, "Sở Y tế")
    refused(database, Conflict, "was merged")


def test_a_name_that_it_had_for_no_time_is_still_found(database: Database, clock: Clock) -> None:
    early = published(database, 11, 2)
    do(database, renaming.rename, BODY, OLD, "Sở Nhầm")
    do(database, renaming.rename, BODY, "Sở Nhầm", NEW)
    clock.move(days=1)
    late = published(database, 11, 21, publisher="Sở Nhầm")
    assert [issuer(database, number) for number in (early, late)] == [OLD, NEW]
    assert called(database, "so nham") == 1


def test_the_successor_of_a_merged_body_is_renamed_on_its_channel_too(database: Database, clock: Clock) -> None:
    do(database, reorganisation.merge, BODY, "Sở Y tế", OLD)
    before = front(database, Selection(organisation=2))
    clock.move(hours=1)
    do(database, renaming.rename, BODY, OLD, NEW)
    after = front(database, Selection(organisation=2))
    assert after.edition > before.edition
    assert after.changed_at == clock()


def test_other_names_are_added_found_and_removed(database: Database) -> None:
    do(database, renaming.add_alias, BODY, OLD, "Sở Nông lâm")
    assert called(database, "sở nông lâm") == 1
    for alias in ("Sở Nông lâm", OLD):
        with pytest.raises(AlreadyExists) as refusal:
            do(database, renaming.add_alias, BODY, OLD, alias)
        assert refusal.value.vietnamese
    do(database, renaming.remove_alias, BODY, OLD, " Sở Nông  lâm ")
    with pytest.raises(NotFound):
        called(database, "Sở Nông lâm")
    with pytest.raises(Conflict, match="no alias") as gone:
        do(database, renaming.remove_alias, BODY, OLD, "Sở Nông lâm")
    assert gone.value.vietnamese


def test_a_long_line_of_names_is_read_back_day_by_day(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        taxonomy.add_organisation(session, "Tên 1")
    for month in range(2, 11):
        do(sqlite_database, renaming.rename, BODY, f"Tên {month - 1}", f"Tên {month}", since=since(month, 1))
    months = [published(sqlite_database, m, 15, publisher="Tên 10", categories=()) for m in range(1, 11)]
    assert [issuer(sqlite_database, number) for number in months] == [f"Tên {month}" for month in range(1, 11)]


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    steps=st.lists(
        st.tuples(
            st.integers(1, 2),
            st.sampled_from(["Sở A", "Sở Á", "Sở B", "sở a", "Ban Z", "Ban – Z", "Đội 5", "Đội 5 "]),
            st.sampled_from([None, "so-a", "ban-z"]),
            st.booleans(),
        ),
        max_size=8,
    )
)
def test_no_order_of_renamings_gives_an_address_twice_or_loses_one(
    sqlite_database: Database, steps: list[tuple[int, str, str | None, bool]]
) -> None:
    with sqlite_database.transaction(dry_run=True) as session:
        owners: dict[str, int] = {}
        for name in ("Hội Một", "Hội Hai"):
            added = taxonomy.add_organisation(session, name)
            owners[added.slug] = added.id
        ids = sorted(owners.values())
        for which, name, slug, throughout in steps:
            body = ids[which - 1]
            present = taxonomy.organisations_by_id(session, [body])[body]
            try:
                renaming.rename(session, BODY, present.slug, name, slug=slug, throughout=throughout)
            except (AlreadyExists, Conflict):
                continue
            owners.setdefault(taxonomy.organisations_by_id(session, [body])[body].slug, body)
        present_slugs = {body.id: body.slug for body in taxonomy.organisations_by_id(session).values()}
        assert len(set(present_slugs.values())) == len(present_slugs)
        for slug, body in owners.items():
            assert taxonomy.find_id_by_slug(session, BODY, slug) == (body, present_slugs[body])
        assert rebuild.rebuild(session).faults == ()


def test_a_renaming_is_written_down(database: Database) -> None:
    do(database, renaming.rename, BODY, OLD, NEW)
    with database.snapshot() as session:
        act = next(iter(list(audit.iter_acts(session, kind="organisation", subject=1))))
        assert (act.action, act.actor, act.note) == ("renamed", "Lan", f"→ {NEW}")
        assert act.edition == changes.current_edition(session)
