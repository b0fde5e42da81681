"""What readers do on the pages, in a real browser: size the type, copy an address, find a channel; scripts or not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from feeds.documents.model import Format
from tests.feeds.web.shown_site import ShownSite
from tests.support.browser import PHONE, Visit

NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('refused'); } });"
NO_CLIPBOARD = "Object.defineProperty(navigator, 'clipboard', { value: undefined });"


def test_buttons_step_the_type_up_and_down_and_back(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    normal = _type_px(page)
    larger = _press(page, "Tăng cỡ chữ")
    largest = _press(page, "Tăng cỡ chữ")
    assert normal < larger < largest
    assert _press(page, "Giảm cỡ chữ") == larger
    assert _press(page, "Bình thường") == normal
    assert _press(page, "Giảm cỡ chữ") < normal
    assert page.get_by_role("button", name="Giảm cỡ chữ").is_disabled()
    page.keyboard.press("Enter")
    assert _type_px(page) < normal


def test_type_is_sized_without_scripts(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo"), java_script_enabled=False, viewport=PHONE).page
    normal = _type_px(page)
    sizes = []
    for name in ("Giảm cỡ chữ", "Tăng cỡ chữ", "Tăng nữa", "Lớn nhất"):
        page.get_by_text(name, exact=True).locator("visible=true").click()
        sizes.append(_type_px(page))
    assert sizes == sorted(set(sizes))
    assert sizes[0] < normal < sizes[1]
    page.get_by_text("Bình thường", exact=True).locator("visible=true").click()
    assert _type_px(page) == normal
    page.keyboard.press("ArrowRight")
    assert _type_px(page) == sizes[1]


def test_the_chosen_size_is_remembered_on_other_bulletins(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("photo")).page
    normal = _type_px(page)
    chosen = _press(page, "Tăng cỡ chữ")
    page.goto(shown.address("technical"))
    assert _type_px(page) == chosen
    _press(page, "Bình thường")
    page.goto(shown.address("photo"))
    assert _type_px(page) == normal


def test_a_browser_that_keeps_nothing_still_sizes_the_type(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    visited = visit(shown.address("photo"), init_script=NO_STORAGE)
    normal = _type_px(visited.page)
    assert _press(visited.page, "Tăng cỡ chữ") > normal
    assert visited.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_every_format_has_a_field_with_its_address(
    shown: ShownSite, visit: Callable[..., Visit], scripts: bool
) -> None:
    page = visit(shown.address("category"), java_script_enabled=scripts).page
    block = page.get_by_role("region", name="Đăng ký theo dõi")
    for label, document_format in (("RSS", Format.RSS), ("Atom", Format.ATOM), ("JSON Feed", Format.JSON)):
        field = block.get_by_role("textbox", name=label)
        assert field.input_value() == f"{shown.address('category')}.{document_format.value}"
        assert field.is_visible()
        assert field.get_attribute("readonly") is not None
        assert page.request.get(field.input_value()).headers["content-type"].startswith(document_format.media_type)
    assert block.get_by_role("button").count() == (3 if scripts else 0)


@pytest.mark.parametrize("init_script", ["", NO_CLIPBOARD], ids=["clipboard", "plain-http"])
def test_the_button_copies_the_address_and_says_so(
    shown: ShownSite, visit: Callable[..., Visit], init_script: str
) -> None:
    page = visit(
        shown.address("category"), permissions=["clipboard-read", "clipboard-write"], init_script=init_script
    ).page
    page.get_by_role("button", name="Sao chép địa chỉ Atom").click()
    expect(page.get_by_role("status")).to_have_text("Đã sao chép địa chỉ Atom.")
    search = page.context.new_page()
    search.goto(shown.address("directory"))
    search.get_by_label("Tìm kênh theo tên").focus()
    search.keyboard.press("ControlOrMeta+V")
    expect(search.get_by_label("Tìm kênh theo tên")).to_have_value(f"{shown.address('category')}.atom")


def test_a_phone_leads_to_the_addresses_at_once(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("all"), viewport=PHONE).page
    page.get_by_role("link", name="Đăng ký theo dõi").click()
    expect(page.get_by_role("textbox", name="RSS")).to_be_in_viewport()


def test_the_filter_forgets_marks_and_keeps_parents(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("directory")).page
    names = page.locator(".group .title:visible")
    everything = names.all_inner_texts()
    field = page.get_by_label("Tìm kênh theo tên")
    field.fill("VAN nghe")
    assert names.all_inner_texts() == ["Văn hóa – Xã hội", "Văn nghệ – Thể thao"]
    expect(page.get_by_role("status")).to_have_text("1 kênh phù hợp")
    field.fill("không có gì")
    assert names.all_inner_texts() == []
    expect(page.get_by_role("status")).to_contain_text("Không có kênh nào")
    field.fill("")
    assert names.all_inner_texts() == everything


def test_the_directory_lists_channels_with_counts_and_formats(shown: ShownSite, visit: Callable[..., Visit]) -> None:
    page = visit(shown.address("directory"), java_script_enabled=False).page
    assert not page.get_by_label("Tìm kênh theo tên").is_visible()
    parent = page.locator(".group li", has=page.get_by_role("link", name="Văn hóa – Xã hội", exact=True)).first
    assert "5 bản tin" in parent.locator(".channel").first.inner_text()
    assert parent.locator("li .title").all_inner_texts() == ["Văn nghệ – Thể thao"]
    for label, extension in (("RSS", "rss"), ("Atom", "atom"), ("JSON Feed", "json")):
        link = page.get_by_role("link", name=f"{label} – Môi trường", exact=True)
        assert link.get_attribute("href") == f"{shown.address('empty')}.{extension}"


def _type_px(page: Page) -> float:
    size = page.locator("article .body p").first.evaluate("(text) => getComputedStyle(text).fontSize")
    return float(size.removesuffix("px"))


def _press(page: Page, name: str) -> float:
    page.get_by_role("button", name=name).click()
    return _type_px(page)
