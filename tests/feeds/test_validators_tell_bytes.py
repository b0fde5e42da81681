"""Whatever alters the bytes of a document alters its ETag, and nothing else does: every column, every setting."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from feeds.app import create_app
from feeds.settings import Settings
from store.errors import StoreError
from store.models import METADATA
from tests.feeds.town import ACTS, ADDRESSES
from tests.support import stores

SETTINGS = Settings(base_url="https://bantin.example", entries=4)
PAUSE = timedelta(minutes=5)
EXACT = (".rss", ".atom", ".json", ".rss?q=hoi+nghi", ".json?q=hoi+nghi")
"""Ends of the addresses whose tags move for nothing else. A page shows less of a bulletin than its version counts."""

OTHER: Mapping[str, Any] = {
    "base_url": "https://khac.example/tin",
    "files_public_url": "https://anh.example",
    "site_name": "Cổng tin Nà Mạ",
    "timezone": timezone(timedelta(hours=8)),
    "rights": "© Nà Mạ",
    "entries": 3,
    "ttl_minutes": 16,
    "max_age_seconds": 301,
}
"""Another value for each setting that could show."""

UNSEEN = frozenset(
    {
        "data",
        "database_url",
        "files_url",
        "files_key",
        "files_secret",
        "fragments_mb",
        "shelf_mb",
        "redis_url",
        "poll_limit",
        "trusted_proxies",
    }
)
"""Settings of where things are kept, not of what is said."""

NEVER_ALONE: Mapping[str, str] = {
    "counter.name": "the same for ever",
    "instance.": "written once",
    "lease.": "who works, which no document says",
}
"""Columns, or tables before the dot, that no act alters by themselves, and why."""

Dump = dict[tuple[str, tuple[object, ...]], dict[str, object]]


@dataclass(frozen=True)
class Answered:
    """What a document answered: its tag, and the digest of its bytes."""

    etag: str | None
    body: str


class Town:
    """A copy of the town's store, with the documents that it answers."""

    def __init__(self, template: Path, path: Path) -> None:
        self.clock = stores.Clock()
        self.clock.move(hours=3)
        self.database = stores.fresh_sqlite(template, path, self.clock)

    def do(self, act: str) -> None:
        """Do an act a while later."""
        self.clock.move(minutes=PAUSE.total_seconds() / 60)
        with self.database.transaction(actor="Minh") as session:
            ACTS[act](session)

    def answers(self, settings: Settings = SETTINGS) -> dict[str, Answered]:
        """Ask for every document; those that are not there are left out."""
        client = create_app(settings, database=self.database).test_client()
        found = {}
        for address in ADDRESSES:
            answer = client.get(address)
            assert answer.status_code < 500, f"{address}: {answer.status}"
            if answer.status_code == 200:
                found[address] = Answered(answer.headers.get("ETag"), hashlib.sha256(answer.data).hexdigest())
        return found

    def dump(self) -> Dump:
        """Read every row of every table."""
        rows: Dump = {}
        with self.database.snapshot() as session:
            for table in METADATA.sorted_tables:
                for row in session.execute(table.select()).mappings():
                    rows[table.name, tuple(row[column.name] for column in table.primary_key)] = dict(row)
        return rows


@pytest.fixture
def town(town_template: Path, tmp_path: Path) -> Iterator[Town]:
    """A fresh copy of the town."""
    made = Town(town_template, tmp_path / "copy.sqlite")
    yield made
    made.database.dispose()


def assert_tags_tell(before: Mapping[str, Answered], after: Mapping[str, Answered], what: str) -> None:
    told = []
    for address in before.keys() & after.keys():
        is_tag_moved = before[address].etag != after[address].etag
        if before[address].body != after[address].body and not is_tag_moved:
            told.append(f"{address}: its bytes differ under the same tag")
        elif is_tag_moved and before[address].body == after[address].body and address.endswith(EXACT):
            told.append(f"{address}: its tag differs for the same bytes")
    assert not told, f"after “{what}”:\n" + "\n".join(sorted(told))


@pytest.fixture(scope="module")
def at_first(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Answered]:
    """What the town answers before anything is done to it."""
    town = Town(town_template, tmp_path_factory.mktemp("first") / "copy.sqlite")
    answers = town.answers()
    town.database.dispose()
    assert all(answered.etag for answered in answers.values())
    return answers


@pytest.mark.parametrize("act", ACTS)
def test_an_act_moves_the_tags_of_what_it_alters_and_no_others(
    town: Town, at_first: dict[str, Answered], act: str
) -> None:
    town.do(act)
    assert_tags_tell(at_first, town.answers(), act)


def test_the_acts_alter_every_column_and_each_does_something(town_template: Path, tmp_path: Path) -> None:
    altered: set[str] = set()
    idle: set[str] = set()
    for number, act in enumerate(ACTS):
        town = Town(town_template, tmp_path / f"{number}.sqlite")
        before = town.dump()
        town.do(act)
        after = town.dump()
        town.database.dispose()
        if before == after:
            idle.add(act)
        for key in before.keys() | after.keys():
            old, new = before.get(key, {}), after.get(key, {})
            altered |= {f"{key[0]}.{name}" for name in {*old, *new} if old.get(name) != new.get(name)}
    every = {f"{table.name}.{column.name}" for table in METADATA.sorted_tables for column in table.columns}
    excused = {name for name in every if name in NEVER_ALONE or f"{name.split('.')[0]}." in NEVER_ALONE}
    assert sorted(every - altered - excused) == []
    assert excused & altered == set(), "what an act alters needs no excuse"
    assert idle == {"no setting at all"}


@pytest.mark.parametrize("name", [known.name for known in fields(Settings)])
def test_a_setting_that_shows_moves_tags_and_no_other_does(
    town: Town, at_first: dict[str, Answered], name: str
) -> None:
    if name in UNSEEN:
        assert name not in OTHER
        return
    before, after = at_first, town.answers(replace(SETTINGS, **{name: OTHER[name]}))
    assert before.keys() == after.keys()
    silent = [a for a in before if before[a].body != after[a].body and before[a].etag == after[a].etag]
    assert silent == []
    # How long caches may keep a document is said in a header alone. A setting that shows may move all tags.
    is_shown = any(before[address].body != after[address].body for address in before)
    assert is_shown == (name != "max_age_seconds")
    assert is_shown == any(before[address].etag != after[address].etag for address in before)


@hypothesis_settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(acts=st.lists(st.sampled_from(sorted(ACTS)), min_size=3, max_size=5))
def test_over_a_whole_life_a_tag_stands_for_the_same_bytes(
    town_template: Path, tmp_path_factory: pytest.TempPathFactory, acts: list[str]
) -> None:
    town = Town(town_template, tmp_path_factory.mktemp("life") / "copy.sqlite")
    body_of: dict[tuple[str, str | None], str] = {}
    tag_of: dict[tuple[str, str], str | None] = {}
    try:
        for act in ["", *acts]:
            if act and not done(lambda act=act: town.do(act)):  # type: ignore[misc]  # bound at once
                continue
            for address, answered in town.answers().items():
                assert body_of.setdefault((address, answered.etag), answered.body) == answered.body, (address, act)
                if address.endswith(EXACT):
                    assert tag_of.setdefault((address, answered.body), answered.etag) == answered.etag, (address, act)
    finally:
        town.database.dispose()


def done(act: Callable[[], None]) -> bool:
    """Do an act; False where the store refuses it in its present state."""
    try:
        act()
    except StoreError:
        return False
    return True
