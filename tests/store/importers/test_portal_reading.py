"""What a page's reader promises beyond the sample pages: errors with lines, overrules, identity, limits of time."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import DateRefused, InputError, PageUnreadable
from store.importers.portal import Kind, Page, content_digest, page_key, read_page
from tests.support.costs import cpu_seconds

HEAD = """PublishingPortal - Block_BanTin_Toolbar

30/12/2020
Tăng cỡ chữ Giảm cỡ chữ
Vân Sơn tổng kết phong trào thi đua năm 2020
Chiều 29/12, tỉnh Vân Sơn tổng kết phong trào thi đua.

PublishingPortal - Block_BanTin_ViewData

"""
P1 = "Phong trào thi đua năm nay được triển khai ở tất cả các huyện, thành phố trong tỉnh."
P2 = "Các đơn vị đăng ký thi đua năm sau ngay tại hội nghị, với năm chỉ tiêu cụ thể."
TEXT = f"{HEAD}{P1}\n\n{P2}./.\n\nThu Trang\n"


def body(lines: str) -> Page:
    return read_page(HEAD + lines)


def kinds(page: Page) -> list[Kind]:
    return [block.kind for block in page.blocks]


@pytest.mark.parametrize(
    ("text", "field", "line"),
    [
        ("", "text", None),
        (" \n\t\n", "text", None),
        ("PublishingPortal - Block_BanTin_Toolbar\nTăng cỡ chữ\n", "text", 1),
        (TEXT.replace("30/12/2020\n", ""), "date", 4),
        (
            TEXT.replace("Vân Sơn tổng kết phong trào thi đua năm 2020\n", "").replace(
                "thi đua.\n", "thi đua, khen thưởng" + ", nêu gương tốt" * 5 + ".\n"
            ),
            "title",
            5,
        ),
        (HEAD.replace("Chiều 29/12, tỉnh Vân Sơn tổng kết phong trào thi đua.\n", ""), "text", None),
        (TEXT + TEXT, "page", 15),
        (TEXT + TEXT.split("\n\n", 1)[1].replace("30/12/2020", "x"), "page", 20),
    ],
)
def test_what_is_missing_is_named_with_its_line(text: str, field: str, line: int | None) -> None:
    with pytest.raises(PageUnreadable) as refusal:
        read_page(text)
    assert (refusal.value.field, refusal.value.line) == (field, line)
    assert refusal.value.reason


@pytest.mark.parametrize("date", ["31/02/2020", "12/30/2020", "30/12/20"])
def test_a_date_that_is_none_is_refused_with_its_line(date: str) -> None:
    with pytest.raises(DateRefused) as refusal:
        read_page(TEXT.replace("30/12/2020", date))
    assert refusal.value.line == 3
    assert date in str(refusal.value)


@pytest.mark.parametrize(
    ("date", "wanted"),
    [
        ("Thứ Tư, 30/12/2020, 14:30 (GMT+7)", "2020-12-30T14:30:00+07:00"),
        ("Ngày đăng: 30/12/2020 | Lượt xem: 1.234", "2020-12-30T12:00:00+07:00"),
        ("30/12/2020 In trang Gửi email", "2020-12-30T12:00:00+07:00"),
        ("Cập nhật lúc: 31/12/2020 08:00\nNgày đăng: 30/12/2020 07:00", "2020-12-30T07:00:00+07:00"),
    ],
)
def test_date_lines(date: str, wanted: str) -> None:
    page = read_page(TEXT.replace("30/12/2020", date))
    assert page.moment.instant.isoformat() == wanted
    assert page.title == "Vân Sơn tổng kết phong trào thi đua năm 2020"


def test_a_second_date_is_reported() -> None:
    page = read_page(TEXT.replace("30/12/2020", "30/12/2020\n05/01/2021"))
    assert page.warnings == ("line 4: a second date, “05/01/2021”; line 3 is taken",)


def test_overrules_win() -> None:
    text = f"{HEAD}{P1}\n\nHội LHPN tỉnh bàn giao Trưởng Khối cho Liên đoàn Lao động tỉnh\n\n{P2}./.\n\nThu Trang\n"
    assert kinds(read_page(text)) == [Kind.PARAGRAPH, Kind.CAPTION, Kind.PARAGRAPH]
    assert kinds(read_page(text, overrules={12: Kind.SUBHEADING}))[1] is Kind.SUBHEADING
    assert kinds(read_page(text, overrules={12: Kind.FURNITURE})) == [Kind.PARAGRAPH, Kind.PARAGRAPH]
    page = read_page(text, overrules={16: Kind.PARAGRAPH, 10: Kind.QUOTE})
    assert page.bylines == ()
    assert kinds(page) == [Kind.QUOTE, Kind.CAPTION, Kind.PARAGRAPH, Kind.PARAGRAPH]
    assert read_page(text, overrules={12: Kind.BYLINE}).bylines[0].startswith("Hội LHPN")
    assert read_page(text, overrules={4: Kind.PARAGRAPH}).blocks[0].text == "Tăng cỡ chữ Giảm cỡ chữ"
    assert read_page(text, overrules={10: Kind.LEAD}).lead == P1
    assert read_page(text, overrules={6: Kind.TITLE}).title.startswith("Chiều 29/12")
    assert "line 11" in read_page(text, overrules={11: Kind.CAPTION}).warnings[0]


@given(st.dictionaries(st.integers(1, 16), st.sampled_from(Kind), max_size=6))
@settings(max_examples=150, deadline=None)
def test_any_overrules_give_a_page_or_an_error_that_says_why(overrules: dict[int, Kind]) -> None:
    page = page_or_refusal(TEXT, overrules)
    if isinstance(page, InputError):
        assert page.reason
        return
    by_line = {block.line: block.kind for block in page.blocks}
    assert {line: by_line[line] for line in overrules if line in by_line} == {
        line: kind for line, kind in overrules.items() if line in by_line
    }


def page_or_refusal(text: str, overrules: dict[int, Kind]) -> Page | InputError:
    try:
        return read_page(text, overrules=overrules)
    except InputError as refusal:
        return refusal


@pytest.mark.parametrize(
    ("ending", "bylines"),
    [
        ("./.\n\nThu Trang", ("Thu Trang",)),
        ("./. Thu Trang", ("Thu Trang",)),
        ("./.\nTHU TRANG", ("Thu Trang",)),
        ("./.\n\nTheo TTXVN", ("TTXVN",)),
        (". (Theo Báo Vân Sơn)", ("Báo Vân Sơn",)),
        ("./.\n\nTin, ảnh: Thu Trang", ("Thu Trang",)),
        ("./.\n\nBài và ảnh: Thu Trang – Văn Nam", ("Thu Trang", "Văn Nam")),
        ("./.\n\nThu Trang, Văn Nam và Hoàng Lan", ("Thu Trang", "Văn Nam", "Hoàng Lan")),
        ("./.\n\nCTV: Giàng A Páo", ("Giàng A Páo",)),
        ("./.\n\nBàn Văn Hai (Đài Khe Mây)", ("Bàn Văn Hai",)),
        ("./.\n\nNguyễn Văn An - Phòng Nội vụ huyện Khe Mây", ("Nguyễn Văn An",)),
        ("./.\n\nBan Biên tập", ("Ban Biên tập",)),
        ("./.\n\nH.L", ("H.L",)),
        ("/.\nLan Anh", ("Lan Anh",)),
        (" . / .\nLan Anh", ("Lan Anh",)),
        (".\n\nNguyễn Thu Trang", ("Nguyễn Thu Trang",)),
        (".\n\nNguồn: Sở Y tế", ("Sở Y tế",)),
        (".\n\nTác giả: Hoàng Lan\nẢnh: Văn Nam", ("Hoàng Lan",)),
        (".", ()),
        ("./.", ()),
        ("\n./.\n", ()),
    ],
)
def test_bylines(ending: str, bylines: tuple[str, ...]) -> None:
    page = body(f"{P1}\n\n{P2.rstrip('.')}{ending}\n")
    assert page.bylines == bylines
    assert page.blocks[0].text == P1
    assert page.blocks[1].text.rstrip(".") == P2.rstrip(".")
    assert len(page.blocks) == 2
    assert "./." not in page.body
    assert [decision.kind for decision in page.decisions].count(Kind.BYLINE) >= (1 if bylines else 0)


@pytest.mark.parametrize(
    "line",
    [
        "Hội nghị kết thúc lúc 17 giờ cùng ngày",
        "Một số hình ảnh tại Hội nghị",
        "Quang Cảnh Hội Nghị",
    ],
)
def test_other_last_lines_are_no_bylines(line: str) -> None:
    assert body(f"{P1}\n\n{P2}./.\n\n{line}\n").bylines == ()


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Quang cảnh Hội nghị", Kind.CAPTION),
        ("Toàn cảnh buổi lễ.", Kind.CAPTION),
        ("Ảnh: Các đại biểu dự Hội nghị", Kind.CAPTION),
        ("Đồng chí Chủ tịch UBND tỉnh phát biểu tại Hội nghị", Kind.CAPTION),
        ("Đồng chí Nông Văn Thắng (thứ hai từ trái sang) cùng các hộ dân", Kind.CAPTION),
        ("Bà con thôn Nà Pục thu hoạch lúa mùa (Ảnh: Văn Nam)", Kind.CAPTION),
        ("1. Kết quả đạt được", Kind.SUBHEADING),
        ("II. NHIỆM VỤ TRỌNG TÂM", Kind.SUBHEADING),
        ("KẾT QUẢ NỔI BẬT", Kind.SUBHEADING),
        ("Những kết quả nổi bật", Kind.SUBHEADING),
        ("Vì sao phải thi đua?", Kind.SUBHEADING),
        ("Hội nghị bắt đầu lúc 8 giờ.", Kind.PARAGRAPH),
        ("Đồng chí Bí thư phát biểu kết luận hội nghị.", Kind.PARAGRAPH),
        ("Các đơn vị được khen thưởng gồm:", Kind.PARAGRAPH),
    ],
)
def test_a_lone_line_between_paragraphs(line: str, kind: Kind) -> None:
    page = body(f"{P1}\n\n{line}\n\n{P2}./.\n\nThu Trang\n")
    assert kinds(page) == [Kind.PARAGRAPH, kind, Kind.PARAGRAPH]


def test_hard_wrapped_paragraphs_are_joined() -> None:
    wrapped = (
        "Phong trào thi đua năm nay được triển khai ở tất cả các huyện, thành phố\n"
        "trong tỉnh, với sự tham gia của hơn hai nghìn tập thể và hàng vạn\n"
        "cá nhân."
    )
    assert body(f"{wrapped}\n\n{P2}\n").blocks[0].text == wrapped.replace("\n", " ")


def test_an_evenly_wrapped_paragraph_is_joined_before_capitals_too() -> None:
    wrapped = (
        "Trong năm, các đơn vị của Khối thi đua đã phối hợp với Ban Dân vận\n"
        "Tỉnh ủy, Mặt trận Tổ quốc và các đoàn thể của thành phố Vân Sơn,\n"
        "Khe Mây và Nà Pục mở 24 lớp tập huấn cho cán bộ ở cơ sở, rồi đi\n"
        "Bản Chang."
    )
    assert body(f"{P1}\n\n{wrapped}\n\n{P2}\n").blocks[1].text == wrapped.replace("\n", " ")


def test_stanzas_of_a_poem_stay_apart() -> None:
    verses = ["Vân Sơn mây trắng đầu non", "Suối trong soi bóng em còn nhớ anh"]
    more = ["Nương chè mấy độ lên xanh", "Lối về bản nhỏ long lanh nắng chiều"]
    page = body(f"{P1}\n\n{verses[0]}\n{verses[1]}\n\n{more[0]}\n{more[1]}\n\n{P2}\n")
    assert f"<p>{'<br>'.join(verses)}</p>\n<p>{'<br>'.join(more)}</p>\n" in page.body


def test_line_numbers_stay_where_mending_makes_line_ends() -> None:
    broken = P1.replace(" năm nay", "\u00e2\u20ac\u00a8năm nay")
    text = f"{HEAD}{broken}\n\nQuang cảnh Hội nghị\n\n{P2}\n"
    assert next(block.line for block in read_page(text).blocks if block.kind is Kind.CAPTION) == 12


def test_body_is_escaped_and_holds_figures_in_place() -> None:
    page = body(f"{P1} Công ty A&B đạt <5%.\n\nQuang cảnh Hội nghị. Ảnh: Văn Nam\n\n{P2}\n")
    assert page.body == (
        f'<p>{P1} Công ty A&amp;B đạt &lt;5%.</p>\n<figure data-attachment="1"></figure>\n<p>{P2}</p>\n'
    )
    assert [(a.number, a.caption, a.credit) for a in page.attachments] == [(1, "Quang cảnh Hội nghị", "Văn Nam")]


def test_identity_does_not_depend_on_layout() -> None:
    page = read_page(TEXT)
    other = read_page("\ufeff" + unicodedata.normalize("NFD", TEXT).replace("\n\n", "\n  \n \n").replace("\n", "\r\n"))
    assert page_key(page) == "2020-12-30/van son tong ket phong trao thi dua nam 2020"
    assert page_key(other) == page_key(page)
    assert content_digest(other) == content_digest(page)


@pytest.mark.parametrize(
    ("old", "new"),
    [("30/12/2020", "29/12/2020"), ("năm chỉ tiêu", "sáu chỉ tiêu"), ("Thu Trang", "Thu Hà"), ("Chiều 29", "Sáng 29")],
)
def test_digest_changes_with_the_meaning(old: str, new: str) -> None:
    assert content_digest(read_page(TEXT.replace(old, new))) != content_digest(read_page(TEXT))


def test_other_blocks_are_named_and_not_read() -> None:
    page = read_page(TEXT + "\nPublishingPortal - Block_BanTin_LienQuan\nTin nọ\nTin kia\n")
    assert page.warnings == ("line 16: block “lienquan” is not read",)
    assert "Tin nọ" not in page.body


def test_a_page_without_block_names_says_so() -> None:
    page = read_page(f"30/12/2020\nVân Sơn tổng kết thi đua\n\n{P1}\n\n{P2}\n")
    assert (page.title, page.lead) == ("Vân Sơn tổng kết thi đua", P1)
    assert any("none of the portal's blocks" in warning for warning in page.warnings)


MOST_SECONDS = 2


def seconds_for(text: str) -> float:
    return cpu_seconds(lambda: page_or_refusal(text, {}), bound_seconds=MOST_SECONDS)


@pytest.mark.parametrize(
    "piece",
    [
        f"{P1} " * 9 + "\n\n",
        "Các đơn vị trong Khối ký kết giao ước thi đua\n",
        "a\n\n",
        "- a\n",
        "1. a\n2. b\n",
        "Tin khác\n" + "a" * 150 + ".\n",
        "./.",
        ". " * 40 + "./.\n",
        "Thu Trang\n",
        "“a b c d”\n- e\n",
        "Gồm:\na;\n",
        "a\tb\n",
        "[(",
    ],
)
def test_two_megabytes_of_anything_are_answered_in_time(piece: str) -> None:
    size_bytes = len(piece.encode())
    text = HEAD + piece * (2_000_000 // size_bytes)
    assert seconds_for(text) < MOST_SECONDS


def test_a_full_page_within_the_limit_is_read() -> None:
    text = HEAD + (f"{P1} " * 9 + "\n\n") * (990_000 // (9 * len(P1) + 9))
    assert len(read_page(text).blocks) > 1000
    assert seconds_for(text) < MOST_SECONDS


@pytest.mark.parametrize("size_bytes", [1_100_000, 5_000_000])
def test_a_body_past_the_limit_names_the_limit(size_bytes: int) -> None:
    with pytest.raises(PageUnreadable, match="1,000,000 characters"):
        read_page(HEAD + "a b c. " * (size_bytes // 7))


def test_too_many_lines_name_the_limit() -> None:
    with pytest.raises(PageUnreadable, match="20,000 lines"):
        read_page(HEAD + "Một dòng.\n" * 20_001)
