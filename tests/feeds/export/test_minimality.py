"""What an export writes and removes after each kind of act: exactly what reads otherwise from then on."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import zstandard
from sqlalchemy import update
from sqlalchemy.orm import Session

from feeds.export.codings import EXTENSIONS
from feeds.export.manifest import Generation
from store import bulletins, changes, expunging, publication, renaming, reorganisation, taxonomy
from store.attachments import removal
from store.database import Database
from store.errors import Conflict
from store.models import DbBulletin, DbChange
from store.names import Kind
from store.types import Attachment
from tests.feeds.conftest import BASE_URL
from tests.feeds.export.conftest import Exporting, exporting, furnish
from tests.support.samples import day, draft
from tests.support.stores import Clock

SITE = {"/feeds/", "/sitemap.xml"}
"""What tells of every change: counts, dates, addresses."""
OPML = "/feeds.opml"
LONG_TONG = "/ban-tin/le-hoi-long-tong-1"


def channels(*paths: str) -> set[str]:
    return {f"/feeds/{path}{end}" for path in paths for end in ("", ".rss", ".atom", ".json")}


def lasting(addresses: Iterable[str]) -> set[str]:
    """Leave out what changes with the hour, and archives, which have tests of their own."""
    return {address for address in addresses if address != "/news-sitemap.xml" and "/archive/" not in address}


@pytest.fixture
def exported(site: Exporting) -> Exporting:
    """The site, exported a while ago."""
    done = site()
    assert done.is_full
    first = channels("all", "category/van-hoa", "publisher/hoi-nong-dan-tinh")
    assert set(done.written) >= first | SITE | {OPML, LONG_TONG}
    assert done.removed == ()
    site.clock.move(seconds=30)
    return site


def test_a_second_export_writes_nothing(exported: Exporting) -> None:
    def seen() -> dict[str, tuple[int, int]]:
        found = {}
        for place, folders, files in os.walk(exported.folder):
            for name in [*folders, *files]:
                state = (Path(place) / name).lstat()
                found[f"{place}/{name}"] = (state.st_ino, state.st_mtime_ns)
        return found

    before = seen()
    done = exported()
    assert (done.written, done.removed, done.is_configuration_changed, done.is_full) == ((), (), False, False)
    assert seen() == before


def test_a_publication_writes_its_channels_and_its_page(exported: Exporting) -> None:
    exported.add(title="Tin mới", categories=("Văn hóa",), publisher="Hội Nông dân tỉnh", published=day(2026, 11, 5))
    done = exported()
    assert not done.is_full
    bodies = ("organisation/hoi-nong-dan-tinh", "publisher/hoi-nong-dan-tinh")
    pairs = [f"category/van-hoa/{body}" for body in bodies]
    assert lasting(done.written) == channels("all", "category/van-hoa", *bodies, *pairs) | SITE | {"/ban-tin/tin-moi-4"}
    assert done.removed == ()


def test_a_revision_writes_its_channels_and_its_page(exported: Exporting) -> None:
    said = {"publisher": "Hội Nông dân tỉnh", "subjects": ("Sở Văn hóa tỉnh",)}
    exported.retitle(3, "Ngày hội nông dân", lead="Sapo khác hẳn.", **said)
    bodies = ("organisation/hoi-nong-dan-tinh", "publisher/hoi-nong-dan-tinh", "organisation/so-van-hoa-tinh")
    found = lasting(exported().written)
    assert found == channels("all", *bodies) | (SITE - {"/feeds/"}) | {"/ban-tin/ngay-hoi-nong-dan-3"}


def test_a_draft_writes_nothing(exported: Exporting) -> None:
    with exported.database.transaction() as session:
        bulletins.draft(session, draft(title="Bản nháp"))
    done = exported()
    assert (done.written, done.removed) == ((), ())
    assert not any("nhap" in str(path) for path in exported.folder.rglob("*"))


def test_a_withdrawal_takes_page_and_files_away(exported: Exporting) -> None:
    files = {address for address in exported.addresses() if address.startswith("/files/")}
    assert len(files) == 2
    exported.withdraw(1)
    done = exported()
    paths = ("category/le-hoi", "category/van-hoa", "organisation/so-van-hoa-tinh", "publisher/so-van-hoa-tinh")
    pairs = [f"{category}/{body}" for category in paths[:2] for body in paths[2:]]
    # Its page says that it is gone from now on, and why.
    assert lasting(done.written) == channels("all", *paths, *pairs) | SITE | {LONG_TONG}
    assert set(done.removed) == files
    assert not [path for path in exported.folder.rglob("*") if path.suffix in {".jpg", ".pdf"} and path.is_file()]


def test_a_photo_that_another_bulletin_shows_stays(exported: Exporting) -> None:
    exported.add(title="Cùng ảnh", publisher="Hội Nông dân tỉnh", attachments=(exported.photo(),))
    [photo] = [address for address in exported.addresses() if address.endswith(".jpg")]
    assert photo not in exported().written
    exported.withdraw(1)
    assert photo not in exported().removed
    assert photo in exported.addresses()
    exported.withdraw(4)
    assert photo in exported().removed


def test_what_was_expunged_is_nowhere_in_the_folder(exported: Exporting) -> None:
    secret = "Nguyễn Văn Kín"
    number = exported.add(
        title=f"Về ông {secret}", lead=secret, publisher="Hội Nông dân tỉnh", attachments=(exported.photo(1),)
    )
    exported()
    found = [path for path in exported.folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert len(found) > 5
    with exported.database.transaction() as session:
        expunging.expunge(session, number, reason="Theo yêu cầu.")
    removal.sweep(exported.database, exported.storage)
    exported()
    for path in exported.folder.rglob("*"):
        assert "nguyen-van-kin" not in path.name
        if path.is_file():
            assert secret.encode() not in path.read_bytes(), path
    assert not list(exported.folder.glob(f"generations/{1}"))


def test_a_new_title_moves_the_page_and_leaves_the_others(exported: Exporting) -> None:
    exported.retitle(3, "Ngày hội của nông dân", publisher="Hội Nông dân tỉnh", subjects=("Sở Văn hóa tỉnh",))
    done = exported()
    assert "/ban-tin/ngay-hoi-cua-nong-dan-3" in done.written
    assert done.removed == ("/ban-tin/ngay-hoi-nong-dan-3",)
    assert LONG_TONG not in done.written
    assert LONG_TONG in exported.addresses()


def test_a_renamed_category_moves_its_channels(exported: Exporting) -> None:
    with exported.database.transaction() as session:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa và Thể thao", since=exported.clock())
    done = exported()
    moved = {address for address in done.removed if "/archive/" not in address}
    assert moved >= channels("category/van-hoa")
    assert all("/category/van-hoa" in address for address in moved)
    assert {address.replace("/van-hoa", "/van-hoa-va-the-thao") for address in moved} <= set(done.written)
    # Their pages show the way there.
    pages = {address for address in done.written if address.startswith("/ban-tin/")}
    assert pages == {LONG_TONG, "/ban-tin/hoi-thi-hat-then-2"}


def assert_pages_are_those_of_today(exported: Exporting) -> None:
    pages = [address for address in exported.addresses() if address.startswith("/ban-tin/")]
    assert len(pages) == 4
    for address in pages:
        assert exported.read(f"ban-tin/0/@/{address.removeprefix('/ban-tin/')}.html") == (
            exported.client.get(address).data
        ), address


def test_pages_show_the_names_and_the_tree_of_today(exported: Exporting) -> None:
    with exported.database.transaction() as session:
        taxonomy.add_category(session, "Thể thao")
        taxonomy.add_category(session, "Đua thuyền", parent="Lễ hội")
    exported.add(title="Đua thuyền trên sông", categories=("Đua thuyền",), authors=("Thu Trang",))
    exported()

    def rename(session: Session) -> None:
        renaming.rename(session, Kind.CATEGORY, "Văn hóa", "Văn hóa và Du lịch", since=exported.clock())

    def rename_throughout(session: Session) -> None:
        renaming.rename(session, Kind.CATEGORY, "Lễ hội", "Lễ hội truyền thống", throughout=True)

    def rename_others(session: Session) -> None:
        renaming.rename(session, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Sở Văn hóa và Du lịch tỉnh")
        renaming.rename(session, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân Vân Sơn", throughout=True)
        renaming.rename(session, Kind.AUTHOR, "Thu Trang", "Nguyễn Thu Trang")

    def move(session: Session) -> None:
        reorganisation.move(session, Kind.CATEGORY, "Lễ hội truyền thống", "Thể thao")

    def merge(session: Session) -> None:
        reorganisation.move(session, Kind.CATEGORY, "Đua thuyền", None)
        reorganisation.merge(session, Kind.CATEGORY, "Lễ hội truyền thống", "Văn hóa và Du lịch")
        reorganisation.merge(session, Kind.ORGANISATION, "Sở Văn hóa và Du lịch tỉnh", "Hội Nông dân Vân Sơn")

    for act in (rename, rename_throughout, rename_others, move, merge):
        exported.clock.move(seconds=30)
        with exported.database.transaction() as session:
            act(session)
        assert not exported().is_full, act.__name__
        assert_pages_are_those_of_today(exported)


def test_a_store_of_another_past_is_exported_as_a_whole(exported: Exporting) -> None:
    with exported.database.transaction() as session:
        edition = changes.current_edition(session)
        session.execute(update(DbChange).where(DbChange.edition == edition).values(committed_at=exported.clock()))
    assert exported().is_full
    assert not exported().is_full


def test_links_are_not_led_elsewhere_by_accident(exported: Exporting) -> None:
    before = exported.tree()
    elsewhere = exporting(exported.database, exported.folder.parent, exported.clock, base_url="http://localhost:8000")
    for said in ({}, {"dry_run": True}):
        with pytest.raises(Conflict, match=f"{BASE_URL}, and BANTIN_BASE_URL is http://localhost:8000") as refused:
            elsewhere(**said)
        assert "--full" in (refused.value.vietnamese or "")
    assert exported.tree() == before
    assert elsewhere(full=True).is_full
    assert elsewhere().written == ()


def test_the_application_is_remembered_until_it_is_dropped(exported: Exporting) -> None:
    form, configured = b'role="search"', b"proxy_pass http://127.0.0.1:9;"
    assert form not in exported.read("feeds/all/@/html")
    assert exported(application_url="http://127.0.0.1:9").application_url == "http://127.0.0.1:9"
    exported.add(title="Tin mới", publisher="Hội Nông dân tỉnh")
    assert exported().application_url == "http://127.0.0.1:9"
    assert configured in exported.read("nginx/server.conf")
    # Whoever can be asked is asked on every channel's page.
    assert form in exported.read("feeds/all/@/html")
    assert form in exported.read("feeds/author/thu-trang/@/html")
    dropped = exported(application_url="")
    assert (dropped.is_full, dropped.application_url) == (True, "")
    assert configured not in exported.read("nginx/server.conf")
    assert form not in exported.read("feeds/author/thu-trang/@/html")


def damage(exported: Exporting, number: int, *, minutes: int) -> None:
    """Alter an offset behind the store's back: one of 100000 minutes is none."""
    with exported.database.transaction() as session:
        session.execute(update(DbBulletin).where(DbBulletin.number == number).values(published_offset_minutes=minutes))


