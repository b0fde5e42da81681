"""Faultless documents, one of each format, and what to change in them so that exactly one rule is broken."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from feeds.lint import Report, lint
from store.types import VIETNAM

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=VIETNAM)

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/" \
xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:at="http://purl.org/atompub/tombstones/1.0">
<channel>
<title>Tin xã Nậm Lam</title>
<link>https://namlam.example/tin</link>
<description>Tin của Ủy ban nhân dân xã Nậm Lam.</description>
<atom:link rel="self" type="application/rss+xml" href="https://namlam.example/tin.rss"/>
<language>vi</language>
<lastBuildDate>Thu, 19 Nov 2026 16:00:00 +0700</lastBuildDate>
<ttl>15</ttl>
<image><url>https://namlam.example/bieu-tuong.png</url><title>Tin xã Nậm Lam</title>\
<link>https://namlam.example/tin</link><width>144</width><height>144</height></image>
<at:deleted-entry ref="urn:x:0" when="2026-11-18T08:00:00+07:00"><at:comment>Đăng nhầm.</at:comment></at:deleted-entry>
<item>
<title>Khánh thành cầu treo Khuổi Dầu</title>
<link>https://namlam.example/tin/2</link>
<description>Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối.</description>
<content:encoded>&lt;p&gt;Sáng nay, cây cầu được khánh thành.&lt;/p&gt;\
&lt;figure&gt;&lt;img src="https://namlam.example/cau.jpg" alt="Cây cầu mới"&gt;\
&lt;figcaption&gt;Cầu Khuổi Dầu&lt;/figcaption&gt;&lt;/figure&gt;</content:encoded>
<guid isPermaLink="false">urn:x:2</guid>
<category domain="https://namlam.example/chuyen-muc">Giao thông</category>
<enclosure url="https://namlam.example/cau.jpg" length="120345" type="image/jpeg"/>
<pubDate>Thu, 19 Nov 2026 09:30:00 +0700</pubDate>
<atom:updated>2026-11-19T15:00:00+07:00</atom:updated>
<dc:creator>Hoàng Lan</dc:creator>
<source url="https://tinh.example/tin.rss">Tin tỉnh</source>
<media:content url="https://namlam.example/cau.jpg" type="image/jpeg" medium="image" fileSize="120345" width="1280" \
height="854"><media:description>Cầu Khuổi Dầu</media:description>\
<media:thumbnail url="https://namlam.example/cau-nho.jpg"/></media:content>
</item>
<item>
<title>Họp thôn bàn việc làm đường bê tông</title>
<link>https://namlam.example/tin/1</link>
<description>Bà con góp hai nghìn ngày công.</description>
<guid isPermaLink="false">urn:x:1</guid>
<enclosure url="https://namlam.example/hop.jpg" length="98000" type="image/jpeg"/>
<pubDate>Wed, 18 Nov 2026 19:00:00 +0700</pubDate>
<dc:creator>Minh Hà</dc:creator>
</item>
</channel>
</rss>
"""

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/" \
xmlns:fh="http://purl.org/syndication/history/1.0" xmlns:at="http://purl.org/atompub/tombstones/1.0" xml:lang="vi">
<id>urn:x:feed</id>
<title>Tin xã Nậm Lam</title>
<updated>2026-11-19T16:00:00+07:00</updated>
<author><name>Ủy ban nhân dân xã Nậm Lam</name></author>
<link rel="self" type="application/atom+xml" href="https://namlam.example/tin.atom"/>
<link rel="alternate" type="text/html" href="https://namlam.example/tin"/>
<link rel="prev-archive" href="https://namlam.example/kho/1.atom"/>
<subtitle>Tin của xã.</subtitle>
<icon>https://namlam.example/bieu-tuong.png</icon>
<entry>
<id>urn:x:2</id>
<title>Khánh thành cầu treo Khuổi Dầu</title>
<updated>2026-11-19T15:00:00+07:00</updated>
<published>2026-11-19T09:30:00+07:00</published>
<author><name>Hoàng Lan</name></author>
<link rel="alternate" type="text/html" href="https://namlam.example/tin/2"/>
<link rel="enclosure" type="image/jpeg" length="120345" href="https://namlam.example/cau.jpg" title="Cầu Khuổi Dầu"/>
<category term="giao-thong" scheme="https://namlam.example/chuyen-muc" label="Giao thông"/>
<summary type="text">Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối.</summary>
<content type="html">&lt;p&gt;Sáng nay, cây cầu được khánh thành.&lt;/p&gt;</content>
<source><id>urn:x:tinh</id><title>Tin tỉnh</title><updated>2026-11-19T09:00:00+07:00</updated></source>
</entry>
<entry>
<id>urn:x:1</id>
<title type="html">Họp thôn bàn việc làm đường bê tông</title>
<updated>2026-11-18T19:00:00+07:00</updated>
<published>2026-11-18T19:00:00+07:00</published>
<link rel="alternate" type="text/html" href="https://namlam.example/tin/1"/>
<link rel="enclosure" type="image/jpeg" length="98000" href="https://namlam.example/hop.jpg" title="Họp thôn"/>
<summary>Bà con góp hai nghìn ngày công.</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Cuộc họp kéo dài đến khuya.</p></div></content>
</entry>
</feed>
"""

JSON = """{
"version": "https://jsonfeed.org/version/1.1",
"title": "Tin xã Nậm Lam",
"home_page_url": "https://namlam.example/tin",
"feed_url": "https://namlam.example/tin.json",
"next_url": "https://namlam.example/kho/1.json",
"language": "vi",
"authors": [{"name": "Ủy ban nhân dân xã Nậm Lam", "url": "https://namlam.example/"}],
"hubs": [{"type": "WebSub", "url": "https://namlam.example/hub"}],
"_rieng": {"ghi_chu": "của riêng xã"},
"items": [
{
"id": "urn:x:2",
"url": "https://namlam.example/tin/2",
"title": "Khánh thành cầu treo Khuổi Dầu",
"summary": "Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối.",
"content_html": "<p>Sáng nay, cây cầu được khánh thành.</p>",
"image": "https://namlam.example/cau.jpg",
"date_published": "2026-11-19T09:30:00+07:00",
"date_modified": "2026-11-19T15:00:00+07:00",
"tags": ["Giao thông"],
"attachments": [
{"url": "https://namlam.example/cau.jpg", "mime_type": "image/jpeg", "size_in_bytes": 120345, "title": "Cầu"},
{"url": "https://namlam.example/hoi.jpg", "mime_type": "image/jpeg", "size_in_bytes": 98001, "title": "Hội"}
]
},
{
"id": "urn:x:1",
"url": "https://namlam.example/tin/1",
"title": "Họp thôn bàn việc làm đường bê tông",
"summary": "Bà con góp hai nghìn ngày công.",
"content_text": "Cuộc họp kéo dài đến khuya.",
"image": "https://namlam.example/hop.jpg",
"date_published": "2026-11-18T19:00:00+07:00"
}
]
}
"""

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0">
<head><title>Các kênh tin xã Nậm Lam</title></head>
<body>
<outline text="Tất cả" title="Tất cả" type="rss" xmlUrl="https://namlam.example/tin.rss" \
htmlUrl="https://namlam.example/tin" language="vi"/>
<outline text="Nông nghiệp">
<outline text="Lúa" title="Lúa" type="rss" xmlUrl="https://namlam.example/lua.rss" \
htmlUrl="https://namlam.example/lua" language="vi"/>
</outline>
</body>
</opml>
"""

