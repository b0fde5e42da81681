"""Makes any number of distinct Vietnamese bulletins, as values and as portal pages, from the samples' sentences.

The same seed and number always give the same bulletin; no two numbers below 1,000,000 share a title.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from random import Random

from feeds.samples.seeding import iter_manuscripts
from store import taxonomy
from store.database import Database
from store.text.markup import plain_text

BODIES = (
    "Hội Nông dân tỉnh Vân Sơn",
    "Hội Liên hiệp Phụ nữ tỉnh Vân Sơn",
    "Tỉnh đoàn Vân Sơn",
    "Liên đoàn Lao động tỉnh Vân Sơn",
    "Ủy ban Mặt trận Tổ quốc Việt Nam tỉnh Vân Sơn",
    "Sở Nông nghiệp và Môi trường tỉnh Vân Sơn",
    "Sở Y tế tỉnh Vân Sơn",
    "Bộ Chỉ huy Quân sự tỉnh Vân Sơn",
    "Công an tỉnh Vân Sơn",
    "Sở Văn hóa, Thể thao và Du lịch tỉnh Vân Sơn",
)
ACTS = (
    "ra quân trồng cây đầu xuân",
    "tổng kết công tác thi đua, khen thưởng",
    "trao quà cho các hộ có hoàn cảnh khó khăn",
    "tập huấn kỹ năng số cho cán bộ cơ sở",
    "khánh thành cầu dân sinh",
    "khai mạc giải bóng chuyền truyền thống",
    "kiểm tra công tác phòng cháy, chữa cháy rừng",
    "khám bệnh, phát thuốc miễn phí cho người cao tuổi",
    "đối thoại với thanh niên về khởi nghiệp",
    "bàn giao nhà Đại đoàn kết",
    "tuyên truyền phòng, chống đuối nước cho học sinh",
    "sơ kết chương trình xây dựng nông thôn mới",
    "tổ chức ngày hội đọc sách",
    "ra mắt tổ hợp tác nuôi ong",
    "phát động quyên góp ủng hộ đồng bào vùng lũ",
    "hướng dẫn người dân nộp hồ sơ trực tuyến",
    "tiêm phòng cho đàn gia súc",
    "dọn vệ sinh các tuyến đường liên thôn",
    "gặp mặt người có uy tín trong đồng bào dân tộc thiểu số",
    "mở lớp truyền dạy hát Then, đàn Tính",
    "diễn tập ứng phó với lũ quét",
    "lấy ý kiến nhân dân về quy hoạch sử dụng đất",
    "giới thiệu sản phẩm OCOP",
    "tư vấn việc làm cho lao động trẻ",
)
PLACES = (
    "xã Phiêng Khoan",
    "xã Hạ Vân",
    "xã Nậm Hoa",
    "xã Khau Sen",
    "xã Đèo Sương",
    "xã Thượng Vân",
    "xã Lũng Tha",
    "xã Cốc Lùng",
    "xã Nà Mạ",
    "xã Khuổi Nặm",
    "xã Bản Chang",
    "xã Khe Mây",
    "xã Tà Lùng",
    "xã Pác Ngòi",
    "xã Nậm Lìn",
    "xã Phja Đén",
    "bản Nà Lại",
    "bản Phai Lừa",
    "bản Nà Sắm",
    "bản Khuổi Tát",
    "thôn Cốc Pục",
    "thôn Nà Chảo",
    "thôn Lũng Vài",
    "thôn Phiêng Lầu",
    "phường Vân Sơn",
    "phường Bến Vân",
    "phường Đông Vân",
    "khu tái định cư Nà Sắm",
    "cụm công nghiệp Hạ Vân",
    "chợ phiên Đèo Sương",
    "trường nội trú Khau Sen",
    "nhà văn hóa Lũng Tha",
)
AUTHORS = (
    "Hoàng Lan",
    "Lê Gia Bảo",
    "Trần Khánh Vy",
    "Phạm Hải Yến",
    "Nguyễn Minh Đức",
    "Vương Đình Thắng",
    "Triệu Mùi Xuân",
    "Mông Thế Duy",
    "Lò Văn Pớm",
    "Đinh Thị Hạnh",
    "Tô Hoài Thương",
    "Nông Thị Hương",
)
CAPTIONS = (
    "Quang cảnh hoạt động tại {place}, ngày {day}",
    "Đại diện {body} phát biểu tại {place} ngày {day}",
    "Đông đảo người dân tham gia hoạt động ngày {day} tại {place}",
    "Các đại biểu chụp ảnh lưu niệm tại {place}, ngày {day}",
    "Đoàn viên, hội viên có mặt từ sáng sớm tại {place}, ngày {day}",
)
FIRST_DAY = date(2015, 1, 5)
DAYS = 3_600
STEP = 4_967
"""Shares no factor with the number of titles, so that neighbours in number have little in common."""

_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZĐÀ-Ỹ])")
_SENTENCE = re.compile(r"[A-ZĐÀ-Ỹ][^“”\"\[\]|]{38,318}[^.…]\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class GeneratedPage:
    """A bulletin; `captions` are (number of paragraphs above it, caption, photographer or "")."""

    number: int
    title: str
    day: date
    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[tuple[int, str, str], ...]
    authors: tuple[str, ...]
    publisher: str

    @property
    def text(self) -> str:
        """The page as an editor saves it from the portal."""
        head = [
            "PublishingPortal - Block_BanTin_Toolbar",
            "",
            f"{self.day:%d/%m/%Y}",
            "Tăng cỡ chữ Giảm cỡ chữ",
            self.title,
            self.lead,
            "",
            " PublishingPortal - Block_BanTin_ViewData",
            "",
        ]
        body: list[str] = []
        for above, paragraph in enumerate(self.paragraphs, start=1):
            last = above == len(self.paragraphs)
            body += [f"{paragraph[:-1]}./." if last else paragraph, ""]
            for place, caption, credit in self.captions:
                if place == above:
                    body += [f"{caption} (Ảnh: {credit})" if credit else caption, ""]
        byline = [" – ".join(self.authors)] if self.authors else []
        return "\n".join([*head, *body, *byline]) + "\n"


def generate(number: int, *, seed: int = 0) -> GeneratedPage:
    """Make bulletin `number`, counted from 0."""
    random = Random(f"{seed}/{number}")
    lap, combination = divmod(number, len(BODIES) * len(ACTS) * len(PLACES))
    combination = (combination * STEP + seed) % (len(BODIES) * len(ACTS) * len(PLACES))
    rest, place_index = divmod(combination, len(PLACES))
    body_index, act_index = divmod(rest, len(ACTS))
    body, act, place = BODIES[body_index], ACTS[act_index], PLACES[place_index]
    day = FIRST_DAY + timedelta(days=random.randrange(DAYS))
    short_day = f"{day.day}/{day.month}"
    when = random.choice(("Sáng", "Chiều", "Trong ngày"))
    above = random.sample(range(1, 5), k=random.randrange(3))
    shown = random.sample(CAPTIONS, k=len(above))
    return GeneratedPage(
        number=number,
        title=f"{body} {act} tại {place}" + (f" (đợt {lap + 1})" if lap else ""),
        day=day,
        lead=f"{when} {short_day}, tại {place}, {body} {act}. {random.choice(_sentences())}",
        paragraphs=tuple(
            " ".join(random.sample(_sentences(), k=random.randrange(2, 6))) for _ in range(random.randrange(5, 10))
        ),
        captions=tuple(
            (position, caption.format(body=body, place=place, day=short_day), random.choice(("", *AUTHORS)))
            for position, caption in zip(sorted(above), shown, strict=True)
        ),
        authors=tuple(random.sample(AUTHORS, k=random.choice((0, 1, 1, 1, 1, 2)))),
        publisher=body,
    )


def write_pages(folder: Path, count: int, *, seed: int = 0) -> None:
    """Write `count` pages into a new folder; the order of their names is that of their numbers."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:06d}.txt").write_text(generate(number, seed=seed).text, encoding="utf-8")


def add_taxonomy(database: Database) -> None:
    """Store the categories and organisations of the samples, which the pages speak of."""
    known = tomllib.loads(resources.files("feeds.samples").joinpath("taxonomy.toml").read_text(encoding="utf-8"))
    with database.transaction() as session:
        for category in known["category"]:
            taxonomy.add_category(session, **category)
        for organisation in known["organisation"]:
            taxonomy.add_organisation(session, **organisation)


@cache
def _sentences() -> tuple[str, ...]:
    found = [
        sentence
        for _, manuscript in iter_manuscripts()
        if manuscript.draft.language == "vi"
        for paragraph in plain_text(manuscript.draft.body).splitlines()
        for sentence in _SENTENCE_END.split(paragraph)
        if _SENTENCE.fullmatch(sentence)
    ]
    return tuple(dict.fromkeys(found))
