"""The channels that golden documents are rendered from: one for each thing that a reader could trip over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from feeds.addresses import Addresses
from feeds.documents.model import Deleted, Party
from feeds.entries import entry_of
from store.types import VIETNAM, Correction, Precision
from tests.feeds.documents.more_cases import FURTHER_CASES
from tests.feeds.documents.values import (
    BULLETIN,
    CHANNEL,
    CORRECTED,
    ENTRY,
    FIVE_PHOTOS,
    HOANG_LAN,
    HOI_NONG_DAN,
    LEAD_PHOTO,
    LONG_PARAGRAPH,
    MARKUP_TITLES,
    MINH_DUC,
    MOI_TRUONG,
    NONG_DAN,
    NONG_NGHIEP,
    PHOTOS_AND_DOCUMENTS,
    PHU_NU,
    SITE_URL,
    UNNAMED_DOCUMENTS,
    Case,
    document,
    photo,
)

CASES: Mapping[str, Case] = {
    # Made of stored bulletins, so that what is composed of them cannot change unnoticed either.
    "composed": Case(
        entries=(
            entry_of(BULLETIN, Addresses(SITE_URL)),
            entry_of(
                replace(
                    BULLETIN,
                    number=58,
                    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c58",
                    language="en",
                    title="Spring festival",
                    authors=(),
                    updated=datetime(2026, 2, 3, 12, 0, tzinfo=VIETNAM),
                ),
                Addresses(SITE_URL),
            ),
        )
    ),
    "no-photo": Case(),
    "one-photo": Case(entries=(replace(ENTRY, photos=(LEAD_PHOTO,)),)),
    "five-photos": Case(entries=(replace(ENTRY, photos=FIVE_PHOTOS),)),
    "photos-and-documents": Case(
        entries=(
            entry_of(PHOTOS_AND_DOCUMENTS, Addresses(SITE_URL)),
            entry_of(UNNAMED_DOCUMENTS, Addresses(SITE_URL)),
        )
    ),
    "day-only": Case(
        entries=(
            replace(
                ENTRY,
                published=datetime(2026, 10, 12, 12, 0, tzinfo=VIETNAM),
                updated=datetime(2026, 10, 12, 12, 0, tzinfo=VIETNAM),
                precision=Precision.DAY,
            ),
        )
    ),
    "minute": Case(
        entries=(
            replace(
                ENTRY,
                published=datetime(2026, 2, 28, 23, 59, tzinfo=VIETNAM),
                updated=datetime(2026, 2, 28, 23, 59, tzinfo=VIETNAM),
            ),
        )
    ),
    "corrected": Case(entries=(replace(ENTRY, updated=ENTRY.published + timedelta(days=1, minutes=35)),)),
    "corrections": Case(
        entries=(
            entry_of(CORRECTED, Addresses(SITE_URL)),
            entry_of(
                replace(
                    CORRECTED,
                    number=60,
                    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c60",
                    language="en",
                    title="Spring festival",
                    corrections=(Correction(CORRECTED.updated, "The festival was the fifth, not the fourth."),),
                ),
                Addresses(SITE_URL),
            ),
        )
    ),
    "tombstones": Case(
        channel=replace(
            CHANNEL,
            deleted=(
                Deleted(
                    id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9f01",
                    at=datetime(2026, 10, 14, 9, 5, 9, tzinfo=VIETNAM),
                    reason="Số liệu <chưa> kiểm chứng: a<b && “c” > 'd' ]]> &amp;",
                ),
                Deleted(
                    id="https://báo-cũ.example/tin/đổi-giống-lúa?mã=8&x=1",
                    at=datetime(2026, 10, 13, 17, 0, tzinfo=VIETNAM),
                    reason="Bản tin không còn thuộc kênh này.",
                ),
            ),
        )
    ),
    "no-byline": Case(entries=(replace(ENTRY, authors=(HOI_NONG_DAN,)),)),
    "no-author-at-all": Case(entries=(replace(ENTRY, authors=(), publisher=None, terms=()),)),
    "several-authors-and-bodies": Case(
        entries=(replace(ENTRY, authors=(HOANG_LAN, MINH_DUC), terms=(NONG_NGHIEP, MOI_TRUONG, NONG_DAN, PHU_NU)),)
    ),
    "emoji-and-markup": Case(
        channel=replace(CHANNEL, title="Hỏi & đáp <nông vụ>", description="Giá cả < 5% & mùa vụ; ]]> &amp; 🌱"),
        entries=tuple(
            replace(
                ENTRY,
                id=f"urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9d{number:02d}",
                url=f"{SITE_URL}/ban-tin/danh-dau-{number}",
                title=title,
                summary=f"Lời dẫn: {title}",
                authors=(Party(name=f"Bút danh {title}"),),
                photos=(photo(number, caption=title, credit=title, alternative_text=title),),
                documents=(document(number, title=title, reference=f"{number}/BC-UBND"),),
            )
            for number, title in enumerate(MARKUP_TITLES, 1)
        ),
    ),
    "very-long": Case(
        entries=(
            replace(
                ENTRY,
                title="Nghị quyết về chuyển đổi cơ cấu cây trồng trên đất lúa kém hiệu quả ở vùng cao " * 4
                + "năm 2026",
                content_html=LONG_PARAGRAPH * 120,
            ),
        )
    ),
    "empty-channel": Case(entries=()),
    "imported-guid": Case(
        entries=(
            replace(
                ENTRY,
                id="https://báo-cũ.example/tin/đổi-giống-lúa?mã=7&x=1",
                via_url="https://báo-cũ.example/tin/đổi-giống-lúa?mã=7&x=1",
            ),
        )
    ),
    "english-entry": Case(
        entries=(
            ENTRY,
            replace(
                ENTRY,
                id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9e02",
                url=f"{SITE_URL}/ban-tin/new-rice-seed-for-nam-lam-40",
                title="New rice seed reaches 300 households in Nậm Lam",
                summary="Cold-tolerant seed for 120 hectares was handed out before the spring crop.",
                content_html="<p>The Nậm Lam cooperative began handing out seed on 12 October.</p>\n",
                language="en",
                photos=(photo(1), photo(2)),
            ),
        )
    ),
    "icon-and-rights": Case(
        channel=replace(
            CHANNEL,
            icon_url=f"{SITE_URL}/static/biểu-tượng.png",
            logo_url=f"{SITE_URL}/static/biểu-trưng.png",
            rights="© 2026 Tỉnh Vân Sơn. Ghi rõ nguồn khi đăng lại.",
            ttl_minutes=30,
        )
    ),
    "lead-only": Case(entries=(replace(ENTRY, content_html=""),)),
    "body-only": Case(entries=(replace(ENTRY, summary=""),)),
    "lead-in-two-lines": Case(entries=(replace(ENTRY, summary="Dòng thứ nhất & dòng\nthứ hai <còn nữa>"),)),
    **FURTHER_CASES,
}
