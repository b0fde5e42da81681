"""Photos and documents in the content of entries: absolute, at every width, named, in the language of the entry."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lxml import html

from feeds.addresses import Addresses
from feeds.entries import content_html, entry_of
from store.types import Attachment, AttachmentKind, Bulletin, StoredFile
from tests.feeds.documents.values import (
    BULLETIN,
    LEAD_FILE,
    PHOTOS_AND_DOCUMENTS,
    SITE_URL,
    UNNAMED_DOCUMENTS,
    stored_document,
    stored_photo,
)

ADDRESSES = Addresses(SITE_URL)


def content(bulletin: Bulletin) -> html.HtmlElement:
    return html.fragment_fromstring(content_html(bulletin, ADDRESSES), create_parent="div")


def with_photo(file: StoredFile, **said: str) -> Bulletin:
    return replace(BULLETIN, body="<p>Tin.</p>\n", attachments=(Attachment(number=1, file=file, **said),))


def with_document(**said: object) -> Bulletin:
    document = Attachment(number=1, kind=AttachmentKind.DOCUMENT, **said)
    return replace(BULLETIN, body="<p>Tin.</p>\n", attachments=(document,))


def candidates(image: html.HtmlElement) -> list[tuple[str, str]]:
    return [tuple(candidate.split()) for candidate in image.get("srcset", "").split(", ") if candidate]


def lines(root: html.HtmlElement, path: str) -> list[str]:
    return [found.text_content() for found in root.findall(path)]


def test_a_large_photo_comes_in_three_widths_and_leads_to_itself() -> None:
    file = stored_photo("large", "image/jpeg", 4032, 3024)
    widths = {rendition.digest: rendition.width_px for rendition in file.renditions}
    (image,) = content(with_photo(file, caption="Ruộng bậc thang")).iter("img")
    assert (image.get("width"), image.get("height")) == ("1280", "960")
    assert [width for _, width in candidates(image)] == ["320w", "640w", "1280w"]
    for address, width in candidates(image):
        assert address.startswith(f"{SITE_URL}/files/")
        assert address.endswith(".jpg")
        assert f"{widths[address[-68:-4]]}w" == width
    assert image.get("src") == candidates(image)[-1][0]
    assert image.get("sizes") == "(max-width: 720px) 100vw, 720px"
    assert image.getparent().tag == "a"
    assert image.getparent().get("href") == f"{SITE_URL}/files/{file.digest[:2]}/{file.digest}.jpg"


@pytest.mark.parametrize(
    ("file", "width", "others"),
    [
        (stored_photo("drawn", "image/png", 800, 600), "800", ["320w", "640w", "800w"]),
        (stored_photo("small", "image/webp", 500, 400), "500", ["320w", "500w"]),
        (stored_photo("tiny", "image/jpeg", 200, 100), "200", []),
        (LEAD_FILE, "1280", []),
    ],
    ids=["png", "webp", "tiny", "not-made-yet"],
)
def test_what_is_no_larger_than_shown_leads_nowhere(file: StoredFile, width: str, others: list[str]) -> None:
    (image,) = content(with_photo(file, caption="Ruộng bậc thang")).iter("img")
    assert image.get("src").endswith(".jpg")
    assert image.get("width") == width
    assert [width for _, width in candidates(image)] == others
    assert (image.get("sizes") is None) == (not others)
    assert image.getparent().tag == "figure"


def test_a_narrow_photo_is_never_spread_wider_than_it_is() -> None:
    (image,) = content(with_photo(stored_photo("small", "image/png", 500, 400))).iter("img")
    assert image.get("sizes") == "(max-width: 500px) 100vw, 500px"


def test_an_animated_photo_moves() -> None:
    file = stored_photo("animated", "image/gif", 1600, 900, is_animated=True)
    (image,) = content(with_photo(file, caption="Đêm hội")).iter("img")
    assert image.get("src").endswith(f"{file.digest}.gif")
    assert image.get("srcset") is None
    assert image.getparent().tag == "figure"


@pytest.mark.parametrize(
    ("said", "alternative", "caption"),
    [
        ({"caption": "Chợ phiên", "alternative_text": "Nhiều người"}, "Nhiều người", "Chợ phiên"),
        ({"caption": "Chợ phiên", "credit": "Thu Trang"}, "Chợ phiên", "Chợ phiên (Ảnh: Thu Trang)"),
        ({"credit": "Thu Trang"}, "Ảnh", "(Ảnh: Thu Trang)"),
        ({}, "Ảnh", None),
    ],
    ids=["both", "caption", "credit", "nothing"],
)
def test_every_photo_has_words_for_who_does_not_see_it(
    said: dict[str, str], alternative: str, caption: str | None
) -> None:
    root = content(with_photo(stored_photo("large", "image/jpeg", 4032, 3024), **said))
    assert [image.get("alt") for image in root.iter("img")] == [alternative]
    assert lines(root, ".//figcaption") == ([caption] if caption else [])


def test_documents_stand_where_the_body_has_them_and_all_of_them_at_the_end() -> None:
    root = content(PHOTOS_AND_DOCUMENTS)
    plan = '1234/QĐ-UBND – Kế hoạch "Hội xuân" & đường đi <bản đồ> năm 2026'
    placed = root.findall("p")[-2]
    assert placed.text_content() == f"{plan} (PDF, 1,2 MB)"
    assert root.findall("p")[-1].text_content() == "Văn bản kèm theo:"
    assert root[-1].tag == "ul"
    assert lines(root, "ul/li") == [f"{plan} (PDF, 1,2 MB)", "Phiếu đăng ký gian hàng (DOC, 48 kB)"]
    links = [*placed.iter("a"), *root[-1].iter("a")]
    digests = [PHOTOS_AND_DOCUMENTS.attachments[place].file.digest for place in (5, 5, 6)]
    assert [link.get("href") for link in links] == [
        f"{SITE_URL}/files/{digest[:2]}/{digest}.{kind}"
        for digest, kind in zip(digests, ("pdf", "pdf", "doc"), strict=True)
    ]
    assert all("figure" not in [up.tag for up in link.iterancestors()] for link in links)


def test_documents_without_words_and_without_file_are_listed_in_english_too() -> None:
    root = content(UNNAMED_DOCUMENTS)
    assert root.findall("p")[-1].text_content() == "Documents:"
    assert lines(root, "ul/li") == [
        "1234/QĐ-UBND (PDF, 1.2 MB)",
        "An annex that is still to come",
        "Document 3 (DOC, 48 kB)",
    ]
    assert [len(item.findall("a")) for item in root.findall("ul/li")] == [1, 0, 1]
    offered = entry_of(UNNAMED_DOCUMENTS, ADDRESSES).documents
    assert [(document.title, document.reference, document.name) for document in offered] == [
        ("1234/QĐ-UBND", "1234/QĐ-UBND", "1234/QĐ-UBND"),
        ("Document 3", "", "Document 3"),
    ]


def test_a_vietnamese_document_without_words_is_called_by_its_place() -> None:
    file = stored_document("plan", "application/zip", 999)
    assert lines(content(with_document(file=file)), "ul/li") == ["Văn bản 1 (ZIP, 999 bytes)"]


def test_a_document_that_waits_is_no_photo_caption() -> None:
    bulletin = replace(with_document(caption="Phụ lục"), body='<p>Tin.</p>\n<figure data-attachment="1"></figure>\n')
    root = content(bulletin)
    assert "Chú thích ảnh" not in root.text_content()
    assert lines(root, "p")[-2:] == ["Phụ lục", "Văn bản kèm theo:"]
    assert list(root.iter("figure", "a")) == []


def test_an_entry_without_documents_speaks_of_none() -> None:
    assert "Văn bản" not in content(BULLETIN).text_content()
    assert entry_of(BULLETIN, ADDRESSES).documents == ()


def test_addresses_of_the_body_itself_are_made_absolute() -> None:
    body = '<p><a href="/ban-tin/chuong-trinh-56">Xem</a></p>\n<figure data-attachment="1"></figure>\n'
    root = content(replace(with_photo(LEAD_FILE), body=body))
    addresses = [address for _, _, address, _ in root.iterlinks()]
    assert len(addresses) == 2
    assert all(address.startswith(f"{SITE_URL}/") for address in addresses)
