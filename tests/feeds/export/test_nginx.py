"""The exported folder behind a real nginx, held against the application address by address."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
import zstandard

from tests.feeds.export.conftest import PREFIX, Exporting, exporting, furnish
from tests.support.nginx import Nginx, assert_same, require, serving
from tests.support.stores import Clock, fresh_sqlite

DECODE = {"br": brotli.decompress, "gzip": gzip.decompress, "zstd": lambda body: zstandard.decompress(body)}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[Exporting]:
    """A site of three bulletins with its export, for all tests here: none of them changes it."""
    folder, clock = tmp_path_factory.mktemp("standing"), Clock()
    database = fresh_sqlite(sqlite_template, folder / "bantin.sqlite", clock)
    made = exporting(database, folder, clock)
    furnish(made)
    made()
    yield made
    database.dispose()


@pytest.fixture(scope="module")
def nginx(site: Exporting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    require()
    with serving(tmp_path_factory.mktemp("nginx") / "running", site.folder) as running:
        yield running


def test_every_address_is_answered_as_the_application_answers_it(site: Exporting, nginx: Nginx) -> None:
    asked = site.addresses()
    assert len(asked) > 60
    assert {"/feeds/all.rss", "/feeds/", "/feeds.opml", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt"} <= set(
        asked
    )
    assert any(address.endswith(".pdf") for address in asked)
    assert any(address.endswith(".jpg") for address in asked)
    for address in asked:
        meant, served = site.client.get(address), nginx.ask(PREFIX + address)
        assert_same(served, meant.headers, 200, address)
        assert served.body == meant.data, address
        assert served.headers["Content-Length"] == str(len(meant.data)), address
        assert "Content-Encoding" not in served.headers, address
        if not address.startswith("/files/"):
            assert served.headers["Vary"] == "Accept-Encoding", address
            assert served.headers["Last-Modified"] == meant.headers.get(
                "Last-Modified", served.headers["Last-Modified"]
            )
        headed = nginx.ask(PREFIX + address, "HEAD")
        assert headed.body == b"", address
        assert_same(headed, meant.headers, 200, address)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip"])
def test_documents_are_sent_coded_to_whoever_takes_that(site: Exporting, nginx: Nginx, coding: str) -> None:
    for address in (
        "/feeds/all.atom",
        "/feeds/all",
        "/feeds.opml",
        "/ban-tin/le-hoi-long-tong-1",
        "/static/bantin.css",
    ):
        plain, coded = nginx.ask(PREFIX + address), nginx.ask(PREFIX + address, headers={"Accept-Encoding": coding})
        assert coded.headers["Content-Encoding"] == coding, address
        assert coded.headers["Vary"] == "Accept-Encoding"
        assert DECODE[coding](coded.body) == plain.body, address
        assert len(coded.body) < len(plain.body)
        assert coded.headers["ETag"] != plain.headers["ETag"]
        assert coded.headers["Content-Type"] == plain.headers["Content-Type"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        ("gzip;q=0.5, zstd;q=0.8", "zstd"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000,gzip;q=0", None),
        ("br; q=0 , zstd;q=0.001", "zstd"),
        ("identity", None),
        ("brotli, vibrant", None),
        ("", None),
    ],
)
def test_the_coding_is_one_that_the_client_takes(nginx: Nginx, accepted: str, coding: str | None) -> None:
    answer = nginx.ask(f"{PREFIX}/feeds/all.rss", headers={"Accept-Encoding": accepted})
    assert answer.headers.get("Content-Encoding") == coding


def test_a_photo_is_never_coded(site: Exporting, nginx: Nginx) -> None:
    [photo] = [address for address in site.addresses() if address.endswith(".jpg")]
    answer = nginx.ask(PREFIX + photo, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert "Content-Encoding" not in answer.headers
    assert answer.body == site.client.get(photo).data


@pytest.mark.parametrize("address", ["/feeds/all.json", "/feeds/", "/ban-tin/le-hoi-long-tong-1", "/sitemap.xml"])
def test_what_a_client_has_is_not_sent_again(nginx: Nginx, address: str) -> None:
    for accepted in ("identity", "gzip", "br", "zstd"):
        asked = {"Accept-Encoding": accepted}
        first = nginx.ask(PREFIX + address, headers=asked)
        tag, date = first.headers["ETag"], first.headers["Last-Modified"]
        for known in (
            {"If-None-Match": tag},
            {"If-None-Match": f'"x", W/{tag}'},
            {"If-None-Match": "*"},
            {"If-Modified-Since": date},
        ):
            again = nginx.ask(PREFIX + address, headers=asked | known)
            assert (again.status, again.body) == (304, b""), known
            for name in ("ETag", "Cache-Control", "Vary"):
                assert again.headers[name] == first.headers[name]
        other = {"If-None-Match": '"other"', "If-Modified-Since": date}
        assert nginx.ask(PREFIX + address, headers=asked | other).status == 200


def test_parts_of_files_are_sent_and_of_nothing_else(site: Exporting, nginx: Nginx) -> None:
    [paper] = [address for address in site.addresses() if address.endswith(".pdf")]
    whole = site.client.get(paper).data
    part = nginx.ask(PREFIX + paper, headers={"Range": "bytes=3-9"})
    assert (part.status, part.body) == (206, whole[3:10])
    assert part.headers["Content-Range"] == f"bytes 3-9/{len(whole)}"
    assert nginx.ask(PREFIX + paper, headers={"Range": "bytes=0-1,4-5"}).status == 200
    feed = nginx.ask(f"{PREFIX}/feeds/all.rss", headers={"Range": "bytes=0-9"})
    assert feed.status == 200
    assert "Accept-Ranges" not in feed.headers


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/feeds",
        "/feeds/category",
        "/feeds/all.rss/",
        "/feeds/all/",
        "/FEEDS/all.rss",
        "/Ban-Tin/le-hoi-long-tong-1",
        "/feeds/publisher/so-van-hoa-tinh/category/van-hoa.atom",
        "/feeds.opml/",
        "/ban-tin/1",
        "/ban-tin/sai-ten-1",
        "/ban-tin/s%C3%A0i%20t%C3%AAn-1",
        "/ban-tin/le-hoi-long-tong-1/",
        "/ban-tin/999",
        "/ban-tin/khong-co-so",
        "/ban-tin/0",
        "/feeds/category/khong-co",
        "/feeds/category/khong-co.rss",
        "/feeds/khong-co.json",
        f"/files/00/{'0' * 64}.jpg",
        f"/files/00/{'0' * 64}.pdf",
        "/files/00/x",
        "/khong-co",
        "/khong/co/",
    ],
)
def test_other_spellings_and_what_is_not_there(site: Exporting, nginx: Nginx, address: str) -> None:
    meant, served = site.client.get(address), nginx.ask(PREFIX + address)
    assert meant.status_code != 200
    kept = {name: value for name, value in meant.headers.items() if not name.startswith("Access-Control-")}
    sent = {name: value for name, value in served.headers.items() if not name.startswith("Access-Control-")}
    assert served.status == meant.status_code
    assert [sent.get(name) for name in ("Location", "Cache-Control", "X-Content-Type-Options")] == [
        kept.get(name) for name in ("Location", "Cache-Control", "X-Content-Type-Options")
    ]
    if meant.data:
        assert served.body == meant.data
        assert sent["Content-Type"] == kept["Content-Type"]
    if "Access-Control-Allow-Origin" in meant.headers:
        assert served.headers["Access-Control-Allow-Origin"] == "*"


def test_a_page_that_is_not_there_is_coded_as_well(nginx: Nginx) -> None:
    plain = nginx.ask(f"{PREFIX}/khong-co")
    coded = nginx.ask(f"{PREFIX}/khong-co", headers={"Accept-Encoding": "br"})
    assert coded.status == 404
    assert brotli.decompress(coded.body) == plain.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds/", "/ban-tin/le-hoi-long-tong-1", "/robots.txt"])
def test_other_methods_are_refused(site: Exporting, nginx: Nginx, method: str, address: str) -> None:
    meant, served = site.client.open(address, method=method), nginx.ask(PREFIX + address, method)
    assert served.status == meant.status_code == 405
    assert set(served.headers["Allow"].split(", ")) == set(meant.headers["Allow"].split(", "))
    assert served.body == meant.data
    assert served.headers["Content-Type"] == meant.headers["Content-Type"]


@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds.opml", "/feeds/", "/ban-tin/le-hoi-long-tong-1"])
def test_options_are_told(site: Exporting, nginx: Nginx, address: str) -> None:
    meant, served = site.client.options(address), nginx.ask(PREFIX + address, "OPTIONS")
    assert served.status == meant.status_code
    assert served.body == b""
    assert set(served.headers["Allow"].split(", ")) == set(meant.headers["Allow"].split(", "))
    for name in ("Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Max-Age"):
        assert served.headers.get(name) == meant.headers.get(name)


def test_unknown_parameters_are_ignored_and_a_search_is_not_answered_with_everything(
    site: Exporting, nginx: Nginx
) -> None:
    plain = nginx.ask(f"{PREFIX}/feeds/all.rss")
    assert nginx.ask(f"{PREFIX}/feeds/all.rss?_=123").body == plain.body
    page = nginx.ask(f"{PREFIX}/feeds/all?q=then")
    assert (page.status, page.headers.get_content_type()) == (404, "text/html")
    for extension in ("rss", "atom", "json"):
        refused = nginx.ask(f"{PREFIX}/feeds/all.{extension}?q=then")
        assert (refused.status, refused.headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
        assert refused.body.decode() == "Trang này không có chức năng tìm kiếm.\n"
        assert refused.headers["Access-Control-Allow-Origin"] == "*"


def test_no_page_offers_a_search_that_nobody_would_answer(site: Exporting, nginx: Nginx) -> None:
    pages = [address for address in site.addresses() if address.startswith("/feeds/") and "." not in address]
    assert len(pages) > 5
    for address in pages:
        body = nginx.ask(PREFIX + address).body.decode()
        assert 'role="search"' not in body, address
        assert "?q=" not in body, address


def test_nothing_is_complained_of(site: Exporting, nginx: Nginx) -> None:
    for address in (
        "/feeds/all.rss",
        "/feeds/none.rss",
        "/ban-tin/1",
        "/ban-tin/99",
        "/x",
        "/files/00/x",
        "/feeds/all/",
    ):
        nginx.ask(PREFIX + address)
    assert [line for line in nginx.complaints.splitlines() if PREFIX in line] == []
