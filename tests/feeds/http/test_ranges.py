"""Which part of a file a Range header asks for, whatever it says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.http.ranges import Part, Unsatisfiable, find_part

ETAG = '"abc"'


def part(said: str | None, size_bytes: int = 100, if_range: str | None = None) -> Part | None:
    return find_part(range_header=said, if_range=if_range, etag=ETAG, size_bytes=size_bytes)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, None),
        ("bytes=0-0", Part(0, 1)),
        ("bytes=0-99", Part(0, 100)),
        ("bytes=0-100", Part(0, 100)),
        ("bytes=99-", Part(99, 100)),
        ("bytes=-1", Part(99, 100)),
        ("bytes=-100", Part(0, 100)),
        ("bytes=-101", Part(0, 100)),
        ("bytes=007-08", Part(7, 9)),
        ("BYTES=1-2", Part(1, 3)),
        ("bytes=2-1", None),
        ("bytes=1-2,5-6", None),
        ("bytes=-", None),
        ("bytes 1-2", None),
        ("bytes=1-2x", None),
        ("bytes=+1-2", None),
        ("bytes=١-٢", None),
        ("lines=1-2", None),
        ("bytes=1-" + "9" * 5_000, None),
    ],
)
def test_a_range_is_understood_or_passed_over(said: str | None, expected: Part | None) -> None:
    assert part(said) == expected


@pytest.mark.parametrize("said", ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999-"])
def test_a_range_without_a_byte_of_the_file_is_refused(said: str) -> None:
    with pytest.raises(Unsatisfiable):
        part(said)


@pytest.mark.parametrize("said", ["bytes=0-0", "bytes=0-", "bytes=-1"])
def test_an_empty_file_has_no_part(said: str) -> None:
    with pytest.raises(Unsatisfiable):
        part(said, size_bytes=0)


def test_a_part_is_only_given_of_the_version_that_is_meant() -> None:
    assert part("bytes=1-2", if_range=ETAG) == Part(1, 3)
    for other in ('"other"', f"W/{ETAG}", "abc", "Fri, 20 Nov 2026 05:00:00 GMT", ""):
        assert part("bytes=1-2", if_range=other) is None


@given(st.one_of(st.text(), st.from_regex(r"bytes=[0-9]{0,4}-[0-9]{0,4}", fullmatch=True)), st.integers(0, 1_000))
def test_a_part_lies_within_the_file(said: str, size_bytes: int) -> None:
    try:
        found = part(said, size_bytes)
    except Unsatisfiable:
        return
    assert found is None or 0 <= found.start < found.end <= size_bytes
