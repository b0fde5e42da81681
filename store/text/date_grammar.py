"""Recognise how Vietnamese sites and feeds write a date, as numbers that are not yet checked against a calendar.

A line is either read whole, every character of it accounted for, or not at all: nothing is guessed or skipped.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from store.text.characters import fold

WEEKDAYS = {
    "thu hai": 0, "thu 2": 0, "mon": 0, "monday": 0,
    "thu ba": 1, "thu 3": 1, "tue": 1, "tuesday": 1,
    "thu tu": 2, "thu 4": 2, "wed": 2, "wednesday": 2,
    "thu nam": 3, "thu 5": 3, "thu": 3, "thursday": 3,
    "thu sau": 4, "thu 6": 4, "fri": 4, "friday": 4,
    "thu bay": 5, "thu 7": 5, "sat": 5, "saturday": 5,
    "chu nhat": 6, "sun": 6, "sunday": 6,
}  # fmt: skip

# The lunar names Giêng and Chạp are left out on purpose: they name no month of the civil calendar.
MONTHS = {
    "mot": 1, "hai": 2, "ba": 3, "tu": 4, "bon": 4, "nam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9,
    "muoi": 10, "muoi mot": 11, "muoi hai": 12,
    "jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6,
    "jul": 7, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip

_ENGLISH_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_VIETNAMESE_MONTH = "[0-9]{1,2}|muoi mot|muoi hai|muoi|mot|hai|ba|tu|bon|nam|sau|bay|tam|chin"
_GAP = r"[\s,|–—-]*"

PREFIX = (
    r"(?:(?:thoi gian|ngay|lan|gio)\s)?"
    r"(?:cap nhat(?: lan cuoi| cuoi)?|dang tin|dang bai|dang tai|dang|xuat ban|phat hanh|ban hanh|tao|viet|gui|dua tin)"
    r"(?:\s(?:luc|vao luc|ngay|vao ngay|tin|bai))?\s?[:,-]?\s?"
    r"|(?:thoi gian|ngay gio|vao luc|luc)\s?:?\s?|ngay\s?:\s?"
)
_DAY_LEAD = r"(?:ngay\s(?:(?:mung|mong)\s)?)?"
_WEEKDAY = "|".join(sorted((re.escape(name) for name in WEEKDAYS), key=len, reverse=True))
_DATE = (
    rf"(?:{_DAY_LEAD}(?P<day>[0-9]{{1,2}})(?P<mark>[/.-])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<year>[0-9]{{4}})"
    r"|(?P<iso_year>[0-9]{4})-(?P<iso_month>[0-9]{2})-(?P<iso_day>[0-9]{2})"
    rf"|{_DAY_LEAD}(?P<said_day>[0-9]{{1,2}})[\s,]{{1,2}}thang (?P<said_month>{_VIETNAMESE_MONTH})"
    r"(?:[\s,]{1,2}(?:nam )?|/)(?P<said_year>[0-9]{4})"
    rf"|(?P<rfc_day>[0-9]{{1,2}}) (?P<rfc_month>{_ENGLISH_MONTH}) (?P<rfc_year>[0-9]{{4}}))"
)
_TIME = (
    r"(?:(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r"|(?P<h_hour>[0-9]{1,2})\s?[hg]\s?(?:(?P<h_minute>[0-9]{1,2})(?:'|p|\sphut)?)?"
    r"|(?P<said_hour>[0-9]{1,2}) gio(?: (?P<said_minute>[0-9]{1,2})(?: phut(?: (?P<said_second>[0-9]{1,2}) giay)?)?)?)"
    r"(?:\s?(?P<half>sa|ch|am|pm))?"
)
_ZONE = (
    r"(?P<bracket>\()?(?P<zone>"
    r"(?:gmt|utc|ut|z)(?:\s?(?P<sign>[+-])\s?(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
    r"|(?P<bare_sign>[+-])(?P<bare_hours>[0-9]{2}):?(?P<bare_minutes>[0-9]{2}))"
    r"(?(bracket)\))"
)
_LINE_DATE_FIRST = re.compile(
    rf"(?:{PREFIX})?(?:\(?(?P<weekday>{_WEEKDAY})\)?{_GAP})?{_DATE}"
    rf"(?:{_GAP}\(?(?P<weekday_behind>{_WEEKDAY})\)?)?"
    rf"(?:(?:t(?=[0-9])|[\s,|–—-]+(?:(?:vao )?luc\s)?){_TIME})?(?:{_GAP}{_ZONE})?\s?",
)
_LINE_TIME_FIRST = re.compile(
    rf"(?:{PREFIX})?{_TIME}(?:{_GAP}{_ZONE})?[\s,|–—-]+"
    rf"(?:\(?(?P<weekday>{_WEEKDAY})\)?{_GAP})?{_DATE}(?:{_GAP}\(?(?P<weekday_behind>{_WEEKDAY})\)?)?\s?",
)

LOOSE_DATE = re.compile(
    r"(?<![0-9/.-])(?:(?P<first>[0-9]{1,2})(?P<mark>[/.-])(?P<second>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{2}|[0-9]{4})"
    r"|[0-9]{4}(?P<iso_mark>[/.-])[0-9]{1,2}(?P=iso_mark)[0-9]{1,2}"
    r"|[0-9]{1,2}[\s,]{1,2}thang [a-z0-9 ]{1,9}?(?:[\s,]{1,2}(?:nam )?|/)(?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}} (?:{_ENGLISH_MONTH}) [0-9]{{2,4}})(?![0-9/])"
)
_DATE_WORDS = {word for name in (*WEEKDAYS, *MONTHS) for word in name.split()}
_DATE_WORDS.update(("thang", "ngay", "gio", "phut", "giay", "vao", "luc", "mung", "mong", "gieng", "chap"))
_DATE_WORDS.update(("gmt", "utc", "ut", "est", "ict", "sa", "ch", "am", "pm", "z", "t", "h", "g", "p"))
_DATE_WORDS.update(("cap", "nhat", "lan", "cuoi", "dang", "tin", "bai", "tai", "xuat", "phat", "ban", "hanh"))
_DATE_WORDS.update(("tao", "viet", "gui", "dua", "thoi", "gian"))
_WORD = re.compile(r"[^\W\d_]+")
_DATE_SIGNS = re.compile(r"[0-9\s,:;/|.()'+–—-]*")
MAX_LINE_CHARS = 160
"""Longer lines are paragraphs; they are not even looked at."""


@dataclass(frozen=True, slots=True)
class ReadDate:
    """The numbers of a date line as written; `half` is 12 for CH and PM, 0 for SA and AM; offsets in minutes."""

    year: int
    month: int
    day: int
    weekdays: tuple[int, ...]
    time: tuple[int, int, int] | None
    half: int | None
    offset_minutes: int | None


def read_line(line: str) -> ReadDate | None:
    """Read a line that is a date and nothing else, or say None; calendar and clock are not checked here."""
    if len(line) > MAX_LINE_CHARS:
        return None
    folded = fold(line)
    found = _LINE_DATE_FIRST.fullmatch(folded) or _LINE_TIME_FIRST.fullmatch(folded)
    if found is None:
        return None
    part = found.groupdict()
    month = _first(part, "month", "iso_month", "said_month", "rfc_month")
    return ReadDate(
        year=int(_first(part, "year", "iso_year", "said_year", "rfc_year")),
        month=MONTHS[month] if month in MONTHS else int(month),
        day=int(_first(part, "day", "iso_day", "said_day", "rfc_day")),
        weekdays=tuple(WEEKDAYS[name] for name in (part["weekday"], part["weekday_behind"]) if name),
        time=_time(part),
        half={"sa": 0, "am": 0, "ch": 12, "pm": 12}.get(part["half"] or ""),
        offset_minutes=_offset_minutes(part),
    )


def looks_like_date(line: str) -> bool:
    """Tell whether a line has nothing but the words of dates and, among them, something shaped like a date."""
    if len(line) > MAX_LINE_CHARS:
        return False
    folded = fold(line)
    if not _DATE_WORDS.issuperset(_WORD.findall(folded)) or _DATE_SIGNS.fullmatch(_WORD.sub(" ", folded)) is None:
        return False
    found = LOOSE_DATE.search(folded)
    # "1.2.10" is a section number and "12-10-20" may be one; only slashes or a whole year make a date of it.
    return found is not None and (found["mark"] in (None, "/") or len(found["year"]) == 4)


def _first(part: dict[str, str | None], *names: str) -> str:
    return next(value for name in names if (value := part[name]) is not None)


def _time(part: dict[str, str | None]) -> tuple[int, int, int] | None:
    for hour, minute, second in (
        ("hour", "minute", "second"),
        ("h_hour", "h_minute", None),
        ("said_hour", "said_minute", "said_second"),
    ):
        if part[hour] is not None:
            return int(part[hour] or 0), int(part[minute] or 0), int((part[second] if second else None) or 0)
    return None


def _offset_minutes(part: dict[str, str | None]) -> int | None:
    if not part["zone"]:
        return None
    sign = part["sign"] or part["bare_sign"]
    minutes = int(part["hours"] or part["bare_hours"] or 0) * 60 + int(part["minutes"] or part["bare_minutes"] or 0)
    return -minutes if sign == "-" else minutes
