"""Feed documents over HTTP: every address of the contract, validators, redirects, methods, headers."""

from __future__ import annotations

import json
from datetime import timedelta
from email.utils import parsedate_to_datetime

import feedparser
import pytest
from werkzeug.test import TestResponse

from feeds.http.conditional import http_date
from store import bulletins, publication
from tests.feeds.conftest import BASE_URL, Served
from tests.support.samples import draft
from tests.support.stores import Clock

FORMATS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
CHANNELS = {
    "all": ["Ngày hội nông dân", "Hội thi hát Then", "Lễ hội Lồng Tồng"],
    "category/van-hoa": ["Hội thi hát Then", "Lễ hội Lồng Tồng"],
    "category/le-hoi": ["Lễ hội Lồng Tồng"],
    "organisation/so-van-hoa-tinh": ["Ngày hội nông dân", "Hội thi hát Then", "Lễ hội Lồng Tồng"],
    "publisher/so-van-hoa-tinh": ["Hội thi hát Then", "Lễ hội Lồng Tồng"],
    "publisher/hoi-nong-dan-tinh": ["Ngày hội nông dân"],
    "author/thu-trang": ["Hội thi hát Then"],
    "category/van-hoa/organisation/so-van-hoa-tinh": ["Hội thi hát Then", "Lễ hội Lồng Tồng"],
    "category/van-hoa/publisher/hoi-nong-dan-tinh": [],
}


def titles(answer: TestResponse) -> list[str]:
    if answer.mimetype == "application/feed+json":
        return [item["title"] for item in json.loads(answer.data)["items"]]
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


@pytest.mark.parametrize("extension", FORMATS)
def test_every_channel_answers_its_bulletins(served: Served, extension: str) -> None:
    for selection, wanted in CHANNELS.items():
        answer = served.client.get(f"/feeds/{selection}.{extension}")
        assert answer.status_code == 200, selection
        assert answer.content_type == f"{FORMATS[extension]}; charset=utf-8"
        assert titles(answer) == wanted, selection


@pytest.mark.parametrize("extension", FORMATS)
def test_headers_of_a_document(served: Served, extension: str) -> None:
    answer = served.client.get(f"/feeds/category/van-hoa.{extension}")
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Cache-Control"] == "public, max-age=300, stale-while-revalidate=60, stale-if-error=86400"
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Link"} <= set(answer.headers["Access-Control-Expose-Headers"].split(", "))
    assert f'<{BASE_URL}/feeds/category/van-hoa.{extension}>; rel="self"' in answer.headers["Link"]
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert not {"Set-Cookie", "Expires"} & set(answer.headers.keys())


@pytest.mark.parametrize("extension", FORMATS)
def test_head_is_get_without_the_body(served: Served, extension: str) -> None:
    address = f"/feeds/all.{extension}"
    got, headed = served.client.get(address), served.client.head(address)
    assert headed.data == b""
    assert dict(headed.headers) == dict(got.headers)


