"""A bulletin of five photos and two documents: written as an editor does, read as readers do, over a real socket."""

from __future__ import annotations

import html
import io
import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import feedparser
import pytest
from lxml import etree
from lxml import html as lxml_html
from PIL import Image, ImageSequence

from store.attachments.kinds import DOCX, PDF
from store.text.sizes import format_size
from tests.support import documents, located_photos, newsboat, nodefeeds
from tests.support.editor import Editor
from tests.support.fetching import Fetch
from tests.support.parsed import ParsedEntry, Reader, agree, canonical_html
from tests.support.parsers import NODE_READERS, PYTHON_READERS, from_node
from tests.support.requirements import lacks
from tests.support.strict_readers import NAMESPACES, read_json, read_xml

TITLE = "Khánh thành cầu Nà Sự: “nối nhịp” hai bờ & niềm vui < 5 km đường vòng"
PUBLISHER = "Ban Quản lý dự án & đầu tư xây dựng tỉnh"
JPEG, GIF = "image/jpeg", "image/gif"


@dataclass(frozen=True)
class Photo:
    """A photo as the editor meant it, and the form of it that readers are to be handed."""

    caption: str
    credit: str
    media_type: str
    size_px: tuple[int, int]
    alternative_text: str = ""

    @property
    def words(self) -> str:
        """The caption as it is read below the photo."""
        return f"{self.caption} (Ảnh: {self.credit})"


@dataclass(frozen=True)
class Document:
    """A document as the editor meant it."""

    title: str
    reference: str
    media_type: str

    @property
    def name(self) -> str:
        return f"{self.reference} – {self.title}" if self.reference else self.title


BRIDGE = Photo("Cầu “Nà Sự” nối hai bờ & mở <đường> mới: 3 < 5", "Lò Văn Ín & “Thu Trang”", JPEG, (1280, 853))
"""Caption and credit stand in the photo, and nowhere in the manuscript."""
RIBBON = Photo(
    "“Già làng” & trẻ nhỏ <cùng> cắt băng: 3 < 5 | 5 > 3",
    "Lò Văn Ín & Thu Trang",
    JPEG,
    (1200, 1600),
    "Hai người nâng \"dải băng\" đỏ & 'kéo' <bạc>",
)
MAP = Photo("Sơ đồ tuyến &amp; các nút giao", "Sở Giao thông <vận tải>", JPEG, (900, 600))
DANCE = Photo('Múa "quạt" mừng cầu mới', "Ban tổ chức", GIF, (360, 240))
FAIR = Photo("Hội xuân bên cầu", "Hoàng Lan", JPEG, (1280, 850), "Rất đông người dự hội")
PHOTOS = (BRIDGE, RIBBON, MAP, DANCE, FAIR)
"""In reading order: the last one stands in the header of the manuscript and nowhere in its text."""
WAITING = "Chú thích ảnh: Đoàn xe “đầu tiên” & <cuối cùng> qua cầu (Ảnh: Thu Trang)"
DECISION = Document("Về việc “thu & chi” <quỹ> bảo trì: mức < 5 tỷ", "12/QĐ-UBND", DOCX)
PLAN = Document("Kế hoạch bảo trì cầu & “đường vành đai”", "", PDF)
"""Called by its file alone."""
DOCUMENTS = (DECISION, PLAN)

RIBBON_SAID = RIBBON.caption.replace("|", r"\|")
MANUSCRIPT = f"""\
Tiêu đề: {TITLE}
Ngày: 10/02/2026 08:30
Cơ quan: {PUBLISHER}
Đính kèm: [Ảnh hoi-xuan.webp: {FAIR.caption} | {FAIR.credit} | {FAIR.alternative_text}]

Sáng 10/02, cầu Nà Sự thông xe.

Cầu dài 120 m, rộng 9 m.

[Ảnh cau.jpg]

Già làng và các cháu cắt băng khánh thành.

[Ảnh cat-bang.jpg: {RIBBON_SAID} | {RIBBON.credit} | {RIBBON.alternative_text}]

[Văn bản quyet-dinh.docx: {DECISION.title} | {DECISION.reference}]

[Ảnh so-do.png: {MAP.caption} | {MAP.credit}]

[Ảnh mua-quat.gif: {DANCE.caption} | {DANCE.credit}]

[Ảnh: Đoàn xe “đầu tiên” & <cuối cùng> qua cầu | Thu Trang]

[Văn bản {PLAN.title}.pdf]
"""
BRIDGE_NUMBER = 2


