"""A small site with everything that a page may have to show, served on a loopback port below a path prefix."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from feeds.app import create_app
from feeds.settings import Settings
from store import bulletins, catalogue, publication, renaming, reorganisation, schema, taxonomy
from store.attachments.disk import DiskStorage
from store.database import Database
from store.names import Kind
from store.types import VIETNAM, Attachment, AttachmentKind, Draft, Moment, Precision, StoredFile
from tests.support.photos import take_photo
from tests.support.stores import Clock

SITE_NAME = "Bản tin tỉnh Vân Sơn"
PUBLISHER = "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Vân Sơn"
CULTURE, STAGE, FARMING, UNUSED = "Văn hóa – Xã hội", "Văn nghệ – Thể thao", "Nông nghiệp", "Môi trường"
CLOSED = "Phòng, chống dịch bệnh"
PLANNING, FINANCE = "Sở Kế hoạch và Đầu tư tỉnh Vân Sơn", "Sở Tài chính tỉnh Vân Sơn"
COUNTRYSIDE = "Sở Nông nghiệp và Phát triển nông thôn tỉnh Vân Sơn"
RENAMED = "Sở Nông nghiệp và Môi trường tỉnh Vân Sơn"
ENDED_ON = datetime(2026, 7, 1, tzinfo=VIETNAM)
NOTE = "Thời gian ngừng cấp điện là từ 7 giờ đến 12 giờ, không phải đến 11 giờ như tin đã đăng."
REASON = "Kế hoạch bị hủy; lịch mới sẽ được thông báo sau."
PER_PAGE = 4

PLAN = "Kế hoạch phát động phong trào thi đua yêu nước trong toàn tỉnh, giai đoạn 2026–2030"
PLAN_BYTES = b"%PDF-1.7\n%%EOF\n"

EMULATION = Draft(
    title="Khối thi đua các đoàn thể tổng kết công tác thi đua, khen thưởng",
    lead="Chiều 29/12, Khối thi đua các đoàn thể tỉnh tổ chức hội nghị tổng kết, triển khai nhiệm vụ năm mới.",
    body="<p>Dự hội nghị có đại diện các đơn vị thành viên.</p>"
    '<figure data-attachment="1"></figure>'
    "<p>Hội nghị bầu trưởng khối năm tới.</p>"
    '<figure data-attachment="2"></figure>',
    publisher=PUBLISHER,
    subjects=("Hội Nông dân tỉnh Vân Sơn",),
    categories=(STAGE, CULTURE),
    authors=("Thu Trang", "Hoàng Lan"),
    attachments=(
        Attachment(number=1, caption="Các đơn vị ký kết giao ước thi đua", credit="Hoàng Lan"),
        Attachment(number=2, caption="Bàn giao nhiệm vụ Trưởng Khối cho Liên đoàn Lao động tỉnh"),
        Attachment(number=3, kind=AttachmentKind.DOCUMENT, caption=PLAN, reference="1234/QĐ-UBND"),
        Attachment(number=4, kind=AttachmentKind.DOCUMENT, caption="Phụ lục chỉ tiêu thi đua"),
    ),
    published=Moment(datetime(2026, 10, 30, 12, tzinfo=VIETNAM), Precision.DAY),
)
TECHNICAL = Draft(
    title="Kế hoạch " + "phối hợp tuyên truyền, vận động, hướng dẫn và giám sát " * 4 + "giai đoạn 2026–2030",
    lead="Tài liệu kỹ thuật: " + "NghiêngNghiêngKhúcKhuỷu" * 12,
    body="<h2>Số liệu & mức < 5%</h2><table><caption>Chỉ tiêu từng quý</caption><thead><tr>"
    + "".join(f"<th>Quý {n} năm 2026</th>" for n in range(1, 11))
    + "</tr></thead><tbody><tr>"
    + "".join(f"<td>{n}.234.567 đồng</td>" for n in range(1, 11))
    + "</tr></tbody></table><h3>Việc phải làm</h3><ul><li>Rà soát hộ nghèo<ul><li>theo bản</li></ul></li>"
    "<li>Hỗ trợ nhà ở</li></ul><ol><li>Tháng một</li><li>Tháng hai</li></ol>"
    "<blockquote><p>Không để ai bị bỏ lại phía sau.</p></blockquote>"
    f"<pre>{'dữ-liệu-thô;' * 30}</pre>"
    f'<p>Xem <a href="https://vanson.example/{"rat-dai-" * 30}">https://vanson.example/{"rat-dai-" * 30}</a>.</p><hr>'
    "<p>Số hiệu " + "0123456789" * 20 + "</p>",
    publisher=PUBLISHER,
    categories=(FARMING,),
    published=Moment(datetime(2026, 11, 2, 14, 30, tzinfo=VIETNAM)),
)
ENGLISH = Draft(
    title="Provincial portal opens an English edition",
    lead="Visitors can now read selected bulletins in English.",
    body='<p>The edition starts with ten bulletins.</p><figure data-attachment="1"></figure>',
    language="en",
    publisher=PUBLISHER,
    attachments=(Attachment(number=1, caption="Opening of the English edition"),),
    published=Moment(datetime(2026, 11, 3, 9, 0, tzinfo=VIETNAM)),
)
LEAD_ONLY = Draft(
    title="Tạm ngừng cấp điện ngày 5/11",
    lead="Xã Nà Lại ngừng cấp điện từ 7 giờ đến 11 giờ để sửa đường dây.",
    publisher=PUBLISHER,
    categories=(CULTURE,),
    published=Moment(datetime(2026, 11, 4, 8, 0, tzinfo=VIETNAM)),
)
NOTICES = tuple(
    replace(
        LEAD_ONLY,
        title=f"Lịch tiếp công dân số {n}",
        publisher=publisher,
        published=Moment(datetime(2026, month, n, 8, tzinfo=VIETNAM)),
    )
    for n, (publisher, month) in enumerate(((PLANNING, 5), (COUNTRYSIDE, 6), (FINANCE, 9)), start=1)
)
WITHDRAWN = replace(
    LEAD_ONLY, title="Tạm ngừng cấp nước ngày 9/11", published=Moment(datetime(2026, 11, 5, 8, tzinfo=VIETNAM))
)


@dataclass(frozen=True)
class ShownSite:
    """Where the site answers, with the paths of its pages below `url` by what they show."""

    url: str
    pages: dict[str, str]

    def address(self, page: str) -> str:
        return self.url + self.pages[page]


def fill(database: Database, storage: DiskStorage, clock: Clock) -> dict[str, str]:
    """Publish all of the above and return the pages' paths."""
    with database.transaction() as session:
        _add_names(session)
        photo = take_photo(storage, _photo(), name="le-ky-ket.jpg")
        plan = StoredFile(
            digest=storage.put(PLAN_BYTES, "application/pdf"), media_type="application/pdf", size_bytes=len(PLAN_BYTES)
        )
        files = {1: photo, 3: plan}
        arrived = (replace(attachment, file=files.get(attachment.number)) for attachment in EMULATION.attachments)
        emulation = replace(EMULATION, attachments=tuple(arrived))
        drafts = (*NOTICES, emulation, TECHNICAL, ENGLISH, LEAD_ONLY, WITHDRAWN)
        numbers = [bulletins.draft(session, draft) for draft in drafts]
        for number in numbers:
            publication.publish(session, number)
        found = list(catalogue.bulletins(session, numbers).values())
    clock.move(hours=3)
    with database.transaction() as session:
        corrected = replace(LEAD_ONLY, lead=LEAD_ONLY.lead.replace("11 giờ", "12 giờ"))
        bulletins.correct(session, numbers[-2], corrected, note=NOTE)
        publication.withdraw(session, numbers[-1], reason=REASON)
        bulletins.revise(session, numbers[0], replace(NOTICES[0], lead="Lịch mới trong tháng."), significant=True)
        reorganisation.merge(session, Kind.ORGANISATION, PLANNING, FINANCE, since=ENDED_ON)
        renaming.rename(session, Kind.ORGANISATION, COUNTRYSIDE, RENAMED, since=ENDED_ON)
        reorganisation.close(session, Kind.CATEGORY, CLOSED, since=ENDED_ON)
    named = dict(zip(("photo", "technical", "english", "corrected", "gone"), found[len(NOTICES) :], strict=True))
    named["updated"] = found[0]
    return {name: f"/ban-tin/{bulletin.slug}-{bulletin.number}" for name, bulletin in named.items()} | {
        "directory": "/feeds/",
        "all": "/feeds/all",
        "category": "/feeds/category/van-hoa-xa-hoi",
        "empty": "/feeds/category/moi-truong",
        "merged": "/feeds/publisher/so-ke-hoach-va-dau-tu-tinh-van-son",
        "renamed": "/feeds/organisation/so-nong-nghiep-va-moi-truong-tinh-van-son",
        "closed": "/feeds/category/phong-chong-dich-benh",
        "missing": "/ban-tin/khong-co-9999",
    }


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShownSite]:
    with served(tmp_path_factory.mktemp("shown")) as site:
        yield site


