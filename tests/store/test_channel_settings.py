"""Settings of single channels: kept whole, told to the readers of that channel alone, refused by name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store import audit, catalogue, changes, channel_settings, files, taxonomy
from store.database import Database
from store.errors import InputError
from store.types import NOTHING_SET, ChannelSettings, Selection, Window
from tests.support.photos import take_emblem
from tests.support.stores import Clock

CULTURE = Selection(category=1)
SET = ChannelSettings(
    title="Tin văn hóa xứ Vân",
    description="Lễ hội, hát then và nếp sống mới.",
    language="tyz",
    entries=7,
    is_lead_only=True,
)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")
    return database


def put(database: Database, said: ChannelSettings, selection: Selection = CULTURE) -> bool:
    with database.transaction(actor="Lan") as session:
        return channel_settings.set_channel_settings(session, selection, said)


def read(database: Database, selection: Selection = CULTURE) -> ChannelSettings:
    with database.snapshot() as session:
        return channel_settings.channel_settings(session, selection)


def front(database: Database, selection: Selection) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, selection, limit=50)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        CULTURE,
        Selection(organisation=1),
        Selection(publisher=1),
        Selection(category=1, organisation=1),
        Selection(category=1, publisher=1),
    ],
    ids=lambda selection: selection.key,
)
def test_every_channel_keeps_what_is_set_for_it(database: Database, selection: Selection) -> None:
    assert read(database, selection) == ChannelSettings()
    assert put(database, SET, selection)
    assert read(database, selection) == SET
    with database.snapshot() as session:
        assert channel_settings.every_channel_settings(session) == {selection.key: SET}


def test_a_setting_is_one_change_of_that_channel_alone(database: Database, clock: Clock) -> None:
    with database.snapshot() as session:
        edition = changes.current_edition(session)
    others = [front(database, each) for each in (Selection(), Selection(organisation=1))]
    clock.move(hours=1)
    put(database, SET)
    with database.snapshot() as session:
        (change,) = changes.iter_since(session, edition)
        act, *_ = audit.iter_acts(session)
    assert (change.kind, change.bulletin, change.selection_keys) == ("channel set", None, {"c1"})
    assert (act.actor, act.action, act.kind, act.subject) == ("Lan", "set", "channel", "c1")
    assert act.note == "title, description, language, entries, lead only"
    assert act.edition == change.edition
    window = front(database, CULTURE)
    assert (window.edition, window.changed_at) == (change.edition, clock())
    assert [front(database, each) for each in (Selection(), Selection(organisation=1))] == others


def test_what_is_set_already_is_no_change(database: Database) -> None:
    assert put(database, SET)
    with database.snapshot() as session:
        edition = changes.current_edition(session)
    assert not put(database, SET)
    assert not put(database, replace(SET, title=f"  {SET.title} "))
    assert not put(database, ChannelSettings(), Selection())
    with database.snapshot() as session:
        assert changes.current_edition(session) == edition


def test_clearing_moves_the_channel_on_as_setting_does(database: Database, clock: Clock) -> None:
    put(database, SET)
    before = front(database, CULTURE)
    clock.move(hours=1)
    with database.transaction() as session:
        assert channel_settings.set_channel_settings(session, CULTURE, NOTHING_SET)
        assert not channel_settings.set_channel_settings(session, CULTURE, NOTHING_SET)
    assert read(database) == ChannelSettings()
    after = front(database, CULTURE)
    assert (after.edition, after.changed_at) == (before.edition + 1, clock())


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"description": ""}, "description"),
        ({"description": "x" * 1_001}, "description"),
        ({"language": "tiếng Việt"}, "language"),
        ({"language": "EN"}, "language"),
        ({"entries": 0}, "entries"),
        ({"entries": 501}, "entries"),
    ],
)
def test_what_cannot_be_is_refused_by_its_name(sqlite_database: Database, said: dict[str, object], field: str) -> None:
    with pytest.raises(InputError) as refusal:
        put(sqlite_database, ChannelSettings(**said), Selection())  # type: ignore[arg-type]  # settings by name
    assert refusal.value.field == field
    assert refusal.value.accepted
    assert refusal.value.vietnamese
    assert read(sqlite_database, Selection()) == ChannelSettings()


@pytest.mark.parametrize(
    "selection",
    [
        Selection(category=1, author=1),
        Selection(organisation=1, publisher=1),
        Selection.of({"category": (1, 2)}),
        Selection(text="nong dan"),
    ],
    ids=lambda selection: selection.key,
)
def test_a_selection_made_on_the_way_has_no_settings(sqlite_database: Database, selection: Selection) -> None:
    with pytest.raises(InputError, match="is no channel") as refusal:
        put(sqlite_database, SET, selection)
    assert refusal.value.vietnamese


def test_a_picture_is_seen_while_a_channel_has_it(database: Database) -> None:
    emblem = take_emblem(None)
    wide = emblem.renditions[0]
    assert put(database, replace(SET, image=emblem))
    assert read(database).image == emblem
    with database.snapshot() as session:
        assert channel_settings.list_images(session) == [emblem.digest]
        assert channel_settings.list_users(session, emblem.digest) == ["c1"]
        for digest in (emblem.digest, wide.digest):
            assert files.find_visible_file(session, digest) is not None
    put(database, SET)
    with database.snapshot() as session:
        for digest in (emblem.digest, wide.digest):
            assert files.find_visible_file(session, digest) is None
