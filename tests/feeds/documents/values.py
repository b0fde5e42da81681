"""Channels, entries and bulletins that the cases of golden documents, and other tests, are made of."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from feeds.documents.model import Channel, Document, Entry, Format, Media, Party, Term, Thumbnail
from store.attachments import recipe
from store.types import (
    VIETNAM,
    Attachment,
    AttachmentKind,
    Author,
    Bulletin,
    Category,
    Correction,
    Moment,
    Organisation,
    Precision,
    Rendition,
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
        thumbnail=Thumbnail(
            url=f"{SITE_URL}/files/{number:02d}/{'2c624232cdd22177' * 2}.jpg", width_px=320, height_px=213
        ),
    )


def document(number: int, *, title: str, reference: str = "") -> Document:
    """Return a document whose address and length differ with its number."""
    return Document(
        url=f"{SITE_URL}/files/{number:02d}/{'60303ae22b998861' * 4}.pdf",
        media_type="application/pdf",
        size_bytes=1_234_500 + number,
        title=title,
        reference=reference,
    )


def stored_photo(word: str, media_type: str, width_px: int, height_px: int, *, is_animated: bool = False) -> StoredFile:
    """Return a stored photo with every rendition that the recipe wants of it; digests are made of `word`."""

    def form(name: str) -> Rendition:
        if name == "card":
            size = recipe.CARD_PX
        else:
            wide = int(name.partition("-")[2])
            size = wide, round(height_px * wide / width_px)
        return Rendition(
            name=name,
            digest=hashlib.sha256(f"{word}/{name}".encode()).hexdigest(),
            media_type=recipe.WEBP if name.startswith("webp") else recipe.JPEG,
            size_bytes=size[0] * size[1] // 9,
            width_px=size[0],
            height_px=size[1],
        )

    file = StoredFile(
        digest=hashlib.sha256(word.encode()).hexdigest(),
        media_type=media_type,
        size_bytes=width_px * height_px // 7,
        width_px=width_px,
        height_px=height_px,
        is_animated=is_animated,
    )
    return replace(file, renditions=tuple(form(name) for name in sorted(recipe.names_of(file))))


def stored_document(word: str, media_type: str, size_bytes: int) -> StoredFile:
    """Return a stored document whose digest is made of `word`."""
    return StoredFile(digest=hashlib.sha256(word.encode()).hexdigest(), media_type=media_type, size_bytes=size_bytes)


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
    replace(
        photo(5, credit="Ảnh tư liệu"),
        width_px=None,
        height_px=None,
        media_type="image/webp",
        thumbnail=None,
        original_url=f"{SITE_URL}/files/05/gốc.webp",
    ),
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


CORRECTED = replace(
    BULLETIN,
    number=59,
    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c59",
    updated=datetime(2026, 2, 5, 16, 5, tzinfo=VIETNAM),
    corrections=(
        Correction(
            datetime(2026, 2, 5, 16, 5, tzinfo=VIETNAM), "Số người dự là “hơn 2.000”, không phải < 200 & “vắng”."
        ),
        Correction(datetime(2026, 2, 4, 9, 30, tzinfo=VIETNAM), "Hội xuân lần thứ 5, không phải lần thứ 4."),
    ),
)

PHOTOS_AND_DOCUMENTS = replace(
    BULLETIN,
    number=61,
    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c61",
    updated=datetime(2026, 2, 3, 12, 0, tzinfo=VIETNAM),
    body=(
        '<p>Hội xuân mở màn lúc 19 giờ.</p>\n<figure data-attachment="3"></figure>\n'
        '<p>Chương trình nêu tại kế hoạch:</p>\n<figure data-attachment="6"></figure>\n'
        '<figure data-attachment="2"></figure>\n<figure data-attachment="1"></figure>\n'
    ),
    attachments=(
        Attachment(
            number=1,
            caption="Chợ phiên & đêm hội, “xem” lần lượt",
            file=stored_photo("animated", "image/gif", 480, 320, is_animated=True),
        ),
        Attachment(number=2, caption="Đội văn nghệ xã hát Then", credit="Minh Hà"),
        Attachment(
            number=3,
            caption="Ruộng bậc thang Nậm Lam mùa nước đổ",
            credit="Văn Nam",
            alternative_text="Những thửa ruộng loang nước",
            file=stored_photo("large", "image/jpeg", 4032, 3024),
        ),
        Attachment(number=4, caption="Sơ đồ khu vực hội", file=stored_photo("drawn", "image/png", 800, 600)),
        Attachment(number=5, credit="Hoàng Lan", file=stored_photo("upright", "image/jpeg", 900, 1350)),
        Attachment(
            number=6,
            kind=AttachmentKind.DOCUMENT,
            caption='Kế hoạch "Hội xuân" & đường đi <bản đồ> năm 2026',
            reference="1234/QĐ-UBND",
            file=stored_document("plan", "application/pdf", 1_234_567),
        ),
        Attachment(
            number=7,
            kind=AttachmentKind.DOCUMENT,
            caption="Phiếu đăng ký gian hàng",
            file=stored_document("form", "application/msword", 48_300),
        ),
    ),
)
UNNAMED_DOCUMENTS = replace(
    PHOTOS_AND_DOCUMENTS,
    number=62,
    public_id="urn:uuid:7d1b2d0e-52f4-4a1e-9d59-6a3f6a0b3c62",
    language="en",
    title="Documents alone",
    body="<p>The programme and its annexes.</p>\n",
    attachments=(
        replace(PHOTOS_AND_DOCUMENTS.attachments[5], number=1, caption=""),
        Attachment(number=2, kind=AttachmentKind.DOCUMENT, caption="An annex that is still to come"),
        replace(PHOTOS_AND_DOCUMENTS.attachments[6], number=3, caption=""),
    ),
)
