"""Finds categories, organisations and authors by what people call them, and guards the names that new ones get.

A name is looked for as it stands, then without regard to capitals and signs; one that is typed without any marks
also finds its marked form.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.errors import AlreadyExists, InputError, NotFound
from store.models import DbAlias, DbAuthor, DbCategory, DbOrganisation
from store.text.nearest import nearest
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


def aliases(session: Session, kind: Kind) -> Mapping[int, tuple[str, ...]]:
    """Give the other names that entities of a kind are found by, each sorted; an id without any gives ()."""
    found: defaultdict[int, set[str]] = defaultdict(set)
    for row in session.execute(select(DbAlias.entity_id, DbAlias.alias).where(DbAlias.kind == kind.value)):
        found[row.entity_id].add(row.alias)
    # Sorted here, because the databases sort Vietnamese letters differently.
    return defaultdict(tuple, {entity: tuple(sorted(names)) for entity, names in found.items()})


def get_id(session: Session, kind: Kind, name: str) -> int:
    """Give the id of the one entity of this name, short name, alias or slug.

    Raises NotFound, naming the nearest known ones, or InputError where the name stands for several.
    """
    wanted = clean_line(name, field=kind.value)
    row_type = ROW_TYPES[kind]
    exact = session.scalar(select(row_type.id).where(row_type.name == wanted))
    if exact is not None:
        return exact
    known = _known_names(session, kind)
    # "bao chi" may be typed for "Báo chí"; "bào chì" is another word.
    is_unmarked = fold(wanted) == wanted.casefold()
    matches: tuple[Callable[[str], str], ...] = (str.casefold, _bare) if is_unmarked else (str.casefold, _without_signs)
    for match in matches:
        ids = {entity for label, entity in known if match(label) == match(wanted)}
        if len(ids) == 1:
            return ids.pop()
        if ids:
            raise InputError(
                field=kind.value,
                value=name,
                reason=f"stands for {len(ids)} of them",
                accepted="a full name, or the slug that `bantin " + kind.value + " list` shows",
            )
    raise NotFound(kind.value, name, nearest(wanted, [label for label, _ in known]))


def _without_signs(name: str) -> str:
    return " ".join(_WORDS.findall(name.casefold()))


def _known_names(session: Session, kind: Kind) -> list[tuple[str, int]]:
    row_type = ROW_TYPES[kind]
    names = [(row.name, row.id) for row in session.execute(select(row_type.name, row_type.id).order_by(row_type.id))]
    names += [(row.slug, row.id) for row in session.execute(select(row_type.slug, row_type.id))]
    if row_type is DbCategory or row_type is DbOrganisation:
        short = session.execute(select(row_type.short_name, row_type.id))
        names += [(row.short_name, row.id) for row in short if row.short_name]
    names += [(alias, entity) for entity, found in aliases(session, kind).items() for alias in found]
    return names


def new_name(session: Session, kind: Kind, name: str, *, as_new: bool = False) -> str:
    """Give a name as it will be stored; raises InputError, or AlreadyExists for one that is taken.

    Unless `as_new`, one that differs from a known name in marks and signs alone is taken, too.
    """
    cleaned = line_of(f"{kind.value} name", name, NAME_CHARS)
    if not _bare(cleaned):
        raise InputError(
            field=f"{kind.value} name",
            value=name,
            reason="has no letter or digit" if cleaned else "is empty",
            accepted=f"1 to {NAME_CHARS} characters",
        )
    row_type = ROW_TYPES[kind]
    for known, slug in session.execute(select(row_type.name, row_type.slug)):
        if known == cleaned:
            raise AlreadyExists(kind.value, known, f"its slug is {slug}")
        if not (as_new or kind is Kind.AUTHOR) and _bare(known) == _bare(cleaned):
            raise AlreadyExists(kind.value, known, f"its slug is {slug}; --as-new adds “{cleaned}” beside it")
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
            field=field, value=value, reason=f"has {len(value):,} characters", accepted=f"at most {limit} characters"
        )
    return value
