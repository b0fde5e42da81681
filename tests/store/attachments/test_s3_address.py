"""How a bucket is named, and that nothing else is taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.attachments.s3_address import S3Address, read_s3_address


@pytest.mark.parametrize(
    ("text", "address", "said"),
    [
        ("s3://bantin", S3Address("bantin"), "s3://bantin"),
        ("s3://bantin/", S3Address("bantin"), "s3://bantin"),
        ("s3://tinh.van-son/tep/anh/", S3Address("tinh.van-son", "tep/anh"), "s3://tinh.van-son/tep/anh"),
        ("s3://bantin?region=ap-southeast-1", S3Address("bantin", region="ap-southeast-1"), "s3://bantin"),
        (
            "s3://bantin/tep?endpoint=http://127.0.0.1:9000/&region=vn",
            S3Address("bantin", "tep", "http://127.0.0.1:9000", "vn"),
            "s3://bantin/tep (http://127.0.0.1:9000)",
        ),
        (
            "s3://bantin?endpoint=https%3A%2F%2F[::1]:9000",
            S3Address("bantin", "", "https://[::1]:9000"),
            "s3://bantin (https://[::1]:9000)",
        ),
    ],
)
def test_an_address_is_understood(text: str, address: S3Address, said: str) -> None:
    assert read_s3_address(text) == address
    assert address.describe() == said


@pytest.mark.parametrize(
    "text",
    [
        "bantin",
        "s3:bantin",
        "s3://",
        "s3:///tep",
        "s3://ab",
        "s3://key:secret@bantin",
        "s3://bantin:9000",
        "https://s3.example/bantin",
        "s3://bản-tin",
        "s3://bantin/tệp",
        "s3://bantin/../other",
        "s3://bantin//tep",
        "s3://bantin/a b",
        "s3://bantin/%2e%2e",
        "s3://bantin#x",
        "s3://bantin?endpoint=",
        "s3://bantin?endpoint=minio:9000",
        "s3://bantin?endpoint=ftp://minio",
        "s3://bantin?endpoint=http://minio/path",
        "s3://bantin?endpoint=http://user:pass@minio",
        "s3://bantin?endpoint=http://minio&endpoint=http://other",
        "s3://bantin?region=",
        "s3://bantin?region=a/b",
        "s3://bantin?acl=public",
        "s3://bantin?region",
        "s3://[",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^s3://BUCKET"):
        read_s3_address(text)


@given(st.one_of(st.text(), st.text().map("s3://bantin".__add__)))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        address = read_s3_address(text)
    except ValueError:
        return
    assert address.bucket in text
    assert ".." not in address.prefix.split("/")
