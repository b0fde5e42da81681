"""For every rule of a format: what breaks it and nothing else."""

from __future__ import annotations

from tests.feeds.lint.documents import Case, case

ITEM_2 = '<guid isPermaLink="false">urn:x:2</guid>'
ENCLOSURE = '<enclosure url="https://namlam.example/cau.jpg" length="120345" type="image/jpeg"/>'
CHANNEL_LINK = "<link>https://namlam.example/tin</link>\n"
CONTENT_START, CONTENT_END = '<media:content url="https://namlam.example/cau.jpg"', "</media:content>"
SELF = '<link rel="self" type="application/atom+xml" href="https://namlam.example/tin.atom"/>'
RSS_SELF = '<atom:link rel="self" type="application/rss+xml" href="https://namlam.example/tin.rss"/>'
ATOM_ENCLOSURE = 'length="120345" href="https://namlam.example/cau.jpg" title="Cầu Khuổi Dầu"'
ALTERNATE_2 = '<link rel="alternate" type="text/html" href="https://namlam.example/tin/2"/>'
PREVIOUS = '<link rel="prev-archive" href="https://namlam.example/kho/1.atom"/>'
CONTENT = '<content type="html">&lt;p&gt;Sáng nay, cây cầu được khánh thành.&lt;/p&gt;</content>'
SUMMARY = "Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối."
DELETED = '<at:deleted-entry ref="urn:x:0" when="2026-11-18T08:00:00+07:00"><at:comment>Đăng nhầm.</at:comment>'
SECOND_PHOTO = (
    '<media:content url="https://namlam.example/b.jpg" type="image/jpeg" medium="image" fileSize="5" width="9" '
    'height="9">'
    "<media:description>Khác</media:description></media:content>"
)

RSS_CASES: tuple[Case, ...] = (
    case("rss.version", "rss", ('version="2.0" xmlns', 'version="0.92" xmlns')),
    case("rss.channel-element-missing", "rss", ("<title>Tin xã Nậm Lam</title>\n", "")),
    case(
        "rss.channel-element-missing",
        "rss",
        (CHANNEL_LINK, "<link></link>\n"),
        ("<link>https://namlam.example/tin</link><width>", "<link>https://namlam.example/tin</link><width>"),
        label="link",
    ),
    case("rss.channel-element-missing", "rss", ("<description>Tin của Ủy ban nhân dân xã Nậm Lam.</description>", "")),
    case("rss.element-repeated", "rss", (ITEM_2, ITEM_2 + ITEM_2)),
    case("rss.element-repeated", "rss", ("<ttl>15</ttl>", "<ttl>15</ttl><ttl>60</ttl>"), label="channel"),
    case("rss.items-not-last", "rss", ("<ttl>15</ttl>", ""), ("</channel>", "<ttl>15</ttl></channel>")),
    case("rss.language-missing", "rss", ("<language>vi</language>", "")),
    case("rss.language-invalid", "rss", ("<language>vi</language>", "<language>Tiếng Việt</language>")),
    case("rss.last-build-date-missing", "rss", ("<lastBuildDate>Thu, 19 Nov 2026 16:00:00 +0700</lastBuildDate>", "")),
    case("rss.ttl-missing", "rss", ("<ttl>15</ttl>", "")),
    case("rss.ttl-invalid", "rss", ("<ttl>15</ttl>", "<ttl>15 phút</ttl>")),
    case("rss.image-incomplete", "rss", ("<url>https://namlam.example/bieu-tuong.png</url>", "")),
    case("rss.image-differs", "rss", ("</url><title>Tin xã Nậm Lam</title>", "</url><title>Biểu tượng</title>")),
    case("rss.image-too-large", "rss", ("<width>144</width>", "<width>145</width>")),
    case("rss.image-too-large", "rss", ("<height>144</height>", "<height>401</height>"), label="height"),
    case("rss.link-missing", "rss", ("<link>https://namlam.example/tin/2</link>", "")),
    case("rss.guid-missing", "rss", (ITEM_2, "")),
    case("rss.guid-missing", "rss", (ITEM_2, '<guid isPermaLink="false"> </guid>'), label="blank"),
    case("rss.guid-not-a-link", "rss", (ITEM_2, "<guid>tin-2</guid>")),
    case("rss.guid-is-address", "rss", (ITEM_2, "<guid>https://namlam.example/tin/2</guid>")),
    case("rss.guid-attribute", "rss", (ITEM_2, '<guid isPermaLink="không">urn:x:2</guid>')),
    case("rss.pub-date-missing", "rss", ("<pubDate>Wed, 18 Nov 2026 19:00:00 +0700</pubDate>", "")),
    case(
        "rss.description-after-content",
        "rss",
        (f"<description>{SUMMARY}</description>\n", ""),
        (ITEM_2, f"<description>{SUMMARY}</description>{ITEM_2}"),
    ),
    case("rss.author-and-creator", "rss", (ITEM_2, ITEM_2 + "<author>lan@namlam.example</author>")),
    case("rss.author-not-mail", "rss", ("<dc:creator>Minh Hà</dc:creator>", "<author>Minh Hà</author>")),
    case("rss.category-empty", "rss", (">Giao thông</category>", "></category>")),
    case("rss.category-domain-missing", "rss", (' domain="https://namlam.example/chuyen-muc"', "")),
    case("rss.enclosure-repeated", "rss", (ENCLOSURE, ENCLOSURE + ENCLOSURE)),
    case("rss.enclosure-not-lead", "rss", (ENCLOSURE, ENCLOSURE.replace("cau.jpg", "nho.jpg"))),
    case("rss.enclosure-url-missing", "rss", (ENCLOSURE, '<enclosure length="120345" type="image/jpeg"/>')),
    case("rss.enclosure-length", "rss", ('length="120345"', 'length="0"'), label="zero"),
    case("rss.enclosure-length", "rss", (' length="120345"', ""), label="missing"),
    case("rss.enclosure-length", "rss", ('length="120345"', 'length="120 kB"'), label="words"),
    case("rss.enclosure-type", "rss", ('length="120345" type="image/jpeg"', 'length="120345" type="ảnh"')),
    case("rss.source-url-missing", "rss", ('<source url="https://tinh.example/tin.rss">', "<source>")),
)

