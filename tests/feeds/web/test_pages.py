"""The pages: what they show, how they lead on, and that they are as careful with caches as the feeds."""

from __future__ import annotations

import re

import pytest
from lxml import html

from store import bulletins, catalogue, publication
from store.attachments.disk import DiskStorage
from store.database import Database
from store.types import Attachment, Selection, StoredFile
from tests.feeds.conftest import BASE_URL, Served
from tests.support.samples import draft

PHOTO = b"\xff\xd8\xff\xe0 not much of a photo, but its bytes are what counts here"


def links(page: bytes, rel: str) -> list[str]:
    return [str(link.get("href")) for link in html.fromstring(page).iter("link") if link.get("rel") == rel]


def test_a_bulletin_shows_all_that_it_has(served: Served) -> None:
    number = served.add(
        title="Hội xuân <Nà Mạ> & bản Lũng",
        publisher="Sở Văn hóa tỉnh",
        subjects=("Hội Nông dân tỉnh",),
        categories=("Lễ hội",),
        authors=("Thu Trang",),
    )
    answer = served.client.get(f"/ban-tin/hoi-xuan-na-ma-ban-lung-{number}")
    assert answer.status_code == 200
    text = html.fromstring(answer.data).text_content()
    for words in (
        "Hội xuân <Nà Mạ> & bản Lũng",
        "Chiều 29/12, hội nghị tổng kết",
        "Sáng nay, hội nghị đã khai mạc.",
        "Quang cảnh hội nghị",
        "Thu Trang",
        "Sở Văn hóa tỉnh",
        "Hội Nông dân tỉnh",
        "Lễ hội",
        "02/11/2026",
    ):
        assert words in text, words
    assert links(answer.data, "canonical") == [f"{BASE_URL}/ban-tin/hoi-xuan-na-ma-ban-lung-{number}"]


def test_pages_announce_the_feeds(served: Served) -> None:
    for page, feed in (("/feeds/", "all"), ("/feeds/all", "all"), ("/feeds/category/van-hoa", "category/van-hoa")):
        found = links(served.client.get(page).data, "alternate")
        assert {f"{BASE_URL}/feeds/{feed}.{extension}" for extension in ("rss", "atom", "json")} <= set(found)


def test_a_wrong_slug_leads_to_the_right_one(served: Served) -> None:
    number = served.add(title="Hội xuân Nà Mạ")
    for asked in (f"/ban-tin/tieu-de-cu-{number}", f"/ban-tin/{number}"):
        answer = served.client.get(asked)
        assert answer.status_code == 301
        assert answer.headers["Location"] == f"{BASE_URL}/ban-tin/hoi-xuan-na-ma-{number}"


@pytest.mark.parametrize("path", ["x", "x-999", "x-0", "-", "x-99999999999999999999"])
def test_no_such_bulletin_is_404(served: Served, path: str) -> None:
    assert served.client.get(f"/ban-tin/{path}").status_code == 404


def test_a_draft_is_nobodys(served: Served) -> None:
    with served.database.transaction() as session:
        number = bulletins.draft(session, draft(title="Chưa đăng"))
    answer = served.client.get(f"/ban-tin/chua-dang-{number}")
    assert answer.status_code == 404
    assert "Chưa đăng" not in answer.text


def test_older_pages_reach_every_bulletin_once(served: Served) -> None:
    wanted = {served.add(title=f"Bản tin số {index}") for index in range(120)}
    seen: list[int] = []
    address: str | None = "/feeds/all"
    while address:
        page = served.client.get(address.removeprefix(BASE_URL))
        assert page.status_code == 200
        tree = html.fromstring(page.data)
        addresses = [str(a.get("href")) for a in tree.xpath("//main//a[contains(@href, '/ban-tin/')]")]
        seen += [int(found.rpartition("-")[2]) for found in dict.fromkeys(addresses)]
        older = [str(a.get("href")) for a in tree.xpath("//a[contains(@href, 'before=')]")]
        address = older[0] if older else None
    assert len(seen) == len(set(seen))
    assert wanted <= set(seen)


