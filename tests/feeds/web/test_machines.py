"""The list of channels, sitemaps and robots.txt over HTTP: what they name is there, and what is there they name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree, html

from feeds.addresses import Addresses
from feeds.documents.sitemap import IMAGE_NS, NEWS_NS, SITEMAP_NS, Limits
from feeds.web import machines
from store import bulletins, publication, renaming, reorganisation, taxonomy
from store.attachments.disk import DiskStorage
from store.database import Database
from store.names import Kind
from store.types import VIETNAM, Attachment, Moment
from tests.feeds.conftest import BASE_URL, Served, fill, serve
from tests.support import newsboat
from tests.support.photos import take_photo
from tests.support.pictures import drawn, saved
from tests.support.requirements import lacks
from tests.support.samples import draft
from tests.support.stores import Clock

NAMES = ("feeds.opml", "sitemap.xml", "sitemap-1.xml", "sitemap-2.xml", "news-sitemap.xml", "robots.txt")
NS = {"s": SITEMAP_NS, "image": IMAGE_NS, "news": NEWS_NS}
EVERYTHING = (
    "/feeds/",
    "/feeds/all",
    "/feeds/category/van-hoa",
    "/feeds/category/le-hoi",
    "/feeds/organisation/hoi-nong-dan-tinh",
    "/feeds/organisation/so-van-hoa-tinh",
    "/feeds/publisher/hoi-nong-dan-tinh",
    "/feeds/publisher/so-van-hoa-tinh",
    "/feeds/author/thu-trang",
)


@pytest.fixture
def small_site(sqlite_database: Database, tmp_path: Path) -> Served:
    """Two categories, one within the other, and two organisations; no bulletin yet."""
    fill(sqlite_database)
    return serve(sqlite_database, tmp_path)


def listed(served: Served, name: str, path: str = "s:url/s:loc") -> list[str]:
    """List the addresses in a sitemap, below the base URL."""
    found = etree.fromstring(served.client.get(f"/{name}").data).iterfind(path, NS)
    addresses = [element.text or "" for element in found]
    assert all(address.startswith(BASE_URL) for address in addresses)
    return [address.removeprefix(BASE_URL) for address in addresses]


def outlines(served: Served) -> list[tuple[str, str]]:
    """List what a reader would subscribe to, as (folders, address below /feeds/)."""
    root = etree.fromstring(served.client.get("/feeds.opml").data)
    found = []
    for outline in root.iter("outline"):
        if outline.get("xmlUrl"):
            folders = [str(above.get("text")) for above in outline.iterancestors("outline")]
            address = str(outline.get("xmlUrl")).removeprefix(f"{BASE_URL}/feeds/")
            found.append(("/".join(reversed(folders)), address))
    return found


def test_every_document_is_served_as_what_it_is(served: Served) -> None:
    types = {"opml": "text/x-opml", "xml": "application/xml", "txt": "text/plain"}
    for name in NAMES:
        answer = served.client.get(f"/{name}")
        assert answer.status_code == 200, name
        assert answer.content_type == f"{types[name.rpartition('.')[2]]}; charset=utf-8"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"].startswith("public, max-age=")
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        assert "Set-Cookie" not in answer.headers
        headed = served.client.head(f"/{name}")
        assert (headed.status_code, headed.data, headed.headers["ETag"]) == (200, b"", answer.headers["ETag"])
        for headers in (
            {"If-None-Match": answer.headers["ETag"]},
            {"If-None-Match": f'"x", W/{answer.headers["ETag"]}'},
        ):
            known = served.client.get(f"/{name}", headers=headers)
            assert (known.status_code, known.data) == (304, b""), name
            assert known.headers["Cache-Control"] == answer.headers["Cache-Control"]
        assert served.client.post(f"/{name}").status_code == 405
        assert {"GET", "HEAD"} <= set(served.client.post(f"/{name}").headers["Allow"].split(", "))


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/feeds.opml/", "/feeds.opml"),
        ("/Feeds.OPML", "/feeds.opml"),
        ("/sitemap.xml/", "/sitemap.xml"),
        ("/SITEMAP.XML", "/sitemap.xml"),
        ("/news-sitemap.xml/", "/news-sitemap.xml"),
        ("/robots.txt/", "/robots.txt"),
    ],
)
def test_other_spellings_lead_to_the_canonical_one(small_site: Served, asked: str, canonical: str) -> None:
    answer = small_site.client.get(asked, headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (308, BASE_URL + canonical)


def test_a_script_of_another_site_may_read_the_list_of_channels(small_site: Served) -> None:
    for answer in (small_site.client.get("/feeds.opml"), small_site.client.post("/feeds.opml")):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    asked = small_site.client.options("/feeds.opml", headers={"Origin": "https://reader.example"})
    assert asked.status_code == 204
    assert "If-None-Match" in asked.headers["Access-Control-Allow-Headers"]


def test_every_channel_can_be_subscribed_to_once(served: Served) -> None:
    bodies = "Theo cơ quan, đơn vị (phát hành hoặc được nhắc đến)"
    assert outlines(served) == [
        ("", "all.rss"),
        ("Theo chuyên mục/Văn hóa", "category/van-hoa.rss"),
        ("Theo chuyên mục/Văn hóa", "category/le-hoi.rss"),
        (bodies, "organisation/hoi-nong-dan-tinh.rss"),
        (bodies, "organisation/so-van-hoa-tinh.rss"),
        ("Theo cơ quan phát hành", "publisher/hoi-nong-dan-tinh.rss"),
        ("Theo cơ quan phát hành", "publisher/so-van-hoa-tinh.rss"),
        ("Theo tác giả", "author/thu-trang.rss"),
    ]
    root = etree.fromstring(served.client.get("/feeds.opml").data)
    for outline in root.iter("outline"):
        assert outline.get("text")
        if outline.get("xmlUrl"):
            assert (outline.get("type"), outline.get("language")) == ("rss", "vi")
            feed = served.client.get(str(outline.get("xmlUrl")).removeprefix(BASE_URL))
            channel = etree.fromstring(feed.data).find("channel")
            assert channel is not None
            assert outline.get("title") == channel.findtext("title")
            assert outline.get("description") == channel.findtext("description")
            assert outline.get("htmlUrl") == channel.findtext("link")


def test_bodies_stand_under_the_bodies_above_them(small_site: Served) -> None:
    with small_site.database.transaction() as session:
        taxonomy.add_organisation(session, "Phòng Di sản", parent="Sở Văn hóa tỉnh")
        taxonomy.add_organisation(session, "Tổ Bảo tàng", parent="Phòng Di sản")
    found = dict(map(reversed, outlines(small_site)))  # type: ignore[arg-type]  # pairs turned round
    bodies = "Theo cơ quan, đơn vị (phát hành hoặc được nhắc đến)"
    assert found["organisation/to-bao-tang.rss"] == f"{bodies}/Sở Văn hóa tỉnh/Phòng Di sản"
    assert found["organisation/phong-di-san.rss"] == f"{bodies}/Sở Văn hóa tỉnh/Phòng Di sản"
    assert found["organisation/so-van-hoa-tinh.rss"] == f"{bodies}/Sở Văn hóa tỉnh"
    assert found["organisation/hoi-nong-dan-tinh.rss"] == bodies


def test_what_ended_is_not_offered_and_what_stood_under_it_is(served: Served) -> None:
    with served.database.transaction() as session:
        taxonomy.add_category(session, "Hát Then", parent="Lễ hội")
        reorganisation.close(session, Kind.CATEGORY, "Lễ hội")
        reorganisation.merge(session, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh")
    addresses = [address for _, address in outlines(served)]
    assert not {"category/le-hoi.rss", "organisation/hoi-nong-dan-tinh.rss"} & set(addresses)
    assert ("Theo chuyên mục/Văn hóa", "category/hat-then.rss") in outlines(served)


def test_a_real_reader_imports_the_list(served: Served, tmp_path: Path) -> None:
    missing = newsboat.missing()
    if missing:
        lacks("newsboat", missing)
    imported = newsboat.imported(tmp_path / "newsboat", served.client.get("/feeds.opml").data)
    assert imported == {f"{BASE_URL}/feeds/{address}": folders for folders, address in outlines(served)}


def test_the_list_of_channels_moves_with_what_it_shows(served: Served, clock: Clock) -> None:
    first = served.client.get("/feeds.opml")
    assert etree.fromstring(first.data).findtext("head/dateModified") == "Fri, 20 Nov 2026 12:00:00 +0700"
    with served.database.transaction() as session:
        bulletins.draft(session, draft(title="Chưa đăng"))
    assert served.client.get("/feeds.opml").headers["ETag"] == first.headers["ETag"]
    clock.move(minutes=1)
    served.add(title="Lễ hội khác", categories=("Lễ hội",), publisher="Sở Văn hóa tỉnh")
    published = served.client.get("/feeds.opml")
    assert (published.data, published.headers["ETag"]) == (first.data, first.headers["ETag"])
    with served.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Lễ hội", "Lễ hội – Du lịch")
    second = served.client.get("/feeds.opml", headers={"If-None-Match": first.headers["ETag"]})
    assert second.status_code == 200
    assert "Lễ hội – Du lịch" in second.text
    assert etree.fromstring(second.data).findtext("head/dateModified") == "Fri, 20 Nov 2026 12:01:30 +0700"


def test_the_sitemap_names_every_page_and_every_page_is_there(served: Served) -> None:
    named = listed(served, "sitemap.xml")
    assert set(named) == {
        *EVERYTHING,
        "/ban-tin/le-hoi-long-tong-1",
        "/ban-tin/hoi-thi-hat-then-2",
        "/ban-tin/ngay-hoi-nong-dan-3",
    }
    assert len(named) == len(set(named))
    for path in named:
        page = served.client.get(path)
        assert page.status_code == 200, path
        canonical = html.fromstring(page.data).xpath("//link[@rel='canonical']/@href")
        assert canonical == [BASE_URL + path]


def test_the_sitemap_says_when_a_page_last_changed(served: Served, clock: Clock) -> None:
    clock.move(hours=1)
    with served.database.transaction() as session:
        bulletins.revise(session, 1, draft(title="Lễ hội Lồng Tồng", categories=("Lễ hội",), published=None))
        publication.withdraw(session, 2, reason="Hoãn.")
    root = etree.fromstring(served.client.get("/sitemap.xml").data)
    changed = {
        url.findtext("s:loc", namespaces=NS).rpartition("/")[2]: url.findtext("s:lastmod", namespaces=NS)
        for url in root
        if "/ban-tin/" in url.findtext("s:loc", default="", namespaces=NS)
    }
    assert changed == {
        "le-hoi-long-tong-1": "2026-11-20T13:00:30+07:00",
        "ngay-hoi-nong-dan-3": "2026-11-20T12:00:00+07:00",
    }


def test_an_empty_channel_is_nothing_to_be_found(small_site: Served) -> None:
    assert listed(small_site, "sitemap.xml") == ["/feeds/"]
    small_site.add(title="Hội xuân", categories=("Lễ hội",))
    named = listed(small_site, "sitemap.xml")
    assert {"/feeds/category/le-hoi", "/feeds/category/van-hoa", "/ban-tin/hoi-xuan-1"} <= set(named)


def test_photos_stand_in_the_sitemap_as_in_the_feeds(small_site: Served) -> None:
    storage = DiskStorage(small_site.settings.files_folder)
    files = [take_photo(storage, saved(drawn(size=(1400 + n, 60)), "JPEG"), name=f"{n}.jpg") for n in range(2)]
    attachments = tuple(Attachment(number=n, caption="Ảnh", file=file) for n, file in enumerate(files, 1))
    small_site.add(title="Hội xuân", attachments=(*attachments, Attachment(number=3, caption="Chờ ảnh")))
    named = listed(small_site, "sitemap.xml", "s:url/image:image/image:loc")
    item = small_site.client.get("/feeds/all.json").get_json()["items"][0]
    assert [BASE_URL + path for path in named] == [photo["url"] for photo in item["attachments"]]
    for path in named:
        assert small_site.client.get(path, buffered=True).mimetype == "image/jpeg"


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """One document holds twelve pages, one part the bulletins of two numbers."""
    monkeypatch.setattr(machines, "LIMITS", Limits(pages=12, numbers=2))


@pytest.mark.usefixtures("small_limits")
def test_a_large_site_has_an_index_of_parts(served: Served) -> None:
    assert len(listed(served, "sitemap.xml")) == 12
    served.add(title="Hội xuân")
    assert listed(served, "sitemap.xml") == []
    parts = [path.removeprefix("/") for path in listed(served, "sitemap.xml", "s:sitemap/s:loc")]
    assert parts == ["sitemap-1.xml", "sitemap-2.xml", "sitemap-3.xml"]
    assert set(listed(served, parts[0])) == set(EVERYTHING)
    assert listed(served, parts[1]) == ["/ban-tin/le-hoi-long-tong-1", "/ban-tin/hoi-thi-hat-then-2"]
    assert listed(served, parts[2]) == ["/ban-tin/ngay-hoi-nong-dan-3", "/ban-tin/hoi-xuan-4"]


@pytest.mark.usefixtures("small_limits")
def test_a_part_changes_with_its_own_bulletins_alone(served: Served, clock: Clock) -> None:
    served.add(title="Hội xuân")
    clock.move(minutes=1)
    before = {part: served.client.get(f"/sitemap-{part}.xml") for part in (1, 2, 3)}
    clock.move(minutes=1)
    with served.database.transaction() as session:
        bulletins.revise(session, 3, draft(title="Ngày hội nông dân xã", publisher="Hội Nông dân tỉnh"))
    clock.move(seconds=1)
    after = {part: served.client.get(f"/sitemap-{part}.xml") for part in (1, 2, 3)}
    for header in ("ETag", "Last-Modified"):
        moved = {part for part in (2, 3) if before[part].headers[header] != after[part].headers[header]}
        assert moved == {3}, header
    assert before[2].data == after[2].data
    # Nothing of the channels changed either.
    assert (before[1].data, before[1].headers["ETag"]) == (after[1].data, after[1].headers["ETag"])
    changed = etree.fromstring(served.client.get("/sitemap.xml").data).iterfind("s:sitemap/s:lastmod", NS)
    assert [element.text for element in changed] == ["2026-11-20T12:00:00+07:00", "2026-11-20T12:02:30+07:00"]


@pytest.mark.usefixtures("small_limits")
def test_a_part_without_bulletins_is_not_there(served: Served) -> None:
    for number in (1, 2):
        with served.database.transaction() as session:
            publication.withdraw(session, number, reason="Hoãn.")
    for name in ("sitemap-0", "sitemap-2", "sitemap-4", "sitemap-03", "sitemap-3.0", "sitemap--3", "sitemap-99999999"):
        answer = served.client.get(f"/{name}.xml")
        assert answer.status_code == 404, name
    assert "/sitemap.xml" in answer.text
    assert served.client.get("/sitemap-3.xml").status_code == 200


def test_news_are_two_days_old_at_most_at_any_time(small_site: Served, clock: Clock) -> None:
    published = clock().astimezone(VIETNAM)
    small_site.add(title="Tin mới", published=Moment(published))
    assert listed(small_site, "news-sitemap.xml") == ["/ban-tin/tin-moi-1"]
    clock.move(days=2)
    assert listed(small_site, "news-sitemap.xml") == ["/ban-tin/tin-moi-1"]
    clock.move(seconds=1)
    assert listed(small_site, "news-sitemap.xml") == []


def test_the_news_of_an_hour_are_the_same_bytes(small_site: Served, clock: Clock) -> None:
    old = clock().astimezone(VIETNAM) - timedelta(days=1, hours=23, minutes=30)
    small_site.add(title="Tin sắp cũ", published=Moment(old))
    small_site.add(title="Tin mới", published=Moment(clock().astimezone(VIETNAM)))
    clock.move(minutes=1)
    first = small_site.client.get("/news-sitemap.xml")
    assert listed(small_site, "news-sitemap.xml") == ["/ban-tin/tin-moi-2"]
    clock.move(minutes=58)
    known = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    assert small_site.client.get("/news-sitemap.xml", headers=known).status_code == 304
    clock.move(days=2)
    for name, value in known.items():
        assert small_site.client.get("/news-sitemap.xml", headers={name: value}).status_code == 200, name


def test_news_carry_name_language_date_and_title(small_site: Served, clock: Clock) -> None:
    at = Moment(datetime(2026, 11, 20, 8, 30, tzinfo=VIETNAM))
    small_site.add(title="Spring festival & fair", language="en-GB", published=at)
    (entry,) = etree.fromstring(small_site.client.get("/news-sitemap.xml").data).iterfind("s:url/news:news", NS)
    said = {element.tag.rpartition("}")[2]: element.text for element in entry.iter() if len(element) == 0}
    assert said == {
        "name": "Bản tin tỉnh Vân Sơn",
        "language": "en",
        "publication_date": "2026-11-20T08:30:00+07:00",
        "title": "Spring festival & fair",
    }


def allowed(robots: str, path: str) -> bool:
    """Read robots.txt as RFC 9309 says: the longest rule that fits counts, and of two equal ones the kinder."""
    rules = []
    for line in robots.splitlines():
        word, _, value = line.partition(": ")
        if word in {"Allow", "Disallow"}:
            pattern = "".join(".*" if sign == "*" else re.escape(sign) for sign in value)
            rules.append((len(value), word == "Allow", pattern))
    fitting = [(length, kind) for length, kind, pattern in rules if re.match(pattern, path)]
    return max(fitting, default=(0, True))[1]


def test_robots_may_ask_for_all_but_pages_of_search_results(served: Served) -> None:
    robots = served.client.get("/robots.txt").text
    assert robots.startswith("User-agent: *\n")
    for path in (
        *EVERYTHING,
        "/ban-tin/le-hoi-long-tong-1",
        "/feeds/all.rss",
        "/files/aa/b.jpg",
        "/static/bantin.css?v=1",
    ):
        assert allowed(robots, f"/tin{path}"), path
    assert allowed(robots, "/tin/feeds/all?before=17")
    # Whoever polls the feed of a search was asked to.
    for extension in ("rss", "atom", "json"):
        assert allowed(robots, f"/tin/feeds/category/van-hoa.{extension}?q=then")
    for path in ("/tin/feeds/all?q=then", "/tin/feeds/category/van-hoa?before=17&q=then"):
        assert not allowed(robots, path), path


def test_robots_are_led_to_sitemaps_that_are_there(served: Served) -> None:
    lines = served.client.get("/robots.txt").text.splitlines()
    named = [line.removeprefix("Sitemap: ") for line in lines if line.startswith("Sitemap: ")]
    addresses = Addresses(BASE_URL)
    assert named == [addresses.sitemap(), addresses.news_sitemap()]
    assert addresses.robots() == f"{BASE_URL}/robots.txt"
    for address in named:
        assert served.client.get(address.removeprefix(BASE_URL)).status_code == 200


def test_pages_lead_readers_to_the_list_of_channels(small_site: Served) -> None:
    found = html.fromstring(small_site.client.get("/feeds/").data).xpath("//head/link[@type='text/x-opml']")
    assert [(link.get("rel"), link.get("href")) for link in found] == [("alternate", f"{BASE_URL}/feeds.opml")]
