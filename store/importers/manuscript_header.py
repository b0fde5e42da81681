"""The header of a manuscript: `Key: value` lines in Vietnamese or English until the first blank line.

A key that is not known is an error that names the nearest one; nothing is skipped.

Spec: RFC 5646 (BCP 47), section 2.1, for the language: a language of two or three letters, and a region.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from store.errors import DateRefused, PageUnreadable
from store.text.dates import parse_moment
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
    Key.LANGUAGE: ("Ngôn ngữ", "Language"),
    Key.FORMAT: ("Định dạng", "Format"),
    Key.LEAD: ("Sapo", "Lead"),
    Key.ATTACHMENT: ("Đính kèm", "Attachment", "Attachments"),
}
KEYS: Mapping[str, Key] = {fold(spelling): key for key, spellings in SPELLINGS.items() for spelling in spellings}
ACCEPTED_KEYS = ", ".join("/".join(spellings[:2]) for spellings in SPELLINGS.values())
SEVERAL = frozenset((Key.CATEGORIES, Key.SUBJECTS, Key.AUTHORS, Key.ATTACHMENT))
FORMATS: Mapping[str, str] = {"text": "text", "van ban": "text", "txt": "text", "html": "html"}

# ISO 639-1: a language of two letters that is not among them is a slip of the keyboard.
_TWO_LETTERS_TEXT = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq
sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
TWO_LETTERS = frozenset(_TWO_LETTERS_TEXT.split())
LANGUAGE = re.compile(r"(?P<language>[a-z]{2,3})(?:-(?P<region>[a-z]{2}|\d{3}))?")


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
        """Give the names that semicolons part, over all lines with this key, none twice."""
        names = (name for value in self.values.get(key, ()) for name in _parted(value.text))
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
    found = LANGUAGE.fullmatch(said.casefold().replace("_", "-"))
    if found is None or (len(found["language"]) == 2 and found["language"] not in TWO_LETTERS):
        raise PageUnreadable(
            field=Key.LANGUAGE,
            value=said,
            reason="this is no language code",
            accepted="a code such as vi, en, tyz or en-GB",
            line=header.line(Key.LANGUAGE),
        )
    return found["language"] + (f"-{found['region'].upper()}" if found["region"] else "")


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


def write_names(names: Sequence[str]) -> str:
    """Write names with semicolons between them, and a backslash before a semicolon of their own."""
    return "; ".join(re.sub(r"[\\;]", r"\\\g<0>", name) for name in names)


def _parted(text: str) -> list[str]:
    names = re.findall(r"(?:\\[\\;]|[^;])+", text)
    return [name for name in (re.sub(r"\\([\\;])", r"\1", part).strip() for part in names) if name]


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
