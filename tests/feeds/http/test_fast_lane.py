"""The fast lane gives the answers that the application would have given, whatever is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import event
from werkzeug.test import EnvironBuilder, run_wsgi_app

from feeds.app import create_app
from feeds.settings import Settings
from store.database import Database
from tests.feeds.town import ACTS
from tests.support import stores

PREFIX = "/tin"
CODINGS = ("br", "zstd", "gzip", "identity")
SETTINGS = Settings(base_url=f"https://bantin.example{PREFIX}", entries=4)
DOCUMENTS = (
    "/feeds/all.rss",
    "/feeds/category/van-hoa.atom",
    "/feeds/category/van-hoa/organisation/hoi-nong-dan-tinh.json",
    "/feeds/category/le-hoi_the-thao.rss",
    "/feeds/all.rss?q=hoi+nghi",
)


@dataclass(frozen=True)
class Told:
    """A whole answer, as a client sees it."""

    status: str
    headers: frozenset[tuple[str, str]]
    body: bytes


@dataclass(frozen=True)
class Ways:
    """The same store behind two applications: one with everything on its shelf, one without a shelf."""

    fast: Flask
    slow: Flask
    tags: tuple[str, ...]

    @property
    def shelved(self) -> int:
        shelf = self.fast.extensions["bantin"].heads.shelf
        return sum(shelf.peek(address).polls for address in DOCUMENTS)


def ask(app: Flask, path: str, query: str = "", method: str = "GET", headers: Mapping[str, str] | None = None) -> Told:
    builder = EnvironBuilder(path="/", method=method, headers=dict(headers or {}))
    environ = builder.get_environ()
    environ["PATH_INFO"], environ["QUERY_STRING"] = path, query
    if "Host" in (headers or {}):
        environ["HTTP_HOST"] = (headers or {})["Host"]
    chunks, status, answered = run_wsgi_app(app.wsgi_app, environ)
    return Told(status, frozenset((name.lower(), value) for name, value in answered), b"".join(chunks))


@pytest.fixture(scope="module")
def ways(town_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    clock = stores.Clock()
    clock.move(hours=3)
    database = stores.fresh_sqlite(town_template, tmp_path_factory.mktemp("ways") / "copy.sqlite", clock)
    fast, slow = (create_app(made, database=database) for made in (SETTINGS, replace(SETTINGS, shelf_mb=0)))
    fast.extensions["bantin"].heads.freshness.look()
    tags = []
    for address in DOCUMENTS:
        path, _, query = address.partition("?")
        for coding in CODINGS:
            told = ask(fast, path, query, headers={"Accept-Encoding": coding})
            assert told.status == "200 OK"
            tags.append(dict(told.headers)["etag"])
    yield Ways(fast, slow, tuple(tags))
    database.dispose()


def test_every_document_has_its_own_tag_in_every_coding(ways: Ways) -> None:
    assert len(set(ways.tags)) == len(DOCUMENTS) * len(CODINGS)


def paths() -> st.SearchStrategy[str]:
    known = st.sampled_from([address.partition("?")[0] for address in DOCUMENTS])
    others = st.sampled_from(["/feeds/", "/feeds/all", "/feeds.opml", "/feeds/khong-co.rss", "/", "/robots.txt"])
    spelt = st.builds(
        lambda path, change: change(path),
        known,
        st.sampled_from(
            [
                str.upper,
                lambda path: path + "/",
                lambda path: path.replace("/", "//", 1),
                lambda path: path + "?q=hoi+nghi",
                lambda path: path.replace("e", "é"),
                lambda path: PREFIX + path,
            ]
        ),
    )
    return st.one_of(known, known, known, spelt, others)


def queries() -> st.SearchStrategy[str]:
    known = [
        "",
        "",
        "_=1",
        "utm_source=rss&_=2",
        "q=hoi+nghi",
        "q=hoi%20nghi",
        "%71=hoi",
        "q=",
        "q=hoi+nghi&_=1",
        "&",
        "Q=a",
    ]
    return st.one_of(st.sampled_from(known), st.text(st.sampled_from("q=&%+a1;?"), max_size=6))


@st.composite
def asked(draw: st.DrawFn, tags: tuple[str, ...]) -> dict[str, str]:
    headers: dict[str, str] = {}
    tag = st.one_of(
        st.sampled_from(tags),
        st.sampled_from(tags).map("W/{}".format),
        st.sampled_from(['"other"', "*", "", "W/", '"', "rubbish", '"1-0123456789abcdef"']),
        st.lists(st.sampled_from(tags), max_size=3).map(", ".join),
    )
    dates = st.sampled_from(
        [
            "Fri, 20 Nov 2026 05:00:00 GMT",
            "Sun, 22 Nov 2099 05:00:00 GMT",
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "yesterday",
            "",
        ]
    )
    codings = st.one_of(
        st.sampled_from([*CODINGS, "gzip, br", "*", "identity;q=0", "*;q=0", "gzip;q=0.1, br;q=0", "deflate", ""]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    )
    for name, values in {
        "If-None-Match": tag,
        "If-Modified-Since": dates,
        "Accept-Encoding": codings,
        "A-IM": st.sampled_from(["feed", "feed;q=0", "gzip"]),
        "Range": st.just("bytes=0-9"),
        "Host": st.sampled_from(["bantin.example", "khac.example", "a,b", ""]),
        "Cookie": st.just("a=b"),
    }.items():
        if draw(
            st.booleans() if name in {"If-None-Match", "Accept-Encoding"} else st.sampled_from([False] * 5 + [True])
        ):
            headers[name] = draw(values)
    return headers


@hypothesis_settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(data=st.data())
def test_both_ways_answer_alike(ways: Ways, data: st.DataObject) -> None:
    path, query, headers = data.draw(paths()), data.draw(queries()), data.draw(asked(ways.tags))
    method = data.draw(st.sampled_from(["GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "get"]))
    told = ask(ways.slow, path, query, method, headers)
    # Twice, for the second may be remembered.
    assert [ask(ways.fast, path, query, method, headers) for _ in range(2)] == [told, told]


def test_the_fast_lane_was_taken_for_what_it_can_answer(ways: Ways) -> None:
    before = ways.shelved
    told = ask(ways.fast, "/feeds/all.rss", "_=1", headers={"If-None-Match": ways.tags[0]})
    assert told.status == "304 Not Modified"
    assert ways.shelved == before + 1


def test_a_poll_from_the_shelf_needs_no_database(ways: Ways) -> None:
    database: Database = ways.fast.extensions["bantin"].database
    asked_of_it: list[str] = []

    def refuse(*_: object) -> None:
        asked_of_it.append("asked")

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        for headers in ({}, {"Accept-Encoding": "br"}, {"If-None-Match": ways.tags[0]}):
            assert ask(ways.fast, "/feeds/all.rss", headers=headers).status[:3] in {"200", "304"}
        assert asked_of_it == []
        ask(ways.slow, "/feeds/all.rss")
        assert asked_of_it, "without a shelf the database is asked"
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


def test_what_was_answered_before_is_answered_anew_when_the_document_is_another(
    town_template: Path, tmp_path: Path
) -> None:
    clock = stores.Clock()
    clock.move(hours=3)
    database = stores.fresh_sqlite(town_template, tmp_path / "copy.sqlite", clock)
    app = create_app(SETTINGS, database=database)
    app.extensions["bantin"].heads.freshness.look()
    first = [ask(app, "/feeds/all.rss") for _ in range(3)]
    assert first[0] == first[1] == first[2]
    known = {"If-None-Match": dict(first[0].headers)["etag"]}
    assert [ask(app, "/feeds/all.rss", headers=known).status for _ in range(3)] == ["304 Not Modified"] * 3
    with database.transaction(actor="Minh") as session:
        ACTS["publish another"](session)
    second = [ask(app, "/feeds/all.rss", headers=known) for _ in range(3)]
    assert {told.status for told in second} == {"200 OK"}
    assert all("Tin mới nhất" in told.body.decode() for told in second)
    # The date is told once its second is over, also to who asks as before.
    assert all("last-modified" not in dict(told.headers) for told in second)
    clock.move(seconds=2)
    assert "last-modified" in dict(ask(app, "/feeds/all.rss", headers=known).headers)
    database.dispose()
