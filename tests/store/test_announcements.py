"""Announcements and archives: every key is told of every step, in order; archives stay, and lead to all there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from store import (
    announcements,
    archives,
    attaching,
    bulletins,
    changes,
    channel_settings,
    expunging,
    placements,
    publication,
    rebuild,
    renaming,
    reorganisation,
    taxonomy,
)
from store.database import Database
from store.models import DbAnnouncement, DbPlacement
from store.names import Kind
from store.types import ArchiveName, ChannelSettings, Selection, StoredFile
from tests.support.archives import iter_archives, latest_archive
from tests.support.samples import draft, minute
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction() as session:
        return act(session, *args, **kwargs)


def ask(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.snapshot() as session:
        return act(session, *args, **kwargs)


def told(database: Database) -> dict[str, list[int]]:
    """Give the bulletins announced in each selection, in order; ordinals count from 1 without a gap."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    with database.snapshot() as session:
        rows = session.scalars(select(DbAnnouncement).order_by(DbAnnouncement.selection_key, DbAnnouncement.ordinal))
        editions: defaultdict[str, int] = defaultdict(int)
        for row in rows:
            found[row.selection_key].append(row.bulletin)
            assert row.ordinal == len(found[row.selection_key])
            assert row.edition >= editions[row.selection_key]
            editions[row.selection_key] = row.edition
            assert changes.find_instant(session, row.edition) is not None
    return dict(found)


def news(database: Database, act: Callable[[], object]) -> dict[str, list[int]]:
    """Do something; give what was announced by it."""
    before = told(database)
    act()
    after = told(database)
    return {key: rest for key, numbers in after.items() if (rest := numbers[len(before.get(key, ())) :])}


def publish(database: Database, **said: object) -> int:
    number = do(database, bulletins.draft, draft(**said))
    do(database, publication.publish, number)
    return number


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_category(session, "Thể thao")
        taxonomy.add_organisation(session, "Sở M")
        taxonomy.add_organisation(session, "Sở S")
    return database


FILED = {"publisher": "Sở M", "categories": ("Lễ hội",)}
KEYS = {"all", "c1", "c2", "o1", "p1", "c1.o1", "c2.o1", "c1.p1", "c2.p1"}


def test_every_key_is_told_of_every_step_of_a_life(filled: Database, clock: Clock) -> None:
    number = do(filled, bulletins.draft, draft(**FILED))
    assert told(filled) == {}
    everywhere = {key: [number] for key in KEYS}
    assert news(filled, lambda: do(filled, publication.publish, number)) == everywhere
    clock.move(minutes=1)
    steps = [
        lambda: do(filled, bulletins.revise, number, draft(**FILED, lead="Sửa câu chữ.")),
        lambda: do(filled, bulletins.correct, number, draft(**FILED, lead="Đính chính."), note="Sai số liệu"),
        lambda: do(filled, publication.withdraw, number, reason="Nhầm"),
        lambda: do(filled, publication.publish, number),
        lambda: do(filled, expunging.expunge, number, reason="Theo yêu cầu"),
    ]
    for step in steps:
        clock.move(minutes=1)
        assert news(filled, step) == everywhere


def test_an_unpublished_text_is_nobodys_business(filled: Database) -> None:
    number = publish(filled, **FILED)
    do(filled, publication.withdraw, number, reason="Nhầm")
    assert news(filled, lambda: do(filled, bulletins.revise, number, draft(**FILED, lead="Viết lại."))) == {}


def test_whoever_it_leaves_and_whoever_it_comes_to_are_told(filled: Database) -> None:
    number = publish(filled, **FILED)
    retag = news(
        filled,
        lambda: do(filled, bulletins.revise, number, draft(publisher="Sở M", categories=("Thể thao",))),
    )
    assert retag == {key: [number] for key in KEYS | {"c3", "c3.o1", "c3.p1"}}


