from __future__ import annotations

import struct
import unicodedata
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.attachments.embedded_words import MAX_CAPTION_CHARS, MAX_CREDIT_CHARS, Offered, offered, orientation
from tests.support import pictures
from tests.support.costs import cpu_seconds
from tests.support.pictures import iptc, tiff, xmp

BY_LINE, CREDIT, COPYRIGHT, CAPTION = 80, 110, 116, 120
DESCRIPTION, ARTIST, EXIF_COPYRIGHT, ORIENTATION = 0x010E, 0x013B, 0x8298, 0x0112
SCENE = "Quang cảnh hội nghị tổng kết tại Nà Mạ"


def caption(text: str) -> str:
    return offered(iptc=iptc((CAPTION, text.encode()))).caption


def credit(text: str) -> str:
    return offered(iptc=iptc((CREDIT, text.encode()))).credit


def test_a_caption_is_read_wherever_it_stands() -> None:
    assert offered(iptc=iptc((CAPTION, SCENE.encode()))).caption == SCENE
    assert offered(xmp=xmp(descriptions={"x-default": SCENE})).caption == SCENE
    # Programs write UTF-8 where the format has ASCII.
    assert offered(exif=tiff({DESCRIPTION: SCENE.encode()})).caption == SCENE
    assert offered(exif=b"Exif\0\0" + tiff({DESCRIPTION: "Toan canh"})).caption == "Toan canh"


def test_what_editors_wrote_goes_before_what_cameras_did() -> None:
    exif, packet = tiff({DESCRIPTION: "three"}), xmp(descriptions={"x-default": "two"})
    assert offered(exif=exif, xmp=packet, iptc=iptc((CAPTION, b"one"))).caption == "one"
    assert offered(exif=exif, xmp=packet).caption == "two"
    assert offered(exif=exif, xmp=xmp(), iptc=iptc()).caption == "three"
    assert offered(exif=exif, xmp=packet, iptc=iptc((CAPTION, b"  "))).caption == "two"


def test_who_is_to_be_named_goes_before_who_owns_the_rights() -> None:
    exif, owned = tiff({ARTIST: "artist", EXIF_COPYRIGHT: "exif copyright"}), xmp(rights="rights")
    named = xmp(rights="rights", credit="xmp credit", creators=("creator", "another"))
    by_lines, notice = [(BY_LINE, b"first"), (BY_LINE, b"second")], (COPYRIGHT, b"notice")
    assert offered(exif=exif, xmp=named, iptc=iptc(*by_lines, notice, (CREDIT, b"credit"))).credit == "credit"
    assert offered(exif=exif, xmp=named, iptc=iptc(*by_lines, notice)).credit == "first, second"
    assert offered(exif=exif, xmp=named, iptc=iptc(notice)).credit == "xmp credit"
    assert offered(xmp=xmp(creators=("creator", "another")), iptc=iptc(notice)).credit == "creator, another"
    assert offered(exif=exif, xmp=owned, iptc=iptc(notice)).credit == "notice"
    assert offered(exif=exif, xmp=owned).credit == "rights"
    assert offered(exif=exif).credit == "exif copyright"
    assert offered(exif=tiff({ARTIST: "artist"})).credit == "artist"


def test_the_two_parts_of_an_exif_copyright_are_told_apart() -> None:
    assert offered(exif=tiff({EXIF_COPYRIGHT: "Thu Trang\0Báo Bắc Kạn".encode()})).credit == "Thu Trang"
    assert offered(exif=tiff({EXIF_COPYRIGHT: " \0Báo Bắc Kạn".encode()})).credit == "Báo Bắc Kạn"


def test_among_languages_vietnamese_is_chosen() -> None:
    assert offered(xmp=xmp(descriptions={"en": "A view", "x-default": "View", "vi-VN": SCENE})).caption == SCENE
    assert offered(xmp=xmp(descriptions={"en": "A view", "x-default": "View"})).caption == "View"
    assert offered(xmp=xmp(descriptions={"en": "A view", "fr": "Une vue"})).caption == "A view"