ATOM_CASES: tuple[Case, ...] = (
    case("atom.element-missing", "atom", ("<id>urn:x:feed</id>", ""), label="feed id"),
    case("atom.element-missing", "atom", ("<updated>2026-11-19T16:00:00+07:00</updated>", ""), label="feed updated"),
    case("atom.element-missing", "atom", ("<title>Tin xã Nậm Lam</title>", ""), label="feed title"),
    case("atom.element-missing", "atom", ("<id>urn:x:2</id>", ""), label="id"),
    case("atom.element-missing", "atom", ("<updated>2026-11-19T15:00:00+07:00</updated>", ""), label="updated"),
    case("atom.element-repeated", "atom", ("<id>urn:x:2</id>", "<id>urn:x:2</id><id>urn:x:3</id>")),
    case("atom.id-not-absolute", "atom", ("<id>urn:x:2</id>", "<id>2</id>")),
    case("atom.id-not-absolute", "atom", ("<id>urn:x:feed</id>", "<id>tin xã</id>"), label="feed"),
    case("atom.published-missing", "atom", ("<published>2026-11-18T19:00:00+07:00</published>", "")),
    case("atom.language-missing", "atom", (' xml:lang="vi"', "")),
    case("atom.author-missing", "atom", ("<author><name>Ủy ban nhân dân xã Nậm Lam</name></author>", "")),
    case("atom.author-name-missing", "atom", ("<name>Hoàng Lan</name>", "<email>lan@namlam.example</email>")),
    case("atom.link-href-missing", "atom", (ALTERNATE_2, ALTERNATE_2 + '<link rel="related"/>')),
    case("atom.alternate-missing", "atom", (ALTERNATE_2, "")),
    case(
        "atom.alternate-missing",
        "atom",
        ('<link rel="alternate" type="text/html" href="https://namlam.example/tin"/>', ""),
        label="feed",
    ),
    case("atom.alternate-repeated", "atom", (ALTERNATE_2, ALTERNATE_2 + ALTERNATE_2.replace("tin/2", "tin/2a"))),
    case("atom.enclosure-length", "atom", ('length="120345"', 'length="0"')),
    case(
        "atom.enclosure-type",
        "atom",
        ('type="image/jpeg" length="98000"', 'type="jpeg" length="98000"'),
        (
            "<summary>Bà con",
            SECOND_PHOTO + "<summary>Bà con",
        ),
    ),
    case("atom.enclosure-title", "atom", (ATOM_ENCLOSURE, ATOM_ENCLOSURE.replace(' title="Cầu Khuổi Dầu"', ""))),
    case("atom.category-term-missing", "atom", ('term="giao-thong" ', "")),
    case("atom.category-incomplete", "atom", (' label="Giao thông"', "")),
    case("atom.text-type", "atom", ('<content type="html">', '<content type="CDATA">')),
    case("atom.html-not-escaped", "atom", (CONTENT, '<content type="html"><p>Sáng nay.</p></content>')),
    case(
        "atom.xhtml-without-div",
        "atom",
        ('<div xmlns="http://www.w3.org/1999/xhtml"><p>Cuộc họp kéo dài đến khuya.</p></div>', "<p>Khuya.</p>"),
    ),
    case(
        "atom.markup-as-text",
        "atom",
        (CONTENT, CONTENT.replace('type="html"', 'type="text"')),
    ),
    case("atom.content-missing", "atom", (ALTERNATE_2, ""), (CONTENT, "")),
    case("atom.source-incomplete", "atom", ("<id>urn:x:tinh</id>", "")),
    case("link.self-missing", "atom", (SELF, "")),
    case("link.self-missing", "rss", (RSS_SELF, "")),
    case("link.self-repeated", "atom", (SELF, SELF + SELF.replace("tin.atom", "tin2.atom"))),
    case("link.self-repeated", "rss", (RSS_SELF, RSS_SELF + RSS_SELF.replace("https", "http"))),
    case("link.self-type", "rss", ('rel="self" type="application/rss+xml"', 'rel="self" type="text/xml"')),
    case("websub.hub-without-self", "atom", (SELF, '<link rel="hub" href="https://namlam.example/hub"/>')),
    case(
        "history.complete-and-archive",
        "atom",
        (PREVIOUS, '<fh:complete/><fh:archive/><link rel="current" href="https://namlam.example/t.atom"/>'),
    ),
    case("history.archive-without-current", "atom", (PREVIOUS, PREVIOUS + "<fh:archive/>")),
    case("history.next-outside-archive", "atom", (PREVIOUS, PREVIOUS.replace("prev", "next"))),
    case("history.link-to-itself", "atom", ("https://namlam.example/kho/1.atom", "https://namlam.example/tin.atom")),
    case("history.link-repeated", "atom", (PREVIOUS, PREVIOUS + PREVIOUS.replace("1.atom", "2.atom"))),
    case("tombstone.ref-missing", "rss", (' ref="urn:x:0"', "")),
    case("tombstone.when-missing", "rss", (' when="2026-11-18T08:00:00+07:00"', "")),
    case("tombstone.comment-missing", "rss", ("<at:comment>Đăng nhầm.</at:comment>", "")),
    case("tombstone.entry-present", "rss", ('ref="urn:x:0" when="2026-11-18', 'ref="urn:x:1" when="2026-11-19')),
    case(
        "tombstone.entry-present",
        "atom",
        (PREVIOUS, f"{PREVIOUS}{DELETED.replace('x:0', 'x:2').replace('-18T', '-20T')}</at:deleted-entry>"),
        label="atom",
    ),
)

