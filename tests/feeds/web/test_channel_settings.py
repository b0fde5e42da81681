"""What editors decide for a channel, as its readers get it: three formats, the page, validators, pictures."""

from __future__ import annotations

import io

import pytest
from lxml import etree
from PIL import Image

from feeds.directory import iter_channels, iter_pairs
from store import bulletins, catalogue, channel_settings, publication, reorganisation
from store.names import Kind
from store.types import ChannelSettings, Origin, Place, Selection
from tests.feeds.conftest import Served
from tests.support.photos import take_emblem
from tests.support.samples import draft
from tests.support.stores import Clock

CULTURE = Selection(category=1)
PATH = "/feeds/category/van-hoa"
ATOM = "{http://www.w3.org/2005/Atom}"
OTHERS = ("/feeds/all", "/feeds/category/le-hoi", "/feeds/publisher/so-van-hoa-tinh")
EXTENSIONS = (".rss", ".atom", ".json", "")


def put(served: Served, said: ChannelSettings, selection: Selection = CULTURE) -> None:
    with served.database.transaction() as session:
        assert channel_settings.set_channel_settings(session, selection, said)


def text(element: etree._Element, path: str) -> str:
    return element.findtext(path) or ""


def test_title_description_and_language_stand_in_every_format_and_on_the_page(served: Served) -> None:
    put(served, ChannelSettings(title="Culture", description="Feasts & songs.", language="en"))
    rss = etree.fromstring(served.client.get(f"{PATH}.rss").data)[0]
    assert (text(rss, "title"), text(rss, "description"), text(rss, "language")) == ("Culture", "Feasts & songs.", "en")
    # An entry in another language than its channel says so.
    assert {text(item, "{http://purl.org/dc/elements/1.1/}language") for item in rss.iter("item")} == {"vi"}
    atom = etree.fromstring(served.client.get(f"{PATH}.atom").data)
    assert (text(atom, f"{ATOM}title"), text(atom, f"{ATOM}subtitle")) == ("Culture", "Feasts & songs.")
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    assert atom.get(lang) == "en"
    assert {entry.get(lang) for entry in atom.iter(f"{ATOM}entry")} == {"vi"}
    document = served.client.get(f"{PATH}.json").json
    assert (document["title"], document["description"], document["language"]) == ("Culture", "Feasts & songs.", "en")
    page = served.client.get(PATH).text
    assert "<h1>Culture</h1>" in page
    assert "Feasts &amp; songs." in page


def test_the_ending_of_a_body_is_told_beside_an_editors_description(served: Served) -> None:
    with served.database.transaction() as session:
        reorganisation.close(session, Kind.CATEGORY, "Văn hóa")
    put(served, ChannelSettings(description="Lễ hội và hát then."))
    description = served.client.get(f"{PATH}.json").json["description"]
    assert description.startswith("Lễ hội và hát then. Chuyên mục Văn hóa đã đóng")


def test_a_channel_of_its_own_length_holds_so_many_and_its_page_too(served: Served) -> None:
    put(served, ChannelSettings(entries=1))
    assert len(served.client.get(f"{PATH}.json").json["items"]) == 1
    page = served.client.get(PATH).text
    assert page.count('class="story') == 1
    assert "Xem các bản tin cũ hơn" in page
    assert len(served.client.get("/feeds/all.json").json["items"]) == 3


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_a_setting_is_new_to_the_readers_of_that_channel_alone(served: Served, clock: Clock, extension: str) -> None:
    before = {path: served.client.get(path + extension) for path in (PATH, *OTHERS)}
    clock.move(minutes=5)
    put(served, ChannelSettings(title="Tin văn hóa"))
    for path, known in before.items():
        etag = known.headers["ETag"]
        answer = served.client.get(path + extension, headers={"If-None-Match": etag})
        assert answer.status_code == (200 if path == PATH else 304), path
    clock.move(seconds=1)
    changed = served.client.get(PATH + extension)
    assert changed.headers["Last-Modified"] != before[PATH].headers["Last-Modified"]


