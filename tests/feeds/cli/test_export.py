"""`bantin export` as an operator runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import update

from store import bulletins, publication
from store.database import Database, sqlite_url
from store.models import DbBulletin
from tests.feeds.cli.conftest import Run
from tests.support.samples import draft

BASE_URL = "https://bantin.example"


@pytest.fixture(autouse=True)
def _public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANTIN_BASE_URL", BASE_URL)


def test_the_first_export_says_how_to_serve_it_and_the_second_that_there_is_nothing_to_do(
    bantin: Run, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    assert bantin("category", "add", "Văn hóa").code == 0
    first = bantin("export", folder)
    assert first.code == 0, first.err
    # One line, for the mail of a timer; what is to be done stands beside it.
    assert first.out.startswith(f"{folder}: edition 1, ")
    assert first.out.endswith(" written, 0 removed; no application, so no search\n")
    assert first.out.count("\n") == 1
    included = f"http {{ include {folder}/current/nginx/http.conf; }}"
    assert f"new site: {included} and server {{ include {folder}/current/nginx/server.conf; }}" in first.err
    assert "already included: nginx -t && nginx -s reload" in first.err
    assert (folder / "current/feeds/category/van-hoa/@/rss").read_bytes().startswith(b"<?xml")
    again = bantin("export", folder)
    said = f"{folder}: edition 1, nothing to do; no application, so no search\n"
    assert (again.code, again.out, again.err) == (0, said, "")


def test_what_is_written_is_listed_where_that_is_wanted(bantin: Run, tmp_path: Path) -> None:
    told = bantin("export", tmp_path / "site", "--dry-run").out
    assert "+ /feeds/all.rss\n" in told
    assert "+ /static/mark.svg" in told
    assert " would be written" in told
    assert bantin("export", tmp_path / "site", "--verbose").out == told.replace("would be ", "")


def test_links_to_this_machine_alone_are_warned_of(
    bantin: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("BANTIN_BASE_URL")
    done = bantin("export", tmp_path / "site", "--json")
    assert done.code == 0
    assert "warning: BANTIN_BASE_URL is not set; links lead to http://localhost:8000\n" in done.err
    monkeypatch.setenv("BANTIN_BASE_URL", BASE_URL)
    refused = bantin("export", tmp_path / "site")
    assert refused.code == 1
    assert f"lead to http://localhost:8000, and BANTIN_BASE_URL is {BASE_URL} now" in refused.err
    assert "lỗi: " in refused.err
    assert bantin("export", tmp_path / "site", "--full").code == 0


def test_what_was_done_is_told_as_json(bantin: Run, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    told = json.loads(bantin("export", folder, "--dry-run", "--json").out)
    assert told["dry_run"] is True
    assert not folder.exists()
    done = json.loads(bantin("export", folder, "--json").out)
    assert done | {"dry_run": True} == told
    assert "/feeds/all.atom" in done["written"]
    assert done["nginx"] == {
        "http": str(folder / "current/nginx/http.conf"),
        "server": str(folder / "current/nginx/server.conf"),
        "changed": True,
    }
    full = json.loads(bantin("export", folder, "--full", "--json").out)
    assert (full["written"], full["nginx"]["changed"]) == (done["written"], False)


def test_a_folder_of_something_else_is_refused_in_both_languages(bantin: Run, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/note.txt").write_text("của tôi")
    refused = bantin("export", tmp_path / "mine")
    assert refused.code == 1
    assert "is not empty and holds no export" in refused.err
    assert "lỗi: " in refused.err
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["note.txt"]


def test_the_address_of_the_application_is_checked(bantin: Run, tmp_path: Path) -> None:
    for wrong in ("127.0.0.1:8000", "http://", "ftp://x", "http://x/y", "http://x:99999", "http://x;y", "http://u@x"):
        refused = bantin("export", tmp_path / "site", "--application", wrong)
        assert refused.code == 1, wrong
        assert "--application" in refused.err
    assert bantin("export", tmp_path / "site", "--application", "http://127.0.0.1:8000").code == 0
    configuration = tmp_path / "site/current/nginx/server.conf"
    assert "proxy_pass http://127.0.0.1:8000;" in configuration.read_text()
    again = bantin("export", tmp_path / "site")
    assert again.out.endswith("nothing to do; searches at http://127.0.0.1:8000\n")
    dropped = bantin("export", tmp_path / "site", "--no-application", "--json")
    assert json.loads(dropped.out)["application"] is None
    assert "proxy_pass" not in configuration.read_text()
    both = bantin("export", tmp_path / "site", "--no-application", "--application", "http://127.0.0.1:8000")
    assert both.code == 2


def test_what_cannot_be_had_whole_is_warned_of(bantin: Run, tmp_path: Path) -> None:
    folder, data = tmp_path / "site", tmp_path / "data"
    assert bantin("category", "add", "Văn hóa").code == 0
    assert bantin("export", folder).code == 0
    database = Database(sqlite_url(data / "bantin.sqlite"))
    with database.transaction() as session:
        for title in ("Tin lành", "Tin hỏng"):
            number = bulletins.draft(session, draft(title=title, categories=("Văn hóa",)))
            publication.publish(session, number, publisher_required=False)
        session.execute(update(DbBulletin).where(DbBulletin.number == number).values(published_offset_minutes=10**5))
    database.dispose()
    done = bantin("export", folder)
    assert done.code == 0
    assert " cannot be rendered whole, because of damaged bulletins" in done.err
    assert "  /feeds/all.rss\n" in done.err
    assert "/feeds/all.rss" in json.loads(bantin("export", folder, "--json").out)["withheld"]
    # The form without either goes on, not one that lacks the damaged.
    assert "Tin lành" not in (folder / "current/feeds/all/@/rss").read_text(encoding="utf-8")