JSON_CASES: tuple[Case, ...] = (
    case("json.not-well-formed", "json", ('"language": "vi",', '"language": "vi"')),
    case("json.not-well-formed", "json", ("120345", "NaN"), label="constant"),
    case("json.duplicate-member", "json", ('"language": "vi",', '"language": "vi", "language": "en",')),
    case("json.version", "json", ("https://jsonfeed.org/version/1.1", "1.1")),
    case("json.version-old", "json", ("https://jsonfeed.org/version/1.1", "https://jsonfeed.org/version/1")),
    case("json.type", "json", ('"tags": ["Giao thông"]', '"tags": "Giao thông"')),
    case("json.type", "json", ('"tags": ["Giao thông"]', '"tags": [1]'), label="part"),
    case("json.type", "json", ('"language": "vi"', '"language": 84'), label="head"),
    case("json.title-missing", "json", ('"title": "Tin xã Nậm Lam",', "")),
    case("json.home-page-url-missing", "json", ('"home_page_url": "https://namlam.example/tin",', "")),
    case("json.feed-url-missing", "json", ('"feed_url": "https://namlam.example/tin.json",', "")),
    case("json.language-missing", "json", ('"language": "vi",', "")),
    case(
        "json.authors-missing",
        "json",
        ('"authors": [{"name": "Ủy ban nhân dân xã Nậm Lam", "url": "https://namlam.example/"}],', ""),
        ('"id": "urn:x:2",', '"id": "urn:x:2", "authors": [{"name": "Hoàng Lan"}],'),
    ),
    case("json.author-old", "json", ('"id": "urn:x:2",', '"id": "urn:x:2", "author": {"name": "Hoàng Lan"},')),
    case("json.author-empty", "json", ('"id": "urn:x:2",', '"id": "urn:x:2", "authors": [{"ten": "Lan"}],')),
    case("json.id-missing", "json", ('"id": "urn:x:2",', "")),
    case("json.id-not-a-string", "json", ('"id": "urn:x:2",', '"id": 2,')),
    case("json.url-missing", "json", ('"url": "https://namlam.example/tin/2",', "")),
    case("json.content-missing", "json", ('"content_text": "Cuộc họp kéo dài đến khuya.",', "")),
    case("json.date-published-missing", "json", ('"date_published": "2026-11-19T09:30:00+07:00",', "")),
    case("json.attachment-member-missing", "json", ('"url": "https://namlam.example/hoi.jpg", ', "")),
    case(
        "json.attachment-member-missing",
        "json",
        ('"mime_type": "image/jpeg", "size_in_bytes": 98001', '"size_in_bytes": 98001'),
        label="type",
    ),
    case("json.attachment-size", "json", ('"size_in_bytes": 98001', '"size_in_bytes": 0')),
    case("json.attachment-size", "json", ('"size_in_bytes": 98001', '"size_in_bytes": "98 kB"'), label="words"),
    case("json.attachment-titles-equal", "json", ('"title": "Hội"', '"title": "Cầu"')),
    case("json.next-url-repeats", "json", ("https://namlam.example/kho/1.json", "https://namlam.example/tin.json")),
    case("json.hub-incomplete", "json", ('"type": "WebSub", ', "")),
    case("json.member-unknown", "json", ('"language": "vi",', '"language": "vi", "lanuage": "vi",')),
)

