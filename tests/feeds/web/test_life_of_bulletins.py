"""What readers see when a bulletin is withdrawn, comes back, is put elsewhere, corrected or expunged."""

from __future__ import annotations

from datetime import UTC, datetime

import feedparser
import pytest
from lxml import html
from sqlalchemy import select
from werkzeug.test import TestResponse

from feeds.samples.drawings import NAMES, draw
from store import bulletins, catalogue, expunging, publication
from store.attachments.disk import DiskStorage
from store.models import METADATA
from store.types import VIETNAM, Attachment, Bulletin
from tests.feeds.conftest import Served
from tests.feeds.web.polling import Changed, Poll, departures, ids
from tests.support.photos import take_photo
from tests.support.samples import draft
from tests.support.stores import Clock

REASON = "Số liệu chưa được kiểm chứng: a<b & “c”"
FORMATS = ("rss", "atom", "json")
TOUCHED = {
    "all",
    "category/van-hoa",
    "category/le-hoi",
    "organisation/hoi-nong-dan-tinh",
    "publisher/hoi-nong-dan-tinh",
    "author/thu-trang",
    "category/van-hoa/organisation/hoi-nong-dan-tinh",
    "category/le-hoi/publisher/hoi-nong-dan-tinh",
}
UNTOUCHED = {
    "organisation/so-van-hoa-tinh",
    "publisher/so-van-hoa-tinh",
    "category/van-hoa/publisher/so-van-hoa-tinh",
}
SAID = {
    "title": "Hội xuân Khau Sen",
    "lead": "Hơn hai nghìn người dự hội.",
    "categories": ("Lễ hội",),
    "publisher": "Hội Nông dân tỉnh",
    "authors": ("Thu Trang",),
}


@pytest.fixture
def number(served: Served, clock: Clock) -> int:
    """A bulletin with a photo, published under the selections of TOUCHED and under no other."""
    file = take_photo(
        DiskStorage(served.settings.files_folder), draw(NAMES[0], width_px=320, height_px=213), name="hoi.jpg"
    )
    added = served.add(**SAID, attachments=(Attachment(number=1, caption="Quang cảnh hội xuân", file=file),))
    clock.move(minutes=10)
    return added


def stored(served: Served, number: int) -> Bulletin:
    with served.database.snapshot() as session:
        return catalogue.get_bulletin(session, number)


def photo_address(bulletin: Bulletin) -> str:
    file = bulletin.attachments[0].file
    assert file is not None
    return f"/files/{file.digest[:2]}/{file.digest}.jpg"


def feed(served: Served, selection: str, extension: str) -> TestResponse:
    return served.client.get(f"/feeds/{selection}.{extension}")


def page(served: Served, number: int) -> TestResponse:
    return served.client.get(f"/ban-tin/hoi-xuan-khau-sen-{number}")


def words_of(answer: TestResponse) -> str:
    return " ".join(html.fromstring(answer.data).text_content().split())


def withdraw(served: Served, number: int, clock: Clock, reason: str = REASON) -> datetime:
    with served.database.transaction() as session:
        publication.withdraw(session, number, reason=reason)
    at = clock()
    clock.move(minutes=1)
    return at


def publish(served: Served, number: int, clock: Clock) -> None:
    with served.database.transaction() as session:
        publication.publish(session, number)
    clock.move(minutes=1)


def test_a_withdrawal_reaches_all_channels_of_the_bulletin_and_no_other(
    served: Served, number: int, clock: Clock
) -> None:
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    at = withdraw(served, number, clock)
    assert before.changed(served) == Changed(feeds=TOUCHED, pages=TOUCHED)
    gone = (stored(served, number).public_id, at.astimezone(VIETNAM).isoformat(), REASON)
    for selection in TOUCHED:
        for extension in FORMATS:
            answer = feed(served, selection, extension)
            assert gone[0] not in ids(answer)
            assert departures(answer) == [gone], (selection, extension)
            assert SAID["title"] not in answer.text
        assert SAID["title"] not in served.client.get(f"/feeds/{selection}").text


def test_the_page_of_a_withdrawn_bulletin_says_when_and_why_and_no_more(
    served: Served, number: int, clock: Clock
) -> None:
    photo = photo_address(stored(served, number))
    assert served.client.get(photo, buffered=True).status_code == 200
    withdraw(served, number, clock)
    for slug in ("hoi-xuan-khau-sen-", "ten-cu-", ""):
        answer = served.client.get(f"/ban-tin/{slug}{number}")
        assert answer.status_code == 410
        words = words_of(answer)
        assert "được gỡ xuống ngày 20/11/2026" in words
        assert REASON in words
        assert '<meta name="robots" content="noindex">' in answer.text
        for said in (SAID["title"], SAID["lead"], "Quang cảnh"):
            assert said not in answer.text
    assert served.client.get(photo, buffered=True).status_code == 410
    assert served.client.get(photo.replace(".jpg", ".png"), buffered=True).status_code == 404


