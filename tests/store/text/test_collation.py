"""The Vietnamese alphabetical order."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from store.text.collation import sort_key

ORDERED = [
    "12 xã",
    "Ban Tổ chức",
    "Bàn",
    "Bản",
    "Bãn",
    "Bán",
    "Bạn",
    "Bàn giao",
    "Băng",
    "Bâng",
    "Công an",
    "Dân vận",
    "Đài Phát thanh",
    "Đoàn",
    "Ê ke",
    "Hội",
    "Ô tô",
    "Ơn",
    "Sở",
    "Ủy ban",
    "Ưu đãi",
    "Văn phòng",
]


def test_lists_sort_as_in_a_dictionary() -> None:
    # "Ban Tổ chức" and "Bàn giao" are longer than their first word, which alone comes before them.
    mixed = ORDERED[:]
    random.Random(7).shuffle(mixed)
    in_order = sorted(mixed, key=sort_key)
    alone = [word for word in in_order if " " not in word]
    assert alone == [word for word in ORDERED if " " not in word]
    assert [word[0] for word in in_order] == sorted((word[0] for word in ORDERED), key=sort_key)


def test_decomposed_and_composed_are_the_same() -> None:
    assert sort_key("Đa\u0309ng")[:2] == sort_key("Đảng")[:2]


@given(st.text(max_size=20))
def test_any_text_has_a_key(text: str) -> None:
    assert sort_key(text) == sort_key(text)
    assert sorted([text, ""], key=sort_key)[0] == "" or text == ""
