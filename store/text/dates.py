"""Read dates as Vietnamese sites and feeds write them, strictly: day before month, or ISO.

An unreadable date is refused with its text; it never turns into another day or into the present moment.

Spec: RFC 822 section 5, RFC 3339 section 5.6, and Vietnamese usage (SA/CH, `14h30`, `ngày … tháng … năm …`).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from dateutil.parser import isoparse

from store.errors import DateRefused
from store.text.characters import fold
from store.text.date_formats import format_rfc822, format_rfc3339, format_to_the_second, format_vietnamese
from store.text.date_grammar import LOOSE_DATE, MAX_LINE_CHARS, ReadDate, looks_like_date, read_line
from store.types import VIETNAM, Moment, Precision

__all__ = [
    "event_day",
    "find_moment",
    "format_rfc822",
    "format_rfc3339",
    "format_to_the_second",
    "format_vietnamese",
    "parse_moment",
]

ACCEPTED = "30/12/2020, 2020-12-30 or “ngày 30 tháng 12 năm 2020”, with or without a time such as 14:30"
FIRST_YEAR, LAST_YEAR = 1900, 2200
MAX_OFFSET_MINUTES = 14 * 60
_NOON = (12, 0, 0)
_VIETNAM_MINUTES = VIETNAM.utcoffset(None) // timedelta(minutes=1)

_EVENT = re.compile(
    r"(?:\b(?:ngay|sang|trua|chieu|toi|dem|hom|nay|qua|chu nhat|thu (?:hai|ba|tu|nam|sau|bay|[2-7]))[\s,]{1,2}"
    r"|\(|^(?=[0-9/]+\s?[,:]))"
    r"(?:ngay )?(?P<day>[0-9]{1,2})(?:(?:\s?[-–]\s?| va | den )[0-9]{1,2})?"
    r"(?:[/-]|\sthang\s)(?P<month>[0-9]{1,2})(?:(?:[/-]|,? nam )(?P<year>[0-9]{4}))?(?![0-9/%])"
)


def parse_moment(text: str, *, field: str = "date") -> Moment:
    """Read a date, with or without a time, that is the whole text.

    Without a zone the offset is +07:00; without a time the instant is noon and the precision DAY.
    Fractions of seconds are cut off. Raises DateRefused.
    """
    read = read_line(text)
    if read is None:
        raise _refused(field, text, _why_unreadable(text))
    return _moment(read, text, field)


def find_moment(line: str) -> Moment | None:
    """Read a line of a page if it is a date line; None if it is something else.

    A line in the words of dates that names no day of the calendar raises DateRefused.
    """
    read = read_line(line)
    if read is not None:
        return _moment(read, line, "date")
    if looks_like_date(line):
        raise _refused("date", line, _why_unreadable(line))
    return None


def event_day(text: str, *, article_day: date) -> date | None:
    """Find the first day that text says something happened on; None where it says none.

    A day without a year is the nearest one that is not later than the day after `article_day`.
    """
    for found in _EVENT.finditer(fold(text)):
        day, month = int(found["day"]), int(found["month"])
        if found["year"] is not None:
            event = _day(int(found["year"]), month, day)
        else:
            event = _nearest(month, day, article_day + timedelta(days=1))
        if event is not None:
            return event
    return None


def _nearest(month: int, day: int, latest: date) -> date | None:
    # Eight years reach back over a century without a leap day, so 29/2 always finds its year.
    candidates = (_day(latest.year - back, month, day) for back in range(9))
    return next((each for each in candidates if each is not None and each <= latest), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _moment(read: ReadDate, text: str, field: str) -> Moment:
    day = _day(read.year, read.month, read.day)
    if day is None:
        raise _refused(field, text, _why_no_day(read))
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise _refused(field, text, f"the year {read.year} is outside {FIRST_YEAR} to {LAST_YEAR}")
    if any(weekday != day.weekday() for weekday in read.weekdays):
        raise _refused(field, text, f"{day:%d/%m/%Y} is not the weekday it is said to be")
    hour, minute, second = _NOON if read.time is None else _clock(read.time, read.half, text, field)
    offset = _VIETNAM_MINUTES if read.offset_minutes is None else read.offset_minutes
    if abs(offset) > MAX_OFFSET_MINUTES:
        raise _refused(field, text, "no place on earth keeps this offset from UTC")
    instant = _assembled(f"{day.isoformat()}T{hour:02d}:{minute:02d}:{second:02d}", offset)
    return Moment(instant, Precision.DAY if read.time is None else Precision.MINUTE)


def _assembled(local: str, offset_minutes: int) -> datetime:
    hours, minutes = divmod(abs(offset_minutes), 60)
    instant = isoparse(f"{local}{'-' if offset_minutes < 0 else '+'}{hours:02d}:{minutes:02d}")
    # The standard library's own offset, so that equal moments are equal and copies of them stay small.
    return instant.replace(tzinfo=VIETNAM) if offset_minutes == _VIETNAM_MINUTES else instant


def _clock(time: tuple[int, int, int], half: int | None, text: str, field: str) -> tuple[int, int, int]:
    hour, minute, second = time
    if hour > 23 or minute > 59 or second > 59:
        raise _refused(field, text, f"there is no time {hour:02d}:{minute:02d}:{second:02d}")
    if half is None:
        return time
    if (half == 0 and hour > 12) or (half == 12 and hour == 0):
        raise _refused(field, text, "the hour contradicts SA or CH")
    # Some sites print the 24-hour clock and CH behind it: 14:30 CH says the same thing twice.
    return (hour if hour > 12 else hour % 12 + half), minute, second


def _why_no_day(read: ReadDate) -> str:
    if not 1 <= read.month <= 12:
        return f"there is no month {read.month}; the day is read before the month"
    return f"there is no day {read.day} in month {read.month} of {read.year}"


def _why_unreadable(text: str) -> str:
    found = LOOSE_DATE.search(fold(text[:MAX_LINE_CHARS]))
    if found is not None and found["year"] is not None and len(found["year"]) == 2:
        return "a year of two digits could be in either century"
    return "not a date in a form that is read here"


def _refused(field: str, text: str, reason: str) -> DateRefused:
    return DateRefused(field=field, value=text, reason=reason, accepted=ACCEPTED)