def test_the_directory_lists_what_there_is(served: Served) -> None:
    page = html.fromstring(served.client.get("/feeds/").data)
    for name in ("Văn hóa", "Lễ hội", "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", "Thu Trang"):
        assert name in page.text_content()
    (outline,) = page.xpath("//main//a[@type='text/x-opml']")
    assert "Nhập tất cả" in outline.text_content()
    assert outline.get("href").endswith("/feeds.opml")


def test_pages_know_what_a_browser_has(served: Served) -> None:
    number = served.add(title="Hội xuân")
    for address in ("/feeds/", "/feeds/all", f"/ban-tin/hoi-xuan-{number}"):
        first = served.client.get(address)
        again = served.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b""), address
        assert "Set-Cookie" not in first.headers
        assert "default-src 'none'" in first.headers["Content-Security-Policy"]


def test_home_leads_to_the_directory(served: Served) -> None:
    answer = served.client.get("/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{BASE_URL}/feeds/"


def test_assets_are_immutable_and_change_address_with_content(served: Served) -> None:
    page = served.client.get("/feeds/").text
    address = re.search(r'"(/tin/static/bantin\.css\?v=\w+)"', page)
    assert address is not None
    answer = served.client.get(address[1])
    assert answer.content_type == "text/css; charset=utf-8"
    assert "immutable" in answer.headers["Cache-Control"]
    assert served.client.get("/static/app.py").status_code == 404


def test_a_file_is_there_while_a_visible_bulletin_uses_it(served: Served) -> None:
    digest = DiskStorage(served.settings.files_folder).put(PHOTO, "image/jpeg")
    file = StoredFile(digest=digest, media_type="image/jpeg", size_bytes=len(PHOTO), width_px=4, height_px=3)
    attachment = Attachment(number=1, caption="Quang cảnh", file=file)
    with served.database.transaction() as session:
        number = bulletins.draft(session, draft(attachments=(attachment,)))
    address = f"/files/{digest[:2]}/{digest}.jpg"
    assert served.client.get(address, buffered=True).status_code == 404
    with served.database.transaction() as session:
        publication.publish(session, number, publisher_required=False)
    answer = served.client.get(address, buffered=True)
    assert (answer.status_code, answer.data, answer.mimetype) == (200, PHOTO, "image/jpeg")
    assert int(answer.headers["Content-Length"]) == len(PHOTO)
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    part = served.client.get(address, buffered=True, headers={"Range": "bytes=0-1"})
    assert (part.status_code, part.data) == (206, b"\xff\xd8")
    known = served.client.get(address, buffered=True, headers={"If-None-Match": answer.headers["ETag"]})
    assert known.status_code == 304
    feed = served.client.get("/feeds/all.json").get_json()
    photo = feed["items"][0]["attachments"][0]
    assert photo["url"] == BASE_URL + address
    assert photo["size_in_bytes"] == len(PHOTO)


@pytest.mark.parametrize(
    "path",
    ["..%2f..%2fbantin.sqlite", "aa/../../bantin.sqlite", f"ab/{'a' * 64}.jpg", f"aa/{'a' * 64}.html", "aa/", ""],
)
def test_no_other_path_is_a_file(served: Served, path: str) -> None:
    assert served.client.get(f"/files/{path}").status_code in {404, 405}


def test_a_lost_database_is_said_kindly(served: Served, database: Database) -> None:
    with database.snapshot() as session:
        assert catalogue.window(session, Selection(), limit=1).entries
    with database.transaction() as session:
        session.connection().exec_driver_sql("ALTER TABLE placement RENAME TO lost")
    try:
        answer = served.client.get("/feeds/all.rss")
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert "thử lại" in answer.text
    finally:
        with database.transaction() as session:
            session.connection().exec_driver_sql("ALTER TABLE lost RENAME TO placement")
