"""The channels that golden documents are rendered from: one for each thing that a reader could trip over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from feeds.addresses import Addresses
from feeds.documents.model import Channel, Entry, Format, Media, Party, Term
from feeds.entries import entry_of
from store.types import (
    VIETNAM,
    Attachment,
    Author,
    Bulletin,
    Category,
    Moment,
    Organisation,
    Precision,
    Status,
    StoredFile,
)

SITE_URL = "https://bantin.vanson.example"

CATEGORY_SCHEME = f"{SITE_URL}/feeds/category/"
ORGANISATION_SCHEME = f"{SITE_URL}/feeds/organisation/"

HOI_NONG_DAN = Party(name="Hội Nông dân tỉnh Vân Sơn", url=f"{SITE_URL}/feeds/publisher/hoi-nong-dan-tinh-van-son")
HOANG_LAN = Party(name="Hoàng Lan", url=f"{SITE_URL}/feeds/author/hoang-lan")
MINH_DUC = Party(name="Nguyễn Minh Đức")

NONG_NGHIEP = Term(term="nong-nghiep-nong-thon", label="Nông nghiệp – Nông thôn", scheme=CATEGORY_SCHEME)
MOI_TRUONG = Term(term="moi-truong", label="Môi trường", scheme=CATEGORY_SCHEME)
NONG_DAN = Term(term="hoi-nong-dan-tinh-van-son", label="Hội Nông dân tỉnh Vân Sơn", scheme=ORGANISATION_SCHEME)
PHU_NU = Term(term="hoi-lhpn-tinh-van-son", label="Hội Liên hiệp Phụ nữ tỉnh Vân Sơn", scheme=ORGANISATION_SCHEME)

CHANNEL = Channel(
    id="urn:uuid:5b0c4a52-8d8e-5c1f-9a37-0d6f7e5f3c11",
    title="Nông nghiệp – Nông thôn | Bản tin tỉnh Vân Sơn",
    description="Tin về sản xuất, thị trường nông sản và đời sống ở các xã của tỉnh Vân Sơn.",
    language="vi",
    html_url=f"{SITE_URL}/feeds/category/nong-nghiep-nong-thon",
    feed_urls={format: f"{SITE_URL}/feeds/category/nong-nghiep-nong-thon.{format.value}" for format in Format},
    updated=datetime(2026, 10, 14, 9, 5, 9, tzinfo=VIETNAM),
    author=Party(name="Bản tin tỉnh Vân Sơn", url=f"{SITE_URL}/"),
)

ENTRY = Entry(
    id="urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9c01",
    url=f"{SITE_URL}/ban-tin/nong-dan-nam-lam-doi-giong-lua-41",
    title="Nông dân Nậm Lam đổi giống lúa trước vụ xuân",
    summary="Hơn 300 hộ ở xã Nậm Lam nhận giống lúa chịu lạnh, đủ gieo cấy 120 ha trong vụ xuân tới.",
    content_html=(
        "<p>Sáng 12/10, hợp tác xã Nậm Lam bắt đầu giao giống cho bà con.</p>\n"
        "<h2>Chịu rét tốt hơn</h2>\n"
        '<p>Giống mới đã qua <a href="https://bantin.vanson.example/ban-tin/khao-nghiem-38">hai vụ thử</a>.</p>\n'
    ),
    language="vi",
    published=datetime(2026, 10, 12, 8, 30, tzinfo=VIETNAM),
    precision=Precision.MINUTE,
    updated=datetime(2026, 10, 12, 8, 30, tzinfo=VIETNAM),
    authors=(HOANG_LAN,),
    publisher=HOI_NONG_DAN,
    terms=(NONG_NGHIEP, NONG_DAN),
)


def photo(number: int, *, caption: str = "", credit: str = "", alternative_text: str = "") -> Media:
    """Return a photo whose address, size and length differ with its number."""
    return Media(
        url=f"{SITE_URL}/files/{number:02d}/{'9f86d081884c7d65' * 2}.jpg",
        media_type="image/jpeg",
        size_bytes=180_000 + number,
        width_px=1280,
        height_px=853 + number,
        caption=caption,
        credit=credit,
        alternative_text=alternative_text,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A channel, and what stands in it."""

    channel: Channel = CHANNEL
    entries: tuple[Entry, ...] = (ENTRY,)