def test_a_photo_that_arrives_is_told(filled: Database) -> None:
    number = publish(filled, **FILED)
    file = StoredFile(digest="0" * 64, media_type="image/jpeg", size_bytes=9, width_px=8, height_px=8)
    arrived = news(filled, lambda: do(filled, attaching.attach_file, number, 1, file))
    assert arrived == {key: [number] for key in KEYS}


def test_a_moved_category_takes_its_bulletins_along(filled: Database) -> None:
    first, second = publish(filled, **FILED), publish(filled, **FILED)
    publish(filled, publisher="Sở S", categories=("Văn hóa",))
    moved = news(filled, lambda: do(filled, reorganisation.move, Kind.CATEGORY, "Lễ hội", "Thể thao"))
    keys = {"c1", "c1.o1", "c1.p1", "c3", "c3.o1", "c3.p1"}
    assert moved == {key: [first, second] for key in keys}


def test_a_merger_brings_the_successors_bulletins(filled: Database, clock: Clock) -> None:
    number = publish(filled, publisher="Sở S", categories=(), published=minute(2026, 11, 19, 8, 0))
    merged = news(
        filled,
        lambda: do(
            filled, reorganisation.merge, Kind.ORGANISATION, "Sở M", "Sở S", since=minute(2026, 11, 18, 8, 0).instant
        ),
    )
    assert merged == {"o1": [number], "p1": [number]}


def test_a_new_name_is_told_wherever_it_shows(filled: Database) -> None:
    number, _ = publish(filled, **FILED), publish(filled, publisher="Sở S", categories=())
    renamed = news(
        filled, lambda: do(filled, renaming.rename, Kind.CATEGORY, "Lễ hội", "Lễ hội – Hội làng", throughout=True)
    )
    assert renamed == {key: [number] for key in KEYS}


def test_many_are_told_of_as_one_by_one(filled: Database) -> None:
    said = [
        FILED,
        {"publisher": "Sở S", "categories": ()},
        {"publisher": "Sở M", "categories": ("Văn hóa", "Thể thao")},
    ]
    numbers = [publish(filled, **each) for each in said * 2]
    # What no reader can see is told to nobody.
    numbers.append(do(filled, bulletins.draft, draft(**FILED)))

    def one_by_one(session: Session) -> None:
        placed = placements.placed_keys(session, numbers)
        told_of = ((key, number) for number in sorted(placed) for key in sorted(placed[number]))
        announcements.announce(session, told_of, changes.current_edition(session))

    def together(session: Session) -> None:
        announcements.announce_placed(session, numbers[::-1], changes.current_edition(session))

    slow, quick = (news(filled, lambda act=act: do(filled, act)) for act in (one_by_one, together))
    assert slow == quick
    assert slow["all"] == numbers[:-1]
    assert slow["c3"] == [3, 6]


def test_what_rebuild_mends_is_told(filled: Database) -> None:
    number = publish(filled, **FILED)
    with filled.transaction() as session:
        position = bulletins.get_row(session, number).position
        session.execute(delete(DbPlacement).where(DbPlacement.selection_key == "c1"))
        session.execute(insert(DbPlacement).values(selection_key="c3", position=position))
    assert news(filled, lambda: do(filled, rebuild.rebuild)) == {"c1": [number], "c3": [number]}
    left = ask(filled, archives.head, Selection(category=3), limit=9)
    assert [stone.number for stone in left.tombstones] == [number]


def test_rebuild_announces_what_no_archive_has(filled: Database) -> None:
    number = publish(filled, **FILED)
    with filled.transaction() as session:
        session.execute(delete(DbAnnouncement).where(DbAnnouncement.selection_key.in_(["all", "c2.p1"])))
    said = tuple(f"bulletin {number} was never announced in {key}" for key in ("all", "c2.p1"))
    assert ask(filled, rebuild.examine).faults == said
    assert do(filled, rebuild.rebuild).faults == said
    assert told(filled)["all"] == [number]
    assert do(filled, rebuild.rebuild).faults == ()


def test_a_dry_run_announces_nothing(filled: Database) -> None:
    number = do(filled, bulletins.draft, draft(**FILED))
    with filled.transaction(dry_run=True) as session:
        publication.publish(session, number)
    assert told(filled) == {}


