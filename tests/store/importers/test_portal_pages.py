"""Every page of tests/data/portal becomes what stands beside it, and the real page what a person reads in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from store.importers.portal import Kind, Page, read_page
from store.text.charsets import decode
from store.text.markup import figure_numbers, plain_text, sanitise

PAGES = Path(__file__).parents[2] / "data" / "portal"
SEED = Path(__file__).parents[4] / "shared" / "seeds" / "000_797fa7dbd97559af.txt"
NAMES = sorted(path.stem for path in PAGES.glob("*.txt"))
FURNITURE = (
    "cỡ chữ",
    "block_bantin",
    "lượt xem",
    "skip ",
    "bỏ qua đến",
    "quay lại",
    "gửi email",
    "các tin khác",
    "./.",
)


def page_of(path: Path) -> Page:
    return read_page(decode(path.read_bytes()).text)


def as_told(page: Page) -> dict[str, Any]:
    return {
        "title": page.title,
        "lead": page.lead,
        "moment": page.moment.instant.isoformat(),
        "precision": page.moment.precision.value,
        "blocks": [
            {"kind": block.kind.value, "text": block.text, **({"credit": block.credit} if block.credit else {})}
            for block in page.blocks
        ],
        "bylines": list(page.bylines),
        "warnings": list(page.warnings),
        "doubtful": [decision.kind.value for decision in page.decisions if decision.doubtful],
    }


@pytest.mark.parametrize("name", NAMES)
def test_page_becomes_what_stands_beside_it(name: str) -> None:
    wanted = json.loads((PAGES / f"{name}.json").read_text(encoding="utf-8"))
    assert as_told(page_of(PAGES / f"{name}.txt")) == wanted


def test_there_are_enough_pages() -> None:
    assert len(NAMES) >= 12


@pytest.mark.parametrize("name", NAMES)
def test_no_furniture_reaches_readers(name: str) -> None:
    page = page_of(PAGES / f"{name}.txt")
    read = "\n".join((page.title, page.lead, plain_text(page.body), *page.bylines)).casefold()
    assert [words for words in FURNITURE if words in read] == []


@pytest.mark.parametrize("name", NAMES)
def test_body_passes_the_sanitiser_unchanged(name: str) -> None:
    page = page_of(PAGES / f"{name}.txt")
    assert sanitise(page.body) == page.body
    assert figure_numbers(page.body) == tuple(attachment.number for attachment in page.attachments)


@pytest.mark.parametrize("name", NAMES)
def test_every_caption_and_subheading_tells_its_evidence(name: str) -> None:
    page = page_of(PAGES / f"{name}.txt")
    told = {decision.line for decision in page.decisions if decision.evidence}
    assert {block.line for block in page.blocks if block.kind in (Kind.CAPTION, Kind.SUBHEADING)} <= told


@pytest.mark.skipif(not SEED.exists(), reason="the real page is not part of the project; it lies beside it")
def test_the_real_page() -> None:
    page = page_of(SEED)
    assert page.title == "Khối thi đua MTTQ và các đoàn thể tổng kết công tác thi đua, khen thưởng năm 2020"
    assert page.lead.startswith("Chiều 29/12, Khối thi đua")
    assert page.lead.endswith("triển khai nhiệm vụ năm 2021.")
    assert (page.moment.instant.isoformat(), page.moment.precision.value) == ("2020-12-30T12:00:00+07:00", "day")
    assert page.bylines == ("Thu Trang",)
    assert page.warnings == ()
    assert [block.kind for block in page.blocks] == [
        Kind.PARAGRAPH,
        Kind.CAPTION,
        Kind.PARAGRAPH,
        Kind.CAPTION,
        Kind.PARAGRAPH,
        Kind.PARAGRAPH,
    ]
    assert [attachment.caption for attachment in page.attachments] == [
        "Các đơn vị trong Khối ký kết giao ước thi đua năm 2021",
        "Hội LHPN tỉnh bàn giao Trưởng Khối thi đua năm 2021 cho Liên đoàn Lao động tỉnh",
    ]
    assert page.blocks[-1].text.endswith("phát triển kinh tế - xã hội của tỉnh.")
    assert not any(decision.doubtful for decision in page.decisions)
    read = "\n".join((page.title, page.lead, plain_text(page.body))).casefold()
    assert [words for words in FURNITURE if words in read] == []