@contextmanager
def served(folder: Path, *, prefix: str = "/cong") -> Iterator[ShownSite]:
    """Serve the filled site from `folder` until the block ends."""
    clock = Clock()
    database = Database(f"sqlite:///{folder / 'bantin.sqlite'}", clock=clock)
    schema.upgrade(database)
    # The addresses that pages carry need the port, and the port is known once the server listens.
    server = make_server("127.0.0.1", 0, lambda _environ, _start: [], threaded=True)
    settings = Settings(
        data=folder,
        base_url=f"http://127.0.0.1:{server.port}{prefix}",
        site_name=SITE_NAME,
        entries=PER_PAGE,
    )
    pages = fill(database, DiskStorage(settings.files_folder), clock)
    server.app = create_app(settings, database=database)
    thread = threading.Thread(target=server.serve_forever, name="shown-site")
    thread.start()
    try:
        yield ShownSite(settings.base_url, pages)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        database.dispose()


def _add_names(session: Session) -> None:
    taxonomy.add_category(session, CULTURE, description="Đời sống văn hóa, an sinh và phong trào ở cơ sở.")
    taxonomy.add_category(session, STAGE, parent=CULTURE)
    taxonomy.add_category(session, FARMING)
    taxonomy.add_category(session, CLOSED)
    taxonomy.add_category(session, UNUSED)
    taxonomy.add_organisation(session, PUBLISHER)
    taxonomy.add_organisation(session, "Hội Nông dân tỉnh Vân Sơn")
    for name in (PLANNING, FINANCE, COUNTRYSIDE):
        taxonomy.add_organisation(session, name)


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((1600, 1066)).save(buffer, "JPEG")
    return buffer.getvalue()
