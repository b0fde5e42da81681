"""Further channels that golden documents are rendered from: places, origins, languages, endings, the two together."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.addresses import Addresses
from feeds.documents.model import Deleted, Format, History, Party
from feeds.entries import entry_of
from store.text.vietnamese import clean_block, clean_line
from store.types import VIETNAM, Attachment, Correction, Organisation, Origin, Place, Precision
from tests.feeds.documents.values import (
    BULLETIN,
    CHANNEL,
    CORRECTED,
    ENTRY,
    FIVE_PHOTOS,
    LONG_PARAGRAPH,
    PHOTOS_AND_DOCUMENTS,
    SITE_URL,
    Case,
    document,
    photo,
)

ADDRESSES = Addresses(SITE_URL)

NAM_LAM = Place("Nhà văn hóa thôn Nậm Lam & chợ <phiên>", 2_214_321, 10_583_456)
ORIGIN = Origin("Báo Vân Sơn & “Đời sống”", "https://báo-vân-sơn.example/tin/đổi-giống?mã=7&x=1")

MERGED = Organisation(
    id=5,
    name="Ủy ban nhân dân xã Khuổi Dầu",
    slug="uy-ban-nhan-dan-xa-khuoi-dau",
    successor_id=3,
    merged_at=datetime(2026, 7, 1, tzinfo=VIETNAM),
)


def nfd(text: str) -> str:
    """Return text as some keyboards and file systems spell it, letters and marks apart."""
    return unicodedata.normalize("NFD", text)


DECOMPOSED = replace(
    BULLETIN,
    number=63,
    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c63",
    title=clean_line(nfd("Hội  nghị tổng kết: “Đổi mới” ở Nậm Lam"), field="title"),
    lead=clean_block(nfd("Ðảng ủy xã Nậm Lam đánh giá\u00a0phong trào thi đua."), field="lead"),
    attachments=(Attachment(number=1, caption=clean_line(nfd("Ảnh toàn cảnh hội nghị"), field="caption")),),
)

EVERYTHING = replace(
    ENTRY,
    id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9e09",
    language="en",
    published=datetime(2026, 10, 12, 12, 0, tzinfo=VIETNAM),
    precision=Precision.DAY,
    updated=datetime(2026, 10, 13, 12, 0, tzinfo=VIETNAM),
    authors=(Party(name="Hoàng Lan"), Party(name="Nguyễn Minh Đức", url=f"{SITE_URL}/feeds/author/nguyen-minh-duc")),
    photos=FIVE_PHOTOS,
    documents=(document(1, title="Kế hoạch", reference="12/KH-UBND"), document(2, title="Phiếu đăng ký")),
    via_url="https://namlam.vanson.example/tin/57",
    corrections=(Correction(datetime(2026, 10, 13, 12, 0, tzinfo=VIETNAM), "Diện tích là 120 ha."),),
    place=NAM_LAM,
    origin=ORIGIN,
)


def archive(name: str) -> Mapping[Format, str]:
    """Return the addresses of an archive document of the channel."""
    return {format: f"{CHANNEL.html_url}/archive/{name}.{format.value}" for format in Format}


FURTHER_CASES: Mapping[str, Case] = {
    "documents-alone": Case(
        entries=(
            replace(ENTRY, documents=(document(1, title="Kế hoạch", reference="12/KH-UBND"),)),
            replace(
                ENTRY,
                id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9e03",
                summary="",
                content_html="",
                documents=(document(2, title="12/PĐK", reference="12/PĐK"), document(3, title="Phụ lục <2>")),
            ),
        )
    ),
    "everything-withdrawn": Case(
        channel=replace(
            CHANNEL,
            deleted=(
                Deleted(id=ENTRY.id, at=datetime(2026, 10, 14, 9, 5, 9, tzinfo=VIETNAM), reason="Đăng nhầm."),
                Deleted(id=EVERYTHING.id, at=datetime(2026, 10, 13, 9, 0, tzinfo=VIETNAM), reason=""),
            ),
        ),
        entries=(),
    ),
    "foreign-channel": Case(
        channel=replace(CHANNEL, language="en", title="Agriculture | Vân Sơn", description="News of the communes."),
        entries=(
            replace(
                ENTRY,
                id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9e05",
                language="en",
                title="New rice seed",
                photos=(photo(1),),
            ),
            ENTRY,
            replace(
                ENTRY,
                id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9e04",
                title="ព័ត៌មានភូមិ · 村里新聞",
                summary="新聞",
                content_html="<p>村里新聞。</p>\n",
                language="zh-Hant",
            ),
        ),
    ),
    "decomposed-letters": Case(entries=(entry_of(DECOMPOSED, ADDRESSES),)),
    "merged-body": Case(
        channel=replace(
            CHANNEL,
            title="Ủy ban nhân dân xã Khuổi Dầu | Bản tin tỉnh Vân Sơn",
            description="Bản tin do Ủy ban nhân dân xã Khuổi Dầu ban hành. Từ 01/07/2026, Ủy ban nhân dân xã Khuổi Dầu "
            "nhập vào Ủy ban nhân dân xã Nậm Lam.",
            author=Party(name=MERGED.name, url=f"{SITE_URL}/feeds/publisher/{MERGED.slug}"),
        ),
        entries=(
            entry_of(BULLETIN, ADDRESSES),
            entry_of(replace(BULLETIN, number=64, public_id="urn:x:64", publisher=MERGED), ADDRESSES),
        ),
    ),
    "places": Case(
        entries=(
            replace(ENTRY, place=NAM_LAM),
            replace(ENTRY, id="urn:x:2", place=Place("Quần đảo Trường Sa", 1_000_000, 11_400_000)),
            replace(ENTRY, id="urn:x:3", place=Place("Nậm Lam")),
            replace(ENTRY, id="urn:x:4", place=Place("", -5, -18_000_000)),
            replace(ENTRY, id="urn:x:5", place=Place("Không", 0, 0)),
        )
    ),
    "origins": Case(
        entries=(
            replace(ENTRY, origin=ORIGIN, via_url=ORIGIN.url),
            replace(ENTRY, id="urn:x:2", origin=replace(ORIGIN, name="Nhân Dân"), via_url="https://khác.example/1"),
            replace(ENTRY, id="urn:x:3", authors=(), publisher=None, origin=ORIGIN),
        )
    ),
    "lead-only-channel": Case(
        entries=(
            entry_of(CORRECTED, ADDRESSES, is_lead_only=True),
            entry_of(replace(PHOTOS_AND_DOCUMENTS, lead="", language="en"), ADDRESSES, is_lead_only=True),
        )
    ),
    "long-title-with-markup": Case(
        channel=replace(
            CHANNEL,
            title="Hội đồng <Thi đua> – Khen thưởng & “Gương sáng” ]]> " * 8 + "| &lt;Vân Sơn&gt;",
            description=LONG_PARAGRAPH * 6,
            author=Party(name="Phòng <Tin> & Báo"),
            rights="© & <®>",
        )
    ),
    "updated-day-alone": Case(
        entries=(
            replace(
                ENTRY,
                published=datetime(2026, 10, 12, 12, 0, tzinfo=VIETNAM),
                precision=Precision.DAY,
                updated=datetime(2026, 10, 14, 8, 0, tzinfo=VIETNAM),
            ),
        )
    ),
    "sized-icon": Case(
        channel=replace(
            CHANNEL, icon_url=f"{SITE_URL}/static/mark.png", icon_px=144, logo_url=f"{SITE_URL}/static/mark-wide.png"
        )
    ),
    "other-offsets": Case(
        entries=(
            replace(
                ENTRY,
                published=datetime.fromisoformat("2026-10-12T08:30:00-03:30"),
                updated=datetime.fromisoformat("2026-10-12T08:30:00-03:30"),
            ),
            replace(ENTRY, id="urn:x:2", published=datetime.fromisoformat("2026-10-12T01:30:00+00:00")),
            replace(ENTRY, id="urn:x:3", updated=ENTRY.published + timedelta(seconds=1)),
        )
    ),
    "head-with-archives": Case(channel=replace(CHANNEL, history=History(previous=archive("3-12")))),
    "archive": Case(
        channel=replace(
            CHANNEL,
            feed_urls=archive("2-500"),
            history=History(
                is_archive=True,
                current=CHANNEL.feed_urls,
                previous=archive("1-500"),
                following=archive("3-500"),
            ),
            deleted=(Deleted(id="urn:x:9", at=datetime(2026, 3, 1, 8, 0, tzinfo=VIETNAM), reason="Đã được gỡ xuống."),),
        ),
        entries=(ENTRY, EVERYTHING),
    ),
    "oldest-archive": Case(
        channel=replace(
            CHANNEL,
            feed_urls=archive("1-500"),
            history=History(is_archive=True, current=CHANNEL.feed_urls, following=archive("2-500")),
        )
    ),
    "everything-at-once": Case(
        channel=replace(
            CHANNEL,
            icon_url=f"{SITE_URL}/static/mark.png",
            icon_px=144,
            logo_url=f"{SITE_URL}/static/mark-wide.png",
            rights="© 2026 Tỉnh Vân Sơn.",
            deleted=(
                Deleted(id="urn:x:9", at=datetime(2026, 10, 14, 9, 5, 9, tzinfo=VIETNAM), reason="Đã được gỡ xuống."),
            ),
        ),
        entries=(EVERYTHING, ENTRY, replace(EVERYTHING, id="urn:x:7", language="vi")),
    ),
}
