"""Random operations on categories, organisations, authors and former addresses; no two give the same name."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from store import redirects, renaming, reorganisation, taxonomy
from store.entities import DbEntity
from store.models import DbAuthor, DbCategory, DbOrganisation
from store.names import Kind, get_id
from store.types import VIETNAM
from tests.soak.planned import Plan, SeenEntity, Situation

TREES = (Kind.CATEGORY, Kind.ORGANISATION)
WORDS = {Kind.CATEGORY: "Chuyên mục", Kind.ORGANISATION: "Hội đồng hương", Kind.AUTHOR: "Nghệ nhân"}


def add(now: Situation) -> Plan:
    kind = now.random.choice(TREES)
    above = now.view.open_names(kind)
    parent = now.random.choice(above) if above and now.random.random() < 0.5 else None
    name = f"{WORDS[kind]} {now.word}"

    def act(session: Session) -> Mapping[str, Any]:
        if kind is Kind.CATEGORY:
            added = taxonomy.add_category(session, name, parent=parent).id
        else:
            added = taxonomy.add_organisation(session, name, parent=parent).id
        parent_id = get_id(session, kind, parent) if parent else None
        return found_of(session, kind, added) | {"parent": parent_id}

    return Plan({"do": "add", "kind": kind.value, "name": name, "parent": parent}, act)


def rename(now: Situation) -> Plan | None:
    kind = now.random.choice((*TREES, Kind.AUTHOR))
    chosen = _one(now, kind)
    if chosen is None:
        return None
    name = f"{WORDS[kind]} {now.word}"
    throughout = now.random.random() < 0.3
    since = None if throughout else _since(now)

    def act(session: Session) -> Mapping[str, Any]:
        renaming.rename(session, kind, chosen.name, name, since=since, throughout=throughout)
        return found_of(session, kind, get_id(session, kind, name))

    return Plan(_meant("rename", kind, chosen) | {"name": name, "before": chosen.name}, act)


def move(now: Situation) -> Plan | None:
    kind = now.random.choice(TREES)
    chosen, above = _one(now, kind), now.random.choice((None, _one(now, kind)))
    if chosen is None:
        return None

    def act(session: Session) -> Mapping[str, Any]:
        reorganisation.move(session, kind, chosen.name, above.name if above else None)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("move", kind, chosen) | {"parent": above.id if above else None}, act)


def merge(now: Situation) -> Plan | None:
    kind = now.random.choice((*TREES, Kind.AUTHOR))
    chosen, into = _one(now, kind), _one(now, kind)
    if chosen is None or into is None or len([each for each in now.view.entities[kind] if each.is_open]) < 4:
        return None
    since = _since(now)

    def act(session: Session) -> Mapping[str, Any]:
        reorganisation.merge(session, kind, chosen.name, into.name, since=since)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("merge", kind, chosen) | {"successor": into.id}, act)


def close(now: Situation) -> Plan | None:
    kind = now.random.choice(TREES)
    chosen = _one(now, kind)
    if chosen is None or len(now.view.open_names(kind)) < 4:
        return None
    since = _since(now)

    def act(session: Session) -> Mapping[str, Any]:
        reorganisation.close(session, kind, chosen.name, since=since)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("close", kind, chosen), act)


def reopen(now: Situation) -> Plan | None:
    kind = now.random.choice(TREES)
    closed = [entity for entity in now.view.entities[kind] if entity.is_closed]
    if not closed:
        return None
    chosen = now.random.choice(closed)

    def act(session: Session) -> Mapping[str, Any]:
        reorganisation.reopen(session, kind, chosen.name)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("reopen", kind, chosen), act)


def add_alias(now: Situation) -> Plan | None:
    kind = now.random.choice((*TREES, Kind.AUTHOR))
    chosen = _one(now, kind)
    if chosen is None:
        return None
    alias = f"Tên gọi khác {now.word}"

    def act(session: Session) -> Mapping[str, Any]:
        renaming.add_alias(session, kind, chosen.name, alias)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("alias", kind, chosen) | {"alias": alias}, act)


def remove_alias(now: Situation) -> Plan | None:
    named = [(kind, each) for kind in Kind for each in now.view.entities[kind] if each.aliases]
    if not named:
        return None
    kind, chosen = now.random.choice(named)
    alias = now.random.choice(chosen.aliases)

    def act(session: Session) -> Mapping[str, Any]:
        renaming.remove_alias(session, kind, chosen.name, alias)
        return found_of(session, kind, chosen.id)

    return Plan(_meant("unalias", kind, chosen) | {"alias": alias}, act)


def add_redirect(now: Situation) -> Plan:
    path = f"/rss/{now.word}.aspx"
    numbers = [bulletin.number for bulletin in now.view.bulletins]
    categories = now.view.entities[Kind.CATEGORY]
    target = f"bulletin/{now.random.choice(numbers)}" if numbers else f"c{now.random.choice(categories).id}"

    def act(session: Session) -> Mapping[str, Any]:
        redirects.add_redirect(session, f"https://cong-cu.example{path}", target, None)
        return {"path": path, "target": target}

    return Plan({"do": "redirect", "path": path, "target": target}, act)


def remove_redirect(now: Situation) -> Plan | None:
    if not now.view.redirects:
        return None
    path = now.random.choice(now.view.redirects)

    def act(session: Session) -> Mapping[str, Any]:
        redirects.remove_redirect(session, path)
        return {"path": path}

    return Plan({"do": "unredirect", "path": path}, act)


def found_of(session: Session, kind: Kind, entity: int) -> dict[str, Any]:
    """Give what a reader of the store must find of an entity after this transaction."""
    session.flush()
    row = _row(session, kind, entity)
    return {
        "kind": kind.value,
        "id": row.id,
        "name": row.name,
        "slug": row.slug,
        "parent": None if isinstance(row, DbAuthor) else row.parent_id,
        "successor": row.successor_id,
        "is_closed": row.closed_at is not None,
    }


def _row(session: Session, kind: Kind, entity: int) -> DbEntity:
    if kind is Kind.CATEGORY:
        return session.get_one(DbCategory, entity)
    return session.get_one(DbOrganisation, entity) if kind is Kind.ORGANISATION else session.get_one(DbAuthor, entity)


def _one(now: Situation, kind: Kind) -> SeenEntity | None:
    among = [entity for entity in now.view.entities[kind] if entity.is_open]
    if now.random.random() < 0.1:
        # Refused, as it should be.
        among = list(now.view.entities[kind])
    return now.random.choice(among) if among else None


def _since(now: Situation) -> datetime | None:
    today = datetime.now(VIETNAM).replace(microsecond=0)
    return now.random.choice((None, None, today - timedelta(days=now.random.randint(1, 300))))


def _meant(what: str, kind: Kind, chosen: SeenEntity) -> dict[str, Any]:
    return {"do": what, "kind": kind.value, "id": chosen.id}