def test_what_cannot_be_had_whole_stays_as_it_was_until_it_can(exported: Exporting) -> None:
    feeds = ("feeds/all/@/rss", "feeds/author/thu-trang/@/json", "feeds/publisher/hoi-nong-dan-tinh/@/atom")
    before = [exported.read(name) for name in feeds]
    exported.add(title="Tin mới", publisher="Hội Nông dân tỉnh")
    exported.retitle(2, "Tin hỏng", authors=("Thu Trang",))
    exported.clock.move(seconds=30)
    damage(exported, 2, minutes=100_000)
    for done in (exported(), exported(full=True), exported()):
        assert {"/feeds/all.rss", "/feeds/author/thu-trang.json"} <= set(done.withheld)
        assert "/feeds/publisher/hoi-nong-dan-tinh.atom" not in done.withheld
        after = [exported.read(name) for name in feeds]
        assert [one == other for one, other in zip(before, after, strict=True)] == [True, True, False]
        # What it says of all feeds it has of one that is not whole.
        assert b"no-store" not in exported.read("nginx/server.conf")
    damage(exported, 2, minutes=420)
    mended = exported()
    assert mended.withheld == ()
    for name, address in zip(feeds, ("all.rss", "author/thu-trang.json"), strict=False):
        assert exported.read(name) == exported.client.get(f"/feeds/{address}").data
    assert exported().written == ()