@cache
def given() -> Mapping[str, bytes]:
    """Make the files that lie beside the manuscript."""
    return {
        "cau.jpg": located_photos.upright_jpeg(caption=BRIDGE.caption, credit=BRIDGE.credit),
        "cat-bang.jpg": located_photos.lying_jpeg(),
        "so-do.png": located_photos.png(),
        "mua-quat.gif": located_photos.moving_gif(),
        "hoi-xuan.webp": located_photos.webp(),
        "quyet-dinh.docx": documents.docx(),
        unicodedata.normalize("NFD", f"{PLAN.title}.pdf"): documents.pdf(),
    }


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """The bulletin is published, what the worker has to do for it is done, and the site is served."""
    editor = Editor.at(tmp_path_factory.mktemp("anh"))
    editor("db", "upgrade")
    editor("organisation", "add", PUBLISHER)
    number = editor.add(MANUSCRIPT, given())
    editor("photo", "edit", number, BRIDGE_NUMBER, "--focus", "30,70")
    editor("worker", "--once")
    with editor.serving():
        yield editor


@pytest.fixture(scope="module")
def fetch(editor: Editor) -> Fetch:
    return Fetch(editor)


def feed(editor: Editor, form: str) -> bytes:
    answer = editor.ask(f"/feeds/all.{form}")
    assert answer.status == 200
    return answer.body


def entry_of(editor: Editor, form: str) -> ParsedEntry:
    """Read the entry by the specifications."""
    [entry] = (read_json if form == "json" else read_xml)(feed(editor, form)).entries
    return entry


def check_reading(editor: Editor, fetch: Fetch, reader: Reader, form: str, read: ParsedEntry) -> None:
    """Assert that all which a parser hands on is what was meant, and that its addresses answer so."""
    if reader.is_exact(form):
        assert read.title == TITLE
    if read.enclosures is not None:
        announced = [
            (e.media_type, fetch(e.url, media_type=e.media_type, size_bytes=e.size_bytes)) for e in read.enclosures
        ]
        wanted = [file.media_type for file in (*PHOTOS, *DOCUMENTS)]
        assert [media_type for media_type, _ in announced] == (wanted[:1] if form == "rss" else wanted)
    if read.photos is not None:
        check_photos(fetch, read)
    if read.documents is not None:
        check_documents(fetch, read)
    said = entry_of(editor, form).content
    content = html.unescape(said) if reader.unescapes_twice else said
    assert canonical_html(read.content) == canonical_html(content, without=reader.drops)


def check_photos(fetch: Fetch, read: ParsedEntry) -> None:
    for photo, meant in zip(read.photos or (), PHOTOS, strict=True):
        fetch(
            photo.url,
            media_type=photo.media_type,
            size_bytes=photo.size_bytes,
            width_px=photo.width_px,
            height_px=photo.height_px,
        )
        assert photo.media_type in (None, meant.media_type)
        assert (photo.width_px, photo.height_px) in ((None, None), meant.size_px)
        assert photo.caption in (None, meant.caption)
        assert photo.credit in (None, meant.credit)
        assert photo.alternative_text in (None, meant.alternative_text)
        if photo.thumbnail_url is not None:
            small = (photo.thumbnail_width_px, photo.thumbnail_height_px)
            fetch(photo.thumbnail_url, media_type=JPEG, width_px=small[0], height_px=small[1])
            assert small[0] in (None, 320)


def check_documents(fetch: Fetch, read: ParsedEntry) -> None:
    for document, meant in zip(read.documents or (), DOCUMENTS, strict=True):
        content = fetch(document.url, media_type=document.media_type, size_bytes=document.size_bytes)
        assert content in given().values(), "readers get the very file that came"
        assert document.media_type in (None, meant.media_type)
        assert document.title in (None, meant.title)
        assert document.reference in (None, meant.reference)


@pytest.mark.parametrize(
    ("reader", "form"),
    [pytest.param(reader, form, id=f"{reader.name}-{form}") for reader in PYTHON_READERS for form in reader.formats],
)
def test_a_parser_is_given_what_can_be_fetched(editor: Editor, fetch: Fetch, reader: Reader, form: str) -> None:
    [read] = reader.read(feed(editor, form)).entries
    check_reading(editor, fetch, reader, form, read)


@pytest.mark.parametrize("reader", [pytest.param(reader, id=reader.name) for reader in NODE_READERS])
def test_a_node_parser_is_given_what_can_be_fetched(editor: Editor, fetch: Fetch, reader: Reader) -> None:
    missing = nodefeeds.available()
    if missing:
        lacks("node", missing)
    answers = nodefeeds.read_all([feed(editor, form) for form in reader.formats], reader.name)
    for form, answer in zip(reader.formats, answers, strict=True):
        [read] = from_node(answer).entries
        check_reading(editor, fetch, reader, form, read)