def test_what_a_client_has_is_not_sent_again(served: Served) -> None:
    first = served.client.get("/feeds/all.rss")
    tag, date = first.headers["ETag"], first.headers["Last-Modified"]
    known = [
        {"If-None-Match": tag},
        {"If-None-Match": f"W/{tag}"},
        {"If-None-Match": f'"other", {tag}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": date},
        {"If-None-Match": tag, "If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ]
    for headers in known:
        answer = served.client.get("/feeds/all.rss", headers=headers)
        assert (answer.status_code, answer.data) == (304, b""), headers
        for name in ("ETag", "Cache-Control", "Vary", "Access-Control-Allow-Origin"):
            assert answer.headers[name] == first.headers[name]
        assert "Content-Type" not in answer.headers
    news = [
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": date},
        {"If-Modified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"If-Modified-Since": "chiều hôm qua".encode().decode("latin-1")},
        {"Range": "bytes=0-10", "If-Range": tag},
    ]
    for headers in news:
        assert served.client.get("/feeds/all.rss", headers=headers).status_code == 200, headers


def test_a_range_never_cuts_a_feed(served: Served) -> None:
    tag = served.client.get("/feeds/all.rss").headers["ETag"]
    answer = served.client.get("/feeds/all.rss", headers={"Range": "bytes=0-10", "If-None-Match": tag})
    assert answer.status_code == 304


def test_publishing_moves_the_channels_it_touches_and_no_other(served: Served, clock: Clock) -> None:
    addresses = [f"/feeds/{selection}.{extension}" for selection in CHANNELS for extension in FORMATS]
    before = {address: served.client.get(address) for address in addresses}
    clock.move(minutes=1)
    served.add(title="Hội xuân", categories=("Lễ hội",), publisher="Hội Nông dân tỉnh")
    clock.move(seconds=1)
    touched = {"all", "category/van-hoa", "category/le-hoi", "publisher/hoi-nong-dan-tinh"}
    touched.add("category/van-hoa/publisher/hoi-nong-dan-tinh")
    for address in addresses:
        after = served.client.get(address)
        is_touched = address.removeprefix("/feeds/").rpartition(".")[0] in touched
        assert (after.headers["ETag"] != before[address].headers["ETag"]) == is_touched, address
        assert (after.headers["Last-Modified"] != before[address].headers["Last-Modified"]) == is_touched, address
        assert (after.data != before[address].data) == is_touched, address


def test_a_minor_edit_reaches_readers_without_moving_dates(served: Served, clock: Clock) -> None:
    number = served.add(title="Hội xuân")
    before = served.client.get("/feeds/all.atom")
    clock.move(minutes=1)
    with served.database.transaction() as session:
        bulletins.revise(session, number, draft(title="Hội xuân Nà Mạ"))
    edited_at = clock()
    clock.move(seconds=1)
    after = served.client.get("/feeds/all.atom")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert parsedate_to_datetime(after.headers["Last-Modified"]) == edited_at
    old, new = (feedparser.parse(answer.data).entries[0] for answer in (before, after))
    assert (old.id, old.published, old.updated) == (new.id, new.published, new.updated)
    assert new.title == "Hội xuân Nà Mạ"


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds/all.rss/", "/feeds/all.rss"),
        ("/feeds/ALL.Rss", "/feeds/all.rss"),
        ("/feeds/Category/Van-Hoa.atom", "/feeds/category/van-hoa.atom"),
        ("/feeds/category/van-hoa/", "/feeds/category/van-hoa"),
        (
            "/feeds/organisation/so-van-hoa-tinh/category/van-hoa.json",
            "/feeds/category/van-hoa/organisation/so-van-hoa-tinh.json",
        ),
        ("/feeds", "/feeds/"),
        ("/feeds/category/", "/feeds/"),
        ("/FEEDS/all.rss", "/feeds/all.rss"),
        ("/feeds//all.rss", "/feeds/all.rss"),
    ],
)
def test_other_spellings_lead_to_the_canonical_one(served: Served, asked: str, canonical: str) -> None:
    answer = served.client.get(asked, headers={"Host": "evil.example"})
    assert answer.status_code == 308
    assert answer.headers["Location"] == BASE_URL + canonical
    if "." in asked:
        assert answer.headers.get("Access-Control-Allow-Origin") == "*" or asked.startswith("/FEEDS")


@pytest.mark.parametrize(
    "address",
    [
        "/feeds/all.xml",
        "/feeds/category/khong-co.rss",
        "/feeds/category.rss",
        "/feeds/category//.rss",
        "/feeds/category/van-hoa/category/le-hoi.rss",
        "/feeds/organisation/so-van-hoa-tinh/author/khong-co.rss",
        "/feeds/" + "x" * 2000 + ".rss",
        "/feeds/%00.rss",
        "/feeds/category/v%E1%BA%AFn.rss",
    ],
)
def test_an_unknown_selection_is_404_and_small(served: Served, address: str) -> None:
    answer = served.client.get(address)
    assert answer.status_code == 404
    assert len(answer.data) < 200
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_unknown_parameters_are_ignored(served: Served) -> None:
    plain, odd = served.client.get("/feeds/all.rss"), served.client.get("/feeds/all.rss?_=0.123&utm_source=x")
    assert (plain.data, plain.headers["ETag"]) == (odd.data, odd.headers["ETag"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_405_with_allow(served: Served, method: str) -> None:
    answer = served.client.open("/feeds/all.rss", method=method)
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_script_of_another_site_may_ask(served: Served) -> None:
    answer = served.client.options("/feeds/all.json")
    assert answer.status_code == 204
    assert {"If-None-Match", "A-IM"} <= set(answer.headers["Access-Control-Allow-Headers"].split(", "))


def test_host_shows_nowhere(served: Served) -> None:
    for address in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds/", "/feeds/all"):
        answer = served.client.get(address, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert answer.status_code == 200
        assert b"evil.example" not in answer.data
        assert "evil.example" not in str(answer.headers)


@pytest.mark.parametrize("host", ["", "a.example, b.example", "a.example b.example"])
def test_an_unclear_host_is_refused(served: Served, host: str) -> None:
    assert served.client.get("/feeds/all.rss", headers={"Host": host}).status_code == 400


def test_a_prefix_is_served_stripped_or_not(served: Served) -> None:
    stripped, whole = served.client.get("/feeds/all.rss"), served.client.get("/tin/feeds/all.rss")
    assert (whole.status_code, whole.data) == (200, stripped.data)


def test_an_empty_channel_is_a_valid_feed(served: Served) -> None:
    parsed = feedparser.parse(served.client.get("/feeds/category/van-hoa/publisher/hoi-nong-dan-tinh.rss").data)
    assert not parsed.bozo
    assert parsed.entries == []
    assert parsed.feed.title == "Bản tin Văn hóa của Hội Nông dân tỉnh – Bản tin tỉnh Vân Sơn"


def test_two_changes_in_one_second_are_told_apart_by_date_too(served: Served, clock: Clock) -> None:
    clock.move(minutes=1)
    served.add(title="Tin thứ nhất")
    first = served.client.get("/feeds/all.rss")
    served.add(title="Tin thứ hai")
    # Within the second no date is told that the next change could share.
    assert "Last-Modified" not in first.headers
    clock.move(seconds=1)
    second = served.client.get("/feeds/all.rss")
    assert served.client.get("/feeds/all.rss", headers={"If-Modified-Since": second.headers["Last-Modified"]})
    earlier = parsedate_to_datetime(second.headers["Last-Modified"]) - timedelta(seconds=1)
    answer = served.client.get("/feeds/all.rss", headers={"If-Modified-Since": http_date(earlier)})
    assert answer.status_code == 200


def test_a_clock_that_was_set_back_does_not_age_the_feed(served: Served, clock: Clock) -> None:
    before = served.client.get("/feeds/all.rss").headers["Last-Modified"]
    clock.move(hours=-1)
    served.add(title="Hội xuân", published=None)
    clock.move(hours=1)
    after = served.client.get("/feeds/all.rss")
    assert parsedate_to_datetime(after.headers["Last-Modified"]) >= parsedate_to_datetime(before)


def test_an_author_of_drafts_alone_has_no_channel(served: Served) -> None:
    with served.database.transaction() as session:
        number = bulletins.draft(session, draft(authors=("Chưa Công Bố",)))
    assert served.client.get("/feeds/author/chua-cong-bo.rss").status_code == 404
    with served.database.transaction() as session:
        publication.publish(session, number, publisher_required=False)
    assert served.client.get("/feeds/author/chua-cong-bo.rss").status_code == 200