LEAD_PHOTO = photo(
    1,
    caption="Bà con xã Nậm Lam nhận giống lúa tại nhà văn hóa xã.",
    credit="Hoàng Lan",
    alternative_text="Hàng chục người đứng trước những bao lúa giống",
)

FIVE_PHOTOS = (
    LEAD_PHOTO,
    photo(2, caption="Ruộng khảo nghiệm ở thôn Khuổi Dầu.", credit="Nguyễn Minh Đức"),
    photo(3, caption="Ruộng khảo nghiệm ở thôn Khuổi Dầu."),
    photo(4),
    replace(photo(5, credit="Ảnh tư liệu"), width_px=None, height_px=None, media_type="image/webp"),
)

MARKUP_TITLES = (
    "Lúa lai AT&T 25: năng suất > 6 tấn/ha 🌾",
    "&lt;b&gt; không phải là thẻ in đậm",
    "Tỷ lệ hộ nghèo a<b và b>c",
    "Dấu đóng ]]> trong tiêu đề",
    "Thẻ <script>alert('x')</script> chỉ là chữ",
    "Gia đình 👨‍👩‍👧‍👦 và lá cờ 🇻🇳 “ngoặc kép” 'nháy đơn'",
)

LONG_PARAGRAPH = (
    "<p>Từ đầu năm đến nay, các xã vùng cao đã chuyển 415 ha đất lúa một vụ kém hiệu quả sang trồng ngô, lạc và "
    "cây ăn quả; giá trị thu được trên mỗi héc-ta tăng từ 38 lên 61 triệu đồng.</p>\n"
)

LEAD_FILE = StoredFile(
    digest="9f86d081884c7d65" * 4, media_type="image/jpeg", size_bytes=182_331, width_px=1280, height_px=853
)

BULLETIN = Bulletin(
    number=57,
    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c57",
    slug="hoi-xuan-nam-lam",
    title="Hội xuân Nậm Lam và đêm hát Then",
    lead="Tối 3/2, hơn 2.000 người dự hội xuân lần thứ 5 của xã Nậm Lam.",
    body=(
        "<p>Hội xuân mở màn lúc 19 giờ.</p>\n"
        '<figure data-attachment="2"></figure>\n'
        '<h2>Đêm hát</h2>\n<p>Xem <a href="/ban-tin/chuong-trinh-56">chương trình</a>.</p>\n'
        '<figure data-attachment="1"></figure>\n'
    ),
    language="vi",
    status=Status.PUBLISHED,
    publisher=Organisation(id=3, name="Ủy ban nhân dân xã Nậm Lam", slug="uy-ban-nhan-dan-xa-nam-lam"),
    subjects=(
        Organisation(id=4, name="Hội Nông dân tỉnh Vân Sơn", slug="hoi-nong-dan-tinh-van-son"),
        Organisation(id=3, name="Ủy ban nhân dân xã Nậm Lam", slug="uy-ban-nhan-dan-xa-nam-lam"),
    ),
    categories=(Category(id=1, name="Văn hóa", slug="van-hoa"),),
    authors=(Author(id=1, name="Thu Trang", slug="thu-trang"),),
    attachments=(
        Attachment(number=1, caption="Đội văn nghệ xã hát Then", credit="Minh Hà"),
        Attachment(number=2, caption="Quang cảnh hội xuân", credit="Văn Nam", file=LEAD_FILE),
        Attachment(number=3, caption="Chợ phiên trước giờ khai hội", alternative_text="Chợ đông người", file=LEAD_FILE),
    ),
    published=Moment(datetime(2026, 2, 3, 12, 0, tzinfo=VIETNAM), Precision.DAY),
    updated=datetime(2026, 2, 4, 9, 30, tzinfo=VIETNAM),
    changed_at=datetime(2026, 2, 4, 9, 30, tzinfo=VIETNAM),
    revision=2,
    version=4,
    arrival=12,
    source_address="https://namlam.vanson.example/tin/57",
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
}
