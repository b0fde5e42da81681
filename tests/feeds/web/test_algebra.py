"""Feed algebra over HTTP: any criteria together, either-of and text, each selection at one address."""

from __future__ import annotations

import json
from datetime import timedelta
from random import Random
from urllib.parse import quote, urlencode

import feedparser
import lxml.html
import pytest
from werkzeug.test import TestResponse

from store import bulletins, publication, renaming, reorganisation, taxonomy
from store.names import Kind
from tests.feeds.conftest import BASE_URL, Served
from tests.support.samples import draft
from tests.support.stores import Clock

THEN, FARMERS, LONG_TONG = "Hội thi hát Then", "Ngày hội nông dân", "Lễ hội Lồng Tồng"
SELECTIONS = {
    "category/le-hoi_van-hoa": [THEN, LONG_TONG],
    "publisher/hoi-nong-dan-tinh_so-van-hoa-tinh": [FARMERS, THEN, LONG_TONG],
    "category/le-hoi_van-hoa/publisher/hoi-nong-dan-tinh_so-van-hoa-tinh": [THEN, LONG_TONG],
    "category/van-hoa/author/thu-trang": [THEN],
    "category/le-hoi/author/thu-trang": [],
    "organisation/so-van-hoa-tinh/publisher/hoi-nong-dan-tinh": [FARMERS],
    "category/van-hoa/organisation/so-van-hoa-tinh/publisher/so-van-hoa-tinh/author/thu-trang": [THEN],
    "all?q=hoi": [FARMERS, THEN, LONG_TONG],
    "all?q=le+hoi": [LONG_TONG],
    "all?q=%22ngay+hoi%22": [FARMERS],
    "category/van-hoa?q=%22hoi+thi%22": [THEN],
    "publisher/hoi-nong-dan-tinh_so-van-hoa-tinh?q=nong+dan": [FARMERS],
    "author/thu-trang?q=khongco": [],
}


def addressed(selection: str, extension: str) -> str:
    path, mark, query = selection.partition("?")
    return f"/feeds/{path}{f'.{extension}' if extension else ''}{mark}{query}"


def pick(answer: TestResponse, xpath: str) -> list[lxml.html.HtmlElement]:
    found = lxml.html.fromstring(answer.data).xpath(xpath)
    assert isinstance(found, list)
    return [each for each in found if isinstance(each, lxml.html.HtmlElement)]


def titles(answer: TestResponse) -> list[str]:
    if answer.mimetype == "application/feed+json":
        return [item["title"] for item in json.loads(answer.data)["items"]]
    if answer.mimetype == "text/html":
        return [each.text_content() for each in pick(answer, "//article//h3")]
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return [entry.title for entry in parsed.entries]


def self_link(answer: TestResponse) -> str:
    if answer.mimetype == "application/feed+json":
        return str(json.loads(answer.data)["feed_url"])
    return str(next(link.href for link in feedparser.parse(answer.data).feed.links if link.rel == "self"))


@pytest.mark.parametrize("extension", ["rss", "atom", "json", ""])
def test_every_selection_answers_its_bulletins_in_every_form(served: Served, extension: str) -> None:
    for selection, wanted in SELECTIONS.items():
        address = addressed(selection, extension)
        answer = served.client.get(address)
        assert answer.status_code == 200, selection
        assert titles(answer) == wanted, selection
        if extension:
            assert self_link(answer) == f"{BASE_URL}{address}"
            assert f"<{BASE_URL}{address}>" in answer.headers["Link"]
        again = served.client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")


def test_one_bulletin_is_one_entry_wherever_it_stands(served: Served) -> None:
    ids = {
        selection: [item["id"] for item in served.client.get(addressed(selection, "json")).get_json()["items"]]
        for selection in SELECTIONS
    }
    everything = [item["id"] for item in served.client.get("/feeds/all.json").get_json()["items"]]
    assert len(set(everything)) == 3
    for found in ids.values():
        assert [each for each in everything if each in found] == found


