"""Reading a distant object in pieces gives what reading a file gives, and no more is fetched than is read."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.attachments.ranged import FIRST_BYTES, LARGEST_BYTES, open_ranged

CONTENT = bytes(number * 7 % 251 for number in range(3 * LARGEST_BYTES + 12_345))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, 2 * FIRST_BYTES), st.just(0)),
        st.tuples(st.just("seek"), st.integers(0, len(CONTENT) + 10), st.just(io.SEEK_SET)),
        st.tuples(st.just("seek"), st.integers(-len(CONTENT), 10), st.just(io.SEEK_END)),
    ),
    max_size=12,
)


class Distant:
    """An object far away, and what was asked of it."""

    def __init__(self, content: bytes, first_bytes: int = FIRST_BYTES) -> None:
        self.content = content
        self.asked: list[tuple[int, int]] = []
        self.file = open_ranged(self.fetch, first=content[:first_bytes], size_bytes=len(content))

    def fetch(self, start: int, end: int) -> bytes:
        assert 0 <= start < end <= len(self.content), "a range that the object does not have"
        self.asked.append((start, end))
        return self.content[start:end]


@given(STEPS, st.sampled_from([0, 1, FIRST_BYTES, len(CONTENT)]))
def test_it_reads_like_a_file(steps: list[tuple[str, int, int]], first_bytes: int) -> None:
    distant, near = Distant(CONTENT, first_bytes).file, io.BytesIO(CONTENT)
    for step, amount, whence in steps:
        if step == "read":
            assert distant.read(amount) == near.read(amount)
        else:
            assert distant.seek(amount, whence) == near.seek(amount, whence)
        assert distant.tell() == near.tell()


def test_nothing_is_fetched_that_came_with_the_opening() -> None:
    distant = Distant(CONTENT)
    assert distant.file.read(FIRST_BYTES) == CONTENT[:FIRST_BYTES]
    assert distant.asked == []
    small = Distant(b"small")
    assert small.file.read() == b"small"
    assert small.asked == []


def test_pieces_grow_while_they_follow_each_other() -> None:
    distant = Distant(CONTENT)
    assert distant.file.read() == CONTENT
    sizes = [end - start for start, end in distant.asked]
    assert sizes[:3] == [2 * FIRST_BYTES, 4 * FIRST_BYTES, LARGEST_BYTES]
    assert max(sizes) == LARGEST_BYTES
    assert sum(sizes) == len(CONTENT) - FIRST_BYTES, "every byte once"


def test_a_jump_fetches_a_small_piece() -> None:
    distant = Distant(CONTENT)
    distant.file.seek(5_000_000)
    assert distant.file.read(100) == CONTENT[5_000_000:5_000_100]
    assert distant.asked == [(5_000_000, 5_000_000 + FIRST_BYTES)]


def test_an_object_that_ends_too_early_is_no_whole_file() -> None:
    file = open_ranged(lambda _start, _end: b"", first=b"begin", size_bytes=10)
    assert file.read(5) == b"begin"
    with pytest.raises(EOFError, match="at 5 of 10 bytes"):
        file.read(1)


def test_there_is_nothing_before_the_beginning() -> None:
    with pytest.raises(ValueError, match="before the beginning"):
        Distant(b"small").file.seek(-1)
