"""A small town's store in which every table has rows, and every act that can alter what readers see of it.

An act is one transaction through the store's own doors. Together the acts alter every column that there is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from store import (
    attaching,
    bulletins,
    catalogue,
    channel_settings,
    expunging,
    publication,
    redirects,
    renaming,
    reorganisation,
    sources,
    taxonomy,
)
from store.attachments.recipe import RECIPE
from store.database import Database
from store.names import Kind
from store.types import (
    VIETNAM,
    Attachment,
    AttachmentKind,
    Bulletin,
    Draft,
    Focus,
    Moment,
    Origin,
    Place,
    Rendition,
    Selection,
    StoredFile,
)
from tests.support.samples import BODY, day, minute
from tests.support.stores import Clock

Act = Callable[[Session], object]

PUBLISHED, WAITING, DRAFT, SCHEDULED, WITHDRAWN, EXPUNGED, IMPORTED, OLD = range(1, 9)

ADDRESSES = (
    *(
        f"/feeds/{selection}"
        for channel in (
            "all",
            "category/van-hoa",
            "organisation/so-van-hoa-tinh",
            "author/thu-trang",
            "category/van-hoa/organisation/hoi-nong-dan-tinh",
            "category/le-hoi_the-thao",
            "category/van-hoa/author/thu-trang",
        )
        for selection in (f"{channel}.rss", f"{channel}.atom", f"{channel}.json", channel)
    ),
    "/feeds/all.rss?q=hoi+nghi",
    "/feeds/all.json?q=hoi+nghi",
    "/feeds/all?q=hoi+nghi",
    *(
        f"/feeds/{channel}/archive/1-1.{form}"
        for channel in ("all", "category/van-hoa")
        for form in ("rss", "atom", "json")
    ),
    *(f"/feeds/all/archive/1-{count}.atom" for count in (4, 10)),
    "/feeds/",
    "/feeds.opml",
    "/sitemap.xml",
    "/news-sitemap.xml",
    "/robots.txt",
    *(f"/ban-tin/{slug}" for slug in ("hoi-nghi-tong-ket-1", "ba-con-cho-anh-2", "bai-tu-cong-7", "tin-thang-truoc-8")),
)


def file(words: str, *, media_type: str = "image/jpeg") -> StoredFile:
    """Give a stored file that only its row knows."""
    is_photo = media_type.startswith("image/")
    return StoredFile(
        digest=hashlib.sha256(words.encode()).hexdigest(),
        media_type=media_type,
        size_bytes=1_000 + len(words),
        width_px=1600 if is_photo else None,
        height_px=1200 if is_photo else None,
    )


def with_renditions(original: StoredFile, *, width_px: int = 640) -> StoredFile:
    """Give a photo with one smaller form."""
    small = file(f"{original.digest} {width_px}")
    return replace(
        original,
        renditions=(
            Rendition(
                name=f"jpeg-{width_px}",
                digest=small.digest,
                media_type=small.media_type,
                size_bytes=small.size_bytes,
                width_px=width_px,
                height_px=width_px * 3 // 4,
                recipe=RECIPE,
            ),
        ),
    )


HALL, DANCE, PLAN = file("hội trường"), file("điệu múa"), file("kế hoạch", media_type="application/pdf")


def said(title: str, **changed: object) -> Draft:
    """Say a bulletin of the town, each field overridable."""
    words: dict[str, object] = {
        "title": title,
        "lead": "Chiều 29/12, hội nghị được tổ chức tại thị trấn Nà Mạ.",
        "body": BODY,
        "categories": ("Lễ hội",),
        "publisher": "Hội Nông dân tỉnh",
        "authors": ("Thu Trang",),
        "attachments": (Attachment(number=1, caption="Quang cảnh hội nghị", credit="Thu Trang", file=HALL),),
        "published": minute(2026, 11, 10, 8, 30),
    }
    return Draft(**(words | changed))  # type: ignore[arg-type]  # the fields of a draft by name


def build(database: Database, clock: Clock) -> None:
    """Store the town: bulletins in every state, bodies above and below each other, an old feed's addresses."""
    with database.transaction(actor="Lan") as session:
        taxonomy.add_category(session, "Văn hóa", description="Tin văn hóa của tỉnh.")
        taxonomy.add_category(session, "Lễ hội", parent="Văn hóa")
        taxonomy.add_category(session, "Thể thao", aliases=("Thể dục",))
        taxonomy.add_organisation(session, "Hội Nông dân tỉnh", short_name="HND", aliases=("Hội Nông dân",))
        taxonomy.add_organisation(session, "Sở Văn hóa tỉnh", website="https://so.example/")
        taxonomy.add_organisation(session, "Phòng Văn hóa huyện", parent="Sở Văn hóa tỉnh")
        taxonomy.add_author(session, "Minh Hà")
        redirects.add_redirect(session, "/rss.aspx?id=1", "all", "rss")
    document = Attachment(number=2, kind=AttachmentKind.DOCUMENT, caption="Kế hoạch", reference="12/KH", file=PLAN)
    texts = {
        PUBLISHED: said(
            "Hội nghị tổng kết",
            subjects=("Sở Văn hóa tỉnh",),
            attachments=(said("").attachments[0], document),
            place=Place("Nhà văn hóa Nà Mạ", 2_214_321, 10_583_456),
            origin=Origin("Báo Vân Sơn", "https://bao.example/1"),
        ),
        WAITING: said("Bà con chờ ảnh", attachments=(Attachment(number=1, caption="Ảnh sẽ đến sau"),)),
        DRAFT: said("Bản nháp", published=None),
        SCHEDULED: said("Tin hẹn giờ", published=None),
        WITHDRAWN: said("Tin đã gỡ"),
        EXPUNGED: said("Tin đã xóa hẳn"),
        IMPORTED: said("Bài từ cổng", publisher="Phòng Văn hóa huyện", authors=(), published=day(2026, 11, 12)),
        OLD: said("Tin tháng trước", categories=("Thể thao",), published=day(2026, 10, 12)),
    }
    for number, text in texts.items():
        clock.move(minutes=7)
        with database.transaction(actor="Lan") as session:
            made = bulletins.draft(session, text, public_id=f"urn:uuid:00000000-0000-4000-8000-{number:012d}")
            assert made == number
            if number not in (DRAFT, SCHEDULED):
                publication.publish(session, number)
    with database.transaction(actor="Minh") as session:
        publication.schedule(session, SCHEDULED, _in_days(clock, 2))
        publication.withdraw(session, WITHDRAWN, reason="Đăng nhầm.")
        expunging.expunge(session, EXPUNGED, reason="Theo yêu cầu.")
        _keep_record(session, "cong.example", "trang-7", IMPORTED)


