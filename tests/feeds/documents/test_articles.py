"""What a page says of itself in JSON-LD: all that there is, nothing that there is not, and nothing breaks out."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.documents import articles
from feeds.documents.articles import Article, Picture, Publisher
from feeds.documents.model import Party
from store.text.vietnamese import xml_safe
from store.types import VIETNAM, Correction, Origin, Place

URL = "https://bantin.example/ban-tin/le-hoi-1"
CHANNEL = "https://bantin.example/feeds/publisher/so-van-hoa"
PUBLISHED, UPDATED = datetime(2026, 10, 30, 12, tzinfo=VIETNAM), datetime(2026, 11, 2, 8, 30, tzinfo=VIETNAM)
PLAIN = Article(
    url=URL,
    title="Lễ hội Lồng Tồng",
    description="Sáng nay, lễ hội khai mạc.",
    language="vi",
    published=PUBLISHED,
    updated=UPDATED,
    publisher=Publisher(name="Sở Văn hóa", url=CHANNEL, logo_url="https://bantin.example/static/mark-wide.png"),
)
FULL = replace(
    PLAIN,
    authors=(Party(name="Thu Trang", url="https://bantin.example/feeds/author/thu-trang"), Party(name="Hoàng Lan")),
    pictures=(
        Picture(url="https://bantin.example/files/card.jpg", width_px=1200, height_px=630, caption="Khai mạc"),
        Picture(url="https://bantin.example/files/photo.jpg", width_px=1280, height_px=853, credit="Thu Trang"),
        Picture(url="https://bantin.example/files/unmeasured.jpg"),
    ),
    sections=("Văn hóa", "Lễ hội"),
    bodies=(Party(name="Hội Nông dân", url="https://bantin.example/feeds/organisation/hoi-nong-dan"),),
    corrections=(Correction(UPDATED, "Lễ hội kéo dài ba ngày."),),
    place=Place("Nà Mạ", 2_202_851, 10_580_400),
    origin=Origin("Báo Vân Sơn", "https://bao.example/le-hoi"),
)


def said_of(article: Article) -> dict[str, Any]:
    return articles.news_article(article)


def test_an_article_says_all_that_it_has() -> None:
    body = {"@type": "Organization", "name": "Sở Văn hóa", "url": CHANNEL}
    assert said_of(FULL) == {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": URL},
        "url": URL,
        "headline": "Lễ hội Lồng Tồng",
        "description": "Sáng nay, lễ hội khai mạc.",
        "inLanguage": "vi",
        "datePublished": "2026-10-30T12:00:00+07:00",
        "dateModified": "2026-11-02T08:30:00+07:00",
        "author": [
            {"@type": "Person", "name": "Thu Trang", "url": "https://bantin.example/feeds/author/thu-trang"},
            {"@type": "Person", "name": "Hoàng Lan"},
        ],
        "publisher": body | {"logo": {"@type": "ImageObject", "url": "https://bantin.example/static/mark-wide.png"}},
        "image": [
            {
                "@type": "ImageObject",
                "url": "https://bantin.example/files/card.jpg",
                "width": 1200,
                "height": 630,
                "caption": "Khai mạc",
            },
            {
                "@type": "ImageObject",
                "url": "https://bantin.example/files/photo.jpg",
                "width": 1280,
                "height": 853,
                "creditText": "Thu Trang",
            },
            {"@type": "ImageObject", "url": "https://bantin.example/files/unmeasured.jpg"},
        ],
        "articleSection": ["Văn hóa", "Lễ hội"],
        "about": [
            {
                "@type": "Organization",
                "name": "Hội Nông dân",
                "url": "https://bantin.example/feeds/organisation/hoi-nong-dan",
            }
        ],
        "contentLocation": {
            "@type": "Place",
            "name": "Nà Mạ",
            "geo": {"@type": "GeoCoordinates", "latitude": 22.02851, "longitude": 105.804},
        },
        "isBasedOn": {
            "@type": "CreativeWork",
            "url": "https://bao.example/le-hoi",
            "publisher": {"@type": "Organization", "name": "Báo Vân Sơn"},
        },
        "correction": [
            {
                "@type": "CorrectionComment",
                "text": "Lễ hội kéo dài ba ngày.",
                "datePublished": "2026-11-02T08:30:00+07:00",
            }
        ],
        "isAccessibleForFree": True,
    }


def test_what_there_is_not_is_not_said_and_nobodys_byline_is_the_publishers() -> None:
    said = said_of(PLAIN)
    absent = {"image", "articleSection", "about", "contentLocation", "isBasedOn", "correction"}
    assert not absent & said.keys()
    assert said["author"] == [{"@type": "Organization", "name": "Sở Văn hóa", "url": CHANNEL}]


def test_a_source_alone_is_named_by_its_address() -> None:
    assert said_of(replace(PLAIN, source_url="https://bao.example/le-hoi"))["isBasedOn"] == "https://bao.example/le-hoi"


def test_a_place_without_coordinates_has_its_name() -> None:
    said = said_of(replace(PLAIN, place=Place("Nà Mạ")))
    assert said["contentLocation"] == {"@type": "Place", "name": "Nà Mạ"}


def test_a_place_on_the_equator_is_a_place() -> None:
    said = said_of(replace(PLAIN, place=Place("Xích đạo", 0, 0)))
    assert said["contentLocation"]["geo"] == {"@type": "GeoCoordinates", "latitude": 0, "longitude": 0}


def test_a_publishers_own_site_is_named() -> None:
    own = replace(PLAIN.publisher, website="https://sở.example/")
    assert said_of(replace(PLAIN, publisher=own))["publisher"]["sameAs"] == "https://xn--s-lym.example/"


def test_a_long_title_is_cut_at_a_word() -> None:
    title = "Kế hoạch phối hợp tuyên truyền " * 6
    headline = said_of(replace(PLAIN, title=title))["headline"]
    assert 80 < len(headline) <= 110
    assert headline.endswith("…")
    assert title.startswith(headline.removesuffix("…") + " ")


def test_steps_are_counted_and_the_page_itself_is_the_last() -> None:
    trail = [Party(name="Danh mục", url="https://bantin.example/feeds/"), Party(name="Lễ hội")]
    assert articles.breadcrumbs(trail)["itemListElement"] == [
        {"@type": "ListItem", "position": 1, "name": "Danh mục", "item": "https://bantin.example/feeds/"},
        {"@type": "ListItem", "position": 2, "name": "Lễ hội"},
    ]


@pytest.mark.parametrize("title", ["</script><script>alert(1)</script>", "<!--<script>", "a\u2028b\u2029c", "]]>&amp;"])
def test_nothing_breaks_out_of_the_script_element(title: str) -> None:
    written = articles.script_of([articles.news_article(replace(PLAIN, title=title, description=title))])
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written)[0]["description"] == title


@given(text=st.text())
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    place = Place(text or "-")
    written = articles.script_of([articles.news_article(replace(FULL, description=text or "-", place=place))])
    assert not set("<>&\u2028\u2029") & set(written)
    (said,) = json.loads(written.encode())
    for kept in (said.get("description", ""), said["contentLocation"].get("name", "")):
        assert kept == xml_safe(text or "-")
