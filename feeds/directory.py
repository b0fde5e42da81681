"""Every channel that there is, in groups as the directory shows them: one list for pages, OPML, sitemap and export."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from feeds.addresses import SelectionPath
from feeds.endings import ending_of
from feeds.headings import LANGUAGE, Names, introduction_of, title_of
from feeds.settings import Settings
from store import catalogue, changes, channel_settings, taxonomy
from store.names import KIND_OF_CRITERION, Kind
from store.text.collation import sort_key
from store.types import NOTHING_SET, Author, Category, Entity, Organisation, Selection

NamedT = TypeVar("NamedT", Category, Organisation, Author)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChannel:
    """One channel as lists show it.

    `name` is what it is called among others of its group, `title` and `description` are what its documents say.
    `changed_at` is when that last changed. `remark` is the description that somebody wrote, empty where nobody did.
    `parent_key` is the key of the channel that
    it stands under in its group, `depth` how deep it stands where the directory shows the group as a tree. `ending`
    tells what became of whom it is about, and is empty while they live; who `is_merged` goes on as somebody else.
    """

    name: str
    title: str
    description: str
    path: SelectionPath
    key: str
    count: int
    changed_at: datetime
    language: str = LANGUAGE
    remark: str = ""
    parent_key: str | None = None
    depth: int = 0
    ending: str = ""
    is_merged: bool = False


@dataclass(frozen=True, slots=True)
class ChannelGroup:
    """Channels of one criterion, which is empty for the group of `all` alone; `heading` names them to people."""

    criterion: str
    heading: str
    channels: tuple[ListedChannel, ...]


def iter_channels(session: Session, settings: Settings, *, emptied: bool = False) -> Iterator[ChannelGroup]:
    """Yield the groups: all, categories as a tree, organisations, publishers, authors; ended ones stand last.

    Publishers and authors are listed while anything stands under them; with `emptied` those, too, whose bulletins were
    all withdrawn or put elsewhere, because their feeds are still polled.
    """
    yield from _Listing(session, settings, emptied=emptied).groups()


def iter_pairs(session: Session, settings: Settings, *, emptied: bool = False) -> Iterator[ListedChannel]:
    """Yield the channels of a category with an organisation or publisher that hold anything, by selection_key.

    There may be many: as many as categories times bodies.
    """
    yield from _Listing(session, settings, emptied=emptied).pairs()


class _Listing:
    """The entities, counts and settings of one snapshot."""

    def __init__(self, session: Session, settings: Settings, *, emptied: bool) -> None:
        self._session = session
        self._settings = settings
        self._set = channel_settings.every_channel_settings(session)
        self._categories = taxonomy.categories_by_id(session)
        self._bodies = taxonomy.organisations_by_id(session)
        self._authors = taxonomy.authors_by_id(session)
        self._made_at = changes.made_at(session)
        self._settings_changed = channel_settings.changed_at_by_key(session)
        self._changed = {kind: taxonomy.changed_at_by_id(session, kind) for kind in Kind}
        self._emptied = catalogue.emptied_keys(session) if emptied else frozenset()

    def groups(self) -> Iterator[ChannelGroup]:
        counts = catalogue.count_placed(self._session)
        ever = counts.keys() | self._emptied
        every = self._listed(Selection(), counts.get(Selection().key, 0), self._settings.site_name)
        yield ChannelGroup("", "Tất cả", (every,))
        categories = [
            self._entity(Selection(category=category.id), category, counts, self._categories, depth=depth)
            for depth, category in _tree(sorted(self._categories.values(), key=_has_ended))
        ]
        yield ChannelGroup("category", "Theo chuyên mục", tuple(categories))
        bodies = _by_name(self._bodies.values())
        about = [self._entity(Selection(organisation=body.id), body, counts, self._bodies) for body in bodies]
        yield ChannelGroup("organisation", "Theo cơ quan, đơn vị (phát hành hoặc được nhắc đến)", tuple(about))
        issued = (Selection(publisher=body.id) for body in bodies)
        publishers = [
            self._entity(selection, self._bodies[selection.publisher or 0], counts, self._bodies)
            for selection in issued
            if selection.key in ever
        ]
        yield ChannelGroup("publisher", "Theo cơ quan phát hành", tuple(publishers))
        written = (Selection(author=author.id) for author in _by_name(self._authors.values()))
        authors = [
            self._entity(selection, self._authors[selection.author or 0], counts, self._authors)
            for selection in written
            if selection.key in ever
        ]
        yield ChannelGroup("author", "Theo tác giả", tuple(authors))

    def pairs(self) -> Iterator[ListedChannel]:
        counts = catalogue.count_pairs(self._session)
        for key in sorted(counts.keys() | {key for key in self._emptied if "." in key}):
            yield self._listed(Selection.from_key(key), counts.get(key, 0))

    def _entity(
        self,
        selection: Selection,
        entity: NamedT,
        counts: Mapping[str, int],
        known: Mapping[int, NamedT],
        *,
        depth: int = 0,
    ) -> ListedChannel:
        successor = known[entity.successor_id] if entity.successor_id is not None else None
        ending = ending_of(entity, successor)
        return self._listed(
            selection,
            counts.get(selection.key, 0),
            entity.name,
            remark=_remark(selection, entity),
            parent_key=_parent_key(selection, entity),
            depth=depth,
            ending=ending.brief if ending else "",
            is_merged=entity.merged_at is not None,
        )

    def _listed(
        self,
        selection: Selection,
        count: int,
        name: str | None = None,
        *,
        remark: str = "",
        parent_key: str | None = None,
        depth: int = 0,
        ending: str = "",
        is_merged: bool = False,
    ) -> ListedChannel:
        own = self._set.get(selection.key, NOTHING_SET)
        names = Names.among(selection, self._categories, self._bodies, self._authors)
        title = title_of(names, self._settings, own)
        return ListedChannel(
            name=name or title,
            title=title,
            description=introduction_of(names, self._settings, own),
            path=SelectionPath.of((criterion, each.slug) for criterion, each in names.entities),
            key=selection.key,
            count=count,
            changed_at=self._changed_at(selection),
            language=own.language or LANGUAGE,
            remark=own.description or remark,
            parent_key=parent_key,
            depth=depth,
            ending=ending,
            is_merged=is_merged,
        )

    def _changed_at(self, selection: Selection) -> datetime:
        own = self._settings_changed.get(selection.key, self._made_at)
        of = (
            self._changed[KIND_OF_CRITERION[criterion]][each]
            for criterion, ids in selection.ids.items()
            for each in ids
        )
        return max([own, *of])


def _remark(selection: Selection, entity: Entity) -> str:
    # What a body is stands with the channel of all about it, once.
    return "" if isinstance(entity, Author) or selection.publisher is not None else entity.description


def _parent_key(selection: Selection, entity: Entity) -> str | None:
    if isinstance(entity, Author) or entity.parent_id is None:
        return None
    if selection.publisher is not None:
        return Selection(publisher=entity.parent_id).key
    if selection.organisation is not None:
        return Selection(organisation=entity.parent_id).key
    return Selection(category=entity.parent_id).key


def _by_name(entities: Iterable[NamedT]) -> list[NamedT]:
    return sorted(entities, key=lambda entity: (_has_ended(entity), sort_key(entity.name)))


def _has_ended(entity: Entity) -> bool:
    return entity.merged_at is not None or entity.closed_at is not None


def _tree(categories: Collection[Category], parent: int | None = None, depth: int = 0) -> list[tuple[int, Category]]:
    found: list[tuple[int, Category]] = []
    for category in categories:
        if category.parent_id == parent:
            found.append((depth, category))
            found += _tree(categories, category.id, depth + 1)
    return found