# Archives


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "ARCHIVE_LENGTH", 3)


def shown(database: Database, number: int, held: int) -> tuple[list[int], list[int]] | None:
    """Give the entries of an archive of everything, and what left it."""
    found = ask(database, archives.find_archive, Selection(), ArchiveName(number, held))
    if found is None:
        return None
    window = found.window
    return [entry.number for entry in window.entries], [stone.number for stone in window.tombstones]


@pytest.mark.usefixtures("short")
def test_archives_close_and_lead_to_each_other(filled: Database) -> None:
    assert ask(filled, latest_archive, "all") is None
    assert list(ask(filled, lambda session: list(iter_archives(session, "all")))) == []
    numbers = [publish(filled, publisher="Sở M", published=minute(2026, 11, 1 + i, 8, 0)) for i in range(8)]
    assert ask(filled, latest_archive, "all") == (3, 2)
    assert ask(filled, announcements.count_announced, "all") == 8
    names = ask(filled, lambda session: list(iter_archives(session, "all")))
    assert names == [(1, 3), (2, 3), (3, 2)]
    wanted = {(1, 3): (None, (2, 3)), (2, 3): ((1, 3), None), (3, 2): ((2, 3), None)}
    for name, neighbours in wanted.items():
        found = ask(filled, archives.find_archive, Selection(), ArchiveName(*name))
        assert found is not None
        assert (found.previous, found.following) == neighbours
        first = 3 * (name[0] - 1)
        assert [e.number for e in found.window.entries] == numbers[first : first + name[1]][::-1]


@pytest.mark.usefixtures("short")
def test_an_archive_is_found_under_every_name_it_had_and_no_other(filled: Database) -> None:
    for _ in range(5):
        publish(filled, publisher="Sở M")
    assert [shown(filled, 2, held) for held in (1, 2)] == [([4], []), ([5, 4], [])]
    assert shown(filled, 1, 2) == ([2, 1], [])
    for number, held in ((0, 1), (1, 0), (1, 4), (2, 3), (3, 1), (-1, 3), (10**8, 3)):
        assert shown(filled, number, held) is None
    earlier = ask(filled, archives.find_archive, Selection(), ArchiveName(1, 2))
    # What came after it would be passed over.
    assert earlier is not None
    assert earlier.following is None
    assert ask(filled, archives.find_archive, Selection(category=1), ArchiveName(1, 1)) is None


@pytest.mark.usefixtures("short")
def test_an_archive_keeps_its_set_and_shows_it_as_it_is(filled: Database, clock: Clock) -> None:
    for _ in range(3):
        publish(filled, publisher="Sở M")
    before = ask(filled, archives.find_archive, Selection(), ArchiveName(1, 3))
    clock.move(minutes=1)
    do(filled, bulletins.revise, 1, draft(publisher="Sở M", lead="Sửa."))
    clock.move(minutes=1)
    do(filled, publication.withdraw, 2, reason="Nhầm")
    clock.move(minutes=1)
    publish(filled, publisher="Sở M")
    assert shown(filled, 1, 3) == ([3, 1], [2])
    assert shown(filled, 2, 3) == ([4, 1], [2])
    after = ask(filled, archives.find_archive, Selection(), ArchiveName(1, 3))
    assert before is not None
    assert after is not None
    assert {entry.number: entry.version for entry in after.window.entries}[1] == 3
    assert after.window.tombstones[0].reason == "Nhầm"
    # The closing of the next one shows in it, and in its date.
    assert after.following == (2, 3)
    assert after.window.changed_at == clock.instant > before.window.changed_at
    assert after.window.edition == ask(filled, changes.current_edition) > before.window.edition


