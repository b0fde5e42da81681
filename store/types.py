"""The frozen values that cross the store's border; database rows never do.

Instants are aware datetimes in whole seconds. Text has passed the pipeline of `store.text.vietnamese`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum

VIETNAM = timezone(timedelta(hours=7))
"""Indochina Time as a fixed offset: the zone database has +08 before 1975, which no bulletin means."""


class Precision(StrEnum):
    """How much of a date was given: the minute (or better), or the day alone."""

    MINUTE = "minute"
    DAY = "day"


class Status(StrEnum):
    """Where a bulletin stands in its life."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"
    EXPUNGED = "expunged"


class AttachmentKind(StrEnum):
    """A photo is shown, a document (văn bản) is downloaded."""

    PHOTO = "photo"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant with the offset it was given in, and how precisely it was given.

    With precision DAY only the date of `instant` in its own offset was said; the time is noon until
    publication settles it.
    """

    instant: datetime
    precision: Precision = Precision.MINUTE

    def __post_init__(self) -> None:
        if self.instant.utcoffset() is None:
            raise ValueError(f"a moment needs an offset: {self.instant!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A subject (chuyên mục); `id` is permanent, names and slugs may change."""

    id: int
    name: str
    slug: str
    short_name: str | None = None
    description: str = ""
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A body that issues bulletins or is their subject; `id` is permanent."""

    id: int
    name: str
    slug: str
    short_name: str | None = None
    description: str = ""
    website: str | None = None
    parent_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person named in bylines; `id` is permanent."""

    id: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Bytes kept by content: `digest` is their SHA-256 in hex, `size_bytes` their exact length."""

    digest: str
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo or document of a bulletin; `file` is None while a caption waits for its photo.

    `number` counts from 1 within the bulletin and is never reused; bodies refer to it
    as `<figure data-attachment="NUMBER">`.
    """

    number: int
    kind: AttachmentKind = AttachmentKind.PHOTO
    caption: str = ""
    credit: str = ""
    alternative_text: str = ""
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What an editor writes, whole. `body` is sanitised HTML, `lead` and `title` are plain text."""

    number: int
    public_id: str
    slug: str
    title: str
    lead: str
    body: str
    language: str
    status: Status
    publisher: Organisation | None
    subjects: tuple[Organisation, ...]
    categories: tuple[Category, ...]
    authors: tuple[Author, ...]
    attachments: tuple[Attachment, ...]
    published: Moment | None
    updated: datetime | None
    changed_at: datetime
    revision: int
    version: int
    arrival: int | None
    source_address: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a way in hands to the store: names instead of entities, text already through the pipeline.

    `body` is HTML for the sanitiser. `published` None means "when it is published".
    """

    title: str
    lead: str = ""
    body: str = ""
    language: str = "vi"
    publisher: str | None = None
    subjects: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    published: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The criteria that choose bulletins, by permanent ids; no criterion at all chooses everything.

    Organisation means issued by it or about it, publisher issued by it alone. A category includes
    its descendants.
    """

    category: int | None = None
    organisation: int | None = None
    publisher: int | None = None
    author: int | None = None

    @property
    def key(self) -> str:
        """The canonical short string of this selection, such as `all`, `c12` or `c12.o5`."""
        parts = [
            f"{letter}{number}"
            for letter, number in (
                ("c", self.category),
                ("o", self.organisation),
                ("p", self.publisher),
                ("a", self.author),
            )
            if number is not None
        ]
        return ".".join(parts) or "all"

    @classmethod
    def from_key(cls, key: str) -> Selection:
        """Read back what `key` wrote."""
        if key == "all":
            return cls()
        names = {"c": "category", "o": "organisation", "p": "publisher", "a": "author"}
        return cls(**{names[part[0]]: int(part[1:]) for part in key.split(".")})


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What validators need of one bulletin in a window."""

    number: int
    version: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The newest bulletins of a selection, newest first, and when the selection last changed.

    `edition` and `changed_at` are those of the last committed change to anything the window's
    document shows, departures included.
    """

    selection: Selection
    entries: tuple[EntryKey, ...]
    edition: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the edition: what was done, to which bulletin, and which selections show it."""

    edition: int
    kind: str
    bulletin: int | None
    selection_keys: frozenset[str]
