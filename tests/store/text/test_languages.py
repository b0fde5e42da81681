from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.languages import canonical_language, is_language_tag


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("vi", "vi"),
        ("EN-gb", "en-GB"),
        ("tyz", "tyz"),
        ("es-419", "es-419"),
        ("ZH-hant-tw", "zh-Hant-TW"),
        ("sr-LATN", "sr-Latn"),
    ],
)
def test_a_tag_gets_its_usual_case(said: str, tag: str) -> None:
    assert canonical_language(said) == tag
    assert is_language_tag(tag)
    assert is_language_tag(said) is (said == tag)


@pytest.mark.parametrize(
    "said", ["", "v", "qq", "vi-", "vi_VN", "english", "vi-VNM", "12", "vi VN", "vi-VN\n", "zh-TW-Hant", "vı", "ſv"]
)
def test_what_is_no_tag(said: str) -> None:
    assert canonical_language(said) is None
    assert not is_language_tag(said)


@given(st.from_regex(r"\A[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?\Z"))
def test_the_case_of_a_tag_says_nothing(said: str) -> None:
    tag = canonical_language(said)
    assert tag == canonical_language(said.upper()) == canonical_language(said.lower())
    assert tag is None or is_language_tag(tag)
