"""What pages say of themselves to search engines and networks, and that it moves with what it says."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import html

from feeds.app import create_app
from feeds.documents.model import MEDIA_TYPES
from store import bulletins, renaming, reorganisation
from store.attachments.disk import DiskStorage
from store.database import Database
from store.names import Kind
from store.types import Attachment, Origin, Place
from tests.feeds.conftest import BASE_URL, Served
from tests.support.photos import take_photo
from tests.support.pictures import drawn, saved
from tests.support.samples import day, draft
from tests.support.stores import Clock

SITE_NAME = "Bản tin tỉnh Vân Sơn"


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """What pages say of themselves is no other thing on another database."""
    return sqlite_database


def head(served: Served, path: str) -> dict[str, list[str]]:
    """Read the meta elements of a page: each name with all that is said under it."""
    found: dict[str, list[str]] = {}
    for meta in html.fromstring(served.client.get(path).data).iterfind("head/meta"):
        name = meta.get("property") or meta.get("name")
        if name:
            found.setdefault(name, []).append(meta.get("content") or "")
    return found


def data(served: Served, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Read the article and the trail that a page describes."""
    page = html.document_fromstring(served.client.get(path).data)
    (script,) = page.xpath("//script[@type='application/ld+json']")
    article, trail = json.loads(script.text)
    return article, trail


def photographed(served: Served, **said: object) -> int:
    storage = DiskStorage(served.settings.files_folder)
    file = take_photo(storage, saved(drawn(size=(1500, 1000)), "JPEG"))
    attachment = Attachment(number=1, caption="Quang cảnh", credit="Thu Trang", alternative_text="Sân khấu", file=file)
    return served.add(attachments=(attachment,), **said)


def test_a_page_describes_its_article(served: Served) -> None:
    number = photographed(
        served,
        title="Hội xuân Nà Mạ",
        categories=("Lễ hội",),
        publisher="Sở Văn hóa tỉnh",
        subjects=("Hội Nông dân tỉnh",),
        authors=("Thu Trang",),
        place=Place("Nà Mạ", 2_202_851, 10_580_400),
        origin=Origin("Báo Vân Sơn", "https://bao.example/hoi-xuan"),
        published=day(2026, 11, 2),
    )
    path = f"/ban-tin/hoi-xuan-na-ma-{number}"
    article, _ = data(served, path)
    item = served.client.get("/feeds/all.json").get_json()["items"][0]
    assert article["@type"] == "NewsArticle"
    assert article["mainEntityOfPage"]["@id"] == article["url"] == BASE_URL + path
    assert article["headline"] == item["title"]
    # Engines and readers are told the same dates.
    assert article["datePublished"] == item["date_published"] == "2026-11-02T12:00:00+07:00"
    assert article["dateModified"] == item["date_modified"]
    assert article["author"] == [{"@type": "Person", "name": "Thu Trang", "url": f"{BASE_URL}/feeds/author/thu-trang"}]
    assert article["publisher"]["name"] == "Sở Văn hóa tỉnh"
    assert article["about"][0]["name"] == "Hội Nông dân tỉnh"
    assert article["articleSection"] == ["Lễ hội"]
    assert article["contentLocation"]["geo"] == {"@type": "GeoCoordinates", "latitude": 22.02851, "longitude": 105.804}
    assert article["isBasedOn"]["publisher"]["name"] == "Báo Vân Sơn"
    card, shown = article["image"]
    assert (card["width"], card["height"]) == (1200, 630)
    assert shown["url"] == item["image"]
    assert (shown["width"], shown["height"], shown["caption"], shown["creditText"]) == (
        1280,
        853,
        "Quang cảnh",
        "Thu Trang",
    )
    for picture in (card["url"], shown["url"], article["publisher"]["logo"]["url"]):
        answer = served.client.get(picture.removeprefix(BASE_URL), buffered=True)
        assert (answer.status_code, answer.mimetype.partition("/")[0]) == (200, "image")


def test_without_a_publisher_the_site_answers_for_it(served: Served) -> None:
    article, _ = data(served, f"/ban-tin/hoi-xuan-{served.add(title='Hội xuân')}")
    assert article["publisher"]["name"] == SITE_NAME
    assert article["publisher"]["url"] == f"{BASE_URL}/"
    assert article["author"] == [{"@type": "Organization", "name": SITE_NAME, "url": f"{BASE_URL}/"}]
    assert "image" not in article


def test_the_trail_is_the_one_that_people_see(served: Served) -> None:
    path = "/ban-tin/le-hoi-long-tong-1"
    _, trail = data(served, path)
    *above, itself = trail["itemListElement"]
    page = html.fromstring(served.client.get(path).data)
    shown = [(link.text_content(), link.get("href")) for link in page.xpath("//nav[@class='trail']/a")]
    assert shown == [(step["name"], step["item"]) for step in above]
    assert [name for name, _ in shown] == ["Danh mục kênh tin", "Văn hóa", "Lễ hội"]
    assert itself == {"@type": "ListItem", "position": 4, "name": "Lễ hội Lồng Tồng"}


