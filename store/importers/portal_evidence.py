"""The evidence for what a lone line of a page is: a caption, a subheading, or a paragraph.

Every piece of evidence has a weight and says itself in words; the heaviest side wins, a narrow win is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass

from store.importers.portal_lines import begins_small, ends_dangling, ends_sentence, is_all_capitals, word_list
from store.importers.portal_names import SURNAMES, is_initials, is_person
from store.importers.portal_page import Kind
from store.text.vietnamese import fold

DOUBTFUL_MARGIN = 1.5
SHORT_WORDS, CAPTION_WORDS, LONG_WORDS, LONGEST_WORDS = 7, 9, 26, 45
QUESTION_WORDS = 12
OVERLAP_SHARE = 0.6
# What a line itself must bring to be more than a short line in a likely place.
TELLING = 2.0
NO_STOP, CAPTION_LENGTH, NOTHING_FOLLOWS = "it has no full stop", "it is as long as a caption", "no text follows it"
FORM_WORDS = frozenset((NO_STOP, CAPTION_LENGTH, NOTHING_FOLLOWS))

CREDIT = re.compile(r"(?i)[\s.,;(–—-]*\b(?:nguồn\s+)?ảnh\s*:\s*([^():]{2,60}?)[.)\s]*$")
LABELLED = re.compile(
    r"(?i)(?:ảnh|hình|trong ảnh)(?:\s+(?:minh h(?:ọa|oạ)|tư liệu|\d{1,2}))?\s*[:.]\s*"
    r"|ảnh (?:minh h(?:ọa|oạ)|tư liệu)\b\s*"
)
SCENE = re.compile(
    r"(?i)(?:quang|toàn|khung) cảnh\b|một góc\b|hình ảnh\b|một số hình ảnh\b"
    r"|(?:các )?đại biểu\b.*\b(?:dự|chụp|tham)\b"
)
ACT = re.compile(
    r"(?i)\b(?:phát biểu|trao|bàn giao|ký kết|kí kết|ký giao ước|tặng|chụp ảnh|kiểm tra|thăm"
    r"|biểu diễn|trình diễn|cắt băng|bấm nút"
    r"|thu hoạch|trồng cây|ra quân|chủ trì|chúc mừng|dâng hương|giới thiệu|hướng dẫn|tham quan"
    r"|vận chuyển|tiêm|khám|bốc thăm|bế mạc|khai mạc"
    r"|chăm sóc|trải nghiệm|tham gia|thi đấu|ra mắt|tuyên truyền|dọn dẹp|gói bánh|đón nhận|nhận)\b"
)
OCCASION = re.compile(
    r"(?i)\b(?:tại|ở|trong|bên) (?:buổi|hội nghị|lễ|chương trình|hội thảo|điểm|hội thi|cuộc|ngày hội"
    r"|đại hội|phiên|kỳ)\b"
)
PLACE_IN_PICTURE = re.compile(
    r"(?i)(?:từ|bên|ngoài cùng|thứ \w+) (?:trái|phải)|hàng (?:đầu|trước|sau|đứng|ngồi)\b|đứng giữa"
    r"|người (?:đứng|ngồi)"
)
PERSON = re.compile(
    r"(?:Đồng chí|Ông|Bà|Đ/c|Đại tá|Thượng tá|Trung tá|Thiếu tá|Thiếu tướng|Anh|Chị|Em|Cô|Thầy"
    r"|Nghệ nhân|Già làng)\s+[A-ZĐÀ-Ỹ]"
)
SHOWN = re.compile(
    r"(?:Hội|Đoàn|Các đơn vị|Lãnh đạo|Cán bộ|Nhân dân|Người dân|Bà con|Lực lượng|Ban|Sở|UBND|Học sinh"
    r"|Hội viên|Đoàn viên|Chiến sĩ"
    r"|Thanh niên|Phụ nữ|Nông dân|Đội|Tiết mục|Cô giáo|Các em|Các cháu|Công nhân|Bác sĩ|Gia đình"
    r"|Đông đảo|Mô hình|Sản phẩm|Gian hàng)\b"
)
TOPIC = re.compile(
    r"(?:Kết quả|Nhiệm vụ|Giải pháp|Mục tiêu|Phương hướng|Những|Một số|Về|Công tác|Đẩy mạnh"
    r"|Tăng cường|Nâng cao|Phát huy|Hiệu quả|Khó khăn"
    r"|Thực trạng|Bài học|Tập trung|Chú trọng|Đối tượng|Thời gian|Địa điểm|Nội dung|Thành phần|Hồ sơ"
    r"|Kinh phí|Từ|Vì sao|Cách|Lan tỏa|Lan toả"
    r"|Hướng|Để|Khi|Còn|Cần|Không|Chủ động|Đổi mới|Quyết tâm|Gắn|Xây dựng|Nhiều|Sức|Điểm sáng"
    r"|Kinh nghiệm|Tổ chức thực hiện|Yêu cầu|Lợi ích|Niềm)\b"
)
NUMBERED = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,2}[.)]|[IVX]{1,5}[.)]|(?:Phần|Chương|Mục|Điều) (?:\d+|[IVX]+|thứ \w+)[.:]?)\s+\S"
)

THING = re.compile(
    r"(?:Thi công|Đường|Cầu|Công trình|Tuyến|Ruộng|Vườn|Ngôi nhà|Nhà văn ho[áa]|Nhà văn hóa|Khu|Trạm|Điểm trường|Chợ"
    r"|Cánh đồng|Đồi|Rừng|Hồ|Suối|Thác|Cổng|Lớp học|Xe|Máy|Đập|Hang|Đèo|Bến|Cột cờ|Ngôi trường)\b"
)
SPOT = re.compile(
    r"(?i)\b(?:thôn|bản|xã|phường|thị trấn|cầu|đường|chợ|hồ|suối|sông|núi|đèo|đồi|trường|khu|tổ)\s+(?=(\w))"
    r"|\b(?:trên|dọc|bên|qua|ngoài) (?:tuyến|đường|đồng|nương|ruộng|sông|suối|hồ|cầu)\b"
)

Piece = tuple[Kind, float, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a line: text before it, text after it that it could head, the words of all prose.

    `can_head` is False where no text at all follows, `is_last` True for the last line.
    """

    prose_before: bool
    prose_after: bool
    prose_words: Set[str]
    below_caption: bool = False
    above_credit: bool = False
    can_head: bool = True
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line was taken for, the evidence in words, and whether another reading came close."""

    kind: Kind
    evidence: tuple[str, ...]
    doubtful: bool


def weigh(text: str, around: Surroundings) -> Verdict:
    """Weigh a line as caption, subheading and paragraph."""
    pieces = [*_of_form(text), *_of_length(text), *_of_labels(text), *_of_words(text), *_of_names(text)]
    pieces += _of_place(text, around)
    scores = {Kind.PARAGRAPH: 0.5, Kind.CAPTION: 0.0, Kind.SUBHEADING: 0.0}
    for kind, weight, _ in pieces:
        scores[kind] += weight
    if not around.can_head:
        del scores[Kind.SUBHEADING]
    # The order of `scores` settles a tie: text stays text.
    kind, rival = sorted(scores, key=lambda candidate: -scores[candidate])[:2]
    doubtful = scores[kind] - scores[rival] < DOUBTFUL_MARGIN or _is_thin(kind, pieces, around)
    if around.is_last and kind is Kind.CAPTION and doubtful:
        # A paragraph too many loses nothing; a photo that nobody took is plain to see.
        kind, rival = Kind.PARAGRAPH, Kind.CAPTION
    return Verdict(kind, _told(kind, rival if doubtful else None, pieces), doubtful)


def _is_thin(kind: Kind, pieces: Sequence[Piece], around: Surroundings) -> bool:
    """Tell whether nothing but the line's form and place speaks for a subheading, or for a photo in last place."""
    if kind is Kind.SUBHEADING:
        return not any(side is kind and weight >= TELLING for side, weight, _ in pieces)
    if kind is Kind.CAPTION and around.is_last:
        return sum(weight for side, weight, words in pieces if side is kind and words not in FORM_WORDS) < TELLING
    return False


