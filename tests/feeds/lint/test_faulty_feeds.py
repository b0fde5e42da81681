"""Feeds with the faults that public sites really have: what an editor is told, and told first."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feeds.lint import Language, Level, Scope
from tests.feeds.lint.documents import BASES, judged

PORTAL = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel>
<title>Cá»•ng thÃ´ng tin xÃ£ Khau Sen</title>
<link>http://localhost/khausen</link>
<description>Tin tức &amp;quot;nóng&amp;quot; của xã</description>
<item>
<title>Thông báo lịch phun thuốc trừ sâu ở cánh đồng Nà Lại</title>
<link>/tin-tuc/lich-phun?id=12&loai=3</link>
<description><![CDATA[<div style="text-align:justify"><img src="/anh/ruong.jpg">
Sáng mai, hợp tác xã phun thuốc.</div>]]></description>
<pubDate>12/11/2026 07:30 SA</pubDate>
</item>
<item>
<title>Lịch cắt điện thôn Bản Vằng từ ngày 15 tháng 11</title>
<link>http://khausen.example/tin-tuc/cat-dien</link>
<description>Điện cắt từ 7 giờ đến 11 giờ.</description>
<pubDate>Wed, 11 Nov 2026 15:00:00 GMT+7</pubDate>
<enclosure url="http://khausen.example/anh/cat-dien.jpg" length="0" type="image/jpeg"/>
</item>
</channel></rss>
"""

TWO_SELVES = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>khau-sen</id><title>Tin xã Khau Sen</title><updated>2026-11-20T01:59:58Z</updated>
<link rel="self" href="http://khausen.example/atom"/><link rel="self" href="http://khausen.example/atom?trang=1"/>
<entry><id>1</id><title>Tin một</title><updated>2026-11-20T01:59:58Z</updated>
<content>&lt;p&gt;Xem ảnh&lt;/p&gt;</content></entry>
<entry><id>1</id><title>Tin hai</title><updated>2026-11-20</updated><content type="html">Đang cập nhật</content></entry>
</feed>
"""


def told(document: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for finding in judged(document.encode()).findings:
        found.setdefault(finding.rule.id, set()).add(finding.sentence(Language.VIETNAMESE))
    return found


def test_a_portal_with_the_usual_faults() -> None:
    found = told(PORTAL)
    assert set(found) >= {
        "xml.ampersand",
        "address.not-absolute",
        "address.html-relative",
        "address.private",
        "date.not-rfc822",
        "date.zone-invalid",
        "rss.guid-missing",
        "rss.enclosure-length",
        "rss.language-missing",
        "link.self-missing",
        "text.double-escaped",
        "text.mojibake",
        "reader.markup-lost",
        "reader.alternative-text-missing",
    }
    assert any("“Thu, 12 Nov 2026 07:30:00 +0700”" in sentence for sentence in found["date.not-rfc822"])
    assert any("“Wed, 11 Nov 2026 15:00:00 +0700”" in sentence for sentence in found["date.zone-invalid"])


def test_a_feed_with_two_selves_and_its_clock_for_dates() -> None:
    found = told(TWO_SELVES)
    assert set(found) >= {
        "link.self-repeated",
        "link.self-type",
        "atom.id-not-absolute",
        "atom.author-missing",
        "atom.published-missing",
        "atom.language-missing",
        "atom.markup-as-text",
        "atom.alternate-missing",
        "date.not-rfc3339",
        "entry.id-repeated",
        "entry.title-short",
    }


def test_the_gravest_stands_first_within_each_place() -> None:
    findings = judged(PORTAL.encode()).findings
    levels = list(Level)
    for number in (None, 1, 2):
        here = [finding for finding in findings if finding.place.number == number]
        grades = [levels.index(finding.level) for finding in here if number or finding.place.scope is Scope.CHANNEL]
        assert len(grades) > 2
        assert grades == sorted(grades)


@pytest.mark.parametrize("charset", ["windows-1258", "utf-16", "latin-1"])
def test_another_charset_is_told_and_the_feed_judged_all_the_same(charset: str) -> None:
    text = BASES["rss"].replace("UTF-8", charset)
    report = judged(text.encode(charset, "xmlcharrefreplace"))
    rules = {finding.rule.id for finding in report.findings}
    assert rules & {"xml.encoding-declared", "document.not-utf-8"}


@settings(deadline=None)
@given(
    data=st.binary(max_size=300), base=st.sampled_from(sorted(BASES)), at=st.integers(0, 3000), cut=st.integers(0, 40)
)
@example(data=b"\xed\xa0\x80\x00\\ud800", base="json", at=900, cut=0)
@example(data=b"<![CDATA[<p \x0b>", base="rss", at=1500, cut=3)
def test_no_bytes_make_it_fail(data: bytes, base: str, at: int, cut: int) -> None:
    whole = BASES[base].encode()
    report = judged(whole[:at] + data + whole[at + cut :])
    for finding in report.findings:
        for language in Language:
            sentence = finding.sentence(language)
            assert sentence.isprintable()
    judged(data)


def test_one_wrong_item_hides_none_of_the_others() -> None:
    document = '{"version": "https://jsonfeed.org/version/1.1", "title": "Tin", "items": [%s, %s, null]}'
    item = '{"id": "1", "content_text": "Tin"}'
    found = told(document % (item, item))
    assert {"json.type", "entry.id-repeated"} <= found.keys()
    assert "feed.empty" not in found
