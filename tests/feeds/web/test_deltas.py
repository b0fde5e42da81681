"""Deltas: a client that takes `A-IM: feed` and holds an earlier document gets what is new in it, and loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from feeds.app import create_app
from feeds.settings import Settings
from store import bulletins, catalogue, expunging, publication, renaming, reorganisation, taxonomy
from store.database import Database
from store.models import DbChange
from store.names import Kind
from store.types import Status
from tests.feeds.conftest import BASE_URL, Served, fill
from tests.feeds.web.polling import departures, feed_date, ids
from tests.feeds.web.walking import read
from tests.support.samples import draft, minute
from tests.support.stores import Clock

EXTENSIONS = ("rss", "atom", "json")


@pytest.fixture
def lively(sqlite_database: Database, tmp_path: Path, clock: Clock) -> Served:
    return begun(sqlite_database, tmp_path, clock)


def begun(database: Database, tmp_path: Path, clock: Clock) -> Served:
    """Serve eight bulletins in a category, of which a head shows five."""
    fill(database)
    settings = Settings(data=tmp_path, base_url=BASE_URL, entries=5)
    served = Served(create_app(settings, database=database), database, settings)
    for index in range(8):
        add(served, index)
    clock.move(minutes=1)
    return served


def add(served: Served, index: int, **changed: object) -> int:
    told = {"title": f"Tin {index}", "published": minute(2026, 11, 3, 8, index), "categories": ("Văn hóa",)}
    return served.add(**(told | changed))


def get(served: Served, path: str, **headers: str) -> TestResponse:
    return served.client.get(f"/feeds/{path}", headers={k.replace("_", "-"): v for k, v in headers.items()})


def delta(served: Served, held: TestResponse, path: str, **headers: str) -> TestResponse:
    """Ask as a client that holds a document and takes deltas."""
    return get(served, path, **{"A_IM": "feed", "If_None_Match": held.headers["ETag"], **headers})


def do(served: Served, clock: Clock, act: Callable[[Session], object]) -> None:
    clock.move(minutes=1)
    with served.database.transaction() as session:
        act(session)
    clock.move(seconds=2)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_delta_holds_what_is_new_alone(lively: Served, clock: Clock, extension: str) -> None:
    path = f"category/van-hoa.{extension}"
    held = get(lively, path)
    clock.move(minutes=1)
    add(lively, 20)
    do(lively, clock, lambda session: publication.withdraw(session, 7, reason="Sai số liệu"))
    full, answer = get(lively, path), delta(lively, held, path)
    assert answer.status_code == 226
    # What stood last may have come up from below, where the withdrawn one stood.
    assert ids(answer) == [ids(full)[0], ids(full)[-1]]
    assert [reason for _, _, reason in departures(answer)] == ["Sai số liệu"]
    assert answer.headers["IM"] == "feed"
    assert answer.headers["ETag"] == full.headers["ETag"]
    assert answer.headers["Vary"] == "Accept-Encoding, A-IM, If-None-Match"
    assert answer.headers["Cache-Control"] == "private, max-age=300"
    same = ("Content-Type", "Last-Modified", "Link", "Access-Control-Allow-Origin", "X-Content-Type-Options")
    assert {name: answer.headers[name] for name in same} == {name: full.headers[name] for name in same}
    assert feed_date(answer) == feed_date(full)
    assert read(answer.data).previous == read(full.data).previous
    headed = lively.client.head(f"/feeds/{path}", headers={"A-IM": "feed", "If-None-Match": held.headers["ETag"]})
    assert (headed.status_code, headed.data, dict(headed.headers)) == (226, b"", dict(answer.headers))


def test_what_did_not_change_is_not_modified(lively: Served) -> None:
    held = get(lively, "all.rss")
    assert delta(lively, held, "all.rss").status_code == 304
    assert get(lively, "all.rss", A_IM="feed", If_None_Match="*").status_code == 304


@pytest.mark.parametrize("a_im", ["feed;q=0", "vcdiff", "", None])
def test_who_takes_no_deltas_gets_none(lively: Served, clock: Clock, a_im: str | None) -> None:
    held = get(lively, "all.rss")
    add(lively, 20)
    headers = {"If_None_Match": held.headers["ETag"]} | ({"A_IM": a_im} if a_im is not None else {})
    answer = get(lively, "all.rss", **headers)
    assert (answer.status_code, answer.headers["Vary"]) == (200, "Accept-Encoding")
    assert "IM" not in answer.headers


def test_who_holds_nothing_or_something_else_gets_all(lively: Served, clock: Clock) -> None:
    held, other = get(lively, "all.rss"), get(lively, "all.atom")
    elsewhere = get(lively, "category/van-hoa.rss")
    clock.move(minutes=1)
    add(lively, 20)
    assert get(lively, "all.rss", A_IM="feed").status_code == 200
    assert get(lively, "all.rss", A_IM="feed", If_Modified_Since=held.headers["Last-Modified"]).status_code == 200
    edition, _, digest = held.headers["ETag"].strip('"').partition("-")
    tags = [
        other.headers["ETag"],
        elsewhere.headers["ETag"],
        '"other"',
        f'"{int(edition) - 1}-{digest}"',
        f'"{int(edition) + 9}-{digest}"',
    ]
    for tag in tags:
        assert get(lively, "all.rss", A_IM="feed", If_None_Match=tag).status_code == 200, tag
    assert delta(lively, held, "all.rss").status_code == 226


def test_of_several_documents_the_newest_counts(lively: Served, clock: Clock) -> None:
    oldest = get(lively, "all.json")
    clock.move(minutes=1)
    add(lively, 20)
    newer = get(lively, "all.json")
    clock.move(minutes=1)
    add(lively, 21)
    tags = f'{oldest.headers["ETag"]}, "other", W/{newer.headers["ETag"]}'
    answer = get(lively, "all.json", A_IM="gzip, feed", If_None_Match=tags)
    assert answer.status_code == 226
    assert ids(answer) == ids(get(lively, "all.json"))[:1]


def test_what_is_told_below_the_head_alone_makes_no_delta(lively: Served, clock: Clock) -> None:
    held = get(lively, "all.rss")
    clock.move(minutes=1)
    add(lively, 20, published=minute(2020, 1, 1, 8, 0))
    answer = delta(lively, held, "all.rss")
    assert (answer.status_code, ids(answer)) == (200, ids(held))


def test_a_delta_that_would_say_everything_is_the_whole(lively: Served, clock: Clock) -> None:
    held = get(lively, "all.rss")
    clock.move(minutes=1)
    for index in range(20, 26):
        add(lively, index)
    assert delta(lively, held, "all.rss").status_code == 200


def test_another_head_is_sent_whole(lively: Served, clock: Clock) -> None:
    held = get(lively, "category/van-hoa.rss")
    add(lively, 20)
    do(
        lively,
        clock,
        lambda session: renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa, Thể thao", slug="van-hoa"),
    )
    assert delta(lively, held, "category/van-hoa.rss").status_code == 200


@pytest.mark.parametrize("setting", [{"entries": 6}, {"site_name": "Tỉnh khác"}, {"ttl_minutes": 20}])
def test_other_settings_send_the_whole(lively: Served, clock: Clock, setting: dict[str, object]) -> None:
    held = get(lively, "all.rss")
    add(lively, 20)
    settings = replace(lively.settings, **setting)
    other = Served(create_app(settings, database=lively.database), lively.database, settings)
    assert delta(other, held, "all.rss").status_code == 200
    assert delta(lively, held, "all.rss").status_code == 226


def test_an_archive_has_no_delta(lively: Served, clock: Clock) -> None:
    path = "all/archive/1-8.rss"
    held = get(lively, path)
    do(lively, clock, lambda session: publication.withdraw(session, 7, reason="Nhầm"))
    assert delta(lively, held, path).status_code == 200


def test_the_same_edition_of_another_past_is_no_past_of_ours(lively: Served, clock: Clock) -> None:
    """A backup is restored, and numbers are given a second time."""
    add(lively, 20)
    held = get(lively, "all.rss")
    with lively.database.transaction() as session:
        session.execute(
            update(DbChange)
            .where(DbChange.edition == int(held.headers["ETag"].strip('"').partition("-")[0]))
            .values(committed_at=clock.move(minutes=7))
        )
    add(lively, 21)
    assert delta(lively, held, "all.rss").status_code == 200


def test_who_follows_deltas_holds_what_the_others_see(database: Database, tmp_path: Path, clock: Clock) -> None:
    """Eighty changes at random; each client skips some. The whole and the deltas come to the same."""
    lively = begun(database, tmp_path, clock)
    random = Random("deltas")
    paths = ("all.rss", "category/van-hoa.json", "category/le-hoi.atom")
    held = {path: get(lively, path) for path in paths}
    entries = {path: dict(read(answer.data).entries) for path, answer in held.items()}
    statuses = []
    for step in range(80):
        do(lively, clock, lambda session, step=step: _step(session, random, step))
        for path in paths:
            if random.random() < 0.5:
                continue
            answer, full = delta(lively, held[path], path), get(lively, path)
            statuses.append(answer.status_code)
            if answer.status_code == 304:
                continue
            if answer.status_code == 200:
                entries[path] = {}
            entries[path] |= read(answer.data).entries
            held[path] = answer
            whole = read(full.data)
            standing = {id: entry for id, entry in whole.entries.items() if entry is not None}
            assert {id: entries[path].get(id) for id in standing} == standing, (step, path)
            assert answer.headers["ETag"] == full.headers["ETag"]
            gone = {id for id, entry in whole.entries.items() if entry is None}
            assert not any(entries[path].get(id) for id in gone), (step, path)
    assert statuses.count(226) > 40
    assert statuses.count(200) > 5


def _step(session: Session, random: Random, step: int) -> None:
    numbers = [each.number for each in catalogue.iter_bulletins(session)]
    number = random.choice(numbers)
    found = catalogue.get_bulletin(session, number)
    categories = random.choice((("Văn hóa",), ("Lễ hội",), ()))
    said = draft(title=f"Tin {step}", categories=categories, published=found.published)
    act = random.choice(("publish", "publish", "late", "revise", "correct", "withdraw", "expunge", "move"))
    if act in {"publish", "late"}:
        day = minute(2020, 1, 1, 8, 0) if act == "late" else None
        made = bulletins.draft(session, replace(said, published=day))
        publication.publish(session, made, publisher_required=False)
    elif act == "move":
        top = next(each for each in taxonomy.categories_by_id(session).values() if each.name == "Lễ hội")
        reorganisation.move(session, Kind.CATEGORY, "Lễ hội", None if top.parent_id else "Văn hóa")
    elif found.status is Status.PUBLISHED:
        if act == "revise":
            bulletins.revise(session, number, said)
        elif act == "correct":
            bulletins.correct(session, number, said, note=f"Sai {step}")
        elif act == "withdraw" or random.random() < 0.5:
            publication.withdraw(session, number, reason=f"Nhầm {step}")
        else:
            expunging.expunge(session, number, reason=f"Theo yêu cầu {step}")
    elif found.status is Status.WITHDRAWN:
        publication.publish(session, number, publisher_required=False)
