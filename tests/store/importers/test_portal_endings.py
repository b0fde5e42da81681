"""How pages end: bylines of newsrooms and offices, signatures, poets, and last lines that are none of these."""

from __future__ import annotations

import pytest

from store.importers.portal import Kind, Page, read_page

HEAD = """PublishingPortal - Block_BanTin_Toolbar

30/12/2020
Vân Sơn tổng kết phong trào thi đua năm 2020
Chiều 29/12, tỉnh Vân Sơn tổng kết phong trào thi đua.

PublishingPortal - Block_BanTin_ViewData

"""
P1 = "Phong trào thi đua năm nay được triển khai ở tất cả các huyện, thành phố trong tỉnh."
P2 = "Các đơn vị đăng ký thi đua năm sau ngay tại hội nghị, với năm chỉ tiêu cụ thể."
CAPTION = "Đại biểu chụp ảnh lưu niệm tại hội nghị"
VERSES = ("Vân Sơn mây trắng đầu non", "Suối trong soi bóng em còn nhớ anh")


def page_of(*pieces: str) -> Page:
    return read_page(HEAD + "\n\n".join(pieces) + "\n")


def told(page: Page) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in page.blocks if block.text not in (P1, P2)]


@pytest.mark.parametrize("mark", [".", "./."])
@pytest.mark.parametrize(
    "line",
    [
        "PV",
        "P.V",
        "P.V.",
        "H.V",
        "T.H",
        "N.T.H",
        "BBT",
        "Ban Biên tập",
        "BTV",
        "CTV",
        "TTXVN",
        "Sở Nội vụ",
        "SỞ NỘI VỤ",
        "Cục Thống kê tỉnh",
        "Văn phòng UBND tỉnh",
        "BHXH tỉnh Bắc Kạn",
        "Phòng Lao động - Thương binh và Xã hội",
        "Đài Phát thanh - Truyền hình tỉnh",
        "Ủy ban nhân dân xã Nậm Lìn",
        "Công an tỉnh",
    ],
)
def test_newsrooms_and_offices_sign_the_last_line(line: str, mark: str) -> None:
    page = page_of(P1, P2.rstrip(".") + mark, line)
    assert page.bylines == (line.rstrip("."),)
    assert told(page) == []
    assert [decision.doubtful for decision in page.decisions] == [False]


@pytest.mark.parametrize("line", ["PV", "Sở Nội vụ", "Thu Trang"])
def test_a_byline_may_stand_below_the_last_caption(line: str) -> None:
    page = page_of(P1, P2, CAPTION, line)
    assert page.bylines == (line,)
    assert told(page) == [("caption", CAPTION)]


@pytest.mark.parametrize("mark", [".", "./."])
@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Hội Nông dân tỉnh tặng quà hộ nghèo", Kind.CAPTION),
        ("Hội LHPN tỉnh bàn giao Trưởng Khối cho Liên đoàn Lao động tỉnh", Kind.CAPTION),
        ("Quang cảnh hội nghị", Kind.CAPTION),
        ("Nhân dân phấn khởi", Kind.PARAGRAPH),
        ("Hội nghị kết thúc lúc 17 giờ cùng ngày", Kind.PARAGRAPH),
        ("Những kết quả nổi bật trong năm", Kind.PARAGRAPH),
        ("Chương trình còn kéo dài đến hết tháng", Kind.PARAGRAPH),
        ("2. Nhiệm vụ trọng tâm", Kind.PARAGRAPH),
        ("Vì sao phải thi đua?", Kind.PARAGRAPH),
    ],
)
def test_other_last_lines_are_text_unless_they_plainly_tell_a_photo(line: str, kind: Kind, mark: str) -> None:
    page = page_of(P1, P2.rstrip(".") + mark, line)
    assert page.bylines == ()
    assert told(page) == [(kind.value, line)]


@pytest.mark.parametrize("byline", ["Thu Trang", "PV", "Tin, ảnh: Thu Trang"])
@pytest.mark.parametrize("line", ["KẾT QUẢ NỔI BẬT NĂM QUA", "Kinh tế khởi sắc", "II. NHIỆM VỤ TRỌNG TÂM"])
def test_a_line_with_only_a_byline_below_heads_nothing(line: str, byline: str) -> None:
    page = page_of(P1, P2, line, byline)
    assert told(page) == [("paragraph", line)]
    assert page.bylines


def test_a_line_with_only_captions_below_heads_nothing() -> None:
    page = page_of(P1, P2, "KẾT QUẢ NỔI BẬT NĂM QUA", CAPTION, "Quang cảnh hội nghị")
    assert Kind.SUBHEADING not in [block.kind for block in page.blocks]


@pytest.mark.parametrize(
    "signature",
    [
        ("TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "(Đã ký)", "Nguyễn Văn An"),
        ("GIÁM ĐỐC", "(Đã ký)", "Lê Thị Hoa"),
        ("CHỦ TỊCH", "TS. Lê Thị Hoa"),
        ("TL. Chủ tịch", "Chánh Văn phòng", "Lê Thị Hoa"),
        ("TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG TỔ CHỨC", "Nông Văn Thắng"),
        ("SỞ NỘI VỤ", "GIÁM ĐỐC", "Lê Thị Hoa"),
        ("T/M BAN CHẤP HÀNH", "BÍ THƯ", "Đã ký"),
    ],
)
@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_signature_stays_text_and_its_signer_is_no_author(signature: tuple[str, ...], gap: str) -> None:
    for last in (P2, f"{P2}/."):
        page = page_of(P1, last, gap.join(signature))
        assert told(page) == [("paragraph", line) for line in signature]
        assert page.bylines == ()
        assert page.warnings == ()


def test_a_byline_under_a_title_in_capitals_needs_no_signature() -> None:
    assert page_of(P1, "GIÁM ĐỐC MỚI CỦA SỞ", P2, "Thu Trang").bylines == ("Thu Trang",)


@pytest.mark.parametrize("poet", ["Triệu Kim Văn", "(Triệu Kim Văn)", "Thơ: Triệu Kim Văn", "T.K.V"])
@pytest.mark.parametrize("after", [(P2,), (P2, "Thu Trang"), (P2, P1, P2)])
def test_a_poet_inside_the_text_is_a_paragraph(poet: str, after: tuple[str, ...]) -> None:
    page = page_of(P1, "\n".join(VERSES), poet, *after)
    assert told(page) == [*(("verse", verse) for verse in VERSES), ("paragraph", poet)]
    assert page.bylines == (("Thu Trang",) if "Thu Trang" in after else ())


def test_a_poet_below_the_last_verse_is_the_author() -> None:
    page = page_of(P1, P2, "\n".join(VERSES * 2), "Triệu Kim Văn")
    assert page.bylines == ("Triệu Kim Văn",)
    assert told(page) == [("verse", verse) for verse in VERSES * 2]


def test_the_last_of_a_list_of_names_is_no_author() -> None:
    assert page_of(P1, P2, "Nguyễn Văn An, thôn Nà Đinh", "Lê Thị Hoa").bylines == ()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (99, "line 99: overruled as paragraph, but the page has only 13 lines"),
        (10, "line 10: overruled as paragraph, but the line is blank"),
        (0, "line 0: overruled as paragraph, but lines count from 1"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_overrule_of_no_line_says_why(number: int, words: str, end: str) -> None:
    text = f"{HEAD}{P1}\n\n{P2}\n\nThu Trang\n".replace("\n", end)
    assert read_page(text, overrules={number: Kind.PARAGRAPH}).warnings == (words,)