def test_no_parser_that_knows_files_is_let_off(editor: Editor) -> None:
    """What a parser hands on of files may be None, which is checked against nothing: but not of these."""
    whole = [entry_of(editor, form) for form in ("rss", "atom", "json")]
    assert [(len(e.enclosures or ()), len(e.photos or ()), len(e.documents or ())) for e in whole] == [
        (1, 5, 2),
        (7, 5, 2),
        (7, 5, 2),
    ]
    readers = {reader.name: reader for reader in PYTHON_READERS}
    for name, form in (("feedparser", "rss"), ("feedparser", "atom"), ("fastfeedparser", "rss")):
        [read] = readers[name].read(feed(editor, form)).entries
        assert (len(read.photos or ()), len(read.documents or ())) == (5, 2)


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_feedparser_hands_on_every_credit_and_thumbnail(editor: Editor, fetch: Fetch, form: str) -> None:
    [entry] = feedparser.parse(feed(editor, form)).entries
    assert [credit["content"] for credit in entry.media_credit] == [photo.credit for photo in PHOTOS]
    assert len(entry.media_thumbnail) == len(PHOTOS)
    for thumbnail in entry.media_thumbnail:
        fetch(thumbnail["url"], width_px=int(thumbnail["width"]), height_px=int(thumbnail["height"]))


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_newsboat_is_given_what_can_be_fetched(editor: Editor, fetch: Fetch, form: str, tmp_path: Path) -> None:
    missing = newsboat.missing()
    if missing:
        lacks("newsboat", missing)
    meant = entry_of(editor, form)
    [kept] = newsboat.read(tmp_path / "newsboat", f"{editor.env['BANTIN_BASE_URL']}/feeds/all.{form}")
    assert (kept.guid, kept.title, kept.link, kept.author) == (meant.id, TITLE, meant.link, PUBLISHER)
    assert kept.published == meant.published
    assert canonical_html(kept.content) == canonical_html(meant.content)
    check_figures(fetch, kept.content)
    if kept.enclosure_url:
        announced = {e.url: e.media_type for e in entry_of(editor, "atom").enclosures or ()}
        assert kept.enclosure_type == announced[kept.enclosure_url]


def test_the_three_formats_say_the_same(editor: Editor) -> None:
    rss, atom, json_feed = (entry_of(editor, form) for form in ("rss", "atom", "json"))
    assert (rss.photos, rss.documents, rss.content) == (atom.photos, atom.documents, atom.content)
    assert json_feed.photos is not None
    assert rss.photos is not None
    assert all(agree(one, other) for one, other in zip(json_feed.photos, rss.photos, strict=True))
    assert [(p.caption, p.credit, p.alternative_text) for p in json_feed.photos] == [
        (p.caption, p.credit, p.alternative_text) for p in PHOTOS
    ]
    assert (json_feed.documents, json_feed.content) == (rss.documents, rss.content)
    assert atom.enclosures == json_feed.enclosures
    assert (atom.enclosures or ())[:1] == rss.enclosures


def test_enclosures_are_called_by_caption_and_by_name(editor: Editor) -> None:
    names = [*(photo.caption for photo in PHOTOS), *(document.name for document in DOCUMENTS)]
    links = etree.fromstring(feed(editor, "atom")).findall(".//atom:entry/atom:link[@rel='enclosure']", NAMESPACES)
    assert [link.get("title") for link in links] == names
    [item] = json.loads(feed(editor, "json"))["items"]
    assert [attachment["title"] for attachment in item["attachments"]] == names
    assert item["image"] == item["attachments"][0]["url"]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_the_content_shows_every_photo_and_lists_every_document(editor: Editor, fetch: Fetch, form: str) -> None:
    check_figures(fetch, entry_of(editor, form).content)


def check_figures(fetch: Fetch, content: str) -> None:
    """Assert that the photos stand in the content with all that a reader needs, and the documents at its end."""
    root = lxml_html.fragment_fromstring(content, create_parent="div")
    figures = root.findall(".//figure")
    captions = ["".join(figure.find("figcaption").itertext()) for figure in figures]
    assert captions == [*(photo.words for photo in PHOTOS[:4]), WAITING, FAIR.words]
    assert figures[4].find(".//img") is None, "it waits for its file"
    images = [image for figure in figures for image in figure.iter("img")]
    assert images == list(root.iter("img"))
    for image, meant in zip(images, PHOTOS, strict=True):
        size = int(image.get("width")), int(image.get("height"))
        assert size == meant.size_px
        fetch(image.get("src"), media_type=meant.media_type, width_px=size[0], height_px=size[1])
        assert image.get("alt") == (meant.alternative_text or meant.caption)
        steps = [step.split() for step in (image.get("srcset") or "").split(", ") if step]
        widths = [int(width.removesuffix("w")) for _, width in steps]
        assert widths == ([] if meant is DANCE else sorted({320, 640, size[0]}))
        for (address, _), width in zip(steps, widths, strict=True):
            fetch(address, media_type=meant.media_type, width_px=width)
    original = figures[0].find("a").get("href")
    fetch(original, media_type=JPEG, width_px=2400, height_px=1600)
    check_list(fetch, root)


