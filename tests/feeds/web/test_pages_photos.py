"""Photos and documents on the pages: small ones for lists, all widths for bulletins, documents once, a share card."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html

from feeds.web.pictures import focus_class
from store.types import Attachment, AttachmentKind, Focus, StoredFile
from tests.feeds.conftest import BASE_URL, Served
from tests.feeds.documents.values import stored_document, stored_photo

LARGE = stored_photo("large", "image/jpeg", 4032, 3024)
UPRIGHT = stored_photo("upright", "image/png", 900, 1350)
MOVING = stored_photo("moving", "image/gif", 480, 320, is_animated=True)
PLAN = stored_document("plan", "application/pdf", 1_234_567)
BODY = (
    '<p>Hội xuân mở màn lúc 19 giờ.</p>\n<figure data-attachment="2"></figure>\n'
    '<figure data-attachment="4"></figure>\n<figure data-attachment="1"></figure>\n'
)
ATTACHMENTS = (
    Attachment(number=1, caption="Chân dung", file=UPRIGHT),
    Attachment(number=2, caption="Ruộng “bậc thang”", alternative_text="Ruộng & nước", file=LARGE),
    Attachment(number=3, caption="Đêm hội", file=MOVING),
    Attachment(
        number=4,
        kind=AttachmentKind.DOCUMENT,
        caption="Kế hoạch <thu> & chi",
        reference="1234/QĐ-UBND",
        file=PLAN,
    ),
    Attachment(number=5, kind=AttachmentKind.DOCUMENT, caption="Phụ lục", reference="5/PL-UBND"),
)
STYLES = Path(__file__).resolve().parents[3] / "feeds" / "static" / "bantin.css"


def page(served: Served, address: str) -> html.HtmlElement:
    answer = served.client.get(address, follow_redirects=True)
    assert answer.status_code == 200
    return html.fromstring(answer.data)


def bulletin(served: Served, *attachments: Attachment) -> html.HtmlElement:
    """The page of a bulletin with these attachments, or with all of them where the body places them."""
    body = "" if attachments else BODY
    number = served.add(title="Hội xuân", attachments=attachments or ATTACHMENTS, body=body)
    return page(served, f"/ban-tin/hoi-xuan-{number}")


def address(digest: str, extension: str) -> str:
    return f"{BASE_URL}/files/{digest[:2]}/{digest}.{extension}"


def digest(file: StoredFile, name: str) -> str:
    return next(rendition.digest for rendition in file.renditions if rendition.name == name)


def chosen(element: html.HtmlElement) -> list[str]:
    return [candidate.split()[1] for candidate in element.get("srcset").split(", ")]


def test_a_photo_is_offered_as_webp_and_as_jpeg_at_every_width(served: Served) -> None:
    figure = bulletin(served).find(".//figure")
    (picture,) = figure.iter("picture")
    (source,), (image,) = picture.iter("source"), picture.iter("img")
    assert source.get("type") == "image/webp"
    assert chosen(source) == chosen(image) == ["320w", "640w", "1280w"]
    assert source.get("sizes") == image.get("sizes") == "(max-width: 800px) 92vw, 736px"
    assert source.get("srcset").split()[0] == address(digest(LARGE, "webp-320"), "webp")
    assert image.get("src") == address(digest(LARGE, "jpeg-1280"), "jpg")
    assert (image.get("width"), image.get("height"), image.get("alt")) == ("1280", "960", "Ruộng & nước")
    assert picture.getparent().get("href") == address(LARGE.digest, "jpg")


def test_only_the_first_photo_is_fetched_before_anybody_scrolls(served: Served) -> None:
    images = list(bulletin(served).iterfind(".//figure//img"))
    assert [image.get("loading") for image in images] == [None, "lazy", "lazy"]
    assert [image.get("fetchpriority") for image in images] == ["high", None, None]
    assert [image.get("alt") for image in images] == ["Ruộng & nước", "Chân dung", "Đêm hội"]


def test_an_upright_photo_says_so_and_a_moving_one_stands_alone(served: Served) -> None:
    _, upright, moving = bulletin(served).iterfind(".//figure//img")
    assert upright.get("class") == "tall"
    assert upright.get("sizes") == "(max-width: 521px) 92vw, 480px"
    assert moving.get("src") == address(MOVING.digest, "gif")
    assert moving.get("srcset") is None
    assert moving.getparent().tag == "figure"


def test_a_photo_whose_renditions_are_not_made_yet_is_shown_as_it_is(served: Served) -> None:
    figure = bulletin(served, Attachment(number=1, caption="Ruộng", file=replace(LARGE, renditions=())))
    (image,) = figure.iterfind(".//figure//img")
    assert (image.get("src"), image.get("width")) == (address(LARGE.digest, "jpg"), "4032")
    assert image.get("srcset") is None
    assert figure.find(".//source") is None


def test_documents_are_listed_once_after_the_body(served: Served) -> None:
    root = bulletin(served)
    (papers,) = root.find_class("papers")
    assert papers.find("h2").text_content() == "Văn bản kèm theo"
    assert [" ".join(item.text_content().split()) for item in papers.iter("li")] == [
        "PDFKế hoạch <thu> & chi 1234/QĐ-UBND · PDF, 1,2 MB",
        "…Phụ lục 5/PL-UBND · Chưa có tệp để tải về",
    ]
    (link,) = papers.iter("a")
    (body,) = root.find_class("body")
    assert (link.get("href"), link.get("type")) == (address(PLAN.digest, "pdf"), "application/pdf")
    assert [placed.text_content() for placed in body.iterfind(".//p/a")] == ["1234/QĐ-UBND – Kế hoạch <thu> & chi"]
    assert "Văn bản kèm theo" not in body.text_content()
    assert bulletin(served, ATTACHMENTS[0]).find_class("papers") == []


@pytest.mark.parametrize(
    ("attachment", "shown", "size"),
    [
        (ATTACHMENTS[1], ("card", "jpg"), ("1200", "630")),
        (replace(ATTACHMENTS[1], focus=Focus(10, 90)), ("card", "jpg"), ("1200", "630")),
        (replace(ATTACHMENTS[1], file=replace(LARGE, renditions=())), (None, "jpg"), ("4032", "3024")),
        (replace(ATTACHMENTS[1], file=MOVING), ("card", "jpg"), ("1200", "630")),
    ],
    ids=["card", "card-of-the-middle", "photo-itself", "animated"],
)
def test_networks_are_shown_the_share_card(
    served: Served, attachment: Attachment, shown: tuple[str | None, str], size: tuple[str, str]
) -> None:
    root = bulletin(served, attachment)
    said = {tag.get("property") or tag.get("name"): tag.get("content") for tag in root.iterfind(".//head/meta")}
    name, extension = shown
    assert attachment.file is not None
    wanted = digest(attachment.file, name) if name else attachment.file.digest
    assert said["og:image"] == address(wanted, extension)
    assert (said["og:image:width"], said["og:image:height"]) == size
    assert said["og:image:type"] == "image/jpeg"
    assert said["og:image:alt"] == "Ruộng & nước"
    assert said["twitter:card"] == "summary_large_image"


def test_without_a_photo_nothing_is_said_of_one(served: Served) -> None:
    root = bulletin(served, ATTACHMENTS[3])
    said = [tag.get("property") or tag.get("name") for tag in root.iterfind(".//head/meta")]
    assert [name for name in said if name and name.startswith("og:image")] == []
    assert root.xpath("//meta[@name='twitter:card']/@content") == ["summary"]


def test_lists_show_small_photos_and_wait_with_those_further_down(served: Served) -> None:
    for place in range(5):
        served.add(title=f"Tin số {place}", attachments=(replace(ATTACHMENTS[1], number=1),), body="")
    root = page(served, "/feeds/all")
    images = list(root.iterfind(".//article//img"))
    assert len(images) == 5
    for image in images:
        (source,) = image.getparent().iter("source")
        assert chosen(source) == chosen(image) == ["320w", "640w"]
        assert image.get("src") == address(digest(LARGE, "jpeg-320"), "jpg")
        assert (image.get("width"), image.get("height")) == ("320", "240")
        assert image.get("alt") == ""
    assert [image.get("loading") for image in images] == [None, None, None, "lazy", "lazy"]


def test_a_moving_photo_stands_still_in_lists(served: Served) -> None:
    served.add(title="Đêm hội", attachments=(replace(ATTACHMENTS[2], number=1),), body="")
    (image,) = page(served, "/feeds/all").iterfind(".//article//img")
    assert image.get("src") == address(digest(MOVING, "jpeg-320"), "jpg")
    assert MOVING.digest not in html.tostring(image.getparent()).decode()


def test_the_focal_point_reaches_lists_without_any_style_attribute(served: Served) -> None:
    served.add(title="Chân dung", attachments=(Attachment(number=1, focus=Focus(84, 5), file=UPRIGHT),), body="")
    root = page(served, "/feeds/all")
    (image,) = root.iterfind(".//article//img")
    assert image.get("class") == "thumb fx8 fy1"
    assert root.xpath("//*[@style]") == []


def test_every_focal_point_has_its_classes() -> None:
    styles = dict(re.findall(r"\.(f[xy]\d+) \{ --f[xy]: (\d+)%; \}", STYLES.read_text()))
    assert len(styles) == 22
    for percent in range(101):
        for name in focus_class(Focus(percent, 100 - percent)).split():
            meant = percent if name.startswith("fx") else 100 - percent
            assert abs(int(styles[name]) - meant) <= 5
    assert focus_class(None) == ""
