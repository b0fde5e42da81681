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
from store import bulletins, catalogue, schema, taxonomy
from store.attachments.intake import take_photo
from store.attachments.storage import DiskStorage
from store.database import Database
from store.types import VIETNAM, Attachment, Draft, Moment, Precision
from tests.support.stores import Clock

SITE_NAME = "Bản tin tỉnh Vân Sơn"
PUBLISHER = "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Vân Sơn"
CULTURE, STAGE, FARMING, UNUSED = "Văn hóa – Xã hội", "Văn nghệ – Thể thao", "Nông nghiệp", "Môi trường"
PER_PAGE = 4

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
    replace(LEAD_ONLY, title=f"Lịch tiếp công dân số {n}", published=Moment(datetime(2026, 9, n, 8, tzinfo=VIETNAM)))
    for n in range(1, 4)
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
        first = replace(EMULATION.attachments[0], file=photo)
        emulation = replace(EMULATION, attachments=(first, *EMULATION.attachments[1:]))
        drafts = (*NOTICES, emulation, TECHNICAL, ENGLISH, LEAD_ONLY)
        numbers = [bulletins.draft(session, draft, actor="test") for draft in drafts]
        for number in numbers:
            bulletins.publish(session, number)
        found = list(catalogue.bulletins(session, numbers).values())
    clock.move(hours=3)
    with database.transaction() as session:
        corrected = replace(LEAD_ONLY, lead=LEAD_ONLY.lead.replace("11 giờ", "12 giờ"))
        bulletins.revise(session, numbers[-1], corrected, actor="test", significant=True)
    named = dict(zip(("photo", "technical", "english", "corrected"), found[len(NOTICES) :], strict=True))
    return {name: f"/ban-tin/{bulletin.slug}-{bulletin.number}" for name, bulletin in named.items()} | {
        "directory": "/feeds/",
        "all": "/feeds/all",
        "category": "/feeds/category/van-hoa-xa-hoi",
        "empty": "/feeds/category/moi-truong",
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
    taxonomy.add_category(session, UNUSED)
    taxonomy.add_organisation(session, PUBLISHER)
    taxonomy.add_organisation(session, "Hội Nông dân tỉnh Vân Sơn")


def _photo() -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").resize((1280, 853)).save(buffer, "JPEG")
    return buffer.getvalue()
