"""Categories, organisations and authors: found by any of their names, slugs never shared, mistakes answered."""

from __future__ import annotations

import pytest

from store import names, taxonomy
from store.database import Database
from store.errors import AlreadyExists, InputError, NotFound, TextRefused
from store.lineage import Lineage
from store.names import Kind


def test_an_organisation_is_found_by_any_of_its_names(database: Database) -> None:
    with database.transaction() as session:
        added = taxonomy.add_organisation(
            session,
            "Hội Liên hiệp Phụ nữ tỉnh Vân Sơn",
            short_name="Hội LHPN tỉnh",
            aliases=["Hội Phụ nữ tỉnh", "Hội Phụ nữ tỉnh"],
        )
        called = ["Hội LHPN tỉnh", "hội phụ nữ tỉnh", added.slug, " Hội  LHPN tỉnh "]
        called.append("HOI LIEN HIEP PHU NU TINH VAN SON")
        assert {taxonomy.get_organisation(session, name).id for name in called} == {added.id}
        assert names.aliases(session, Kind.ORGANISATION)[added.id] == ("Hội Phụ nữ tỉnh",)


def test_an_unknown_name_is_answered_with_the_nearest(database: Database) -> None:
    with database.transaction() as session:
        for name in ("Nông nghiệp – Nông thôn", "Công nghiệp", "Y tế", "Giáo dục"):
            taxonomy.add_category(session, name)
        with pytest.raises(NotFound, match="Nông nghiệp – Nông thôn") as refusal:
            taxonomy.get_category(session, "Nông nghiệp, nông dân")
        assert refusal.value.kind == "category"


def test_the_nearest_names_each_entity_once_and_knows_short_names_and_beginnings(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Y tế")
        taxonomy.add_organisation(session, "Sở Y tế tỉnh Vân Sơn")
        taxonomy.add_organisation(session, "Trung tâm Kiểm soát bệnh tật tỉnh", short_name="CDC tỉnh")
        with pytest.raises(NotFound) as refusal:
            taxonomy.get_category(session, "Y té")
        assert refusal.value.nearest == ("Y tế",)
        for slug, meant in (("so-y-te", "so-y-te-tinh-van-son"), ("cdc", "trung-tam-kiem-soat-benh-tat-tinh")):
            with pytest.raises(NotFound) as refusal:
                taxonomy.require_slug(session, Kind.ORGANISATION, slug)
            assert refusal.value.nearest == (meant,)


def test_a_name_that_two_share_is_asked_back(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh Vân Sơn", aliases=["Hội Nông dân"])
        taxonomy.add_organisation(session, "Hội Nông dân huyện Nà Mạ", aliases=["Hội Nông dân"])
        with pytest.raises(InputError, match="stands for 2"):
            taxonomy.get_organisation(session, "Hội Nông dân")


def test_a_slug_is_never_given_twice(database: Database) -> None:
    with database.transaction() as session:
        slugs = [taxonomy.add_category(session, name, as_new=True).slug for name in ("Văn hóa", "Văn hoá", "VĂN HÓA")]
    assert slugs == ["van-hoa", "van-hoa-2", "van-hoa-3"]


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 301])
def test_a_name_must_be_one(database: Database, name: str) -> None:
    with pytest.raises(InputError, match="300"), database.transaction() as session:
        taxonomy.add_category(session, name)


def test_a_broken_name_is_refused(database: Database) -> None:
    with pytest.raises(TextRefused, match="category name"), database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa \ud800")


def test_the_same_name_again_says_where_it_is(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        # The same word in decomposed form is the same name.
        with pytest.raises(AlreadyExists, match="van-hoa"):
            taxonomy.add_category(session, "Va\u0306n ho\u0301a")


def test_an_unknown_parent_is_refused_and_nothing_stored(database: Database) -> None:
    with pytest.raises(NotFound), database.transaction() as session:
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
    with database.snapshot() as session:
        assert taxonomy.find_id_by_slug(session, Kind.CATEGORY, "le-hoi") is None


def test_a_website_must_be_an_address(database: Database) -> None:
    with pytest.raises(InputError, match="https://"), database.transaction() as session:
        taxonomy.add_organisation(session, "Sở Y tế", website="javascript:alert(1)")


def test_authors_are_met_once(database: Database) -> None:
    with database.transaction() as session:
        first = taxonomy.find_or_add_author(session, "Thu Trang")
        assert taxonomy.find_or_add_author(session, " Thu  Trang") == first


def test_ancestors_end_even_in_a_circle() -> None:
    assert Lineage({1: 2, 2: 3, 3: None}, {}).above(1) == (1, 2, 3)
    assert Lineage({1: 2, 2: 1}, {}).above(1) == (1, 2)


def test_a_name_that_differs_in_marks_alone_is_asked_about(database: Database) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Thi đua – Khen thưởng")
        for name in ("thi dua khen thuong", "THI ĐUA - KHEN THƯỞNG"):
            with pytest.raises(AlreadyExists, match="--as-new"):
                taxonomy.add_category(session, name)
        found = {taxonomy.get_category(session, name).id for name in ("thi dua khen thuong", "Thi đua - khen thưởng")}
        assert len(found) == 1
        with pytest.raises(NotFound):
            taxonomy.get_category(session, "Thí đùa khèn thương")


@pytest.mark.parametrize("field", ["short_name", "description"])
def test_what_is_too_long_is_refused(database: Database, field: str) -> None:
    with pytest.raises(InputError, match="characters"), database.transaction() as session:
        taxonomy.add_organisation(session, "Sở Y tế", **{field: "x" * 2_000})
