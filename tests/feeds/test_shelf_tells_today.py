"""What is on the shelf is what the store says today: after every act that can alter what readers see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask

from feeds.app import create_app
from feeds.settings import Settings
from feeds.site import Site
from store.database import Database
from tests.feeds.town import ACTS, ADDRESSES
from tests.support import stores

SETTINGS = Settings(base_url="https://bantin.example", entries=4)
# What makes one format stale makes the others stale, too; archives are kept on no shelf.
DOCUMENTS = (
    *(each for each in ADDRESSES if ".rss" in each and "/archive/" not in each),
    "/feeds/all.json?q=hoi+nghi",
)

Told = Mapping[str, tuple[int, str | None, bytes]]


@dataclass(frozen=True)
class Town:
    """The town's store, and two applications that keep a shelf: the one that writes, and one in another process."""

    clock: stores.Clock
    database: Database
    writing: Flask
    reading: Flask

    def do(self, act: str) -> None:
        self.clock.move(minutes=5)
        with self.database.transaction(actor="Minh") as session:
            ACTS[act](session)

    def today(self) -> Told:
        return told(create_app(replace(SETTINGS, shelf_mb=0), database=self.database))


def told(app: Flask) -> Told:
    """Ask for every document that can be on a shelf."""
    client = app.test_client()
    answers = ((address, client.get(address)) for address in DOCUMENTS)
    return {address: (answer.status_code, answer.headers.get("ETag"), answer.data) for address, answer in answers}


def site_of(app: Flask) -> Site:
    site: Site = app.extensions["bantin"]
    return site


@pytest.fixture
def town(town_template: Path, tmp_path: Path) -> Iterator[Town]:
    clock = stores.Clock()
    clock.move(hours=3)
    database = stores.fresh_sqlite(town_template, tmp_path / "copy.sqlite", clock)
    other = Database(database.url, clock=clock)
    made = Town(clock, database, create_app(SETTINGS, database=database), create_app(SETTINGS, database=other))
    for app in (made.writing, made.reading):
        site_of(app).heads.freshness.look()
    yield made
    database.dispose()
    other.dispose()


@pytest.mark.parametrize("act", ACTS)
def test_after_an_act_the_shelf_answers_as_the_store_does(town: Town, act: str) -> None:
    before = told(town.writing)
    assert told(town.reading) == before
    shelf = site_of(town.reading).heads.shelf
    made = shelf.made
    assert told(town.reading) == before
    assert shelf.made == made, "asked again, nothing is made again"
    town.do(act)
    today = town.today()
    # What this process committed shows at once; what another did, once it was heard of.
    assert told(town.writing) == today
    site_of(town.reading).heads.freshness.look()
    assert told(town.reading) == today


def test_a_publication_in_one_category_makes_no_other_channel_stale(town: Town) -> None:
    told(town.reading)
    heads = site_of(town.reading).heads
    town.do("publish another")
    heads.freshness.look()
    stale = {address for address in DOCUMENTS if (kept := heads.shelf.peek(address)) and not kept.is_fresh}
    assert "/feeds/all.rss" in stale
    assert "/feeds/organisation/so-van-hoa-tinh.rss" not in stale
