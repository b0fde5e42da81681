"""Manuscripts as editors write them, and what they become; errors say the line and what is meant."""

from __future__ import annotations

import contextlib
import unicodedata
from datetime import datetime, timedelta, timezone

import pytest

from store.errors import DateRefused, PageUnreadable
from store.importers.manuscript import read_manuscript
from store.text.markup import sanitise
from store.types import VIETNAM, Attachment, AttachmentKind, Moment, Origin, Place, Precision
from tests.support.costs import cpu_seconds

WHOLE = """\
Tiêu đề: Hội Nông dân tỉnh phát động phong trào trồng cây
Ngày: 12/10/2026 08:30
Chuyên mục: Nông nghiệp – Nông thôn; Môi trường
Cơ quan: Hội Nông dân tỉnh Vân Sơn
Về: Hội Nông dân tỉnh Vân Sơn; UBND huyện Khe Mây
Tác giả: Hoàng Lan; Nguyễn Minh Đức

Sáng 12/10, hơn 300 hội viên
cùng trồng cây.

Mỗi chi hội nhận **200 cây** và *một biển tên*; xem [kế hoạch](https://vanson.example/ke-hoach).

## Ba việc phải làm

- Đào hố trước một tuần
- Bón lót phân chuồng,
  mỗi hố 5 kg

1. Trồng
2. Rào

> Trồng cây nào sống cây ấy.

[Ảnh trong-cay.jpg: Hội viên trồng cây trên đồi | Văn Nam | Năm người đang lấp đất quanh gốc cây]

[Ảnh: Lễ phát động | thay thế: Hàng người dưới cờ]
"""


def with_header(line: str) -> str:
    return f"Tiêu đề: Thử\n{line}\n\nSapo.\n"


def body_of(text: str) -> str:
    return read_manuscript(f"Tiêu đề: Thử\n\nSapo.\n\n{text}\n").draft.body


def test_whole_manuscript() -> None:
    manuscript = read_manuscript(WHOLE)
    draft = manuscript.draft
    assert draft.title == "Hội Nông dân tỉnh phát động phong trào trồng cây"
    assert draft.published == Moment(datetime(2026, 10, 12, 8, 30, tzinfo=VIETNAM))
    assert draft.categories == ("Nông nghiệp – Nông thôn", "Môi trường")
    assert draft.publisher == "Hội Nông dân tỉnh Vân Sơn"
    assert draft.subjects == ("Hội Nông dân tỉnh Vân Sơn", "UBND huyện Khe Mây")
    assert draft.authors == ("Hoàng Lan", "Nguyễn Minh Đức")
    assert draft.language == "vi"
    assert draft.lead == "Sáng 12/10, hơn 300 hội viên cùng trồng cây."
    assert draft.body == (
        "<p>Mỗi chi hội nhận <strong>200 cây</strong> và <em>một biển tên</em>; xem "
        '<a href="https://vanson.example/ke-hoach">kế hoạch</a>.</p>\n'
        "<h2>Ba việc phải làm</h2>\n"
        "<ul><li>Đào hố trước một tuần</li><li>Bón lót phân chuồng, mỗi hố 5 kg</li></ul>\n"
        "<ol><li>Trồng</li><li>Rào</li></ol>\n"
        "<blockquote><p>Trồng cây nào sống cây ấy.</p></blockquote>\n"
        '<figure data-attachment="1"></figure>\n'
        '<figure data-attachment="2"></figure>\n'
    )
    assert draft.attachments == (
        Attachment(
            number=1,
            caption="Hội viên trồng cây trên đồi",
            credit="Văn Nam",
            alternative_text="Năm người đang lấp đất quanh gốc cây",
        ),
        Attachment(number=2, caption="Lễ phát động", alternative_text="Hàng người dưới cờ"),
    )
    assert dict(manuscript.photo_files) == {1: "trong-cay.jpg"}
    assert sanitise(draft.body) == draft.body


