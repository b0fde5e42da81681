"""The soak run in short: an import killed a few times ends in the store, and the feeds, of one that was not."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.importers.portal import Kind, read_page
from tests.soak import commands, kills
from tests.soak.prepared import sqlite
from tests.support import pages, stores
from tests.support.requirements import lacks

PAGES = 30


@pytest.mark.parametrize(("database", "times"), [("sqlite", 2), ("postgres", 2)])
def test_a_killed_import_goes_on_to_the_same_store(database: str, times: int, tmp_path: Path) -> None:
    missing = stores.postgres_missing() if database == "postgres" else None
    if missing:
        lacks("postgres", missing)
    said: list[str] = []
    done = kills.soak(database, tmp_path, kills=times, count=PAGES, seed=7, say=said.append)
    assert done.kills, said
    assert max(done.kills) < PAGES
    assert done.documents >= 3 * (1 + len(pages.BODIES))


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a prepared store that three pages were imported into."""
    folder = tmp_path_factory.mktemp("imported")
    pages.write_pages(folder / "pages", 3)
    with sqlite(folder / "store") as url:
        commands.run(url, folder / "data", "import", "portal", str(folder / "pages"))
    return folder / "store"


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE body SET html = html || ' ' WHERE bulletin = 2",
        "UPDATE bulletin SET arrival = 9 WHERE number = 3",
        "DELETE FROM placement WHERE selection_key = 'all'",
        "DELETE FROM revision WHERE bulletin = 3",
        "DELETE FROM bulletin_author WHERE bulletin = 1",
        "DELETE FROM attachment WHERE number = 1",
        "UPDATE source_record SET content_digest = '' WHERE bulletin = 1",
        "UPDATE change SET selection_keys = 'all' WHERE edition = (SELECT max(edition) FROM change)",
        "INSERT INTO placement VALUES ('all', 1)",
    ],
)
def test_damage_is_seen(imported: Path, tmp_path: Path, damage: str) -> None:
    sound, damaged = (f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("sound", "damaged"))
    for name in ("sound", "damaged"):
        shutil.copyfile(imported / "bantin.sqlite", tmp_path / f"{name}.sqlite")
    kills.require_equal(kills.content_at(damaged), kills.content_at(sound))
    with closing(sqlite3.connect(tmp_path / "damaged.sqlite")) as connection, connection:
        assert connection.execute(damage).rowcount > 0
    with pytest.raises(AssertionError):
        kills.require_equal(kills.content_at(damaged), kills.content_at(sound))


def test_generated_pages_are_read_as_they_were_meant() -> None:
    titles = set()
    for number in range(0, 40_000, 1_000):
        meant = pages.generate(number, seed=3)
        read = read_page(meant.text)
        captions = [(block.text, block.credit) for block in read.blocks if block.kind is Kind.CAPTION]
        assert (read.title, read.lead, read.bylines) == (meant.title, meant.lead, meant.authors)
        assert read.moment.instant.date() == meant.day
        assert captions == [(caption, credit) for _, caption, credit in meant.captions]
        assert tuple(block.text for block in read.blocks if block.kind is Kind.PARAGRAPH) == meant.paragraphs
        assert pages.generate(number, seed=3) == meant
        titles.add(meant.title)
    assert len(titles) == 40