def test_each_selection_is_a_feed_of_its_own(served: Served) -> None:
    seen = {}
    for selection in SELECTIONS:
        document = served.client.get(addressed(selection, "json")).get_json()
        seen[document["_bantin"]["id"], document["title"]] = selection
    assert len(seen) == len(SELECTIONS)


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds/category/van-hoa_le-hoi.rss", "/feeds/category/le-hoi_van-hoa.rss"),
        ("/feeds/Category/LE-HOI_van-hoa.RSS", "/feeds/category/le-hoi_van-hoa.rss"),
        ("/feeds/category/le-hoi_le-hoi.rss", "/feeds/category/le-hoi.rss"),
        ("/feeds/author/thu-trang/category/van-hoa.atom", "/feeds/category/van-hoa/author/thu-trang.atom"),
        ("/feeds/author/thu-trang/category/van-hoa/", "/feeds/category/van-hoa/author/thu-trang"),
        ("/feeds/all.rss?q=L%E1%BB%85+h%E1%BB%99i", "/feeds/all.rss?q=le+hoi"),
        ("/feeds/all.rss?q=LE++HOI&utm_source=x", "/feeds/all.rss?q=le+hoi"),
        ("/feeds/all.rss?q=le-hoi", "/feeds/all.rss?q=le+hoi"),
        ("/feeds/all.rss?q=le&q=hoi", "/feeds/all.rss?q=le"),
        ("/feeds/all.rss?q=%E2%80%9CL%E1%BB%85%20h%E1%BB%99i%E2%80%9D", "/feeds/all.rss?q=%22le+hoi%22"),
        ("/feeds/all.rss?q=", "/feeds/all.rss"),
        ("/feeds/all.rss?q=%3F!", "/feeds/all.rss"),
        ("/feeds/all.rss?q=%FF%FE", "/feeds/all.rss?q=ff+fe"),
        ("/feeds/all?q=L%E1%BB%85&before=12", "/feeds/all?q=le&before=12"),
        ("/feeds/all.rss/?q=le", "/feeds/all.rss?q=le"),
        ("/feeds/van-hoa", ""),
    ],
)
def test_other_spellings_lead_there_in_one_step(served: Served, asked: str, canonical: str) -> None:
    answer = served.client.get(asked)
    if not canonical:
        assert answer.status_code == 404
        return
    assert (answer.status_code, answer.headers["Location"]) == (308, f"{BASE_URL}{canonical}")
    assert served.client.get(canonical).status_code == 200


def test_any_spelling_leads_in_one_step_to_what_answers(served: Served) -> None:
    random = Random(5)
    criteria = {
        "category": ["van-hoa", "le-hoi"],
        "organisation": ["so-van-hoa-tinh", "hoi-nong-dan-tinh"],
        "publisher": ["so-van-hoa-tinh", "hoi-nong-dan-tinh"],
        "author": ["thu-trang"],
    }
    for _ in range(25):
        names = random.sample(sorted(criteria), k=random.randrange(5))
        parts = [f"{name}/{'_'.join(random.choices(criteria[name], k=random.randrange(1, 4)))}" for name in names]
        path = "/".join(parts) or "all"
        path = random.choice([path, path.upper(), path.title()]) + random.choice(["", ".rss", ".JSON", "/"])
        typed = random.choice(["", "Lễ hội", "HỘI thi", "“Nông dân”", "  ", "đ/Đ", "hat THEN"])
        query = f"?{urlencode({'_': '0.5', 'q': typed})}" if random.random() < 0.7 else random.choice(["", "?_=1"])
        answer = served.client.get(f"/feeds/{quote(path)}{query}")
        if answer.status_code == 308:
            location = answer.headers["Location"].removeprefix(BASE_URL)
            assert "_=" not in location
            answer = served.client.get(location)
        assert answer.status_code == 200, (path, query)


def test_parameters_that_are_not_ours_change_nothing(served: Served) -> None:
    plain = served.client.get("/feeds/all.rss?q=hoi")
    for address in ("/feeds/all.rss?q=hoi&_=0.123", "/feeds/all.rss?utm_source=x&q=hoi", "/feeds/all.rss?Q=x&q=hoi"):
        answer = served.client.get(address)
        assert (answer.status_code, answer.headers["ETag"], answer.data) == (200, plain.headers["ETag"], plain.data)