def test_layout_of_the_file_changes_nothing() -> None:
    other = "\ufeff\n" + unicodedata.normalize("NFD", WHOLE).replace("\n", "  \r\n")
    assert read_manuscript(other) == read_manuscript(WHOLE)


@pytest.mark.parametrize(
    "header",
    [
        "TIÊU ĐỀ: Thử\nNGÀY: 1/2/2026",
        "tieu de: Thử\nngay:1/2/2026",
        "Title: Thử\nDate: 2026-02-01",
        "title :Thử\nDATE : 01/02/2026",
    ],
)
def test_keys_in_any_case_and_language(header: str) -> None:
    draft = read_manuscript(f"{header}\n\nSapo.\n").draft
    assert draft.title == "Thử"
    assert draft.published == Moment(datetime(2026, 2, 1, 12, tzinfo=VIETNAM), Precision.DAY)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("", "vi"),
        ("vi", "vi"),
        ("EN", "en"),
        ("en-gb", "en-GB"),
        ("tyz", "tyz"),
        ("es-419", "es-419"),
        ("ZH-hant_tw", "zh-Hant-TW"),
    ],
)
def test_language(said: str, wanted: str) -> None:
    assert read_manuscript(with_header(f"Ngôn ngữ: {said}")).draft.language == wanted


@pytest.mark.parametrize("said", ["Tiếng Việt", "qq", "v", "vi-", "english", "vi-VNM", "12"])
def test_nonsense_language_is_refused(said: str) -> None:
    with pytest.raises(PageUnreadable) as refusal:
        read_manuscript(with_header(f"Ngôn ngữ: {said}"))
    assert refusal.value.line == 2
    assert said in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Tiêu đề: Thử\nTác giã giả: Lan\n\nA.", 2, "“Tác giả” is the nearest"),
        ("Tiêu đề: Thử\nTacgia: Lan\n\nA.", 2, "Tác giả"),
        ("Tiêu đề: Thử\nChỉ là một dòng chữ\n\nA.", 2, "no colon"),
        ("Tiêu đề: Thử\nNgày: 1/2/2026\nTitle: Lại\n\nA.", 3, "line 1 already"),
        ("Tiêu đề: Thử\nĐịnh dạng: docx\n\nA.", 2, "text or html"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh: không đóng\n\nB.", 5, "not closed"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh ../../etc/x.jpg: Chú thích]", 5, "without folders"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh: ]", 5, "neither a file nor a caption"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh #3]", 5, "no attachment of this number"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh #3: A]\n\n[Ảnh #3: B]", 7, "told once"),
        ("Tiêu đề: Thử\n\nA.\n\n[Ảnh: a | b | c | d]", 5, "more parts"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản a.pdf: Kế hoạch | 12/KH-SNV | C]", 5, "a document's title and number"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản a.pdf: Kế hoạch | alt: tờ giấy]", 5, "a document's title and number"),
        ("Tiêu đề: Thử\nĐính kèm: [Văn bản ../x.pdf: Kế hoạch]\n\nA.", 2, "without folders"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản C\\:\\\\x.pdf: Kế hoạch]", 5, "without folders"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản \\/etc\\/x.pdf: Kế hoạch]", 5, "without folders"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản .an.pdf: Kế hoạch]", 5, "full stop"),
        ("Tiêu đề: Thử\n\nA.\n\n[Văn bản: ]", 5, "neither a file nor a caption"),
        ('Tiêu đề: Thử\nĐịnh dạng: html\n\n<figure data-attachment="2"></figure>', 4, "no header line tells"),
        ("Tiêu đề: Thử\n\nA.\n\nMột\nxem ![chợ](cho.jpg) đây", 6, "[Ảnh file.jpg:"),
        ("Tiêu đề: Thử\n\nA.\n\n| a | b |\n|---|---|\n| 1 | 2 |", 5, "Định dạng: html"),
        ("Tiêu đề: Thử\n\nA.\n\na | b\n--- | ---\n1 | 2", 6, "Định dạng: html"),
        ("Tiêu đề: Thử\n\nMột\nlà **đậm** đấy.\n\nB.", 4, "the lead is plain text"),
        ("Tiêu đề: Thử\n\n*Nghiêng\nhai dòng*.\n\nB.", 3, "the lead is plain text"),
        ("Tiêu đề: Thử\n\nXem [đây](https://a.example/).\n\nB.", 3, "the lead is plain text"),
        ("Tiêu đề: Thử\nSapo: **Đậm**\n\nB.", 2, "the lead is plain text"),
        ("", 1, "title and text are missing"),
        ("Ngày: 1/2/2026\n\nA.", 1, "no title"),
    ],
)
def test_errors_name_line_and_reason(text: str, line: int, words: str) -> None:
    with pytest.raises(PageUnreadable) as refusal:
        read_manuscript(text)
    assert refusal.value.line == line
    assert words in str(refusal.value)


