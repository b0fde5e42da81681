"""Names of offices and newsrooms, told apart from sentences that merely begin with one.

The doubt goes one way: words in which an office does something are never the name of an office.
"""

from __future__ import annotations

# With their marks: Bàn, Tô and Trương are surnames, Ban, Tổ and Trường are offices.
_OFFICES_TEXT = """
phòng; ban; sở; văn phòng; trung tâm; đài; báo; hội; ubnd; hđnd; ubmttq; mttq; công an; trường; chi cục; cục;
ttxvn; bbt; bộ; huyện; liên đoàn; nhóm; tổ; xã; tỉnh; đoàn thanh; đoàn tncs; đoàn thể; cổng thông; trang thông;
pv; tòa soạn; toà soạn; ủy ban; uỷ ban; chinhphu.vn; báo điện; tỉnh đoàn; huyện đoàn; thành đoàn; tạp chí;
bhxh; bảo hiểm; kho bạc; viện; vksnd; tand; tòa án; toà án; chi nhánh; ngân hàng; tỉnh ủy; tỉnh uỷ; huyện ủy;
huyện uỷ; thành ủy; thành uỷ; đảng ủy; đảng uỷ; đảng bộ; thanh tra; mặt trận; bch; lđlđ; ccb; đoàn đbqh; bqp;
đoàn khối; hội đồng; btv; ctv
"""
OFFICES = frozenset(" ".join(word.split()) for word in _OFFICES_TEXT.split(";"))
HOUSE = frozenset(
    ("pv", "p.v", "btv", "ctv", "bbt", "ttxvn", "ban biên tập", "tòa soạn", "toà soạn", "nhóm pv", "nhóm phóng viên")
)
NO_NAMES = frozenset(
    ("quang cảnh", "toàn cảnh", "khung cảnh", "hội nghị", "hội thảo", "hội thi", "hội chợ", "ban tổ", "việt nam")
)
# Heads of a name that goes on in small letters.
OPEN_PAIRS = frozenset(
    ("cổng thông", "trang thông", "ủy ban", "uỷ ban", "đoàn thanh", "báo điện", "hội đồng", "bảo hiểm", "kho bạc")
)
PLACE_HEADS = frozenset(("xã", "huyện", "tỉnh", "tổ", "nhóm", "viện"))
AREAS = frozenset(("tỉnh", "huyện", "xã", "phường", "phố", "trấn", "khu"))
WITH_AREAS = frozenset(("ủy", "uỷ", "đoàn", "và", "hội", "đội", "bộ", "phố", "trấn", "vực", "thành"))
AREA_OPENINGS = frozenset((*AREAS, "thành", "thị"))
_DOING_TEXT = """
tổ chức phối triển tặng thăm trao hỗ khen họp giao ký kí dự nhận làm thực tập tiếp đón khai bế tham giới thiệu
tuyên hướng thông yêu đề chúc biểu ra khởi gói trồng dâng viếng chụp đang đã sẽ cùng tại trong sau trên vào với
bên cho của là có được bị kiểm giám mở đưa vận chăm thi diễu hát múa gồm theo bàn phát
"""
DOING = frozenset(_DOING_TEXT.split())
# Small words that open with one of the above and yet belong to the names of offices.
NOT_DOING = frozenset(("thông tin", "phát thanh", "phát triển", "thi hành", "thực phẩm", "giao thông", "thông tấn"))
OFFICE_LIMIT_WORDS, NAME_LIMIT_WORDS = 10, 12


def opens_with_office(name: str) -> bool:
    """Tell whether a few words begin like the name of an office; beside a person that is enough."""
    words = name.casefold().split()
    if not 0 < len(words) <= OFFICE_LIMIT_WORDS or name[0].islower() or any(char.isdigit() for char in name):
        return False
    first, pair = words[0], " ".join(words[:2])
    return (first in OFFICES or pair in OFFICES) and pair not in NO_NAMES


def is_house_name(name: str) -> bool:
    """Tell whether the words are what a newsroom signs with, such as `PV` or `Ban Biên tập`."""
    return name.casefold().rstrip(".") in HOUSE


def names_office(name: str) -> bool:
    """Tell whether the words are the name of an office and nothing more."""
    words = name.split()
    if is_house_name(name):
        return True
    if not 1 < len(words) <= NAME_LIMIT_WORDS or words[0][0].islower() or any(char.isdigit() for char in name):
        return False
    first, pair = words[0].casefold(), " ".join(words[:2]).casefold()
    if pair in NO_NAMES or not {first, pair} & OFFICES:
        return False
    rest = words[2:] if pair in OFFICES else words[1:]
    if first in PLACE_HEADS and pair not in OFFICES:
        return all(word[0].isupper() for word in rest)
    opened = not rest or pair in OPEN_PAIRS or rest[0][0].isupper() or rest[0] in AREA_OPENINGS
    return opened and not _does_something(rest)


def _does_something(words: list[str]) -> bool:
    for place, word in enumerate(words):
        pair = " ".join(words[place : place + 2])
        if word in DOING and pair not in NOT_DOING:
            return True
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in AREAS and following.islower() and following not in WITH_AREAS:
            return True
    return False
