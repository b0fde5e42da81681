"""Write instants the way feeds and Vietnamese pages want them, independent of the process's locale.

The same instant with the same offset always gives the same characters, in any thread and any environment.

Spec: RFC 822 section 5 with the four-digit year of RFC 2822; RFC 3339 section 5.6.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from store.types import VIETNAM, Moment, Precision

ENGLISH_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
VIETNAMESE_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


def format_rfc822(dt: datetime) -> str:
    """Write an aware datetime for RSS, such as `Wed, 30 Dec 2020 14:30:00 +0700`; a naive one is a ValueError."""
    sign, hours, minutes = _offset(dt)
    return (
        f"{ENGLISH_WEEKDAYS[dt.weekday()]}, {dt.day:02d} {ENGLISH_MONTHS[dt.month - 1]} {dt.year:04d} "
        f"{dt.hour:02d}:{dt.minute:02d}:{dt.second:02d} {sign}{hours:02d}{minutes:02d}"
    )


def format_rfc3339(dt: datetime) -> str:
    """Write an aware datetime for Atom and JSON Feed, such as `2020-12-30T14:30:00+07:00`; naive is a ValueError."""
    sign, hours, minutes = _offset(dt)
    return (
        f"{dt.year:04d}-{dt.month:02d}-{dt.day:02d}T{dt.hour:02d}:{dt.minute:02d}:{dt.second:02d}"
        f"{sign}{hours:02d}:{minutes:02d}"
    )


def format_vietnamese(moment: Moment) -> str:
    """Write a moment for readers: `Thứ Tư, 30/12/2020`, with `, 14:30` behind it where a time was given."""
    at = moment.instant
    day = f"{VIETNAMESE_WEEKDAYS[at.weekday()]}, {at.day:02d}/{at.month:02d}/{at.year:04d}"
    return day if moment.precision is Precision.DAY else f"{day}, {at.hour:02d}:{at.minute:02d}"


def format_day(instant: datetime) -> str:
    """Write the day of an aware instant in Vietnam, such as `01/07/2026`."""
    return instant.astimezone(VIETNAM).strftime("%d/%m/%Y")


def format_to_the_second(moment: Moment) -> str:
    """Write a moment as `format_vietnamese` does, with its seconds behind the minutes: `…, 14:30:05`."""
    return f"{format_vietnamese(Moment(moment.instant, Precision.MINUTE))}:{moment.instant.second:02d}"


def _offset(dt: datetime) -> tuple[str, int, int]:
    offset = dt.utcoffset()
    if offset is None:
        raise ValueError(f"a date for a feed needs an offset: {dt!r}")
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return ("-" if offset < timedelta(0) else "+"), hours, minutes
