"""A real browser reads what pages say of themselves as it was meant, runs none of it, and complains of nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from playwright.sync_api import Browser

from feeds.documents.articles import Article, Publisher, news_article, script_of
from store.types import VIETNAM
from tests.feeds.web.shown_site import PUBLISHER, SITE_NAME, ShownSite
from tests.support.browser import Visit

READ = "() => JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)"
HOSTILE = (
    "</script><script>window.broken = true</script>",
    "</SCRIPT\t><img src=x onerror='window.broken = true'>",
    "<!--<script>",
    "--> ]]> &lt;/script&gt; \u2028 \u2029",
)


@pytest.mark.parametrize("name", ["photo", "technical", "english", "corrected"])
def test_a_browser_reads_the_article(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    visited = visit(shown.address(name))
    assert visited.complaints == []
    article, trail = visited.page.evaluate(READ)
    assert visited.page.locator("h1").inner_text().startswith(article["headline"].rstrip("…"))
    assert article["publisher"]["name"] == PUBLISHER
    assert article["url"] == visited.page.url
    assert article["inLanguage"] == ("en" if name == "english" else "vi")
    links = visited.page.locator("nav.trail a")
    assert links.all_inner_texts() == [step["name"] for step in trail["itemListElement"][:-1]]
    assert links.evaluate_all("(all) => all.map((link) => link.href)") == [
        step["item"] for step in trail["itemListElement"][:-1]
    ]
    if name == "photo":
        sizes = [(image["width"], image["height"]) for image in article["image"]]
        assert sizes[0] == (1200, 630)
        for image in article["image"]:
            assert visited.page.request.get(image["url"]).headers["content-type"] == "image/jpeg"


def test_a_browser_finds_no_way_out_of_hostile_words(chromium: Browser) -> None:
    at = datetime(2026, 11, 20, 8, tzinfo=VIETNAM)
    publisher = Publisher(name=SITE_NAME, url="https://bantin.example/", logo_url="https://bantin.example/logo.png")
    page = chromium.new_page()
    for words in HOSTILE:
        article = Article(
            url="https://bantin.example/ban-tin/x-1",
            title=words,
            description=words,
            language="vi",
            published=at,
            updated=at,
            publisher=publisher,
        )
        script = f'<script type="application/ld+json">{script_of([news_article(article)])}</script>'
        page.set_content(f"<!doctype html><title>x</title>{script}<p>Hết</p>")
        assert page.evaluate(READ)[0]["description"] == words
        assert page.evaluate("() => [document.scripts.length, document.images.length, window.broken]") == [1, 0, None]
        assert page.locator("body").inner_text() == "Hết"
    page.close()
