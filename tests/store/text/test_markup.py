from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store.errors import MarkupRefused
from store.text.characters import is_xml_safe, settle
from store.text.markup import (
    absolute_urls,
    escape,
    figure,
    figure_numbers,
    fill_figures,
    paragraphs,
    plain_text,
    sanitise,
)

VOID = {"br", "hr", "img"}
FRAGMENTS = (
    "<p>", "</p>", "<div>", "</div>", "<b>", "</b>", "<em>", "<a href='/x'>", "</a>", "<a href='javascript:x'>",
    "<table>", "<tr>", "<td>", "</td>", "</tr>", "</table>", "<caption>", "<thead>", "<tbody>", "<th rowspan=2>",
    "<ul>", "<li>", "</li>", "</ul>", "<ol>", "<blockquote>", "</blockquote>", "<pre>", "</pre>", "<h1>", "</h1>",
    "<h3>", "<figure data-attachment=2>", "<figure>", "</figure>", "<figcaption>", "</figcaption>", "<img src=a>",
    "<img src='http://[' srcset='a 1x,b 2x'>", "<br>", "</br>", "<hr>", "<sub>", "<code>", "</code>", "<time>",
    "<abbr title='a\"&lt;'>", "<script>", "</script>", "<style>", "<svg>", "</svg>", "<math>", "<title>", "<form>",
    "<textarea>", "<!--", "-->", "<body>", "</body>", "</html>", "<span class=x>", "</span>", "<font x=1>",
    " ", "\n", "chữ", "Hội", "&nbsp;", "&amp;", "&lt;", "&", "<", ">", '"', "'", "&shy;", "&#0;", "&#xFFFE;", "\x01",
    "e\u0323", "\u0302", "]]>", "<![CDATA[", "<?x", "<noscript>", "<select>", "<option>", "<dl>", "<dt>", "<i>",
)  # fmt: skip


