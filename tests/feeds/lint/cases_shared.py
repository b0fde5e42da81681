"""For every rule that all formats share: what breaks it and nothing else."""

from __future__ import annotations

import unicodedata

from tests.feeds.lint.documents import Case, case

TITLE = "Khánh thành cầu treo Khuổi Dầu"
LEAD = "Cầu dài 84 m nối hai thôn, bà con không còn phải lội suối."
BODY = "&lt;p&gt;Sáng nay, cây cầu được khánh thành.&lt;/p&gt;"
PUBLISHED = "Thu, 19 Nov 2026 09:30:00 +0700"
IMG = '&lt;img src="https://namlam.example/cau.jpg" alt="Cây cầu mới"&gt;'
TITLE_IN_JSON = '"title": "Khánh thành cầu treo Khuổi Dầu"'
LINK_2 = "<link>https://namlam.example/tin/2</link>"


def body(html: str) -> tuple[str, str]:
    """Put a body into the first item of RSS."""
    return (BODY, html.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def image(html: str) -> tuple[str, str]:
    """Put other HTML where the photo of the first item stands."""
    return (IMG, html.replace("<", "&lt;").replace(">", "&gt;"))


DOCUMENT_CASES: tuple[Case, ...] = (
    case("document.bom", "rss", ("<?xml", "\ufeff<?xml")),
    case("document.bom", "json", ("{", "\ufeff{"), label="json"),
    case("xml.declaration-missing", "rss", ('<?xml version="1.0" encoding="UTF-8"?>\n', "")),
    case("xml.encoding-declared", "rss", ('encoding="UTF-8"', 'encoding="windows-1258"')),
    case("xml.dtd", "rss", ("<rss ", '<!DOCTYPE rss SYSTEM "rss-0.91.dtd">\n<rss ')),
    case("xml.dtd", "rss", ("<rss ", '<!DOCTYPE rss [<!ENTITY a "b">]>\n<rss '), label="entity"),
    case("xml.space-before", "rss", ("<?xml", "\n\n<?xml")),
    case("xml.control-character", "rss", ("Cầu dài", "Cầu\x0b dài")),
    case("xml.control-character", "rss", ("Cầu dài", "Cầu &#x1F; dài"), label="reference"),
    case("xml.ampersand", "rss", ("tin/2</link>", "tin/2?a=1&b=2</link>")),
    case("xml.entity", "rss", ("Cầu dài", "Cầu&nbsp;dài")),
    case("xml.not-well-formed", "rss", ("</item>\n<item>", "<item>")),
    case("xml.namespace", "rss", ("http://search.yahoo.com/mrss/", "http://search.yahoo.com/mrss")),
    case("xml.namespace", "rss", ("http://purl.org/dc/elements/1.1/", "https://purl.org/dc/elements/1.1/"), label="dc"),
)

TEXT_CASES: tuple[Case, ...] = (
    case("text.mojibake", "rss", (TITLE, TITLE.encode().decode("cp1252", "replace").replace("\ufffd", "\x81"))),
    case("text.mojibake", "json", (LEAD, "Bà con khÃ´ng cÃ²n lá»™i suá»‘i."), label="json"),
    case("text.legacy-font", "rss", (LEAD, "Céng hßa x· héi chñ nghÜa ViÖt Nam")),
    case("text.decomposed", "atom", (TITLE, unicodedata.normalize("NFD", TITLE))),
    case("text.replacement-character", "atom", (LEAD, "Bà con không còn l\ufffdi suối.")),
    case("text.control-character", "json", (LEAD, r"Cầu dài 84 m.\u000b")),
    case("text.control-character", "json", (LEAD, r"Cầu dài 84 m.\ud83d"), label="surrogate"),
    case("text.double-escaped", "rss", (TITLE, "Cầu &amp;quot;Khuổi Dầu&amp;quot; thông xe")),
    case("text.double-escaped", "atom", (BODY, "&amp;lt;p&amp;gt;Sáng nay.&amp;lt;/p&amp;gt;"), label="body"),
    case("text.entity-shown", "json", (TITLE_IN_JSON, '"title": "AT&amp;T khánh thành cầu treo Khuổi Dầu"')),
    case("text.html-in-title", "rss", (TITLE, "Khánh thành &lt;b&gt;cầu treo&lt;/b&gt; Khuổi Dầu")),
    case("text.html-in-title", "json", (TITLE_IN_JSON, '"title": "Khánh thành<br>cầu treo Khuổi Dầu"'), label="json"),
)

DATE_CASES: tuple[Case, ...] = (
    case("date.not-rfc822", "rss", (PUBLISHED, "19/11/2026 09:30")),
    case("date.not-rfc822", "rss", (PUBLISHED, "2026-11-19T09:30:00+07:00"), label="of Atom"),
    case("date.not-rfc822", "rss", (PUBLISHED, "Thu, 31 Nov 2026 09:30:00 +0700"), label="no such day"),
    case("date.year-two-digits", "rss", (PUBLISHED, "Thu, 19 Nov 26 09:30:00 +0700")),
    case("date.weekday-wrong", "rss", (PUBLISHED, "Fri, 19 Nov 2026 09:30:00 +0700")),
    case("date.weekday-wrong", "rss", (PUBLISHED, "Thứ Năm, 19 Nov 2026 09:30:00 +0700"), label="Vietnamese"),
    case("date.zone-invalid", "rss", (PUBLISHED, "Thu, 19 Nov 2026 09:30:00 GMT+7")),
    case("date.zone-invalid", "rss", (PUBLISHED, "Thu, 19 Nov 2026 09:30:00"), label="missing"),
    case("date.zone-named", "rss", (PUBLISHED, "Thu, 19 Nov 2026 02:30:00 GMT")),
    case("date.not-rfc3339", "atom", ("2026-11-19T09:30:00+07:00", "19/11/2026")),
    case("date.not-rfc3339", "json", ("2026-11-19T09:30:00+07:00", "2026-11-19 09:30"), label="json"),
    case("date.no-offset", "json", ("2026-11-19T09:30:00+07:00", "2026-11-19T09:30:00")),
    case(
        "date.future",
        "rss",
        (PUBLISHED, "Thu, 26 Nov 2026 09:30:00 +0700"),
        ("<atom:updated>2026-11-19T15:00:00+07:00</atom:updated>", ""),
    ),
    case("date.future", "json", ("2026-11-19T15:00:00+07:00", "2026-11-29T15:00:00+07:00"), label="json"),
    case("date.updated-before-published", "json", ("2026-11-19T15:00:00+07:00", "2026-11-19T05:00:00+07:00")),
    case("date.feed-older-than-entry", "atom", ("2026-11-19T16:00:00+07:00", "2026-11-19T06:00:00+07:00")),
    case("date.order", "json", ("2026-11-18T19:00:00+07:00", "2026-11-19T19:00:00+07:00")),
)

ADDRESS_CASES: tuple[Case, ...] = (
    case("address.not-absolute", "rss", (LINK_2, "<link>/tin/2</link>")),
    case(
        "address.not-absolute",
        "json",
        ('"image": "https://namlam.example/hop.jpg"', '"image": "hop.jpg"'),
        label="json",
    ),
    case("address.malformed", "rss", (LINK_2, "<link>https://namlam.example/tin xã/2</link>")),
    case(
        "address.malformed",
        "json",
        ('"url": "https://namlam.example/tin/2"', '"url": "https://[namlam/tin/2"'),
        label="host",
    ),
    case("address.scheme", "rss", (LINK_2, "<link>file:///var/www/tin/2</link>")),
    case("address.not-ascii", "rss", (LINK_2, "<link>https://namlam.example/cầu-treo</link>")),
    case("address.html-relative", "rss", image('<img src="/cau.jpg" alt="Cây cầu mới">')),
    case(
        "address.html-relative",
        "rss",
        image('<img src="https://namlam.example/a.jpg" srcset="https://namlam.example/a.jpg 1x, b.jpg 2x" alt="Cầu">'),
        label="srcset",
    ),
    case("address.html-not-ascii", "rss", image('<img src="https://namlam.example/cầu.jpg" alt="Cây cầu mới">')),
    case("address.private", "json", ('"url": "https://namlam.example/tin/2"', '"url": "http://192.168.1.9/tin/2"')),
    case("address.private", "json", ("https://namlam.example/hop.jpg", "http://may-chu/hop.jpg"), label="name"),
)

ENTRY_CASES: tuple[Case, ...] = (
    case("entry.title-missing", "rss", (f"<title>{TITLE}</title>", "")),
    case("entry.title-missing", "atom", (f"<title>{TITLE}</title>", "<title/>"), label="atom"),
    case("entry.title-short", "rss", (TITLE, "Cầu treo")),
    case("entry.title-long", "json", (TITLE_IN_JSON, f'"title": "{"Khánh thành cầu treo Khuổi Dầu " * 5}"')),
    case("entry.lead-missing", "rss", (f"<description>{LEAD}</description>", "")),
    case("entry.lead-missing", "json", (f'"summary": "{LEAD}",', ""), label="json"),
    case("entry.lead-equals-title", "rss", (LEAD, TITLE)),
    case("entry.image-missing", "json", ('"image": "https://namlam.example/hop.jpg",', "")),
    case("entry.id-repeated", "rss", (">urn:x:1<", ">urn:x:2<")),
    case("entry.id-repeated", "json", ('"urn:x:1"', '"urn:x:2"'), label="json"),
    case(
        "entry.url-repeated",
        "atom",
        ('text/html" href="https://namlam.example/tin/1"', 'text/html" href="https://namlam.example/tin/2"'),
    ),
    case("entry.title-repeated", "rss", ("Họp thôn bàn việc làm đường bê tông", TITLE)),
    case("reader.content-lost", "rss", body('<iframe src="https://phim.example/cau"></iframe>')),
    case("reader.content-lost", "rss", body("<p>Cầu</p><script>dem()</script>"), label="script"),
    case("reader.markup-lost", "rss", body('<div class="than-bai" style="color:red"><p>Sáng nay.</p></div>')),
    case("reader.image-without-source", "rss", image('<img data-src="https://namlam.example/cau.jpg" alt="Cầu">')),
    case("reader.image-inside", "rss", image('<img src="data:image/png;base64,AAAA" alt="Cầu">')),
    case("reader.alternative-text-missing", "rss", image('<img src="https://namlam.example/cau.jpg">')),
    case("reader.image-tracking", "rss", image('<img src="https://dem.example/1.gif" width="1" height="1" alt="">')),
)
