from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.excerpt import excerpt

TEXT = "Khối thi đua họp tại TP. Bắc Kạn. Các đơn vị thống nhất nhiệm vụ năm 2021, suy tôn các đơn vị."


def test_text_that_fits_stays_whole() -> None:
    assert excerpt("  Hội nghị\n tổng kết ") == "Hội nghị tổng kết"
    assert excerpt(TEXT, max_chars=len(TEXT)) == TEXT


def test_cut_behind_a_sentence_that_is_no_abbreviation() -> None:
    assert excerpt(TEXT, max_chars=60) == "Khối thi đua họp tại TP. Bắc Kạn. …"


def test_cut_behind_a_word_where_the_sentence_is_too_short() -> None:
    assert excerpt(TEXT, max_chars=76) == "Khối thi đua họp tại TP. Bắc Kạn. Các đơn vị thống nhất nhiệm vụ năm 2021…"
    assert excerpt(TEXT, max_chars=30) == "Khối thi đua họp tại TP. Bắc…"


def test_a_word_longer_than_the_limit_is_cut() -> None:
    assert excerpt("x" * 300, max_chars=20) == "x" * 19 + "…"


@given(st.text(alphabet="aĐ. ,!?…”(1\n"), st.integers(2, 60))
def test_an_excerpt_is_a_beginning_within_the_limit(text: str, max_chars: int) -> None:
    whole = " ".join(text.split())
    cut = excerpt(text, max_chars=max_chars)
    assert len(cut) <= max_chars
    assert cut == whole or (cut.endswith("…") and whole.startswith(cut[:-1].rstrip()))


def test_no_room_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        excerpt("tin", max_chars=1)
