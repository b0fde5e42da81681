"""Addresses leave in ASCII, name the same resource, and survive a second pass."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.text.iris import ascii_iri
from store.text.markup import absolute_urls


@pytest.mark.parametrize(
    ("iri", "ascii_form"),
    [
        ("https://bantin.example/ban-tin/x-1", "https://bantin.example/ban-tin/x-1"),
        ("https://x.example/ảnh đẹp.jpg", "https://x.example/%E1%BA%A3nh%20%C4%91%E1%BA%B9p.jpg"),
        ("https://x.example/%E1%BA%A3nh.jpg", "https://x.example/%E1%BA%A3nh.jpg"),
        ("https://x.example/100%/a%2Fb", "https://x.example/100%25/a%2Fb"),
        ("https://x.example/?", "https://x.example/?"),
        ("https://x.example/tìm?q=a+b&c=ữ#mục", "https://x.example/t%C3%ACm?q=a+b&c=%E1%BB%AF#m%E1%BB%A5c"),
        ("http://đà-nẵng.vn:8080/", "http://xn---nng-zna70au54p.vn:8080/"),
        ("http://user@đất.vn", "http://user@xn--t-kia038t.vn"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("http://[ả", "http://[%E1%BA%A3"),
        ("https://x.example／ả", "https://x.example%EF%BC%8F%E1%BA%A3"),
        ("urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9c01", "urn:uuid:0f0de7d1-7f4b-4f6e-8d4f-6a8a3f2b9c01"),
        ("mailto:lan@vanson.example", "mailto:lan@vanson.example"),
    ],
)
def test_known_addresses(iri: str, ascii_form: str) -> None:
    assert ascii_iri(iri) == ascii_form


def test_host_in_punycode_reads_back() -> None:
    host = urlsplit(ascii_iri("https://tỉnh-vân-sơn.example/")).hostname
    assert host is not None
    assert host.encode().decode("idna") == "tỉnh-vân-sơn.example"


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_result_is_ascii_and_stable(text: str) -> None:
    for iri in (text, f"https://x.example/{text}", f"https://{text}/"):
        once = ascii_iri(iri)
        assert once.isascii()
        assert not set(once) & set(' <>"\\^`{|}')
        assert ascii_iri(once) == once


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="%")))
def test_path_names_the_same_resource(path: str) -> None:
    assert unquote(ascii_iri(f"https://x.example/{path}"), errors="strict") == f"https://x.example/{path}"


def test_addresses_inside_html_become_ascii_too() -> None:
    html = '<a href="https://vi.wikipedia.org/wiki/Bắc_Kạn">x</a><img src="/ảnh một.jpg" alt="Ảnh">'
    made = absolute_urls(html, "https://bantin.example/tin/")
    assert 'href="https://vi.wikipedia.org/wiki/B%E1%BA%AFc_K%E1%BA%A1n"' in made
    assert 'src="https://bantin.example/%E1%BA%A3nh%20m%E1%BB%99t.jpg" alt="Ảnh"' in made
    assert absolute_urls(made, "https://bantin.example/tin/") == made