def _in_days(clock: Clock, days: int) -> Moment:
    return Moment((clock() + timedelta(days=days)).astimezone(VIETNAM))


def _keep_record(session: Session, place: str, key: str, number: int) -> None:
    sources.keep_record(
        session,
        sources.find_or_add(session, "portal", place),
        key,
        bulletin=number,
        content_digest=key,
        address=f"https://{place}/{number}",
        day="2026-11-12",
        folded_title="bai tu cong",
    )


def _import_another(session: Session) -> None:
    _keep_record(session, "xa.example", "trang-9", _add_another(session, authors=()))


def _merge_what_speaks_for_others(session: Session) -> None:
    taxonomy.add_organisation(session, "Sở Văn hóa và Thể thao tỉnh")
    reorganisation.merge(session, Kind.ORGANISATION, "Sở Văn hóa tỉnh", "Sở Văn hóa và Thể thao tỉnh")


def _revise(**changed: object) -> Act:
    return lambda session: bulletins.revise(session, PUBLISHED, _as_stored(session, PUBLISHED, **changed))


def _as_stored(session: Session, number: int, **changed: object) -> Draft:
    stored = catalogue.get_bulletin(session, number)
    return replace(_draft_of(stored), **changed)  # type: ignore[arg-type]  # the fields of a draft by name


