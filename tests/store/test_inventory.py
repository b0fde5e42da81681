"""The lists of what readers can ask for, on both databases."""

from __future__ import annotations

from store import bulletins, expunging, inventory, publication, renaming, taxonomy
from store.changes import current_edition
from store.database import Database
from store.inventory import Listed
from store.names import Kind
from store.types import Attachment, StoredFile
from tests.support.samples import draft
from tests.support.stores import Clock


def published(database: Database, **said: object) -> int:
    with database.transaction() as session:
        number = bulletins.draft(session, draft(**said))
        publication.publish(session, number, publisher_required=False)
    return number


def test_bulletins_that_readers_saw_are_listed_and_those_that_changed_since(database: Database) -> None:
    first, second, third = (published(database, title=f"Tin {number}") for number in (1, 2, 3))
    with database.transaction() as session:
        bulletins.draft(session, draft(title="Nháp"))
        publication.withdraw(session, second, reason="Nhầm.")
        edition = current_edition(session)
    with database.transaction() as session:
        bulletins.revise(session, third, draft(title="Tin ba"))
    with database.snapshot() as session:
        listed = [Listed(first, "tin-1", False), Listed(second, "tin-2", True), Listed(third, "tin-ba", False)]
        assert list(inventory.iter_listed(session)) == listed
        assert list(inventory.iter_listed(session, after_edition=edition)) == [listed[2]]
        assert list(inventory.iter_listed(session, after_edition=current_edition(session))) == []


def test_bulletins_below_a_category_are_listed_where_its_name_shows(database: Database) -> None:
    with database.transaction() as session:
        above = taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
    below = published(database, title="Hội xuân", categories=("Lễ hội",))
    gone = published(database, title="Hội thu", categories=("Văn hóa",))
    published(database, title="Tin khác")
    with database.transaction() as session:
        publication.withdraw(session, gone, reason="Nhầm.")
    with database.snapshot() as session:
        listed = inventory.iter_listed(session, after_edition=current_edition(session), categories=[above.id])
        assert [each.number for each in listed] == [below]


def test_long_lists_come_whole(database: Database, monkeypatch: object) -> None:
    numbers = [published(database, title=f"Tin {number}") for number in range(5)]
    inventory.BATCH, kept = 2, inventory.BATCH
    try:
        with database.snapshot() as session:
            assert [listed.number for listed in inventory.iter_listed(session)] == numbers
    finally:
        inventory.BATCH = kept


def test_files_of_departed_bulletins_are_listed(database: Database) -> None:
    photo = StoredFile(digest="a" * 64, media_type="image/jpeg", size_bytes=9, width_px=3, height_px=2)
    other = StoredFile(digest="b" * 64, media_type="image/png", size_bytes=9, width_px=3, height_px=2)
    gone = published(database, title="Tin", attachments=(Attachment(number=1, caption="Ảnh", file=photo),))
    erased = published(database, title="Tin kia", attachments=(Attachment(number=1, caption="Ảnh", file=other),))
    with database.snapshot() as session:
        assert list(inventory.iter_departed_files(session)) == []
    with database.transaction() as session:
        publication.withdraw(session, gone, reason="Nhầm.")
        expunging.expunge(session, erased)
    with database.snapshot() as session:
        assert list(inventory.iter_departed_files(session)) == [("a" * 64, "image/jpeg")]


def test_former_slugs_are_listed_by_that_of_today(database: Database, clock: Clock) -> None:
    with database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_category(session, "Lễ hội")
        taxonomy.add_organisation(session, "Văn hóa")
    for name in ("Văn hóa – Xã hội", "Văn xã"):
        clock.move(days=1)
        with database.transaction() as session:
            renaming.rename(session, Kind.CATEGORY, "van-hoa" if name != "Văn xã" else "van-hoa-xa-hoi", name)
    with database.snapshot() as session:
        assert inventory.former_slugs(session, Kind.CATEGORY) == {"van-xa": ("van-hoa", "van-hoa-xa-hoi")}
        assert inventory.former_slugs(session, Kind.ORGANISATION) == {}


def test_a_still_database_sees_nothing_of_what_is_written_meanwhile(database: Database) -> None:
    published(database, title="Trước")
    with database.still() as still:
        with still.snapshot() as session:
            edition = current_edition(session)
        published(database, title="Sau")
        with still.snapshot() as session:
            assert current_edition(session) == edition
            assert [listed.slug for listed in inventory.iter_listed(session)] == ["truoc"]
        assert still.is_sqlite == database.is_sqlite
    with database.snapshot() as session:
        assert len(list(inventory.iter_listed(session))) == 2
