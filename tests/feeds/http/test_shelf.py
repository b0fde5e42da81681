"""The shelf: what it keeps, when it takes it for stale, and what it lets go of."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from feeds.http.representations import Document
from feeds.http.shelf import ANY, MOST_REMEMBERED, VALIDATORS_BYTES, Shelf, Shelved
from store.types import Change

MIB = 1024 * 1024


def document(tag: str = "1-a") -> Document:
    return Document(etag=f'"{tag}"', last_modified=datetime(2026, 11, 20, tzinfo=UTC), media_type="application/rss+xml")


def published(edition: int, *keys: str) -> Change:
    return Change(edition, "published", edition, frozenset(keys))


def renamed(edition: int, *keys: str) -> Change:
    return Change(edition, "renamed", None, frozenset(keys))


def shelf_at(edition: int = 1, *, limit_bytes: int = MIB) -> Shelf:
    shelf = Shelf(limit_bytes)
    shelf.advance(edition)
    return shelf


def is_fresh(shelf: Shelf, address: str) -> bool:
    kept = shelf.peek(address)
    assert kept is not None
    return kept.is_fresh


def test_a_change_makes_stale_what_shows_it_and_nothing_else() -> None:
    shelf = shelf_at()
    for address, keys in {"/a": {"all"}, "/c1": {"c1"}, "/c1.o2": {"c1.o2"}, "/c3": {"c3"}, "/q": {ANY}}.items():
        shelf.keep(address, document(), keys, since=1)
    shelf.touch([published(2, "all", "c1")])
    assert [is_fresh(shelf, address) for address in ("/a", "/c1", "/c1.o2", "/c3", "/q")] == [
        False,
        False,
        True,
        True,
        False,
    ]


def test_a_renaming_makes_every_pair_stale_that_names_the_renamed() -> None:
    shelf = shelf_at()
    for key in ("c1", "c1.o2", "c12", "c3.o2"):
        shelf.keep(f"/{key}", document(), {key}, since=1)
    shelf.touch([renamed(2, "c1")])
    assert [is_fresh(shelf, f"/{key}") for key in ("c1", "c1.o2", "c12", "c3.o2")] == [False, False, True, True]


def test_what_was_touched_while_it_was_made_is_stale_at_once() -> None:
    shelf = shelf_at(1)
    since = shelf.edition
    shelf.touch([published(2, "c1")])
    shelf.advance(2)
    assert not shelf.keep("/c1", document(), {"c1"}, since=since).is_fresh
    assert shelf.keep("/c2", document(), {"c2"}, since=since).is_fresh
    assert not shelf.keep("/q", document(), {ANY}, since=since).is_fresh
    assert shelf.keep("/c1", document(), {"c1"}, since=shelf.edition).is_fresh


def test_what_was_begun_before_all_that_is_remembered_is_not_trusted() -> None:
    shelf = shelf_at(1)
    since = shelf.edition
    for edition in range(2, MOST_REMEMBERED + 4):
        shelf.touch([published(edition, "c1")])
    shelf.advance(MOST_REMEMBERED + 3)
    assert not shelf.keep("/c2", document(), {"c2"}, since=since).is_fresh
    assert shelf.keep("/c2", document(), {"c2"}, since=shelf.edition).is_fresh


def test_after_a_gap_everything_is_stale_and_what_was_begun_before_it_too() -> None:
    shelf = shelf_at(1)
    shelf.keep("/c1", document(), {"c1"}, since=1)
    since = shelf.edition
    shelf.forget_all(9_000)
    assert not is_fresh(shelf, "/c1")
    assert not shelf.keep("/c1", document(), {"c1"}, since=since).is_fresh
    assert shelf.keep("/c1", document(), {"c1"}, since=shelf.edition).is_fresh


def test_nothing_is_fresh_while_nobody_follows_the_store() -> None:
    shelf = Shelf(MIB)
    assert not shelf.keep("/a", document(), {"all"}, since=shelf.edition).is_fresh
    assert len(shelf) == 0


def test_bytes_stay_while_the_tag_does() -> None:
    shelf = shelf_at()
    kept = shelf.keep("/a", document("1-a"), {"all"}, since=1)
    shelf.keep_body(kept, "br", b"coded")
    assert shelf.keep("/a", document("1-a"), {"all"}, since=1).bodies == {"br": b"coded"}
    assert shelf.keep("/a", document("2-b"), {"all"}, since=1).bodies == {}


def test_bytes_of_a_document_that_was_replaced_are_not_kept() -> None:
    shelf = shelf_at()
    before = shelf.keep("/a", document("1-a"), {"all"}, since=1)
    after = shelf.keep("/a", document("2-b"), {"all"}, since=1)
    shelf.keep_body(before, "br", b"the former bytes")
    assert after.bodies == {}


def test_the_bound_holds_and_the_longest_unpolled_goes_first() -> None:
    shelf = shelf_at(limit_bytes=200_000)
    kept: list[Shelved] = []
    for number in range(100):
        kept.append(shelf.keep(f"/{number}", document(), {f"c{number}"}, since=1))
        shelf.keep_body(kept[-1], "gzip", bytes(10_000))
        shelf.find("/0")
        assert shelf.size_bytes <= 200_000
    assert kept[0].bodies, "the one that is always polled"
    assert kept[-1].bodies, "the newest"
    assert not kept[1].bodies
    assert shelf.peek("/1") is kept[1], "validators stay when the bytes go"
    for number in range(100, 300):
        shelf.keep(f"/{number}", document(), {f"c{number}"}, since=1)
        shelf.find("/0")
    assert shelf.size_bytes <= 200_000
    assert shelf.peek("/1") is None
    assert shelf.peek("/0") is not None


def test_bytes_that_would_fill_half_the_shelf_are_not_kept() -> None:
    shelf = shelf_at(limit_bytes=10 * VALIDATORS_BYTES)
    kept = shelf.keep("/a", document(), {"all"}, since=1)
    shelf.keep_body(kept, "gzip", bytes(6 * VALIDATORS_BYTES))
    assert kept.bodies == {}


def test_one_makes_a_document_while_the_others_wait() -> None:
    shelf = shelf_at()
    inside, most = 0, 0
    begun = threading.Barrier(8)

    def make() -> None:
        nonlocal inside, most
        begun.wait()
        with shelf.turn("/a", most_seconds=60):
            inside += 1
            most = max(most, inside)
            inside -= 1

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert shelf._turns == {}, "nothing is left behind"


def test_who_waited_long_enough_goes_on() -> None:
    shelf = shelf_at()
    with shelf.turn("/a", most_seconds=60), shelf.turn("/b", most_seconds=60), shelf.turn("/a", most_seconds=0.01):
        pass


def test_the_most_polled_come_first_with_their_codings() -> None:
    shelf = shelf_at()
    for address, polls in {"/a": 2, "/b": 5, "/c": 0}.items():
        kept = shelf.keep(address, document(), {"all"}, since=1)
        shelf.keep_body(kept, "br", b"coded")
        for _ in range(polls):
            shelf.find(address)
    assert shelf.most_polled(10) == [("/b", ["br"]), ("/a", ["br"]), ("/c", ["br"])]
    assert shelf.most_polled(1) == [("/b", ["br"])]


def test_the_state_before_is_kept_until_there_are_bytes_of_the_new_one() -> None:
    shelf = shelf_at()
    first = shelf.keep("/a", document("1-a"), {"all"}, since=1)
    shelf.keep_body(first, "br", bytes(5_000))
    shelf.keep("/a", document("2-b"), {"all"}, since=1)
    third = shelf.keep("/a", document("3-c"), {"all"}, since=1)
    assert third.earlier is first
    assert shelf.size_bytes > 5_000
    shelf.keep_body(third, "br", b"coded")
    assert third.earlier is None
    assert shelf.size_bytes < 5_000


def test_who_waits_gives_up_when_it_is_hopeless() -> None:
    shelf = shelf_at()
    with shelf.turn("/a", most_seconds=60), shelf.turn("/a", most_seconds=3_600, is_hopeless=lambda: True):
        pass
