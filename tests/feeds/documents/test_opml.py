"""The list of channels: what readers need of every outline, and any text comes out as it went in."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from feeds.documents import opml
from feeds.documents.opml import Feed, Folder, SubscriptionList
from store.text.vietnamese import xml_safe
from store.types import VIETNAM

UPDATED = datetime(2026, 11, 20, 8, 5, 9, tzinfo=VIETNAM)
HOSTILE = "Tin <b>“&amp;”</b> ]]> 'x' \"y\" 😀"


def feed(**said: str) -> Feed:
    values = {
        "text": "Văn hóa",
        "title": "Bản tin Văn hóa",
        "description": "Các bản tin thuộc chuyên mục Văn hóa.",
        "language": "vi",
        "xml_url": "https://bantin.example/feeds/category/van-hoa.rss",
        "html_url": "https://bantin.example/feeds/category/van-hoa",
    }
    return Feed(**(values | said))


def listed(*outlines: Feed | Folder, title: str = "Các kênh tin") -> SubscriptionList:
    return SubscriptionList(title=title, owner_name="Tỉnh Vân Sơn", updated=UPDATED, outlines=outlines)


def parsed(subscriptions: SubscriptionList) -> etree._Element:
    return etree.fromstring(opml.render(subscriptions))


def test_a_document_says_what_it_is_and_when_it_changed() -> None:
    written = opml.render(listed(feed()))
    assert written.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    root = etree.fromstring(written)
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    assert {each.tag: each.text for each in root.iterfind("head/*")} == {
        "title": "Các kênh tin",
        "dateModified": "Fri, 20 Nov 2026 08:05:09 +0700",
        "ownerName": "Tỉnh Vân Sơn",
        "docs": "http://opml.org/spec2.opml",
    }
    assert written == opml.render(listed(feed()))


def test_a_feed_can_be_subscribed_to() -> None:
    (outline,) = parsed(listed(feed())).iterfind("body/outline")
    assert dict(outline.attrib) == {
        "text": "Văn hóa",
        "type": "rss",
        "version": "RSS",
        "title": "Bản tin Văn hóa",
        "xmlUrl": "https://bantin.example/feeds/category/van-hoa.rss",
        "htmlUrl": "https://bantin.example/feeds/category/van-hoa",
        "language": "vi",
        "description": "Các bản tin thuộc chuyên mục Văn hóa.",
    }


def test_a_folder_is_no_feed_and_keeps_its_order() -> None:
    inner = Folder("Văn hóa", (feed(), feed(text="Lễ hội")))
    root = parsed(listed(feed(text="Tất cả"), Folder("Theo chuyên mục", (inner, feed(text="Y tế")))))
    folder = root.findall("body/outline")[1]
    assert dict(folder.attrib) == {"text": "Theo chuyên mục"}
    assert [each.get("text") for each in folder] == ["Văn hóa", "Y tế"]
    assert [each.get("text") for each in folder[0]] == ["Văn hóa", "Lễ hội"]
    assert all(len(outline) == 0 for outline in root.iter("outline") if outline.get("xmlUrl"))


def test_no_outline_is_without_a_text_and_every_address_is_ascii() -> None:
    bare = feed(text="\x00", title="", xml_url="https://bản.example/tin.rss", html_url="", description="", language="")
    (outline,) = parsed(listed(bare)).iterfind("body/outline")
    assert outline.get("text") == outline.get("title") == outline.get("xmlUrl") == "https://xn--bn-l5s.example/tin.rss"
    assert "htmlUrl" not in outline.attrib


@given(text=st.text(min_size=1).filter(xml_safe) | st.just(HOSTILE))
def test_any_text_comes_out_as_it_went_in(text: str) -> None:
    kept = xml_safe(text)
    root = parsed(listed(Folder(text, (feed(text=text, title=text, description=text),)), title=text))
    folder, outline = root.iter("outline")
    assert root.findtext("head/title") == kept
    assert folder.get("text") == outline.get("text") == outline.get("title") == outline.get("description") == kept
