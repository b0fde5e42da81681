from __future__ import annotations

from pathlib import Path

import pytest

from store.text.syllables import is_legal_syllable, is_written_syllable, legal_share
from tests.support.costs import cpu_seconds

SEED = Path(__file__).parents[4] / "shared" / "seeds" / "000_797fa7dbd97559af.txt"
LEGAL = (
    "ông nghiêng hòa hoà thủy thuỷ quý quí giếng gì giữ khuỷu ngoài NGUYỄN Huỳnh Kạn việt yêu khuya thuở quốc đường "
    "rượu oanh ướt xoong mỹ Đắk ủy uỷ huyện ghế nghỉ quyết loa mía của lửa"
)
ILLEGAL = "cat met Guðmundur gê ngi kóng café für hóàn hòan đ àcb việ bắt1 quoc tàc hạch. ceo fan zalo ươ nghà cê"


@pytest.mark.parametrize("word", LEGAL.split())
def test_vietnamese_words_are_legal(word: str) -> None:
    assert is_legal_syllable(word)


@pytest.mark.parametrize("word", ["", "thi đua", *ILLEGAL.split()])
def test_other_words_are_not(word: str) -> None:
    assert not is_legal_syllable(word)


@pytest.mark.parametrize(("word", "written"), [("hội", True), ("Hội", True), ("HỘI", True), ("hỘi", False)])
def test_letter_case_tells_what_people_write(word: str, written: bool) -> None:
    assert is_legal_syllable(word)
    assert is_written_syllable(word) is written


def test_share_counts_words_with_letters_only() -> None:
    assert legal_share("Hội nghị 2020, – UBND facebook") == 0.5
    assert legal_share("12 – 30") == 0.0
    assert legal_share("") == 0.0


@pytest.mark.skipif(not SEED.exists(), reason="the real page is not beside the project")
def test_a_real_page_is_nearly_all_legal_and_quickly_measured() -> None:
    page = SEED.read_text("utf-8")
    assert legal_share(page) > 0.95
    assert cpu_seconds(lambda: legal_share(page * 40), bound_seconds=0.5) < 0.5
