"""What the RSS document promises to readers, element by element."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import etree

from feeds.documents import rss
from feeds.documents.model import Channel, Entry
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY, FIVE_PHOTOS, HOANG_LAN, HOI_NONG_DAN, MINH_DUC, document
from tests.support.strict_readers import NAMESPACES


def channel_of(channel: Channel = CHANNEL, *entries: Entry) -> etree._Element:
    return etree.fromstring(rss.render(channel, entries))[0]


def item_of(entry: Entry) -> etree._Element:
    return channel_of(CHANNEL, entry).find("item")


def tags(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def texts(element: etree._Element, path: str) -> list[str]:
    return [found.text for found in element.findall(path, NAMESPACES)]


def test_head_says_what_the_channel_is_and_who_answers_for_it() -> None:
    channel = channel_of()
    assert channel.getparent().attrib == {"version": "2.0"}
    assert texts(channel, "title") == [CHANNEL.title]
    assert texts(channel, "link") == [CHANNEL.html_url]
    assert texts(channel, "description") == [CHANNEL.description]
    assert texts(channel, "language") == ["vi"]
    assert texts(channel, "lastBuildDate") == ["Wed, 14 Oct 2026 09:05:09 +0700"]
    assert texts(channel, "ttl") == ["15"]
    assert texts(channel, "dc:creator") == [CHANNEL.author.name]
    assert [dict(party.attrib) for party in channel.findall("bantin:party", NAMESPACES)] == [
        {"role": "author", "url": CHANNEL.author.url}
    ]
    assert texts(channel, "atom:id") == [CHANNEL.id]
    assert channel.find("image") is None
    assert channel.find("copyright") is None


def test_head_links_to_its_own_address_and_items_come_last() -> None:
    channel = channel_of(CHANNEL, ENTRY)
    (self_link,) = channel.findall("atom:link", NAMESPACES)
    assert self_link.attrib == {
        "rel": "self",
        "type": "application/rss+xml",
        "href": "https://bantin.vanson.example/feeds/category/nong-nghiep-nong-thon.rss",
    }
    assert tags(channel)[-1] == "item"
    assert tags(channel).index("item") == len(channel) - 1


def test_image_repeats_title_and_link_and_rights_become_copyright() -> None:
    case = CASES["icon-and-rights"]
    channel = channel_of(case.channel)
    assert [texts(channel, f"image/{name}")[0] for name in ("url", "title", "link")] == [
        "https://bantin.vanson.example/static/bi%E1%BB%83u-t%C6%B0%E1%BB%A3ng.png",
        case.channel.title,
        case.channel.html_url,
    ]
    assert texts(channel, "copyright") == ["© 2026 Tỉnh Vân Sơn. Ghi rõ nguồn khi đăng lại."]
    assert texts(channel, "ttl") == ["30"]
    assert channel.find("image/width") is channel.find("image/height") is None
    assert texts(channel, "atom:logo") == ["https://bantin.vanson.example/static/bi%E1%BB%83u-tr%C6%B0ng.png"]


def test_image_of_known_size_says_it_within_the_limits_of_the_format() -> None:
    image = channel_of(CASES["sized-icon"].channel).find("image")
    assert (texts(image, "width"), texts(image, "height")) == (["144"], ["144"])


def test_item_has_an_opaque_guid_and_dates_with_offset() -> None:
    item = item_of(ENTRY)
    guid = item.find("guid")
    assert guid.attrib == {"isPermaLink": "false"}
    assert guid.text == ENTRY.id
    assert texts(item, "pubDate") == ["Mon, 12 Oct 2026 08:30:00 +0700"]
    assert item.find("atom:updated", NAMESPACES) is None
    assert item.find("bantin:precision", NAMESPACES) is None


def test_corrected_item_says_when() -> None:
    item = item_of(CASES["corrected"].entries[0])
    assert texts(item, "pubDate") == ["Mon, 12 Oct 2026 08:30:00 +0700"]
    assert texts(item, "atom:updated") == texts(item, "dcterms:modified") == ["2026-10-13T09:05:00+07:00"]
    assert item_of(ENTRY).find("dcterms:modified", NAMESPACES) is None


def test_day_without_a_time_is_marked() -> None:
    item = item_of(CASES["day-only"].entries[0])
    assert texts(item, "pubDate") == ["Mon, 12 Oct 2026 12:00:00 +0700"]
    assert texts(item, "bantin:precision") == ["day"]


def test_lead_is_html_that_shows_plain_text_and_stands_before_the_body() -> None:
    item = item_of(replace(ENTRY, summary="a<b & &lt;c&gt;\ndòng hai"))
    assert texts(item, "description") == ["a&lt;b &amp; &amp;lt;c&amp;gt;<br />dòng hai"]
    assert texts(item, "content:encoded") == [ENTRY.content_html]
    assert tags(item).index("description") < tags(item).index("encoded")


def test_body_without_lead_is_not_given_out_as_a_lead() -> None:
    item = item_of(CASES["body-only"].entries[0])
    assert item.find("description") is None
    assert texts(item, "content:encoded") == [ENTRY.content_html]


def test_authors_are_creators_and_never_mail_addresses() -> None:
    item = item_of(CASES["several-authors-and-bodies"].entries[0])
    assert texts(item, "dc:creator") == ["Hoàng Lan", "Nguyễn Minh Đức"]
    assert texts(item, "dc:publisher") == ["Hội Nông dân tỉnh Vân Sơn"]
    assert item.find("author") is None
    for name in ("dc:creator", "dc:publisher"):
        assert not item.find(name, NAMESPACES).attrib, "parsers would hand on an object in place of the name"


def test_addresses_of_people_and_bodies_stand_apart() -> None:
    parties = item_of(replace(ENTRY, authors=(HOANG_LAN, MINH_DUC))).findall("bantin:party", NAMESPACES)
    assert [(party.get("role"), party.get("url"), party.text) for party in parties] == [
        ("publisher", HOI_NONG_DAN.url, HOI_NONG_DAN.name),
        ("author", HOANG_LAN.url, HOANG_LAN.name),
    ]


def test_categories_and_bodies_differ_by_their_domain() -> None:
    categories = item_of(ENTRY).findall("category")
    assert [(category.text, category.attrib) for category in categories] == [
        ("Nông nghiệp – Nông thôn", {"domain": "https://bantin.vanson.example/feeds/category/"}),
        ("Hội Nông dân tỉnh Vân Sơn", {"domain": "https://bantin.vanson.example/feeds/organisation/"}),
    ]


def test_lead_photo_alone_is_the_enclosure_and_all_photos_are_siblings() -> None:
    item = item_of(replace(ENTRY, photos=FIVE_PHOTOS))
    (enclosure,) = item.findall("enclosure")
    assert enclosure.attrib == {"url": FIVE_PHOTOS[0].url, "length": "180001", "type": "image/jpeg"}
    contents = item.findall("media:content", NAMESPACES)
    assert contents[0].attrib == {
        "url": FIVE_PHOTOS[0].url,
        "type": "image/jpeg",
        "medium": "image",
        "fileSize": "180001",
        "width": "1280",
        "height": "854",
    }
    assert [content.get("url") for content in contents] == [photo.url for photo in FIVE_PHOTOS]
    assert [texts(content, "media:description") for content in contents] == [
        ["Bà con xã Nậm Lam nhận giống lúa tại nhà văn hóa xã."],
        ["Ruộng khảo nghiệm ở thôn Khuổi Dầu."],
        ["Ruộng khảo nghiệm ở thôn Khuổi Dầu."],
        [],
        [],
    ]
    assert [texts(content, "media:credit") for content in contents] == [
        ["Hoàng Lan"],
        ["Nguyễn Minh Đức"],
        [],
        [],
        ["Ảnh tư liệu"],
    ]
    assert texts(contents[0], "bantin:alternative-text") == ["Hàng chục người đứng trước những bao lúa giống"]
    assert set(contents[4].attrib) == {"url", "type", "medium", "fileSize"}
    assert [
        [dict(found.attrib) for found in content.findall("media:thumbnail", NAMESPACES)] for content in contents
    ] == [
        *([{"url": photo.thumbnail.url, "width": "320", "height": "213"}] for photo in FIVE_PHOTOS if photo.thumbnail),
        [],
    ]
    # One beside the photos would be the thumbnail of the whole item.
    assert item.find("media:thumbnail", NAMESPACES) is None
    assert item.find("media:group", NAMESPACES) is None
    assert item.find(".//media:title", NAMESPACES) is None


def test_documents_stand_after_the_photos_with_title_and_reference() -> None:
    plan, form = document(1, title="Kế hoạch <thu> & chi", reference="12/KH-UBND"), document(2, title="Phiếu")
    item = item_of(replace(ENTRY, photos=FIVE_PHOTOS[:1], documents=(plan, form)))
    (enclosure,) = item.findall("enclosure")
    assert enclosure.get("url") == FIVE_PHOTOS[0].url
    contents = item.findall("media:content", NAMESPACES)[1:]
    assert [dict(content.attrib) for content in contents] == [
        {"url": plan.url, "type": "application/pdf", "medium": "document", "fileSize": "1234501"},
        {"url": form.url, "type": "application/pdf", "medium": "document", "fileSize": "1234502"},
    ]
    titles = [content.find("media:title", NAMESPACES) for content in contents]
    assert [(title.get("type"), title.text) for title in titles] == [("plain", plan.title), ("plain", "Phiếu")]
    assert [texts(content, "bantin:reference") for content in contents] == [["12/KH-UBND"], []]


def test_without_a_photo_the_first_document_is_the_enclosure() -> None:
    item = item_of(replace(ENTRY, documents=(document(1, title="Kế hoạch"), document(2, title="Phiếu"))))
    (enclosure,) = item.findall("enclosure")
    assert enclosure.attrib == {"url": document(1, title="").url, "length": "1234501", "type": "application/pdf"}


def test_item_in_another_language_says_so_and_the_others_do_not() -> None:
    vietnamese, english = channel_of(CHANNEL, *CASES["english-entry"].entries).findall("item")
    assert texts(vietnamese, "dc:language") == []
    assert texts(english, "dc:language") == ["en"]


def test_republished_item_links_to_where_it_came_from() -> None:
    item = item_of(CASES["imported-guid"].entries[0])
    assert texts(item, "guid") == ["https://báo-cũ.example/tin/đổi-giống-lúa?mã=7&x=1"]
    (via,) = item.findall("atom:link", NAMESPACES)
    assert via.attrib == {
        "rel": "via",
        "href": "https://xn--bo-c-5na33f.example/tin/%C4%91%E1%BB%95i-gi%E1%BB%91ng-l%C3%BAa?m%C3%A3=7&x=1",
    }


@pytest.mark.parametrize("case", CASES)
def test_every_address_outside_the_guid_is_ascii(case: str) -> None:
    root = etree.fromstring(rss.render(CASES[case].channel, CASES[case].entries))
    addresses = [
        *(value for element in root.iter() for name, value in element.attrib.items() if name in ("url", "href")),
        *(element.text for element in root.iter("link", "url")),
    ]
    assert addresses
    assert [address for address in addresses if not address.isascii()] == []