def test_unknown_key_lists_what_is_known() -> None:
    with pytest.raises(PageUnreadable, match="Chuyên mục/Category"):
        read_manuscript("Tiêu đề: Thử\nMàu sắc: đỏ\n\nA.")


def test_a_date_that_is_none_names_its_line() -> None:
    with pytest.raises(DateRefused) as refusal:
        read_manuscript(with_header("Ngày: 31/02/2026"))
    assert refusal.value.line == 2
    assert "31/02/2026" in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("5 * 3 = 15 và a*b", "<p>5 * 3 = 15 và a*b</p>\n"),
        ("***đậm nghiêng***", "<p><strong><em>đậm nghiêng</em></strong></p>\n"),
        ("**một** **hai**", "<p><strong>một</strong> <strong>hai</strong></p>\n"),
        ("**hở", "<p>**hở</p>\n"),
        (r"\*sao\* \[ngoặc\] C:\tep", r"<p>*sao* [ngoặc] C:\tep</p>" + "\n"),
        ("A&B < 5% <script>", "<p>A&amp;B &lt; 5% &lt;script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("dòng một\\\ndòng hai", "<p>dòng một<br>dòng hai</p>\n"),
        (r"\- không phải mục", "<p>- không phải mục</p>\n"),
        (r"1\. không phải mục", "<p>1. không phải mục</p>\n"),
        ("2020. Năm ấy được mùa", "<p>2020. Năm ấy được mùa</p>\n"),
        ("Gồm:\n- một\n- hai\nnối", "<p>Gồm:</p>\n<ul><li>một</li><li>hai nối</li></ul>\n"),
        ("## Đầu\nThân", "<h2>Đầu</h2>\n<p>Thân</p>\n"),
        ("# Đầu", "<h2>Đầu</h2>\n"),
        ("### Nhỏ", "<h3>Nhỏ</h3>\n"),
        ("#### Nhỏ hơn", "<h4>Nhỏ hơn</h4>\n"),
        ("##### Nhỏ nhất", "<h4>Nhỏ nhất</h4>\n"),
        ("* một\n* **hai**", "<ul><li>một</li><li><strong>hai</strong></li></ul>\n"),
        ("+ một\n+ hai", "<ul><li>một</li><li>hai</li></ul>\n"),
        ("* * *", "<p>* * *</p>\n"),
        (r"\+ không phải mục", "<p>+ không phải mục</p>\n"),
        (r"\| không phải bảng |", "<p>| không phải bảng |</p>\n"),
        ("a | b", "<p>a | b</p>\n"),
        (
            "[1] Xem [kế hoạch](https://a.example/x), [sic] và [lịch](https://a.example/y).",
            '<p>[1] Xem <a href="https://a.example/x">kế hoạch</a>, [sic] và <a href="https://a.example/y">lịch</a>.</p>\n',
        ),
        ("[Ảnh [1]](https://a.example/x)", '<p><a href="https://a.example/x">Ảnh [1]</a></p>\n'),
        ("[a](https://a.example/b_(c))", '<p><a href="https://a.example/b_(c)">a</a></p>\n'),
        ("- xem [a](https://a.example/x)", '<ul><li>xem <a href="https://a.example/x">a</a></li></ul>\n'),
        ("## [a](https://a.example/x)", '<h2><a href="https://a.example/x">a</a></h2>\n'),
        (r"Nhanh lên\![đây](https://a.example/x)", '<p>Nhanh lên!<a href="https://a.example/x">đây</a></p>\n'),
        ("> một\n>\n> hai", "<blockquote><p>một</p><p>hai</p></blockquote>\n"),
        ("#thẻ", "<p>#thẻ</p>\n"),
        ("[Ảnh đẹp](https://a.example/x) ở đây", '<p><a href="https://a.example/x">Ảnh đẹp</a> ở đây</p>\n'),
        ("[a](https://a.example/\u1ec7)", '<p><a href="https://a.example/%E1%BB%87">a</a></p>\n'),
    ],
)
def test_marks_inside_the_text(text: str, body: str) -> None:
    assert body_of(text) == body


