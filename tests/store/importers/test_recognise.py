"""Organisations are found as readers would find them: whole names, the longest first, in any usual spelling."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.importers.recognise import Mention, Recogniser
from store.text.nearest import nearest
from tests.support.costs import cpu_seconds

BODIES = (
    (1, ("Hội Liên hiệp Phụ nữ tỉnh Vân Sơn", "Hội LHPN", "Hội LHPN tỉnh")),
    (2, ("Ủy ban nhân dân tỉnh Vân Sơn", "UBND tỉnh", "UBND")),
    (3, ("Ban Thi đua - Khen thưởng tỉnh",)),
    (4, ("Mặt trận Tổ quốc Việt Nam tỉnh", "MTTQ")),
    (5, ("Hội Nông dân tỉnh", "Hội Nông dân")),
    (6, ("Hội Nông dân tỉnh Hòa Phú",)),
    (7, ("Sở Thông tin và Truyền thông", "Sở TT&TT")),
)


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(BODIES)


def ids(recogniser: Recogniser, text: str) -> list[int]:
    return [mention.organisation for mention in recogniser.find(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Hội LHPN tỉnh bàn giao cho Ban Thi đua – Khen thưởng tỉnh", [1, 3]),
        ("ban thi đua khen thưởng tỉnh họp", [3]),
        ("Ban Thi đua -\nKhen thưởng tỉnh", [3]),
        ("Uỷ ban nhân dân tỉnh Vân Sơn", [2]),
        ("ỦY BAN NHÂN DÂN TỈNH VÂN SƠN", [2]),
        ("UBND ra quyết định", [2]),
        ("ubnd ra quyết định", []),
        ("Ubnd tỉnh ra quyết định", [2]),
        ("Quyết định số 12/QĐ-UBND của tỉnh", []),
        ("Kế hoạch số 3 /KH-MTTQ ngày 1/2", []),
        ("UBND-MTTQ phối hợp", [2, 4]),
        ("Hội Nông dân tỉnh Hoà Phú thăm Hội Nông dân tỉnh", [6, 5]),
        ("Hội Nông dân tỉnh Hoa Phú", [5]),
        ("Hội nông dan", []),
        ("Đại hội Nông dân tỉnh", [5]),
        ("Hội Nông, dân tỉnh", []),
        ("Hội Nông\n\ndân", []),
        ("Hội Nông dânh", []),
        ("Sở TT & TT, MTTQ.", [7, 4]),
        ("", []),
    ],
)
def test_names_in_text(recogniser: Recogniser, text: str, wanted: list[int]) -> None:
    assert ids(recogniser, text) == wanted


def test_mentions_are_counted_over_all_texts_with_their_spellings(recogniser: Recogniser) -> None:
    found = recogniser.find("Hội LHPN tỉnh", "MTTQ; hội lhpn tỉnh và Hội Liên hiệp Phụ nữ tỉnh Vân Sơn")
    assert found == (
        Mention(1, ("Hội LHPN tỉnh", "hội lhpn tỉnh", "Hội Liên hiệp Phụ nữ tỉnh Vân Sơn"), 3),
        Mention(4, ("MTTQ",), 1),
    )


def test_names_never_join_two_texts(recogniser: Recogniser) -> None:
    assert recogniser.find("Hội Nông", "dân tỉnh") == ()


def test_the_longest_name_takes_its_words_wherever_it_begins() -> None:
    recogniser = Recogniser([(1, ["Sở Y tế tỉnh"]), (2, ["Y tế tỉnh Vân Sơn"])])
    assert ids(recogniser, "Sở Y tế tỉnh Vân Sơn") == [2]


def test_a_shared_name_is_ambiguous_and_keeps_its_words() -> None:
    recogniser = Recogniser([(1, ["Huyện đoàn", "Đoàn Khe Mây"]), (2, ["huyện  đoàn"]), (3, ["Đoàn"])])
    assert dict(recogniser.ambiguous) == {"Huyện đoàn": (1, 2), "huyện  đoàn": (1, 2)}
    assert ids(recogniser, "Huyện đoàn họp, Đoàn Khe Mây dự, đoàn về") == [1, 3]


def test_a_name_given_twice_by_one_body_is_not_ambiguous() -> None:
    recogniser = Recogniser([(1, ["Hội A", "hội a", "Hội  A"])])
    assert recogniser.ambiguous == {}
    assert ids(recogniser, "Hội A") == [1]


def test_apostrophes_are_one_sign() -> None:
    assert ids(Recogniser([(1, ["Hội người H'Mông"])]), "Hội người H’Mông họp") == [1]


def test_decomposed_text_is_the_same_text(recogniser: Recogniser) -> None:
    text = unicodedata.normalize("NFD", "Mặt trận Tổ quốc Việt Nam tỉnh")
    assert ids(recogniser, text) == [4]


WORDS = ("Hội", "Nông", "dân", "tỉnh", "UBND", "Hòa", "Phú", ",", "-", "sở", "&")


@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join), st.lists(st.sampled_from(WORDS), max_size=6)
)
@settings(max_examples=200, deadline=None)
def test_a_name_alone_between_signs_is_always_found(name: str, around: list[str]) -> None:
    recogniser = Recogniser([(1, [name])])
    found = recogniser.find(f"{' '.join(around)} . {name} .")
    if any(char.isalnum() for char in name) and not any(char in ",&" for char in name):
        assert found[0].organisation == 1
        assert name.strip(" -") in found[0].words or found[0].count >= 1


def test_a_thousand_bodies_in_a_long_text_take_little_time() -> None:
    bodies = [(n, (f"Hội Nông dân xã Bản {n}", f"Ban Quản lý dự án số {n}", f"HND{n}")) for n in range(1000)]
    recogniser = Recogniser(bodies)
    text = (
        "Hội Nông dân xã Bản 17 cùng Ban Quản lý dự án số 512 và HND3 họp tại nhà văn hóa, bàn kế hoạch năm tới. "
        * 1000
    )
    assert [mention.count for mention in recogniser.find(text)] == [1000, 1000, 1000]
    assert cpu_seconds(lambda: recogniser.find(text), bound_seconds=0.3) < 0.3


def test_nearest_names() -> None:
    known = ("Hội Nông dân tỉnh Vân Sơn", "Hội Cựu chiến binh tỉnh", "Sở Y tế", "Nông nghiệp")
    assert nearest("hoi nong dan tinh van son", known)[0] == "Hội Nông dân tỉnh Vân Sơn"
    assert nearest("Hội Nông dân", known)[0] == "Hội Nông dân tỉnh Vân Sơn"
    assert nearest("Sở Y tê", known) == ("Sở Y tế",)
    assert nearest("Zzz", known) == ()
    assert nearest("Sở", [], 3) == ()
    assert len(nearest("Hội", [f"Hội {n}" for n in range(9)], limit=2)) == 2