def test_a_channel_of_leads_leads_to_the_pages(served: Served) -> None:
    whole = {item["id"]: item for item in served.client.get("/feeds/all.json").json["items"]}
    put(served, ChannelSettings(is_lead_only=True), Selection())
    items = served.client.get("/feeds/all.json").json["items"]
    assert len(items) == 3
    for item in items:
        content = item.pop("content_html")
        assert content.endswith(f'<p><a href="{item["url"]}">Đọc tiếp</a></p>\n')
        known = whole[item["id"]]
        full = known.pop("content_html")
        assert "<table" not in content
        assert len(content) < len(full)
        # Photos, documents, dates and names are handed out as ever.
        assert item == known
    atom = etree.fromstring(served.client.get("/feeds/all.atom").data)
    contents = [text(entry, f"{ATOM}content") for entry in atom.iter(f"{ATOM}entry")]
    assert all("Đọc tiếp" in content for content in contents)
    # Another channel goes on with whole bulletins of the very same versions.
    assert "Đọc tiếp" not in served.client.get("/feeds/category/van-hoa.json").text


def test_a_bulletin_without_lead_gives_the_beginning_of_its_text(served: Served) -> None:
    number = served.add(title="Chỉ có thân bài", lead="", body=f"<p>{'Một câu dài. ' * 60}</p>", attachments=())
    put(served, ChannelSettings(is_lead_only=True), Selection())
    (item,) = [
        each for each in served.client.get("/feeds/all.json").json["items"] if each["url"].endswith(f"-{number}")
    ]
    assert item["content_html"].startswith("<p><strong>Một câu dài. Một câu dài.")
    assert len(item["content_html"]) < 600


def test_an_entry_in_english_is_continued_in_english(served: Served) -> None:
    served.add(
        title="Portal opens", lead="Read selected bulletins.", body="<p>More.</p>", language="en", attachments=()
    )
    put(served, ChannelSettings(is_lead_only=True), Selection())
    (item,) = [each for each in served.client.get("/feeds/all.json").json["items"] if each.get("language") == "en"]
    assert ">Read on</a>" in item["content_html"]


def test_a_picture_of_its_own_stands_in_every_format_and_is_served(served: Served) -> None:
    storage = served.settings.open_storage()
    put(served, ChannelSettings(image=take_emblem(storage)))
    rss = etree.fromstring(served.client.get(f"{PATH}.rss").data)[0]
    image = rss.find("image")
    assert image is not None
    icon = text(image, "url")
    assert (text(image, "title"), text(image, "link")) == (text(rss, "title"), text(rss, "link"))
    atom = etree.fromstring(served.client.get(f"{PATH}.atom").data)
    assert text(atom, f"{ATOM}icon") == served.client.get(f"{PATH}.json").json["icon"] == icon
    logo = text(atom, f"{ATOM}logo")
    for address, size in ((icon, (144, 144)), (logo, (288, 144))):
        answer = served.client.get(address.removeprefix(served.settings.base_url))
        assert (answer.status_code, answer.mimetype) == (200, "image/png")
        with Image.open(io.BytesIO(answer.data)) as shown:
            assert shown.size == size
    put(served, ChannelSettings())
    assert served.client.get(icon.removeprefix(served.settings.base_url)).status_code == 404
    assert etree.fromstring(served.client.get(f"{PATH}.atom").data).findtext(f"{ATOM}icon", "").endswith("/mark.png")


# The directory


