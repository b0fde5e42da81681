"""Everything that is found in one document, with how readers will show it: the one way in from outside.

Pure: the moment and whatever a server answered are arguments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds.lint import document, http
from feeds.lint.addresses import check_private, host_of
from feeds.lint.aggregators import check_reading
from feeds.lint.asking import Visit
from feeds.lint.findings import Finding, Level, Scope
from feeds.lint.readers import ReaderView, view
from feeds.lint.reading import Kind

ADDED_BY_SERVERS = frozenset({"http.not-compressed"})
_WEIGHT = {Scope.DOCUMENT: 0, Scope.HTTP: 1, Scope.CHANNEL: 2, Scope.ENTRY: 3}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in a document called `name`; `kind` is None where it is no feed."""

    name: str
    kind: Kind | None
    title: str
    size_bytes: int
    entries: int
    findings: tuple[Finding, ...]
    views: tuple[ReaderView, ...]

    def count(self, level: Level) -> int:
        """Count the findings of a level."""
        return Counter(finding.level for finding in self.findings)[level]


def lint(data: bytes, *, name: str, now: datetime, visit: Visit | None = None, is_in_process: bool = False) -> Report:
    """Judge a document; `visit` is how it was fetched.

    `is_in_process` says that no server was asked but the application behind it: what a server adds is not missed
    then, and its addresses must be those of everyone. The host of a server that was asked need not be public.
    """
    is_there = visit is None or visit.whole.status == 200
    reading, findings = document.judge(data, now) if is_there else (None, [])
    own_host = ""
    if visit is not None:
        own_host = "" if is_in_process else host_of(visit.whole.url)
        told = http.check(visit, reading)
        findings += (each for each in told if not (is_in_process and each.rule.id in ADDED_BY_SERVERS))
    if reading is not None and reading.kind is Kind.OPML:
        findings += check_private((entry.url for entry in reading.entries), own_host=own_host)
    elif reading is not None:
        findings += check_reading(reading, now, own_host=own_host, is_fetched=visit is not None)
    return Report(
        name=name,
        kind=reading.kind if reading else None,
        title=reading.title if reading else "",
        size_bytes=len(data),
        entries=len(reading.entries) if reading else 0,
        findings=tuple(_sorted(findings)),
        views=tuple(map(view, reading.entries)) if reading and reading.kind is not Kind.OPML else (),
    )


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    """Order by place, the heaviest first within one."""
    levels = list(Level)
    return sorted(
        findings,
        key=lambda finding: (_WEIGHT[finding.place.scope], finding.place.number or 0, levels.index(finding.level)),
    )
