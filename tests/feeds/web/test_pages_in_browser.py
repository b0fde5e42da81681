"""What people see of the pages, in a real browser: they fit, load, can be read and lead to the feeds."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from feeds.documents.model import MEDIA_TYPES
from tests.feeds.web.shown_site import (
    CLOSED,
    COUNTRYSIDE,
    FINANCE,
    NOTE,
    PER_PAGE,
    PLAN,
    PLAN_BYTES,
    PLANNING,
    REASON,
    SITE_NAME,
    ShownSite,
)
from tests.support.browser import DESK, PHONE, Visit, follow

CHANNELS = ("all", "category", "empty", "merged", "renamed", "closed")
BULLETINS = ("photo", "technical", "english", "corrected", "updated")
NOTHING = ("missing", "gone")
WITH_FEEDS = ("directory", *CHANNELS, *BULLETINS)
PAGES = (*WITH_FEEDS, *NOTHING)

CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = channels(colour).map((channel) => linear(channel / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let up = element; up; up = up.parentElement) {
      const colour = getComputedStyle(up).backgroundColor;
      if ((channels(colour)[3] ?? 1) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !element.checkVisibility()) continue;
    const pair = [luminance(getComputedStyle(element).color), luminance(ground(element))].sort((a, b) => b - a);
    found.push([(pair[0] + 0.05) / (pair[1] + 0.05), texts.currentNode.data.trim().slice(0, 40)]);
  }
  return found;
}"""

HEADINGS = "() => [...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1]))"
UNNAMED = """() => [...document.querySelectorAll('input, button, a, select, textarea')]
  .filter((element) => !element.textContent.trim() && !(element.labels && element.labels.length))
  .filter((element) => !element.querySelector('img[alt]:not([alt=""])')).length"""
LOADED = """(image) => image.complete ? image.naturalWidth > 0 : new Promise((tell) => {
  image.addEventListener("load", () => tell(true));
  image.addEventListener("error", () => tell(false));
})"""
CHOSEN = "(image) => image.currentSrc.split('.').pop()"


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("name", PAGES)
def test_page_fits_and_loads_cleanly(
    shown: ShownSite, visit: Callable[..., Visit], name: str, viewport: dict[str, int]
) -> None:
    address = shown.address(name)
    visited = visit(address, viewport=viewport)
    own_answer = f"({address})"
    complaints = [words for words in visited.complaints if not (name in NOTHING and words.endswith(own_answer))]
    assert complaints == []
    assert visited.hosts == {urlsplit(shown.url).netloc}
    assert _width(visited.page) <= viewport["width"]


@pytest.mark.parametrize("name", ["photo", "technical", "english"])
def test_largest_type_still_fits_a_phone(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    page = visit(shown.address(name), viewport=PHONE).page
    larger = page.get_by_role("button", name="Tăng cỡ chữ")
    while larger.is_enabled():
        larger.click()
    assert _width(page) <= PHONE["width"]


@pytest.mark.parametrize("name", PAGES)
def test_structure_carries_a_screen_reader(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    page = visit(shown.address(name)).page
    levels = page.evaluate(HEADINGS)
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in pairwise(levels)), levels
    assert page.evaluate("document.documentElement.lang") == "vi"
    assert all(page.get_by_role(landmark).count() == 1 for landmark in ("banner", "main", "contentinfo"))
    assert page.evaluate(UNNAMED) == 0
    assert page.locator("img:not([alt])").count() == 0
    assert SITE_NAME in page.title()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "name", ["directory", "category", "photo", "corrected", "updated", "technical", "merged", "gone"]
)
def test_all_text_stands_out_from_its_ground(
    shown: ShownSite, visit: Callable[..., Visit], name: str, scheme: str
) -> None:
    found = visit(shown.address(name), color_scheme=scheme).page.evaluate(CONTRASTS)
    assert len(found) > 5
    assert [(round(ratio, 2), text) for ratio, text in found if ratio < 4.5] == []