def test_a_new_category_is_there_before_anything_stands_in_it(exported: Exporting) -> None:
    with exported.database.transaction() as session:
        taxonomy.add_category(session, "Thể thao")
    assert lasting(exported().written) - SITE == channels("category/the-thao") | {OPML}


def test_another_name_of_the_site_asks_for_everything(exported: Exporting) -> None:
    renamed = exporting(exported.database, exported.folder.parent, exported.clock, rights="Giữ bản quyền.")
    done = renamed()
    assert done.is_full
    assert channels("all", "category/van-hoa", "author/thu-trang") - {
        address for address in channels("all", "category/van-hoa", "author/thu-trang") if "." not in address
    } <= set(done.written)
    # What reads as before is not written.
    assert not {address for address in done.written if address.startswith(("/files/", "/static/"))}


def test_full_writes_everything_anew_and_mends_what_was_damaged(exported: Exporting) -> None:
    wanted = exported.read("feeds/all/@/rss")
    path = (exported.folder / "current/feeds/all/@/rss").resolve()
    dated = path.stat().st_mtime
    path.write_bytes(b"damaged")
    assert exported().written == ()
    done = exported(full=True)
    assert set(done.written) >= set(exported.addresses())
    assert exported.read("feeds/all/@/rss") == wanted
    # The same bytes keep their date, so that no client fetches them again.
    assert (exported.folder / "current/feeds/all/@/rss").stat().st_mtime == dated


