from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.slugs import slugify


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Số 1.234/QĐ-UBND", "so-1-234-qd-ubnd"),
        ("Đoàn Ðoàn ðua", "doan-doan-dua"),
        ("Ủy ban Mặt trận Tổ quốc tỉnh Bắc Kạn", "uy-ban-mat-tran-to-quoc-tinh-bac-kan"),
        ("Tăng 12,5% & AT&amp;T", "tang-12-5-at-amp-t"),
        ("  --  Tin  --  ", "tin"),
    ],
)
def test_slug(text: str, wanted: str) -> None:
    assert slugify(text) == wanted
    assert slugify(unicodedata.normalize("NFD", text)) == wanted


def test_cut_between_words() -> None:
    assert slugify("một hai ba bốn năm", max_chars=12) == "mot-hai-ba"
    assert slugify("một hai ba bốn năm", max_chars=10) == "mot-hai-ba"
    assert slugify("a" * 50, max_chars=20) == "a" * 20


def test_text_without_words_gets_a_stable_slug_of_its_own() -> None:
    assert re.fullmatch("x[0-9a-f]{8}", slugify("🎉"))
    assert slugify("🎉") == slugify("🎉") != slugify("🎊")


@given(st.text(alphabet=st.characters()), st.integers(9, 80))
def test_every_slug_fits_an_address(text: str, max_chars: int) -> None:
    slug = slugify(text, max_chars=max_chars)
    assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", slug)
    assert len(slug) <= max_chars
    assert slugify(slug, max_chars=max_chars) == slug


def test_too_short_a_limit_is_an_error() -> None:
    with pytest.raises(ValueError, match="8"):
        slugify("tin", max_chars=8)
