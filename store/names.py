"""Finds categories, organisations and authors by what people call them, and guards the names that new ones get.

A name is looked for as it stands, then without regard to capitals and signs; one that is typed without any marks
also finds its marked form. What nobody is called today is looked for among the names of former days.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.errors import VIETNAMESE, AlreadyExists, InputError, NotFound, shown
from store.models import DbAlias, DbAuthor, DbCategory, DbFormerName, DbOrganisation
from store.text.nearest import nearest_owned
from store.text.vietnamese import clean_line, fold

NAME_CHARS = 300

_WORDS = re.compile(r"\w+")


class Kind(StrEnum):
    """The kinds of entity; the value is the word in addresses and messages."""

    CATEGORY = "category"
    ORGANISATION = "organisation"
    AUTHOR = "author"


ROW_TYPES: Mapping[Kind, type[DbCategory] | type[DbOrganisation] | type[DbAuthor]] = {
    Kind.CATEGORY: DbCategory,
    Kind.ORGANISATION: DbOrganisation,
    Kind.AUTHOR: DbAuthor,
}
KIND_OF_CRITERION = {
    "category": Kind.CATEGORY,
    "organisation": Kind.ORGANISATION,
    "publisher": Kind.ORGANISATION,
    "author": Kind.AUTHOR,
}
"""What the ids, and the slugs, of each criterion are of."""


def aliases(session: Session, kind: Kind) -> Mapping[int, tuple[str, ...]]:
    """Give the other names that entities of a kind are found by, each sorted; an id without any gives ()."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for row in session.execute(select(DbAlias.entity_id, DbAlias.alias).where(DbAlias.kind == kind.value)):
        found[row.entity_id].add(row.alias)
    # Sorted here, because the databases sort Vietnamese letters differently.
    return defaultdict(tuple, {entity: tuple(sorted(names)) for entity, names in found.items()})


def get_id(session: Session, kind: Kind, name: str) -> int:
    """Give the id of the one entity of this name, short name, alias, slug or former name.

    Raises NotFound, naming the nearest known ones, or InputError where the name stands for several.
    """
    wanted = clean_line(name, field=kind.value)
    row_type = ROW_TYPES[kind]
    exact = session.scalar(select(row_type.id).where(row_type.name == wanted))
    if exact is not None:
        return exact
    known, former = known_names(session, kind), _former_names(session, kind)
    # "bao chi" may be typed for "Báo chí"; "bào chì" is another word.
    is_unmarked = fold(wanted) == wanted.casefold()
    matches: tuple[Callable[[str], str], ...] = (str.casefold, _bare) if is_unmarked else (str.casefold, _without_signs)
    for names in (known, former):
        for match in matches:
            ids = {entity for label, entity in names if match(label) == match(wanted)}
            if len(ids) == 1:
                return ids.pop()
            if ids:
                raise _ambiguous(kind, name, len(ids))
    raise NotFound(kind.value, name, tuple(each for each, _ in nearest_owned(wanted, known)))


def count_owners(session: Session, kind: Kind, name: str) -> int:
    """Count the entities that a name stands for, letter by letter, as a name, short name, alias or former name."""
    known = [*known_names(session, kind), *_former_names(session, kind)]
    return len({entity for label, entity in known if label.casefold() == name.casefold()})


def _ambiguous(kind: Kind, name: str, count: int) -> InputError:
    return InputError(
        field=kind.value,
        value=name,
        reason=f"stands for {count} of them",
        accepted="a full name, or the slug that `bantin " + kind.value + " list` shows",
        vietnamese=f"“{name}” là tên chung của {count} {VIETNAMESE[kind.value]}; hãy ghi tên đầy đủ",
    )


def _former_names(session: Session, kind: Kind) -> list[tuple[str, int]]:
    rows = session.execute(
        select(DbFormerName.name, DbFormerName.short_name, DbFormerName.entity_id).where(
            DbFormerName.kind == kind.value
        )
    )
    return [(name, row.entity_id) for row in rows for name in (row.name, row.short_name) if name]


def _without_signs(name: str) -> str:
    return " ".join(_WORDS.findall(name.casefold()))


def known_names(session: Session, kind: Kind) -> list[tuple[str, int]]:
    """Give what the entities of a kind go by, each with the id of its own: first names, then slugs and the rest."""
    row_type = ROW_TYPES[kind]
    names = [(row.name, row.id) for row in session.execute(select(row_type.name, row_type.id).order_by(row_type.id))]
    names += [(row.slug, row.id) for row in session.execute(select(row_type.slug, row_type.id))]
    if row_type is DbCategory or row_type is DbOrganisation:
        short = session.execute(select(row_type.short_name, row_type.id))
        names += [(row.short_name, row.id) for row in short if row.short_name]
    names += [(alias, entity) for entity, found in aliases(session, kind).items() for alias in found]
    return names


def new_name(session: Session, kind: Kind, name: str, *, as_new: bool = False, own: int | None = None) -> str:
    """Give a name as it will be stored; raises InputError, or AlreadyExists for one that is taken.

    Unless `as_new`, one that differs from a known name in marks and signs alone is taken, too; `own` is the id of
    the entity that gets it, which may keep what is its own.
    """
    cleaned = line_of(f"{kind.value} name", name, NAME_CHARS)
    if not _bare(cleaned):
        raise InputError(
            field=f"{kind.value} name",
            value=name,
            reason="has no letter or digit" if cleaned else "is empty",
            accepted=f"1 to {NAME_CHARS} characters",
            vietnamese=f"thiếu tên {VIETNAMESE[kind.value]}, hoặc tên không có chữ nào (tối đa {NAME_CHARS} ký tự)",
        )
    row_type = ROW_TYPES[kind]
    others = select(row_type.name, row_type.slug).where(row_type.id != (own or 0))
    same = session.execute(others.where(row_type.name == cleaned)).one_or_none()
    if same is not None:
        raise AlreadyExists(kind.value, same.name, f"its slug is {same.slug}")
    if as_new or kind is Kind.AUTHOR:
        return cleaned
    for row in session.execute(others):
        if _bare(row.name) == _bare(cleaned):
            raise AlreadyExists(kind.value, row.name, f"its slug is {row.slug}; --as-new adds “{cleaned}” beside it")
    return cleaned


def _bare(name: str) -> str:
    """Strip a name to its letters and digits, without marks: what two spellings of it share."""
    return " ".join(_WORDS.findall(fold(name)))


def line_of(field: str, value: str, limit: int) -> str:
    """Clean a one-line field; raises InputError when it has over `limit` characters."""
    if len(value) <= limit * 4:
        value = clean_line(value, field=field)
    if len(value) > limit:
        raise InputError(
            field=field,
            value=value,
            reason=f"has {len(value):,} characters",
            accepted=f"at most {limit} characters",
            vietnamese=f"{shown(value)} dài {len(value)} ký tự, tối đa {limit}",
        )
    return value
