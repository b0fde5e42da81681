"""Search: a bulletin is found by every word of it while it is published, newest first, and by no other."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from store import (
    attaching,
    bulletins,
    catalogue,
    changes,
    expunging,
    publication,
    rebuild,
    renaming,
    reorganisation,
    schema,
    taxonomy,
)
from store.attachments.disk import DiskStorage
from store.backups.places import read_destination
from store.backups.restoring import restore
from store.backups.writing import write_backup
from store.database import Database
from store.errors import NotFound, StoreUnavailable
from store.fulltext import indexing, postgres, searching
from store.fulltext.contract import TABLES, Indexed
from store.models import DbBulletin, DbPlacement
from store.names import Kind
from store.text.queries import canonical_query, terms_of
from store.types import VIETNAM, Attachment, AttachmentKind, Draft, Moment, Place, Selection, Status, Window
from tests.support import old_stores, stores
from tests.support.requirements import lacks
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def window(database: Database, selection: Selection, limit: int = 50, before: int | None = None) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, selection, limit=limit, before=before)


def found(database: Database, typed: str, **ids: int | tuple[int, ...]) -> list[int]:
    chosen = {criterion: each if isinstance(each, tuple) else (each,) for criterion, each in ids.items()}
    selection = Selection.of(chosen, text=canonical_query(typed))
    return [entry.number for entry in window(database, selection).entries]


def publish(database: Database, **said: object) -> int:
    number = do(database, bulletins.draft, draft(**{"attachments": (), "body": "<p>Nội dung.</p>"} | said))
    do(database, publication.publish, number, publisher_required=False)
    return number


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction(actor="Lan") as session:
        for name in ("Văn hóa", "Giáo dục", "Y tế"):
            taxonomy.add_category(session, name)
        for name in ("Sở Văn hóa tỉnh", "Hội Nông dân tỉnh", "Tỉnh đoàn"):
            taxonomy.add_organisation(session, name)
    return database


def whole(database: Database) -> int:
    """Publish a bulletin that has a word of its own wherever words can stand."""
    return publish(
        database,
        title="ĐẢNG BỘ tỉnh họp tiêuđề",
        lead="Ðoàn viên dẫnđề",
        body="<p>Trong thânbài có <strong>in đậm</strong>.</p><p>Đoạn hai.</p>",
        publisher="Sở Văn hóa tỉnh",
        subjects=("Hội Nông dân tỉnh",),
        categories=("Văn hóa",),
        authors=("Thu Trang",),
        attachments=(
            Attachment(number=1, caption="Quang cảnh chúthích", credit="Văn Nam"),
            Attachment(number=2, kind=AttachmentKind.DOCUMENT, caption="Quyết định vănbản", reference="1234/QĐ-UBND"),
        ),
        place=Place("Nhà văn hóa thôn Nậm Lam"),
    )


@pytest.mark.parametrize(
    "typed",
    [
        "tiêuđề",
        "DANDE",
        "thanbai",
        "in đậm",
        "chuthich",
        "vănbản",
        "1234/qđ-ubnd",
        "sở văn hóa",
        "hội nông dân",
        "thu trang",
        "nậm lam",
        "dang",
        "đảng bộ",
        "doan",
        "Đoàn",
        "Ðoàn",
        '"đảng bộ tỉnh họp"',
        "“đoàn viên”",
        "tiêuđề thanbai chuthich trang",
    ],
)
def test_a_bulletin_is_found_by_all_that_it_says(database: Database, typed: str) -> None:
    number = whole(database)
    publish(database, title="Bản tin khác")
    assert found(database, typed) == [number]


@pytest.mark.parametrize(
    "typed",
    ["khôngcó", "tieu", "dang OR khongco", '"bộ đảng"', '"tỉnh đảng bộ"', '"văn nam"', "strong", '"đoạn thânbài"'],
)
def test_it_is_not_found_by_anything_else(database: Database, typed: str) -> None:
    whole(database)
    assert found(database, typed) == []


@pytest.mark.parametrize("typed", ["越南", "新闻", '"越南新"', "новости", "НОВОСТИ", "ខ្មែរ", "cafe"])
def test_every_script_is_found(database: Database, typed: str) -> None:
    number = publish(database, title="越南新闻 Новости ភាសាខ្មែរ Café")
    publish(database, title="南越 闻新")
    assert found(database, typed) == [number]


def test_the_newest_come_first_page_by_page(database: Database) -> None:
    numbers = [publish(database, title=f"Lễ hội {n}", published=day(2026, 11, 1 + n % 5)) for n in range(11)]
    order = sorted(numbers, key=lambda number: (-((number - 1) % 5), -number))
    assert found(database, "lễ hội") == order
    selection, read, before = Selection(text="le hoi"), [], None
    while entries := window(database, selection, limit=4, before=before).entries:
        read += [entry.number for entry in entries]
        before = entries[-1].position
    assert read == order


def test_only_what_is_published_is_found(database: Database, clock: Clock) -> None:
    do(database, bulletins.draft, draft(title="Nháp kín"))
    assert found(database, "kín") == []
    number = publish(database, title="Bản tin kín", lead="Câu đầu.")
    assert found(database, "kín") == [number]
    clock.move(minutes=1)
    do(database, publication.withdraw, number, reason="Nhầm")
    assert found(database, "kín") == []
    do(database, bulletins.revise, number, draft(title="Bản tin mở", lead="Câu sau.", published=None))
    assert found(database, "mở") == []
    do(database, publication.publish, number, publisher_required=False)
    assert (found(database, "kín"), found(database, "mở"), found(database, "sau")) == ([], [number], [number])
    do(database, expunging.expunge, number)
    assert found(database, "mở") == []


def test_what_a_revision_takes_out_is_found_no_more(database: Database) -> None:
    number = publish(database, title="Mừng hội xuân")
    do(database, bulletins.revise, number, draft(title="Bế mạc hội xuân", published=None, authors=("Hà Vy",)))
    assert [found(database, typed) for typed in ("mừng", "bế mạc", "hà vy")] == [[], [number], [number]]
    added = Attachment(number=0, caption="Toàn cảnh")
    do(database, attaching.add_attachment, number, added)
    assert found(database, "toàn cảnh") == [number]


def test_names_are_those_of_the_day_as_readers_see_them(database: Database, clock: Clock) -> None:
    old = publish(database, title="Tin cũ", publisher="Tỉnh đoàn", published=day(2026, 11, 2))
    clock.move(days=1)
    since = datetime(2026, 11, 10, tzinfo=VIETNAM)
    late = publish(database, title="Tin sau", publisher="Tỉnh đoàn", published=day(2026, 11, 12))
    do(database, renaming.rename, Kind.ORGANISATION, "Tỉnh đoàn", "Thành đoàn Vân Sơn", since=since)
    assert found(database, '"thành đoàn"') == [late]
    assert found(database, '"tỉnh đoàn"') == [old]
    assert found(database, "tin", publisher=3) == [late, old]


def test_criteria_and_words_together(database: Database) -> None:
    first = publish(database, title="Lễ hội xuân", categories=("Văn hóa",), publisher="Sở Văn hóa tỉnh")
    second = publish(database, title="Lễ hội thu", categories=("Giáo dục",), publisher="Sở Văn hóa tỉnh")
    third = publish(
        database,
        title="Lễ khai giảng",
        categories=("Giáo dục", "Văn hóa"),
        publisher="Hội Nông dân tỉnh",
        subjects=("Sở Văn hóa tỉnh",),
        authors=("Thu Trang",),
    )
    assert found(database, "lễ", category=1) == [third, first]
    assert found(database, "hội", category=1) == [third, first]
    assert found(database, '"lễ hội"', category=1) == [first]
    assert found(database, "lễ", category=(1, 2), publisher=1) == [second, first]
    assert found(database, "", category=1, author=1) == [third]
    assert found(database, "", category=2, organisation=1, publisher=2) == [third]
    assert found(database, "", category=(1, 2)) == [third, second, first]
    assert found(database, "", category=(1, 3), organisation=(1, 3)) == [third, first]
    assert found(database, "", organisation=1, publisher=(1, 2), author=1) == [third]
    assert found(database, "", category=3) == []


def test_a_selection_of_what_is_not_there_is_refused(database: Database) -> None:
    for selection in (Selection(category=99, text="le"), Selection.of({"category": (1, 99)})):
        with pytest.raises(NotFound, match="99"):
            window(database, selection)


def test_mergers_and_moves_carry_the_words_along(database: Database) -> None:
    number = publish(database, title="Lễ hội", categories=("Văn hóa",), publisher="Sở Văn hóa tỉnh")
    do(database, reorganisation.merge, Kind.ORGANISATION, "Tỉnh đoàn", "Sở Văn hóa tỉnh", since=DAY_ONE)
    assert found(database, "lễ", publisher=3) == [number]
    do(database, reorganisation.move, Kind.CATEGORY, "Văn hóa", "Y tế")
    assert found(database, "lễ", category=3) == [number]
    do(database, reorganisation.move, Kind.CATEGORY, "Văn hóa", None)
    assert found(database, "lễ", category=3) == []


DAY_ONE = datetime(2026, 11, 1, tzinfo=VIETNAM)
WORDS = ("lễ", "hội", "xuân", "đảng", "bộ", "越南")


def random_store(database: Database, random: Random, count: int) -> None:
    """Fill a store with bulletins of a few words, and have some of them change, go and come back."""
    names = {kind: [f"{kind.value} {n}" for n in range(3)] for kind in Kind}
    with database.transaction() as session:
        for name in names[Kind.CATEGORY]:
            taxonomy.add_category(session, name)
        for name in names[Kind.ORGANISATION]:
            taxonomy.add_organisation(session, name)
        numbers = []
        for _ in range(count):
            said = Draft(
                title=" ".join(random.choices(WORDS, k=random.randrange(1, 5))),
                body=f"<p>{' '.join(random.choices(WORDS, k=random.randrange(4)))}</p>",
                publisher=random.choice([*names[Kind.ORGANISATION], None]),
                subjects=tuple(random.sample(names[Kind.ORGANISATION], k=random.randrange(3))),
                categories=tuple(random.sample(names[Kind.CATEGORY], k=random.randrange(3))),
                authors=tuple(random.sample(names[Kind.AUTHOR], k=random.randrange(3))),
                published=Moment(datetime(2026, 11, 1, tzinfo=VIETNAM) - timedelta(hours=random.randrange(8_000))),
            )
            numbers.append(bulletins.draft(session, said))
            publication.publish(session, numbers[-1], publisher_required=False)
        for number in random.sample(numbers, k=count // 4):
            publication.withdraw(session, number, reason="Nhầm")
            if random.random() < 0.5:
                publication.publish(session, number, publisher_required=False)


def published(database: Database) -> list[tuple[int, int, frozenset[str], str]]:
    """List what is published, newest first: position, number, selection_keys and words."""
    with database.snapshot() as session:
        rows = session.execute(select(DbBulletin.number, DbBulletin.position).order_by(DbBulletin.position.desc()))
        listed = []
        for number, position in rows:
            bulletin = catalogue.get_bulletin(session, number)
            keys = session.scalars(select(DbPlacement.selection_key).where(DbPlacement.position == position))
            if bulletin.status is Status.PUBLISHED:
                listed.append((position, number, frozenset(keys), f" {indexing.words_of(bulletin)} "))
        return listed


def by_hand(listed: list[tuple[int, int, frozenset[str], str]], selection: Selection) -> list[int]:
    """Choose bulletins as the definition says, one by one."""
    groups = [{f"{criterion[0]}{each}" for each in ids} for criterion, ids in selection.ids.items()]
    phrases = [f" {' '.join(term)} " for term in terms_of(selection.text)]
    return [
        number
        for _, number, keys, words in listed
        if all(keys & group for group in groups) and all(phrase in words for phrase in phrases)
    ]


def random_selection(random: Random) -> Selection:
    ids = {
        criterion: random.sample(
            range(4, 7) if criterion != "author" else range(1, 4), k=random.choice((0, 0, 1, 1, 2, 3))
        )
        for criterion in ("category", "organisation", "publisher", "author")
    }
    typed = " ".join(random.choices(WORDS, k=random.choice((0, 0, 1, 1, 2, 3))))
    if random.random() < 0.4:
        typed = f'"{typed}"'
    return Selection.of(ids, text=canonical_query(typed))


@pytest.mark.parametrize("many", [1_000, 1])
def test_any_selection_is_what_its_definition_says(
    database: Database, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    # With one match taken for many every span of time is looked at in its parts.
    monkeypatch.setattr(postgres, "MANY", many)
    random = Random(many)
    random_store(database, random, 30)
    sizes, listed = set(), published(database)
    for _ in range(50):
        selection = random_selection(random)
        wanted = by_hand(listed, selection)
        assert [entry.number for entry in window(database, selection).entries] == wanted, selection.key
        if len(wanted) > 3:
            second = window(database, selection, limit=2)
            assert [entry.number for entry in second.entries] == wanted[:2], selection.key
            below = window(database, selection, limit=2, before=second.entries[-1].position)
            assert [entry.number for entry in below.entries] == wanted[2:4], selection.key
        sizes.add(min(len(wanted), 4))
    assert sizes == {0, 1, 2, 3, 4}
    assert do(database, rebuild.rebuild).faults == ()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.one_of(st.text(max_size=60), st.text("ab\"'*:^+-(){}&|!<>\\ đ", max_size=40)))
def test_nothing_that_is_typed_is_an_error(database: Database, typed: str) -> None:
    assert found(database, typed) == []


def test_old_and_future_dates_are_found_alike(database: Database) -> None:
    # Positions are below zero before 1970.
    old = publish(database, title="Lễ cũ", published=Moment(datetime(1950, 5, 1, 8, 0, tzinfo=VIETNAM)))
    older = publish(database, title="Lễ cũ hơn", published=Moment(datetime(1931, 5, 1, 8, 0, tzinfo=VIETNAM)))
    new = publish(database, title="Lễ mới")
    assert found(database, "lễ") == [new, old, older]
    last = window(database, Selection(text="le"), limit=2).entries[-1].position
    assert [entry.number for entry in window(database, Selection(text="le"), before=last).entries] == [older]


SEARCHES = tuple(
    Selection.of({criterion: ids for criterion, ids in chosen.items() if ids}, text=words)
    for words, chosen in (
        ("le", {}),
        ("le", {"category": (1,)}),
        ("", {"category": (1, 2)}),
        ("", {"category": (1,), "author": (1,)}),
        ("le hoi", {"publisher": (1, 2)}),
    )
)


def test_a_date_never_goes_back_and_a_tag_tells_every_change(database: Database, clock: Clock) -> None:
    seen: dict[str, Window] = {}

    def look() -> None:
        for selection in SEARCHES:
            shown = window(database, selection)
            before = seen.get(selection.key, shown)
            assert shown.changed_at >= before.changed_at, selection.key
            assert shown.edition >= before.edition, selection.key
            if shown.entries != before.entries:
                assert shown.edition > before.edition, selection.key
            seen[selection.key] = shown

    filed = {"categories": ("Văn hóa",), "authors": ("Thu Trang",), "publisher": "Sở Văn hóa tỉnh"}
    numbers = [publish(database, title=f"Lễ hội {n}", **filed) for n in range(3)]
    for act in (
        lambda: do(database, bulletins.revise, numbers[2], draft(title="Lễ hội sửa", published=None, **filed)),
        lambda: do(database, bulletins.revise, numbers[2], draft(title="Không còn", published=None, **filed)),
        lambda: do(database, bulletins.revise, numbers[1], draft(title="Lễ hội", published=None)),
        lambda: do(database, publication.withdraw, numbers[0], reason="Nhầm"),
        lambda: do(database, publication.publish, numbers[0], publisher_required=False),
        lambda: do(database, reorganisation.merge, Kind.CATEGORY, "Văn hóa", "Y tế"),
        lambda: do(database, renaming.rename, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Sở Lễ hội", throughout=True),
        lambda: do(database, expunging.expunge, numbers[0]),
    ):
        clock.move(minutes=1)
        look()
        act()
        look()


def test_what_is_published_elsewhere_moves_nothing(database: Database, clock: Clock) -> None:
    publish(database, title="Lễ hội", categories=("Văn hóa",), authors=("Thu Trang",))
    before = [window(database, selection) for selection in SEARCHES]
    clock.move(minutes=1)
    publish(database, title="Tin khác", categories=("Y tế",), authors=("Hà Vy",))
    assert [window(database, selection) for selection in SEARCHES] == before


def test_a_sound_index_is_left_alone_and_a_broken_one_is_mended(database: Database) -> None:
    first, second = publish(database, title="Lễ hội"), publish(database, title="Hội thi", categories=("Văn hóa",))
    assert do(database, rebuild.rebuild).faults == ()
    with database.transaction() as session:
        edition = changes.current_edition(session)
        position = bulletins.get_row(session, first).position or 0
        other = bulletins.get_row(session, second).position or 0
        searching.remove(session, [position])
        searching.index_of(session).put(
            session,
            [Indexed(other, "hoi thi", frozenset({"all"})), Indexed(other + 1, "ma", frozenset({"all"}))],
        )
    with database.snapshot() as session:
        faults = rebuild.examine(session).faults
    assert faults == (
        f"search: bulletin {first} could not be found",
        f"search: bulletin {second} was found by other words than its own",
        "search: something that is not published could be found",
    )
    assert do(database, rebuild.rebuild).faults == faults
    assert do(database, rebuild.rebuild).faults == ()
    assert (found(database, "hội"), found(database, "hội", category=1)) == ([second, first], [second])
    with database.snapshot() as session:
        assert changes.current_edition(session) == edition + 1
        assert searching.index_of(session).positions(session, above=None, limit=9) == [position, other]


def test_channels_of_the_index_are_compared_too(database: Database) -> None:
    number = publish(database, title="Lễ hội", categories=("Văn hóa",))
    with database.transaction() as session:
        position = bulletins.get_row(session, number).position or 0
        searching.rekey(session, {position: frozenset({"all", "c2"})})
    assert found(database, "lễ", category=1) == []
    assert do(database, rebuild.rebuild).faults == (
        f"search: bulletin {number} was found by other channels than its own",
    )
    assert found(database, "lễ", category=1) == [number]


def test_a_restored_store_is_searched_as_the_first_was(
    sqlite_database: Database, storage: DiskStorage, tmp_path: Path, clock: Clock
) -> None:
    numbers = [publish(sqlite_database, title=f"Lễ hội {n}", authors=("Thu Trang",)) for n in range(3)]
    written = write_backup(sqlite_database, storage, read_destination(f"{tmp_path}/copy.zip"))
    assert not TABLES & written.manifest.tables.keys()
    again = Database(f"sqlite:///{tmp_path}/again.sqlite", clock=clock)
    restore(again, DiskStorage(tmp_path / "files-again"), written.path)
    assert found(again, "lễ") == numbers[::-1]
    assert schema.differences(again) == []
    with again.snapshot() as session:
        assert indexing.faults(session) == ()
    again.dispose()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_older_store_is_searched_from_its_upgrade_on(kind: str, tmp_path: Path, clock: Clock) -> None:
    missing = stores.postgres_missing() if kind == "postgres" else None
    if missing:
        lacks("postgres", missing)
    clock.move(days=1)
    with old_stores.old_store(kind, "0001", tmp_path, clock) as database:
        schema.upgrade(database)
        with database.snapshot() as session:
            assert indexing.faults(session) == ()
            shown = catalogue.window(session, Selection(), limit=100).entries
            newest = catalogue.get_bulletin(session, shown[0].number)
            assert len(shown) > 5
        assert shown[0].number in found(database, newest.title)


def test_no_word_of_what_was_expunged_is_left_in_the_index(
    sqlite_database: Database, tmp_path: Path, clock: Clock
) -> None:
    for n in range(40):
        publish(sqlite_database, title=f"Bản tin {n}", body=f"<p>{'Chữ khác. ' * n}</p>")
    number = publish(sqlite_database, title="Bản tin tuyệtmật", body=f"<p>{'đệm ' * 400} bíẩn</p>")
    do(sqlite_database, publication.withdraw, number, reason="Nhầm")
    for n in range(20):
        do(sqlite_database, bulletins.revise, n + 1, draft(title=f"Bản tin sửa {n}", published=None))
    path = Path(sqlite_database.url.database or "")
    assert b"tuyetmat" in path.read_bytes() + path.with_name(path.name + "-wal").read_bytes()
    do(sqlite_database, expunging.expunge, number)
    assert sqlite_database.purge_deleted()
    left = b"".join(beside.read_bytes() for beside in path.parent.glob(path.name + "*"))
    assert [word for word in (b"tuyetmat", b"bian") if word in left] == []


def test_a_book_is_published_and_found_by_its_beginning(database: Database) -> None:
    random = Random(7)
    syllables = ["".join(random.choices("aeioubcdghklmnprstvxy", k=12)) for _ in range(60_000)]
    number = publish(database, title="Sách", body=f"<p>{' '.join(syllables)}</p>")
    assert found(database, " ".join(syllables[5_000:5_003])) == [number]
    assert found(database, f'"{" ".join(syllables[5_000:5_003])}"') == [number]
    assert found(database, syllables[-1]) == []


def test_a_search_leaves_the_planner_as_it_was(postgres_store: str, clock: Clock) -> None:
    with stores.fresh_postgres(postgres_store, clock) as database:
        publish(database, title="Lễ hội")
        with database.snapshot() as session:
            assert len(searching.newest(session, Selection(text="le"), limit=5)) == 1
            assert session.execute(text("SHOW enable_seqscan")).scalar_one() == "on"


def test_filling_leaves_the_index_as_the_migration_made_it(postgres_store: str, clock: Clock) -> None:
    made = text("SELECT indexdef FROM pg_indexes WHERE tablename = 'search' ORDER BY indexname")
    with stores.fresh_postgres(postgres_store, clock) as database:
        number = publish(database, title="Lễ hội")
        with database.transaction() as session:
            before = session.scalars(made).all()
            assert indexing.fill(session) == 1
            assert session.scalars(made).all() == before
        assert len(before) == 2
        assert found(database, "lễ") == [number]


def test_a_sqlite_without_full_text_search_is_said(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("CREATE VIRTUAL TABLE", None, sqlite3.OperationalError("no such module: fts5"))

    monkeypatch.setattr(schema, "migrate", refuse)
    with pytest.raises(StoreUnavailable, match="FTS5") as refusal:
        schema.upgrade(sqlite_database)
    assert "PostgreSQL" in refusal.value.vietnamese


def test_keys_are_read_back() -> None:
    ids = ((), (3,), (1, 2))
    for chosen in product(ids, repeat=4):
        names = ("category", "organisation", "publisher", "author")
        for words in ("", "nong dan", '"hoi nong dan" tinh'):
            selection = Selection.of(dict(zip(names, chosen, strict=True)), text=words)
            assert Selection.from_key(selection.key) == selection
    assert Selection.of({"category": [14, 12, 12], "organisation": [5]}).key == "c12_14.o5"
    assert Selection(author=3, text="nong dan").key == "a3.q:nong dan"
    assert Selection.of({"category": [12]}) == Selection(category=12)
    assert [arm.key for arm in Selection.of({"category": (1, 2), "publisher": (5, 6)}).arms] == [
        "c1.p5",
        "c1.p6",
        "c2.p5",
        "c2.p6",
    ]
    kept = {"all", "c1", "o1", "p1", "a1", "c1.o1", "c1.p1"}
    other = {"c1_2", "a1.q:x", "q:x", "o1.p1", "c1.a1", "c1.o1.p1"}
    assert {key for key in kept | other if Selection.from_key(key).is_kept} == kept
