"""Redirects: an address of the former site is found however people and programs write it."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import audit, redirects, renaming, taxonomy
from store.database import Database
from store.errors import AlreadyExists, InputError, NotFound
from store.names import Kind
from store.redirects import Redirect, normal_path


def add(database: Database, address: str, target: str = "c1", document_format: str | None = "rss") -> Redirect:
    with database.transaction(actor="Lan") as session:
        return redirects.add_redirect(session, address, target, document_format)


def find(database: Database, path: str, query: str = "") -> str | None:
    with database.snapshot() as session:
        found = redirects.find_redirect(session, path, query)
    return found.target if found else None


@pytest.mark.parametrize(
    ("address", "path", "query"),
    [
        ("/rss/tin-tuc.aspx?id=5", "/rss/tin-tuc.aspx", "id=5"),
        ("https://cong.vanson.example/RSS/Tin-Tuc.aspx?ID=5", "/rss/tin-tuc.aspx", "id=5"),
        ("http://cong.vanson.example:8080/rss/", "/rss", ""),
        ("/rss", "/RSS/", ""),
        ("/tin t%E1%BB%A9c/v%C4%83n%20h%C3%B3a", "/tin tức/văn hóa", ""),
        ("/tin tức/văn hóa", "/Tin%20T%e1%bb%a9c/V%C4%83n%20H%C3%B3a", ""),
        ("/tin-tức", unicodedata.normalize("NFD", "/TIN-TỨC"), ""),
        (unicodedata.normalize("NFD", "/ĐỜI-SỐNG"), "/đời-sống", ""),
        ("/tin?muc=V%C4%83n+h%C3%B3a", "/tin", "muc=Văn+hóa"),
        ("  /tin-tuc \n", "/tin-tuc", ""),
        ("//cong.vanson.example/tin", "/tin", ""),
        ("https://cong.vanson.example/?feed=rss2", "/", "feed=rss2"),
        ("https://cong.vanson.example?p=123", "/", "p=123"),
    ],
)
def test_an_address_is_found_however_it_is_written(database: Database, address: str, path: str, query: str) -> None:
    add(database, address)
    assert find(database, path, query) == "c1"


def test_an_address_with_its_query_goes_before_the_one_without(database: Database) -> None:
    add(database, "/rss.aspx", "all")
    add(database, "/rss.aspx?id=5", "c5")
    assert find(database, "/rss.aspx", "id=5") == "c5"
    assert find(database, "/rss.aspx", "id=6") == "all"
    assert find(database, "/rss.aspx") == "all"
    assert find(database, "/rss.asp", "id=5") is None


@pytest.mark.parametrize("query", ["utm_source=" + "x" * 600, "a=%00", "a=%07"])
def test_a_query_of_no_use_does_not_hide_the_address(database: Database, query: str) -> None:
    add(database, "/rss.aspx", "all")
    assert find(database, "/rss.aspx", query) == "all"


def test_another_query_is_another_address(database: Database) -> None:
    add(database, "/rss.aspx?id=5")
    assert find(database, "/rss.aspx") is None
    assert find(database, "/rss.aspx", "id=55") is None


@pytest.mark.parametrize(
    "path",
    ["//[", "//[::1", "//x]y/z", "/\x00", "/%00", "", "x", "/" + "y" * 3_000, "http://[", "/\ud800", "/🙂\u200b"],
)
def test_what_no_site_ever_had_leads_nowhere(database: Database, path: str) -> None:
    assert find(database, path) is None
    assert find(database, path, "a=1") is None


@pytest.mark.parametrize(
    "address",
    ["", "  ", "/", "rss.aspx", "https://cong.vanson.example/", "/\x07", "/" + "x" * 600, "/" + "%25" * 3_000],
)
def test_what_is_no_address_is_refused(database: Database, address: str) -> None:
    with pytest.raises(InputError, match="no address of a former site") as refusal:
        add(database, address)
    assert refusal.value.vietnamese
    with database.snapshot() as session:
        assert list(redirects.iter_redirects(session)) == []


def test_an_address_that_leads_somewhere_stays(database: Database) -> None:
    add(database, "/rss.aspx", "c1")
    with pytest.raises(AlreadyExists, match=r"leads to c1.*bantin redirect remove '/rss.aspx'") as refusal:
        add(database, "https://cong.example/RSS.aspx/", "c2")
    assert refusal.value.vietnamese
    assert find(database, "/rss.aspx") == "c1"


def test_a_removed_address_leads_nowhere(database: Database) -> None:
    add(database, "/rss.aspx")
    with database.transaction(actor="Minh") as session:
        redirects.remove_redirect(session, "https://cong.example/RSS.aspx/")
    assert find(database, "/rss.aspx") is None
    with pytest.raises(NotFound) as refusal, database.transaction() as session:
        redirects.remove_redirect(session, "/rss.aspx")
    assert refusal.value.vietnamese
    add(database, "/rss.aspx", "c2")
    assert find(database, "/rss.aspx") == "c2"
    with database.snapshot() as session:
        acts = [(act.action, act.actor, act.subject) for act in audit.iter_acts(session, kind=redirects.KIND)]
    assert acts == [("added", "Lan", "/rss.aspx"), ("removed", "Minh", "/rss.aspx"), ("added", "Lan", "/rss.aspx")]


def test_all_are_listed_by_their_paths(database: Database) -> None:
    for address, kind in (("/tin/2", "rss"), ("/tin/1", None), ("/feed", "atom")):
        add(database, address, "all", kind)
    with database.snapshot() as session:
        assert list(redirects.iter_redirects(session)) == [
            Redirect("/feed", "all", "atom"),
            Redirect("/tin/1", "all", None),
            Redirect("/tin/2", "all", "rss"),
        ]


def test_a_renaming_breaks_no_redirect(database: Database) -> None:
    with database.transaction() as session:
        category = taxonomy.add_category(session, "Văn hóa").id
    add(database, "/van-hoa.rss", f"c{category}")
    with database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa – Du lịch")
    assert find(database, "/van-hoa.rss") == f"c{category}"


VIETNAMESE_LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxyàảãáạằẳẵắặầẩẫấậèéẹềếệìíịòóọồốộờớợùúụừứựỳýỵ0123456789-_. "
SEGMENTS = st.text(alphabet=VIETNAMESE_LETTERS, min_size=1, max_size=12).filter(lambda text: text.strip() == text)


@given(segments=st.lists(SEGMENTS, min_size=1, max_size=5), host=st.sampled_from(["", "https://cong.example"]))
def test_every_spelling_of_a_vietnamese_path_is_one_address(segments: list[str], host: str) -> None:
    path = "/" + "/".join(segments)
    normal = normal_path(path)
    for other in (path.upper(), quote(path), quote(path).lower(), unicodedata.normalize("NFD", path), path + "/"):
        assert normal_path(host + other) == normal


@given(path=st.text(max_size=80), query=st.text(max_size=40))
def test_no_text_is_worse_than_no_address(path: str, query: str) -> None:
    for address in (path, f"/{path}", f"//{path}", f"/{path}?{query}", f"/?{query}"):
        try:
            normal = normal_path(address)
        except InputError:
            continue
        assert normal.startswith("/")
        assert normal == normal.strip()
        assert normal.isprintable()


@given(text=st.text(alphabet="%24516abAB/?=&. #", max_size=20))
def test_an_address_is_removed_by_the_spelling_that_the_list_shows(text: str) -> None:
    try:
        shown = normal_path(f"/x{text}")
    except InputError:
        return
    assert normal_path(shown) == shown