def test_former_names_lead_to_those_of_today_within_any_combination(served: Served) -> None:
    with served.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "van-hoa", "Văn hóa và Thể thao")
    answer = served.client.get("/feeds/category/le-hoi_van-hoa/author/thu-trang.rss?q=hoi")
    today = "/feeds/category/le-hoi_van-hoa-va-the-thao/author/thu-trang.rss?q=hoi"
    assert (answer.status_code, answer.headers["Location"]) == (301, BASE_URL + today)
    assert served.client.get(today).status_code == 200
    both = served.client.get("/feeds/category/van-hoa_van-hoa-va-the-thao.rss")
    assert (both.status_code, both.headers["Location"]) == (301, f"{BASE_URL}/feeds/category/van-hoa-va-the-thao.rss")


def test_at_most_five_of_a_kind_go_together(served: Served) -> None:
    with served.database.transaction() as session:
        for number in range(6):
            taxonomy.add_category(session, f"Mục {number}")
    five = "_".join(f"muc-{number}" for number in range(5))
    assert served.client.get(f"/feeds/category/{five}.rss").status_code == 200
    answer = served.client.get(f"/feeds/category/{five}_muc-5.rss")
    assert answer.status_code == 404
    assert "tối đa 5 mục" in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/feeds/category/van-hoa_khong-co.rss",
        "/feeds/category/van-hoa_.rss",
        "/feeds/category/_.rss",
        "/feeds/category/van-hoa/tag/x.rss?q=hoi",
        "/feeds/category/van-hoa/author/khong-co?q=hoi",
        "/feeds/category/le-hoi_van-hoa/archive/1-1.rss",
        "/feeds/all/archive/9-1.rss?q=hoi",
    ],
)
def test_what_is_not_there_is_404(served: Served, address: str) -> None:
    assert served.client.get(address).status_code == 404


def test_the_author_of_drafts_alone_is_not_public_in_any_company(served: Served) -> None:
    with served.database.transaction() as session:
        bulletins.draft(session, draft(authors=("Hà Vy",)))
    for address in ("/feeds/author/ha-vy_thu-trang.rss", "/feeds/category/van-hoa/author/ha-vy.rss?q=hoi"):
        assert served.client.get(address).status_code == 404


@pytest.mark.parametrize("selection", ["all?q=hoi", "category/van-hoa/author/thu-trang", "category/le-hoi_van-hoa"])
def test_what_leaves_a_selection_moves_its_documents(served: Served, clock: Clock, selection: str) -> None:
    addresses = [addressed(selection, extension) for extension in ("rss", "atom", "json", "")]
    before = {address: served.client.get(address) for address in addresses}
    clock.move(minutes=1)
    with served.database.transaction() as session:
        publication.withdraw(session, 2, reason="Đăng nhầm")
    clock.move(seconds=1)
    for address in addresses:
        after = served.client.get(address, headers={"If-None-Match": before[address].headers["ETag"]})
        assert after.status_code == 200
        assert THEN not in titles(after)
        assert THEN not in after.text
        assert after.last_modified is not None
        assert before[address].last_modified is not None
        assert after.last_modified - before[address].last_modified >= timedelta(minutes=1)


def test_a_publication_elsewhere_leaves_them_as_they_are(served: Served, clock: Clock) -> None:
    addresses = [addressed(selection, "atom") for selection in SELECTIONS]
    before = {address: served.client.get(address) for address in addresses}
    clock.move(minutes=1)
    served.add(title="Tin khác hẳn", lead="", body="<p>Nội dung.</p>", attachments=())
    for address in addresses:
        after = served.client.get(address)
        assert (after.headers["ETag"], after.data) == (before[address].headers["ETag"], before[address].data), address


