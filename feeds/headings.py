"""What a channel is called and what is said of it, in good Vietnamese, from the entities that its selection names.

Whatever shows here of an entity changes only when the store steps that entity: so the channel's date moves with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self, TypeVar

from sqlalchemy.orm import Session

from feeds.endings import Ending, ending_of
from feeds.settings import DEFAULT_SITE_NAME, Settings
from store import taxonomy
from store.former_names import former_names
from store.names import Kind
from store.text.queries import quoted_terms
from store.types import CRITERIA, Author, Category, ChannelSettings, Entity, Organisation, Selection

NamedT = TypeVar("NamedT", Category, Organisation, Author)

LANGUAGE = "vi"
"""Of what stands in a channel's head, unless an editor says otherwise."""


@dataclass(frozen=True, slots=True)
class Names:
    """The entities that a selection names, those of one criterion in the order of addresses, and its query."""

    categories: tuple[Category, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    publishers: tuple[Organisation, ...] = ()
    authors: tuple[Author, ...] = ()
    query: str = ""

    @classmethod
    def among(
        cls,
        selection: Selection,
        categories: Mapping[int, Category],
        bodies: Mapping[int, Organisation],
        authors: Mapping[int, Author],
    ) -> Self:
        """Pick the entities of a selection out of those that are known, by id."""
        ids = selection.ids
        return cls(
            categories=_picked(categories, ids.get("category", ())),
            organisations=_picked(bodies, ids.get("organisation", ())),
            publishers=_picked(bodies, ids.get("publisher", ())),
            authors=_picked(authors, ids.get("author", ())),
            query=selection.text,
        )

    @classmethod
    def of(cls, selection: Selection, found: Mapping[Kind, Mapping[int, Entity]]) -> Self:
        """Pick the entities of a selection out of those that were found of each kind, by id."""
        every = {kind: found.get(kind, {}) for kind in Kind}
        categories = {i: each for i, each in every[Kind.CATEGORY].items() if isinstance(each, Category)}
        bodies = {i: each for i, each in every[Kind.ORGANISATION].items() if isinstance(each, Organisation)}
        authors = {i: each for i, each in every[Kind.AUTHOR].items() if isinstance(each, Author)}
        return cls.among(selection, categories, bodies, authors)

    @property
    def entities(self) -> tuple[tuple[str, Entity], ...]:
        """Each entity with the criterion that it stands in, in the order of addresses."""
        every: tuple[Sequence[Entity], ...] = (self.categories, self.organisations, self.publishers, self.authors)
        return tuple((name, entity) for name, found in zip(CRITERIA, every, strict=True) for entity in found)


@dataclass(frozen=True, slots=True)
class Ended:
    """An entity of a selection that ended, and what is said of that."""

    criterion: str
    entity: Entity
    ending: Ending


def names_of(session: Session, selection: Selection) -> Names:
    """Load the entities of a selection."""
    ids = selection.ids
    bodies = {*ids.get("organisation", ()), *ids.get("publisher", ())}
    return Names.among(
        selection,
        taxonomy.categories_by_id(session, ids["category"]) if "category" in ids else {},
        taxonomy.organisations_by_id(session, bodies) if bodies else {},
        taxonomy.authors_by_id(session, ids["author"]) if "author" in ids else {},
    )


def endings_of(session: Session, names: Names) -> tuple[Ended, ...]:
    """Tell how those of the entities ended that did."""
    told = ((criterion, entity, ending_of(entity, _successor(session, entity))) for criterion, entity in names.entities)
    return tuple(Ended(criterion, entity, ending) for criterion, entity, ending in told if ending is not None)


def title_of(names: Names, settings: Settings, own: ChannelSettings) -> str:
    """Give the title of a channel: the one that an editor gave it, else what its selection is called."""
    if own.title:
        return own.title
    said = _title_words(names)
    if not said:
        return settings.site_name
    site = "" if settings.site_name == DEFAULT_SITE_NAME else f" – {settings.site_name}"
    return f"Bản tin {said}{site}"


def introduction_of(names: Names, settings: Settings, own: ChannelSettings) -> str:
    """Say what a channel holds, in an editor's words where there are any, without how its entities ended."""
    if own.description:
        return own.description
    clauses = [*_clauses(names)]
    if not clauses:
        known = settings.site_name != DEFAULT_SITE_NAME
        return f"Toàn bộ bản tin đăng trên trang “{settings.site_name}”." if known else "Tất cả bản tin."
    if len(names.entities) == 1 and names.categories and not names.query and names.categories[0].description:
        return names.categories[0].description
    is_plain = len(clauses) == 2 and names.categories and not names.query
    said = (" " if is_plain else ", ").join(clauses)
    hint = " Tìm kiếm không phân biệt chữ hoa, chữ thường, có dấu hay không dấu." if names.query else ""
    return f"Các bản tin {said}.{hint}"


def searched_of(query: str) -> str:
    """Say which words a canonical query searches for, as they stand in a sentence."""
    return " và ".join(f"“{term}”" for term in quoted_terms(query))


def _title_words(names: Names) -> str:
    by_whom = [
        _either(names.publishers),
        f"tác giả {_either(names.authors)}" if names.authors else "",
    ]
    of = ", ".join(filter(None, by_whom))
    about = f"về {_either(names.organisations)}" if names.organisations else ""
    said = " ".join(filter(None, [_either(names.categories), about, f"của {of}" if of else ""]))
    found = f"có {searched_of(names.query)}" if names.query else ""
    return ", ".join(filter(None, [said, found]))


def _clauses(names: Names) -> Iterator[str]:
    if names.categories:
        yield f"thuộc chuyên mục {_either(names.categories)}"
    if names.organisations:
        issuers = _bodies(names.organisations)
        is_one = len(names.organisations) == 1 and not names.organisations[0].includes_subordinates
        yield f"do {issuers} phát hành hoặc nói về {issuers if is_one else 'các cơ quan, đơn vị này'}"
    if names.publishers:
        yield f"do {_bodies(names.publishers)} phát hành"
    if names.authors:
        yield f"của tác giả {_either(names.authors)}"
    if names.query:
        yield f"có {searched_of(names.query)}"


def _either(entities: Sequence[Entity]) -> str:
    return _listed([entity.name for entity in entities])


def _bodies(bodies: Sequence[Organisation]) -> str:
    subordinate = " và các đơn vị trực thuộc"
    return _listed([body.name + (subordinate if body.includes_subordinates else "") for body in bodies])


def _listed(names: Sequence[str]) -> str:
    """Join names as alternatives: A, B hoặc C; but A hoặc B hoặc C where a name has a comma itself."""
    if any("," in name for name in names):
        return " hoặc ".join(names)
    return " hoặc ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def former_names_of(session: Session, names: Names) -> tuple[tuple[str, datetime], ...]:
    """Give what the entities were called, each name with the instant until which it was in use, the latest first."""
    found: list[tuple[str, datetime]] = []
    for _, entity in names.entities:
        kind = _kind(entity)
        later = entity.name
        for former in reversed(former_names(session, {kind: {entity.id}})[kind].get(entity.id, ())):
            # A renaming may alter the short name or the address alone.
            if former.name != later:
                found.append((former.name, former.until))
            later = former.name
    return tuple(found)


def _picked(known: Mapping[int, NamedT], wanted: Iterable[int]) -> tuple[NamedT, ...]:
    return tuple(sorted((known[each] for each in wanted), key=lambda entity: entity.slug))


def _kind(entity: Entity) -> Kind:
    if isinstance(entity, Category):
        return Kind.CATEGORY
    return Kind.ORGANISATION if isinstance(entity, Organisation) else Kind.AUTHOR


def _successor(session: Session, entity: Entity) -> Entity | None:
    if entity.successor_id is None:
        return None
    wanted = {entity.successor_id}
    if isinstance(entity, Category):
        return taxonomy.categories_by_id(session, wanted)[entity.successor_id]
    if isinstance(entity, Organisation):
        return taxonomy.organisations_by_id(session, wanted)[entity.successor_id]
    return taxonomy.authors_by_id(session, wanted)[entity.successor_id]
