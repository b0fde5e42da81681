"""Where an entry plays, as Simple GeoRSS in both XML formats.

feedgen's own extension takes ready strings and writes the same elements; here the coordinates keep the five places
behind the point that they are stored with, whatever their last digit.

Spec: GeoRSS Simple 1.1 (`point`: latitude, a space, longitude, in degrees of WGS 84; `featurename`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from lxml import etree

from feeds.documents.extensions.contract import GEORSS_NS, EntryExtension, HeadExtension, add
from feeds.documents.model import Entry, EntryContext
from store.types import UNITS_PER_DEGREE, Place


class PlacesHead(HeadExtension):
    """Declare GeoRSS."""

    namespaces: ClassVar[Mapping[str, str]] = {"georss": GEORSS_NS}


class PlaceOfEntry(EntryExtension):
    """Say where an entry plays."""

    def extend_rss(self, item: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the place to an item."""
        _add_place(item, entry.place)

    def extend_atom(self, element: etree._Element, entry: Entry, context: EntryContext) -> None:
        """Add the place to an entry."""
        _add_place(element, entry.place)


def _add_place(element: etree._Element, place: Place | None) -> None:
    if place is None:
        return
    if place.latitude_e5 is not None and place.longitude_e5 is not None:
        point = f"{place.latitude_e5 / UNITS_PER_DEGREE:.5f} {place.longitude_e5 / UNITS_PER_DEGREE:.5f}"
        add(element, "point", point, ns=GEORSS_NS)
    if place.name:
        add(element, "featurename", place.name, ns=GEORSS_NS)