def test_a_dry_run_tells_the_same_and_writes_nothing(exported: Exporting, tmp_path: Path) -> None:
    exported.add(title="Tin mới", publisher="Hội Nông dân tỉnh", attachments=(exported.photo(2),))
    before = exported.tree()
    told = exported(dry_run=True)
    assert exported.tree() == before
    done = exported()
    assert (done.written, done.removed) == (told.written, told.removed)
    assert done.written
    elsewhere = replace(exported, folder=tmp_path / "none")
    assert set(elsewhere(dry_run=True).written) == set(elsewhere.addresses_of_full())
    assert not elsewhere.folder.exists()


def test_bytes_of_an_address_never_change_under_the_same_date(exported: Exporting) -> None:
    """A web server makes its validator of date and size alone."""
    path = exported.folder / "current/feeds/all/@/rss"
    seen = {path.read_bytes(): int(path.stat().st_mtime)}
    for letter in "abc":
        # All within one second of the clock, all of the same size.
        exported.retitle(3, f"Ngày hội {letter}", publisher="Hội Nông dân tỉnh", subjects=("Sở Văn hóa tỉnh",))
        exported()
        seen[path.read_bytes()] = int(path.stat().st_mtime)
    assert len(seen) == 4
    assert len(set(seen.values())) == 4
    assert {coded.stat().st_mtime for coded in path.parent.glob("rss*")} == {path.stat().st_mtime}


def test_bodies_and_codings_agree(exported: Exporting) -> None:
    decode = {".br": brotli.decompress, ".gz": gzip.decompress, ".zst": zstandard.decompress}
    coded = [path for path in exported.folder.glob("shards/**/*") if path.suffix in EXTENSIONS]
    assert len(coded) > 100
    for path in coded:
        assert decode[path.suffix](path.read_bytes()) == path.with_name(path.name[: -len(path.suffix)]).read_bytes()


def test_the_last_archive_before_stays_for_whoever_is_on_the_way_to_it(site: Exporting) -> None:
    short = exporting(site.database, site.folder.parent, site.clock, entries=1)

    def archives() -> list[str]:
        return [each for each in short.addresses() if each.startswith("/feeds/all/archive/") and each.endswith("atom")]

    short()
    [first] = archives()
    short.add(title="Thêm một tin", publisher="Hội Nông dân tỉnh")
    short.clock.move(seconds=5)
    short()
    [kept, second] = archives()
    assert kept == first != second
    short.add(title="Thêm một tin nữa", publisher="Hội Nông dân tỉnh")
    short.clock.move(seconds=5)
    short()
    [kept, third] = archives()
    assert kept == second != third


def test_nobody_sees_other_peoples_drafts_or_secrets(exported: Exporting) -> None:
    for path in exported.folder.rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
            assert path.stat().st_mode & 0o002 == 0


def test_a_generation_says_what_it_was_made_of(exported: Exporting) -> None:
    made = Generation.from_json(exported.read("manifest.json"))
    assert made is not None
    exported.add(title="Tin mới", publisher="Hội Nông dân tỉnh", attachments=(Attachment(number=1, caption="Chờ ảnh"),))
    edition = exported().edition
    again = Generation.from_json(exported.read("manifest.json"))
    assert again is not None
    assert again.state.edition == edition > made.state.edition
    untouched = [path for path in made.shards if path.startswith("feeds/author/")]
    assert untouched
    assert all(again.shards[path] == made.shards[path] for path in untouched)


def test_it_is_the_same_on_both_databases(database: Database, tmp_path: Path, clock: Clock) -> None:
    made = exporting(database, tmp_path, clock)
    furnish(made)
    assert set(made().written) >= channels("all", "category/le-hoi/publisher/so-van-hoa-tinh") | SITE | {LONG_TONG}
    made.add(title="Tin mới", publisher="Hội Nông dân tỉnh")
    bodies = ("organisation/hoi-nong-dan-tinh", "publisher/hoi-nong-dan-tinh")
    clock.move(seconds=30)
    assert lasting(made().written) == channels("all", *bodies) | SITE | {"/ban-tin/tin-moi-4"}
    with made.database.transaction() as session:
        publication.withdraw(session, 4, reason="Nhầm.")
    assert "/ban-tin/tin-moi-4" in made().written
