"""What selections are called: every combination reads as a Vietnamese would say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from feeds.headings import Names, introduction_of, searched_of, title_of
from feeds.settings import Settings
from store.types import Author, Category, ChannelSettings, Organisation

SITE = Settings(site_name="Cổng tin Vân Sơn")
NAMELESS = Settings()
OWN = ChannelSettings()

CULTURE = Category(id=1, name="Văn hóa", slug="van-hoa")
SCHOOL = Category(id=2, name="Giáo dục", slug="giao-duc")
AWARDS = Category(id=3, name="Thi đua – Khen thưởng", slug="thi-dua-khen-thuong")
FARMERS = Organisation(id=1, name="Hội Nông dân tỉnh", slug="hoi-nong-dan-tinh")
YOUTH = Organisation(id=2, name="Tỉnh đoàn", slug="tinh-doan")
TOURISM = Organisation(id=3, name="Sở Văn hóa, Thể thao và Du lịch", slug="so-van-hoa")
TRANG, VY = Author(id=1, name="Thu Trang", slug="thu-trang"), Author(id=2, name="Hà Vy", slug="ha-vy")
NOTE = "Tìm kiếm không phân biệt chữ hoa, chữ thường, có dấu hay không dấu."


@pytest.mark.parametrize(
    ("names", "title", "introduction"),
    [
        (Names(), "", "Tất cả bản tin."),
        (Names(categories=(CULTURE,)), "Bản tin Văn hóa", "Các bản tin thuộc chuyên mục Văn hóa."),
        (
            Names(categories=(AWARDS,), publishers=(FARMERS,)),
            "Bản tin Thi đua – Khen thưởng của Hội Nông dân tỉnh",
            "Các bản tin thuộc chuyên mục Thi đua – Khen thưởng do Hội Nông dân tỉnh phát hành.",
        ),
        (
            Names(categories=(CULTURE,), organisations=(YOUTH,)),
            "Bản tin Văn hóa về Tỉnh đoàn",
            "Các bản tin thuộc chuyên mục Văn hóa do Tỉnh đoàn phát hành hoặc nói về Tỉnh đoàn.",
        ),
        (Names(authors=(TRANG,)), "Bản tin của tác giả Thu Trang", "Các bản tin của tác giả Thu Trang."),
        (
            Names(categories=(SCHOOL, CULTURE)),
            "Bản tin Giáo dục hoặc Văn hóa",
            "Các bản tin thuộc chuyên mục Giáo dục hoặc Văn hóa.",
        ),
        (
            Names(categories=(SCHOOL, CULTURE, AWARDS), publishers=(FARMERS,)),
            "Bản tin Giáo dục, Văn hóa hoặc Thi đua – Khen thưởng của Hội Nông dân tỉnh",
            "Các bản tin thuộc chuyên mục Giáo dục, Văn hóa hoặc Thi đua – Khen thưởng do Hội Nông dân tỉnh phát hành.",
        ),
        (
            Names(organisations=(FARMERS, YOUTH)),
            "Bản tin về Hội Nông dân tỉnh hoặc Tỉnh đoàn",
            "Các bản tin do Hội Nông dân tỉnh hoặc Tỉnh đoàn phát hành hoặc nói về các cơ quan, đơn vị này.",
        ),
        (
            Names(publishers=(FARMERS, TOURISM)),
            "Bản tin của Hội Nông dân tỉnh hoặc Sở Văn hóa, Thể thao và Du lịch",
            "Các bản tin do Hội Nông dân tỉnh hoặc Sở Văn hóa, Thể thao và Du lịch phát hành.",
        ),
        (
            Names(publishers=(FARMERS, TOURISM, YOUTH)),
            "Bản tin của Hội Nông dân tỉnh hoặc Sở Văn hóa, Thể thao và Du lịch hoặc Tỉnh đoàn",
            "Các bản tin do Hội Nông dân tỉnh hoặc Sở Văn hóa, Thể thao và Du lịch hoặc Tỉnh đoàn phát hành.",
        ),
        (
            Names(organisations=(YOUTH,), publishers=(FARMERS,)),
            "Bản tin về Tỉnh đoàn của Hội Nông dân tỉnh",
            "Các bản tin do Tỉnh đoàn phát hành hoặc nói về Tỉnh đoàn, do Hội Nông dân tỉnh phát hành.",
        ),
        (
            Names(categories=(CULTURE,), authors=(VY, TRANG)),
            "Bản tin Văn hóa của tác giả Hà Vy hoặc Thu Trang",
            "Các bản tin thuộc chuyên mục Văn hóa của tác giả Hà Vy hoặc Thu Trang.",
        ),
        (
            Names(categories=(CULTURE,), organisations=(YOUTH,), publishers=(FARMERS,), authors=(TRANG,)),
            "Bản tin Văn hóa về Tỉnh đoàn của Hội Nông dân tỉnh, tác giả Thu Trang",
            "Các bản tin thuộc chuyên mục Văn hóa, do Tỉnh đoàn phát hành hoặc nói về Tỉnh đoàn, "
            "do Hội Nông dân tỉnh phát hành, của tác giả Thu Trang.",
        ),
        (Names(query="nong dan"), "Bản tin có “nong dan”", f"Các bản tin có “nong dan”. {NOTE}"),
        (
            Names(categories=(CULTURE,), query='"hoi nong dan" tinh'),
            "Bản tin Văn hóa, có “hoi nong dan” và “tinh”",
            f"Các bản tin thuộc chuyên mục Văn hóa, có “hoi nong dan” và “tinh”. {NOTE}",
        ),
        (
            Names(publishers=(FARMERS,), authors=(TRANG,), query="le hoi"),
            "Bản tin của Hội Nông dân tỉnh, tác giả Thu Trang, có “le hoi”",
            f"Các bản tin do Hội Nông dân tỉnh phát hành, của tác giả Thu Trang, có “le hoi”. {NOTE}",
        ),
    ],
)
def test_titles_and_introductions(names: Names, title: str, introduction: str) -> None:
    assert title_of(names, NAMELESS, OWN) == (title or NAMELESS.site_name)
    assert introduction_of(names, NAMELESS, OWN) == introduction
    assert title_of(names, SITE, OWN) == (f"{title} – Cổng tin Vân Sơn" if title else "Cổng tin Vân Sơn")


def test_a_description_of_its_own_is_for_the_category_alone() -> None:
    told = replace(CULTURE, description="Tin lễ hội, di sản.")
    assert introduction_of(Names(categories=(told,)), SITE, OWN) == "Tin lễ hội, di sản."
    for names in (Names(categories=(told,), query="le"), Names(categories=(SCHOOL, told))):
        assert introduction_of(names, SITE, OWN).startswith("Các bản tin thuộc chuyên mục")


def test_bodies_that_speak_for_others_say_so() -> None:
    wide = replace(YOUTH, includes_subordinates=True)
    assert introduction_of(Names(publishers=(FARMERS, wide)), SITE, OWN) == (
        "Các bản tin do Hội Nông dân tỉnh hoặc Tỉnh đoàn và các đơn vị trực thuộc phát hành."
    )


def test_the_words_that_are_searched_are_said_in_a_sentence() -> None:
    assert searched_of('"a b" c "d e"') == "“a b” và “c” và “d e”"
    assert searched_of("") == ""