def test_an_archive_shows_all_that_left_and_of_the_expunged_nothing(filled: Database) -> None:
    numbers = [publish(filled, publisher="Sở M") for _ in range(60)]
    for number in numbers[:-1]:
        do(filled, publication.withdraw, number, reason=f"Lý do {number}")
    do(filled, expunging.expunge, 7, reason="")
    found = ask(filled, archives.find_archive, Selection(), ArchiveName(1, 60))
    assert found is not None
    assert [entry.number for entry in found.window.entries] == [60]
    assert sorted(stone.number for stone in found.window.tombstones) == numbers[:-1]
    head = ask(filled, archives.head, Selection(), limit=80)
    assert len(head.tombstones) == 50
    assert head.archive == (1, 120)


def test_what_a_damaged_store_lost_is_let_go_of(filled: Database) -> None:
    number = publish(filled, **FILED)
    with filled.transaction() as session:
        session.execute(delete(DbPlacement).where(DbPlacement.selection_key == "c1"))
    found = ask(filled, archives.find_archive, Selection(category=1), ArchiveName(1, 1))
    assert found is not None
    assert [stone.number for stone in found.window.tombstones] == [number]
    assert ask(filled, archives.head, Selection(category=1), limit=9).archive == (1, 1)


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
def test_the_last_about_a_few_of_very_many_is_found_by_what_it_is_about(database: Database) -> None:
    with database.transaction(dry_run=True) as session:
        # Rows of bulletins and changes do not matter to the plan.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text(
                "INSERT INTO announcement (selection_key, ordinal, edition, bulletin) "
                "SELECT 'all', i, i, 1 + (i * 7919) % 50000 FROM generate_series(1, 50000) AS i"
            )
        )
        session.execute(text("ANALYZE announcement"))
        asked = announcements._last_about("all", range(1, 301)).compile(
            database.engine, compile_kwargs={"literal_binds": True}
        )
        plan = " ".join(session.scalars(text(f"EXPLAIN {asked}")))
        assert "ix_announcement_bulletin_selection_key" in plan
        assert "pk_announcement" not in plan


# Heads


def test_a_head_that_shows_all_there_is_leads_to_no_archive(filled: Database) -> None:
    for _ in range(3):
        publish(filled, publisher="Sở M")
    do(filled, publication.withdraw, 2, reason="Nhầm")
    whole, cut = (ask(filled, archives.head, Selection(), limit=limit) for limit in (2, 1))
    assert (whole.archive, cut.archive) == (None, (1, 4))
    assert ask(filled, archives.head, Selection(category=3), limit=1).archive is None


def test_after_a_thousand_announcements_a_head_leads_to_archives_whatever_they_hold(filled: Database) -> None:
    number = publish(filled, publisher="Sở M", categories=())

    def tell_again(times: int) -> None:
        with filled.transaction() as session:
            announcements.announce(session, [("p1", number)] * times, changes.current_edition(session))

    tell_again(archives.MOST_SOUGHT - 1)
    assert ask(filled, archives.head, Selection(publisher=1), limit=9).archive is None
    tell_again(1)
    assert ask(filled, archives.head, Selection(publisher=1), limit=9).archive == (3, 1)


def test_the_head_is_dated_by_the_last_announcement(filled: Database, clock: Clock) -> None:
    for day in (1, 2, 3):
        publish(filled, publisher="Sở M", published=minute(2026, 11, day, 8, 0))
    clock.move(minutes=5)
    do(filled, bulletins.revise, 1, draft(publisher="Sở M", lead="Sửa.", published=minute(2026, 11, 1, 8, 0)))
    head = ask(filled, archives.head, Selection(), limit=1)
    assert [entry.number for entry in head.entries] == [3]
    assert (head.changed_at, head.edition) == (clock.instant, ask(filled, changes.current_edition))


