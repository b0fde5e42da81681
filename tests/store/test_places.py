"""Place and origin of a bulletin: stored as they were said, in every revision, gone with what is expunged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from store import bulletins, catalogue, expunging, publication, revisions, sources, taxonomy
from store.database import Database
from store.errors import InputError
from store.importers.ingest import Incoming, Outcome, ingest
from store.models import DbBulletin, DbRevision
from store.types import Bulletin, Draft, Origin, Place
from tests.support.samples import draft

HALL = Place("Nhà văn hóa thôn Nậm Lam", 2_214_321, 10_583_456)
PAPER = Origin("Báo Nhân Dân", "https://nhandan.example/le-hoi.html")


def said(**changed: object) -> Draft:
    return draft(**({"categories": (), "publisher": None, "subjects": (), "attachments": (), "body": ""} | changed))


def add(database: Database, **changed: object) -> int:
    with database.transaction() as session:
        number = bulletins.draft(session, said(**changed))
        publication.publish(session, number, publisher_required=False)
    return number


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


@pytest.mark.parametrize("place", [HALL, Place("Bản Áng"), Place("Cột mốc 0", 0, 0), Place("Nam", -9_000_000, -1)])
def test_a_bulletin_keeps_where_it_plays_and_who_published_it_first(database: Database, place: Place) -> None:
    kept = read(database, add(database, place=place, origin=PAPER))
    assert (kept.place, kept.origin) == (place, PAPER)
    plain = read(database, add(database))
    assert (plain.place, plain.origin) == (None, None)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"place": replace(HALL, latitude_e5=9_000_001)}, "place latitude"),
        ({"place": replace(HALL, longitude_e5=-18_000_001)}, "place longitude"),
        ({"place": replace(HALL, longitude_e5=None)}, "place longitude"),
        ({"place": replace(HALL, latitude_e5=None)}, "place latitude"),
        ({"place": Place(" ")}, "place"),
        ({"place": Place("x" * 301)}, "place"),
        ({"origin": replace(PAPER, name="")}, "origin"),
        ({"origin": replace(PAPER, url="")}, "origin address"),
        ({"origin": replace(PAPER, url="nhandan.example/1")}, "origin address"),
        ({"origin": replace(PAPER, url="ftp://nhandan.example/1")}, "origin address"),
        ({"origin": replace(PAPER, url="javascript:alert(1)")}, "origin address"),
        ({"origin": replace(PAPER, url="https:///1")}, "origin address"),
        ({"origin": replace(PAPER, url="https://lan:matkhau@nhandan.example/1")}, "origin address"),
        ({"origin": replace(PAPER, url="https://nhandan.example:99999/1")}, "origin address"),
        ({"origin": replace(PAPER, url="https://[nhandan/1")}, "origin address"),
        ({"origin": replace(PAPER, url='https://nhandan.example/"><script>')}, "origin address"),
        ({"origin": replace(PAPER, url="https://nhandan.example/" + "a" * 2_000)}, "origin address"),
    ],
)
def test_what_is_no_place_or_origin_is_refused_by_its_name(
    sqlite_database: Database, changed: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as refusal, sqlite_database.transaction() as session:
        bulletins.draft(session, said(**changed))
    assert refusal.value.field == field
    assert refusal.value.accepted


def test_letters_beyond_ascii_in_an_address_are_stored_as_every_reader_fetches_them(sqlite_database: Database) -> None:
    origin = Origin("Báo Lào Cai", "https://báo.example/lễ-hội")
    kept = read(sqlite_database, add(sqlite_database, origin=origin)).origin
    assert kept == Origin("Báo Lào Cai", "https://xn--bo-mia.example/l%E1%BB%85-h%E1%BB%99i")


def test_a_change_of_either_is_a_revision_that_readers_see(database: Database) -> None:
    number = add(database)
    first = read(database, number)
    for place, origin in ((HALL, None), (HALL, PAPER), (replace(HALL, latitude_e5=1), PAPER), (None, PAPER)):
        before = read(database, number)
        with database.transaction() as session:
            assert bulletins.revise(session, number, said(place=place, origin=origin))
            assert not bulletins.revise(session, number, said(place=place, origin=origin))
        after = read(database, number)
        assert (after.place, after.origin) == (place, origin)
        assert (after.revision, after.version) == (before.revision + 1, before.version + 1)
        assert after.updated == first.updated
    with database.snapshot() as session:
        told = [revisions.bulletin_at(session, number, revision) for revision in range(1, 6)]
    assert [(one.place, one.origin) for one in told] == [
        (None, None),
        (HALL, None),
        (HALL, PAPER),
        (replace(HALL, latitude_e5=1), PAPER),
        (None, PAPER),
    ]


def test_a_correction_may_be_about_the_place(database: Database) -> None:
    number = add(database, place=HALL)
    with database.transaction() as session:
        assert bulletins.correct(session, number, said(place=Place("Nhà văn hóa xã")), note="Nhầm địa điểm.")
    kept = read(database, number)
    assert kept.place == Place("Nhà văn hóa xã")
    assert [correction.note for correction in kept.corrections] == ["Nhầm địa điểm."]


def test_revisions_of_an_older_version_know_neither(sqlite_database: Database) -> None:
    number = add(sqlite_database, place=HALL, origin=PAPER)
    with sqlite_database.transaction() as session:
        row = session.get_one(DbRevision, (number, 1))
        content = revisions.content_of(replace(catalogue.get_bulletin(session, number), place=None, origin=None))
        row.content = content
    assert "place" not in content
    with sqlite_database.snapshot() as session:
        old = revisions.bulletin_at(session, number, 1)
    assert (old.place, old.origin) == (None, None)


def test_nothing_of_either_is_left_of_what_was_expunged(database: Database) -> None:
    number = add(database, place=HALL, origin=PAPER)
    with database.transaction() as session:
        expunging.expunge(session, number, reason="Nhầm")
    left = read(database, number)
    assert (left.place, left.origin) == (None, None)
    with database.snapshot() as session:
        row = session.get_one(DbBulletin, number)
        columns = (row.place_name, row.place_latitude_e5, row.place_longitude_e5, row.origin_name, row.origin_url)
    assert columns == (None,) * 5


def test_what_editors_said_of_them_outlives_the_next_import(sqlite_database: Database) -> None:
    with sqlite_database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        source = sources.find_or_add(session, "portal", "vanson")

    def bring(lead: str, **filed: object) -> Outcome:
        incoming = Incoming(draft=said(lead=lead, **filed), external_key="1", content_digest=lead)
        with sqlite_database.transaction() as session:
            return ingest(session, source, incoming).outcome

    assert bring("Một.") is Outcome.ADDED
    with sqlite_database.transaction() as session:
        bulletins.revise(session, 1, said(lead="Một.", place=HALL, origin=PAPER))
    # The same page filed otherwise, then a page that says something new.
    assert bring("Một.", categories=("Văn hóa",)) is Outcome.REVISED
    assert bring("Hai.", categories=("Văn hóa",)) is Outcome.REVISED
    kept = read(sqlite_database, 1)
    assert (kept.lead, kept.place, kept.origin) == ("Hai.", HALL, PAPER)