def _draft_of(stored: Bulletin) -> Draft:
    return Draft(
        title=stored.title,
        lead=stored.lead,
        body=stored.body,
        language=stored.language,
        publisher=stored.publisher.name if stored.publisher else None,
        subjects=tuple(body.name for body in stored.subjects),
        categories=tuple(category.name for category in stored.categories),
        authors=tuple(author.name for author in stored.authors),
        attachments=stored.attachments,
        published=stored.published,
        place=stored.place,
        origin=stored.origin,
    )


def _photo(session: Session, **changed: object) -> object:
    first = catalogue.get_bulletin(session, PUBLISHED).attachments[0]
    return attaching.revise_attachment(session, PUBLISHED, replace(first, **changed))  # type: ignore[arg-type]  # fields by name


def _correct(session: Session) -> object:
    text = _as_stored(session, PUBLISHED, lead="Số đoàn dự là 210.")
    return bulletins.correct(session, PUBLISHED, text, note="Số đoàn dự là 210, không phải 120.")


def _add_another(session: Session, **changed: object) -> int:
    number = bulletins.draft(session, said("Tin mới nhất", **changed), public_id=f"urn:x:{changed!r}")
    publication.publish(session, number)
    return number


def _set_channel(selection: Selection, **changed: object) -> Act:
    def act(session: Session) -> bool:
        present = channel_settings.channel_settings(session, selection)
        return channel_settings.set_channel_settings(session, selection, replace(present, **changed))  # type: ignore[arg-type]

    return act


CULTURE = Selection(category=1)

