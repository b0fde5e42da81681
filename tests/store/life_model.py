"""What the store must do over a bulletin's life, said again in plain dictionaries: who sees what, under which name.

Nothing here is kept that can be worked out: channels, heads and tombstones follow from what bulletins are filed under,
so that the model and the store come to the same result by different ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from store.errors import AlreadyExists, Conflict, InputError, NotPublishable, StoreError
from store.text.slugs import slugify
from store.types import VIETNAM, Moment, Precision, Status

Kind = Literal["category", "organisation", "author"]
LETTERS: Mapping[Kind, str] = {"category": "c", "organisation": "o", "author": "a"}
HEAD = 3
RECENT = 50
CORRECTED = 10


class Refusal(Exception):
    """The store must refuse this, with an error of exactly this type."""

    def __init__(self, error: type[StoreError]) -> None:
        self.error = error
        super().__init__(error.__name__)


@dataclass
class Entity:
    id: int
    name: str
    slug: str
    parent: int | None = None
    former: list[tuple[datetime, str, str]] = field(default_factory=list)
    aliases: set[str] = field(default_factory=set)
    successor: int | None = None
    merged_at: datetime | None = None
    closed_at: datetime | None = None

    def called(self, at: datetime | None) -> tuple[str, str]:
        """Name and slug at an instant; `former` holds until when each older one was in use."""
        for until, name, slug in self.former:
            if at is not None and at < until:
                return name, slug
        return self.name, self.slug


@dataclass(frozen=True)
class Filing:
    """What somebody asks for, by names."""

    publisher: str | None = None
    subjects: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass
class Item:
    """A bulletin."""

    number: int
    title: str
    lead: str
    moment: Moment | None
    status: Status = Status.DRAFT
    publisher: int | None = None
    subjects: list[int] = field(default_factory=list)
    recognised: set[int] = field(default_factory=set)
    categories: list[int] = field(default_factory=list)
    authors: list[int] = field(default_factory=list)
    photo: str | None = None
    updated: datetime | None = None
    arrival: int | None = None
    corrections: list[str] = field(default_factory=list)
    reason: str | None = None
    gone_at: datetime | None = None

    @property
    def at(self) -> datetime | None:
        return self.moment.instant if self.moment else None

    @property
    def rank(self) -> tuple[datetime, int]:
        assert self.at is not None
        assert self.arrival is not None
        return self.at, self.arrival


class Model:
    """Every operation takes the instant `now` of its transaction and raises Refusal where the store must refuse."""

    def __init__(self) -> None:
        self.entities: dict[Kind, dict[int, Entity]] = {"category": {}, "organisation": {}, "author": {}}
        self.slugs: dict[tuple[Kind, str], int] = {}
        self.items: dict[int, Item] = {}
        self.placed: dict[int, frozenset[str]] = {}
        # Insertion order is the order of departure.
        self.left: defaultdict[str, dict[int, tuple[datetime, bool]]] = defaultdict(dict)
        """When bulletins left a channel, and whether all others lost them as well."""
        self.edition = 0
        self.newest_change: datetime | None = None
        self.told: defaultdict[str, list[tuple[int, datetime]]] = defaultdict(list)
        """Of which bulletins the readers of a channel were told, and when, in this order."""
        self.stepped: set[int] = set()
        self.entries: dict[int, tuple[object, ...]] = {}
        """What every published bulletin said after the last operation."""
        self.marked: set[str] = set()
        """Channels that the last operation moves although they show the same."""
        self.new_author_ids: Mapping[str, int] = {}
        """Ids that the store gave to authors whom it added by itself."""

    # Bulletins

    def draft(self, now: datetime, number: int, title: str, said: Filing, moment: Moment | None) -> None:
        item = Item(number, title, "", moment)
        self._file(item, said, item.at or now)
        self.items[number] = item

    def revise(
        self, now: datetime, number: int, lead: str, said: Filing, *, moment: Moment | None, note: str | None = None
    ) -> None:
        """An edit; with a `note` it is a correction."""
        item = self.items[number]
        if note == "":
            raise Refusal(InputError)
        if item.status is Status.EXPUNGED or (note and item.status is not Status.PUBLISHED):
            raise Refusal(Conflict)
        if item.status is Status.SCHEDULED and item.publisher is not None and not said.publisher:
            raise Refusal(NotPublishable)
        if item.status is not Status.DRAFT and moment != item.moment:
            raise Refusal(Conflict)
        stored = replace(item)
        item.moment, item.lead = moment, lead
        self._file(item, said, item.at or now, stored)
        if note:
            self._move_updated(item, now)
            item.corrections.insert(0, note)
        self._seen(item, now)

    def attach(self, now: datetime, number: int, digest: str) -> None:
        item = self.items[number]
        if item.status is Status.EXPUNGED:
            raise Refusal(Conflict)
        item.photo = digest
        self._seen(item, now)

    def add_subject(self, now: datetime, number: int, organisation: int) -> None:
        item = self.items[number]
        if item.status is Status.EXPUNGED:
            raise Refusal(Conflict)
        found = self.successor_at("organisation", organisation, item.at or now)
        if found not in item.subjects and found != item.publisher:
            item.subjects.append(found)
            item.recognised.add(found)
            self._seen(item, now)

    def schedule(self, now: datetime, number: int, moment: Moment | None) -> None:
        item = self.items[number]
        if item.status not in {Status.DRAFT, Status.SCHEDULED} or item.publisher is None:
            raise Refusal(NotPublishable)
        planned = moment or item.moment
        if planned is None or planned.precision is Precision.DAY or planned.instant <= now:
            raise Refusal(InputError)
        item.moment, item.status = planned, Status.SCHEDULED

    def cancel(self, number: int) -> None:
        item = self.items[number]
        if item.status is not Status.SCHEDULED:
            raise Refusal(Conflict)
        item.moment, item.status = None, Status.DRAFT

    def publish(self, now: datetime, number: int) -> None:
        item = self.items[number]
        if item.status not in {Status.DRAFT, Status.WITHDRAWN} or item.publisher is None:
            raise Refusal(NotPublishable)
        if item.status is Status.WITHDRAWN:
            item.status, item.reason = Status.PUBLISHED, None
            self._move_updated(item, now)
            item.gone_at = None
            self._seen(item, now)
            return
        here = now.astimezone(VIETNAM)
        moment = item.moment or Moment(here)
        if moment.precision is Precision.DAY and moment.instant.date() == here.date():
            moment = Moment(min(moment.instant, here), Precision.DAY)
        if moment.instant > now:
            raise Refusal(NotPublishable)
        self._appear(item, moment, now)

    def due(self, now: datetime) -> int | None:
        """The bulletin that a worker publishes next."""
        waiting = [
            (item.at, item.number) for item in self.items.values() if item.status is Status.SCHEDULED and item.at
        ]
        return min(waiting)[1] if waiting and min(waiting)[0] <= now else None

    def publish_due(self, now: datetime) -> None:
        number = self.due(now)
        if number is not None:
            item = self.items[number]
            assert item.moment is not None
            self._appear(item, item.moment, now)

    def withdraw(self, now: datetime, number: int, reason: str) -> None:
        item = self.items[number]
        if not reason:
            raise Refusal(InputError)
        if item.status is not Status.PUBLISHED:
            raise Refusal(Conflict)
        item.status, item.reason = Status.WITHDRAWN, reason
        item.gone_at = self._change(now)
        self.stepped.add(number)

    def expunge(self, now: datetime, number: int, reason: str) -> None:
        item = self.items[number]
        if item.status is Status.EXPUNGED:
            raise Refusal(Conflict)
        item.status, item.reason = Status.EXPUNGED, reason or item.reason or ""
        item.gone_at = item.gone_at or max(now, self.newest_change or now)
        item.title = item.lead = ""
        item.publisher, item.photo = None, None
        item.subjects, item.categories, item.authors, item.corrections = [], [], [], []
        if item.arrival is not None:
            self._change(now)
            self.stepped.add(number)

    # Categories, organisations and authors

    def add(self, now: datetime, kind: Kind, id: int, name: str, slug: str | None, parent: int | None) -> None:
        if self._named(kind, name) or (slug and (kind, slug) in self.slugs):
            raise Refusal(AlreadyExists)
        if parent is not None:
            self._open(kind, parent)
        self._enter(kind, id, name, slug, parent)
        if kind != "author":
            self._change(now)

    def rename(
        self,
        now: datetime,
        kind: Kind,
        id: int,
        new: str,
        *,
        since: datetime | None,
        throughout: bool,
        slug: str | None,
    ) -> None:
        entity = self._unmerged(kind, id)
        start = self._start(now, since)
        if self._named(kind, new) not in {None, id} or (slug and self.slugs.get((kind, slug), id) != id):
            raise Refusal(AlreadyExists)
        wanted = slug or (entity.slug if new == entity.name else self._free_slug(kind, new, id))
        if (new, wanted) == (entity.name, entity.slug):
            raise Refusal(Conflict)
        last = entity.former[-1][0] if entity.former else None
        if since is None and last is not None:
            # The clock may have been set back since.
            start = max(start, last)
        if throughout or last == start:
            entity.aliases.add(entity.name)
        elif last is not None and start < last:
            raise Refusal(InputError)
        else:
            entity.former.append((start, entity.name, entity.slug))
        entity.aliases.discard(new)
        entity.name, entity.slug = new, wanted
        self.slugs[kind, wanted] = id
        self._change(now)

    def move(self, now: datetime, kind: Kind, id: int, parent: int | None) -> None:
        entity = self._unmerged(kind, id)
        if parent is not None:
            self._open(kind, parent)
        if id in self.line(kind, parent) or entity.parent == parent:
            raise Refusal(Conflict)
        entity.parent = parent
        self._change(now)
        self.marked |= self._naming(kind, id)
        self._mark_entered()

    def merge(self, now: datetime, kind: Kind, id: int, into: int, since: datetime | None) -> None:
        start = self._start(now, since)
        entity = self._unmerged(kind, id)
        self._open(kind, into)
        children = [child for child in self.entities[kind].values() if child.parent == id]
        if id in self.line(kind, into) or (kind == "category" and children):
            raise Refusal(Conflict)
        entity.successor, entity.merged_at = into, start
        for child in children:
            child.parent = into
        self._change(now)
        self._mark_entered()

    def close(self, now: datetime, kind: Kind, id: int, since: datetime | None) -> None:
        entity = self._open(kind, id)
        entity.closed_at = self._start(now, since)
        self._change(now)

    def reopen(self, now: datetime, kind: Kind, id: int) -> None:
        entity = self._unmerged(kind, id)
        if entity.closed_at is None:
            raise Refusal(Conflict)
        entity.closed_at = None
        self._change(now)

    # What readers see

    def settle(self, now: datetime) -> None:
        """Have bulletins leave and enter channels after an operation: whoever leaves one is told of there."""
        gone_at = max(now, self.newest_change or now)
        for number in sorted(self.items):
            before, after = self.placed.get(number, frozenset()), self.keys(self.items[number])
            self._tell(number, before, after)
            self.placed[number] = after
            is_withdrawn = self.items[number].status is not Status.PUBLISHED
            for channel in before - after:
                self.left[channel][number] = gone_at, is_withdrawn
            for channel in after - before:
                self.left[channel].pop(number, None)
            for departed in self.left.values():
                if not is_withdrawn and number in departed:
                    departed[number] = departed[number][0], False

    def _tell(self, number: int, before: frozenset[str], after: frozenset[str]) -> None:
        """Announce what an operation did to a bulletin, in every channel whose readers see that."""
        item = self.items[number]
        entry = self.entry(item) if item.status is Status.PUBLISHED else ()
        channels = before ^ after
        if number in self.stepped:
            left = {channel: gone[number][1] for channel, gone in self.left.items() if number in gone}
            told = {channel for channel, is_withdrawn in left.items() if is_withdrawn or item.status is Status.EXPUNGED}
            channels = before | after | (told if not before else frozenset())
        elif entry != self.entries.get(number, ()):
            channels = before | after
        self.entries[number] = entry
        self.stepped.discard(number)
        self.marked |= channels
        for channel in channels:
            assert self.newest_change is not None
            self.told[channel].append((number, self.newest_change))

    def head(self, channel: str, history: list[int]) -> list[int]:
        """The newest, and below them those that were corrected lately or came back."""
        recent = self.told[channel][-RECENT:]
        lately: dict[int, int] = {}
        for place, (number, at) in enumerate(recent):
            item = self.items[number]
            if number in history[HEAD:] and item.updated and item.at and item.at < item.updated >= at:
                lately[number] = place
        corrected = sorted(lately, key=lambda number: lately[number], reverse=True)[:CORRECTED]
        return [number for place, number in enumerate(history) if place < HEAD or number in corrected]

    def channels(self) -> list[str]:
        """Every channel that can be asked for; an author has one from the first published bulletin on."""
        bodies = [f"{letter}{body}" for letter in "op" for body in self.entities["organisation"]]
        categories = [f"c{category}" for category in self.entities["category"]]
        authors = [f"a{author}" for author in self.entities["author"]]
        authors = [author for author in authors if self.left[author] or self.history(author)]
        pairs = [f"{category}.{body}" for category in categories for body in bodies]
        return ["all", *categories, *bodies, *authors, *pairs]

    def keys(self, item: Item) -> frozenset[str]:
        """The channels that show a bulletin."""
        if item.status is not Status.PUBLISHED:
            return frozenset()
        filed = {above for category in item.categories for above in self.line("category", category)}
        categories = [f"c{each}" for each in self._going_on("category", filed, item)]
        issuers = {item.publisher} - {None}
        bodies = [f"p{each}" for each in self._going_on("organisation", issuers, item)]
        bodies += [f"o{each}" for each in self._going_on("organisation", {*issuers, *item.subjects}, item)]
        authors = [f"a{each}" for each in self._going_on("author", item.authors, item)]
        pairs = [f"{category}.{body}" for category in categories for body in bodies]
        return frozenset(["all", *categories, *bodies, *authors, *pairs])

    def published(self) -> list[Item]:
        """Everything that readers see, the newest first."""
        shown = [item for item in self.items.values() if item.status is Status.PUBLISHED]
        return sorted(shown, key=lambda item: item.rank, reverse=True)

    def history(self, channel: str) -> list[int]:
        return [item.number for item in self.published() if channel in self.keys(item)]

    def histories(self) -> dict[str, list[int]]:
        """`history` of every channel that shows anything, in one pass."""
        found: defaultdict[str, list[int]] = defaultdict(list)
        for item in self.published():
            for channel in self.keys(item):
                found[channel].append(item.number)
        return found

    def shown(self) -> dict[str, object]:
        """All that a reader of each channel sees, in a form that compares equal where he sees the same."""
        histories = self.histories()
        entries = {item.number: self.entry(item) for item in self.published()}
        return {
            channel: (
                [self._heading(part) for part in channel.split(".") if channel != "all"],
                [entries[number] for number in self.head(channel, histories.get(channel, []))],
                self.tombstones(channel),
            )
            for channel in self.channels()
        }

    def tombstones(self, channel: str) -> list[tuple[int, datetime, str | None]]:
        """Number, when it left and why, the last one first; those that left at once by falling number.

        The reason is None for a bulletin that other channels went on showing, or show again.
        """
        return [
            (number, at, self.items[number].reason if is_withdrawn else None)
            for number, (at, is_withdrawn) in reversed(self.left[channel].items())
        ]

    def entry(self, item: Item) -> tuple[object, ...]:
        """All that an entry shows, with the names of its day."""
        bodies, categories, authors = self.entities["organisation"], self.entities["category"], self.entities["author"]
        named = [
            sorted(there[each].called(item.at) for each in ids)
            for there, ids in (
                (bodies, [item.publisher] if item.publisher else []),
                (bodies, item.subjects),
                (categories, item.categories),
                (authors, item.authors),
            )
        ]
        return item.number, item.title, item.lead, item.moment, item.updated, item.photo, tuple(item.corrections), named

    def line(self, kind: Kind, id: int | None) -> list[int]:
        """An entity and what stands above it."""
        found: list[int] = []
        while id is not None:
            found.append(id)
            id = self.entities[kind][id].parent
        return found

    def successor_at(self, kind: Kind, id: int, at: datetime) -> int:
        entity = self.entities[kind][id]
        if entity.successor is None or entity.merged_at is None or entity.merged_at > at:
            return id
        return self.successor_at(kind, entity.successor, at)

    # How it comes about

    def _file(self, item: Item, said: Filing, at: datetime, stored: Item | None = None) -> None:
        before = stored or Item(0, "", "", None)
        issuer = [before.publisher] if before.publisher else []
        publisher = self._meant("organisation", said.publisher, at, before, issuer) if said.publisher else None
        named = [self._meant("organisation", name, at, before, before.subjects) for name in said.subjects]
        item.publisher = publisher
        item.recognised = before.recognised - {publisher}
        item.subjects = list(dict.fromkeys([*named, *(each for each in before.subjects if each in item.recognised)]))
        item.categories = list(
            dict.fromkeys(self._meant("category", name, at, before, before.categories) for name in said.categories)
        )
        item.authors = list(
            dict.fromkeys(self._meant("author", name, at, before, before.authors) for name in said.authors)
        )

    def _meant(self, kind: Kind, name: str, at: datetime, stored: Item, kept: list[int]) -> int:
        for id in kept:
            if name in self.entities[kind][id].called(stored.at):
                return id
        found = self._named(kind, name)
        if kind == "author":
            found = found or self._formerly(name)
            # Without an id the store has refused, and the model must not; that is seen where both are compared.
            found = found or self._enter(kind, self.new_author_ids.get(name, 0), name, None, None)
        elif found in kept:
            return found
        assert found is not None
        meant = self.entities[kind][self.successor_at(kind, found, at)]
        if meant.closed_at is not None and meant.closed_at <= at:
            raise Refusal(InputError)
        return meant.id

    def _appear(self, item: Item, moment: Moment, now: datetime) -> None:
        linked: list[tuple[Kind, list[int]]] = [
            ("category", item.categories),
            ("organisation", item.subjects),
            ("author", item.authors),
        ]
        for kind, ids in linked:
            for id in list(ids):
                successor = self.successor_at(kind, id, moment.instant)
                if successor == id:
                    continue
                if successor in ids:
                    ids.remove(id)
                else:
                    ids[ids.index(id)] = successor
                if kind == "organisation" and id in item.recognised:
                    item.recognised = item.recognised - {id} | ({successor} & set(ids))
        if item.publisher is not None:
            item.publisher = self.successor_at("organisation", item.publisher, moment.instant)
        item.arrival = 1 + sum(other.arrival is not None for other in self.items.values())
        item.moment, item.updated, item.status = moment, moment.instant, Status.PUBLISHED
        self._change(now)
        self.stepped.add(item.number)

    def _change(self, now: datetime) -> datetime:
        """A change that a reader could see: it never looks older than one before it."""
        self.edition += 1
        self.newest_change = max(now, self.newest_change or now)
        return self.newest_change

    def _seen(self, item: Item, now: datetime) -> None:
        if item.status is Status.PUBLISHED:
            self._change(now)
            self.stepped.add(item.number)

    def _move_updated(self, item: Item, now: datetime) -> None:
        """A second past what it was and past its departure; the change itself is not dated before that."""
        passed = [instant + timedelta(seconds=1) for instant in (item.updated, item.gone_at) if instant]
        item.updated = self.newest_change = max([now, self.newest_change or now, *passed])

    def _start(self, now: datetime, since: datetime | None) -> datetime:
        if since is None:
            return now
        if since > now:
            raise Refusal(InputError)
        return since

    def _named(self, kind: Kind, name: str) -> int | None:
        return next((entity.id for entity in self.entities[kind].values() if entity.name == name), None)

    def _formerly(self, name: str) -> int | None:
        had = [
            (until, entity.id)
            for entity in self.entities["author"].values()
            for until, former, _ in entity.former
            if former == name
        ]
        also = [entity.id for entity in self.entities["author"].values() if name in entity.aliases]
        return max(had)[1] if had else also[0] if len(also) == 1 else None

    def _enter(self, kind: Kind, id: int, name: str, slug: str | None, parent: int | None) -> int:
        entity = Entity(id, name, slug or self._free_slug(kind, name, id), parent)
        self.entities[kind][id] = entity
        self.slugs[kind, entity.slug] = id
        return id

    def _free_slug(self, kind: Kind, name: str, id: int) -> str:
        plain = slug = slugify(name)
        suffix = 1
        while self.slugs.get((kind, slug), id) != id:
            suffix += 1
            slug = f"{plain}-{suffix}"
        return slug

    def _unmerged(self, kind: Kind, id: int) -> Entity:
        if self.entities[kind][id].merged_at is not None:
            raise Refusal(Conflict)
        return self.entities[kind][id]

    def _open(self, kind: Kind, id: int) -> Entity:
        if self._unmerged(kind, id).closed_at is not None:
            raise Refusal(Conflict)
        return self.entities[kind][id]

    def _going_on(self, kind: Kind, ids: Iterable[int | None], item: Item) -> list[int]:
        """Who shows what these are filed with: themselves, and what had been merged into them by then."""
        wanted, at = set(ids), item.at
        assert at is not None

        def shows(id: int) -> bool:
            entity = self.entities[kind][id]
            is_merged = entity.successor is not None and entity.merged_at is not None and entity.merged_at <= at
            return id in wanted or (is_merged and entity.successor is not None and shows(entity.successor))

        return [id for id in self.entities[kind] if shows(id)]

    def _heading(self, part: str) -> object:
        """What the head of a channel, or its page, says of one of its entities."""
        kind = next(kind for kind, letter in LETTERS.items() if letter == part[0].replace("p", "o"))
        entity = self.entities[kind][int(part[1:])]
        successor = self.entities[kind][entity.successor] if entity.successor else None
        into = (successor.name, successor.slug) if successor else None
        return entity.name, entity.slug, entity.closed_at, entity.merged_at, into

    def _naming(self, kind: Kind, id: int) -> set[str]:
        names = {f"{letter}{id}" for letter in ("op" if kind == "organisation" else LETTERS[kind])}
        return {channel for channel in self.channels() if names & set(channel.split("."))}

    def _mark_entered(self) -> None:
        """Bulletins that lineage puts into a channel move it, below its head as well."""
        for item in self.published():
            self.marked |= self.keys(item) - self.placed[item.number]