def test_a_property_may_be_written_plainly() -> None:
    packet = xmp(descriptions={"x-default": SCENE}).decode()
    plain = packet.replace('<rdf:Alt><rdf:li xml:lang="x-default">', "").replace("</rdf:li></rdf:Alt>", "")
    assert plain != packet
    assert offered(xmp=plain.encode()).caption == SCENE


def test_words_pass_the_pipeline_for_vietnamese() -> None:
    assert caption(unicodedata.normalize("NFD", SCENE)) == SCENE
    assert caption("Há»\u2122i nghá»\u2039") == "Hội nghị"
    assert caption("  Đoàn\r\n\tthi\u200b đua\0 ") == "Đoàn thi đua"
    assert offered(xmp=xmp(descriptions={"vi": "A & B <i>"})).caption == "A & B <i>"


@pytest.mark.parametrize(
    "raw",
    [
        b"\x93H\xe9i ngh\xde t\xe6ng k\xd5t",
        "Café, déjà".encode("latin-1"),
        "© 2020 Báo".encode("cp1252"),
        SCENE.encode("utf-16-le"),
        b"\xff\xfe\x00",
        b"\0\1\2",
    ],
)
def test_words_in_an_uncertain_encoding_are_none_rather_than_wrong(raw: bytes) -> None:
    assert offered(iptc=iptc((CAPTION, raw), (CREDIT, raw), charset=b"")) == Offered()
    assert offered(exif=tiff({DESCRIPTION: SCENE.encode()}), iptc=iptc((CAPTION, raw))).caption == SCENE


def test_a_letter_that_a_full_field_cut_in_two_is_dropped() -> None:
    raw = "Ảnh: Nguyễn Thị Thu Trang, Báo Bắc Kạ".encode()
    assert offered(iptc=iptc((CREDIT, raw[:-1]))).credit == "Ảnh: Nguyễn Thị Thu Trang, Báo Bắc K"


def test_long_words_are_cut_at_a_word() -> None:
    got = caption("Hội nghị " * 2000)
    assert 0.9 * MAX_CAPTION_CHARS < len(got) <= MAX_CAPTION_CHARS
    assert got.endswith(("Hội…", "nghị…"))
    assert len(credit("Thu Trang " * 300)) <= MAX_CREDIT_CHARS


@pytest.mark.parametrize(
    "text",
    [
        "OLYMPUS DIGITAL CAMERA",
        "SONY DSC",
        "DCIM",
        "Exif_JPEG_PICTURE",
        "SAMSUNG CAMERA PICTURES",
        "<KENOX S630  / Samsung S630>",
        "Screenshot",
        "Screenshot_20201229-143000",
        "Ảnh chụp màn hình",
        "untitled",
        "IMG_2034.JPG",
        "IMG_2034",
        "DSC 00123",
        "_DSC0012",
        "P1010023",
        "IMG-20201229-WA0001",
        "z2245678901234_0a1b2c3d4e5f.jpg",
        "Hội nghị tổng kết.jpg",
        "0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        "2020:12:29 14:30:00",
        "...",
        "",
    ],
)
def test_what_cameras_and_programs_write_is_no_caption(text: str) -> None:
    assert caption(text) == ""


@pytest.mark.parametrize(
    "text",
    [
        "Ảnh: đồng chí Bí thư phát biểu",
        "Máy ảnh Olympus trưng bày tại hội chợ",
        "Screen",
        "Hình 1. Toàn cảnh xã Nà Mạ",
        "P.V",
        "Xem IMG_2034.JPG và hai ảnh khác",
        "Covid-19",
        "Zalo",
    ],
)
def test_what_people_write_stays_a_caption(text: str) -> None:
    assert caption(text) == text


@pytest.mark.parametrize("text", ["Unknown", "user", "Microsoft Office User", "(c)", "Copyright (C)", "2020", "Picasa"])
def test_what_programs_write_is_no_credit(text: str) -> None:
    assert credit(text) == ""


@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_the_orientation_is_read_in_both_orders_of_bytes(number: int, order: str) -> None:
    head = b"II*\0" if order == "<" else b"MM\0*"
    entry = struct.pack(f"{order}HHIHH", ORIENTATION, 3, 1, number, 0)
    assert orientation(head + struct.pack(f"{order}IH", 8, 1) + entry) == number
    assert orientation(tiff({ORIENTATION: number})) == number


