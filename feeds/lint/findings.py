"""What the checks say: a rule, the place where it is broken, and the values that the sentence names.

A sentence never carries what a terminal would obey: every text in it passes `shown`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from importlib import resources
from types import MappingProxyType

from store.errors import shown

GROUPS = (
    "document",
    "text",
    "dates",
    "addresses",
    "rss",
    "atom",
    "json",
    "media",
    "links",
    "opml",
    "entries",
    "readers",
)
"""The files of `feeds/lint/rules`, in the order in which the table is printed; those of HTTP come last."""


_NEAR = re.compile(r", (?:near|ở gần) \{text\}")
"""What a sentence says of the text around a place, where there is any."""


class Level(StrEnum):
    """How much a finding weighs: readers fail, readers differ, or it could be better."""

    ERROR = "error"
    WARNING = "warning"
    ADVICE = "advice"


class Language(StrEnum):
    """A language of sentences."""

    ENGLISH = "en"
    VIETNAMESE = "vi"


class Scope(StrEnum):
    """What a finding is about."""

    DOCUMENT = "document"
    CHANNEL = "channel"
    ENTRY = "entry"
    HTTP = "http"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of the specification, as an editor is told of it.

    `english` and `vietnamese` are templates; `specification` names document and section.
    """

    id: str
    level: Level
    specification: str
    english: str
    vietnamese: str

    def template(self, language: Language) -> str:
        """Give the sentence with its gaps."""
        return self.vietnamese if language is Language.VIETNAMESE else self.english


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands; `number` counts entries, `line` lines, both from 1."""

    scope: Scope
    number: int | None = None
    title: str = ""
    line: int | None = None

    def at(self, line: int | None) -> Place:
        """Give the same place on another line."""
        return replace(self, line=line)


DOCUMENT = Place(Scope.DOCUMENT)
CHANNEL = Place(Scope.CHANNEL)
HTTP = Place(Scope.HTTP)


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken at a place; `said` are the values for its sentence."""

    rule: Rule
    place: Place
    said: Mapping[str, str] = field(hash=False)

    @property
    def level(self) -> Level:
        """The weight of the rule."""
        return self.rule.level

    def sentence(self, language: Language) -> str:
        """Say what is wrong and what to do."""
        template = self.rule.template(language)
        if not self.said.get("text", "…").strip("“” "):
            template = _NEAR.sub("", template)
        return template.format_map(self.said)


def found(rule: str, place: Place, **said: object) -> Finding:
    """Make a finding; texts are quoted and made harmless, numbers stay as they are."""
    values = {name: shown(value) if isinstance(value, str) else str(value) for name, value in said.items()}
    return Finding(RULES[rule], place, MappingProxyType(values))


def _read_rules() -> Mapping[str, Rule]:
    folder = resources.files("feeds.lint") / "rules"
    rules: dict[str, Rule] = {}
    for group in (*GROUPS, "http"):
        table = tomllib.loads((folder / f"{group}.toml").read_text(encoding="utf-8"))
        for rule_id, said in table.items():
            rules[rule_id] = Rule(rule_id, Level(said.pop("level")), **said)
    return MappingProxyType(rules)


RULES = _read_rules()
"""Every rule by its id, in the order of the table."""