def test_what_was_corrected_comes_into_the_head_again(
    filled: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "RECENT", 15)
    said = [{"publisher": "Sở M", "published": minute(2026, 11, 1 + day, 8, 0)} for day in range(15)]
    for each in said:
        publish(filled, **each)

    def head() -> list[int]:
        return [entry.number for entry in ask(filled, archives.head, Selection(), limit=3).entries]

    assert head() == [15, 14, 13]
    clock.move(minutes=1)
    do(filled, bulletins.correct, 2, draft(**said[1], lead="Đúng ra là."), note="Sai")
    do(filled, bulletins.revise, 3, draft(**said[2], lead="Dấu phẩy."))
    publish(filled, publisher="Sở S", published=minute(2026, 11, 1, 9, 0))
    # By position; what was edited a little or came late is in the archives alone.
    assert head() == [15, 14, 13, 2]
    clock.move(minutes=1)
    do(filled, publication.withdraw, 5, reason="Nhầm")
    do(filled, publication.publish, 5)
    assert head() == [15, 14, 13, 5, 2]
    clock.move(minutes=1)
    do(filled, bulletins.revise, 2, draft(**said[1], lead="Đúng ra là:"))
    assert head() == [15, 14, 13, 5, 2]
    do(filled, publication.withdraw, 2, reason="Nhầm")
    assert head() == [15, 14, 13, 5]
    clock.move(minutes=1)
    for number in (4, 6, 7, 8, 9, 10, 11, 12, 1, 3):
        do(filled, bulletins.correct, number, draft(**said[number - 1], lead="Đúng ra là."), note="Sai")
    # The latest ten at most.
    assert head() == [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 4, 3, 1]
    for _ in range(announcements.RECENT):
        clock.move(minutes=1)
        do(filled, bulletins.revise, 15, draft(**said[14], lead=f"Sửa {clock.instant}"))
    assert head() == [15, 14, 13]


def test_a_minor_edit_long_after_a_correction_brings_nothing_back(
    filled: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(announcements, "RECENT", 5)
    said = [{"publisher": "Sở M", "published": minute(2026, 11, 1 + day, 8, 0)} for day in range(3)]
    for each in said:
        publish(filled, **each)
    clock.move(minutes=1)
    do(filled, bulletins.correct, 1, draft(**said[0], lead="Đúng ra là."), note="Sai")
    for _ in range(announcements.RECENT):
        clock.move(minutes=1)
        do(filled, bulletins.revise, 3, draft(**said[2], lead=f"Sửa {clock.instant}"))
    clock.move(minutes=1)
    do(filled, bulletins.revise, 1, draft(**said[0], lead="Đúng ra là:"))
    head = ask(filled, archives.head, Selection(), limit=1)
    assert [entry.number for entry in head.entries] == [3]


def test_told_since_an_edition(filled: Database) -> None:
    for _ in range(3):
        publish(filled, publisher="Sở M")
    second = ask(filled, announcements.find_announced, "all", ordinal=2)
    assert second is not None
    edition = second.edition
    assert ask(filled, announcements.told_since, "all", edition - 1, most=9) == {2, 3}
    assert ask(filled, announcements.told_since, "all", edition, most=9) == {3}
    assert ask(filled, announcements.told_since, "all", edition + 9, most=9) == set()
    assert ask(filled, announcements.told_since, "all", 0, most=3) == {1, 2, 3}
    assert ask(filled, announcements.told_since, "all", 0, most=2) is None
    assert len(ask(filled, announcements.standing, "all", {2, 3, 99})) == 2


@pytest.mark.parametrize("changed", [{"is_lead_only": True}, {"language": "en"}])
def test_a_channel_whose_entries_read_otherwise_tells_all_of_them_again(
    database: Database, changed: dict[str, Any]
) -> None:
    with database.transaction() as session:
        for day in (3, 1, 2):
            number = bulletins.draft(session, draft(title=f"Tin {day}", published=minute(2026, 11, day, 8)))
            publication.publish(session, number, publisher_required=False)
    assert told(database) == {"all": [1, 2, 3]}
    do(database, channel_settings.set_channel_settings, Selection(), ChannelSettings(title="Tin"))
    assert told(database) == {"all": [1, 2, 3]}
    do(database, channel_settings.set_channel_settings, Selection(), ChannelSettings(title="Tin", **changed))
    assert told(database) == {"all": [1, 2, 3, 2, 3, 1]}
    do(database, channel_settings.set_channel_settings, Selection(), ChannelSettings())
    assert told(database) == {"all": [1, 2, 3, 2, 3, 1, 2, 3, 1]}