@pytest.mark.parametrize("exif", [b"", b"II*\0", b"rubbish that is long enough", tiff(), tiff({ORIENTATION: 9})])
def test_without_a_readable_orientation_a_picture_stays_as_it_is(exif: bytes) -> None:
    assert orientation(exif) == 1


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE x [<!ENTITY a "Hội nghị">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0" encoding="utf-16"?>',
    ],
)
def test_a_packet_that_declares_what_it_must_not_has_no_words(head: str) -> None:
    packet = xmp(descriptions={"vi": SCENE}, head=head)
    assert offered(xmp=packet) == offered(xmp=packet.decode().encode("utf-16")) == Offered()


def test_entities_and_nesting_do_no_harm() -> None:
    packet = xmp(descriptions={"vi": "SCENE"})
    assert offered(xmp=packet.replace(b"SCENE", b"&a;")) == Offered()
    assert offered(xmp=packet.replace(b"SCENE", b"<b>" * 20_000)) == Offered()
    assert offered(xmp=packet.replace(b"SCENE", b"<?x y?>Toan canh<!-- 1 -->")).caption == "Toan canh"


def _bombs() -> list[dict[str, bytes]]:
    entries = b"".join(struct.pack("<HHII", DESCRIPTION, 2, 60_000, 8) for _ in range(5_000))
    marks = "a" + "\u0301" * 20_000
    strange = "".join(chr(0x1E00 + n % 250) for n in range(20_000))
    return [
        {"exif": b"II*\0\x08\0\0\0" + struct.pack("<H", 5_000) + entries},
        {"exif": b"MM\0*\xff\xff\xff\xff\xff\xff"},
        {"exif": bytes(10_000_000)},
        {"iptc": b"\x1c\x02\x78\0\0" * 13_000},
        {"iptc": iptc((CAPTION, b"\xff\xff" * 15_000), (CREDIT, marks.encode()[:32_000]))},
        {"iptc": iptc((CAPTION, strange.encode()[:32_000]), (CREDIT, ("Ã¡»" * 5_000).encode()))},
        {"iptc": iptc((CAPTION, b"IMG" + b"7" * 7_980 + b"zzzzzzzz"))},
        {"xmp": xmp(descriptions={f"x{n}": "a" for n in range(5_000)})},
        {"xmp": xmp(descriptions={"vi": marks * 5})},
        {"xmp": xmp(creators=["a"] * 8_000)},
        {"xmp": b"<" * 200_000},
        {"xmp": b"<a " + b"".join(b"a%d='' " % n for n in range(20_000)) + b"/>"},
        {"xmp": bytes(10_000_000)},
    ]


@pytest.mark.parametrize("bomb", range(len(_bombs())))
def test_metadata_bombs_are_harmless(bomb: int) -> None:
    metadata = _bombs()[bomb]
    words = offered(**metadata)
    assert cpu_seconds(lambda: offered(**metadata), bound_seconds=0.5) < 0.5
    assert len(words.caption) <= MAX_CAPTION_CHARS
    assert len(words.credit) <= MAX_CREDIT_CHARS


PIECES = [
    tiff({DESCRIPTION: SCENE.encode(), ARTIST: "Lan", ORIENTATION: 6}),
    xmp(descriptions={"vi": SCENE}, rights="Lan"),
    iptc((CAPTION, SCENE.encode()), (BY_LINE, b"Lan")),
    pictures.icc(),
]


@given(
    st.sampled_from(PIECES), st.lists(st.tuples(st.integers(0, 4000), st.binary(max_size=3)), max_size=4), st.binary()
)
def test_nothing_that_is_damaged_raises(whole: bytes, edits: list[tuple[int, bytes]], rest: bytes) -> None:
    piece = bytearray(whole + rest)
    for at, replacement in edits:
        piece[at % len(piece) : at % len(piece) + len(replacement)] = replacement
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert orientation(bytes(piece)) in range(1, 9)
        for words in (offered(exif=bytes(piece)), offered(xmp=bytes(piece)), offered(iptc=bytes(piece))):
            assert words.caption == " ".join(words.caption.split())
            assert words.credit == " ".join(words.credit.split())