def test_the_trail_moves_with_the_tree(served: Served, clock: Clock) -> None:
    path = "/ban-tin/le-hoi-long-tong-1"
    clock.move(minutes=1)
    answers = [served.client.get(path)]
    for names, change in (
        (["Văn hóa – Du lịch", "Lễ hội"], lambda s: renaming.rename(s, Kind.CATEGORY, "Văn hóa", "Văn hóa – Du lịch")),
        (["Lễ hội"], lambda s: reorganisation.move(s, Kind.CATEGORY, "Lễ hội", None)),
    ):
        with served.database.transaction() as session:
            change(session)
        clock.move(minutes=1)
        known = {"If-Modified-Since": answers[-1].headers["Last-Modified"]}
        answers.append(served.client.get(path, headers=known))
        assert answers[-1].status_code == 200
        _, trail = data(served, path)
        assert [step["name"] for step in trail["itemListElement"][1:-1]] == names
    assert len({answer.headers["ETag"] for answer in answers}) == 3


def test_a_bulletin_without_a_category_stands_under_the_directory(served: Served) -> None:
    _, trail = data(served, "/ban-tin/ngay-hoi-nong-dan-3")
    assert [step["name"] for step in trail["itemListElement"]] == ["Danh mục kênh tin", "Ngày hội nông dân"]


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<!-- <script> -->", 'Tin "một" & ]]>'])
def test_no_title_breaks_out_of_the_head(served: Served, title: str) -> None:
    number = served.add(title=title)
    address = served.client.get(f"/ban-tin/x-{number}").headers["Location"]
    page = html.document_fromstring(served.client.get(address.removeprefix(BASE_URL)).data)
    scripts = [script.get("type") or script.get("src").partition("?")[0] for script in page.iter("script")]
    assert scripts == ["application/ld+json", "/tin/static/reading.js"]
    article, _ = json.loads(page.xpath("//script[1]")[0].text)
    assert article["headline"] == title
    assert page.xpath("//meta[@property='og:title']/@content") == [title]


def test_networks_are_told_of_an_article(served: Served) -> None:
    number = photographed(served, title="Hội xuân", categories=("Lễ hội", "Văn hóa"), authors=("Thu Trang",))
    said = head(served, f"/ban-tin/hoi-xuan-{number}")
    assert said["og:type"] == ["article"]
    assert said["og:site_name"] == [SITE_NAME]
    assert said["og:locale"] == ["vi_VN"]
    assert (said["og:image:width"], said["og:image:height"]) == (["1200"], ["630"])
    assert said["og:image:alt"] == ["Sân khấu"]
    assert said["article:section"] == ["Lễ hội", "Văn hóa"]
    assert said["article:author"] == [f"{BASE_URL}/feeds/author/thu-trang"]
    assert said["article:published_time"] == ["2026-11-02"]
    assert said["twitter:card"] == ["summary_large_image"]
    assert head(served, "/ban-tin/le-hoi-long-tong-1")["twitter:card"] == ["summary"]


def test_an_edit_that_matters_is_dated(served: Served, clock: Clock) -> None:
    assert "article:modified_time" not in head(served, "/ban-tin/hoi-thi-hat-then-2")
    clock.move(hours=1)
    said = draft(title="Hội thi hát Then", authors=("Thu Trang",), published=None)
    with served.database.transaction() as session:
        bulletins.correct(session, 2, replace(said, lead="Chiều 30/12."), note="Ngày đúng là 30/12.")
    assert head(served, "/ban-tin/hoi-thi-hat-then-2")["article:modified_time"] == ["2026-11-20T13:00:30+07:00"]
    article, _ = data(served, "/ban-tin/hoi-thi-hat-then-2")
    assert article["dateModified"] == "2026-11-20T13:00:30+07:00"
    assert [correction["text"] for correction in article["correction"]] == ["Ngày đúng là 30/12."]


@pytest.mark.parametrize("path", ["/feeds/", "/feeds/all", "/feeds/category/van-hoa", "/ban-tin/hoi-thi-hat-then-2"])
def test_every_page_has_one_address_and_one_description(served: Served, path: str) -> None:
    page = html.fromstring(served.client.get(path).data)
    assert page.xpath("//link[@rel='canonical']/@href") == [BASE_URL + path]
    said = head(served, path)
    assert len(said["description"][0]) > 10
    assert said["og:description"] == said["description"]
    assert said["og:url"] == [BASE_URL + path]
    assert "robots" not in said


def test_older_pages_and_search_results_are_not_for_the_index(served: Served) -> None:
    few = replace(served.settings, entries=2)
    served = replace(served, settings=few, app=create_app(few, database=served.database))
    page = html.fromstring(served.client.get("/feeds/all").data)
    (older,) = page.xpath("//a[@rel='next']/@href")
    for path in (older.removeprefix(BASE_URL), "/feeds/all?q=then"):
        assert head(served, path)["robots"] == ["noindex, follow"], path


def test_every_feed_announced_is_of_its_own_type(served: Served) -> None:
    page = html.fromstring(served.client.get("/feeds/").data)
    links = page.xpath("//head/link[@rel='alternate']")
    assert {link.get("type") for link in links} == {*MEDIA_TYPES.values(), "text/x-opml"}
    for link in links:
        answer = served.client.get(link.get("href").removeprefix(BASE_URL))
        assert (answer.status_code, answer.mimetype) == (200, link.get("type"))