def _told(kind: Kind, rival: Kind | None, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Say the reasons of the chosen kind, and in one more sentence those of the kind that came close."""
    backing = tuple(words for side, _, words in pieces if side is kind) or ("nothing marks it as more than text",)
    if rival is None:
        return backing
    others = ", ".join(words for side, _, words in pieces if side is rival and words not in backing)
    return *backing, f"or a {rival.value}: {others or 'little says otherwise'}"


def caption_parts(text: str) -> tuple[str, str]:
    """Part a caption from its photographer ("" where none is named) and from a label such as `Ảnh:`."""
    credit = ""
    found = CREDIT.search(text[-90:])
    if found and found.start() + max(len(text) - 90, 0) > 0:
        credit = found.group(1).strip(" .,;)")
        text = text[: max(len(text) - 90, 0) + found.start()].rstrip(" (–—-,;")
    label = LABELLED.match(text)
    bare = text[label.end() :].lstrip(" –—-:") if label else text
    if bare and label:
        text = bare[0].upper() + bare[1:]
    return text.strip(), credit


def _is_closed(text: str) -> bool:
    """Tell whether the text ends with a sign that captions and subheadings mostly lack."""
    return ends_sentence(text) or text.endswith((":", ";", ","))


def _of_form(text: str) -> Iterator[Piece]:
    if text.endswith((":", ";", ",")):
        yield Kind.PARAGRAPH, 4.5, "more is announced by its last sign"
    elif not ends_sentence(text):
        yield Kind.CAPTION, 1.0, NO_STOP
        yield Kind.SUBHEADING, 1.0, NO_STOP
    elif text.endswith("?") and len(text.split()) <= QUESTION_WORDS:
        yield Kind.SUBHEADING, 3.0, "it is one short question"
        yield Kind.PARAGRAPH, 3.0, "it ends as a sentence does"
    else:
        yield Kind.PARAGRAPH, 4.0, "it ends as a sentence does"
    if begins_small(text):
        yield Kind.PARAGRAPH, 4.0, "it begins with a small letter"
    if ends_dangling(text):
        yield Kind.PARAGRAPH, 4.0, "it breaks off inside a phrase"
    if is_all_capitals(text):
        yield Kind.SUBHEADING, 4.0, "it is all in capitals"
    if NUMBERED.match(text):
        yield Kind.SUBHEADING, 4.0, "it is numbered like a section"


def _of_length(text: str) -> Iterator[Piece]:
    words = len(text.split())
    if words > LONGEST_WORDS:
        yield Kind.PARAGRAPH, 5.0, "it is far too long for a caption"
    elif words > LONG_WORDS:
        yield Kind.PARAGRAPH, 2.5, "it is longer than captions mostly are"
    elif words >= CAPTION_WORDS and not _is_closed(text):
        yield Kind.CAPTION, 1.0, CAPTION_LENGTH
    elif words <= SHORT_WORDS:
        yield Kind.SUBHEADING, 1.5, "it is short"


def _of_labels(text: str) -> Iterator[Piece]:
    if caption_parts(text)[1]:
        yield Kind.CAPTION, 6.0, "it ends with the photographer's name"
    if LABELLED.match(text):
        yield Kind.CAPTION, 6.0, "it is labelled as a photo"
    scene = SCENE.match(text)
    if scene:
        yield Kind.CAPTION, 4.5, f"“{scene.group()}” opens captions"
    if PLACE_IN_PICTURE.search(text):
        yield Kind.CAPTION, 4.0, "it says where somebody stands in the picture"
    if TOPIC.match(text):
        yield Kind.SUBHEADING, 2.0, "it begins like a topic"


def _of_words(text: str) -> Iterator[Piece]:
    act = ACT.search(text)
    if act:
        yield Kind.CAPTION, 2.0, f"“{act.group()}” is what photos show"
    occasion = OCCASION.search(text)
    if occasion:
        yield Kind.CAPTION, 1.5, f"“{occasion.group()}” names the occasion"
    if PERSON.match(text):
        yield Kind.CAPTION, 1.5, "it begins with a person"
    elif SHOWN.match(text) and not _is_closed(text):
        yield Kind.CAPTION, 1.0, "it begins with whom or what a photo shows"
    elif THING.match(text) and not _is_closed(text):
        yield Kind.CAPTION, 1.5, "it begins with a thing that photos show"
    if not _is_closed(text) and any(not found[1] or found[1].isupper() for found in SPOT.finditer(text)):
        yield Kind.CAPTION, 1.5, "it names a spot"


def _of_names(text: str) -> Iterator[Piece]:
    if is_initials(text):
        yield Kind.PARAGRAPH, 4.0, "it is initials and nothing more"
    elif is_person(text) and not is_all_capitals(text):
        known = fold(text.split()[0]) in SURNAMES
        yield Kind.PARAGRAPH, 6.0 if known else 4.0, "it is a name and nothing more"


def _of_place(text: str, around: Surroundings) -> Iterator[Piece]:
    if _is_closed(text) and not SCENE.match(text):
        return
    if not around.prose_after:
        yield Kind.CAPTION, 2.0, NOTHING_FOLLOWS
    else:
        yield Kind.SUBHEADING, 1.0, "text follows it"
        if around.prose_before:
            yield Kind.CAPTION, 0.5, "it stands between paragraphs"
    if around.below_caption:
        yield Kind.CAPTION, 1.0, "it stands right below a caption"
    if around.above_credit:
        yield Kind.CAPTION, 4.0, "a photographer's name stands right below it"
    words = {word.casefold() for word in word_list(text)}
    if words and len(words & around.prose_words) / len(words) >= OVERLAP_SHARE:
        yield Kind.CAPTION, 1.5, "its words come again in the text"
