from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.errors import CharsetRefused
from store.text.charsets import Decoded, decode, refuse_legacy

TITLE = "Hội nghị tổng kết"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (TITLE.encode(), Decoded(TITLE, "utf-8")),
        (codecs.BOM_UTF8 + TITLE.encode(), Decoded(TITLE, "utf-8")),
        (codecs.BOM_UTF16_LE + TITLE.encode("utf-16-le"), Decoded(TITLE, "utf-16-le", ("converted from UTF-16-LE",))),
        (codecs.BOM_UTF16_BE + TITLE.encode("utf-16-be"), Decoded(TITLE, "utf-16-be", ("converted from UTF-16-BE",))),
        (b"", Decoded("", "utf-8")),
    ],
)
def test_unicode_is_read(raw: bytes, wanted: Decoded) -> None:
    assert decode(raw) == wanted


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0", max_codepoint=0x7F)))
def test_plain_ascii_is_read_as_it_is(text: str) -> None:
    assert decode(b"-" + text.encode()).text == "-" + text


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\x93H\xe9i ngh\xde\x94", "TCVN3"),
        ("ñy ban nh©n d©n tØnh".encode("cp1252"), "TCVN3"),
        ("ñoaøn theå".encode("cp1252"), "VNI-Windows"),
        ("UYÛ BAN NHAÂN DAÂN".encode("cp1252"), "VNI-Windows"),
        (b"ti\xd2nh B\xe3\xecc Ka\xf2n", "windows-1258"),
        ("Kh¯i thi ðua M£t".encode("cp1252"), "VISCII"),
        ("KhÓi thi Çua M¥t".encode("cp1252"), "VPS"),
        (
            "Chiều 29/12, năm đơn vị được tặng Cờ thi đua".encode("cp1258", "replace"),
            "windows-1258.*save the file as UTF-8",
        ),
        ("Hà Nam năm nay đăng cai".encode("cp1258"), "windows-1258.*save the file as UTF-8"),
        ("ông có bà".encode("cp1258"), "a one-byte encoding that is not UTF-8; save the file as UTF-8"),
        (
            "Université française, déjà".encode("latin-1"),
            "a one-byte encoding that is not UTF-8; save the file as UTF-8",
        ),
        ("Straße, Bär, Dörfer".encode("latin-1"), "a one-byte encoding that is not UTF-8"),
        (b"%PDF-1.7 \xe2\xe3", "PDF"),
        (b"PK\x03\x04\x14\x00", "DOCX"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "DOC"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "JPEG"),
        (b"a\x00b", "binary"),
        (TITLE.encode("utf-16-le"), "without a byte order mark"),
        (codecs.BOM_UTF32_LE + TITLE.encode("utf-32-le"), "UTF-32"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8", "damaged UTF-16-LE"),
    ],
)
def test_other_bytes_are_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(CharsetRefused, match=reason) as refused:
        decode(raw, field="tin.txt")
    assert refused.value.field == "tin.txt"


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8])
def test_damaged_utf8_names_its_line(mark: bytes) -> None:
    raw = mark + "Hội nghị\n".encode() + b"\xe1\xbb\ntin"
    with pytest.raises(CharsetRefused, match="damaged UTF-8") as refused:
        decode(raw)
    assert refused.value.line == 2


def test_legacy_text_saved_as_utf8_names_its_line() -> None:
    with pytest.raises(CharsetRefused, match="VNI-Windows") as refused:
        decode("Tin\n\nKhoái thi ñua Maët traän".encode())
    assert refused.value.line == 3
    assert refused.value.value == "ñua"


@pytest.mark.parametrize(
    "text",
    [
        "ông",
        "Guðmundur",
        "Ðoàn, thi ðua",
        "là où",
        "B¾c",
        "ông có là và bà cá má, 5 µm, 3 ¢n, café",
        "Khèi " + "Hội nghị tổng kết công tác thi đua khen thưởng",
        "Polska: żółw, źdźbło",
        "Ελλάδα",
    ],
)
def test_text_that_proves_nothing_passes(text: str) -> None:
    refuse_legacy(text, "title")


def test_a_legacy_page_with_one_unicode_word_is_still_refused() -> None:
    with pytest.raises(CharsetRefused, match="TCVN3"):
        refuse_legacy("Khèi thi ®ua MÆt trËn Tæ quèc vµ c¸c ®oµn thÓ Hội tæng kÕt c«ng t¸c", "body")
