"""What the store tells of for sitemaps: published bulletins by ranges of numbers, their photos, and news."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest

from store import bulletins, catalogue, publication, sitemap_pages
from store.attachments import recipe
from store.database import Database
from store.types import VIETNAM, Attachment, AttachmentKind, Moment, Rendition, StoredFile
from tests.support.samples import day, draft
from tests.support.stores import Clock


def publish(database: Database, **said: object) -> int:
    with database.transaction() as session:
        number = bulletins.draft(session, draft(**said))
        publication.publish(session, number, publisher_required=False)
    return number


def withdraw(database: Database, number: int) -> None:
    with database.transaction() as session:
        publication.withdraw(session, number, reason="Hoãn.")


def digest(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()


def rendition(words: str, name: str, width_px: int, *, recipe_number: int = 1) -> Rendition:
    media_type = "image/webp" if name.startswith("webp") else "image/jpeg"
    return Rendition(
        name=name,
        digest=digest(f"{words} {name} {recipe_number}"),
        media_type=media_type,
        size_bytes=9,
        width_px=width_px,
        height_px=width_px // 2,
        recipe=recipe_number,
    )


def photo(words: str, *, width_px: int = 1600, media_type: str = "image/jpeg", **said: object) -> StoredFile:
    return StoredFile(
        digest=digest(words),
        media_type=media_type,
        size_bytes=99,
        width_px=width_px,
        height_px=800,
        **said,  # type: ignore[arg-type]  # as the field of that name wants it
    )


def test_ranges_of_numbers_hold_what_is_published(database: Database, clock: Clock) -> None:
    numbers = [publish(database, title=f"Tin số {index}") for index in range(5)]
    clock.move(minutes=1)
    with database.transaction() as session:
        bulletins.draft(session, draft(title="Chưa đăng"))
        bulletins.revise(session, numbers[1], draft(title="Tin số một"))
    with database.snapshot() as session:
        spans = sitemap_pages.list_spans(session, size=2)
        assert [(span.ordinal, span.count) for span in spans] == [(0, 2), (1, 2), (2, 1)]
        assert [span.changed_at == clock() for span in spans] == [True, False, False]
        assert [sitemap_pages.find_span(session, ordinal, size=2) for ordinal in range(4)] == [*spans, None]
        shown = list(sitemap_pages.iter_pages(session, first=2, last=4))
        assert [(page.number, page.slug) for page in shown] == [(2, "tin-so-mot"), (3, "tin-so-2"), (4, "tin-so-3")]
        assert sitemap_pages.count_published(session) == (5, 0)


def test_a_withdrawal_is_a_change_of_its_range_alone(database: Database, clock: Clock) -> None:
    numbers = [publish(database, title=f"Tin số {index}") for index in range(4)]
    with database.snapshot() as session:
        before = sitemap_pages.list_spans(session, size=2)
    clock.move(minutes=1)
    withdraw(database, numbers[1])
    with database.snapshot() as session:
        first, second = sitemap_pages.list_spans(session, size=2)
        assert [page.number for page in sitemap_pages.iter_pages(session)] == [1, 3, 4]
    assert (first.count, first.changed_at) == (1, clock())
    assert first.edition > before[1].edition
    assert second == before[1]
    withdraw(database, numbers[0])
    with database.snapshot() as session:
        # Nothing is left that a part could hold.
        assert sitemap_pages.list_spans(session, size=2) == (second,)
        assert sitemap_pages.find_span(session, 0, size=2) is None


def test_every_batch_is_read(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemap_pages, "BATCH", 2)
    numbers = [publish(database, title=f"Tin số {index}") for index in range(5)]
    with database.snapshot() as session:
        assert [page.number for page in sitemap_pages.iter_pages(session)] == numbers


def test_photos_are_those_that_readers_are_handed(database: Database) -> None:
    photos = (
        photo("wide", renditions=tuple(rendition("wide", f"jpeg-{px}", px) for px in (320, 640, 1280))),
        photo("small", width_px=800, renditions=(rendition("small", "jpeg-320", 320),)),
        photo("webp", media_type="image/webp", renditions=(rendition("webp", "jpeg-1280", 1280),)),
        photo(
            "anew",
            renditions=(
                rendition("anew", "jpeg-1280", 1280),
                rendition("anew", "jpeg-1280", 1280, recipe_number=2),
                rendition("anew", "webp-1280", 1280, recipe_number=2),
                rendition("anew", "card", 1200, recipe_number=2),
            ),
        ),
        photo("moving", width_px=400, media_type="image/gif", is_animated=True),
    )
    plan = StoredFile(digest=digest("plan"), media_type="application/pdf", size_bytes=5)
    attachments = [Attachment(number=n, caption="Ảnh", file=file) for n, file in enumerate(photos, 1)]
    attachments.append(Attachment(number=6, caption="Chờ ảnh"))
    attachments.append(Attachment(number=7, kind=AttachmentKind.DOCUMENT, caption="Kế hoạch", file=plan))
    number = publish(database, attachments=tuple(attachments))
    with database.snapshot() as session:
        (page,) = sitemap_pages.iter_pages(session)
        shown = [recipe.shown_form(file).digest for file in page.photos]
        stored = [a.file for a in catalogue.get_bulletin(session, number).attachments[:5]]
        assert sitemap_pages.count_published(session) == (1, 5)
    assert shown == [recipe.shown_form(file).digest for file in stored if file]
    assert shown == [
        digest("wide jpeg-1280 1"),
        digest("small"),
        digest("webp jpeg-1280 1"),
        digest("anew jpeg-1280 2"),
        digest("moving"),
    ]


def test_news_are_the_newest_since_an_instant(database: Database, clock: Clock) -> None:
    since = clock() - timedelta(days=2)
    moments = [Moment((since + timedelta(seconds=seconds)).astimezone(VIETNAM)) for seconds in (-1, 0, 1, 2, 3)]
    numbers = [publish(database, title=f"Tin số {n}", published=moment) for n, moment in enumerate(moments)]
    publish(database, title="Tin cũ", published=day(2026, 10, 1))
    withdraw(database, numbers[4])
    with database.snapshot() as session:
        found = sitemap_pages.list_news(session, since=since, limit=2)
        assert [(item.number, item.title) for item in found] == [(4, "Tin số 3"), (3, "Tin số 2")]
        assert found[0].published == moments[3]
        assert [item.number for item in sitemap_pages.list_news(session, since=since, limit=9)] == [4, 3, 2]
