"""What the Atom document promises to readers, element by element, and that the grammar of RFC 4287 takes it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from feeds.documents import atom
from feeds.documents.model import Channel, Entry
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY, FIVE_PHOTOS, document
from tests.support.strict_readers import NAMESPACES, XML_LANG

GRAMMAR = etree.RelaxNG(etree.parse(Path(__file__).with_name("schemas") / "atom.rng"))


def feed_of(channel: Channel = CHANNEL, *entries: Entry) -> etree._Element:
    return etree.fromstring(atom.render(channel, entries))


def entry_of(entry: Entry) -> etree._Element:
    return feed_of(CHANNEL, entry).find("atom:entry", NAMESPACES)


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text for found in element.findall(path, NAMESPACES)]


def links(element: etree._Element) -> list[dict[str, str]]:
    return [dict(link.attrib) for link in element.findall("atom:link", NAMESPACES)]


@pytest.mark.parametrize("case", CASES)
def test_grammar_takes_every_document(case: str) -> None:
    GRAMMAR.assertValid(feed_of(CASES[case].channel, *CASES[case].entries))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<id>urn:uuid:0f", "<id>urn uuid:0f"),
        ("<updated>2026-10-14T09:05:09+07:00</updated>", ""),
        ("T08:30:00+07:00</published>", "T08:30:00</published>"),
        ('type="html"', 'type="CDATA"'),
        ('length="180001"', 'length="nhiều"'),
        ("<name>Hoàng Lan</name>", ""),
        ("<subtitle>", "<abstract/><subtitle>"),
        ('term="nong-nghiep-nong-thon" ', ""),
    ],
)
def test_grammar_refuses_what_the_specification_forbids(old: str, new: str) -> None:
    document = atom.render(CHANNEL, [replace(ENTRY, photos=FIVE_PHOTOS)]).decode()
    assert old in document
    assert not GRAMMAR.validate(etree.fromstring(document.replace(old, new, 1).encode()))


@pytest.mark.parametrize("case", CASES)
def test_no_two_alternates_share_type_and_language(case: str) -> None:
    feed = feed_of(CASES[case].channel, *CASES[case].entries)
    for element in (feed, *feed.findall("atom:entry", NAMESPACES)):
        kinds = [(link.get("type"), link.get("hreflang")) for link in links(element) if link["rel"] == "alternate"]
        assert kinds
        assert len(kinds) == len(set(kinds))


def test_feed_says_what_it_is_in_which_language_and_who_answers_for_it() -> None:
    case = CASES["icon-and-rights"]
    feed = feed_of(case.channel)
    assert feed.attrib == {XML_LANG: "vi"}
    assert texts(feed, "atom:id") == [CHANNEL.id]
    assert texts(feed, "atom:title") == [CHANNEL.title]
    assert texts(feed, "atom:subtitle") == [CHANNEL.description]
    assert texts(feed, "atom:updated") == ["2026-10-14T09:05:09+07:00"]
    assert texts(feed, "atom:author/atom:name") == ["Bản tin tỉnh Vân Sơn"]
    assert texts(feed, "atom:author/atom:uri") == ["https://bantin.vanson.example/"]
    assert texts(feed, "atom:rights") == ["© 2026 Tỉnh Vân Sơn. Ghi rõ nguồn khi đăng lại."]
    assert texts(feed, "atom:icon") == ["https://bantin.vanson.example/static/bi%E1%BB%83u-t%C6%B0%E1%BB%A3ng.png"]


def test_feed_links_to_itself_its_page_and_its_other_formats() -> None:
    base = "https://bantin.vanson.example/feeds/category/nong-nghiep-nong-thon"
    assert links(feed_of()) == [
        {"rel": "self", "type": "application/atom+xml", "href": f"{base}.atom"},
        {"rel": "alternate", "type": "text/html", "href": base},
        {"rel": "alternate", "type": "application/rss+xml", "href": f"{base}.rss"},
        {"rel": "alternate", "type": "application/feed+json", "href": f"{base}.json"},
    ]


def test_entry_links_keep_relation_type_length_and_title() -> None:
    entry = entry_of(replace(ENTRY, photos=FIVE_PHOTOS, via_url="https://cũ.example/tin"))
    page, lead, second, third, fourth, fifth, via = links(entry)
    assert page == {"rel": "alternate", "type": "text/html", "href": ENTRY.url}
    assert lead == {
        "rel": "enclosure",
        "type": "image/jpeg",
        "length": "180001",
        "title": "Bà con xã Nậm Lam nhận giống lúa tại nhà văn hóa xã.",
        "href": FIVE_PHOTOS[0].url,
    }
    assert second["title"] == third["title"] == "Ruộng khảo nghiệm ở thôn Khuổi Dầu."
    assert "title" not in fourth
    assert fifth["type"] == "image/webp"
    assert via == {"rel": "via", "href": "https://xn--c-mna.example/tin"}


def test_documents_are_enclosures_named_by_reference_and_title() -> None:
    plan, form = document(1, title="Kế hoạch <thu> & chi", reference="12/KH-UBND"), document(2, title="12/PĐK")
    entry = entry_of(replace(ENTRY, photos=FIVE_PHOTOS[:1], documents=(plan, replace(form, reference="12/PĐK"))))
    _, _, *enclosures = links(entry)
    assert enclosures == [
        {
            "rel": "enclosure",
            "type": "application/pdf",
            "length": "1234501",
            "title": "12/KH-UBND – Kế hoạch <thu> & chi",
            "href": plan.url,
        },
        {"rel": "enclosure", "type": "application/pdf", "length": "1234502", "title": "12/PĐK", "href": form.url},
    ]
    contents = entry.findall("media:content[@medium='document']", NAMESPACES)
    assert [texts(content, "media:title") for content in contents] == [[plan.title], ["12/PĐK"]]
    assert [texts(content, "bantin:reference") for content in contents] == [["12/KH-UBND"], ["12/PĐK"]]


def test_entry_dates_and_identity() -> None:
    entry = entry_of(CASES["corrected"].entries[0])
    assert texts(entry, "atom:id") == [ENTRY.id]
    assert texts(entry, "atom:published") == ["2026-10-12T08:30:00+07:00"]
    assert texts(entry, "atom:updated") == ["2026-10-13T09:05:00+07:00"]
    assert texts(entry_of(ENTRY), "atom:updated") == ["2026-10-12T08:30:00+07:00"]


def test_day_without_a_time_is_marked() -> None:
    assert texts(entry_of(CASES["day-only"].entries[0]), "bantin:precision") == ["day"]
    assert texts(entry_of(ENTRY), "bantin:precision") == []


def test_authors_publisher_and_terms() -> None:
    entry = entry_of(CASES["several-authors-and-bodies"].entries[0])
    assert texts(entry, "atom:author/atom:name") == ["Hoàng Lan", "Nguyễn Minh Đức"]
    assert texts(entry, "atom:author/atom:uri") == ["https://bantin.vanson.example/feeds/author/hoang-lan"]
    assert texts(entry, "dc:publisher") == ["Hội Nông dân tỉnh Vân Sơn"]
    (publisher,) = entry.findall("bantin:party", NAMESPACES)
    assert publisher.get("url") == "https://bantin.vanson.example/feeds/publisher/hoi-nong-dan-tinh-van-son"
    assert [dict(category.attrib) for category in entry.findall("atom:category", NAMESPACES)][1:3] == [
        {
            "term": "moi-truong",
            "scheme": "https://bantin.vanson.example/feeds/category/",
            "label": "Môi trường",
        },
        {
            "term": "hoi-nong-dan-tinh-van-son",
            "scheme": "https://bantin.vanson.example/feeds/organisation/",
            "label": "Hội Nông dân tỉnh Vân Sơn",
        },
    ]


def test_lead_is_text_and_body_is_html() -> None:
    entry = entry_of(CASES["emoji-and-markup"].entries[1])
    summary = entry.find("atom:summary", NAMESPACES)
    content = entry.find("atom:content", NAMESPACES)
    assert (summary.get("type"), summary.text) == ("text", "Lời dẫn: &lt;b&gt; không phải là thẻ in đậm")
    assert (content.get("type"), content.text) == ("html", ENTRY.content_html)
    assert entry.find("atom:title", NAMESPACES).get("type", "text") == "text"


def test_only_entries_in_another_language_say_theirs() -> None:
    entries = feed_of(CHANNEL, *CASES["english-entry"].entries).findall("atom:entry", NAMESPACES)
    assert [entry.get(XML_LANG) for entry in entries] == [None, "en"]


def test_credits_reach_atom_too() -> None:
    contents = entry_of(replace(ENTRY, photos=FIVE_PHOTOS)).findall("media:content", NAMESPACES)
    assert [texts(content, "media:credit") for content in contents] == [
        ["Hoàng Lan"],
        ["Nguyễn Minh Đức"],
        [],
        [],
        ["Ảnh tư liệu"],
    ]
