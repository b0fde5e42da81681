"""Expunging: no word and no byte of a bulletin is left anywhere, and that it was there stays."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Concatenate, ParamSpec, TypeVar

import pytest
from sqlalchemy import Text, func, select
from sqlalchemy.orm import Session

from store import attaching, audit, bulletins, catalogue, changes, expunging, publication, sources, taxonomy
from store.attachments import removal
from store.attachments.disk import DiskStorage
from store.database import Database, sqlite_path
from store.errors import Conflict, InputError
from store.importers.ingest import Incoming, Outcome, ingest
from store.models import METADATA, DbFileRemoval, DbPlacement, DbStoredFile, DbTombstone
from store.text.slugs import slugify
from store.text.vietnamese import fold
from store.types import VIETNAM, Attachment, Bulletin, Draft, Moment, Selection, Status, StoredFile, Window
from tests.support.samples import day, draft
from tests.support.stores import Clock

P = ParamSpec("P")
T = TypeVar("T")

WORDS = ("tiêuđềmật", "sapomật", "nộidungmật", "chúthíchmật", "nguồnảnhmật", "thaythếmật", "ghichúmật", "đínhchínhmật")
TITLE, LEAD, BODY, CAPTION, CREDIT, ALTERNATIVE, NOTE, CORRECTED = WORDS
REASON = "Theo yêu cầu của công dân"


def do(database: Database, act: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    with database.transaction(actor="Lan") as session:
        return act(session, *args, **kwargs)


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def front(database: Database, selection: Selection) -> Window:
    with database.snapshot() as session:
        return catalogue.window(session, selection, limit=50)


@pytest.fixture
def database(database: Database) -> Database:
    with database.transaction(actor="Lan") as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")
    return database


def keep(storage: DiskStorage, content: bytes, *, age_seconds: float = 3_600) -> StoredFile:
    """Put bytes that came in a while ago, as those of a bulletin that is expunged mostly did."""
    digest = storage.put(content, "image/jpeg")
    arrived = time.time() - age_seconds
    os.utime(storage.path(digest), (arrived, arrived))
    return StoredFile(digest=digest, media_type="image/jpeg", size_bytes=len(content), width_px=64, height_px=48)


def photo(file: StoredFile | None) -> Attachment:
    return Attachment(number=1, caption=CAPTION, credit=CREDIT, alternative_text=ALTERNATIVE, file=file)


def secret(file: StoredFile | None, lead: str = LEAD) -> Draft:
    return draft(
        title=f"Bản tin {TITLE}",
        lead=f"Sáng nay {lead}.",
        body=f'<p>Đoạn {BODY} dài. {"Chữ đệm. " * 800}</p>\n<figure data-attachment="1"></figure>\n',
        publisher="Sở Văn hóa tỉnh",
        categories=("Văn hóa",),
        authors=("Thu Trang",),
        attachments=(photo(file),),
        published=day(2026, 11, 2),
    )


def brought_to(database: Database, status: Status, file: StoredFile, clock: Clock) -> int:
    """Store a bulletin with words of its own wherever words can stand, and bring it to a status."""
    number = do(database, bulletins.draft, secret(file), note=NOTE)
    do(database, bulletins.revise, number, secret(file, lead=f"{LEAD} lần hai"), note=f"{NOTE} hai")
    if status is Status.SCHEDULED:
        with database.transaction() as session:
            bulletins.set_moment(bulletins.get_row(session, number), None)
        do(database, publication.schedule, number, Moment(clock.instant.astimezone(VIETNAM).replace(year=2027)))
    elif status is not Status.DRAFT:
        do(database, publication.publish, number)
        do(database, bulletins.correct, number, secret(file, lead=f"{LEAD} lần ba"), note=f"Sửa {CORRECTED}")
    if status is Status.WITHDRAWN:
        do(database, publication.withdraw, number, reason="Đăng nhầm")
    clock.move(minutes=1)
    return number


def spellings(word: str) -> set[str]:
    return {word, word.casefold(), fold(word), slugify(word)}


def text_columns(database: Database) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with database.snapshot() as session:
        for table in METADATA.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Text):
                    values = session.scalars(select(column).where(column.is_not(None)))
                    found[f"{table.name}.{column.name}"] = [str(value) for value in values]
    assert len(found) > 30
    return found


def leaks(database: Database) -> list[str]:
    return [
        f"{column}: {value[:80]}"
        for column, values in text_columns(database).items()
        for value in values
        if any(spelling in value for word in WORDS for spelling in spellings(word))
    ]


def bytes_left(database: Database) -> list[str]:
    path = sqlite_path(database.url)
    if path is None:
        return []
    return [
        f"{word} in {beside.name}"
        for beside in sorted(path.parent.glob(path.name + "*"))
        for word in WORDS
        for spelling in spellings(word)
        if spelling.encode() in beside.read_bytes()
    ]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.SCHEDULED, Status.PUBLISHED, Status.WITHDRAWN])
def test_no_word_and_no_byte_is_left(database: Database, storage: DiskStorage, clock: Clock, status: Status) -> None:
    file = keep(storage, b"photo of somebody" * 100)
    number = brought_to(database, status, file, clock)
    assert read(database, number).status is status
    assert leaks(database)
    do(database, expunging.expunge, number, reason=REASON)
    assert leaks(database) == []
    assert removal.sweep(database, storage) == (1, 0)
    assert bytes_left(database) == []
    assert not storage.path(file.digest).exists()
    left = read(database, number)
    assert (left.title, left.lead, left.body, left.status) == ("", "", "", Status.EXPUNGED)
    assert (left.publisher, left.categories, left.subjects, left.authors) == (None, (), (), ())
    assert (left.attachments, left.corrections, left.source_address) == ((), (), None)
    assert left.gone is not None
    assert left.gone.reason == REASON
    with database.snapshot() as session:
        assert session.get(DbStoredFile, file.digest) is None
        assert not removal.is_anything_due(session)


def test_no_byte_is_left_among_many_others(sqlite_database: Database, storage: DiskStorage, clock: Clock) -> None:
    with sqlite_database.transaction() as session:
        taxonomy.add_category(session, "Văn hóa")
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh")
    for index in range(30):
        with sqlite_database.transaction() as session:
            said = draft(title=f"Bản tin khác {index}", body=f"<p>{'Chữ khác. ' * (index * 37)}</p>", attachments=())
            publication.publish(session, bulletins.draft(session, said), publisher_required=False)
    number = brought_to(sqlite_database, Status.WITHDRAWN, keep(storage, b"photo"), clock)
    for index in range(30):
        said = draft(title=f"Sửa {index}", body=f"<p>{'Chữ sửa. ' * (index * 53)}</p>", attachments=())
        do(sqlite_database, bulletins.revise, index + 1, said)
    assert bytes_left(sqlite_database)
    do(sqlite_database, expunging.expunge, number, reason=REASON)
    removal.sweep(sqlite_database, storage)
    assert bytes_left(sqlite_database) == []


def test_its_channels_say_that_it_went_and_why(database: Database, storage: DiskStorage, clock: Clock) -> None:
    number = brought_to(database, Status.PUBLISHED, keep(storage, b"photo"), clock)
    before = read(database, number)
    keys = ("all", "c1", "o1", "p1", "a1", "c1.o1", "c1.p1")
    editions = {key: front(database, Selection.from_key(key)).edition for key in keys}
    do(database, expunging.expunge, number, reason=REASON)
    for key in keys:
        left = front(database, Selection.from_key(key))
        assert left.entries == ()
        assert [(gone.public_id, gone.reason, gone.gone_at) for gone in left.tombstones] == [
            (before.public_id, REASON, clock())
        ]
        assert left.edition > editions[key]
    after = read(database, number)
    assert (after.public_id, after.arrival, after.published) == (before.public_id, before.arrival, before.published)
    with database.snapshot() as session:
        assert session.scalars(select(DbPlacement)).all() == []
        acts = [(act.action, act.actor, act.note) for act in audit.iter_acts(session, kind=audit.BULLETIN)]
    assert acts[0] == ("expunged", "Lan", REASON)
    assert {note for _, _, note in acts[1:]} == {""}
    assert [action for action, _, _ in acts].count("corrected") == 1


def test_a_withdrawn_one_keeps_its_tombstones_and_its_reason(
    database: Database, storage: DiskStorage, clock: Clock
) -> None:
    number = brought_to(database, Status.WITHDRAWN, keep(storage, b"photo"), clock)
    shown, gone = front(database, Selection()), read(database, number).gone
    with database.snapshot() as session:
        edition = changes.current_edition(session)
    do(database, expunging.expunge, number)
    assert front(database, Selection()) == shown
    assert read(database, number).gone == gone
    with database.snapshot() as session:
        last = list(changes.iter_since(session, edition))
        assert session.scalar(select(func.count()).select_from(DbTombstone)) == len(last[0].selection_keys)
    # Whatever document was made of it elsewhere must be made anew.
    assert [(change.kind, change.bulletin) for change in last] == [("expunged", number)]
    assert last[0].selection_keys >= {"all", "c1", "c1.p1", "a1"}


def test_another_reason_is_told_wherever_the_first_one_was(
    database: Database, storage: DiskStorage, clock: Clock
) -> None:
    number = brought_to(database, Status.WITHDRAWN, keep(storage, b"photo"), clock)
    before = front(database, Selection(category=1))
    do(database, expunging.expunge, number, reason=REASON)
    after = front(database, Selection(category=1))
    assert [gone.reason for gone in after.tombstones] == [REASON]
    assert after.edition > before.edition
    assert after.changed_at == clock()


def test_it_is_told_once_to_readers_and_never_of_a_draft(
    database: Database, storage: DiskStorage, clock: Clock
) -> None:
    number = brought_to(database, Status.DRAFT, keep(storage, b"photo"), clock)
    with database.snapshot() as session:
        edition = changes.current_edition(session)
    do(database, expunging.expunge, number, reason=REASON)
    with database.snapshot() as session:
        assert changes.current_edition(session) == edition
        assert session.scalars(select(DbTombstone)).all() == []


def test_a_second_time_is_refused(database: Database, storage: DiskStorage, clock: Clock) -> None:
    number = brought_to(database, Status.PUBLISHED, keep(storage, b"photo"), clock)
    do(database, expunging.expunge, number, reason=REASON)
    before = read(database, number)
    for act in (
        lambda s: expunging.expunge(s, number, reason="Lý do khác"),
        lambda s: publication.publish(s, number),
        lambda s: publication.withdraw(s, number, reason="Lý do khác"),
        lambda s: publication.schedule(s, number),
        lambda s: publication.cancel_schedule(s, number),
    ):
        with pytest.raises(Conflict, match="expunged") as refusal:
            do(database, act)
        assert refusal.value.vietnamese
    assert read(database, number) == before


def test_a_reason_that_cannot_be_shown_removes_nothing(database: Database, storage: DiskStorage, clock: Clock) -> None:
    number = brought_to(database, Status.PUBLISHED, keep(storage, b"photo"), clock)
    before = read(database, number)
    for reason in ("\u200b", "x" * 2_001):
        with pytest.raises(InputError, match="reason"):
            do(database, expunging.expunge, number, reason=reason)
    assert read(database, number) == before


def test_an_undone_expunging_keeps_all(database: Database, storage: DiskStorage, clock: Clock) -> None:
    file = keep(storage, b"photo")
    number = brought_to(database, Status.PUBLISHED, file, clock)
    before = read(database, number)
    with database.transaction(dry_run=True) as session:
        expunging.expunge(session, number, reason=REASON)
    assert read(database, number) == before
    assert removal.sweep(database, storage) == (0, 0)
    assert storage.get(file.digest) == b"photo"


def test_a_file_that_another_bulletin_shows_stays(database: Database, storage: DiskStorage) -> None:
    file, own = keep(storage, b"shared photo"), keep(storage, b"own photo")
    two = (photo(file), Attachment(number=2, caption="Ảnh riêng", file=own))
    number = do(database, bulletins.draft, draft(attachments=two))
    other = do(database, bulletins.draft, draft(title="Bản tin khác", attachments=(photo(file),)))
    do(database, expunging.expunge, number)
    assert removal.sweep(database, storage) == (1, 0)
    assert storage.get(file.digest) == b"shared photo"
    assert not storage.path(own.digest).exists()
    do(database, expunging.expunge, other)
    assert removal.sweep(database, storage) == (1, 0)
    assert not storage.path(file.digest).exists()


def test_a_file_that_a_former_revision_of_another_shows_stays(database: Database, storage: DiskStorage) -> None:
    file = keep(storage, b"shared photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    other = do(database, bulletins.draft, draft(title="Bản tin khác", attachments=(photo(file),)))
    do(database, bulletins.revise, other, draft(title="Bản tin khác", body="<p>Không ảnh.</p>", attachments=()))
    do(database, expunging.expunge, number)
    assert removal.sweep(database, storage) == (0, 0)
    assert storage.get(file.digest) == b"shared photo"


def test_a_photo_of_a_former_revision_goes_as_well(database: Database, storage: DiskStorage) -> None:
    file = keep(storage, b"photo that was replaced")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    do(database, bulletins.revise, number, draft(body="<p>Không ảnh.</p>", attachments=()))
    do(database, expunging.expunge, number)
    assert removal.sweep(database, storage) == (1, 0)
    assert not storage.path(file.digest).exists()


@pytest.mark.parametrize("after", ["replaced", "removed"])
def test_a_photo_that_arrived_later_and_went_again_goes_as_well(
    database: Database, storage: DiskStorage, after: str
) -> None:
    first, second = keep(storage, b"first photo"), keep(storage, b"second photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(None),)))
    do(database, attaching.attach_file, number, 1, first)
    if after == "replaced":
        do(database, attaching.attach_file, number, 1, second)
    else:
        do(database, bulletins.revise, number, draft(body="<p>Không ảnh.</p>", attachments=()))
    do(database, expunging.expunge, number)
    removal.sweep(database, storage)
    assert not storage.path(first.digest).exists()


def test_a_file_that_comes_in_again_before_the_sweep_stays(database: Database, storage: DiskStorage) -> None:
    file = keep(storage, b"photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    do(database, expunging.expunge, number)
    do(database, bulletins.draft, draft(title="Bản tin khác", attachments=(photo(file),)))
    assert removal.sweep(database, storage) == (0, 0)
    assert storage.get(file.digest) == b"photo"
    with database.snapshot() as session:
        assert session.get(DbStoredFile, file.digest) is not None


def test_a_file_that_is_just_arriving_stays_for_a_while(database: Database, storage: DiskStorage, clock: Clock) -> None:
    file = keep(storage, b"photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    do(database, expunging.expunge, number)
    # Somebody else takes the same photo in, and has not committed yet.
    storage.put(b"photo", "image/jpeg")
    assert removal.sweep(database, storage) == (0, 1)
    assert storage.get(file.digest) == b"photo"
    long_ago = time.time() - removal.ARRIVING_SECONDS - 1
    os.utime(storage.path(file.digest), (long_ago, long_ago))
    assert removal.sweep(database, storage) == (1, 0)
    assert not storage.path(file.digest).exists()


def test_a_file_that_arrived_just_before_the_expunging_stays_for_a_while(
    database: Database, storage: DiskStorage, clock: Clock
) -> None:
    clock.instant = datetime.now(UTC)
    file = keep(storage, b"photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    # Another editor's photo lies in the storage; its transaction waits for its turn behind the expunging.
    storage.put(b"photo", "image/jpeg")
    clock.move(seconds=2)
    do(database, expunging.expunge, number)
    removal.sweep(database, storage)
    other = do(database, bulletins.draft, draft(title="Bản tin khác", attachments=(photo(file),)))
    assert read(database, other).attachments[0].file == file
    assert storage.get(file.digest) == b"photo"


def test_what_is_gone_already_is_no_obstacle(database: Database, storage: DiskStorage) -> None:
    file = keep(storage, b"photo")
    number = do(database, bulletins.draft, draft(attachments=(photo(file),)))
    do(database, expunging.expunge, number)
    storage.remove(file.digest)
    assert removal.sweep(database, storage) == (1, 0)
    with database.snapshot() as session:
        assert session.scalars(select(DbFileRemoval)).all() == []


def page(title: str = TITLE, digest: str = "1" * 64) -> Incoming:
    return Incoming(
        external_key=f"2026-11-02 {fold(title)}",
        content_digest=digest,
        draft=draft(title=f"Trang {title}", body=f"<p>Đoạn {BODY}.</p>", attachments=()),
        address=f"https://cong.example/{slugify(title)}.html",
        day="2026-11-02",
        folded_title=fold(title),
    )


def test_the_same_page_offered_again_is_held(database: Database) -> None:
    with database.transaction() as session:
        source = sources.find_or_add(session, "portal", "cong.example")
        first = ingest(session, source, page())
    assert first.outcome is Outcome.ADDED
    assert first.number is not None
    assert leaks(database)
    do(database, expunging.expunge, first.number)
    assert leaks(database) == []
    for again, revises in ((page(), None), (page(digest="2" * 64), None), (page("khác"), first.number)):
        with database.transaction() as session:
            held = ingest(session, source, again, revises=revises, as_new=revises is None)
        assert (held.outcome, held.number) == (Outcome.HELD, first.number)
        assert "expunged" in held.notes[0]
    assert read(database, first.number).title == ""
    assert leaks(database) == []


def test_two_pages_of_one_bulletin_are_both_held(database: Database) -> None:
    with database.transaction() as session:
        source = sources.find_or_add(session, "portal", "cong.example")
        number = ingest(session, source, page()).number
        assert number is not None
        ingest(session, source, page(f"{TITLE} sửa", digest="3" * 64), revises=number)
    do(database, expunging.expunge, number)
    with database.transaction() as session:
        outcomes = {ingest(session, source, again).outcome for again in (page(), page(f"{TITLE} sửa", digest="3" * 64))}
    assert outcomes == {Outcome.HELD}
    assert leaks(database) == []
