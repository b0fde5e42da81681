"""Captions, credits and thin evidence: whose photo a line tells of, and what is said where two readings come close."""

from __future__ import annotations

import pytest

from store.importers.portal import Decision, Kind, Page, read_page
from store.importers.portal_credits import unbracketed
from tests.support.costs import cpu_seconds

HEAD = """PublishingPortal - Block_BanTin_Toolbar

30/12/2020
Vân Sơn tổng kết phong trào thi đua năm 2020
Chiều 29/12, tỉnh Vân Sơn tổng kết phong trào thi đua.

PublishingPortal - Block_BanTin_ViewData

"""
P1 = "Phong trào thi đua năm nay được triển khai ở tất cả các huyện, thành phố trong tỉnh."
P2 = "Các đơn vị đăng ký thi đua năm sau ngay tại hội nghị, với năm chỉ tiêu cụ thể."
ONE, TWO = "Đại biểu chụp ảnh lưu niệm tại hội nghị", "Quang cảnh buổi lễ"


def page_of(*pieces: str) -> Page:
    return read_page(HEAD + "\n\n".join(pieces) + "\n")


def captions(page: Page) -> list[tuple[str, str]]:
    return [(attachment.caption, attachment.credit) for attachment in page.attachments]


def decision_on(page: Page, text: str) -> Decision:
    return next(decision for decision in page.decisions if decision.text == text)


@pytest.mark.parametrize(
    ("line", "caption", "credit"),
    [
        ("[Ảnh: Phiên tòa giả định tại Trường THPT Vân Sơn]", "Phiên tòa giả định tại Trường THPT Vân Sơn", ""),
        ("(Ảnh: Học sinh dự phiên tòa giả định)", "Học sinh dự phiên tòa giả định", ""),
        ("[Ảnh: Học sinh dự phiên tòa (Ảnh: Duy Khánh)]", "Học sinh dự phiên tòa", "Duy Khánh"),
        ("(Ảnh: Học sinh lớp 5 (Trường Nà Pục) dự phiên tòa).", "Học sinh lớp 5 (Trường Nà Pục) dự phiên tòa", ""),
        ("Ảnh: Học sinh dự phiên tòa", "Học sinh dự phiên tòa", ""),
    ],
)
def test_what_follows_the_label_is_the_caption(line: str, caption: str, credit: str) -> None:
    for pieces in ((P1, line, P2, P1), (P1, P2, line)):
        assert captions(page_of(*pieces)) == [(caption, credit)]


@pytest.mark.parametrize(
    "line", ["(Ảnh: một) và (hai)", "[Ảnh: một", "(Theo Báo Vân Sơn)", "Ảnh: một (hai)", "((Ảnh: một)", "[]", ""]
)
def test_brackets_that_do_not_hold_a_whole_photo_line_stay(line: str) -> None:
    assert unbracketed(line) == line


CREDITS = [
    ("Ảnh: Duy Khánh", "Duy Khánh"),
    ("(Ảnh: Duy Khánh)", "Duy Khánh"),
    ("[Ảnh: Duy Khánh].", "Duy Khánh"),
    ("Ảnh: TTXVN", "TTXVN"),
    ("Nguồn ảnh: Báo Vân Sơn", "Báo Vân Sơn"),
    ("Ảnh: PV Duy Khánh", "PV Duy Khánh"),
    ("Ảnh: Duy Khánh - Thu Hà", "Duy Khánh - Thu Hà"),
    ("Ảnh: H.V", "H.V"),
]