def test_numbers_of_photos_stay_when_others_are_put_between() -> None:
    manuscript = read_manuscript("Title: T\n\nLead.\n\n[Photo new.jpg: Mới]\n\n[Ảnh #3: Cũ | A]\n\nChữ.\n\n[Ảnh #3]\n")
    assert [(a.number, a.caption) for a in manuscript.draft.attachments] == [(3, "Cũ"), (4, "Mới")]
    assert dict(manuscript.photo_files) == {4: "new.jpg"}
    assert manuscript.draft.body.count('data-attachment="3"') == 2


def test_caption_over_two_lines_and_several_brackets_below_each_other() -> None:
    draft = read_manuscript("Title: T\n\nLead.\n\n[Ảnh a.jpg: Một dòng dài\nsang dòng hai]\n[ẢNH: Hai]\n").draft
    assert [a.caption for a in draft.attachments] == ["Một dòng dài sang dòng hai", "Hai"]


def test_html_form() -> None:
    table = "<table><tbody><tr><td>1</td></tr></tbody></table>"
    figure = '<figure data-attachment="2"></figure>'
    text = f"Title: T\nFormat: HTML\nLead: Sapo & một\nĐính kèm: [Ảnh #2: C | D]\n\n{table}\n\n{figure}\n"
    draft = read_manuscript(text).draft
    assert draft.lead == "Sapo & một"
    assert draft.body == f"{table}\n\n{figure}\n"
    assert draft.attachments == (Attachment(number=2, caption="C", credit="D"),)


def test_a_document_is_told_in_the_header() -> None:
    draft = read_manuscript("Title: T\nĐính kèm: [Văn bản #1: Kế hoạch số 12]\n\nLead.\n").draft
    assert draft.attachments == (Attachment(number=1, kind=AttachmentKind.DOCUMENT, caption="Kế hoạch số 12"),)


def test_documents_bring_a_file_a_title_and_a_number() -> None:
    manuscript = read_manuscript(
        "Title: T\n"
        "Đính kèm: [Văn bản Biểu mẫu 01.xlsx: Biểu mẫu]\n"
        "Đính kèm: [Document #9 nq.pdf]\n\n"
        "Lead.\n\n"
        "[Văn bản ke-hoach.pdf: Kế hoạch trồng cây | 12/KH-SNNMT]\n\n"
        "[Ảnh cho.jpg: Chợ | Lan]\n\n"
        "[TÀI LIỆU: Danh sách | Số 1\\|2]\n"
    )
    assert manuscript.draft.attachments == (
        Attachment(number=9, kind=AttachmentKind.DOCUMENT),
        Attachment(number=10, kind=AttachmentKind.DOCUMENT, caption="Biểu mẫu"),
        Attachment(number=11, kind=AttachmentKind.DOCUMENT, caption="Kế hoạch trồng cây", reference="12/KH-SNNMT"),
        Attachment(number=12, caption="Chợ", credit="Lan"),
        Attachment(number=13, kind=AttachmentKind.DOCUMENT, caption="Danh sách", reference="Số 1|2"),
    )
    assert dict(manuscript.document_files) == {9: "nq.pdf", 10: "Biểu mẫu 01.xlsx", 11: "ke-hoach.pdf"}
    assert dict(manuscript.photo_files) == {12: "cho.jpg"}
    assert manuscript.draft.body.count("<figure") == 3