BASES: Mapping[str, str] = {"rss": RSS, "atom": ATOM, "json": JSON, "opml": OPML}


@dataclass(frozen=True)
class Case:
    """One rule, and the replacements in a faultless document that break it alone."""

    rule: str
    base: str
    changes: tuple[tuple[str, str], ...]
    label: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.rule, self.base, self.label)))

    def document(self) -> bytes:
        text = BASES[self.base]
        for old, new in self.changes:
            assert old in text, (self.name, old)
            text = text.replace(old, new, 1)
        return text.encode("utf-8", "surrogatepass")


def case(rule: str, base: str, *changes: tuple[str, str], label: str = "") -> Case:
    return Case(rule, base, changes, label)


def judged(document: bytes) -> Report:
    return lint(document, name="thử", now=NOW)


def rules_of(document: bytes) -> list[str]:
    return [finding.rule.id for finding in judged(document).findings]


def feed_with(count: int, changed: Callable[[int], Mapping[str, object]]) -> bytes:
    """Write a JSON Feed of so many entries, each with what is changed in it."""
    items = [
        {
            "id": f"urn:x:{number}",
            "url": f"https://namlam.example/tin/{number}",
            "title": f"Bản tin về cây cầu treo số {number}",
            "summary": "Ngắn gọn.",
            "content_text": "Nội dung.",
            "image": f"https://namlam.example/{number}.jpg",
            "date_published": (NOW - timedelta(hours=number)).isoformat(),
            **changed(number),
        }
        for number in range(1, count + 1)
    ]
    return json.dumps(json.loads(JSON) | {"items": items}, ensure_ascii=False).encode()