@pytest.mark.parametrize("name", ["directory", "all", "photo"])
def test_skip_link_is_the_first_stop_of_the_keyboard(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    page = visit(shown.address(name)).page
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Chuyển đến nội dung chính"
    box = focused.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("name", WITH_FEEDS)
def test_autodiscovery_leads_to_documents(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    page = visit(shown.address(name)).page
    links = page.locator("head link[rel=alternate]").evaluate_all(
        "(links) => links.map((link) => [link.type, link.title, link.href])"
    )
    lists = {"text/x-opml"} if name in ("directory", *BULLETINS) else set()
    assert {media_type for media_type, _, _ in links} == set(MEDIA_TYPES.values()) | lists
    assert len({title for _, title, _ in links}) == len(links)
    for media_type, _, address in links:
        answer = page.request.get(address)
        assert answer.status == 200
        assert answer.headers["content-type"].split(";")[0] == media_type


def test_a_bulletin_offers_the_feeds_of_everything_and_of_its_first_category(
    shown: ShownSite, visit: Callable[..., Visit]
) -> None:
    page = visit(shown.address("photo")).page
    links = page.locator("head link[rel=alternate]").evaluate_all("(links) => links.map((link) => link.href)")
    assert f"{shown.url}/feeds/all.atom" in links
    assert f"{shown.url}/feeds/category/van-nghe-the-thao.atom" in links


@pytest.mark.parametrize("name", WITH_FEEDS)
def test_page_says_who_it_is_to_search_engines_and_networks(
    shown: ShownSite, visit: Callable[..., Visit], name: str
) -> None:
    page = visit(shown.address(name)).page
    said = dict(
        page.locator("head meta[property], head meta[name]").evaluate_all(
            "(tags) => tags.map((tag) => [tag.getAttribute('property') || tag.name, tag.content])"
        )
    )
    assert page.locator("link[rel=canonical]").get_attribute("href") == shown.address(name) == said["og:url"]
    assert len(said["description"]) > 10
    assert said["og:title"]
    assert said["og:type"] == ("article" if name in BULLETINS else "website")
    assert said.get("og:locale") == (None if name == "english" else "vi_VN")
    if name == "photo":
        assert page.request.get(said["og:image"]).headers["content-type"] == "image/jpeg"


def test_photos_are_shown_and_a_caption_without_photo_is_quiet(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    assert chosen(page.locator("article img")) == ["webp"]
    figures = page.locator("article figure")
    assert figures.count() == 2
    assert figures.nth(1).locator("img").count() == 0
    assert "Bàn giao nhiệm vụ Trưởng Khối" in figures.nth(1).inner_text()
    assert figures.nth(1).inner_text().startswith("Chú thích ảnh:")


def chosen(images: Locator) -> list[str]:
    """Wait until pictures are there, which they need not be when their page is; give the kinds of their files."""
    assert [image.evaluate(LOADED) for image in images.all()] == [True] * images.count()
    return [str(image.evaluate(CHOSEN)) for image in images.all()]


def test_thumbnail_keeps_its_place_before_it_arrives(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    thumb = visit(shown.address("category")).page.locator(".story img").first
    assert (thumb.get_attribute("width"), thumb.get_attribute("height")) == ("320", "213")
    assert chosen(thumb) == ["webp"]


@pytest.mark.parametrize("name", ["photo", "category"])
def test_a_phone_fetches_no_more_than_it_shows(shown: ShownSite, visit: Callable[..., Visit], name: str) -> None:
    page = visit(shown.address(name), viewport=PHONE).page
    first = page.locator("article img").first
    assert len(chosen(first)) == 1
    address, shown_px = first.evaluate("(image) => [image.currentSrc, image.clientWidth]")
    with Image.open(io.BytesIO(page.request.get(address).body())) as fetched:
        assert shown_px <= fetched.width <= 640


def test_a_photo_opens_as_it_was_taken(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    follow(page.locator("article figure a"))
    assert page.locator("img").evaluate("(image) => image.naturalWidth") == 1600


def test_documents_are_named_and_can_be_fetched(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    papers = page.get_by_role("region", name="Văn bản kèm theo")
    assert papers.get_by_role("listitem").count() == 2
    link = papers.get_by_role("link")
    assert " ".join(link.inner_text().split()) == f"PDF {PLAN} 1234/QĐ-UBND · PDF, {len(PLAN_BYTES)} bytes"
    fetched = page.request.get(link.get_attribute("href") or "")
    assert (fetched.status, fetched.body()) == (200, PLAN_BYTES)
    assert fetched.headers["content-type"] == "application/pdf"
    waiting = papers.get_by_role("listitem").nth(1)
    assert "Chưa có tệp để tải về" in waiting.inner_text()
    assert waiting.get_by_role("link").count() == 0


def test_a_bulletin_names_people_bodies_and_categories(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    footer = page.locator("article > footer")
    for name in ("Thu Trang", "Hoàng Lan", "Hội Nông dân tỉnh Vân Sơn", "Văn nghệ – Thể thao", "Văn hóa – Xã hội"):
        address = footer.get_by_role("link", name=name, exact=True).get_attribute("href")
        assert address is not None
        assert page.request.get(address).status == 200
    assert page.locator("article time").first.get_attribute("datetime") == "2026-10-30"


def test_another_language_is_declared_where_it_stands(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("english")).page
    assert page.locator("h1").get_attribute("lang") == "en"
    assert page.locator("article p", has_text="ten bulletins").evaluate("(p) => p.closest('[lang]').lang") == "en"
    assert page.locator("article time").evaluate("(time) => time.closest('[lang]').lang") == "vi"


def test_a_correction_is_announced_with_its_time(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("corrected")).page
    note = page.get_by_role("note", name="Đính chính")
    assert note.inner_text() == f"Đính chính Thứ Sáu, 20/11/2026, 15:00\n{NOTE}"
    assert page.locator("article time").evaluate_all("(all) => all.map((time) => time.dateTime)") == [
        "2026-11-04T08:00:00+07:00",
        "2026-11-20T15:00:00+07:00",
    ]
    assert visit(shown.address("photo")).page.get_by_text("Đính chính").count() == 0
    stories = visit(shown.address("category")).page.locator(".story")
    assert [i for i, words in enumerate(stories.all_inner_texts()) if "Đính chính" in words] == [0]


def test_an_update_without_a_correction_is_said_as_that(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("updated")).page
    assert page.locator(".day").inner_text().splitlines()[1] == "Cập nhật: Thứ Sáu, 20/11/2026, 15:00"
    assert page.get_by_text("Đính chính").count() == 0


def test_a_withdrawn_bulletin_says_why_and_leads_on(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("gone")).page
    assert page.get_by_text(REASON).is_visible()
    assert page.get_by_text("20/11/2026").is_visible()
    assert "ngừng cấp nước" not in page.content()
    follow(page.get_by_role("link", name="Xem tất cả bản tin"))
    assert page.url == shown.address("all")


def test_a_merged_bodys_channel_leads_to_its_successor(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("merged")).page
    assert page.locator(".notice").inner_text().startswith(f"Từ ngày 01/07/2026, {PLANNING} sáp nhập vào {FINANCE}.")
    follow(page.get_by_role("link", name=f"Xem kênh tin {FINANCE}"))
    assert page.locator("h1").inner_text() == f"Bản tin của {FINANCE}"
    assert page.locator(".notice").count() == 0


def test_a_renamed_bodys_channel_names_what_it_was(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("renamed")).page
    assert page.get_by_text(f"Tên trước đây: {COUNTRYSIDE} (đến 01/07/2026).").is_visible()
    assert COUNTRYSIDE in page.locator(".story").first.inner_text()


def test_the_directory_is_quiet_about_what_ended(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("directory")).page
    ended = page.locator(".ended")
    assert [[line for line in words.splitlines() if line][:2] for words in ended.all_inner_texts()] == [
        [CLOSED, "Đã đóng từ ngày 01/07/2026."],
        [PLANNING, f"Đã sáp nhập vào {FINANCE} từ ngày 01/07/2026."],
        [PLANNING, f"Đã sáp nhập vào {FINANCE} từ ngày 01/07/2026."],
    ]
    groups = page.locator(".group")
    for group in (0, 1, 2):
        classes = groups.nth(group).locator(".channel").evaluate_all("(all) => all.map((one) => one.className)")
        assert classes == sorted(classes)
        assert classes[-1] == "channel ended"


def test_older_bulletins_are_reached_and_left_again(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("all")).page
    newest = page.locator(".story h3").all_inner_texts()
    follow(page.get_by_role("link", name="Xem các bản tin cũ hơn"))
    older = page.locator(".story h3").all_inner_texts()
    assert len(newest) == PER_PAGE
    assert len(older) == 3
    assert not set(newest) & set(older)
    assert page.locator("link[rel=canonical]").get_attribute("href") == page.url
    follow(page.get_by_role("link", name="Về các bản tin mới nhất"))
    assert page.url == shown.address("all")


def test_an_empty_channel_says_so_in_words(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("empty")).page
    assert page.get_by_text("Kênh này chưa có bản tin nào").is_visible()
    assert page.locator(".story").count() == 0


def test_paper_carries_the_text_and_its_address_alone(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo"), color_scheme="dark").page
    page.emulate_media(media="print", color_scheme="dark")
    assert page.get_by_text(shown.address("photo")).is_visible()
    assert not page.get_by_role("button", name="Tăng cỡ chữ").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def _width(page: Page) -> int:
    width: int = page.evaluate("Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)")
    return width
