"""Places that a text shortens, and bodies recognised by them."""

from __future__ import annotations

import pytest

from store.importers.places import complete, places_in_names
from store.importers.recognise import Recogniser
from tests.support.costs import cpu_seconds

NAMES = [
    "Hội Nông dân tỉnh Vân Sơn",
    "Hội Nông dân tỉnh Vân Hồ",
    "Hội Nông dân xã Nà Mạ",
    "Thành phố Vân Sơn",
    "Sở Y tế",
]
PLACES = places_in_names(NAMES)


def test_places_are_read_from_names() -> None:
    assert {
        "tỉnh": frozenset({"Vân Sơn", "Vân Hồ"}),
        "xã": frozenset({"Nà Mạ"}),
        "thành phố": frozenset({"Vân Sơn"}),
    } == PLACES


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("Tỉnh Vân Sơn họp; Hội Nông dân tỉnh dự.", "Tỉnh Vân Sơn họp; Hội Nông dân tỉnh Vân Sơn dự."),
        ("tỉnh Vân Sơn. Hội Nông dân tỉnh", "tỉnh Vân Sơn. Hội Nông dân tỉnh Vân Sơn"),
        ("tỉnh Vân Sơn, tỉnh Vân Hồ: Hội Nông dân tỉnh dự", None),
        ("tỉnh Vân Sơn và tỉnh Lào Cai: Hội Nông dân tỉnh dự", None),
        ("tỉnh Lào Cai: Hội Nông dân tỉnh dự", None),
        ("Hội Nông dân tỉnh dự", None),
        ("tỉnh Vân Sơn; Hội Nông dân tỉnh Thái Nguyên", None),
        ("xã Nà Mạ, tỉnh Vân Sơn: xã có 9 bản", "xã Nà Mạ, tỉnh Vân Sơn: xã Nà Mạ có 9 bản"),
        ("tỉnh Vân Sơn, tỉnhlỵ, tỉnh táo", "tỉnh Vân Sơn, tỉnhlỵ, tỉnh Vân Sơn táo"),
    ],
)
def test_a_level_alone_means_the_one_place_named(text: str, completed: str | None) -> None:
    assert complete([text], PLACES) == [completed or text]


def test_the_texts_of_a_bulletin_are_read_together() -> None:
    assert complete(["Hội Nông dân tỉnh họp", "Sáng nay, tỉnh Vân Hồ"], PLACES)[0] == "Hội Nông dân tỉnh Vân Hồ họp"


def test_bodies_are_recognised_by_the_province_of_the_page() -> None:
    recogniser = Recogniser(enumerate([[name] for name in NAMES]))
    found = recogniser.find("Chiều 29/12, tại tỉnh Vân Sơn, Hội Nông dân tỉnh và Sở Y tế ký kết.")
    assert {mention.organisation for mention in found} == {0, 4}
    assert not recogniser.find("Hội Nông dân tỉnh và các đoàn thể.")


def test_long_texts_are_completed_quickly() -> None:
    texts = ["tỉnh Vân Sơn, xã và huyện, tỉnh " * 30_000]
    assert cpu_seconds(lambda: complete(texts, PLACES), bound_seconds=5) < 5