def test_what_readers_never_saw_was_never_there(served: Served, clock: Clock) -> None:
    file = take_photo(
        DiskStorage(served.settings.files_folder), draw(NAMES[1], width_px=320, height_px=213), name="nhap.jpg"
    )
    with served.database.transaction() as session:
        number = bulletins.draft(session, draft(**SAID, attachments=(Attachment(number=1, file=file),)))
    address = f"/files/{file.digest[:2]}/{file.digest}.jpg"
    assert served.client.get(address).status_code == page(served, number).status_code == 404
    with served.database.transaction() as session:
        expunging.expunge(session, number)
    assert served.client.get(address).status_code == page(served, number).status_code == 404


def test_a_photo_stays_while_another_published_bulletin_shows_it(served: Served, number: int, clock: Clock) -> None:
    bulletin = stored(served, number)
    served.add(title="Ảnh dùng lại", attachments=bulletin.attachments)
    withdraw(served, number, clock)
    assert served.client.get(photo_address(bulletin), buffered=True).status_code == 200


def test_a_bulletin_that_comes_back_is_itself_again(served: Served, number: int, clock: Clock) -> None:
    first = stored(served, number)
    withdrawn_at = withdraw(served, number, clock)
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    publish(served, number, clock)
    assert before.changed(served) == Changed(feeds=TOUCHED, pages=TOUCHED)
    for extension in FORMATS:
        answer = feed(served, "category/van-hoa", extension)
        assert first.public_id in ids(answer)
        assert departures(answer) == []
    (entry,) = (e for e in feedparser.parse(feed(served, "all", "atom").data).entries if e.id == first.public_id)
    assert first.published is not None
    assert datetime(*entry.published_parsed[:6], tzinfo=UTC) == first.published.instant
    assert datetime(*entry.updated_parsed[:6], tzinfo=UTC) > withdrawn_at
    answer = page(served, number)
    assert answer.status_code == 200
    assert "Cập nhật: Thứ Sáu, 20/11/2026, 12:11" in words_of(answer)
    assert "Đính chính" not in answer.text
    assert served.client.get(photo_address(first), buffered=True).status_code == 200


def test_a_bulletin_put_elsewhere_leaves_its_old_channels_with_a_word(
    served: Served, number: int, clock: Clock
) -> None:
    bulletin = stored(served, number)
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    with served.database.transaction() as session:
        bulletins.revise(session, number, draft(**(SAID | {"categories": ()}), attachments=bulletin.attachments))
    at = clock().astimezone(VIETNAM).isoformat()
    clock.move(minutes=1)
    assert before.changed(served).feeds == TOUCHED
    for extension in FORMATS:
        answer = feed(served, "category/le-hoi", extension)
        assert departures(answer) == [(bulletin.public_id, at, "Bản tin không còn thuộc kênh này.")]
        assert departures(feed(served, "all", extension)) == []
    # Its withdrawal from where it stands now is no news where it left before.
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    withdraw(served, number, clock)
    left = {selection for selection in TOUCHED if selection.startswith("category/")}
    assert before.changed(served) == Changed(feeds=TOUCHED - left, pages=TOUCHED - left)


def test_an_expunged_bulletin_leaves_none_of_its_words(served: Served, number: int, clock: Clock) -> None:
    bulletin = stored(served, number)
    with served.database.transaction() as session:
        corrected = draft(**(SAID | {"lead": "Ba nghìn người dự hội."}), attachments=bulletin.attachments)
        bulletins.correct(session, number, corrected, note="Số người dự đúng là ba nghìn.")
    clock.move(minutes=1)
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    with served.database.transaction() as session:
        expunging.expunge(session, number)
    at = clock().astimezone(VIETNAM).isoformat()
    clock.move(minutes=1)
    assert before.changed(served) == Changed(feeds=TOUCHED, pages=TOUCHED)
    said = ("Khau Sen", "khau-sen", "hai nghìn", "ba nghìn", "Ba nghìn", "Quang cảnh hội xuân", bulletin.public_id)
    shown = [served.client.get(address).text for address in before.answers]
    shown += [page(served, number).text, served.client.get("/feeds/").text]
    for words in said[:-1]:
        assert not [text for text in shown if words in text], words
    for extension in FORMATS:
        gone = departures(feed(served, "all", extension))
        assert gone == [(bulletin.public_id, at, "Bản tin đã được gỡ xuống.")]
    assert page(served, number).status_code == 410
    assert served.client.get(photo_address(bulletin), buffered=True).status_code in {404, 410}
    with served.database.snapshot() as session:
        kept = [str(tuple(row)) for table in METADATA.sorted_tables for row in session.execute(select(table))]
    assert [words for words in said if any(words in row for row in kept)] == [bulletin.public_id]