def test_signs_that_only_look_like_a_folders_are_letters() -> None:
    name = "1234\N{FULLWIDTH SOLIDUS}QĐ\N{FRACTION SLASH}UBND\N{DIVISION SLASH}..pdf"
    manuscript = read_manuscript(f"Title: T\n\nLead.\n\n[Văn bản {name}: K]\n")
    assert dict(manuscript.document_files) == {1: name}


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("Nhà văn hóa thôn Nậm Lam", Place("Nhà văn hóa thôn Nậm Lam")),
        ("Hội trường (tầng 2)", Place("Hội trường (tầng 2)")),
        ("Nậm Lam (22.14321, 105.83456)", Place("Nậm Lam", 2_214_321, 10_583_456)),
        ("Nậm Lam(22.14321,105.83456)", Place("Nậm Lam", 2_214_321, 10_583_456)),
        ("Nậm Lam (22,14321; 105,83456)", Place("Nậm Lam", 2_214_321, 10_583_456)),
        ("Nậm Lam (22.1;105)", Place("Nậm Lam", 2_210_000, 10_500_000)),
        ("Nậm Lam (22.143214999, 105.83456°)", Place("Nậm Lam", 2_214_321, 10_583_456)),
        ("Trạm (−72.5, -0.00001)", Place("Trạm", -7_250_000, -1)),
        ("Hội trường (tầng 2) (22.1, 105.8)", Place("Hội trường (tầng 2)", 2_210_000, 10_580_000)),
        (r"Nhà số \(1, 2)", Place("Nhà số (1, 2)")),
    ],
)
def test_a_place_with_or_without_coordinates(said: str, place: Place) -> None:
    assert read_manuscript(with_header(f"Địa điểm: {said}")).draft.place == place
    assert read_manuscript(with_header(f"Place: {said}")).draft.place == place


@pytest.mark.parametrize(
    "said", ["Nậm Lam (22,14321, 105,83456)", "Nậm Lam (22.1)", "Nậm Lam (1, 2, 3)", "(22.1, 105.8)"]
)
def test_coordinates_that_may_mean_anything_are_refused(said: str) -> None:
    with pytest.raises(PageUnreadable) as refusal:
        read_manuscript(with_header(f"Địa điểm: {said}"))
    assert (refusal.value.field, refusal.value.line) == ("Địa điểm", 2)
    assert "22,14321; 105,83456" in refusal.value.accepted
    assert refusal.value.vietnamese


@pytest.mark.parametrize(
    ("said", "origin"),
    [
        ("Báo Nhân Dân | https://nhandan.example/1", Origin("Báo Nhân Dân", "https://nhandan.example/1")),
        (r"A\|B|http://a.example/?x=1|2", Origin("A|B", "http://a.example/?x=1|2")),
    ],
)
def test_an_origin_is_a_name_and_an_address(said: str, origin: Origin) -> None:
    assert read_manuscript(with_header(f"Nguồn: {said}")).draft.origin == origin


@pytest.mark.parametrize("said", ["Báo Nhân Dân", "https://nhandan.example/1", "| https://a.example/", "Báo |"])
def test_an_origin_without_name_or_address_is_refused(said: str) -> None:
    with pytest.raises(PageUnreadable, match="bar between") as refusal:
        read_manuscript(with_header(f"Nguồn: {said}"))
    assert refusal.value.line == 2
    assert refusal.value.vietnamese


