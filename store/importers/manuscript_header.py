"""The header of a manuscript: `Key: value` lines in Vietnamese or English until the first blank line.

A key that is not known is an error that names the nearest one; nothing is skipped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.errors import DateRefused, PageUnreadable
from store.importers.portal_names import is_person
from store.text import languages
from store.text.dates import parse_moment
from store.text.languages import canonical_language
from store.text.nearest import nearest
from store.text.vietnamese import fold
from store.types import VIETNAM, Moment, Precision


class Key(StrEnum):
    """What a header may say; the value is the key as it is written."""

    TITLE = "Tiêu đề"
    PUBLISHED = "Ngày"
    CATEGORIES = "Chuyên mục"
    PUBLISHER = "Cơ quan"
    SUBJECTS = "Về"
    AUTHORS = "Tác giả"
    PLACE = "Địa điểm"
    ORIGIN = "Nguồn"
    LANGUAGE = "Ngôn ngữ"
    FORMAT = "Định dạng"
    LEAD = "Sapo"
    ATTACHMENT = "Đính kèm"


SPELLINGS: Mapping[Key, tuple[str, ...]] = {
    Key.TITLE: ("Tiêu đề", "Title"),
    Key.PUBLISHED: ("Ngày", "Date", "Ngày đăng", "Published"),
    Key.CATEGORIES: ("Chuyên mục", "Category", "Categories"),
    Key.PUBLISHER: ("Cơ quan", "Publisher", "Organisation", "Organization"),
    Key.SUBJECTS: ("Về", "About", "Subjects", "Subject"),
    Key.AUTHORS: ("Tác giả", "Author", "Authors"),
    Key.PLACE: ("Địa điểm", "Place", "Location"),
    Key.ORIGIN: ("Nguồn", "Origin", "Source"),
    Key.LANGUAGE: ("Ngôn ngữ", "Language"),
    Key.FORMAT: ("Định dạng", "Format"),
    Key.LEAD: ("Sapo", "Lead"),
    Key.ATTACHMENT: ("Đính kèm", "Attachment", "Attachments"),
}
KEYS: Mapping[str, Key] = {fold(spelling): key for key, spellings in SPELLINGS.items() for spelling in spellings}
ACCEPTED_KEYS = ", ".join("/".join(spellings[:2]) for spellings in SPELLINGS.values())
SEVERAL = frozenset((Key.CATEGORIES, Key.SUBJECTS, Key.AUTHORS, Key.ATTACHMENT))
AT_SEMICOLONS = re.compile(r"(?:\\[\\;]|[^;])+")
PARTING, ESCAPED = re.compile(r"[\\;]"), re.compile(r"\\([\\;])")
PARTING_PEOPLE, ESCAPED_OF_PEOPLE = re.compile(r"[\\;,]|(?<=\s)[-–](?=\s)"), re.compile(r"\\([\\;,–-])")
BETWEEN_PEOPLE = re.compile(r"((?<!\\),\s*|\s[-–]\s)")
FORMATS: Mapping[str, str] = {"text": "text", "van ban": "text", "txt": "text", "html": "html"}


@dataclass(frozen=True, slots=True)
class Value:
    """A value with the line it stands on."""

    text: str
    line: int


@dataclass(frozen=True, slots=True)
class Header:
    """The header's values, and the number of lines it takes, the blank one after it included."""

    values: Mapping[Key, tuple[Value, ...]]
    line_count: int

    def one(self, key: Key) -> str:
        """Give the single value of a key, "" where it is absent."""
        return self.values[key][0].text if key in self.values else ""

    def several(self, key: Key) -> tuple[str, ...]:
        """Give the names that semicolons part, over all lines with this key, none twice.

        Between two people a comma or a dash parts as well; names of bodies and categories hold such signs themselves.
        """
        parted = _people if key is Key.AUTHORS else _parted
        names = (name for value in self.values.get(key, ()) for name in parted(value.text))
        return tuple(dict.fromkeys(names))

    def line(self, key: Key) -> int | None:
        """Give the line of a key."""
        return self.values[key][0].line if key in self.values else None


