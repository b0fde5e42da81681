"""Bulletins: drafted, published, revised; what readers rely on never moves, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from store import attaching, bulletins, catalogue, changes, publication, taxonomy
from store.database import Database
from store.errors import Conflict, InputError, MarkupRefused, NotFound, NotPublishable, TextRefused
from store.models import DbRevision
from store.types import Attachment, Bulletin, Precision, Selection, Status, StoredFile
from tests.support.samples import BODY, day, draft, minute
from tests.support.stores import Clock

FILE = StoredFile(digest="a" * 64, media_type="image/jpeg", size_bytes=1234, width_px=640, height_px=480)


@pytest.fixture
def bodies(database: Database) -> Database:
    with database.transaction() as session:
        taxonomy.add_category(session, "Xã hội")
        taxonomy.add_category(session, "Thi đua", parent="Xã hội")
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh")
        taxonomy.add_organisation(session, "Liên đoàn Lao động tỉnh")
    return database


def add(database: Database, **said: object) -> int:
    with database.transaction(actor="Minh") as session:
        return bulletins.draft(session, draft(**said))


def publish(database: Database, number: int) -> Bulletin:
    with database.transaction() as session:
        publication.publish(session, number, publisher_required=False)
        return catalogue.get_bulletin(session, number)


def read(database: Database, number: int) -> Bulletin:
    with database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def placed(database: Database, selection: Selection) -> list[int]:
    with database.snapshot() as session:
        return [key.number for key in catalogue.window(session, selection, limit=50).entries]


def test_a_draft_comes_back_as_it_was_given(bodies: Database) -> None:
    number = add(
        bodies,
        publisher="Hội Nông dân tỉnh",
        subjects=("Liên đoàn Lao động tỉnh",),
        categories=("Thi đua",),
        authors=("Thu Trang", "Văn Nam"),
        language="en",
        published=minute(2026, 11, 2, 14, 30),
    )
    stored = read(bodies, number)
    assert stored.status is Status.DRAFT
    assert (stored.title, stored.lead, stored.body) == (draft().title, draft().lead, BODY)
    assert stored.publisher is not None
    assert stored.publisher.name == "Hội Nông dân tỉnh"
    assert [body.name for body in stored.subjects] == ["Liên đoàn Lao động tỉnh"]
    assert [author.name for author in stored.authors] == ["Thu Trang", "Văn Nam"]
    assert stored.language == "en"
    assert stored.published == minute(2026, 11, 2, 14, 30)
    assert stored.published.instant.isoformat() == "2026-11-02T14:30:00+07:00"
    assert stored.attachments == draft().attachments
    assert (stored.revision, stored.version, stored.arrival) == (1, 1, None)


def test_no_reader_sees_a_draft(database: Database) -> None:
    add(database)
    assert placed(database, Selection()) == []
    with database.snapshot() as session:
        assert changes.current_edition(session) == 0


def test_publishing_places_a_bulletin_under_all_that_it_belongs_to(bodies: Database) -> None:
    number = add(
        bodies,
        publisher="Hội Nông dân tỉnh",
        subjects=("Liên đoàn Lao động tỉnh",),
        categories=("Thi đua",),
        authors=("Thu Trang",),
    )
    publish(bodies, number)
    with bodies.snapshot() as session:
        social, contest = (taxonomy.get_category(session, name).id for name in ("Xã hội", "Thi đua"))
        issuer, subject = (
            taxonomy.get_organisation(session, name).id for name in ("Hội Nông dân tỉnh", "Liên đoàn Lao động tỉnh")
        )
        author = next(iter(taxonomy.authors_by_id(session)))
    belongs = [
        Selection(),
        Selection(category=contest),
        Selection(category=social),
        Selection(organisation=issuer),
        Selection(organisation=subject),
        Selection(publisher=issuer),
        Selection(author=author),
        Selection(category=social, organisation=subject),
        Selection(category=contest, publisher=issuer),
    ]
    assert all(placed(bodies, selection) == [number] for selection in belongs)
    assert placed(bodies, Selection(publisher=subject)) == []
    assert placed(bodies, Selection(category=contest, publisher=subject)) == []


def test_newest_first_and_later_arrivals_before_earlier_in_the_same_second(database: Database) -> None:
    dates = [day(2026, 11, 2), day(2026, 11, 3), day(2026, 11, 2), minute(2026, 11, 2, 23, 59)]
    numbers = [add(database, published=date) for date in dates]
    for number in numbers:
        publish(database, number)
    assert placed(database, Selection()) == [numbers[1], numbers[3], numbers[2], numbers[0]]
    assert [read(database, number).arrival for number in numbers] == [1, 2, 3, 4]


def test_a_day_is_noon_or_the_moment_it_appeared_if_that_is_earlier(database: Database, clock: Clock) -> None:
    clock.instant = datetime(2026, 11, 20, 1, 15, 30, tzinfo=UTC)
    this_morning, earlier = add(database, published=day(2026, 11, 20)), add(database, published=day(2026, 11, 19))
    moment = publish(database, this_morning).published
    assert moment is not None
    assert (moment.instant.isoformat(), moment.precision) == ("2026-11-20T08:15:30+07:00", Precision.DAY)
    assert publish(database, earlier).published == day(2026, 11, 19)


def test_without_a_date_it_is_now(database: Database) -> None:
    stored = publish(database, add(database, published=None))
    assert stored.published == minute(2026, 11, 20, 12, 0)
    assert stored.updated == stored.published.instant


@pytest.mark.parametrize("moment", [day(2026, 11, 21), minute(2026, 11, 20, 12, 1)])
def test_a_date_that_has_not_come_is_not_published(database: Database, moment: object) -> None:
    number = add(database, published=moment)
    with pytest.raises(NotPublishable, match="has not come"):
        publish(database, number)
    assert read(database, number).status is Status.DRAFT


def test_only_a_draft_can_be_published_and_only_with_a_publisher(database: Database) -> None:
    number = add(database)
    with pytest.raises(NotPublishable, match="no publisher"), database.transaction() as session:
        publication.publish(session, number)
    publish(database, number)
    with pytest.raises(NotPublishable, match="is published"):
        publish(database, number)
    with pytest.raises(NotFound, match="4711"):
        publish(database, 4711)


def test_a_minor_edit_moves_the_text_and_nothing_else(database: Database, clock: Clock) -> None:
    number = add(database)
    before = publish(database, number)
    clock.move(hours=3)
    with database.transaction() as session:
        assert bulletins.revise(session, number, draft(title="Hội nghị tổng kết năm 2026"))
    after = read(database, number)
    assert after.title == "Hội nghị tổng kết năm 2026"
    assert after.slug == "hoi-nghi-tong-ket-nam-2026"
    assert (after.published, after.updated) == (before.published, before.updated)
    assert (after.public_id, after.arrival) == (before.public_id, before.arrival)
    assert (after.revision, after.version) == (before.revision + 1, before.version + 1)
    assert after.changed_at == clock()


def test_a_significant_edit_moves_updated_alone(database: Database, clock: Clock) -> None:
    number = add(database)
    before = publish(database, number)
    clock.move(hours=3)
    with database.transaction() as session:
        bulletins.revise(session, number, draft(lead="Chiều 30/12."), significant=True)
    after = read(database, number)
    assert after.updated == clock()
    assert after.published == before.published


def test_the_same_text_again_changes_nothing(database: Database) -> None:
    number = add(database, authors=("Thu Trang",))
    before = publish(database, number)
    with database.transaction() as session:
        assert not bulletins.revise(session, number, draft(authors=("Thu Trang",)))
    assert read(database, number) == before
    with database.snapshot() as session:
        assert len(session.scalars(select(DbRevision)).all()) == 1


def test_every_revision_is_kept_whole(database: Database) -> None:
    number = add(database)
    for title in ("Bản thứ hai", "Bản thứ ba"):
        with database.transaction(actor="Lan") as session:
            bulletins.revise(session, number, draft(title=title), note="sửa tiêu đề")
    with database.snapshot() as session:
        rows = session.scalars(select(DbRevision).order_by(DbRevision.revision))
        kept = [(row.revision, row.actor, row.content) for row in rows]
    assert [revision for revision, _, _ in kept] == [1, 2, 3]
    assert [actor for _, actor, _ in kept] == ["Minh", "Lan", "Lan"]
    titles = [draft().title, "Bản thứ hai", "Bản thứ ba"]
    assert all(f'"title":"{title}"' in content for title, (_, _, content) in zip(titles, kept, strict=True))


def test_moving_to_another_category_leaves_a_mark_where_it_was(bodies: Database, clock: Clock) -> None:
    number = add(bodies, categories=("Thi đua",))
    publish(bodies, number)
    with bodies.snapshot() as session:
        contest, social = taxonomy.get_category(session, "Thi đua").id, taxonomy.get_category(session, "Xã hội").id
        before = catalogue.window(session, Selection(category=contest), limit=50)
    clock.move(minutes=5)
    with bodies.transaction() as session:
        bulletins.revise(session, number, draft(categories=("Xã hội",)))
    with bodies.snapshot() as session:
        left = catalogue.window(session, Selection(category=contest), limit=50)
        stayed = catalogue.window(session, Selection(category=social), limit=50)
    assert left.entries == ()
    assert left.changed_at == clock()
    assert left.edition > before.edition
    assert [key.number for key in stayed.entries] == [number]
    with bodies.transaction() as session:
        bulletins.revise(session, number, draft(categories=("Thi đua",)))
    assert placed(bodies, Selection(category=contest)) == [number]


def test_the_date_of_a_published_bulletin_stays(database: Database) -> None:
    number = add(database)
    publish(database, number)
    with pytest.raises(Conflict, match="its date stays"), database.transaction() as session:
        bulletins.revise(session, number, draft(published=day(2026, 11, 9)))


def test_photos_keep_number_and_file_when_the_text_moves_around_them(database: Database) -> None:
    one, two = (Attachment(number=n, caption=caption, file=None) for n, caption in ((1, "Ảnh một"), (2, "Ảnh hai")))
    body = '<figure data-attachment="1"></figure>\n<p>Giữa.</p>\n<figure data-attachment="2"></figure>\n'
    number = add(database, body=body, attachments=(one, two))
    with database.transaction() as session:
        attaching.attach_file(session, number, 2, FILE)
    # The editor puts a new photo first: what was 2 in the text is 3 now.
    new = tuple(Attachment(number=n, caption=c) for n, c in ((1, "Ảnh mới"), (2, "Ảnh một"), (3, "Ảnh hai")))
    figures = "".join(f'<figure data-attachment="{n}"></figure>\n' for n in (1, 2, 3))
    with database.transaction() as session:
        bulletins.revise(session, number, draft(body=figures, attachments=new))
    stored = {a.number: (a.caption, a.file) for a in read(database, number).attachments}
    assert stored == {1: ("Ảnh một", None), 2: ("Ảnh hai", FILE), 3: ("Ảnh mới", None)}
    assert read(database, number).body == "".join(f'<figure data-attachment="{n}"></figure>\n' for n in (3, 1, 2))


def test_an_attachment_number_is_never_given_again(database: Database) -> None:
    number = add(database)
    with database.transaction() as session:
        bulletins.revise(session, number, draft(body="<p>Không ảnh.</p>", attachments=()))
        bulletins.revise(session, number, draft())
    assert [a.number for a in read(database, number).attachments] == [2]


def test_an_arriving_photo_steps_the_version_and_not_the_revision(database: Database) -> None:
    number = add(database)
    before = publish(database, number)
    with database.transaction() as session:
        attaching.attach_file(session, number, 1, FILE)
    after = read(database, number)
    assert after.attachments[0].file == FILE
    assert (after.version, after.revision) == (before.version + 1, before.revision)
    with pytest.raises(NotFound), database.transaction() as session:
        attaching.attach_file(session, number, 7, FILE)


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("title", "", InputError),
        ("title", " \u200b ", InputError),
        ("title", "x" * 501, InputError),
        ("title", "Hội nghị \ud83d", TextRefused),
        ("language", "tiếng Việt", InputError),
        ("body", "<div>" * 100_000, MarkupRefused),
        ("body", "x" * 1_000_001, InputError),
        ("body", '<figure data-attachment="9"></figure>', InputError),
        ("publisher", "Hội không có", NotFound),
        ("categories", ("Không có",), NotFound),
        ("attachments", (Attachment(number=1), Attachment(number=1)), InputError),
    ],
)
def test_what_cannot_be_stored_is_refused_whole(
    database: Database, field: str, value: object, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        add(database, **{field: value})
    with database.snapshot() as session:
        assert list(catalogue.iter_bulletins(session)) == []


def test_window_pages_by_position(database: Database) -> None:
    numbers = [add(database, published=day(2026, 10, 1 + index)) for index in range(5)]
    for number in numbers:
        publish(database, number)
    with database.snapshot() as session:
        first = catalogue.window(session, Selection(), limit=2)
        second = catalogue.window(session, Selection(), limit=2, before=first.entries[-1].position)
    assert [key.number for key in (*first.entries, *second.entries)] == numbers[:0:-1]


def test_a_selection_of_no_known_entity_is_not_found(database: Database) -> None:
    with pytest.raises(NotFound), database.snapshot() as session:
        catalogue.window(session, Selection(category=99), limit=1)


def test_selection_keys_read_back() -> None:
    for selection in (Selection(), Selection(category=12), Selection(category=1, organisation=5), Selection(author=3)):
        assert Selection.from_key(selection.key) == selection
    assert replace(Selection(category=12), organisation=5).key == "c12.o5"
