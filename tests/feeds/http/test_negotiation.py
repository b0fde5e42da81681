"""Which coding an Accept-Encoding header asks for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.http.codings import code, decode
from feeds.http.negotiation import CODINGS, IDENTITY, best_coding


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate, zstd", "zstd"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("gzip ; q=0.8 , br ; q=0.8", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.000, gzip", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "zstd"),
        ("gzip;q=0.5, *;q=0.1", "gzip"),
        ("deflate", "identity"),
        ("gzip;q=0", "identity"),
        ("identity", "identity"),
        ("identity;q=0.5, gzip;q=0.4", "identity"),
        ("identity;q=0.5, gzip;q=0.5", "gzip"),
        ("identity;q=0, gzip", "gzip"),
        ("identity;q=0", None),
        ("*;q=0", None),
        ("*;q=0, gzip", "gzip"),
        ("*;q=0, identity", "identity"),
        ("br;q=nonsense, gzip", "gzip"),
        ("br;q=2, gzip", "gzip"),
        ("br;level=9, gzip", "gzip"),
        (",, ,gzip,,", "gzip"),
        ("gzip" + " " * 400, "gzip"),
    ],
)
def test_a_header_asks_for_a_coding(header: str | None, coding: str | None) -> None:
    assert best_coding(header) == coding


@given(st.text(st.characters(codec="latin-1"), max_size=300))
@example("br;q=" + "0" * 500)
def test_any_header_is_understood_somehow(header: str) -> None:
    assert best_coding(header) in {*CODINGS, IDENTITY, None}


@given(st.binary(max_size=3_000), st.sampled_from([*CODINGS, IDENTITY]))
def test_what_was_coded_is_decoded_to_the_byte(body: bytes, coding: str) -> None:
    coded = code(body, coding)
    assert coded == code(body, coding), "the same bytes always give the same bytes"
    assert decode(coded, coding) == body


@pytest.mark.parametrize("coding", CODINGS)
def test_rubbish_is_decoded_to_nothing(coding: str) -> None:
    with pytest.raises(ValueError, match=f"no document in {coding}"):
        decode(b"no document at all", coding)
    with pytest.raises(ValueError, match=f"no document in {coding}"):
        decode(code(b"a document" * 50, coding)[:-9], coding)
