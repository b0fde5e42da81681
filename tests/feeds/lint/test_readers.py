"""How readers will show an entry: the words and photos that are left, and what was taken out."""

from __future__ import annotations

import pytest

from feeds.lint.html import visible_lines
from feeds.lint.readers import ReaderView
from tests.feeds.lint.documents import BASES, judged

BODY = """<div class="bai"><h2 style="color:red">Ngày hội</h2>
<p onclick="x()">Sáng nay, <strong>hội</strong>
mở màn.<br>Chiều có thi đấu.</p>
<script>dem("không ai đọc")</script>
<ul><li>Kéo co</li><li>Bắn nỏ</li></ul>
<figure><a href="https://a.example/to.jpg"><img src="https://a.example/hoi.jpg" alt="Đông người"></a>
<figcaption>Quang cảnh <em>ngày hội</em></figcaption></figure>
<img src="data:image/png;base64,AA"><img src="https://dem.example/1.gif" width="1" height="1">
<form><input name="q"></form><p>5 &lt; 7 và 3 < 4</p></div>"""


def view(html: str, base: str = "json") -> ReaderView:
    escaped = html.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    text = BASES[base].replace("<p>Sáng nay, cây cầu được khánh thành.</p>", escaped)
    return judged(text.encode()).views[0]


def test_words_are_kept_line_by_line_and_scripts_are_not() -> None:
    assert view(BODY).lines == (
        "Ngày hội",
        "Sáng nay, hội mở màn.",
        "Chiều có thi đấu.",
        "• Kéo co",
        "• Bắn nỏ",
        "Quang cảnh ngày hội",
        "5 < 7 và 3 < 4",
    )


def test_photos_stand_with_what_is_written_under_them() -> None:
    [picture] = view(BODY).pictures
    assert (picture.url, picture.caption) == ("https://a.example/hoi.jpg", "Quang cảnh ngày hội")
    assert picture.alternative_text == "Đông người"


def test_what_is_taken_out_is_counted() -> None:
    lost = dict(view(BODY).lost)
    assert lost == {"<div>": 1, "class": 1, "style": 1, "on…=": 1, "<script>": 1, "<form>": 1, "<input>": 1}


def test_every_format_is_shown_alike() -> None:
    views = [judged(BASES[base].encode()).views[0] for base in ("rss", "atom", "json")]
    for shown in views:
        assert shown.title == "Khánh thành cầu treo Khuổi Dầu"
        assert shown.lead == "Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối."
        assert shown.lines[0] == "Sáng nay, cây cầu được khánh thành."
        assert shown.published == views[0].published


def test_a_text_without_markup_keeps_its_lines() -> None:
    second = judged(
        BASES["json"].replace("Cuộc họp kéo dài đến khuya.", r"Họp a<b.\nĐến khuya & sáng.").encode()
    ).views[1]
    assert second.lines == ("Họp a<b.", "Đến khuya & sáng.")


@pytest.mark.parametrize("left_open", ["<iframe src='x'>b", "<textarea>b", "<iframe>b</iframe>"])
def test_nothing_that_the_reader_never_sees_is_shown(left_open: str) -> None:
    assert visible_lines(f"<p>a</p>{left_open}") == ["a"]