def read_header(lines: Sequence[str]) -> Header:
    """Read the header from the lines of a manuscript; blank lines above it are passed over.

    Raises PageUnreadable for a line without a key, an unknown key, or one that is given twice.
    """
    values: dict[Key, tuple[Value, ...]] = {}
    number = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            if values:
                break
            continue
        name, colon, text = line.partition(":")
        key = KEYS.get(fold(name).strip())
        if key is None:
            raise _unknown(name if colon else line, has_colon=bool(colon), line=number)
        if key in values and key not in SEVERAL:
            raise PageUnreadable(
                field=name.strip(),
                value=text.strip(),
                reason=f"this key stands on line {values[key][0].line} already",
                accepted="each key once",
                line=number,
            )
        values[key] = (*values.get(key, ()), Value(" ".join(text.split()), number))
    return Header(values, number)


def read_language(header: Header) -> str:
    """Give the language as BCP 47 writes it, `vi` where none is said; PageUnreadable for what is none."""
    said = header.one(Key.LANGUAGE)
    if not said:
        return "vi"
    tag = canonical_language(said.replace("_", "-"))
    if tag is None:
        raise PageUnreadable(
            field=Key.LANGUAGE,
            value=said,
            reason="this is no language code",
            accepted=languages.ACCEPTED,
            line=header.line(Key.LANGUAGE),
        )
    return tag


def read_format(header: Header) -> str:
    """Give `text` or `html`."""
    said = header.one(Key.FORMAT) or "text"
    if fold(said) not in FORMATS:
        raise PageUnreadable(
            field=Key.FORMAT, value=said, reason="no such format", accepted="text or html", line=header.line(Key.FORMAT)
        )
    return FORMATS[fold(said)]


def read_date(header: Header) -> Moment | None:
    """Give the date, None where none is said; DateRefused with its line for what is none."""
    said = header.one(Key.PUBLISHED)
    if not said:
        return None
    try:
        return parse_moment(said, field=Key.PUBLISHED)
    except DateRefused as refusal:
        raise DateRefused(
            field=refusal.field,
            value=refusal.value,
            reason=refusal.reason,
            accepted=refusal.accepted,
            line=header.line(Key.PUBLISHED),
        ) from refusal


def write_date(moment: Moment) -> str:
    """Write a date so that reading gives the same: day first where that loses nothing, else as ISO 8601."""
    instant = moment.instant
    if moment.precision is Precision.DAY:
        return instant.strftime("%d/%m/%Y")
    if instant.utcoffset() == VIETNAM.utcoffset(None) and not instant.second:
        return instant.strftime("%d/%m/%Y %H:%M")
    return instant.isoformat(timespec="seconds")


def write_names(names: Sequence[str], *, of_people: bool = False) -> str:
    """Write names with semicolons between them, and a backslash before a sign of their own that would part them."""
    signs = PARTING_PEOPLE if of_people else PARTING
    return "; ".join(signs.sub(r"\\\g<0>", name) for name in names)


def _parted(text: str) -> list[str]:
    return [name for name in (ESCAPED.sub(r"\1", part).strip() for part in AT_SEMICOLONS.findall(text)) if name]


def _people(text: str) -> list[str]:
    people = [name for named in AT_SEMICOLONS.findall(text) for name in _apart(named)]
    return [name for name in (ESCAPED_OF_PEOPLE.sub(r"\1", person).strip() for person in people) if name]


def _apart(named: str) -> Iterator[str]:
    """Part at a comma or dash only where a person stands on either side of it: `Lê An, Sở Y tế` is one name."""
    pieces = BETWEEN_PEOPLE.split(named)
    waiting: list[str] = []
    for place, piece in enumerate(pieces):
        if place % 2 and len(waiting) == 1 and is_person(waiting[0].strip()) and is_person(pieces[place + 1].strip()):
            yield waiting.pop()
        else:
            waiting.append(piece)
    yield "".join(waiting)


def _unknown(name: str, *, has_colon: bool, line: int) -> PageUnreadable:
    if not has_colon:
        reason = "this header line has no colon; a blank line ends the header"
        return PageUnreadable(field="header", value=name.strip(), reason=reason, accepted="Key: value", line=line)
    spellings = [spelling for known in SPELLINGS.values() for spelling in known]
    closest = nearest(name.strip(), spellings, 1)
    meant = f"; “{closest[0]}” is the nearest" if closest else ""
    return PageUnreadable(
        field="header", value=name.strip(), reason=f"no such key{meant}", accepted=ACCEPTED_KEYS, line=line
    )
