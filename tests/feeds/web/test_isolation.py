"""Every route, found in the map of routes: no cookies, no influence of what is not asked for, and honest validators."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from feeds.samples.drawings import NAMES, draw
from store import attaching, bulletins, publication, taxonomy
from store.attachments.disk import DiskStorage
from tests.feeds.conftest import BASE_URL, Served
from tests.support.photos import take_photo
from tests.support.samples import draft
from tests.support.stores import Clock

ODD_QUERIES = (
    "_=0.4711",
    "utm_source=x&fbclid=y",
    "before=x",
    "before=",
    "before=-1",
    "before=" + "9" * 30,
    "%ff=%fe",
    "q[]=1&;",
    "a=" + "b" * 3000,
)


@pytest.fixture
def addresses(served: Served, tmp_path: Path, clock: Clock) -> dict[str, list[str]]:
    """Real addresses of every GET route; a route that nobody thought of here fails."""
    file = take_photo(DiskStorage(tmp_path / "files"), draw(NAMES[0], width_px=320, height_px=213), name="a.jpg")
    with served.database.transaction() as session:
        number = bulletins.draft(session, draft(title="Hội xuân"))
        attaching.attach_file(session, number, 1, file)
        publication.publish(session, number, publisher_required=False)
    # A date of change may be told only when its second is over.
    clock.move(minutes=1)
    feeds = [
        f"/feeds/{name}.{extension}" for name in ("all", "category/van-hoa") for extension in ("rss", "atom", "json")
    ]
    further = ["/feeds/all.rss?q=hoi+xuan", "/feeds/all?q=hoi+xuan", "/feeds/category/van-hoa_y-te.rss"]
    further += ["/feeds/all/archive/1-1.atom", "/feeds/all/archive/9-9.json", "/feeds/category/a_b_c_d_e_f"]
    known = {
        "pages.home": ["/"],
        "pages.directory_without_slash": ["/feeds"],
        "pages.directory": ["/feeds/"],
        "pages.bulletin": [f"/ban-tin/hoi-xuan-{number}", "/ban-tin/khong-co-99", f"/ban-tin/ten-cu-{number}"],
        "machines.subscriptions": ["/feeds.opml"],
        "machines.with_slash": ["/robots.txt/", "/feeds.opml/"],
        "machines.robots": ["/robots.txt"],
        "machines.whole_sitemap": ["/sitemap.xml"],
        "machines.sitemap_part": ["/sitemap-1.xml", "/sitemap-2.xml", "/sitemap-99.xml"],
        "machines.news_sitemap": ["/news-sitemap.xml"],
        "syndication.feed": [
            *feeds,
            "/feeds/all",
            "/feeds/author/thu-trang",
            "/feeds/ALL.rss",
            "/feeds/khong-co.rss",
            *further,
        ],
        "files.file": [f"/files/{file.digest[:2]}/{file.digest}.jpg", "/files/ab/x.jpg"],
        "operations.healthz": ["/healthz"],
        "operations.readyz": ["/readyz"],
        "static": ["/static/bantin.css", "/static/reading.js", "/static/mark.svg", "/static/khong-co.css"],
    }
    routes = {rule.endpoint for rule in served.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert set(known) == routes
    return known


@pytest.fixture
def every(addresses: dict[str, list[str]]) -> list[str]:
    return [address for found in addresses.values() for address in found]


def get(served: Served, address: str, **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return served.client.get(address, headers=named, buffered=True)


def seen(answer: TestResponse) -> tuple[int, dict[str, str], bytes]:
    return answer.status_code, {n: v for n, v in answer.headers.items() if n != "Date"}, answer.data


def test_no_route_sets_or_heeds_a_cookie(served: Served, every: list[str]) -> None:
    for address in every:
        plain = get(served, address)
        assert "Set-Cookie" not in plain.headers, address
        assert "cookie" not in plain.headers.get("Vary", "").lower(), address
        assert seen(get(served, address, Cookie="session=x; co-chu=3", Authorization="Basic eDp5")) == seen(plain), (
            address
        )


def test_unknown_parameters_change_nothing(served: Served, every: list[str]) -> None:
    for address in every:
        plain = seen(get(served, address))
        for query in ODD_QUERIES:
            joined = f"{address}{'&' if '?' in address else '?'}{query}"
            assert seen(get(served, joined)) == plain, joined


def test_what_a_client_says_of_itself_changes_nothing(served: Served, every: list[str]) -> None:
    for address in every:
        plain = seen(get(served, address))
        said = get(
            served,
            address,
            Host="evil.example",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Proto="ftp",
            X_Forwarded_Prefix="/evil",
            Forwarded="host=evil.example",
            X_Original_URL="/evil",
            X_HTTP_Method_Override="DELETE",
            Accept="application/evil",
            Accept_Language="en",
            User_Agent='"><script>',
            Origin="https://evil.example",
        )
        assert seen(said) == plain, address


def test_every_answer_with_a_validator_is_not_sent_twice(served: Served, every: list[str]) -> None:
    tagged = 0
    for address in every:
        first = get(served, address)
        if first.status_code != 200:
            assert "ETag" not in first.headers, address
            continue
        if first.headers["Cache-Control"] == "no-store":
            continue
        tagged += 1
        tag = first.headers["ETag"]
        assert re.fullmatch(r'"[^"]+"', tag), address
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = get(served, address, If_None_Match=known)
            assert (answer.status_code, answer.data) == (304, b""), (address, known)
            assert answer.headers["ETag"] == tag
            assert answer.headers["Cache-Control"] == first.headers["Cache-Control"]
            assert answer.headers.get("Vary") == first.headers.get("Vary")
        for other in ('"other"', f'{tag[:-1]}x"', "", '"', "W/", "é"):
            assert get(served, address, If_None_Match=other).status_code == 200, (address, other)
        head = served.client.head(address, headers={"If-None-Match": tag}, buffered=True)
        assert head.status_code == 304, address
    assert tagged >= 12


def test_every_date_of_change_is_heeded(served: Served, every: list[str]) -> None:
    dated = 0
    for address in every:
        first = get(served, address)
        changed = first.headers.get("Last-Modified")
        if changed is None:
            continue
        dated += 1
        assert get(served, address, If_Modified_Since=changed).status_code == 304, address
        for date in ("Thu, 01 Jan 1970 00:00:00 GMT", "hôm qua", "", "99999", "Fri, 31 Feb 2026 00:00:00 GMT"):
            since = date.encode().decode("latin-1")
            assert get(served, address, If_Modified_Since=since).status_code == 200, (address, date)
        assert get(served, address, If_Modified_Since=changed, If_None_Match='"other"').status_code == 200, address
    assert dated >= 10


def test_a_new_channel_moves_the_date_of_the_directory(served: Served, clock: Clock) -> None:
    before = get(served, "/feeds/")
    clock.move(minutes=5)
    with served.database.transaction() as session:
        taxonomy.add_category(session, "Nông nghiệp")
    clock.move(seconds=1)
    after = get(served, "/feeds/")
    assert after.data != before.data
    assert after.headers["ETag"] != before.headers["ETag"]
    assert parsedate_to_datetime(after.headers["Last-Modified"]) > parsedate_to_datetime(
        before.headers["Last-Modified"]
    )
    assert get(served, "/feeds/", If_Modified_Since=before.headers["Last-Modified"]).status_code == 200


def test_two_publications_in_one_second_both_reach_who_asks_by_date(served: Served) -> None:
    served.add(title="Tin thứ nhất")
    first = get(served, "/feeds/all.rss")
    served.add(title="Tin thứ hai")
    answer = get(served, "/feeds/all.rss", If_Modified_Since=first.headers.get("Last-Modified", ""))
    assert "Tin thứ hai" in answer.get_data(as_text=True)


def test_methods_that_write_are_refused_everywhere(served: Served, every: list[str]) -> None:
    for address in every:
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            answer = served.client.open(address, method=method, data=b"x", buffered=True)
            assert answer.status_code == 405, (address, method)
            assert {"GET", "HEAD"} <= set(answer.headers["Allow"].split(", ")), address
            assert len(answer.data) < 300


def test_head_is_get_without_its_body_everywhere(served: Served, every: list[str]) -> None:
    for address in every:
        got, headed = get(served, address), served.client.head(address, buffered=True)
        assert headed.data == b"", address
        assert (headed.status_code, seen(headed)[1]) == (got.status_code, seen(got)[1]), address


def test_every_answer_is_guarded(served: Served, every: list[str]) -> None:
    for address in every:
        answer = get(served, address)
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        if answer.mimetype == "text/html":
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"], address
            assert "unsafe" not in answer.headers["Content-Security-Policy"], address
        if answer.status_code in {301, 302, 308}:
            assert answer.headers["Location"].startswith(f"{BASE_URL}/"), address


def test_dates_of_change_never_lie_ahead(served: Served, every: list[str], clock: Clock) -> None:
    for address in every:
        changed = get(served, address).headers.get("Last-Modified")
        if changed and not address.startswith(("/files/", "/static/")):
            assert parsedate_to_datetime(changed) <= clock(), address
