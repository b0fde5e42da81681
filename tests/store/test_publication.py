"""Scheduling, publishing, withdrawing, publishing again: at the second, once, and without anything that moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from store import audit, bulletins, catalogue, changes, files, placements, publication, taxonomy
from store.database import Database
from store.errors import Conflict, InputError, NotFound, NotPublishable, StoreError
from store.models import METADATA, DbPlacement, DbTombstone
from store.types import VIETNAM, Attachment, Bulletin, Moment, Selection, Status, StoredFile, Window
from tests.support.samples import day, draft, minute
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

TEN = Moment(datetime(2026, 11, 21, 10, 0, 30, tzinfo=VIETNAM))
FILE = StoredFile(digest="a" * 64, media_type="image/jpeg", size_bytes=1234, width_px=640, height_px=480)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction(actor="Lan") as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")
    return database


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def ask(database: Database, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.snapshot() as session:
        return question(session, *args, **kwargs)


def add(database: Database, **said: object) -> int:
    return do(database, bulletins.draft, draft(**({"publisher": "Sở Văn hóa tỉnh", "published": None} | said)))


def read(database: Database, number: int) -> Bulletin:
    return ask(database, catalogue.get_bulletin, number)


def front(database: Database, selection: Selection | None = None) -> Window:
    return ask(database, catalogue.window, selection or Selection(), limit=50)


def numbers(window: Window) -> list[int]:
    return [key.number for key in window.entries]


def counted(session: Session) -> dict[str, int]:
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in METADATA.sorted_tables
    }


def refused(
    database: Database,
    error: type[StoreError],
    match: str,
    act: Callable[Concatenate[Session, P], object],
    *args: P.args,
    **kwargs: P.kwargs,
) -> None:
    """Have an act refused in both languages, and see that neither the edition nor any row came of it."""
    before = ask(database, changes.current_edition), ask(database, counted), ask(database, stored)
    with pytest.raises(error, match=match) as refusal:
        do(database, act, *args, **kwargs)
    assert refusal.value.vietnamese
    assert (ask(database, changes.current_edition), ask(database, counted), ask(database, stored)) == before


def stored(session: Session) -> list[Bulletin]:
    return list(catalogue.iter_bulletins(session))


def test_a_scheduled_bulletin_appears_at_its_second_and_not_before(database: Database, clock: Clock) -> None:
    number = add(database)
    assert do(database, publication.schedule, number, TEN) == TEN
    assert ask(database, publication.next_due) == TEN.instant
    clock.instant = TEN.instant - timedelta(seconds=1)
    assert do(database, publication.publish_due) is None
    assert numbers(front(database)) == []
    assert read(database, number).status is Status.SCHEDULED
    clock.move(seconds=1)
    assert do(database, publication.publish_due) == number
    assert numbers(front(database)) == [number]
    seen = read(database, number)
    assert (seen.status, seen.published, seen.updated) == (Status.PUBLISHED, TEN, TEN.instant)
    assert ask(database, publication.next_due) is None
    assert do(database, publication.publish_due) is None


def test_a_worker_that_was_away_publishes_late_under_the_planned_date(database: Database, clock: Clock) -> None:
    number = add(database)
    do(database, publication.schedule, number, TEN)
    clock.instant = TEN.instant + timedelta(days=3, seconds=7)
    assert do(database, publication.publish_due) == number
    seen = read(database, number)
    assert (seen.published, seen.updated, seen.changed_at) == (TEN, TEN.instant, clock())


def test_what_is_due_appears_one_by_one_the_earliest_first(database: Database, clock: Clock) -> None:
    planned = [30, 10, 20, 10]
    scheduled = [add(database, title=f"Bản tin hẹn {index}") for index in range(len(planned))]
    for number, minutes in zip(scheduled, planned, strict=True):
        do(database, publication.schedule, number, Moment((clock() + timedelta(minutes=minutes)).astimezone(VIETNAM)))
    clock.move(minutes=25)
    appeared = [do(database, publication.publish_due) for _ in range(4)]
    assert appeared == [scheduled[1], scheduled[3], scheduled[2], None]
    assert [read(database, number).arrival for number in scheduled] == [None, 1, 3, 2]
    assert numbers(front(database)) == [scheduled[2], scheduled[3], scheduled[1]]


def test_its_own_date_is_the_default_plan(database: Database, clock: Clock) -> None:
    number = add(database, published=TEN)
    assert do(database, publication.schedule, number) == TEN
    clock.instant = TEN.instant
    assert do(database, publication.publish_due) == number


def test_a_schedule_is_moved_and_cancelled(database: Database, clock: Clock) -> None:
    number, later = add(database), Moment(TEN.instant + timedelta(hours=1))
    do(database, publication.schedule, number, TEN)
    do(database, publication.schedule, number, later)
    assert read(database, number).published == later
    clock.instant = TEN.instant
    assert do(database, publication.publish_due) is None
    do(database, publication.cancel_schedule, number)
    seen = read(database, number)
    assert (seen.status, seen.published, seen.arrival) == (Status.DRAFT, None, None)
    clock.instant = later.instant + timedelta(days=1)
    assert do(database, publication.publish_due) is None
    do(database, publication.publish, number)
    assert read(database, number).published == Moment(clock().astimezone(VIETNAM))


def test_scheduling_shows_nothing_to_readers(database: Database) -> None:
    number, edition = add(database), ask(database, changes.current_edition)
    do(database, publication.schedule, number, TEN)
    do(database, publication.cancel_schedule, number)
    assert ask(database, changes.current_edition) == edition
    acts = [(act.action, act.edition) for act in ask(database, lambda s: list(audit.iter_acts(s, subject=number)))]
    assert acts[:2] == [("schedule cancelled", None), ("scheduled", None)]


@pytest.mark.parametrize(
    ("moment", "match"),
    [
        (Moment(datetime(2026, 11, 20, 12, 0, tzinfo=VIETNAM)), "is past"),
        (Moment(datetime(2026, 11, 20, 4, 59, 59, tzinfo=UTC)), "is past"),
        (day(2026, 11, 21), "no time of day"),
        (None, "no date of its own"),
    ],
)
def test_a_plan_must_be_a_time_to_come(database: Database, moment: Moment | None, match: str) -> None:
    refused(database, InputError, match, publication.schedule, add(database), moment)


def test_a_plan_that_is_moved_into_the_past_stays_where_it_was(database: Database) -> None:
    number = add(database)
    do(database, publication.schedule, number, TEN)
    refused(database, InputError, "is past", publication.schedule, number, minute(2026, 11, 19, 8, 0))
    assert read(database, number).published == TEN


def test_without_a_publisher_nothing_is_scheduled(database: Database) -> None:
    number = add(database, publisher=None)
    refused(database, NotPublishable, "no publisher", publication.schedule, number, TEN)


def test_a_scheduled_bulletin_keeps_its_publisher_and_its_plan(database: Database) -> None:
    number = add(database)
    do(database, publication.schedule, number, TEN)
    refused(database, NotPublishable, "would lose its publisher", bulletins.revise, number, draft(published=None))
    named = draft(publisher="Sở Văn hóa tỉnh", published=minute(2026, 11, 22, 9, 0))
    refused(database, Conflict, "bantin bulletin schedule", bulletins.revise, number, named)
    refused(database, NotPublishable, "--cancel", publication.publish, number)


def test_a_scheduled_bulletin_appears_as_it_was_last_revised(database: Database, clock: Clock) -> None:
    number = add(database)
    do(database, publication.schedule, number, TEN)
    said = draft(title="Sửa trước giờ đăng", publisher="Sở Văn hóa tỉnh", published=None)
    assert do(database, bulletins.revise, number, said)
    clock.instant = TEN.instant
    do(database, publication.publish_due)
    seen = read(database, number)
    assert (seen.title, seen.published, seen.updated) == ("Sửa trước giờ đăng", TEN, TEN.instant)


def test_what_is_not_scheduled_has_no_plan_to_cancel(database: Database) -> None:
    number = add(database)
    refused(database, Conflict, "not scheduled", publication.cancel_schedule, number)
    do(database, publication.publish, number)
    refused(database, Conflict, "not scheduled", publication.cancel_schedule, number)
    refused(database, NotPublishable, "only a draft", publication.schedule, number, TEN)
    refused(database, NotFound, "4711", publication.schedule, 4711, TEN)


def test_a_withdrawn_bulletin_is_gone_with_its_reason_and_its_photos(database: Database, clock: Clock) -> None:
    photo = Attachment(number=1, caption="Quang cảnh hội nghị", file=FILE)
    number = add(database, categories=("Lễ hội",), authors=("Thu Trang",), attachments=(photo,))
    do(database, publication.publish, number)
    keys = ask(database, placements.placed_keys, [number])[number]
    before = read(database, number)
    assert ask(database, files.find_visible_file, FILE.digest) == FILE
    clock.move(hours=2)
    do(database, publication.withdraw, number, reason="  Đăng nhầm \n bản cũ ")
    for key in keys:
        left = front(database, Selection.from_key(key))
        assert left.entries == ()
        assert [(gone.number, gone.public_id, gone.gone_at, gone.reason) for gone in left.tombstones] == [
            (number, before.public_id, clock(), "Đăng nhầm bản cũ")
        ]
        assert left.changed_at == clock()
    after = read(database, number)
    assert after.gone is not None
    assert (after.status, after.gone.at, after.gone.reason) == (Status.WITHDRAWN, clock(), "Đăng nhầm bản cũ")
    assert (after.published, after.updated, after.arrival) == (before.published, before.updated, before.arrival)
    assert after.version == before.version + 1
    assert ask(database, files.find_visible_file, FILE.digest) is None


def test_what_readers_do_not_see_is_not_withdrawn(database: Database) -> None:
    number = add(database)
    refused(database, Conflict, "is a draft", publication.withdraw, number, reason="Đăng nhầm")
    do(database, publication.schedule, number, TEN)
    refused(database, Conflict, "is scheduled", publication.withdraw, number, reason="Đăng nhầm")
    do(database, publication.cancel_schedule, number)
    do(database, publication.publish, number)
    do(database, publication.withdraw, number, reason="Đăng nhầm")
    refused(database, Conflict, "withdrawn already", publication.withdraw, number, reason="Lý do khác")
    refused(database, NotPublishable, "only a draft", publication.schedule, number, TEN)


@pytest.mark.parametrize("reason", ["", " \n ", "\u200b", "x" * 2_001])
def test_a_withdrawal_says_why(database: Database, reason: str) -> None:
    number = add(database)
    do(database, publication.publish, number)
    with pytest.raises(InputError, match="reason"):
        do(database, publication.withdraw, number, reason=reason)
    assert numbers(front(database)) == [number]


def test_what_comes_back_is_what_went(database: Database, clock: Clock) -> None:
    first, number, last = (add(database, title=f"Bản tin {index}", categories=("Lễ hội",)) for index in range(3))
    for each in (first, number, last):
        clock.move(minutes=1)
        do(database, publication.publish, each)
    before, order = read(database, number), numbers(front(database))
    keys = ask(database, placements.placed_keys, [number])[number]
    clock.move(minutes=1)
    do(database, publication.withdraw, number, reason="Chờ kiểm tra")
    gone = front(database)
    clock.move(minutes=1)
    do(database, publication.publish, number)
    after, back = read(database, number), front(database)
    assert numbers(back) == order
    assert back.tombstones == ()
    assert back.edition > gone.edition
    assert (after.public_id, after.published, after.arrival, after.slug) == (
        before.public_id,
        before.published,
        before.arrival,
        before.slug,
    )
    assert (after.updated, after.gone, after.revision) == (clock(), None, before.revision)
    assert after.version > before.version
    assert ask(database, placements.placed_keys, [number])[number] == keys
    with database.snapshot() as session:
        assert session.scalars(select(DbTombstone)).all() == []


def test_coming_back_in_the_same_second_moves_updated_and_every_window(database: Database) -> None:
    number = add(database, categories=("Lễ hội",))
    do(database, publication.publish, number)
    before = read(database, number).updated
    do(database, publication.withdraw, number, reason="Nhầm")
    editions = {key: front(database, Selection.from_key(key)).edition for key in ("all", "c1", "c2", "o1", "c2.p1")}
    do(database, publication.publish, number)
    after = read(database, number).updated
    assert before is not None
    assert after is not None
    assert after > before
    for key, edition in editions.items():
        assert front(database, Selection.from_key(key)).edition > edition


def test_what_was_moved_while_withdrawn_comes_back_elsewhere(database: Database) -> None:
    number = add(database, categories=("Lễ hội",))
    do(database, publication.publish, number)
    do(database, publication.withdraw, number, reason="Nhầm mục")
    said = draft(publisher="Sở Văn hóa tỉnh", categories=("Văn hóa",), published=None)
    assert do(database, bulletins.revise, number, said)
    assert numbers(front(database)) == []
    do(database, publication.publish, number)
    assert numbers(front(database, Selection(category=1))) == [number]
    left = front(database, Selection(category=2))
    assert left.entries == ()
    assert [(gone.number, gone.reason) for gone in left.tombstones] == [(number, "")]


def test_a_reason_that_reaches_an_old_channel_is_a_change_of_it(database: Database, clock: Clock) -> None:
    number = add(database, categories=("Lễ hội",))
    do(database, publication.publish, number)
    moved = draft(publisher="Sở Văn hóa tỉnh", categories=("Văn hóa",), published=None)
    do(database, bulletins.revise, number, moved)
    old = Selection(category=2)
    shown = [front(database, old)]
    for act in (
        lambda s: publication.withdraw(s, number, reason="Sai số liệu"),
        lambda s: publication.publish(s, number),
    ):
        clock.move(minutes=1)
        do(database, act)
        shown.append(front(database, old))
    for earlier, later in pairwise(shown):
        said = [[gone.reason for gone in window.tombstones] for window in (earlier, later)]
        # What the document shows may differ only where its edition does: a polled document would stay as it is.
        assert said[0] == said[1] or later.edition > earlier.edition


def test_without_a_publisher_nothing_comes_back(database: Database) -> None:
    number = add(database)
    do(database, publication.publish, number)
    do(database, publication.withdraw, number, reason="Nhầm")
    do(database, bulletins.revise, number, draft(published=None))
    refused(database, NotPublishable, "no publisher", publication.publish, number)


def test_a_clock_set_back_makes_nothing_look_older(database: Database, clock: Clock) -> None:
    number, other = add(database), add(database, title="Bản tin thứ hai")
    do(database, publication.publish, number)
    shown = front(database)
    clock.move(hours=-5)
    do(database, publication.withdraw, number, reason="Nhầm")
    gone = front(database)
    assert (gone.changed_at, gone.edition) >= (shown.changed_at, shown.edition + 1)
    do(database, publication.publish, number)
    back, seen = front(database), read(database, number)
    assert back.changed_at >= gone.changed_at
    assert back.edition > gone.edition
    assert seen.updated is not None
    assert seen.published is not None
    assert seen.updated > seen.published.instant
    # A new one is dated by the clock as it stands, and takes its place by that date.
    do(database, publication.publish, other)
    assert read(database, other).published == Moment(clock().astimezone(VIETNAM))
    assert numbers(front(database)) == [number, other]


def test_what_the_clock_was_set_back_over_is_not_published_twice(database: Database, clock: Clock) -> None:
    number = add(database)
    do(database, publication.schedule, number, TEN)
    clock.instant = TEN.instant
    assert do(database, publication.publish_due) == number
    clock.move(hours=-2)
    assert do(database, publication.publish_due) is None
    clock.move(hours=4)
    assert do(database, publication.publish_due) is None
    assert read(database, number).arrival == 1


def test_a_plan_that_cannot_be_kept_holds_up_no_other(database: Database, clock: Clock) -> None:
    broken, sound = add(database), add(database, title="Bản tin lành")
    for number in (broken, sound):
        do(database, publication.schedule, number, TEN)
    with database.transaction() as session:
        bulletins.get_row(session, broken).published_precision = None
    clock.instant = TEN.instant
    assert [do(database, publication.publish_due) for _ in range(3)] == [broken, sound, None]
    assert (read(database, broken).status, read(database, sound).status) == (Status.DRAFT, Status.PUBLISHED)
    latest = next(ask(database, lambda s: iter(list(audit.iter_acts(s, kind=audit.BULLETIN, subject=broken)))))
    assert "not published" in latest.action


def test_a_dry_run_of_every_step_leaves_no_trace(database: Database) -> None:
    number = add(database)
    before = ask(database, counted), read(database, number)
    with database.transaction(dry_run=True) as session:
        publication.schedule(session, number, TEN)
        publication.cancel_schedule(session, number)
        publication.publish(session, number)
        publication.withdraw(session, number, reason="Nhầm")
        publication.publish(session, number)
    assert (ask(database, counted), read(database, number)) == before
    with database.snapshot() as session:
        assert session.scalars(select(DbPlacement)).all() == []