def test_a_correction_is_told_everywhere(served: Served, number: int, clock: Clock) -> None:
    bulletin = stored(served, number)
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    for lead, note in (("Ba nghìn người.", "Số người dự là ba nghìn."), ("Bốn nghìn người.", "Đúng ra là 4.000 <b>")):
        with served.database.transaction() as session:
            said = draft(**(SAID | {"lead": lead}), attachments=bulletin.attachments)
            bulletins.correct(session, number, said, note=note)
        clock.move(minutes=5)
    assert before.changed(served) == Changed(feeds=TOUCHED, pages=TOUCHED)
    told = [f"Đính chính (Thứ Sáu, 20/11/2026, 12:{at}): {note}" for at, note in CORRECTIONS]
    for extension in ("rss", "atom"):
        parsed = feedparser.parse(feed(served, "author/thu-trang", extension).data)
        (entry,) = (e for e in parsed.entries if e.id == bulletin.public_id)
        paragraphs = html.fromstring(entry.content[0].value).xpath("//p")
        assert [paragraph.text_content() for paragraph in paragraphs[:2]] == told
        assert entry.updated == "2026-11-20T12:15:30+07:00"
    (item,) = (i for i in feed(served, "all", "json").get_json()["items"] if i["id"] == bulletin.public_id)
    assert [correction["note"] for correction in item["_bantin"]["corrections"]] == [note for _, note in CORRECTIONS]
    assert item["date_published"] == "2026-11-02T12:00:00+07:00"
    words = words_of(page(served, number))
    for at, note in CORRECTIONS:
        assert f"Đính chính Thứ Sáu, 20/11/2026, 12:{at}{note}" in words
    assert "Cập nhật" not in words
    story = html.fromstring(served.client.get("/feeds/category/le-hoi").data).xpath("//article[.//h3]")[0]
    assert "Đính chính" in story.text_content()
    assert "Đính chính" not in served.client.get("/feeds/publisher/so-van-hoa-tinh").text


CORRECTIONS = (("15", "Đúng ra là 4.000 <b>"), ("10", "Số người dự là ba nghìn."))


def test_an_edit_that_matters_without_a_note_is_an_update(served: Served, number: int, clock: Clock) -> None:
    bulletin = stored(served, number)
    with served.database.transaction() as session:
        said = draft(**(SAID | {"lead": "Ba nghìn người."}), attachments=bulletin.attachments)
        bulletins.revise(session, number, said, significant=True)
    words = words_of(page(served, number))
    assert "Cập nhật: Thứ Sáu, 20/11/2026, 12:10" in words
    assert "Đính chính" not in words
    assert "2026-11-20T12:10:30+07:00" in feed(served, "all", "rss").text
    assert "Đính chính" not in feed(served, "all", "rss").text


def test_a_correction_is_no_update_until_something_else_comes(served: Served, number: int, clock: Clock) -> None:
    attachments = stored(served, number).attachments
    with served.database.transaction() as session:
        bulletins.correct(session, number, draft(**SAID, attachments=attachments, body="<p>Mới.</p>"), note="Sửa.")
    assert "Cập nhật" not in words_of(page(served, number))
    clock.move(minutes=1)
    withdraw(served, number, clock)
    publish(served, number, clock)
    words = words_of(page(served, number))
    assert "Cập nhật: Thứ Sáu, 20/11/2026, 12:12" in words
    assert "Sửa." in words


def test_a_minor_edit_tells_nobody_and_moves_no_date(served: Served, number: int, clock: Clock) -> None:
    first = stored(served, number)
    before = Poll.of(served, TOUCHED | UNTOUCHED)
    with served.database.transaction() as session:
        said = draft(**(SAID | {"lead": "Hơn hai nghìn người dự hội xuân."}), attachments=first.attachments)
        bulletins.revise(session, number, said)
    clock.move(minutes=1)
    assert before.changed(served) == Changed(feeds=TOUCHED, pages=TOUCHED)
    (item,) = (i for i in feed(served, "all", "json").get_json()["items"] if i["id"] == first.public_id)
    assert item["date_modified"] == item["date_published"]
    words = words_of(page(served, number))
    assert "hội xuân." in words
    assert "Cập nhật" not in words
    assert "Đính chính" not in words


def test_the_latest_departures_are_told_and_the_last_one_first(
    served: Served, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "SHOWN_TOMBSTONES", 3)
    told = []
    for number in [served.add(title=f"Bản tin số {index}") for index in range(5)]:
        at = withdraw(served, number, clock)
        told.append((stored(served, number).public_id, at.astimezone(VIETNAM).isoformat(), REASON))
    assert departures(feed(served, "all", "atom")) == told[:1:-1]