OPML_CASES: tuple[Case, ...] = (
    case("opml.version", "opml", ('version="2.0"', 'version="3.0"')),
    case("opml.title-missing", "opml", ("<title>Các kênh tin xã Nậm Lam</title>", "")),
    case("opml.text-missing", "opml", ('text="Lúa" ', "")),
    case("opml.type", "opml", ('title="Lúa" type="rss"', 'title="Lúa" type="atom"')),
    case("opml.xml-url-missing", "opml", (' xmlUrl="https://namlam.example/lua.rss"', "")),
    case("opml.attributes-missing", "opml", (' htmlUrl="https://namlam.example/lua"', "")),
    case("opml.xml-url-repeated", "opml", ("https://namlam.example/lua.rss", "https://namlam.example/tin.rss")),
)

MEDIA_CASES: tuple[Case, ...] = (
    case(
        "media.url-missing",
        "rss",
        ('<media:thumbnail url="https://namlam.example/cau-nho.jpg"/>', "<media:thumbnail/>"),
    ),
    case("media.type-missing", "rss", (' medium="image"', "")),
    case("media.size", "rss", ('fileSize="120345"', 'fileSize="0"')),
    case("media.dimensions-missing", "rss", (' width="1280"', "")),
    case("media.caption-missing", "rss", ("<media:description>Cầu Khuổi Dầu</media:description>", "")),
    case(
        "media.group",
        "rss",
        (CONTENT_START, "<media:group>" + CONTENT_START),
        (CONTENT_END, f"{CONTENT_END}{SECOND_PHOTO}</media:group>"),
    ),
    case(
        "media.photos-in-text-only",
        "rss",
        ('<enclosure url="https://namlam.example/hop.jpg" length="98000" type="image/jpeg"/>', ""),
        (
            "Bà con góp hai nghìn ngày công.",
            'Bà con góp công. &lt;img src="https://namlam.example/hop.jpg" alt="Họp"&gt;',
        ),
    ),
)
