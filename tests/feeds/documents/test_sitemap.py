"""Sitemaps: what the protocol asks of each kind, its limits, and any text comes out as it went in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.documents import sitemap
from feeds.documents.sitemap import IMAGE_BYTES, IMAGE_NS, NEWS_NS, PAGE_BYTES, SITEMAP_NS, Limits, NewsPage, Page
from store.text.vietnamese import xml_safe
from store.types import VIETNAM

AT = datetime(2026, 11, 20, 8, 5, 9, tzinfo=VIETNAM)
PAGE = Page("https://bantin.example/ban-tin/le-hoi-1", AT)
NS = {"s": SITEMAP_NS, "image": IMAGE_NS, "news": NEWS_NS}


def addresses(document: bytes, path: str = "s:url/s:loc") -> list[str]:
    return [element.text or "" for element in etree.fromstring(document).iterfind(path, NS)]


def images(count: int) -> tuple[str, ...]:
    return tuple(f"https://bantin.example/files/{number}.jpg" for number in range(count))


def news(**said: object) -> NewsPage:
    values = {"url": PAGE.url, "title": "Lễ hội", "language": "vi", "published": AT}
    return NewsPage(**(values | said))  # type: ignore[arg-type]  # as the field of that name wants it


def test_a_page_has_its_address_its_last_change_and_its_photos() -> None:
    written = sitemap.render_pages([Page(PAGE.url, AT, images(2)), Page("https://bantin.example/feeds/")])
    assert written.startswith(b'<?xml version="1.0" encoding="UTF-8"?>\n<urlset ')
    first, second = etree.fromstring(written)
    assert [child.tag for child in first] == [
        f"{{{SITEMAP_NS}}}loc",
        f"{{{SITEMAP_NS}}}lastmod",
        f"{{{IMAGE_NS}}}image",
        f"{{{IMAGE_NS}}}image",
    ]
    assert first.findtext("s:lastmod", namespaces=NS) == "2026-11-20T08:05:09+07:00"
    assert [element.text for element in first.iterfind("image:image/image:loc", NS)] == list(images(2))
    # What is not known is not said.
    assert [child.tag for child in second] == [f"{{{SITEMAP_NS}}}loc"]


def test_an_index_names_its_parts() -> None:
    parts = [Page("https://bantin.example/sitemap-1.xml"), Page("https://bantin.example/sitemap-2.xml", AT)]
    root = etree.fromstring(sitemap.render_index(parts))
    assert root.tag == f"{{{SITEMAP_NS}}}sitemapindex"
    assert [[child.text for child in part] for part in root] == [
        ["https://bantin.example/sitemap-1.xml"],
        ["https://bantin.example/sitemap-2.xml", "2026-11-20T08:05:09+07:00"],
    ]


def test_news_say_who_published_them_when_and_in_which_language() -> None:
    written = sitemap.render_news([news(), news(language="en-GB")], publication="Tỉnh Vân Sơn & Nà Mạ")
    first, second = etree.fromstring(written)
    entry = first.find("news:news", NS)
    assert entry is not None
    assert [child.tag.rpartition("}")[2] for child in entry] == ["publication", "publication_date", "title"]
    assert entry.findtext("news:publication/news:name", namespaces=NS) == "Tỉnh Vân Sơn & Nà Mạ"
    assert entry.findtext("news:publication/news:language", namespaces=NS) == "vi"
    assert entry.findtext("news:publication_date", namespaces=NS) == "2026-11-20T08:05:09+07:00"
    assert entry.findtext("news:title", namespaces=NS) == "Lễ hội"
    assert second.findtext(".//news:language", namespaces=NS) == "en"


@pytest.mark.parametrize(
    ("tag", "name"),
    [("vi", "vi"), ("vi-VN", "vi"), ("EN", "en"), ("zh", "zh-cn"), ("zh-Hant", "zh-tw")],
)
def test_languages_are_named_as_news_sitemaps_do(tag: str, name: str) -> None:
    assert sitemap.news_language(tag) == name


def test_one_document_serves_up_to_the_limits_of_the_protocol() -> None:
    assert sitemap.fits_one_document(50_000, 0)
    assert not sitemap.fits_one_document(50_001, 0)
    room_bytes = sitemap.LIMITS.document_bytes - 10_000 * PAGE_BYTES
    assert sitemap.fits_one_document(10_000, room_bytes // IMAGE_BYTES)
    assert not sitemap.fits_one_document(10_000, room_bytes // IMAGE_BYTES + 1)


def test_no_document_is_past_the_limits() -> None:
    pages = [Page(f"https://bantin.example/ban-tin/tin-{number}", AT, images(3)) for number in range(4)]
    assert len(addresses(sitemap.render_pages(pages, Limits(pages=3)))) == 3
    few = sitemap.render_pages(pages, Limits(images=2))
    assert len(addresses(few, "s:url/image:image/image:loc")) == 8
    # Room for the photos of two pages: every page still stands there.
    one = len(sitemap.render_pages([pages[0]])) - len(sitemap.render_pages([Page(pages[0].url, AT)]))
    tight = sitemap.render_pages(pages, Limits(pages=4, document_bytes=4 * PAGE_BYTES + 2 * one))
    assert len(addresses(tight)) == 4
    assert len(addresses(tight, "s:url/image:image/image:loc")) == 6


def test_a_thousand_photos_a_page_are_the_most() -> None:
    written = sitemap.render_pages([Page(PAGE.url, AT, images(1_200))])
    assert len(addresses(written, "s:url/image:image/image:loc")) == 1_000


def test_addresses_are_ascii_and_escaped() -> None:
    written = sitemap.render_pages([Page("https://bản.example/tin?a=1&b=<2>", datetime(2026, 1, 2, tzinfo=UTC))])
    assert addresses(written) == ["https://xn--bn-l5s.example/tin?a=1&b=%3C2%3E"]
    assert written.isascii()
    assert b"<lastmod>2026-01-02T00:00:00+00:00</lastmod>" in written


@given(text=st.text() | st.just("</news:title>&amp; ]]> \r\n😀"))
def test_any_title_comes_out_as_it_went_in(text: str) -> None:
    root = etree.fromstring(sitemap.render_news([news(title=text)], publication=text))
    for name in ("name", "title"):
        assert (root.findtext(f".//news:{name}", namespaces=NS) or "") == xml_safe(text)
