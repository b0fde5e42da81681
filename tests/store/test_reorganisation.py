"""Moves, mergers, closures: channels go on without a flood and without silence, checked by hand-made examples."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from store import (
    audit,
    bulletins,
    catalogue,
    changes,
    publication,
    rebuild,
    renaming,
    reorganisation,
    sources,
    taxonomy,
)
from store.database import Database
from store.errors import Conflict, InputError, NotFound, StoreError
from store.importers.ingest import Incoming, Outcome, ingest
from store.models import DbPlacement, DbTombstone
from store.names import Kind
from store.types import VIETNAM, Bulletin, Moment, Selection, Window
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

BODY, CATEGORY, AUTHOR = Kind.ORGANISATION, Kind.CATEGORY, Kind.AUTHOR
M, S, U, V = 1, 2, 3, 4
"""Ids of the four organisations; `culture`, `feasts` ... are those of the categories."""
CULTURE, FEASTS, SPRING, SPORT = 1, 2, 3, 4


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as session:
        for name in ("Sở M", "Sở S", "Sở U", "Sở V"):
            taxonomy.add_organisation(session, name)
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_category(session, "Hội xuân", parent="Lễ hội")
        taxonomy.add_category(session, "Thể thao")
    return database


def add(database: Database, publisher: str, day_of_month: int | None, **said: object) -> int:
    moment = day(2026, 11, day_of_month) if day_of_month else None
    what = {"publisher": publisher, "categories": ("Lễ hội",), "attachments": (), "body": "", "published": moment}
    return do(database, bulletins.draft, draft(**(what | said)))


def issued(database: Database, publisher: str, day_of_month: int | None, **said: object) -> int:
    number = add(database, publisher, day_of_month, **said)
    do(database, publication.publish, number)
    return number


def since(day_of_month: int) -> datetime:
    return datetime(2026, 11, day_of_month, tzinfo=VIETNAM)


def merge(database: Database, name: str, into: str, day_of_month: int | None = None, kind: Kind = BODY) -> int:
    start = since(day_of_month) if day_of_month else None
    return do(database, reorganisation.merge, kind, name, into, since=start)


def front(database: Database, key: str) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, Selection.from_key(key), limit=50)


def shown(database: Database, key: str) -> set[int]:
    return {entry.number for entry in front(database, key).entries}


def left(database: Database, key: str) -> set[int]:
    return {tombstone.number for tombstone in front(database, key).tombstones}


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def settled(database: Database, number: int) -> tuple[object, ...]:
    bulletin = read(database, number)
    assert bulletin.publisher is not None
    return (bulletin.version, bulletin.updated, bulletin.changed_at, bulletin.publisher.id)


def faults(database: Database) -> tuple[str, ...]:
    with database.transaction(dry_run=True) as session:
        return rebuild.rebuild(session).faults


def everything(database: Database) -> object:
    with database.snapshot() as session:
        return (
            changes.current_edition(session),
            taxonomy.categories_by_id(session),
            taxonomy.organisations_by_id(session),
            taxonomy.authors_by_id(session),
            [(row.selection_key, row.position) for row in session.scalars(select(DbPlacement))],
            [(row.selection_key, row.bulletin) for row in session.scalars(select(DbTombstone))],
            len(list(audit.iter_acts(session))),
        )


def refused(
    database: Database,
    match: str,
    act: Callable[Concatenate[Session, P], object],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    before = everything(database)
    with pytest.raises(StoreError, match=match) as refusal:
        do(database, act, *args, **kwargs)
    assert isinstance(refusal.value, Conflict | InputError)
    assert refusal.value.vietnamese
    assert everything(database) == before


# Moving


def test_a_moved_category_takes_its_descendants_along(database: Database, clock: Clock) -> None:
    feast = issued(database, "Sở S", 2)
    spring = issued(database, "Sở S", 3, categories=("Hội xuân",))
    both = issued(database, "Sở S", 4, categories=("Hội xuân", "Văn hóa"))
    versions = [read(database, number) for number in (feast, spring, both)]
    clock.move(hours=1)
    assert do(database, reorganisation.move, CATEGORY, "Lễ hội", "Thể thao") == 3
    assert shown(database, "c4") == shown(database, f"c4.o{S}") == shown(database, f"c4.p{S}") == {feast, spring, both}
    assert shown(database, "c1") == shown(database, f"c1.o{S}") == {both}
    assert left(database, "c1") == left(database, f"c1.p{S}") == {feast, spring}
    assert shown(database, "c2") == {feast, spring, both}
    assert shown(database, "c3") == {spring, both}
    assert left(database, "c2") == left(database, "c3") == left(database, "all") == set()
    assert front(database, "c4").changed_at == front(database, "c1").changed_at == clock()
    assert [read(database, number).updated for number in (feast, spring, both)] == [v.updated for v in versions]
    assert faults(database) == ()


def test_a_category_that_comes_back_leaves_marks_where_it_was_last(database: Database) -> None:
    number = issued(database, "Sở S", 2)
    do(database, reorganisation.move, CATEGORY, "Lễ hội", "Thể thao")
    editions = front(database, "c1").edition, front(database, "c4").edition
    assert do(database, reorganisation.move, CATEGORY, "Lễ hội", "Văn hóa") == 1
    assert (shown(database, "c1"), left(database, "c1")) == ({number}, set())
    assert (shown(database, "c4"), left(database, "c4")) == (set(), {number})
    assert front(database, "c1").edition > editions[0]
    assert front(database, "c4").edition > editions[1]
    do(database, reorganisation.move, CATEGORY, "Lễ hội", None)
    assert shown(database, "c1") == set()
    assert shown(database, "c2") == {number}
    assert faults(database) == ()


def test_a_move_of_what_nothing_is_filed_under_shows_on_its_channel(database: Database) -> None:
    before = front(database, "c3").edition
    assert do(database, reorganisation.move, CATEGORY, "Hội xuân", None) == 0
    assert front(database, "c3").edition > before
    assert shown(database, "c2") == set()


def test_nothing_stands_under_itself_or_where_it_stands(database: Database) -> None:
    for parent in ("Lễ hội", "Hội xuân"):
        refused(database, "in a circle", reorganisation.move, CATEGORY, "Lễ hội", parent)
    refused(database, "already", reorganisation.move, CATEGORY, "Lễ hội", "Văn hóa")
    refused(database, "at the top already", reorganisation.move, CATEGORY, "Văn hóa", None)
    do(database, reorganisation.move, BODY, "Sở S", "Sở M")
    refused(database, "in a circle", reorganisation.move, BODY, "Sở M", "Sở S")
    with pytest.raises(NotFound):
        do(database, reorganisation.move, CATEGORY, "Lễ hội", "Không có")


def test_nothing_is_moved_under_what_ended(database: Database) -> None:
    merge(database, "Thể thao", "Văn hóa", kind=CATEGORY)
    refused(database, "was merged", reorganisation.move, CATEGORY, "Lễ hội", "Thể thao")
    refused(database, "was merged", reorganisation.move, CATEGORY, "Thể thao", "Lễ hội")
    do(database, reorganisation.close, CATEGORY, "Hội xuân")
    refused(database, "was closed", reorganisation.move, CATEGORY, "Văn hóa", "Hội xuân")


# Merging


def test_a_merged_channel_goes_on_with_exactly_its_successors_bulletins(database: Database, clock: Clock) -> None:
    old_m, old_s = issued(database, "Sở M", 2), issued(database, "Sở S", 3)
    about_m = issued(database, "Sở V", 4, subjects=("Sở M",))
    before = {number: settled(database, number) for number in (old_m, old_s, about_m)}
    assert merge(database, "Sở M", "Sở S") == 0
    clock.move(days=1)
    new_s = issued(database, "Sở S", 21)
    about_s = issued(database, "Sở V", 21, subjects=("Sở S",), categories=("Thể thao",))
    both = issued(database, "Sở V", 21, subjects=("Sở S", "Sở M"))
    new_u = issued(database, "Sở U", 21)
    assert shown(database, f"o{M}") == {old_m, about_m, new_s, about_s, both}
    assert shown(database, f"p{M}") == {old_m, new_s}
    assert shown(database, f"o{S}") == {old_s, new_s, about_s, both}
    assert shown(database, f"p{S}") == {old_s, new_s}
    assert shown(database, f"c2.o{M}") == shown(database, f"c1.o{M}") == {old_m, about_m, new_s, both}
    assert shown(database, f"c4.o{M}") == {about_s}
    assert shown(database, f"c4.p{M}") == set()
    assert shown(database, f"c2.p{M}") == {old_m, new_s}
    assert shown(database, f"o{U}") == {new_u}
    assert [body.id for body in read(database, both).subjects] == [S]
    assert {number: settled(database, number) for number in before} == before
    assert not any(left(database, key) for key in ("all", f"o{M}", f"o{S}", "c2"))
    assert faults(database) == ()


def test_a_merger_in_the_past_brings_what_the_successor_issued_since(database: Database, clock: Clock) -> None:
    before_it, on_the_day, after_it = (issued(database, "Sở S", each) for each in (9, 10, 11))
    own = issued(database, "Sở M", 8)
    window, versions = front(database, f"o{M}"), [read(database, n) for n in (before_it, on_the_day, after_it)]
    clock.move(hours=1)
    assert merge(database, "Sở M", "Sở S", 10) == 2
    assert shown(database, f"o{M}") == shown(database, f"c1.p{M}") == {own, on_the_day, after_it}
    assert shown(database, f"o{S}") == {before_it, on_the_day, after_it}
    assert front(database, f"o{M}").edition > window.edition
    assert front(database, f"c1.p{M}").changed_at == clock()
    assert [read(database, n) for n in (before_it, on_the_day, after_it)] == versions
    assert faults(database) == ()


def test_a_chain_of_mergers_is_followed_by_its_dates(database: Database, clock: Clock) -> None:
    merge(database, "Sở M", "Sở S", 10)
    merge(database, "Sở S", "Sở U", 15)
    between = issued(database, "Sở S", 12)
    early, late = issued(database, "Sở U", 12), issued(database, "Sở U", 16)
    through_m, through_s = issued(database, "Sở M", 17), issued(database, "Sở S", 18)
    own = issued(database, "Sở M", 9)
    renamed_in_between = issued(database, "Sở M", 12)
    assert shown(database, f"p{U}") == {early, late, through_m, through_s}
    assert shown(database, f"p{S}") == {between, renamed_in_between, late, through_m, through_s}
    assert shown(database, f"p{M}") == {own, between, renamed_in_between, late, through_m, through_s}
    publishers = [read(database, n).publisher for n in (own, renamed_in_between, through_m)]
    assert [body.id for body in publishers if body] == [M, S, U]
    assert faults(database) == ()


def test_a_chain_that_is_told_backwards_in_time_shows_the_same(database: Database) -> None:
    seven, twelve = issued(database, "Sở U", 7), issued(database, "Sở U", 12)
    merge(database, "Sở M", "Sở S", 10)
    assert merge(database, "Sở S", "Sở U", 5) == 2
    assert shown(database, f"o{S}") == {seven, twelve}
    assert shown(database, f"o{M}") == {twelve}
    assert faults(database) == ()


def test_merged_categories_go_on_too(database: Database, clock: Clock) -> None:
    feast, spring = issued(database, "Sở V", 2), issued(database, "Sở V", 3, categories=("Hội xuân",))
    sport = issued(database, "Sở V", 4, categories=("Thể thao",))
    merge(database, "Thể thao", "Lễ hội", kind=CATEGORY)
    clock.move(days=1)
    later = issued(database, "Sở V", 21, categories=("Hội xuân",))
    meant = issued(database, "Sở V", 21, categories=("Thể thao",))
    other = issued(database, "Sở V", 21, categories=("Văn hóa",))
    assert shown(database, "c4") == shown(database, f"c4.o{V}") == {sport, later, meant}
    assert shown(database, "c2") == {feast, spring, later, meant}
    assert shown(database, "c1") == {feast, spring, later, meant, other}
    assert [category.id for category in read(database, meant).categories] == [FEASTS]
    assert faults(database) == ()


def test_merged_authors_go_on_too(database: Database, clock: Clock) -> None:
    old = issued(database, "Sở V", 2, authors=("Trang",))
    own = issued(database, "Sở V", 3, authors=("Thu Trang",))
    assert merge(database, "Trang", "Thu Trang", kind=AUTHOR) == 0
    clock.move(days=1)
    new = issued(database, "Sở V", 21, authors=("Trang",))
    assert shown(database, "a1") == {old, new}
    assert shown(database, "a2") == {own, new}
    assert [author.name for author in read(database, new).authors] == ["Thu Trang"]
    assert [author.name for author in read(database, old).authors] == ["Trang"]
    assert faults(database) == ()


def test_drafts_of_the_merged_go_to_the_successor(database: Database, clock: Clock) -> None:
    named = add(database, "Sở M", None, subjects=("Sở S",), categories=("Thể thao", "Lễ hội"), authors=("Trang",))
    dated = add(database, "Sở M", 5)
    planned = add(database, "Sở M", None)
    do(database, publication.schedule, planned, Moment(datetime(2026, 11, 21, 9, 0, tzinfo=VIETNAM)))
    merge(database, "Sở M", "Sở S")
    merge(database, "Thể thao", "Lễ hội", kind=CATEGORY)
    assert read(database, named).publisher is not None
    clock.move(days=1)
    for number in (named, dated):
        do(database, publication.publish, number)
    assert do(database, publication.publish_due) == planned
    seen = read(database, named)
    assert seen.publisher is not None
    assert seen.publisher.id == S
    assert [category.id for category in seen.categories] == [FEASTS]
    assert shown(database, f"p{S}") == {named, planned}
    assert shown(database, f"p{M}") == {named, dated, planned}
    assert shown(database, "c4") == {named, planned}
    assert seen.revision == 2
    assert faults(database) == ()


def test_a_draft_of_two_that_became_one_is_filed_once(database: Database, clock: Clock) -> None:
    number = add(database, "Sở V", None, subjects=("Sở M", "Sở S", "Sở U"))
    merge(database, "Sở M", "Sở U")
    merge(database, "Sở S", "Sở U")
    clock.move(days=1)
    do(database, publication.publish, number)
    assert [body.id for body in read(database, number).subjects] == [U]
    assert shown(database, f"o{M}") == shown(database, f"o{S}") == shown(database, f"o{U}") == {number}


def test_an_old_page_that_names_the_merged_stays_its_own(database: Database) -> None:
    merge(database, "Sở M", "Sở S", 10)
    with database.transaction() as session:
        source = sources.find_or_add(session, "portal", "cong.example")
        outcomes = [
            ingest(
                session,
                source,
                Incoming(
                    external_key=f"2026-11-{each}",
                    content_digest="1" * 64,
                    draft=draft(
                        title=f"Trang {each}", publisher="Sở M", body="", attachments=(), published=day(2026, 11, each)
                    ),
                ),
            )
            for each in (9, 11)
        ]
    assert [found.outcome for found in outcomes] == [Outcome.ADDED] * 2
    old, new = (found.number for found in outcomes)
    assert shown(database, f"p{M}") == {old, new}
    assert shown(database, f"p{S}") == {new}


def test_an_old_bulletin_that_is_revised_keeps_who_issued_it(database: Database, clock: Clock) -> None:
    number = issued(database, "Sở M", 2)
    merge(database, "Sở M", "Sở S")
    clock.move(days=1)
    for publisher in ("Sở M", "so-m"):
        said = draft(title=f"Sửa {publisher}", publisher=publisher, categories=("Lễ hội",), attachments=(), body="")
        assert do(database, bulletins.revise, number, said)
        kept = read(database, number).publisher
        assert kept is not None
        assert kept.id == M
    assert shown(database, f"p{M}") == {number}
    assert shown(database, f"p{S}") == set()
    assert left(database, f"p{M}") == set()


def test_what_comes_back_after_a_merger_comes_back_to_both(database: Database, clock: Clock) -> None:
    number = issued(database, "Sở S", 11)
    do(database, publication.withdraw, number, reason="Nhầm")
    merge(database, "Sở M", "Sở S", 10)
    assert shown(database, f"o{M}") == set()
    do(database, publication.publish, number)
    assert shown(database, f"o{M}") == shown(database, f"p{S}") == {number}
    do(database, publication.withdraw, number, reason="Nhầm")
    assert left(database, f"o{M}") == left(database, f"p{S}") == {number}
    assert faults(database) == ()


def test_a_category_under_the_successor_may_move_away_again(database: Database, clock: Clock) -> None:
    merge(database, "Thể thao", "Văn hóa", 10, kind=CATEGORY)
    early, late = issued(database, "Sở V", 9), issued(database, "Sở V", 11)
    assert shown(database, "c4") == {late}
    do(database, reorganisation.move, CATEGORY, "Lễ hội", None)
    assert shown(database, "c1") == shown(database, "c4") == set()
    assert left(database, "c4") == {late}
    assert left(database, "c1") == {early, late}
    do(database, reorganisation.move, CATEGORY, "Lễ hội", "Văn hóa")
    assert shown(database, "c4") == {late}
    assert faults(database) == ()


def test_what_cannot_be_merged_is_left_alone(database: Database) -> None:
    issued(database, "Sở S", 11)
    refused(database, "into itself", reorganisation.merge, BODY, "Sở M", "Sở M")
    refused(database, "has not come", reorganisation.merge, BODY, "Sở M", "Sở S", since=since(21))
    do(database, reorganisation.move, BODY, "Sở S", "Sở M")
    refused(database, "child of its own", reorganisation.merge, BODY, "Sở M", "Sở S")
    refused(database, "categories under it", reorganisation.merge, CATEGORY, "Lễ hội", "Thể thao")
    refused(database, "child of its own", reorganisation.merge, CATEGORY, "Văn hóa", "Hội xuân")
    do(database, reorganisation.close, BODY, "Sở U")
    refused(database, "was closed", reorganisation.merge, BODY, "Sở V", "Sở U")
    do(database, reorganisation.move, BODY, "Sở S", None)
    merge(database, "Sở M", "Sở S")
    refused(database, "was merged", reorganisation.merge, BODY, "Sở M", "Sở V")
    refused(database, "was merged", reorganisation.merge, BODY, "Sở S", "Sở M")
    refused(database, "was merged", reorganisation.close, BODY, "Sở M")


def test_bodies_under_the_merged_come_under_its_successor(database: Database) -> None:
    do(database, reorganisation.move, BODY, "Sở U", "Sở M")
    merge(database, "Sở M", "Sở S")
    with database.snapshot() as session:
        found = taxonomy.organisations_by_id(session)
    assert found[U].parent_id == S
    assert (found[M].successor_id, found[S].successor_id) == (S, None)


def test_a_parent_can_be_merged_once_its_children_were(database: Database) -> None:
    merge(database, "Hội xuân", "Lễ hội", kind=CATEGORY)
    merge(database, "Lễ hội", "Văn hóa", kind=CATEGORY)
    assert merge(database, "Văn hóa", "Thể thao", kind=CATEGORY) == 0
    number = issued(database, "Sở V", None, categories=("Hội xuân",))
    assert [category.id for category in read(database, number).categories] == [SPORT]
    assert all(shown(database, key) == {number} for key in ("c1", "c2", "c3", "c4"))
    assert faults(database) == ()


def test_a_merger_is_written_down_and_shows_on_the_channel(database: Database, clock: Clock) -> None:
    before = front(database, f"o{M}")
    clock.move(hours=1)
    merge(database, "Sở M", "Sở S", 10)
    after = front(database, f"o{M}")
    assert (after.edition, after.changed_at) == (before.edition + 8, clock())
    with database.snapshot() as session:
        body = taxonomy.organisations_by_id(session)[M]
        act = next(iter(list(audit.iter_acts(session, kind="organisation", subject=M))))
    assert (body.successor_id, body.merged_at) == (S, since(10))
    assert (act.action, act.note, act.edition) == ("merged", "→ Sở S", after.edition)


def test_the_merged_is_found_by_its_name_and_renamed_is_its_successor(database: Database) -> None:
    merge(database, "Sở M", "Sở S")
    do(database, renaming.rename, BODY, "Sở S", "Sở S mới")
    number = issued(database, "Sở M", None)
    publisher = read(database, number).publisher
    assert publisher is not None
    assert (publisher.id, publisher.name) == (S, "Sở S mới")


# Closing


def test_nothing_dated_later_is_filed_under_what_is_closed(database: Database, clock: Clock) -> None:
    old = issued(database, "Sở M", 2)
    do(database, reorganisation.close, BODY, "Sở M", since=since(10))
    for day_of_month in (10, 15, None):
        with pytest.raises(InputError, match="was closed on 10/11/2026") as refusal:
            add(database, "Sở M", day_of_month)
        assert refusal.value.vietnamese
        assert "bantin organisation reopen so-m" in str(refusal.value)
    late = issued(database, "Sở M", 9)
    assert shown(database, f"p{M}") == {old, late}
    said = draft(title="Sửa", publisher="Sở M", categories=("Lễ hội",), attachments=(), body="")
    assert do(database, bulletins.revise, old, said)
    refused(database, "was closed", reorganisation.close, BODY, "Sở M")
    do(database, reorganisation.reopen, BODY, "Sở M")
    refused(database, "not closed", reorganisation.reopen, BODY, "Sở M")
    new = issued(database, "Sở M", None)
    assert shown(database, f"p{M}") == {old, late, new}


def test_a_closure_shows_on_its_channel_and_keeps_its_past(database: Database, clock: Clock) -> None:
    number = issued(database, "Sở V", 2)
    before = front(database, "c2")
    clock.move(hours=1)
    do(database, reorganisation.close, CATEGORY, "Lễ hội")
    closed = front(database, "c2")
    assert {entry.number for entry in closed.entries} == {number}
    assert (closed.edition > before.edition, closed.changed_at) == (True, clock())
    do(database, reorganisation.reopen, CATEGORY, "Lễ hội")
    assert front(database, "c2").edition > closed.edition


def test_what_is_merged_into_a_body_that_closes_later_is_closed_with_it(database: Database, clock: Clock) -> None:
    merge(database, "Sở M", "Sở S", 10)
    do(database, reorganisation.close, BODY, "Sở S", since=since(15))
    with pytest.raises(InputError, match=r"Sở S.*was closed"):
        add(database, "Sở M", 16)
    number = issued(database, "Sở M", 12)
    assert shown(database, f"p{S}") == {number}


def test_closing_in_the_future_is_refused(database: Database) -> None:
    refused(database, "has not come", reorganisation.close, BODY, "Sở M", since=since(21))
