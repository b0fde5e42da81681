"""Dates as the formats want them, read without guessing; each fault is a rule of its own.

What the date should be is offered where Vietnamese usage tells it (12/10/2026 08:30, GMT+7).

Spec: RFC 822 section 5 with RFC 2822 section 3.3; RFC 3339 section 5.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from feeds.lint.findings import Finding, Place, found
from store.errors import DateRefused
from store.text.dates import format_rfc822, format_rfc3339, parse_moment
from store.types import VIETNAM

EXAMPLE = datetime(2026, 10, 12, 8, 30, tzinfo=VIETNAM)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOST_CHARS = 100
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""Outside of these it is a slip of the pen."""
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_HOURS = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6}
_NAMED_HOURS |= {"pst": -8, "pdt": -7}
_RFC822 = re.compile(
    r"(?:(?P<weekday>[^,]{1,20}),\s*)?(?P<day>[0-9]{1,2})\s+(?P<month>[A-Za-z]{3})\s+(?P<year>[0-9]{4}|[0-9]{2})\s+"
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2}))?(?:\s+(?P<zone>\S.{0,20}))?",
    re.ASCII,
)
_RFC3339 = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.[0-9]+)?"
    r"(?P<zone>[Zz]|[+-][0-9]{2}:[0-9]{2})?",
    re.ASCII,
)
_OFFSET = re.compile(r"(?P<sign>[+-])(?P<hours>[0-9]{2}):?(?P<minutes>[0-5][0-9])", re.ASCII)
_HOURS = re.compile(r"\(?(?:GMT|UTC)\s*(?P<sign>[+-])\s*0?(?P<hours>[0-9]{1,2})(?::?00)?\)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class DateReading:
    """A date, None where it cannot be read, and the rule that it breaks, if any."""

    instant: datetime | None
    rule: str = ""


def read_rfc822(text: str) -> DateReading:
    """Read a date of RSS."""
    at = _RFC822.fullmatch(text[:MOST_CHARS].strip())
    if at is None or at["month"].lower() not in MONTHS:
        return DateReading(None, "date.not-rfc822")
    offset, zone_rule = _zone(at["zone"] or "")
    year = int(at["year"])
    if len(at["year"]) == 2:
        year += 2000 if year < 70 else 1900
    instant = _instant(year, MONTHS.index(at["month"].lower()) + 1, at, offset)
    if instant is None:
        return DateReading(None, "date.not-rfc822")
    weekday = (at["weekday"] or "").strip().lower()
    if weekday and (weekday not in WEEKDAYS or WEEKDAYS[instant.weekday()] != weekday):
        return DateReading(instant, "date.weekday-wrong")
    if zone_rule == "date.zone-invalid":
        return DateReading(instant, zone_rule)
    return DateReading(instant, "date.year-two-digits" if len(at["year"]) == 2 else zone_rule)


def read_rfc3339(text: str) -> DateReading:
    """Read a date of Atom or JSON Feed."""
    at = _RFC3339.fullmatch(text[:MOST_CHARS].strip())
    if at is None:
        return DateReading(None, "date.not-rfc3339")
    try:
        local = datetime.fromisoformat(f"{at['day']}T{at['time']}")
    except ValueError:
        return DateReading(None, "date.not-rfc3339")
    if not FIRST_YEAR <= local.year <= LAST_YEAR:
        return DateReading(None, "date.not-rfc3339")
    if at["zone"] is None:
        return DateReading(local.replace(tzinfo=VIETNAM), "date.no-offset")
    offset = UTC if at["zone"] in "Zz" else _numeric(at["zone"])
    return DateReading(local.replace(tzinfo=offset)) if offset else DateReading(None, "date.not-rfc3339")


def check_date(place: Place, name: str, text: str, *, rss: bool) -> tuple[datetime | None, list[Finding]]:
    """Read a date of this format; `name` is the element or member that holds it."""
    reading = read_rfc822(text) if rss else read_rfc3339(text)
    if not reading.rule:
        return reading.instant, []
    meant = reading.instant or _meant(text) or EXAMPLE
    written = format_rfc822(meant) if rss else format_rfc3339(meant)
    return reading.instant, [found(reading.rule, place, name=name, text=text, meant=written)]


def check_span(
    place: Place, published: datetime | None, updated: datetime | None, now: datetime, *, names: tuple[str, str]
) -> Iterator[Finding]:
    """Tell of dates in the future, and of updates before the publication."""
    for name, instant in zip(names, (published, updated), strict=True):
        if instant is not None and instant > now + SLACK:
            yield found("date.future", place, name=name, text=format_rfc3339(instant))
            return
    if published is not None and updated is not None and updated < published:
        said = {"text": format_rfc3339(updated), "other": format_rfc3339(published)}
        yield found("date.updated-before-published", place, **said)


SLACK = timedelta(minutes=5)
"""By how much clocks may differ."""


def _zone(text: str) -> tuple[timezone, str]:
    offset = _numeric(text)
    if offset is not None and ":" not in text:
        return offset, ""
    hours = _NAMED_HOURS.get(text.lower())
    if hours is not None:
        return timezone(timedelta(hours=hours)), "date.zone-named"
    said = _HOURS.fullmatch(text.strip())
    if said is not None and int(said["hours"]) <= 14:
        sign = -1 if said["sign"] == "-" else 1
        return timezone(sign * timedelta(hours=int(said["hours"]))), "date.zone-invalid"
    return offset or VIETNAM, "date.zone-invalid"


def _numeric(text: str) -> timezone | None:
    at = _OFFSET.fullmatch(text)
    if at is None or int(at["hours"]) > 14:
        return None
    offset = timedelta(hours=int(at["hours"]), minutes=int(at["minutes"]))
    return timezone(-offset if at["sign"] == "-" else offset)


def _instant(year: int, month: int, at: re.Match[str], offset: timezone) -> datetime | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return datetime(
            year, month, int(at["day"]), int(at["hour"]), int(at["minute"]), int(at["second"] or 0), tzinfo=offset
        )
    except ValueError:
        return None


def _meant(text: str) -> datetime | None:
    """Read a date as people in Viet Nam write it; None where that tells no date."""
    text = text[:MOST_CHARS]
    said = _HOURS.search(text)
    plain = text if said is None else (text[: said.start()] + text[said.end() :]).strip()
    try:
        return parse_moment(plain).instant
    except DateRefused:
        return None
