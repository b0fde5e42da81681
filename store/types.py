"""The frozen values that cross the store's border; database rows never do.

Instants are aware datetimes in whole seconds. Text has passed the pipeline of `store.text.vietnamese`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from itertools import product
from typing import NamedTuple

VIETNAM = timezone(timedelta(hours=7))
"""Indochina Time as a fixed offset: the zone database has +08 before 1975, which no bulletin means."""

UNITS_PER_DEGREE = 100_000
"""What coordinates are counted in, about a metre."""


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
    """A subject (chuyên mục); `id` is permanent, names and slugs may change.

    Since `merged_at` it goes on as the category `successor_id`; since `closed_at` nothing new is filed under it.
    """

    id: int
    name: str
    slug: str
    short_name: str | None = None
    description: str = ""
    parent_id: int | None = None
    successor_id: int | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A body that issues bulletins or is their subject; `id` is permanent, its end is told as a category's is."""

    id: int
    name: str
    slug: str
    short_name: str | None = None
    description: str = ""
    website: str | None = None
    parent_id: int | None = None
    successor_id: int | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None
    includes_subordinates: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """A person named in bylines; `id` is permanent, its end is told as a category's is."""

    id: int
    name: str
    slug: str
    successor_id: int | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None


Entity = Category | Organisation | Author
"""What has a permanent id, and a name and slug that may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendition:
    """A smaller form of a photo, kept by content like any file; `name` says which: `jpeg-320`, `webp-640`, `card`.

    `recipe` is the version of the rules that it was made by.
    """

    name: str
    digest: str
    media_type: str
    size_bytes: int
    width_px: int
    height_px: int
    recipe: int = 1

    def as_file(self) -> StoredFile:
        """Give it as the file that it is kept as."""
        return StoredFile(
            digest=self.digest,
            media_type=self.media_type,
            size_bytes=self.size_bytes,
            width_px=self.width_px,
            height_px=self.height_px,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """Bytes kept by content: `digest` is their SHA-256 in hex, `size_bytes` their exact length.

    Pixels are those of a photo as it is shown; a document has none, and no `renditions` either.
    """

    digest: str
    media_type: str
    size_bytes: int
    width_px: int | None = None
    height_px: int | None = None
    is_animated: bool = False
    renditions: tuple[Rendition, ...] = ()


@dataclass(frozen=True, slots=True)
class Focus:
    """The point of a photo that no crop may lose, in whole percent from its left and upper edge (0 to 100)."""

    x_percent: int
    y_percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A photo or document of a bulletin; `file` is None while its caption, or title, waits for it.

    `number` counts from 1 within the bulletin and is never reused; bodies refer to it
    as `<figure data-attachment="NUMBER">`. A document's title is its `caption`, and `reference` its number and symbol
    (số, ký hiệu) such as 1234/QĐ-UBND.
    """

    number: int
    kind: AttachmentKind = AttachmentKind.PHOTO
    caption: str = ""
    credit: str = ""
    alternative_text: str = ""
    reference: str = ""
    focus: Focus | None = None
    file: StoredFile | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction (đính chính) that readers are told of, and when it was made; `note` is plain text."""

    at: datetime
    note: str


@dataclass(frozen=True, slots=True)
class Departure:
    """When readers lost a bulletin for good or for now, and why; `reason` is plain text."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a bulletin plays; coordinates in hundred-thousandths of a degree (WGS 84), both or neither."""

    name: str
    latitude_e5: int | None = None
    longitude_e5: int | None = None


@dataclass(frozen=True, slots=True)
class Origin:
    """Who published first what is republished here, and the absolute address where they did."""

    name: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """What an editor writes, whole. `body` is sanitised HTML, `lead` and `title` are plain text.

    Categories, organisations and authors have the names of the day it was published. `corrections` stand latest
    first; `gone` is set while it is withdrawn or expunged.
    """

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
    corrections: tuple[Correction, ...] = ()
    gone: Departure | None = None
    place: Place | None = None
    origin: Origin | None = None


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
    place: Place | None = None
    origin: Origin | None = None


CRITERIA = ("category", "organisation", "publisher", "author")
"""What bulletins are chosen by, in the order in which addresses and keys name it."""

