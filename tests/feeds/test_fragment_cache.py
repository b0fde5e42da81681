"""The cache of fragments gives back what it was given, forgets the least used first, and keeps within its bytes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.addresses import Addresses
from feeds.documents.model import EntryContext, Format
from feeds.fragment_cache import KEY_BYTES, FragmentCache, FragmentKey
from store.types import EntryKey
from tests.support.stores import NOON

SITE = Addresses("https://bantin.example")
ENTRY = EntryKey(number=1, version=1, position=1, changed_at=NOON)
KEY = FragmentKey(ENTRY, EntryContext(Format.RSS, "vi"), SITE)


def key(number: int) -> FragmentKey:
    return replace(KEY, entry=replace(ENTRY, number=number))


def test_a_fragment_is_found_under_its_whole_key_alone() -> None:
    cache = FragmentCache(100_000)
    cache.keep({KEY: b"<item/>"})
    assert cache.find_all([KEY]) == {KEY: b"<item/>"}
    others = [
        key(2),
        replace(KEY, entry=replace(ENTRY, version=2)),
        replace(KEY, entry=replace(ENTRY, changed_at=NOON + timedelta(seconds=1))),
        replace(KEY, context=EntryContext(Format.ATOM, "vi")),
        replace(KEY, context=EntryContext(Format.RSS, "en")),
        replace(KEY, addresses=Addresses("https://khác.example")),
        replace(KEY, addresses=Addresses("https://bantin.example", "https://cdn.example")),
        replace(KEY, is_lead_only=True),
    ]
    assert cache.find_all(others) == {}


def test_what_was_not_used_for_longest_goes_first() -> None:
    cache = FragmentCache(3 * (KEY_BYTES + 200))
    cache.keep({key(n): b"x" * 100 for n in (1, 2, 3)})
    assert set(cache.find_all([key(1)])) == {key(1)}
    cache.keep({key(4): b"y" * 200})
    assert set(cache.find_all([key(n) for n in range(5)])) == {key(1), key(3), key(4)}


def test_without_room_nothing_is_kept() -> None:
    for limit in (0, 50):
        cache = FragmentCache(limit)
        cache.keep({KEY: b"x" * 100})
        assert (cache.find_all([KEY]), len(cache), cache.size_bytes) == ({}, 0, 0)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 3_000), st.booleans()), max_size=60))
@settings(max_examples=60, deadline=None)
def test_it_never_holds_more_than_its_bytes_nor_anything_wrong(acts: list[tuple[int, int, bool]]) -> None:
    cache = FragmentCache(6_000)
    for number, size, asks in acts:
        if asks:
            assert set(cache.find_all([key(number)]).values()) <= {bytes([number])[:1] * s for s in range(3_001)}
        else:
            cache.keep({key(number): bytes([number]) * size})
        assert 0 <= cache.size_bytes <= 6_000
    kept = cache.find_all(key(n) for n in range(1, 10))
    assert len(kept) == len(cache)
    assert cache.size_bytes >= sum(map(len, kept.values()))


def test_threads_may_share_it() -> None:
    cache = FragmentCache(20 * (KEY_BYTES + 150))

    def work(seed: int) -> int:
        wrong = 0
        for step in range(400):
            number = (seed * 7 + step) % 50
            cache.keep({key(number): b"%d" % number})
            wrong += sum(found != b"%d" % at.entry.number for at, found in cache.find_all([key(number)]).items())
        return wrong

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(work, range(8))) == 0
    kept = cache.find_all(key(n) for n in range(50))
    assert cache.size_bytes == sum(KEY_BYTES + fragment.__sizeof__() for fragment in kept.values()) <= cache.limit_bytes
