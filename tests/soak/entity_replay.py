"""Holds categories, organisations, authors and former addresses against what the audit log has on them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store import redirects, taxonomy
from store.models import DbFormerName
from store.names import Kind, aliases
from store.types import Author, Category, Organisation
from tests.soak.journal import End
from tests.soak.replay import Committed, Replayed


@dataclass
class Body:
    """What the operations made of one entity; `also` are the names that it was given besides or before."""

    name: str
    parent: int | None = None
    successor: int | None = None
    is_closed: bool = False
    also: set[str] = field(default_factory=set)
    aliases: dict[str, bool] = field(default_factory=dict)
    slugs: set[str] = field(default_factory=set)


Bodies = Mapping[Kind, dict[int, Body]]


def bodies_of(session: Session) -> Bodies:
    """Read the entities as they stand."""
    stored: dict[Kind, Iterable[Category | Organisation | Author]] = {
        Kind.CATEGORY: taxonomy.categories_by_id(session).values(),
        Kind.ORGANISATION: taxonomy.organisations_by_id(session).values(),
        Kind.AUTHOR: taxonomy.authors_by_id(session).values(),
    }
    also = {kind: aliases(session, kind) for kind in Kind}
    return {
        kind: {
            entity.id: Body(
                name=entity.name,
                parent=None if isinstance(entity, Author) else entity.parent_id,
                successor=entity.successor_id,
                is_closed=entity.closed_at is not None,
                aliases=dict.fromkeys(also[kind][entity.id], True),
                slugs={entity.slug},
            )
            for entity in entities
        }
        for kind, entities in stored.items()
    }


def entity_faults(session: Session, replayed: Replayed, begun: Bodies) -> Iterator[str]:
    """Name every entity that is not what its operations made of it; `begun` is what there was before the first."""
    due = deepcopy(dict(begun))
    stored = bodies_of(session)
    for each in replayed.committed:
        kind = each.acts[-1].kind
        if kind in set(Kind):
            _follow(due[Kind(kind)], int(each.subject), each, is_organisation=kind == Kind.ORGANISATION)
    for kind, known in due.items():
        # The authors of bylines come with bulletins.
        added = {} if kind is Kind.AUTHOR else {name: None for name in stored[kind] if name not in known}
        yield from (f"nobody added {kind} {entity}" for entity in added)
        for entity, body in known.items():
            now = stored[kind].get(entity)
            if now is None:
                yield f"{kind} {entity} “{body.name}” is gone"
            else:
                yield from _body_faults(session, kind, entity, now, body)
    yield from _redirect_faults(session, replayed)


def _follow(known: dict[int, Body], entity: int, each: Committed, *, is_organisation: bool) -> None:
    meant, found = each.told.meant, each.told.found
    if each.what == "add":
        known[entity] = Body(meant["name"])
        # The parent is meant by name; whose name it was, the acknowledgement says.
        known[entity].parent = found["parent"] if each.told.end is End.DONE else _named(known, meant["parent"])
    body = known.setdefault(entity, Body(meant.get("before", "")))
    body.slugs |= {found["slug"]} if "slug" in found else set()
    if each.what == "rename":
        body.also.add(body.name or meant["before"])
        body.name = meant["name"]
    elif each.what == "move":
        body.parent = meant["parent"]
    elif each.what == "merge":
        body.successor = meant["successor"]
        for number, other in known.items():
            if is_organisation and other.parent == entity and number != body.successor:
                other.parent = body.successor
    elif each.what in {"close", "reopen"}:
        body.is_closed = each.what == "close"
    elif each.what in {"alias", "unalias"}:
        body.aliases[meant["alias"]] = each.what == "alias"
        # A name of which a renaming said that it was a mistake is kept as an alias, too.
        body.also.discard(meant["alias"])


def _named(known: Mapping[int, Body], name: str | None) -> int | None:
    if name is None:
        return None
    return next((entity for entity, body in known.items() if name in {body.name, *body.also}), None)


def _body_faults(session: Session, kind: Kind, entity: int, now: Body, due: Body) -> Iterator[str]:
    name = due.name or now.name
    found, wanted = (now.parent, now.successor, now.is_closed), (due.parent, due.successor, due.is_closed)
    if now.name != name or found != wanted:
        yield f"{kind} {entity} is “{now.name}” {found}, but its operations made it “{name}” {wanted}"
    former = set(
        session.scalars(
            select(DbFormerName.name).where(DbFormerName.kind == kind.value, DbFormerName.entity_id == entity)
        )
    )
    for before in due.also - former - set(now.aliases):
        yield f"{kind} {entity} is not found by its former name “{before}” any more"
    for alias, is_there in due.aliases.items():
        if is_there != (alias in now.aliases):
            yield f"{kind} {entity}: the alias “{alias}” is {'missing' if is_there else 'still there'}"
    for slug in due.slugs:
        if taxonomy.find_id_by_slug(session, kind, slug) != (entity, next(iter(now.slugs))):
            yield f"the former address {slug} does not lead to {kind} {entity}"


def _redirect_faults(session: Session, replayed: Replayed) -> Iterator[str]:
    due: dict[str, Any] = {}
    for each in replayed.committed:
        if each.what == "redirect":
            due[each.told.meant["path"]] = each.told.meant["target"]
        elif each.what == "unredirect":
            due.pop(each.told.meant["path"], None)
        elif each.what == "expunge":
            # An address may say what stood there.
            due = {path: target for path, target in due.items() if target != f"bulletin/{each.subject}"}
    found = {redirect.path: redirect.target for redirect in redirects.iter_redirects(session)}
    if found != due:
        yield f"other redirects than were made: {sorted(found.items() ^ due.items())}"
