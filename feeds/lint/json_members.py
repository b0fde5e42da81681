"""Members of JSON objects: those of the wrong type are told of once, and then as if they were not there.

Spec: JSON Feed 1.1 (jsonfeed.org), "Authors", "Extensions".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from feeds.lint.addresses import check_address
from feeds.lint.findings import Finding, Place, found

BLANKS = " \t\r\n"
NAMES_OF_TYPES = {str: "a string", list: "a list", dict: "an object", bool: "true or false", int: "a number"}


@dataclass(frozen=True, slots=True)
class Members:
    """The members of an object that are of their types, and the names of those that are not."""

    sound: Mapping[str, Any]
    unsound: frozenset[str]

    @classmethod
    def of(cls, value: Mapping[str, Any], types: Mapping[str, type], place: Place) -> tuple[Self, list[Finding]]:
        """Look at an object through its vocabulary."""
        known = {name: each for name, each in value.items() if name in types}
        unsound = [name for name, each in known.items() if not _is_of(each, types[name])]
        unlisted = [
            name
            for name, each in known.items()
            if name not in unsound and isinstance(each, list) and not all(_is_of(part, _part(name)) for part in each)
        ]
        findings = [found("json.type", place, name=name, meant=NAMES_OF_TYPES[types[name]]) for name in unsound]
        findings += [
            found("json.type", place, name=f"{name}[]", meant=NAMES_OF_TYPES[_part(name)]) for name in unlisted
        ]
        # One wrong element hides none of the others.
        sound = {
            name: [part for part in each if _is_of(part, _part(name))] if name in unlisted else each
            for name, each in known.items()
            if name not in unsound
        }
        return cls(sound, frozenset((*unsound, *unlisted))), findings

    def is_sound(self, name: str) -> bool:
        """Say whether a member is of its type, or not there."""
        return name not in self.unsound

    def text(self, name: str) -> str:
        """Give a string, empty where it is not there."""
        value = self.sound.get(name, "")
        return value.strip(BLANKS) if isinstance(value, str) else ""

    def objects(self, name: str) -> list[Mapping[str, Any]]:
        """Give a list of objects, empty where it is not there."""
        return [each for each in self.sound.get(name, []) if isinstance(each, dict)]


def check_unknown(place: Place, value: Mapping[str, Any], types: Mapping[str, type]) -> Iterator[Finding]:
    """Tell of members that the format does not know."""
    for name in value:
        if name not in types and not name.startswith("_"):
            yield found("json.member-unknown", place, name=name)


def names_of(members: Members) -> tuple[str, ...]:
    """List the names of authors."""
    people = [*members.objects("authors"), members.sound.get("author") or {}]
    return tuple(str(person["name"]) for person in people if person.get("name"))


def check_authors(place: Place, value: Mapping[str, Any], members: Members, *, is_old: bool) -> Iterator[Finding]:
    """Judge the authors of a feed or item."""
    # JSON Feed 1.1 lets writers give both, for readers of 1.0.
    if "author" in value and "authors" not in value and not is_old:
        yield found("json.author-old", place)
    for author in members.objects("authors"):
        if not any(author.get(name) for name in ("name", "url", "avatar")):
            yield found("json.author-empty", place)
        if isinstance(author.get("url"), str) and author["url"]:
            yield from check_address(place, "authors.url", author["url"])


def _part(name: str) -> type:
    return str if name == "tags" else dict


def _is_of(value: object, kind: type) -> bool:
    return isinstance(value, kind) and not (kind is int and isinstance(value, bool))