def check_list(fetch: Fetch, root: lxml_html.HtmlElement) -> None:
    *_, listed = root.findall("ul")
    items = ["".join(item.itertext()) for item in listed]
    assert items == [
        f"{document.name} ({kind}, {format_size(len(content), decimal=',')})"
        for document, kind, content in zip(DOCUMENTS, ("DOCX", "PDF"), (documents.docx(), documents.pdf()), strict=True)
    ]
    for link, document in zip(listed.iter("a"), DOCUMENTS, strict=True):
        fetch(link.get("href"), media_type=document.media_type)


def test_every_photo_stands_upright_in_every_form(editor: Editor, fetch: Fetch) -> None:
    root = lxml_html.fragment_fromstring(entry_of(editor, "json").content, create_parent="div")
    addresses = {
        step.split()[0] for image in root.iter("img") for step in (image.get("srcset") or "").split(", ") if step
    }
    addresses |= {image.get("src") for image in root.iter("img")}
    assert len(addresses) == 4 * 3 + 1
    for address in addresses:
        with Image.open(io.BytesIO(fetch(address))) as picture:
            corner = picture.convert("RGB").getpixel((picture.width // 20, picture.height // 20))
        assert all(abs(one - other) < 25 for one, other in zip(corner, located_photos.MARK, strict=True)), address


def test_a_picture_that_moves_goes_on_moving(editor: Editor, fetch: Fetch) -> None:
    [address] = re.findall(r'src="([^"]+\.gif)"', entry_of(editor, "json").content)
    assert frames(fetch(address)) == frames(given()["mua-quat.gif"])
    assert len(frames(fetch(address))) == 4


def frames(content: bytes) -> list[bytes]:
    with Image.open(io.BytesIO(content)) as picture:
        return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(picture)]


def test_the_given_photos_tell_where_they_were_taken() -> None:
    """Without it the next test could not fail."""
    photos = [content for name, content in given().items() if not name.endswith((".docx", ".pdf"))]
    assert all(located_photos.traces_in(content) for content in photos)
    found = {trace for content in photos for trace in located_photos.traces_in(content)}
    assert found == set(located_photos.TRACES)
    for content in photos:
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.format == "GIF" or picture.getexif().get_ifd(0x8825)[2] == (21, 3, 12.4987)


def test_where_a_photo_was_taken_is_kept_nowhere_and_told_nobody(editor: Editor, fetch: Fetch) -> None:
    stored = [path for path in editor.data.rglob("*") if path.is_file()]
    kept = editor.kept()
    assert {path.name for path in stored} > kept
    assert len(kept) > 30
    for path in stored:
        assert located_photos.traces_in(path.read_bytes()) == [], path
    # Without an extension, as a CDN asks: so nothing that is kept can be left out.
    served = {digest: fetch(f"{editor.env['BANTIN_BASE_URL']}/files/{digest[:2]}/{digest}") for digest in kept}
    assert {digest: found for digest, content in served.items() if (found := located_photos.traces_in(content))} == {}
    pictures = [content for content in served.values() if content not in given().values()]
    assert len(pictures) == len(kept) - len(DOCUMENTS)
    assert [words for content in pictures if (words := words_in(content))] == []
    link = entry_of(editor, "rss").link
    for answer in (*(editor.ask(f"/feeds/all{end}") for end in ("", ".rss", ".atom", ".json")), editor.ask(link)):
        assert answer.status == 200
        assert located_photos.traces_in(answer.body) == []


def words_in(content: bytes) -> list[str]:
    """List what a picture says beside its pixels, however that may be packed."""
    with Image.open(io.BytesIO(content)) as picture:
        picture.load()
        said = {"exif", "xmp", "photoshop", "comment", "icc_profile", "mp"} & set(picture.info)
        return [*said, *getattr(picture, "text", {}), *map(str, picture.getexif())]


def test_the_share_card_is_a_file_like_the_others(editor: Editor, fetch: Fetch) -> None:
    page = lxml_html.fromstring(editor.ask(entry_of(editor, "rss").link).body)
    told = {meta.get("property"): meta.get("content") for meta in page.iter("meta")}
    fetch(
        told["og:image"],
        media_type=told["og:image:type"],
        width_px=int(told["og:image:width"]),
        height_px=int(told["og:image:height"]),
    )
    assert (told["og:image:width"], told["og:image:height"]) == ("1200", "630")
