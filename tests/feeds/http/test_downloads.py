"""Under which name a browser saves a document, however it is called."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from werkzeug.http import parse_options_header

from feeds.http.downloads import disposition


def names(words: str) -> tuple[str, str]:
    """Give the plain name and the one in UTF-8."""
    form = r"attachment; filename=\"([a-z0-9.-]+)\"; filename\*=UTF-8''([!#$&+.^_`|~\w%-]+)"
    found = re.fullmatch(form, disposition(words, "pdf"))
    assert found is not None
    return found[1], unquote(found[2], errors="strict")


@pytest.mark.parametrize(
    ("words", "plain", "full"),
    [
        ("1234/QĐ-UBND – Kế hoạch", "1234-qd-ubnd-ke-hoach.pdf", "1234-QĐ-UBND – Kế hoạch.pdf"),
        ("Ke\u0302\u0301 hoa\u0323ch", "ke-hoach.pdf", "Kế hoạch.pdf"),
        ("../../etc/passwd", "etc-passwd.pdf", "-..-etc-passwd.pdf"),
        ('C:\\Windows\\a"b<c>|?*', "c-windows-a-b-c.pdf", "C--Windows-a-b-c----.pdf"),
        ("hai\r\nSet-Cookie: x=1", "hai-set-cookie-x-1.pdf", "hai Set-Cookie- x=1.pdf"),
        ("gpj\u202e.exe", "gpj-exe.pdf", "gpj .exe.pdf"),
        (" . ", "tai-lieu.pdf", "tai-lieu.pdf"),
        ("", "tai-lieu.pdf", "tai-lieu.pdf"),
        ("\ud800x", "x.pdf", "x.pdf"),
    ],
)
def test_a_name_is_written_twice(words: str, plain: str, full: str) -> None:
    assert names(words) == (plain, full)


def test_a_long_name_is_cut_between_letters() -> None:
    plain, full = names("Kế hoạch tổ chức lễ hội Lồng Tồng " * 30)
    assert len(plain) < 90
    assert len(full.encode()) <= 164
    assert full.startswith("Kế hoạch tổ chức")


@given(st.text())
@example("\x00\n\r\"'%;=")
def test_any_words_make_one_header_line(words: str) -> None:
    plain, full = names(words)
    header = disposition(words, "pdf")
    assert header.isascii()
    assert header.isprintable()
    assert not set('/\\:*?"<>|') & set(full)
    assert not full.startswith(".")
    assert plain.endswith(".pdf")
    assert full.endswith(".pdf")
    # What an independent reader makes of it.
    kind, options = parse_options_header(header)
    assert (kind, options["filename"]) == ("attachment", full)