KEPT_PAIRS = frozenset({("category", "organisation"), ("category", "publisher")})
"""Criteria that are kept together; of the others one at most."""
_KEY_OF_TEXT = "q:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The criteria that choose bulletins, by permanent ids; no criterion at all chooses everything.

    Organisation means issued by it or about it, publisher issued by it alone. A category includes
    its descendants. A criterion that several ids may meet stands in `either` instead, as (criterion, ids): build such
    a selection with `of`. `text` is a query in its canonical spelling.
    """

    category: int | None = None
    organisation: int | None = None
    publisher: int | None = None
    author: int | None = None
    either: tuple[tuple[str, tuple[int, ...]], ...] = ()
    text: str = ""

    @classmethod
    def of(cls, ids: Mapping[str, Collection[int]], *, text: str = "") -> Selection:
        """Build a selection from the ids that each criterion may be met by; none of them: any."""
        chosen = {criterion: tuple(sorted(set(ids.get(criterion, ())))) for criterion in CRITERIA}
        one = {criterion: found[0] for criterion, found in chosen.items() if len(found) == 1}
        several = tuple((criterion, found) for criterion, found in chosen.items() if len(found) > 1)
        return cls(
            category=one.get("category"),
            organisation=one.get("organisation"),
            publisher=one.get("publisher"),
            author=one.get("author"),
            either=several,
            text=text,
        )

    @property
    def ids(self) -> dict[str, tuple[int, ...]]:
        """The ids by criterion, in the order of keys, without the criteria that nothing is asked of."""
        one = (self.category, self.organisation, self.publisher, self.author)
        found = {criterion: (each,) for criterion, each in zip(CRITERIA, one, strict=True) if each is not None}
        chosen: dict[str, tuple[int, ...]] = {**found, **dict(self.either)}
        return {criterion: chosen[criterion] for criterion in CRITERIA if criterion in chosen}

    @property
    def is_kept(self) -> bool:
        """Whether placements hold it: all, one criterion, a category with a body; each of one id, and no text."""
        names = tuple(self.ids)
        return not self.text and not self.either and (len(names) <= 1 or names in KEPT_PAIRS)

    @property
    def arms(self) -> tuple[Selection, ...]:
        """The kept selections that it is the union of; none where placements alone cannot tell."""
        chosen = self.ids
        names = tuple(chosen)
        if self.text or (len(names) > 1 and names not in KEPT_PAIRS):
            return ()
        every = product(*chosen.values())
        return tuple(Selection.of({name: (each,) for name, each in zip(names, ids, strict=True)}) for ids in every)

    @property
    def key(self) -> str:
        """The canonical short string of this selection, such as `all`, `c12`, `c12.o5`, `c3_8.a2` or `o5.q:nong dan`.

        Only those of kept selections stand in rows.
        """
        parts = [f"{criterion[0]}{'_'.join(map(str, ids))}" for criterion, ids in self.ids.items()]
        if self.text:
            parts.append(_KEY_OF_TEXT + self.text)
        return ".".join(parts) or "all"

    @classmethod
    def from_key(cls, key: str) -> Selection:
        """Read back what `key` wrote."""
        if key == "all":
            return cls()
        criteria, _, text = key.partition(_KEY_OF_TEXT)
        names = {name[0]: name for name in CRITERIA}
        parts = criteria.rstrip(".").split(".") if criteria else []
        return cls.of({names[part[0]]: [int(each) for each in part[1:].split("_")] for part in parts}, text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """What an editor decided for one channel; None is "as the site has it".

    `entries` is how many the head holds at most (1 to 500). With `is_lead_only` an entry carries its lead and a link
    to the page in place of the body. `image` is a square picture with its renditions.
    """

    title: str | None = None
    description: str | None = None
    language: str | None = None
    entries: int | None = None
    is_lead_only: bool = False
    image: StoredFile | None = None


NOTHING_SET = ChannelSettings()


@dataclass(frozen=True, slots=True)
class EntryKey:
    """What validators need of one bulletin in a window.

    `changed_at` tells its version from the same one in another past of the store, which a backup was restored over.
    """

    number: int
    version: int
    position: int
    changed_at: datetime

    def __hash__(self) -> int:
        # What is kept by bulletin is looked up by it fifty times a document; the others differ with these.
        return hash((self.number, self.version))

    @property
    def state(self) -> tuple[int, int, str]:
        """All that what is shown of it depends on, for validators."""
        return self.number, self.version, self.changed_at.astimezone(UTC).isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """A bulletin that left a selection, for `reason`; unless `is_withdrawn` it was only put elsewhere, without one."""

    number: int
    public_id: str
    gone_at: datetime
    is_withdrawn: bool
    reason: str


Mark = tuple[int, datetime]
"""When something changed: the edition, and when that was committed."""


class ArchiveName(NamedTuple):
    """An archive of a selection: its number from 1, and how many announcements this form of it holds."""

    number: int
    held: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The newest bulletins of a selection, newest first, and when the selection last changed.

    `edition` and `changed_at` are those of the last committed change to anything the window's
    document shows, departures included; `tombstones` are the latest of those, the last one first.
    `archive` is the latest archive, where archives hold what the window does not show; `limit` is how many of the
    newest it holds, 0 while these are all.
    """

    selection: Selection
    entries: tuple[EntryKey, ...]
    edition: int
    changed_at: datetime
    tombstones: tuple[Tombstone, ...] = ()
    archive: ArchiveName | None = None
    limit: int = 0


CHANNEL_SET = "channel set"
"""The kind of change that is about the settings of one channel alone."""
_ENTITY = re.compile(r"[a-z][0-9]+")


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the edition: what was done, to which bulletin, and which selections show it.

    Without a bulletin it is about categories, organisations or authors: then every selection that names one of
    theirs is touched, pairs included, whether `selection_keys` lists the pair or not. One of kind CHANNEL_SET is
    about the settings of a channel: exactly the keys that it lists are touched.
    """

    edition: int
    kind: str
    bulletin: int | None
    selection_keys: frozenset[str]

    @property
    def entities(self) -> frozenset[str]:
        """The categories, organisations and authors that it is about, by the keys of their channels, such as `c12`."""
        if self.bulletin is not None or self.kind == CHANNEL_SET:
            return frozenset()
        return frozenset(key for key in self.selection_keys if _ENTITY.fullmatch(key))
