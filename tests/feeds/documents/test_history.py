"""Where a document stands in the history of its channel: by the rules of RFC 5005, the same in all three formats."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from lxml import etree

from feeds.documents.model import Format, History
from feeds.documents.rendering import render
from tests.feeds.documents.cases import CHANNEL, ENTRY, SITE_URL
from tests.support.parsers import PYTHON_READERS

FH = "{http://purl.org/syndication/history/1.0}"
ATOM = "{http://www.w3.org/2005/Atom}"
XML_FORMATS = (Format.RSS, Format.ATOM)


def named(name: str) -> dict[Format, str]:
    return {each: f"{SITE_URL}/feeds/all/archive/{name}.{each.value}" for each in Format}


HEAD = replace(CHANNEL, history=History(previous=named("3-37")))
ARCHIVE = replace(
    CHANNEL,
    feed_urls=named("2-500"),
    history=History(is_archive=True, current=CHANNEL.feed_urls, previous=named("1-500"), following=named("3-500")),
)
OLDEST = replace(ARCHIVE, history=History(is_archive=True, current=CHANNEL.feed_urls))


def links(channel: object, format: Format) -> list[tuple[str, str, str]]:
    root = etree.fromstring(render(format, channel, (ENTRY,)))
    head = root[0] if format is Format.RSS else root
    found = [
        (link.attrib["rel"], link.attrib["type"], link.attrib["href"]) for link in head.iterchildren(f"{ATOM}link")
    ]
    return [link for link in found if link[0] in {"current", "prev-archive", "next-archive"}]


@pytest.mark.parametrize("format", XML_FORMATS)
def test_links_lead_to_documents_of_the_same_format(format: Format) -> None:
    media_type = format.media_type
    assert links(CHANNEL, format) == []
    assert links(HEAD, format) == [("prev-archive", media_type, named("3-37")[format])]
    assert links(ARCHIVE, format) == [
        ("current", media_type, CHANNEL.feed_urls[format]),
        ("prev-archive", media_type, named("1-500")[format]),
        ("next-archive", media_type, named("3-500")[format]),
    ]
    assert links(OLDEST, format) == [("current", media_type, CHANNEL.feed_urls[format])]


@pytest.mark.parametrize("format", XML_FORMATS)
def test_only_an_archive_says_that_it_is_one(format: Format) -> None:
    for channel, expected in ((CHANNEL, 0), (HEAD, 0), (ARCHIVE, 1)):
        document = render(format, channel, (ENTRY,))
        root = etree.fromstring(document)
        head = root[0] if format is Format.RSS else root
        assert len(head.findall(f"{FH}archive")) == len(list(root.iter(f"{FH}*"))) == expected
        assert document.count(b"purl.org/syndication/history") == expected


def test_json_leads_back_by_next_url() -> None:
    head, archive, oldest = (json.loads(render(Format.JSON, channel, (ENTRY,))) for channel in (HEAD, ARCHIVE, OLDEST))
    assert (head["next_url"], head["feed_url"]) == (named("3-37")[Format.JSON], CHANNEL.feed_urls[Format.JSON])
    assert (archive["next_url"], archive["feed_url"]) == (named("1-500")[Format.JSON], named("2-500")[Format.JSON])
    assert "next_url" not in oldest
    assert "archive" not in head["_bantin"]
    assert archive["_bantin"]["archive"] == {
        "current_url": CHANNEL.feed_urls[Format.JSON],
        "newer_url": named("3-500")[Format.JSON],
    }
    assert oldest["_bantin"]["archive"] == {"current_url": CHANNEL.feed_urls[Format.JSON]}


def test_entries_are_the_same_bytes_wherever_they_stand() -> None:
    for format in XML_FORMATS:
        plain, _, entry = render(format, CHANNEL, (ENTRY,)).partition(b"<entry" if format is Format.ATOM else b"<item")
        assert plain
        assert render(format, ARCHIVE, (ENTRY,)).endswith(entry)


def test_no_reader_takes_the_page_of_an_archive_for_another() -> None:
    for format in Format:
        for reader in PYTHON_READERS:
            if format.value in reader.formats:
                found = reader.read(render(format, ARCHIVE, (ENTRY,)))
                assert (found.link, found.ids) == (CHANNEL.html_url, (ENTRY.id,)), (format, reader.name)


def test_addresses_leave_in_ascii() -> None:
    channel = replace(CHANNEL, history=History(previous=dict.fromkeys(Format, "https://bản.tin.example/cũ")))
    for format in Format:
        document = render(format, channel, ())
        assert "cũ".encode() not in document
        assert b"/c%C5%A9" in document
