"""What readers see when a category, an organisation or an author is renamed, merged, closed or moved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from lxml import html
from sqlalchemy.orm import Session

from store import renaming, reorganisation, taxonomy
from store.names import Kind
from store.types import VIETNAM
from tests.feeds.conftest import BASE_URL, Served
from tests.feeds.web.polling import Changed, Poll, departures
from tests.support.samples import day
from tests.support.stores import Clock

SAME = "hoi-nong-dan-tinh"
JULY = datetime(2026, 7, 1, tzinfo=VIETNAM)
FARMERS = {
    "organisation/hoi-nong-dan-tinh",
    "publisher/hoi-nong-dan-tinh",
    "category/van-hoa/organisation/hoi-nong-dan-tinh",
    "category/van-hoa/publisher/hoi-nong-dan-tinh",
}
CULTURE = {
    "organisation/so-van-hoa-tinh",
    "publisher/so-van-hoa-tinh",
    "category/van-hoa/organisation/so-van-hoa-tinh",
}
OTHERS = {"all", "category/van-hoa", "category/le-hoi", "author/thu-trang"}
EVERY = FARMERS | CULTURE | OTHERS
MERGED = (
    "Từ ngày 01/07/2026, Hội Nông dân tỉnh sáp nhập vào Sở Văn hóa tỉnh. "
    "Kênh này tiếp tục với các bản tin của Sở Văn hóa tỉnh."
)


def do(served: Served, clock: Clock, act: Callable[..., object], *said: object, **named: object) -> None:
    """Do something to a body in a minute of its own."""
    clock.move(minutes=1)
    with served.database.transaction() as session:
        act(session, *said, **named)
    clock.move(minutes=1)


def tree_of(served: Served, address: str) -> html.HtmlElement:
    answer = served.client.get(address)
    assert answer.status_code == 200
    return html.fromstring(answer.data)


def words_of(served: Served, address: str) -> str:
    return " ".join(tree_of(served, address).text_content().split())


def titles(served: Served, selection: str) -> list[str]:
    return [item["title"] for item in served.client.get(f"/feeds/{selection}.json").get_json()["items"]]


def descriptions(served: Served, selection: str) -> set[str]:
    """The description of a channel in all three formats."""
    said = {served.client.get(f"/feeds/{selection}.json").get_json()["description"]}
    for extension, path in (("rss", "//channel/description"), ("atom", "//*[local-name()='subtitle']")):
        document = served.client.get(f"/feeds/{selection}.{extension}").data
        said |= {element.text for element in html.etree.fromstring(document).xpath(path)}
    return said


def notices(served: Served, selection: str) -> list[str]:
    found = tree_of(served, f"/feeds/{selection}").xpath("//*[contains(@class, 'note')]")
    return [" ".join(notice.text_content().split()) for notice in found]


def test_a_renamed_body_is_called_so_where_it_is_shown_and_nowhere_else(served: Served, clock: Clock) -> None:
    before = Poll.of(served, EVERY)
    do(served, clock, renaming.rename, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân mới", slug=SAME)
    # Nothing was published since: the entries keep the name of their day, and channels of others stay as they were.
    assert before.changed(served) == Changed(feeds=FARMERS, pages=FARMERS)
    words = words_of(served, "/feeds/organisation/hoi-nong-dan-tinh")
    assert "Bản tin về Hội Nông dân mới" in words
    assert "Tên trước đây: Hội Nông dân tỉnh (đến 20/11/2026)." in words
    assert "Ngày hội nông dân" in words
    old = next(i for i in items(served, "all") if i["title"] == "Ngày hội nông dân")
    assert old["_bantin"]["publisher"]["name"] == "Hội Nông dân tỉnh"
    served.add(title="Tin mới", publisher="Hội Nông dân mới", published=None)
    assert items(served, "all")[0]["_bantin"]["publisher"]["name"] == "Hội Nông dân mới"


def items(served: Served, selection: str) -> list[dict[str, dict[str, dict[str, str]]]]:
    found: list[dict[str, dict[str, dict[str, str]]]] = served.client.get(f"/feeds/{selection}.json").get_json()[
        "items"
    ]
    return found


def test_a_name_that_was_a_mistake_is_put_right_wherever_it_stood(served: Served, clock: Clock) -> None:
    before = Poll.of(served, EVERY)
    do(
        served, clock, renaming.rename, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân",
        slug=SAME, throughout=True,
    )  # fmt: skip
    # Its one bulletin is also about the other body.
    touched = FARMERS | {"all", "organisation/so-van-hoa-tinh"}
    assert before.changed(served).feeds == touched
    assert "Tên trước đây" not in words_of(served, f"/feeds/organisation/{SAME}")


def test_old_addresses_lead_to_the_new_ones(served: Served, clock: Clock) -> None:
    do(served, clock, renaming.rename, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân Vân Sơn")
    do(served, clock, renaming.rename, Kind.CATEGORY, "Văn hóa", "Văn hóa và Thể thao")
    do(served, clock, renaming.rename, Kind.AUTHOR, "Thu Trang", "Nguyễn Thu Trang")
    for old, new in (
        ("organisation/hoi-nong-dan-tinh", "organisation/hoi-nong-dan-van-son"),
        ("publisher/hoi-nong-dan-tinh", "publisher/hoi-nong-dan-van-son"),
        ("category/van-hoa", "category/van-hoa-va-the-thao"),
        ("author/thu-trang", "author/nguyen-thu-trang"),
        (
            "category/van-hoa/publisher/hoi-nong-dan-tinh",
            "category/van-hoa-va-the-thao/publisher/hoi-nong-dan-van-son",
        ),
    ):
        for extension in (".rss", ".atom", ".json", ""):
            answer = served.client.get(f"/feeds/{old}{extension}")
            assert (answer.status_code, answer.headers["Location"]) == (301, f"{BASE_URL}/feeds/{new}{extension}")
            assert served.client.get(f"/feeds/{new}{extension}").status_code == 200
    # Entries have the addresses of their day; they lead on.
    party = next(i for i in items(served, "all") if i["title"] == "Ngày hội nông dân")["_bantin"]["publisher"]
    assert party["url"] == f"{BASE_URL}/feeds/publisher/hoi-nong-dan-tinh"


def test_a_merged_bodys_channel_goes_on_and_says_as_whom(served: Served, clock: Clock) -> None:
    served.add(title="Tin cũ của Sở", publisher="Sở Văn hóa tỉnh", published=day(2026, 5, 4))
    before = Poll.of(served, EVERY)
    do(served, clock, reorganisation.merge, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", since=JULY)
    assert before.changed(served).feeds == FARMERS
    assert descriptions(served, "publisher/hoi-nong-dan-tinh") == {
        f"Các bản tin do Hội Nông dân tỉnh phát hành. {MERGED}"
    }
    shown = titles(served, "publisher/hoi-nong-dan-tinh")
    assert shown == ["Ngày hội nông dân", "Hội thi hát Then", "Lễ hội Lồng Tồng"]
    for selection in sorted(FARMERS):
        (notice,) = notices(served, selection)
        assert notice == f"{MERGED} Xem kênh tin Sở Văn hóa tỉnh"
        (link,) = tree_of(served, f"/feeds/{selection}").xpath("//*[contains(@class, 'note')]//a/@href")
        assert link == f"{BASE_URL}/feeds/{selection.replace('hoi-nong-dan-tinh', 'so-van-hoa-tinh')}"
        assert served.client.get(link.removeprefix(BASE_URL)).status_code == 200
    for selection in sorted(CULTURE):
        assert notices(served, selection) == []
    served.add(title="Tin mới của Sở", publisher="Sở Văn hóa tỉnh", published=None)
    assert titles(served, "publisher/hoi-nong-dan-tinh")[0] == "Tin mới của Sở"


def test_a_successor_that_is_renamed_takes_along_what_was_merged_into_it(served: Served, clock: Clock) -> None:
    do(served, clock, reorganisation.merge, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", since=JULY)
    before = Poll.of(served, EVERY)
    do(
        served, clock, renaming.rename, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Sở Văn hóa và Thể thao",
        slug="so-van-hoa-tinh",
    )  # fmt: skip
    assert before.changed(served) == Changed(feeds=FARMERS | CULTURE, pages=FARMERS | CULTURE)
    (notice,) = notices(served, "organisation/hoi-nong-dan-tinh")
    assert "sáp nhập vào Sở Văn hóa và Thể thao. Kênh này tiếp tục với các bản tin của Sở Văn hóa và Thể thao" in notice


def test_a_closed_body_says_so_and_keeps_what_it_has(served: Served, clock: Clock) -> None:
    before = Poll.of(served, EVERY)
    do(served, clock, reorganisation.close, Kind.ORGANISATION, "Hội Nông dân tỉnh", since=JULY)
    assert before.changed(served) == Changed(feeds=FARMERS, pages=FARMERS)
    closed = "Hội Nông dân tỉnh ngừng hoạt động từ ngày 01/07/2026; kênh này vẫn lưu các bản tin đã đăng."
    assert descriptions(served, "publisher/hoi-nong-dan-tinh") == {
        f"Các bản tin do Hội Nông dân tỉnh phát hành. {closed}"
    }
    assert notices(served, "organisation/hoi-nong-dan-tinh") == [closed]
    assert titles(served, "publisher/hoi-nong-dan-tinh") == ["Ngày hội nông dân"]
    before = Poll.of(served, EVERY)
    do(served, clock, reorganisation.reopen, Kind.ORGANISATION, "Hội Nông dân tỉnh")
    assert before.changed(served).feeds == FARMERS
    assert notices(served, "organisation/hoi-nong-dan-tinh") == []


@pytest.mark.parametrize(
    ("act", "said", "selection", "notice"),
    [
        (
            reorganisation.close,
            (Kind.CATEGORY, "Lễ hội"),
            "category/le-hoi",
            "Chuyên mục Lễ hội đã đóng từ ngày 01/07/2026; kênh này vẫn lưu các bản tin đã đăng.",
        ),
        (
            reorganisation.merge,
            (Kind.CATEGORY, "Lễ hội", "Văn hóa"),
            "category/le-hoi",
            "Từ ngày 01/07/2026, chuyên mục Lễ hội nhập vào chuyên mục Văn hóa. "
            "Kênh này tiếp tục với các bản tin của chuyên mục Văn hóa.",
        ),
        (
            reorganisation.close,
            (Kind.AUTHOR, "Thu Trang"),
            "author/thu-trang",
            "Tác giả Thu Trang ngừng viết tin từ ngày 01/07/2026; kênh này vẫn lưu các bản tin đã đăng.",
        ),
        (
            reorganisation.merge,
            (Kind.AUTHOR, "Thu Trang", "Hoàng Lan"),
            "author/thu-trang",
            "Từ ngày 01/07/2026, tác giả Thu Trang viết dưới tên Hoàng Lan. "
            "Kênh này tiếp tục với các bản tin của tác giả Hoàng Lan.",
        ),
    ],
    ids=["category closed", "category merged", "author closed", "author merged"],
)
def test_categories_and_authors_are_spoken_of_as_such(
    served: Served,
    clock: Clock,
    act: Callable[..., object],
    said: tuple[object, ...],
    selection: str,
    notice: str,
) -> None:
    served.add(title="Tin của Lan", authors=("Hoàng Lan",))
    do(served, clock, act, *said, since=JULY)
    (shown,) = notices(served, selection)
    assert shown.partition(" Xem kênh tin")[0] == notice
    assert all(description.endswith(notice) for description in descriptions(served, selection))


def test_a_moved_category_takes_its_bulletins_from_one_channel_to_another(served: Served, clock: Clock) -> None:
    do(served, clock, _add_sports)
    before = Poll.of(served, EVERY | {"category/the-thao"})
    do(served, clock, reorganisation.move, Kind.CATEGORY, "Lễ hội", "Thể thao")
    clock_said = "2026-11-20T12:03:30+07:00"
    changed = before.changed(served).feeds
    assert {"category/van-hoa", "category/the-thao", "category/le-hoi"} <= changed
    assert changed.isdisjoint({"all", "author/thu-trang", "organisation/so-van-hoa-tinh", *FARMERS})
    for extension in ("rss", "atom", "json"):
        ((_, when, reason),) = departures(served.client.get(f"/feeds/category/van-hoa.{extension}"))
        assert (when, reason) == (clock_said, "Bản tin không còn thuộc kênh này.")
    assert titles(served, "category/the-thao") == ["Lễ hội Lồng Tồng"]
    assert titles(served, "category/van-hoa") == ["Hội thi hát Then"]


def _add_sports(session: Session) -> None:
    taxonomy.add_category(session, "Thể thao")


def test_the_directory_lists_what_ended_last_and_says_how(served: Served, clock: Clock) -> None:
    do(served, clock, reorganisation.merge, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", since=JULY)
    do(served, clock, reorganisation.close, Kind.CATEGORY, "Văn hóa", since=JULY)
    do(served, clock, _add_sports)
    tree = tree_of(served, "/feeds/")
    names = [link.text for link in tree.xpath("//section[@class='group'][2]//a[@class='title']")]
    assert names == ["Sở Văn hóa tỉnh", "Hội Nông dân tỉnh"]
    ended = [" ".join(found.text_content().split()) for found in tree.xpath("//*[contains(@class, 'ended')]")]
    assert len([said for said in ended if "Đã sáp nhập vào Sở Văn hóa tỉnh từ ngày 01/07/2026." in said]) == 2
    assert [said.partition(" 2 ")[0] for said in ended if "Đã đóng" in said] == ["Văn hóa Đã đóng từ ngày 01/07/2026."]
    categories = [link.text for link in tree.xpath("//section[@class='group'][1]//a[@class='title']")]
    assert categories == ["Thể thao", "Văn hóa", "Lễ hội"]


def test_a_closed_channel_without_bulletins_invites_nobody_to_wait(served: Served, clock: Clock) -> None:
    do(served, clock, _add_sports)
    do(served, clock, reorganisation.close, Kind.CATEGORY, "Thể thao")
    words = words_of(served, "/feeds/category/the-thao")
    assert "Kênh này không có bản tin nào." in words
    assert "Kênh này chưa có" not in words


def test_a_successor_may_have_ended_too(served: Served, clock: Clock) -> None:
    do(served, clock, _add_unions)
    do(served, clock, reorganisation.merge, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Sở Văn hóa tỉnh", since=JULY)
    do(served, clock, reorganisation.merge, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Mặt trận tỉnh", since=JULY)
    served.add(title="Tin của Mặt trận", publisher="Mặt trận tỉnh", published=None)
    for selection in ("publisher/hoi-nong-dan-tinh", "publisher/so-van-hoa-tinh"):
        assert titles(served, selection)[0] == "Tin của Mặt trận"
    (notice,) = notices(served, "publisher/so-van-hoa-tinh")
    assert "sáp nhập vào Mặt trận tỉnh" in notice


def _add_unions(session: Session) -> None:
    taxonomy.add_organisation(session, "Mặt trận tỉnh")