def test_names_with_semicolons() -> None:
    assert read_manuscript(with_header(r"Tác giả: A\; B; C;; C")).draft.authors == ("A; B", "C")


@pytest.mark.parametrize(
    ("said", "authors"),
    [
        ("Thu Trang, Minh Hà", ("Thu Trang", "Minh Hà")),
        ("Thu Trang - Minh Hà – Nguyễn Văn An; Lan", ("Thu Trang", "Minh Hà", "Nguyễn Văn An", "Lan")),
        ("Thu Trang, Sở Y tế", ("Thu Trang, Sở Y tế",)),
        ("Sở Văn hóa, Thể thao và Du lịch", ("Sở Văn hóa, Thể thao và Du lịch",)),
        ("Thu Trang, PV, Minh Hà, Thu Hà", ("Thu Trang, PV, Minh Hà, Thu Hà",)),
        (r"Thu Trang\, Minh Hà", ("Thu Trang, Minh Hà",)),
        ("Lê-na Mai", ("Lê-na Mai",)),
    ],
)
def test_a_comma_or_dash_between_two_people_parts_them(said: str, authors: tuple[str, ...]) -> None:
    assert read_manuscript(with_header(f"Tác giả: {said}")).draft.authors == authors


def test_names_of_bodies_and_categories_keep_their_commas() -> None:
    draft = read_manuscript(with_header("Về: Thu Trang, Minh Hà\nChuyên mục: Văn hóa, Thể thao")).draft
    assert (draft.subjects, draft.categories) == (("Thu Trang, Minh Hà",), ("Văn hóa, Thể thao",))


def test_told_numbers_are_those_that_the_text_gives() -> None:
    text = "Title: T\nĐính kèm: [Văn bản #7: K]\n\nLead.\n\n[Ảnh #3: Cũ]\n\n[Ảnh: Mới]\n\n[Ảnh #3]\n"
    manuscript = read_manuscript(text)
    assert manuscript.told_numbers == {3, 7}
    assert [a.number for a in manuscript.draft.attachments] == [3, 7, 8]
    assert read_manuscript("Title: T\n\nLead.\n\n[Ảnh: A]\n").told_numbers == frozenset()


def test_signs_in_a_lead_that_mark_nothing_stay() -> None:
    assert read_manuscript("Title: T\n\nGiá 5 * 3 [sic] \\*một\\*.\n").draft.lead == "Giá 5 * 3 [sic] *một*."
    assert read_manuscript("Title: T\nSapo: \\*một\\*\n\nA.\n").draft.lead == "*một*"


@pytest.mark.parametrize("piece", ["-|", "![", "![a]", "](/a", "[[a]", "[a](/b(", "Lan Anh, ", "a, "])
def test_long_lines_of_marks_take_linear_time(piece: str) -> None:
    many = piece * (400_000 // len(piece))

    def read() -> None:
        for text in (f"Title: T\n\nA.\n\n{many}x\n", f"Title: T\nTác giả: {many}x\n\nA.\n"):
            with contextlib.suppress(PageUnreadable):
                read_manuscript(text)

    assert cpu_seconds(read, bound_seconds=3) < 3


def test_lead_only_and_no_lead() -> None:
    assert read_manuscript("Title: T\n\nLead.\n").draft.body == ""
    draft = read_manuscript("Title: T\nSapo:\n\nThân bài.\n").draft
    assert (draft.lead, draft.body) == ("", "<p>Thân bài.</p>\n")


def test_offset_and_seconds_are_read() -> None:
    draft = read_manuscript(with_header("Ngày: 2026-02-01T08:30:15+09:00")).draft
    assert draft.published == Moment(datetime(2026, 2, 1, 8, 30, 15, tzinfo=timezone(timedelta(hours=9))))


def test_a_file_past_the_limit_is_refused() -> None:
    with pytest.raises(PageUnreadable, match="1,000,000 characters"):
        read_manuscript("Title: T\n\n" + "a" * 1_000_000)