def test_a_merged_body_is_told_of_in_company_too(served: Served) -> None:
    with served.database.transaction() as session:
        reorganisation.merge(session, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh")
    page = served.client.get("/feeds/publisher/hoi-nong-dan-tinh?q=hoi")
    assert "sáp nhập vào Sở Văn hóa tỉnh" in pick(page, "//main/p[contains(@class, 'notice')]")[0].text_content()
    assert (
        pick(page, "//main/p[contains(@class, 'notice')]/a")[0].get("href")
        == f"{BASE_URL}/feeds/publisher/so-van-hoa-tinh?q=hoi"
    )


def test_the_page_searches_and_shows_what_was_searched(served: Served) -> None:
    page = served.client.get("/feeds/category/van-hoa?q=hoi+thi")
    form = pick(page, "//form[@role='search']")[0]
    assert (form.get("method") or "get").lower() == "get"
    assert form.get("action") == f"{BASE_URL}/feeds/category/van-hoa"
    field = pick(page, "//form//input[@type='search']")[0]
    assert (field.get("name"), field.get("value")) == ("q", "hoi thi")
    assert pick(page, f"//form//label[@for='{field.get('id')}']")
    assert "Bản tin Văn hóa, có “hoi thi”" in pick(page, "//h1")[0].text_content()
    links = [link.get("href") for link in pick(page, "//form//a")]
    assert links == [
        f"{BASE_URL}/feeds/category/van-hoa?q=%22hoi+thi%22",
        f"{BASE_URL}/feeds/all?q=hoi+thi",
        f"{BASE_URL}/feeds/category/van-hoa",
    ]
    assert titles(served.client.get(links[0].removeprefix(BASE_URL))) == [THEN]
    feeds = {link.get("type"): link.get("href") for link in pick(page, "//link[@rel='alternate']")}
    for extension, media_type in (("rss", "rss+xml"), ("atom", "atom+xml"), ("json", "feed+json")):
        wanted = f"{BASE_URL}/feeds/category/van-hoa.{extension}?q=hoi+thi"
        assert feeds[f"application/{media_type}"] == wanted
        assert pick(page, f"//*[@id='dia-chi-{extension}']")[0].get("value") == wanted
    canonical = pick(page, "//link[@rel='canonical']")[0]
    assert canonical.get("href") == f"{BASE_URL}/feeds/category/van-hoa?q=hoi+thi"
    assert "noindex" in pick(page, "//meta[@name='robots']")[0].get("content", "")


def test_nothing_found_is_said_and_leads_on(served: Served) -> None:
    page = served.client.get("/feeds/category/van-hoa?q=khong+co")
    assert titles(page) == []
    assert pick(page, "//h2[@id='cac-ban-tin']")[0].text_content() == "Không tìm thấy bản tin nào"
    assert "Chưa có bản tin nào chứa “khong co”" in pick(page, "//p[@class='empty']")[0].text_content()
    assert "Chỉ tìm đúng cụm từ" not in page.get_data(as_text=True)
    plain = served.client.get("/feeds/category/van-hoa")
    assert pick(plain, "//form[@role='search']")
    assert pick(plain, "//form[@role='search']//a") == []
    assert pick(plain, "//meta[@name='robots']") == []


def test_older_pages_keep_the_query(served: Served) -> None:
    with served.database.transaction() as session:
        for number in range(55):
            added = bulletins.draft(session, draft(title=f"Hội nghị chuyên đề {number}"))
            publication.publish(session, added, publisher_required=False)
    read, address = [], "/feeds/all?q=chuyen+de"
    while address:
        answer = served.client.get(address)
        assert answer.status_code == 200
        read += titles(answer)
        onward = pick(answer, "//a[@rel='next']")
        address = onward[0].get("href", "").removeprefix(BASE_URL) if onward else ""
        assert not address or address.startswith("/feeds/all?q=chuyen+de&before=")
    assert read == [f"Hội nghị chuyên đề {number}" for number in range(54, -1, -1)]


def test_a_bulletin_announces_where_more_of_its_kind_comes(served: Served) -> None:
    links = pick(served.client.get("/ban-tin/hoi-thi-hat-then-2"), "//link[@rel='alternate']")
    feeds = {link.get("href", "").removeprefix(f"{BASE_URL}/") for link in links}
    assert feeds == {"feeds.opml"} | {
        f"feeds/{selection}.{extension}"
        for selection in ("all", "category/van-hoa", "publisher/so-van-hoa-tinh")
        for extension in ("rss", "atom", "json")
    }
    assert len({link.get("title") for link in links}) == len(links)
    for link in links:
        assert served.client.get(link.get("href", "").removeprefix(BASE_URL)).status_code == 200
