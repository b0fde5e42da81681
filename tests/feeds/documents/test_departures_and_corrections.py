"""What left a channel and what was corrected: by the rules of RFC 6721, and the same in all three formats."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime

import pytest
from dateutil.parser import isoparse
from lxml import etree

from feeds.documents.model import Format
from feeds.documents.rendering import render
from store.types import VIETNAM, Correction
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY
from tests.support.parsers import PYTHON_READERS
from tests.support.strict_readers import NAMESPACES

AT = "{http://purl.org/atompub/tombstones/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
XML_FORMATS = (Format.RSS, Format.ATOM)
GONE = CASES["tombstones"]


def root_of(case: str, format: Format) -> etree._Element:
    return etree.fromstring(render(format, CASES[case].channel, CASES[case].entries))


def bantin_of(case: str) -> dict[str, object]:
    members: dict[str, object] = json.loads(render(Format.JSON, CASES[case].channel, CASES[case].entries))["_bantin"]
    return members


@pytest.mark.parametrize("format", XML_FORMATS)
def test_a_deleted_entry_keeps_to_the_rfc(format: Format) -> None:
    root = root_of("tombstones", format)
    head = root[0] if format is Format.RSS else root
    found = head.findall(f"{AT}deleted-entry")
    assert len(found) == len(list(root.iter(f"{AT}deleted-entry"))) == 2
    for element in found:
        assert set(element.attrib) == {"ref", "when"}
        assert isoparse(element.attrib["when"]).utcoffset() is not None
        comments = element.findall(f"{AT}comment")
        assert len(comments) == len(element) == 1
        assert dict(comments[0].attrib) == {"type": "text", LANG: "vi"}
        assert len(comments[0]) == 0
    entry = head.find("item") if format is Format.RSS else head.find("atom:entry", NAMESPACES)
    assert head.index(found[-1]) < head.index(entry)


@pytest.mark.parametrize("format", XML_FORMATS)
def test_departures_come_back_letter_by_letter(format: Format) -> None:
    read = [
        (element.attrib["ref"], isoparse(element.attrib["when"]), element.findtext(f"{AT}comment"))
        for element in root_of("tombstones", format).iter(f"{AT}deleted-entry")
    ]
    assert read == [(gone.id, gone.at, gone.reason) for gone in GONE.channel.deleted]


def test_json_tells_the_same_departures() -> None:
    assert bantin_of("tombstones")["deleted"] == [
        {"id": gone.id, "when": gone.at.isoformat(), "reason": gone.reason} for gone in GONE.channel.deleted
    ]


def test_no_reader_takes_a_departure_for_an_entry() -> None:
    for format in Format:
        document = render(format, GONE.channel, GONE.entries)
        without = render(format, CHANNEL, GONE.entries)
        for reader in PYTHON_READERS:
            if format.value in reader.formats:
                assert reader.read(document) == reader.read(without), (format, reader.name)


def test_a_channel_that_nothing_left_says_nothing_of_tombstones() -> None:
    for format in XML_FORMATS:
        assert b"tombstones" not in render(format, CHANNEL, (ENTRY,))
    assert "deleted" not in bantin_of("no-photo")


def test_a_departure_without_words_has_no_comment() -> None:
    channel = replace(CHANNEL, deleted=(replace(GONE.channel.deleted[0], reason=""),))
    for format in XML_FORMATS:
        (element,) = etree.fromstring(render(format, channel, ())).iter(f"{AT}deleted-entry")
        assert len(element) == 0


def test_what_xml_cannot_carry_breaks_no_document() -> None:
    channel = replace(CHANNEL, deleted=(replace(GONE.channel.deleted[0], reason="Sai\x0b số\ud800 liệu"),))
    noted = replace(ENTRY, corrections=(Correction(datetime(2026, 2, 4, 9, tzinfo=VIETNAM), "Số\x00 đúng là 5\ufffe"),))
    for format in Format:
        document = render(format, channel, (noted,)).decode()
        assert "Sai số liệu" in document
        assert "Số đúng là 5" in document


@pytest.mark.parametrize("format", XML_FORMATS)
def test_corrections_stand_in_the_data_of_their_entry(format: Format) -> None:
    root = root_of("corrections", format)
    entries = root.iter("item") if format is Format.RSS else root.iterfind("atom:entry", NAMESPACES)
    for element, meant in zip(entries, CASES["corrections"].entries, strict=True):
        read = [
            Correction(isoparse(found.attrib["when"]), found.text or "")
            for found in element.findall("bantin:correction", NAMESPACES)
        ]
        assert tuple(read) == meant.corrections


def test_json_has_the_same_corrections() -> None:
    case = CASES["corrections"]
    items = json.loads(render(Format.JSON, case.channel, case.entries))["items"]
    for item, meant in zip(items, case.entries, strict=True):
        assert item["_bantin"]["corrections"] == [
            {"when": correction.at.isoformat(), "note": correction.note} for correction in meant.corrections
        ]


def test_the_content_begins_with_the_corrections_in_the_language_of_the_entry() -> None:
    vietnamese, english = (entry.content_html for entry in CASES["corrections"].entries)
    assert vietnamese.startswith(
        "<p><strong>Đính chính (Thứ Năm, 05/02/2026, 16:05):</strong> "
        "Số người dự là “hơn 2.000”, không phải &lt; 200 &amp; “vắng”.</p>\n"
        "<p><strong>Đính chính (Thứ Tư, 04/02/2026, 09:30):</strong>"
    )
    assert english.startswith("<p><strong>Correction (5 Feb 2026, 16:05):</strong> The festival was the fifth")
