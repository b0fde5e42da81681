"""The evidence for what a lone line of a page is: a caption, a subheading, or a paragraph.

Every piece of evidence has a weight and says itself in words; the heaviest side wins, a narrow win is doubtful.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from store.importers.portal_lines import begins_small, ends_dangling, ends_sentence, is_all_capitals, word_list
from store.importers.portal_page import Kind

DOUBTFUL_MARGIN = 1.5
SHORT_WORDS, CAPTION_WORDS, LONG_WORDS, LONGEST_WORDS = 7, 9, 26, 45
QUESTION_WORDS = 12
OVERLAP_SHARE = 0.6

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

Piece = tuple[Kind, float, str]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a line: text before it, text after it that it could head, the words of all prose."""

    prose_before: bool
    prose_after: bool
    prose_words: Set[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a line was taken for, the evidence in words, and whether another reading came close."""

    kind: Kind
    evidence: tuple[str, ...]
    doubtful: bool


def weigh(text: str, around: Surroundings) -> Verdict:
    """Weigh a line as caption, subheading and paragraph."""
    pieces = [*_of_form(text), *_of_length(text), *_of_words(text), *_of_place(text, around)]
    scores = {Kind.PARAGRAPH: 0.5, Kind.CAPTION: 0.0, Kind.SUBHEADING: 0.0}
    for kind, weight, _ in pieces:
        scores[kind] += weight
    # The order of `scores` settles a tie: text stays text.
    kind = max(scores, key=lambda candidate: scores[candidate])
    second = max(score for other, score in scores.items() if other is not kind)
    backing = tuple(words for side, _, words in pieces if side is kind)
    against = tuple(f"against it, as for a {side.value}: {words}" for side, _, words in pieces if side is not kind)
    doubtful = scores[kind] - second < DOUBTFUL_MARGIN
    return Verdict(kind, backing + against if doubtful else backing, doubtful)


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
        yield Kind.CAPTION, 1.0, "it has no full stop"
        yield Kind.SUBHEADING, 1.0, "it has no full stop"
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
        yield Kind.CAPTION, 1.0, "it is as long as a caption"
    elif words <= SHORT_WORDS:
        yield Kind.SUBHEADING, 1.5, "it is short"


def _of_words(text: str) -> Iterator[Piece]:
    if CREDIT.search(text[-90:]):
        yield Kind.CAPTION, 6.0, "it ends with the photographer's name"
    if LABELLED.match(text):
        yield Kind.CAPTION, 6.0, "it is labelled as a photo"
    scene = SCENE.match(text)
    if scene:
        yield Kind.CAPTION, 4.5, f"“{scene.group()}” opens captions"
    act = ACT.search(text)
    if act:
        yield Kind.CAPTION, 2.0, f"“{act.group()}” is what photos show"
    occasion = OCCASION.search(text)
    if occasion:
        yield Kind.CAPTION, 1.5, f"“{occasion.group()}” names the occasion"
    if PLACE_IN_PICTURE.search(text):
        yield Kind.CAPTION, 4.0, "it says where somebody stands in the picture"
    if PERSON.match(text):
        yield Kind.CAPTION, 1.5, "it begins with a person"
    elif SHOWN.match(text) and not _is_closed(text):
        yield Kind.CAPTION, 1.0, "it begins with whom or what a photo shows"
    if TOPIC.match(text):
        yield Kind.SUBHEADING, 2.0, "it begins like a topic"


def _of_place(text: str, around: Surroundings) -> Iterator[Piece]:
    if _is_closed(text) and not SCENE.match(text):
        return
    if not around.prose_after:
        yield Kind.CAPTION, 2.0, "no text follows that it could head"
    else:
        yield Kind.SUBHEADING, 1.0, "text follows that it could head"
        if around.prose_before:
            yield Kind.CAPTION, 0.5, "it stands between paragraphs"
    words = {word.casefold() for word in word_list(text)}
    if words and len(words & around.prose_words) / len(words) >= OVERLAP_SHARE:
        yield Kind.CAPTION, 1.5, "its words come again in the text"
