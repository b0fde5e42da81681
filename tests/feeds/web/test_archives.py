"""Archives over HTTP: addresses of the contract, links, validators; what a reader holds who walks through them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feeds.app import create_app
from feeds.settings import Settings
from store import announcements, bulletins, catalogue, expunging, publication, renaming
from store.database import Database
from store.names import Kind
from store.types import Draft, Selection
from tests.feeds.conftest import BASE_URL, Served, fill
from tests.feeds.web.polling import departures, feed_date, ids
from tests.feeds.web.walking import Walker, read
from tests.support.samples import draft, minute
from tests.support.stores import Clock

EXTENSIONS = ("rss", "atom", "json")
CATEGORY = "category/van-hoa"


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "ARCHIVE_LENGTH", 3)


@pytest.fixture
def long(sqlite_database: Database, tmp_path: Path, clock: Clock) -> Served:
    """A category of 13 bulletins, more than a head holds: 4 closed archives, and an open one of one announcement."""
    fill(sqlite_database)
    settings = Settings(data=tmp_path, base_url=BASE_URL, entries=5)
    with sqlite_database.transaction() as session:
        for index in range(13):
            publication.publish(session, bulletins.draft(session, said(index + 1)))
    clock.move(seconds=30)
    return Served(create_app(settings, database=sqlite_database), sqlite_database, settings)


def get(served: Served, path: str, **headers: str) -> TestResponse:
    return served.client.get(f"/feeds/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})


def walker(served: Served, path: str) -> Walker:
    def fetch(address: str) -> bytes:
        assert address.startswith(f"{BASE_URL}/")
        answer = served.client.get(address.removeprefix(BASE_URL))
        assert answer.status_code == 200, address
        return answer.data

    return Walker(f"{BASE_URL}/feeds/{path}", fetch)


def standing(served: Served, selection: Selection) -> dict[str, str]:
    """Give id and lead of every bulletin of a selection."""
    with served.database.snapshot() as session:
        return {each.public_id: each.lead for each in catalogue.iter_bulletins(session, selection=selection)}


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_small_channel_has_no_archive_to_lead_to(served: Served, extension: str) -> None:
    assert read(get(served, f"all.{extension}").data).previous is None


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_head_and_archives_lead_to_each_other(long: Served, extension: str) -> None:
    def address(name: str) -> str:
        return f"{BASE_URL}/feeds/{CATEGORY}/archive/{name}.{extension}"

    head = read(get(long, f"{CATEGORY}.{extension}").data)
    assert (head.previous, head.following, head.is_archive) == (address("5-1"), None, False)
    wanted = {
        "5-1": (address("4-3"), None),
        "4-3": (address("3-3"), None),
        "3-3": (address("2-3"), address("4-3")),
        "1-3": (None, address("2-3")),
        "1-2": (None, None),
    }
    for name, links in wanted.items():
        found = read(get(long, f"{CATEGORY}/archive/{name}.{extension}").data)
        assert (found.previous, found.following) == links, name
        assert found.is_archive
        assert len(found.entries) == int(name.partition("-")[2])


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_archive_answers_like_a_feed(long: Served, extension: str) -> None:
    path = f"{CATEGORY}/archive/2-3.{extension}"
    head, answer = get(long, f"{CATEGORY}.{extension}"), get(long, path)
    same = ("Content-Type", "Cache-Control", "Vary", "Access-Control-Allow-Origin", "X-Content-Type-Options")
    assert {name: answer.headers[name] for name in same} == {name: head.headers[name] for name in same}
    assert f'<{BASE_URL}/feeds/{path}>; rel="self"' in answer.headers["Link"]
    known = get(long, path, If_None_Match=answer.headers["ETag"])
    assert (known.status_code, known.data) == (304, b"")
    assert get(long, path, If_Modified_Since=answer.headers["Last-Modified"]).status_code == 304
    headed = long.client.head(f"/feeds/{path}")
    assert (headed.data, dict(headed.headers)) == (b"", dict(answer.headers))
    options = long.client.options(f"/feeds/{path}")
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    assert long.client.post(f"/feeds/{path}").status_code == 405


def test_every_document_of_a_channel_says_which_one_it_is(long: Served) -> None:
    head, archive = (get(long, f"{CATEGORY}{rest}.json").json for rest in ("", "/archive/2-3"))
    assert archive["feed_url"] == f"{BASE_URL}/feeds/{CATEGORY}/archive/2-3.json"
    for name in ("title", "home_page_url", "language"):
        assert archive[name] == head[name]
    assert archive["_bantin"]["id"] == head["_bantin"]["id"]


@pytest.mark.parametrize(
    "path",
    [
        "category/van-hoa/archive/0-3.rss",
        "category/van-hoa/archive/1-0.rss",
        "category/van-hoa/archive/01-3.rss",
        "category/van-hoa/archive/1-03.rss",
        "category/van-hoa/archive/1-4.rss",
        "category/van-hoa/archive/5-2.rss",
        "category/van-hoa/archive/6-1.rss",
        "category/van-hoa/archive/999999999999-1.rss",
        "category/van-hoa/archive/1-3.xml",
        "category/van-hoa/archive/1-3",
        "category/van-hoa/archive/1.rss",
        "category/archive/1-3.rss",
        "category/khong-co/archive/1-3.rss",
        "category/le-hoi_van-hoa/archive/1-3.rss",
        "category/van-hoa/author/thu-trang/archive/1-3.rss",
        "archive/1-3.rss",
    ],
)
def test_what_is_no_archive_is_not_found(long: Served, path: str) -> None:
    assert get(long, path).status_code == 404


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("Category/Van-Hoa/Archive/2-3.RSS", "category/van-hoa/archive/2-3.rss"),
        ("category/van-hoa/archive/2-3.rss/", "category/van-hoa/archive/2-3.rss"),
        (
            "publisher/hoi-nong-dan-tinh/category/van-hoa/archive/1-2.atom",
            "category/van-hoa/publisher/hoi-nong-dan-tinh/archive/1-2.atom",
        ),
    ],
)
def test_other_spellings_lead_to_the_canonical_one(long: Served, asked: str, canonical: str) -> None:
    answer = get(long, asked)
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{BASE_URL}/feeds/{canonical}")
    assert get(long, canonical).status_code == 200


def test_unknown_parameters_are_ignored(long: Served) -> None:
    assert get(long, f"{CATEGORY}/archive/2-3.rss?_=17").status_code == 200


def test_a_renamed_channel_takes_its_archives_along(long: Served) -> None:
    with long.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa và Thể thao", slug="van-hoa-the-thao")
    answer = get(long, f"{CATEGORY}/archive/2-3.atom")
    moved = f"{BASE_URL}/feeds/category/van-hoa-the-thao/archive/2-3.atom"
    assert (answer.status_code, answer.headers["Location"]) == (301, moved)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_an_archive_moves_with_what_it_shows_and_with_nothing_else(long: Served, extension: str, clock: Clock) -> None:
    paths = {name: f"{CATEGORY}/archive/{name}.{extension}" for name in ("1-3", "2-3", "4-3", "5-1")}

    def moved_by(act: Callable[[Session], object]) -> set[str]:
        before = {name: get(long, path) for name, path in paths.items()}
        clock.move(minutes=1)
        with long.database.transaction() as session:
            act(session)
        clock.move(seconds=2)
        moved = set()
        for name, answer in before.items():
            again = get(long, paths[name], If_None_Match=answer.headers["ETag"])
            since = get(long, paths[name], If_Modified_Since=answer.headers["Last-Modified"])
            assert again.status_code == since.status_code
            if again.status_code == 200:
                assert again.data != answer.data
                assert feed_date(again) > feed_date(answer)
                moved.add(name)
        return moved

    assert moved_by(lambda session: bulletins.revise(session, 5, said(5, lead="Sửa."))) == {"2-3"}
    # The open range is full then: its neighbour leads to it from now on.
    corrected = moved_by(lambda session: bulletins.correct(session, 5, said(5, lead="Đúng."), note="Sai"))
    assert corrected == {"2-3", "4-3"}
    assert moved_by(lambda session: publication.withdraw(session, 5, reason="Nhầm")) == {"2-3"}
    assert moved_by(lambda session: publication.withdraw(session, 1, reason="Nhầm")) == {"1-3"}
    assert moved_by(lambda session: expunging.expunge(session, 5, reason="Theo yêu cầu")) == {"2-3"}
    assert moved_by(lambda session: publication.publish(session, 1)) == {"1-3"}
    assert moved_by(lambda session: bulletins.revise(session, 13, said(13, categories=("Lễ hội",)))) == {"5-1"}
    away = moved_by(lambda session: bulletins.revise(session, 13, said(13, categories=())))
    assert away == {"5-1"}
    elsewhere = moved_by(lambda session: bulletins.revise(session, 13, said(13, categories=(), lead="Nơi khác.")))
    assert elsewhere == set()


def said(number: int, **changed: object) -> Draft:
    """Give what bulletin `number` says, but for some of it."""
    told: dict[str, object] = {"title": f"Tin {number - 1}", "published": minute(2026, 11, 3, 8, number - 1)}
    return draft(**(told | {"publisher": "Hội Nông dân tỉnh", "categories": ("Văn hóa",)} | changed))


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_what_left_is_told_by_archives_too_and_leaves_nothing_but_that(long: Served, extension: str) -> None:
    path = f"{CATEGORY}/archive/2-3.{extension}"
    before = ids(get(long, path))
    with long.database.transaction() as session:
        publication.withdraw(session, 4, reason="Sai số liệu")
        expunging.expunge(session, 5, reason="Theo yêu cầu")
    answer = get(long, path)
    assert ids(answer) == before[:1]
    assert {(id, reason) for id, _, reason in departures(answer)} == {
        (before[2], "Sai số liệu"),
        (before[1], "Theo yêu cầu"),
    }
    assert "Tin 4" not in answer.text


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_who_walks_once_holds_everything(long: Served, extension: str) -> None:
    reader = walker(long, f"{CATEGORY}.{extension}")
    assert reader.poll() == 5
    assert {id: entry.summary for id, entry in reader.held.items()} == standing(long, Selection(category=1))
    assert len(reader.held) == 13
    assert reader.poll() == 0


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_who_comes_back_takes_what_is_new_and_stops(long: Served, extension: str, clock: Clock) -> None:
    reader = walker(long, f"{CATEGORY}.{extension}")
    reader.poll()
    clock.move(minutes=1)
    with long.database.transaction() as session:
        # Far below the head: edited a little, put elsewhere, imported late.
        bulletins.revise(session, 1, said(1, lead="Sửa."))
        bulletins.revise(session, 2, said(2, categories=()))
        late = bulletins.draft(session, draft(categories=("Lễ hội",), published=minute(2020, 1, 1, 8, 0)))
        publication.publish(session, late, publisher_required=False)
    assert reader.poll() == 2
    held = {id: entry.summary for id, entry in reader.held.items()}
    assert held == standing(long, Selection(category=1))
    assert "Sửa." in held.values()


def test_a_correction_of_an_old_bulletin_comes_to_plain_readers(long: Served, clock: Clock) -> None:
    clock.move(minutes=1)
    with long.database.transaction() as session:
        bulletins.correct(session, 1, said(1, lead="Đúng ra là."), note="Sai số liệu")
        public_id = catalogue.get_bulletin(session, 1).public_id
    for extension in EXTENSIONS:
        answer = get(long, f"{CATEGORY}.{extension}")
        assert len(ids(answer)) == 6
        assert ids(answer)[-1] == public_id
        assert "Sai số liệu" in answer.text
    # The readable page goes on in order.
    assert "Đúng ra là." not in get(long, CATEGORY).text