def test_the_directory_lists_what_was_set_and_every_pair_that_holds_anything(served: Served) -> None:
    put(served, ChannelSettings(title="Tin văn hóa", description="Lễ hội và hát then.", language="tyz"))
    with served.database.snapshot() as session:
        groups = {group.criterion: group.channels for group in iter_channels(session, served.settings)}
        pairs = {pair.path.text: pair for pair in iter_pairs(session, served.settings)}
        placed = catalogue.count_pairs(session)
    assert [(each.path.text, each.count) for each in groups[""]] == [("all", 3)]
    culture, feasts = groups["category"]
    assert (culture.name, culture.title, culture.description) == ("Văn hóa", "Tin văn hóa", "Lễ hội và hát then.")
    assert (culture.language, culture.key, culture.depth, culture.parent_key) == ("tyz", "c1", 0, None)
    assert (feasts.name, feasts.depth, feasts.parent_key, feasts.count) == ("Lễ hội", 1, "c1", 1)
    assert {pair.key: pair.count for pair in pairs.values()} == placed
    pair = pairs["category/le-hoi/publisher/so-van-hoa-tinh"]
    assert pair.name == pair.title == "Bản tin Lễ hội của Sở Văn hóa tỉnh – Bản tin tỉnh Vân Sơn"
    for listed in (*groups["category"], *groups["organisation"], *groups["publisher"], *groups["author"], pair):
        answer = served.client.get(f"/feeds/{listed.path.text}.json")
        assert (answer.status_code, answer.json["title"]) == (200, listed.title)
        assert answer.json["description"] == listed.description
        assert len(answer.json["items"]) == listed.count
    page = served.client.get("/feeds/").text
    assert "Lễ hội và hát then." in page


def test_emptied_channels_are_listed_for_whoever_still_polls_them(served: Served) -> None:
    with served.database.transaction() as session:
        publication.withdraw(session, 2, reason="Nhầm")
    with served.database.snapshot() as session:
        shown = {c.key for group in iter_channels(session, served.settings) for c in group.channels}
        polled = {c.key for group in iter_channels(session, served.settings, emptied=True) for c in group.channels}
        pairs = {pair.key for pair in iter_pairs(session, served.settings)}
        polled_pairs = {pair.key for pair in iter_pairs(session, served.settings, emptied=True)}
    assert polled - shown == {"a1"}
    assert pairs <= polled_pairs


# Place and origin on the page of a bulletin


def test_a_bulletins_page_says_where_it_plays_and_who_published_it_first(served: Served) -> None:
    place = Place("Nhà văn hóa <thôn> Nậm Lam", 2_214_321, 10_583_400)
    origin = Origin("Báo Nhân Dân", "https://nhandan.example/1?a=1&b=2")
    number = served.add(title="Ở Nậm Lam", place=place, origin=origin)
    served.add(title="Ở nơi khác", place=Place("Bản Áng"))
    page = served.client.get(f"/ban-tin/o-nam-lam-{number}").text
    assert "Nhà văn hóa &lt;thôn&gt; Nậm Lam" in page
    assert 'href="geo:22.14321,105.834"' in page
    assert "22,14321° Bắc; 105,834° Đông" in page
    assert 'Theo <a href="https://nhandan.example/1?a=1&amp;b=2" rel="external">Báo Nhân Dân</a>' in page
    plain = served.client.get(f"/ban-tin/o-noi-khac-{number + 1}").text
    assert "Bản Áng" in plain
    assert "geo:" not in plain
    assert "Theo <a" not in plain


def test_an_origin_is_the_original_page_of_an_entry(served: Served) -> None:
    number = served.add(title="Theo báo", origin=Origin("Báo Nhân Dân", "https://nhandan.example/1"))
    atom = etree.fromstring(served.client.get("/feeds/all.atom").data)
    (entry,) = [each for each in atom.iter(f"{ATOM}entry") if text(each, f"{ATOM}title") == "Theo báo"]
    via = [link.get("href") for link in entry.iter(f"{ATOM}link") if link.get("rel") == "via"]
    assert via == ["https://nhandan.example/1"]
    with served.database.transaction() as session:
        bulletins.revise(session, number, draft(title="Theo báo", publisher=None))
    assert "nhandan" not in served.client.get("/feeds/all.atom").text
