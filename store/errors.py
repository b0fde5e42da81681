"""Every way in which the store says no: one tree, so that callers map types, never messages.

StoreError
├── InputError                 a value that cannot be taken: names field, value and what is accepted
│   ├── TextRefused            text that cannot be stored exactly as it was meant
│   │   └── CharsetRefused     bytes that are not text in a charset we read
│   ├── DateRefused            a date that is none, or is ambiguous
│   ├── MarkupRefused          HTML past the limits of size, depth or weight
│   ├── PageUnreadable         a page or manuscript whose parts cannot be found
│   ├── PhotoRefused           a file that is no photo, or past the limits
│   ├── DocumentRefused        a file that is no document we take, is broken, or could do harm
│   └── BackupRefused          a file that is no whole, unaltered backup
├── NotFound                   a name, slug or number that nothing stands under
├── Conflict                   right in itself, but not in the state that the store is in
│   ├── AlreadyExists
│   ├── NotPublishable
│   └── LeaseLost              another worker does it by now
├── StoreDamaged               rows that no code of ours wrote
└── StoreUnavailable           the database or the disk cannot serve
    ├── StoreReadOnly
    ├── DiskFull
    └── SchemaMismatch         the store's schema is not this code's schema
"""

from __future__ import annotations

SHOWN_VALUE_CHARS = 80

VIETNAMESE = {
    "bulletin": "bản tin",
    "category": "chuyên mục",
    "organisation": "cơ quan, đơn vị",
    "author": "tác giả",
    "attachment": "tệp đính kèm",
    "file": "tệp",
    "slug": "tên địa chỉ",
    "revision": "phiên bản",
    "backup": "bản sao lưu",
    "alias": "tên gọi khác",
    "redirect": "địa chỉ chuyển hướng",
    "channel": "kênh tin",
    "archive": "kho lưu",
}
"""What the kinds of things are called in refusals."""


class StoreError(Exception):
    """Something the store refuses to do; `str()` is a sentence for a person, `vietnamese` the same in Vietnamese.

    Where nobody wrote the Vietnamese sentence it is empty.
    """

    def __init__(self, *said: object, vietnamese: str = "") -> None:
        self.vietnamese = vietnamese
        super().__init__(*said)


class InputError(StoreError):
    """A value that cannot be taken.

    `field` is the name its giver knows it by, `value` what was given, `reason` why it is refused,
    `accepted` what would be taken; `line` counts from 1 where the value came from a file.
    """

    def __init__(
        self,
        *,
        field: str,
        value: str | bytes,
        reason: str,
        accepted: str = "",
        line: int | None = None,
        vietnamese: str = "",
    ) -> None:
        self.field = field
        self.value = value
        self.reason = reason
        self.accepted = accepted
        self.line = line
        super().__init__(field, value, reason, accepted, line, vietnamese=vietnamese)

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        wanted = f"; accepted: {self.accepted}" if self.accepted else ""
        what = f"{self.field} {shown(self.value)}" if self.value else self.field
        return f"{place}{what}: {self.reason}{wanted}"


class TextRefused(InputError):
    """Text that cannot be stored exactly as it was meant."""


class CharsetRefused(TextRefused):
    """Bytes that are not text in a charset that is read here."""


class DateRefused(InputError):
    """A date that is none, or is ambiguous; never replaced by the present moment."""


class MarkupRefused(InputError):
    """HTML past the limits of size, depth or weight."""


class PageUnreadable(InputError):
    """A page or manuscript whose parts cannot be found."""


class PhotoRefused(InputError):
    """A file that is no photo of a kind we take, or is past the limits."""


class DocumentRefused(InputError):
    """A file that is no document of a kind we take, is broken or past the limits, or brings programs along."""


class BackupRefused(InputError):
    """A file that is no whole, unaltered backup."""


class NotFound(StoreError):
    """Nothing stands under this name, slug or number; `nearest` lists the closest known ones."""

    def __init__(self, kind: str, value: str, nearest: tuple[str, ...] = ()) -> None:
        self.kind = kind
        self.value = value
        self.nearest = nearest
        known = "; gần giống: " + ", ".join(f"“{name}”" for name in nearest) if nearest else ""
        said = f"không có {VIETNAMESE.get(kind, kind)} {shown(value)}{known}"
        super().__init__(kind, value, nearest, vietnamese=said)

    def __str__(self) -> str:
        known = "; nearest known: " + ", ".join(f"“{name}”" for name in self.nearest) if self.nearest else ""
        hint = f"; make it with `bantin {self.kind} add`" if self.kind in {"category", "organisation"} else ""
        return f"no {self.kind} {shown(self.value)}{known}{hint}"


class Conflict(StoreError):
    """Right in itself, but not in the state that the store is in."""


class AlreadyExists(Conflict):
    """What should be made is there already."""

    def __init__(self, kind: str, value: str, hint: str = "") -> None:
        self.kind = kind
        self.value = value
        self.hint = hint
        said = f"đã có {VIETNAMESE.get(kind, kind)} {shown(value)}"
        super().__init__(kind, value, hint, vietnamese=said)

    def __str__(self) -> str:
        return f"{self.kind} {shown(self.value)} exists already" + (f"; {self.hint}" if self.hint else "")


class NotPublishable(Conflict):
    """A bulletin that lacks what readers need, or whose state forbids publishing."""


class LeaseLost(Conflict):
    """Another worker does by now what this one was about to do."""


class StoreDamaged(StoreError):
    """What was asked for stands in the store, but in rows that were altered behind its back."""


class StoreUnavailable(StoreError):
    """The database or the disk cannot serve; nothing was changed."""


class StoreReadOnly(StoreUnavailable):
    """The database may be read but not written."""


class DiskFull(StoreUnavailable):
    """The disk has no room for the write; nothing was changed."""


class SchemaMismatch(StoreUnavailable):
    """The store's schema is not the one this code works with."""


def shown(value: str | bytes) -> str:
    """Quote a value for a message: one line, at most 80 characters, nothing a terminal would obey."""
    text = value.decode("ascii", "backslashreplace") if isinstance(value, bytes) else value
    text = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[: SHOWN_VALUE_CHARS + 1])
    if len(text) > SHOWN_VALUE_CHARS:
        text = text[:SHOWN_VALUE_CHARS] + "…"
    return f"“{text}”"
