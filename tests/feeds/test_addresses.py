"""Addresses: whatever is asked for is read without an exception, and every canonical spelling is read as itself."""

from __future__ import annotations

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from feeds.addresses import (
    CRITERIA,
    SELECTION_CHARS,
    Addresses,
    FeedPath,
    SelectionPath,
    parse_bulletin_path,
    parse_feed_path,
)
from feeds.documents.model import Format
from feeds.settings import Settings
from store.text.slugs import slugify

SLUGS = st.lists(st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12), min_size=1, max_size=5).map(
    "-".join
)
SELECTIONS = st.lists(st.sampled_from(CRITERIA), unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*(st.tuples(st.just(name), SLUGS) for name in sorted(names, key=CRITERIA.index)))
)
PATHS = st.builds(FeedPath, st.builds(SelectionPath, SELECTIONS), st.sampled_from([None, *Format]))
# Text that has a chance to be taken for an address.
NEARLY = st.lists(
    st.sampled_from(["all", "category", "organisation", "x-1", "van-hoa", "/", ".", "rss", "ATOM", "-", "İ", "K", "đ"])
).map("".join)


@given(PATHS)
def test_a_canonical_path_is_read_as_itself(path: FeedPath) -> None:
    assert parse_feed_path(path.text) == path


@given(st.one_of(st.text(), NEARLY, st.text(string.ascii_letters + "/.-", max_size=40)))
@example("all.rss")
@example("all.rss" + "/" * 393)
@example("category/\u212aelvin.rss")
@example("category/İ.rss")
@example("\ud800.rss")
@example("all\n")
@example("all.rss\n")
def test_whatever_is_read_is_spelt_one_way(text: str) -> None:
    path = parse_feed_path(text)
    if path is not None:
        assert parse_feed_path(path.text) == path
        assert path.text.isascii()
        assert path.text == path.text.lower()


@given(PATHS, st.data())
def test_other_spellings_of_a_path_mean_the_same(path: FeedPath, data: st.DataObject) -> None:
    spelt = data.draw(st.sampled_from([str.upper, str.title, str.lower]))(path.text)
    assert parse_feed_path(spelt + data.draw(st.sampled_from(["", "/", "//"]))) == path
    if path.selection.criteria:
        shuffled = data.draw(st.permutations(path.selection.criteria))
        extension = f".{path.format.value}" if path.format else ""
        assert parse_feed_path("/".join(f"{name}/{slug}" for name, slug in shuffled) + extension) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        ".rss",
        "all.",
        "all.xml",
        "all.rss.atom",
        "all/rss",
        "category",
        "category/",
        "category/.rss",
        "category//x.rss",
        "category/x/category/y.rss",
        "category/x/publisher.rss",
        "tag/x.rss",
        "category/-x.rss",
        "category/x-.rss",
        "category/x--y.rss",
        "category/văn-hóa.rss",
        "category/x.y.rss",
        "all.rss?x",
        " all.rss",
        "all .rss",
        "../all.rss",
        "x" * (SELECTION_CHARS + 1),
    ],
)
def test_what_names_no_selection_is_none(text: str) -> None:
    assert parse_feed_path(text) is None


@given(st.text(min_size=1), st.text(min_size=1))
@example("Ủy ban " * 40, "Sở " * 90)
def test_the_slugs_of_any_two_names_fit_into_an_address(category: str, body: str) -> None:
    criteria = (("category", slugify(category)), ("organisation", slugify(body)))
    path = FeedPath(SelectionPath(criteria), Format.ATOM)
    assert parse_feed_path(path.text) == path


def test_a_slug_that_was_given_often_still_fits() -> None:
    longest = slugify("Ủy ban nhân dân " * 20)
    path = SelectionPath(tuple((criterion, f"{longest}-99999") for criterion in CRITERIA))
    assert parse_feed_path(FeedPath(path, Format.JSON).text) == FeedPath(path, Format.JSON)


def test_which_selections_are_channels() -> None:
    def is_channel(*names: str) -> bool:
        return SelectionPath(tuple((name, "x") for name in names)).is_channel

    assert all(is_channel(*names) for names in ((), *((name,) for name in CRITERIA)))
    assert is_channel("category", "organisation")
    assert is_channel("category", "publisher")
    assert not is_channel("organisation", "author")
    assert not is_channel("category", "organisation", "publisher")


@given(SLUGS, st.integers(1, 999_999_999))
def test_the_address_of_a_bulletin_is_read_back(slug: str, number: int) -> None:
    address = Addresses("https://bantin.example/tin").bulletin(slug, number)
    assert parse_bulletin_path(urlsplit(address).path.removeprefix("/tin/ban-tin/")) == (slug, number)


@given(st.text())
@example("x-٣")
@example("x-²")
@example("-1")
@example("1")
@example("x\n-1")
def test_no_bulletin_path_raises(text: str) -> None:
    found = parse_bulletin_path(text)
    if found is not None:
        assert 0 < found[1] < 2**31
        assert text.rstrip("/").endswith(str(found[1]))


@pytest.mark.parametrize("text", ["", "tin", "tin-", "tin-0", "tin-1x", "tin-99999999999", "tin-1.5", "tin1"])
def test_what_ends_with_no_number_is_no_bulletin(text: str) -> None:
    assert parse_bulletin_path(text) is None


@given(PATHS)
def test_every_address_stands_below_the_base(path: FeedPath) -> None:
    addresses = Addresses("https://bantin.example/tin")
    built = [addresses.home(), addresses.directory(), addresses.page(path.selection), addresses.scheme("category")]
    built += [addresses.feed(path.selection, document_format) for document_format in Format]
    for address in built:
        assert address.startswith("https://bantin.example/tin/")
        assert "//" not in urlsplit(address).path
    read = parse_feed_path(addresses.page(path.selection).removeprefix("https://bantin.example/tin/feeds/"))
    assert read == FeedPath(path.selection, None)


def test_files_are_served_here_or_where_the_settings_say() -> None:
    digest = "ab" * 32
    here = Addresses.of(Settings(base_url="https://bantin.example/tin"))
    assert here.file(digest, "jpg") == f"https://bantin.example/tin/files/ab/{digest}.jpg"
    there = Addresses.of(Settings(base_url="https://bantin.example/tin", files_public_url="https://cdn.example/tep"))
    assert there.file(digest, "jpg") == f"https://cdn.example/tep/ab/{digest}"
    assert there.home() == here.home()
