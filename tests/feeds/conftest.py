"""A small published store with its application, once on each kind of database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from feeds.app import create_app
from feeds.settings import Settings
from store import bulletins, publication, taxonomy
from store.database import Database
from tests.feeds.town import build
from tests.support import stores
from tests.support.samples import day, draft
from tests.support.stores import Clock

BASE_URL = "https://bantin.example/tin"


@dataclass(frozen=True)
class Served:
    """An application over a store, asked as if through a proxy that strips the path prefix."""

    app: Flask
    database: Database
    settings: Settings

    @property
    def client(self) -> FlaskClient:
        return self.app.test_client()

    def add(self, **said: object) -> int:
        """Store and publish a bulletin; return its number."""
        with self.database.transaction() as session:
            number = bulletins.draft(session, draft(**said))
            publication.publish(session, number, publisher_required=False)
        return number


def serve(database: Database, folder: Path) -> Served:
    settings = Settings(data=folder, base_url=BASE_URL, site_name="Bản tin tỉnh Vân Sơn")
    return Served(create_app(settings, database=database), database, settings)


def fill(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh")
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")


@pytest.fixture
def served(database: Database, tmp_path: Path, clock: Clock) -> Served:
    """Two categories, two organisations, three bulletins, published a little while ago."""
    fill(database)
    made = serve(database, tmp_path)
    made.add(title="Lễ hội Lồng Tồng", categories=("Lễ hội",), publisher="Sở Văn hóa tỉnh", published=day(2026, 10, 1))
    made.add(title="Hội thi hát Then", categories=("Văn hóa",), publisher="Sở Văn hóa tỉnh", authors=("Thu Trang",))
    made.add(title="Ngày hội nông dân", publisher="Hội Nông dân tỉnh", subjects=("Sở Văn hóa tỉnh",))
    clock.move(seconds=30)
    return made


@pytest.fixture(scope="session")
def town_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of the town's store."""
    folder = tmp_path_factory.mktemp("town")
    clock = stores.Clock()
    database = stores.fresh_sqlite(stores.sqlite_template(folder), folder / "town.sqlite", clock)
    build(database, clock)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql(f"VACUUM INTO '{folder / 'whole.sqlite'}'")
        connection.exec_driver_sql("BEGIN")
    database.dispose()
    return folder / "whole.sqlite"