ACTS: Mapping[str, Act] = {
    "title": _revise(title="Hội nghị tổng kết năm"),
    "lead": _revise(lead="Một dẫn đề khác."),
    "body": _revise(body="<p>Một thân bài khác.</p>"),
    "language": _revise(language="en"),
    "publisher": _revise(publisher="Sở Văn hóa tỉnh"),
    "no publisher": _revise(publisher=None),
    "subjects": _revise(subjects=("Phòng Văn hóa huyện",)),
    "subjects in another order": _revise(subjects=("Phòng Văn hóa huyện", "Sở Văn hóa tỉnh")),
    "categories": _revise(categories=("Thể thao", "Lễ hội")),
    "authors": _revise(authors=("Minh Hà", "Thu Trang")),
    "place": _revise(place=Place("Nhà văn hóa Nà Mạ", 2_214_322, 10_583_457)),
    "no place": _revise(place=None),
    "origin": _revise(origin=Origin("Báo Vân Sơn", "https://bao.example/2")),
    "origin's name": _revise(origin=Origin("Đài Vân Sơn", "https://bao.example/1")),
    "correct": _correct,
    "attach": lambda session: attaching.attach_file(session, WAITING, 1, DANCE),
    "another file": lambda session: attaching.attach_file(session, PUBLISHED, 1, DANCE),
    "lose a file": lambda session: attaching.detach_lost_file(session, PUBLISHED, 1),
    "renditions": lambda session: attaching.receive_renditions(session, with_renditions(HALL)),
    "larger renditions": lambda session: attaching.receive_renditions(session, with_renditions(HALL, width_px=1280)),
    "caption": lambda session: _photo(session, caption="Toàn cảnh hội nghị"),
    "credit": lambda session: _photo(session, credit="Minh Hà"),
    "alternative text": lambda session: _photo(session, alternative_text="Hội trường kín chỗ"),
    "focus": lambda session: _photo(session, focus=Focus(30, 40)),
    "reference": lambda session: attaching.revise_attachment(
        session, PUBLISHED, replace(catalogue.get_bulletin(session, PUBLISHED).attachments[1], reference="13/KH")
    ),
    "add a photo": lambda session: attaching.add_attachment(session, PUBLISHED, Attachment(number=9, caption="Thêm")),
    "publish": lambda session: publication.publish(session, DRAFT),
    "publish another": _add_another,
    "publish a day": lambda session: _add_another(session, published=day(2026, 11, 15)),
    "backdate": lambda session: _add_another(session, published=day(2025, 1, 2)),
    "edit a draft": lambda session: bulletins.revise(
        session, DRAFT, said("Bản nháp đã sửa", published=day(2026, 11, 3))
    ),
    "cancel a schedule": lambda session: publication.cancel_schedule(session, SCHEDULED),
    "withdraw": lambda session: publication.withdraw(session, PUBLISHED, reason="Đăng nhầm."),
    "withdraw the old": lambda session: publication.withdraw(session, OLD, reason="Hết hiệu lực."),
    "republish": lambda session: publication.publish(session, WITHDRAWN),
    "expunge": lambda session: expunging.expunge(session, PUBLISHED, reason="Theo yêu cầu."),
    "expunge what is withdrawn": lambda session: expunging.expunge(session, WITHDRAWN),
    "retag the old": lambda session: bulletins.revise(
        session, OLD, said("Tin tháng trước", published=day(2026, 10, 12))
    ),
    "rename a category": lambda session: renaming.rename(
        session, Kind.CATEGORY, "Lễ hội", "Lễ hội truyền thống", short_name="LHTT"
    ),
    "rename a category throughout": lambda session: renaming.rename(
        session, Kind.CATEGORY, "Lễ hội", "Hội hè", throughout=True
    ),
    "rename a body": lambda session: renaming.rename(
        session, Kind.ORGANISATION, "Hội Nông dân tỉnh", "Hội Nông dân tỉnh Vân Sơn", short_name="HND Vân Sơn"
    ),
    "rename an author throughout": lambda session: renaming.rename(
        session, Kind.AUTHOR, "Thu Trang", "Nguyễn Thu Trang", throughout=True
    ),
    "another slug": lambda session: renaming.rename(session, Kind.CATEGORY, "Lễ hội", "Lễ hội", slug="hoi-lang"),
    "alias": lambda session: renaming.add_alias(session, Kind.CATEGORY, "Lễ hội", "Hội làng"),
    "move a category": lambda session: reorganisation.move(session, Kind.CATEGORY, "Lễ hội", None),
    "move a body": lambda session: reorganisation.move(session, Kind.ORGANISATION, "Phòng Văn hóa huyện", None),
    "merge a category": lambda session: reorganisation.merge(session, Kind.CATEGORY, "Thể thao", "Lễ hội"),
    "merge a body": lambda session: reorganisation.merge(
        session, Kind.ORGANISATION, "Phòng Văn hóa huyện", "Sở Văn hóa tỉnh"
    ),
    "merge what stands above others": _merge_what_speaks_for_others,
    "speak for others": lambda session: reorganisation.include_subordinates(session, "Sở Văn hóa tỉnh", included=True),
    "merge an author": lambda session: reorganisation.merge(session, Kind.AUTHOR, "Thu Trang", "Minh Hà"),
    "close a category": lambda session: reorganisation.close(session, Kind.CATEGORY, "Thể thao"),
    "close a body": lambda session: reorganisation.close(session, Kind.ORGANISATION, "Sở Văn hóa tỉnh"),
    "close an author": lambda session: reorganisation.close(session, Kind.AUTHOR, "Thu Trang"),
    "add a category": lambda session: taxonomy.add_category(session, "Giáo dục", description="Tin giáo dục."),
    "add a body": lambda session: taxonomy.add_organisation(
        session, "Tỉnh đoàn", short_name="TĐ", description="Thanh niên.", website="https://doan.example/"
    ),
    "a channel's title": _set_channel(CULTURE, title="Văn hóa xứ Nà Mạ"),
    "a channel's description": _set_channel(CULTURE, description="Tin văn hóa chọn lọc."),
    "a channel's language": _set_channel(CULTURE, language="en"),
    "a channel's entries": _set_channel(CULTURE, entries=2),
    "a channel's leads": _set_channel(CULTURE, is_lead_only=True),
    "a channel's picture": _set_channel(CULTURE, image=with_renditions(DANCE)),
    "the title of all": _set_channel(Selection(), title="Bản tin xứ Nà Mạ"),
    "no setting at all": _set_channel(CULTURE),
    "add an author": lambda session: taxonomy.add_author(session, "Nông Văn Kim"),
    "add a redirect": lambda session: redirects.add_redirect(session, "/tin.aspx?id=4", "c1", "atom"),
    "import another": _import_another,
}
