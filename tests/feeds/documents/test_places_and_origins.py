"""Where an entry plays and who published it first: the same in all three formats, and clean."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from feeds.documents.model import Entry, Format
from feeds.documents.rendering import render
from store.types import Origin, Place
from tests.feeds.documents.cases import CASES
from tests.feeds.documents.values import CHANNEL, ENTRY
from tests.support.strict_readers import NAMESPACES

XML_FORMATS = (Format.RSS, Format.ATOM)


def element_of(format: Format, entry: Entry) -> etree._Element:
    root = etree.fromstring(render(format, CHANNEL, [entry]))
    return root[0].find("item") if format is Format.RSS else root.find("atom:entry", NAMESPACES)


def item_of(entry: Entry) -> dict[str, Any]:
    (item,) = json.loads(render(Format.JSON, CHANNEL, [entry]))["items"]
    return item


def place_in(format: Format, entry: Entry) -> Place | None:
    if format is Format.JSON:
        told = item_of(entry)["_bantin"].get("place")
        if told is None:
            return None
        point = [round(told[name] * 1e5) if name in told else None for name in ("latitude", "longitude")]
        return Place(told.get("name", ""), *point)
    element = element_of(format, entry)
    name, point_text = (element.findtext(f"georss:{tag}", None, NAMESPACES) for tag in ("featurename", "point"))
    if name is None and point_text is None:
        return None
    degrees = [round(float(degree) * 1e5) for degree in (point_text or "").split(" ") if degree]
    return Place(name or "", *degrees)


@pytest.mark.parametrize("format", Format)
def test_places_come_back_to_the_last_digit(format: Format) -> None:
    for entry in CASES["places"].entries:
        assert place_in(format, entry) == entry.place
    assert place_in(format, ENTRY) is None


@given(
    latitude=st.integers(-9_000_000, 9_000_000),
    longitude=st.integers(-18_000_000, 18_000_000),
)
@settings(max_examples=50, deadline=None)
def test_no_coordinate_is_rounded(latitude: int, longitude: int) -> None:
    place = Place("Nậm Lam", latitude, longitude)
    for format in Format:
        assert place_in(format, replace(ENTRY, place=place)) == place


@pytest.mark.parametrize("format", XML_FORMATS)
def test_a_point_is_latitude_then_longitude_in_degrees(format: Format) -> None:
    element = element_of(format, CASES["places"].entries[0])
    assert element.findtext("georss:point", None, NAMESPACES) == "22.14321 105.83456"
    assert element_of(format, CASES["places"].entries[3]).findtext("georss:point", None, NAMESPACES) == (
        "-0.00005 -180.00000"
    )
    # feedparser understands GeoRSS, and answers as GeoJSON does: longitude first.
    (read,) = feedparser.parse(render(format, CHANNEL, [CASES["places"].entries[0]])).entries
    assert (read.where.type, read.where.coordinates) == ("Point", (105.83456, 22.14321))


def test_the_origin_is_the_source_of_an_rss_item() -> None:
    (source,) = element_of(Format.RSS, CASES["origins"].entries[0]).findall("source")
    assert source.text == "Báo Vân Sơn & “Đời sống”"
    assert source.attrib == {
        "url": "https://xn--bo-vn-sn-8yan81s.example/tin/%C4%91%E1%BB%95i-gi%E1%BB%91ng?m%C3%A3=7&x=1"
    }


def test_the_source_of_an_atom_entry_can_be_told_from_any_other() -> None:
    entry = CASES["origins"].entries[0]
    element = element_of(Format.ATOM, entry)
    (source,) = element.findall("atom:source", NAMESPACES)
    url = item_of(entry)["_bantin"]["origin"]["url"]
    assert [(etree.QName(child).localname, child.text or child.get("href")) for child in source] == [
        ("id", url),
        ("title", "Báo Vân Sơn & “Đời sống”"),
        ("updated", "2026-10-12T08:30:00+07:00"),
        ("link", url),
    ]
    # The entry's own id, title and links stay the first that a reader finds.
    assert element.findtext("atom:id", None, NAMESPACES) == entry.id
    assert element.findtext("atom:title", None, NAMESPACES) == entry.title


def test_json_names_the_origin_and_links_to_it() -> None:
    item = item_of(CASES["origins"].entries[1])
    assert item["_bantin"]["origin"]["name"] == "Nhân Dân"
    assert item["external_url"] == item["_bantin"]["origin"]["url"]
    assert item["_bantin"]["via_url"] == "https://xn--khc-fla.example/1"
    assert "external_url" not in item_of(ENTRY)


@pytest.mark.parametrize("format", Format)
def test_what_nothing_is_left_of_is_left_out(format: Format) -> None:
    dirty = replace(ENTRY, place=Place("\x00"), origin=Origin("\x0b", "https://báo.example/\x01tin"))
    document = render(format, CHANNEL, [dirty])
    assert place_in(format, dirty) is None
    assert b"https://xn--bo-mia.example/tin" in document
    assert (
        b"origin"
        not in render(format, CHANNEL, [replace(ENTRY, origin=Origin("Báo", ""))]).partition(ENTRY.id.encode())[2]
    )