class Nesting(HTMLParser):
    """An independent reader that notes what is open and every tag that does not fit."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def nesting(html: str) -> Nesting:
    reader = Nesting()
    reader.feed(html)
    reader.close()
    return reader


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join) | st.text(max_size=60))
def test_any_markup_comes_out_nested_safe_and_settled(html: str) -> None:
    once = sanitise(html)
    reader = nesting(once)
    assert sanitise(once) == once
    assert (reader.open, reader.faults) == ([], [])
    assert reader.seen.isdisjoint({"script", "style", "svg", "math", "title", "textarea", "form", "noscript", "iframe"})
    assert is_xml_safe(once)
    assert "javascript:" not in once


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=30), max_size=4))
def test_paragraphs_are_sanitised_already_and_keep_their_text(texts: list[str]) -> None:
    html = paragraphs(texts)
    assert sanitise(html) == html
    assert plain_text(html).split() == settle(" ".join(texts)).split()


@pytest.mark.parametrize(
    ("html", "wanted"),
    [
        ("<h1>Tin</h1><h5>Nhỏ</h5>", "<h2>Tin</h2><h4>Nhỏ</h4>"),
        ("<p><b>a</b> <i>b</i> <u>c</u></p>", "<p><b>a</b> <em>b</em> c</p>"),
        ("<div>một<div>hai</div>ba</div>", "<p>một</p><p>hai</p><p>ba</p>"),
        ("<p>x</p></body></html><p>sau</p>", "<p>x</p><p>sau</p>"),
        ("<p>a</br>b</p>", "<p>a<br>b</p>"),
        ("<p>a&nbsp;b&shy;c\u200bd</p><p>&nbsp;</p>", "<p>a bcd</p>"),
        ("<p>e&#803;&#770;</p>", "<p>ệ</p>"),
        ("<p>t<script>alert(1)</script><style>p{}</style><!-- x --></p>", "<p>t</p>"),
        ("<svg><p>x</p></svg><iframe src=y></iframe><textarea>z</textarea>t", "t"),
        ("<form action=/x><p>chữ<input value=1></p></form>", "<p>chữ</p>"),
        ("<table><tr><td colspan=2>1<td>2</table>",
         '<table><tbody><tr><td colspan="2">1</td><td>2</td></tr></tbody></table>'),
        ("<p>a<figure data-attachment=3><img src=x><figcaption>chú thích</figcaption></figure>b</p>",
         '<p>a</p><figure data-attachment="3"></figure><p>b</p>'),
        ("<p>\n x </p><div>\n y</div>", "<p>x </p><p>y</p>"),
        ("<pre>\n\n  a\n b</pre>", "<pre>  a\n b</pre>"),
        ("<figure>x<figure data-attachment=2></figure>y</figure>",
         '<figure>x<figure data-attachment="2"></figure>y</figure>'),
        ("<b>a<em>b<b>c</b></em></b>", "<b>a<em>b</em></b><b><em>c</em></b>"),
        ("<figure data-attachment='3x'><img src=/a.jpg></figure>", '<figure><img src="/a.jpg"></figure>'),
        ('<a href="java\tscript:x">j</a>', "j"),
        ('<a href="vbscript:x">v</a><a href="data:text/html,x">d</a>', "vd"),
        ('<a href="tel:+84 24">t</a> <a href="mailto:a@b.vn">m</a>',
         '<a href="tel:+84 24">t</a> <a href="mailto:a@b.vn">m</a>'),
        ('<a href="/x?a=1&b=2" onclick=y style=z>k</a>', '<a href="/x?a=1&amp;b=2">k</a>'),
        ('<img src="data:image/png;base64,AA">', ""),
        ('<img src=a srcset="a 1x, javascript:b 2x, /c 3x" width=10 height=1e9 alt=\'"\'>',
         '<img src="a" srcset="a 1x, /c 3x" alt="&quot;" width="10">'),
        ('<abbr title="Ủy ban">UB</abbr> <time datetime="2020-12-30">x</time>',
         '<abbr title="Ủy ban">UB</abbr> <time datetime="2020-12-30">x</time>'),
    ],
)  # fmt: skip
def test_vocabulary(html: str, wanted: str) -> None:
    assert sanitise(html) == wanted


@pytest.mark.parametrize(
    ("html", "limit"),
    [
        ("<div>" * 19_000, "nested too deep"),
        ("<div>" * 100_000, "too many tags"),
        ("".join(f"<font x={n}><p>" for n in range(2500)), "open formatting"),
        ("<b>" * 5_000, "open formatting"),
        ("&" * 2_000_000, "run of too many"),
        ("& " * 200_000, "too many “&”"),
        ("<a " + " ".join(f"a{n}=1" for n in range(100_000)) + ">", "attributes in a tag"),
        ('<a x=">" ' + " ".join(f"a{n}" for n in range(100_000)) + ">", "attributes in a tag"),
        ("ế" * 700_000, "too many bytes"),
        ("<" * 2_000_000, "too many bytes"),
        ("<!--" + "x" * 3_000_000 + "-->", "too many bytes"),
        ("<p>x" * 19_000, "too many tags"),
    ],
)  # fmt: skip
@pytest.mark.timeout(60)
def test_heavy_markup_is_refused_with_the_name_of_the_limit(html: str, limit: str) -> None:
    with pytest.raises(MarkupRefused, match=limit) as refused:
        sanitise(html, field="body")
    assert refused.value.field == "body"
    assert refused.value.accepted


@pytest.mark.parametrize(
    "html",
    [
        "<!--" * 400_000,
        "<script" * 200_000,
        "<![CDATA[" * 200_000,
        "<body" * 400_000,
        '<a href="' + "x" * 2_000_000,
        "<a" + " " * 2_000_000 + ">",
        "<a " + "\"'" * 900_000,
        "<img src=x srcset='" + "a " * 900_000 + "'>",
        "</p>" * 19_000,
        " \n" * 900_000,
        "&#" + "9" * 2_000_000 + ";",
        "a" + "\u0301\u0323" * 400_000,
        "a" + "&#769;&#803;" * 40_000,
    ],
    ids=lambda html: html[:12],
)
@pytest.mark.timeout(60)
def test_long_inputs_that_mean_nothing_are_done_quickly(html: str) -> None:
    once = sanitise(html)
    assert sanitise(once) == once


def test_figures_are_listed_and_filled_in_order() -> None:
    body = f'<p>a</p>{figure(3)}<p>b</p><figure data-attachment="12"><img src="x"></figure>{figure(3)}'
    assert figure_numbers(body) == (3, 12, 3)
    assert fill_figures(body, lambda number: f"[{number}]") == "<p>a</p>[3]<p>b</p>[12][3]"
    assert sanitise(figure(3)) == figure(3)


def test_filling_leaves_other_figures_alone() -> None:
    body = '<figure><img src="/a"></figure>'
    assert fill_figures(body, lambda number: "!") == body


def test_addresses_become_absolute_once() -> None:
    html = (
        '<p title="src=&quot;x&quot;"><a href="../b?c=1&amp;d=2">src="y"</a><a href="#n">n</a>'
        '<img src="//h/i.jpg" srcset="i.jpg 1x, /j.jpg 2x" alt="href=z"><a href="mailto:a@b.vn">m</a></p>'
    )
    absolute = absolute_urls(html, "https://tin.example/a/x/y")
    assert absolute == (
        '<p title="src=&quot;x&quot;"><a href="https://tin.example/a/b?c=1&amp;d=2">src="y"</a>'
        '<a href="https://tin.example/a/x/y#n">n</a><img src="https://h/i.jpg" '
        'srcset="https://tin.example/a/x/i.jpg 1x, https://tin.example/j.jpg 2x" alt="href=z">'
        '<a href="mailto:a@b.vn">m</a></p>'
    )
    assert absolute_urls(absolute, "https://other.example/") == absolute


def test_absolute_addresses_keep_every_character() -> None:
    html = '<a href="HTTP://Tin.Example:80/a/../b?x=%c3%a0&amp;y">x</a><a href="http://[">y</a>'
    assert absolute_urls(html, "https://tin.example/") == html


def test_base_must_be_absolute() -> None:
    with pytest.raises(ValueError, match="absolute"):
        absolute_urls("<p>x</p>", "/a")


def test_plain_text_parts_blocks_and_lines() -> None:
    html = (
        f"<h2>Tin</h2>\n<p>một<br>hai &amp;\nba</p>{figure(1)}<figure><figcaption>ảnh</figcaption></figure>"
        "<ul><li>a</li><li>b</li></ul><table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    )
    assert plain_text(html) == "Tin\n\nmột\nhai & ba\n\na\n\nb\n\n1 2"


def test_escape_serves_text_and_attributes() -> None:
    assert escape('a<b & "c"') == "a&lt;b &amp; &quot;c&quot;"


def test_paragraphs_keep_line_breaks_and_leave_out_blank_ones() -> None:
    assert paragraphs(["a\nb", "  ", "<c>"]) == "<p>a<br>b</p>\n<p>&lt;c&gt;</p>\n"


def test_every_limit_leaves_room_for_a_long_report() -> None:
    row = "<tr>" + "<td><b>ô</b></td>" * 5 + "</tr>"
    html = f"<table>{row * 300}</table>" + "<p>đoạn <a href='/x'>liên kết</a></p>" * 500
    assert len(re.findall("<td>", sanitise(html))) == 1500
