"""What a client says it takes and holds, as RFC 3229 writes it; what cannot be read is as if it had not been said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.http.deltas import Held, held_by, takes_feed

MARK = "0123456789"
TAG = f"{MARK}abcdef0123456789abcd"


@pytest.mark.parametrize(
    ("a_im", "takes"),
    [
        ("feed", True),
        ("FEED", True),
        ("vcdiff, feed", True),
        ("vcdiff;q=0.9 , feed ; q=0.5, gzip", True),
        ("feed;q=1.0", True),
        ("feed;q=0.001", True),
        ("feed;q=0", False),
        ("feed; q = 0.000", False),
        ("feed;v=1;q=0.0", False),
        ("feeds", False),
        ("x-feed", False),
        ("gzip", False),
        ("", False),
        (None, False),
    ],
)
def test_who_takes_deltas(a_im: str | None, takes: bool) -> None:
    assert takes_feed(a_im) is takes


@pytest.mark.parametrize(
    ("if_none_match", "held"),
    [
        (f'"41-{TAG}"', (Held(41, MARK),)),
        (f'W/"41-{TAG}"', (Held(41, MARK),)),
        (f'"41-{TAG}-gzip"', (Held(41, MARK),)),
        (f'"7-{TAG}", "other", "300-{TAG}"', (Held(300, MARK), Held(7, MARK))),
        (f'"0-{TAG}", "041-{TAG}", "{"9" * 19}-{TAG}", "41-abc"', ()),
        (f"41-{TAG}", ()),
        ("*", ()),
        (None, ()),
    ],
)
def test_tags_that_could_be_ours(if_none_match: str | None, held: tuple[Held, ...]) -> None:
    assert held_by(if_none_match) == held


def test_a_long_list_is_not_gone_through() -> None:
    assert len(held_by(", ".join(f'"{n}-{TAG}"' for n in range(1, 500)))) == 8


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_header_is_an_error(a_im: str, if_none_match: str) -> None:
    assert takes_feed(a_im) in {True, False}
    assert isinstance(held_by(if_none_match), tuple)
