r"""The header lines of a manuscript for where a bulletin plays and for who published it first.

`Địa điểm: Nhà văn hóa thôn Nậm Lam (22.14321, 105.83456)`, `Nguồn: Báo Nhân Dân | https://...`. Coordinates may be
absent. What is written is read back the same: a backslash makes the sign after it a letter.
"""

from __future__ import annotations

import re
from decimal import Decimal

from store.errors import PageUnreadable
from store.importers.manuscript_header import Header, Key
from store.text.degrees import format_degrees
from store.types import UNITS_PER_DEGREE, Origin, Place

ACCEPTED_PLACE = "a name, with or without coordinates: Thôn Nậm Lam (22.14321, 105.83456) or (22,14321; 105,83456)"
ACCEPTED_ORIGIN = "a name, a bar and an address: Báo Nhân Dân | https://..."
COORDINATES = re.compile(r"(?<!\\)\((?P<inner>[\d\s.,;:+−°-]*\d[\d\s.,;:+−°-]*)\)$")
NUMBER = r"[+−-]?\d{1,3}(?:%s\d{1,15})?°?"
PAIRS = (
    re.compile(rf"\s*({NUMBER % '[.]'})\s*[,;]\s*({NUMBER % '[.]'})\s*"),
    # Where commas part the tenths, only a semicolon parts the two numbers.
    re.compile(rf"\s*({NUMBER % ','})\s*;\s*({NUMBER % ','})\s*"),
)
LITERAL = re.compile(r"\\([\\(|])")
PARTED = re.compile(r"(?P<name>(?:\\.|[^\\|])*)\|(?P<url>.*)")


def read_place(header: Header) -> Place | None:
    """Give the place, None where none is said; PageUnreadable with the line for coordinates that cannot be read."""
    said = header.one(Key.PLACE)
    if not said:
        return None
    found = COORDINATES.search(said)
    if found is None:
        return Place(_plain(said))
    name = _plain(said[: found.start()])
    pair = next(filter(None, (pattern.fullmatch(found["inner"]) for pattern in PAIRS)), None)
    if pair is None or not name:
        raise PageUnreadable(
            field=Key.PLACE,
            value=said,
            reason="these are no coordinates" if pair is None else "it names no place, and only coordinates",
            accepted=ACCEPTED_PLACE,
            line=header.line(Key.PLACE),
            vietnamese="dòng “Địa điểm” cần tên địa điểm, sau đó có thể ghi tọa độ, ví dụ: "
            "Thôn Nậm Lam (22.14321, 105.83456)",
        )
    return Place(name, _units(pair[1]), _units(pair[2]))


def write_place(place: Place | None) -> str:
    """Write a place as `read_place` reads it, empty where there is none."""
    if place is None:
        return ""
    name = place.name.replace("\\", "\\\\")
    if place.latitude_e5 is None or place.longitude_e5 is None:
        # What a name ends with is no coordinates of ours.
        return COORDINATES.sub(lambda found: "\\" + found[0], name)
    return f"{name} ({format_degrees(place.latitude_e5)}, {format_degrees(place.longitude_e5)})"


def read_origin(header: Header) -> Origin | None:
    """Give who published it first, None where nobody is said; PageUnreadable where name or address is missing."""
    said = header.one(Key.ORIGIN)
    if not said:
        return None
    parted = PARTED.fullmatch(said)
    name, url = (_plain(parted["name"]), parted["url"].strip()) if parted else ("", "")
    if not name or not url:
        raise PageUnreadable(
            field=Key.ORIGIN,
            value=said,
            reason="a name and an address are wanted, with a bar between them",
            accepted=ACCEPTED_ORIGIN,
            line=header.line(Key.ORIGIN),
            vietnamese="dòng “Nguồn” cần tên nơi đăng đầu tiên, dấu gạch đứng rồi địa chỉ, ví dụ: "
            "Báo Nhân Dân | https://nhandan.vn/...",
        )
    return Origin(name, url)


def write_origin(origin: Origin | None) -> str:
    """Write who published it first as `read_origin` reads it, empty where there is nobody."""
    if origin is None:
        return ""
    name = re.sub(r"[\\|]", r"\\\g<0>", origin.name)
    return f"{name} | {origin.url}"


def _plain(text: str) -> str:
    return LITERAL.sub(r"\1", text).strip()


def _units(degrees: str) -> int:
    number = Decimal(degrees.replace("−", "-").replace(",", ".").rstrip("°"))
    return int((number * UNITS_PER_DEGREE).to_integral_value())