@pytest.mark.parametrize(("line", "name"), CREDITS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_credit_below_a_caption_is_its_own(line: str, name: str, gap: str) -> None:
    page = page_of(P1, TWO, P2, f"{ONE}{gap}{line}", P1)
    assert captions(page) == [(TWO, ""), (ONE, name)]
    assert decision_on(page, line).kind is Kind.BYLINE
    assert len(page.blocks) == 5


@pytest.mark.parametrize(("line", "name"), CREDITS)
def test_a_credit_below_the_last_caption_is_its_own(line: str, name: str) -> None:
    page = page_of(P1, TWO, P2, ONE, line)
    assert captions(page) == [(TWO, ""), (ONE, name)]
    assert page.bylines == ()


@pytest.mark.parametrize(("line", "name"), CREDITS)
def test_a_credit_with_no_caption_above_is_for_all_that_name_nobody(line: str, name: str) -> None:
    page = page_of(P1, f"{TWO}. Ảnh: Văn Nam", P2, line, P1, ONE, P2)
    assert captions(page) == [(TWO, "Văn Nam"), (ONE, name)]
    assert len(page.blocks) == 6


def test_a_credit_without_any_photo_stays_text() -> None:
    page = page_of(P1, "Ảnh: Duy Khánh", P2, P1)
    assert [(block.kind, block.text) for block in page.blocks][1] == (Kind.PARAGRAPH, "Ảnh: Duy Khánh")


def test_a_person_may_say_that_a_credit_is_a_caption() -> None:
    text = f"{HEAD}{P1}\n\nẢnh: Chợ Mới\n\n{P2}\n"
    assert captions(read_page(text)) == []
    assert captions(read_page(text, overrules={11: Kind.CAPTION})) == [("Chợ Mới", "")]


@pytest.mark.parametrize("line", ["Thi công cầu Vi Hương trên tuyến", "Đường bê tông vào thôn Nà Đinh"])
def test_places_and_things_are_no_firm_subheading(line: str) -> None:
    between = decision_on(page_of(P1, line, P2), line)
    assert between.kind is Kind.CAPTION
    assert between.doubtful
    assert between.evidence[-1].startswith("or a subheading: ")
    assert decision_on(page_of(P1, ONE, line, P2), line).kind is Kind.CAPTION


@pytest.mark.parametrize("line", ["Kinh tế khởi sắc", "Tấm lòng người lính"])
def test_a_short_line_alone_is_a_doubtful_subheading(line: str) -> None:
    for pieces in ((P1, line, P2), (P1, ONE, line, P2)):
        decision = decision_on(page_of(*pieces), line)
        assert (decision.kind, decision.doubtful) == (Kind.SUBHEADING, True)


@pytest.mark.parametrize("line", ["Phát huy sức mạnh đoàn kết", "KẾT QUẢ NỔI BẬT", "1. Kết quả đạt được"])
def test_a_telling_subheading_is_firm(line: str) -> None:
    decision = decision_on(page_of(P1, line, P2), line)
    assert (decision.kind, decision.doubtful) == (Kind.SUBHEADING, False)
    assert not any(words.startswith("or a") for words in decision.evidence)


def test_evidence_tells_the_chosen_kind_first_and_its_rival_once() -> None:
    assert decision_on(page_of(P1, "Kinh tế khởi sắc", P2), "Kinh tế khởi sắc").evidence == (
        "it has no full stop",
        "it is short",
        "text follows it",
        "or a caption: it stands between paragraphs",
    )
    last = "Nhân dân phấn khởi"
    assert decision_on(page_of(P1, P2, last), last).evidence == (
        "nothing marks it as more than text",
        "or a caption: it has no full stop, it begins with whom or what a photo shows, no text follows it",
    )


@pytest.mark.parametrize(
    "piece",
    [
        "Ảnh: Duy Khánh\n\n",
        "(Ảnh: a)\n\n",
        "((((\n",
        "CHỦ TỊCH\n\nLê An\n\n",
        "TM. ỦY BAN\n",
        "Sở Nội vụ\n\n",
        "PV\n\n",
    ],
)
def test_twenty_thousand_lines_of_a_kind_are_read_in_time(piece: str) -> None:
    text = HEAD + f"{P1}\n\n" + piece * (19_000 // sum(1 for line in piece.split("\n") if line))
    assert cpu_seconds(lambda: read_page(text), bound_seconds=3) < 3
