"""Queries: whatever is typed is read one way, folded as the words are that it looks for, and never an error."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from store.text.queries import (
    QUERY_CHARS,
    TEXT_BYTES,
    WORD_CHARS,
    canonical_query,
    quoted_terms,
    searched_words,
    terms_of,
)

VIETNAMESE = st.text("aăâbcdđeêghioôơuưnmtyàảãáạằẵắặấậếệìíịòọốộớợùúụứựýỳ \"“”«»-,./()*:^_+{}'&|!<>12", max_size=60)
TYPED = st.one_of(st.text(max_size=80), VIETNAMESE)


@given(TYPED)
@example('"')
@example('"" "')
@example("\ud800 a")
@example("a" * 5_000)
@example('"' + "nông dân " * 400 + '"')
@example("越南" * 300)
@example("\u1100\u1161\u11a8 각")
def test_a_canonical_query_is_read_as_itself(typed: str) -> None:
    query = canonical_query(typed)
    assert canonical_query(query) == query
    assert len(query) <= QUERY_CHARS
    assert query == query.strip()
    assert bool(query) == bool(terms_of(query))


@given(TYPED)
def test_letters_are_folded_alike_however_they_are_spelt(typed: str) -> None:
    query = canonical_query(typed)
    for other in (unicodedata.normalize("NFD", typed), unicodedata.normalize("NFC", typed), f"  {typed}\t"):
        assert canonical_query(other) == query


@given(VIETNAMESE)
def test_capitals_mean_nothing(typed: str) -> None:
    assert canonical_query(typed.upper()) == canonical_query(typed)


@given(TYPED)
def test_what_a_text_says_is_found_by_its_own_words(typed: str) -> None:
    words = searched_words([typed]).split()
    for term in terms_of(canonical_query(typed)):
        assert any(tuple(words[at : at + len(term)]) == term for at in range(len(words)))


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("Nông dân", "nong dan"),
        ("  ĐẢNG   BỘ ", "dang bo"),
        ("Ðoàn thanh niên", "doan thanh nien"),
        ("“Hội Nông dân” tỉnh", '"hoi nong dan" tinh'),
        ("«một» hai", "mot hai"),
        ('"nông dân', "nong dan"),
        ("1234/QĐ-UBND", "1234 qd ubnd"),
        ("thi đua thi đua", "thi dua"),
        ("nông* OR NOT(dân) ^x a:b", "nong or not dan x a b"),
        ("x_y", "x y"),
        ("100 m²", "100 m2"),
        ("越南新闻", "越南新闻"),
        ("Москва", "москва"),
        ("?!… –", ""),
        ("", ""),
    ],
)
def test_how_queries_are_spelt(typed: str, query: str) -> None:
    assert canonical_query(typed) == query


def test_words_past_the_limit_are_left_out_whole() -> None:
    title = (
        "Hội nghị tổng kết công tác thi đua khen thưởng và phong trào nông dân sản xuất kinh doanh giỏi toàn tỉnh năm"
    )
    query = canonical_query(title * 2)
    assert 90 < len(query) <= QUERY_CHARS
    assert f"{canonical_query(title)} ".startswith(f"{query} ")
    assert canonical_query(f'"{title}"').endswith('"')
    assert len(canonical_query("a" * 300)) == QUERY_CHARS


def test_a_phrase_is_one_term_and_scripts_without_spaces_are_read_letter_by_letter() -> None:
    assert terms_of('"hoi nong dan" tinh') == (("hoi", "nong", "dan"), ("tinh",))
    assert terms_of("越南 báo") == (("越", "南"), ("bao",))
    assert terms_of('"họp 越南"') == (("hop", "越", "南"),)
    assert searched_words(["Tin 越南新闻, ភាសាខ្មែរ"]).split()[:5] == ["tin", "越", "南", "新", "闻"]


def test_terms_are_said_as_people_read_them() -> None:
    assert quoted_terms("nong dan tinh") == ("nong dan tinh",)
    assert quoted_terms('"hoi nong dan" tinh doan "bac kan"') == ("hoi nong dan", "tinh doan", "bac kan")
    assert quoted_terms("") == ()


def test_no_text_is_too_long_and_no_word_either() -> None:
    words = searched_words(["đầu tiên", "ă" * 10_000, "chữ đệm " * 100_000])
    assert len(words.encode()) <= TEXT_BYTES
    assert words.startswith("dau tien " + "a" * WORD_CHARS + " chu dem")
    assert words.endswith((" chu", " dem"))
    assert canonical_query("ă" * 10_000) == "a" * WORD_CHARS


def test_every_character_folds_to_what_folds_to_itself() -> None:
    # In the living alphabets; the others were gone through once.
    for code in range(0x3000):
        words = searched_words([chr(code)])
        assert searched_words([words]) == words, hex(code)
