"""How `bantin lint` shows people what it found, in English or Vietnamese."""

from __future__ import annotations

import os
import shutil
import textwrap
from collections.abc import Sequence
from itertools import groupby

import click

from feeds.cli.lint_merging import merged
from feeds.lint import RULES, Finding, Language, Level, Report, Scope
from feeds.lint.findings import Place
from feeds.lint.readers import ReaderView
from feeds.lint.reading import Kind
from store.errors import shown
from store.text.sizes import format_size
from store.types import VIETNAM

MOST_PLACES = 10
MOST_LINES = 12
LEAST_COMMON = 4
"""From so many entries on, what is wrong with all of them is told once."""
WIDEST = 100
COLOURS = {Level.ERROR: "red", Level.WARNING: "yellow", Level.ADVICE: "cyan"}

_SAID: dict[str, tuple[str, str]] = {
    "error": ("error", "lỗi"),
    "warning": ("warning", "cảnh báo"),
    "advice": ("advice", "góp ý"),
    "document": ("document", "tài liệu"),
    "channel": ("channel", "kênh"),
    "entry": ("entry", "bản tin"),
    "several": ("several entries", "nhiều bản tin"),
    "http": ("server", "máy chủ"),
    "line": ("line", "dòng"),
    "entries": ("entries", "bản tin"),
    "no feed": ("no feed", "không phải nguồn tin"),
    "fine": ("nothing to mend", "không có gì phải sửa"),
    "more": (
        "{count} more places with {findings} findings: see them with --all",
        "còn {count} chỗ với {findings} mục: xem bằng --all",
    ),
    "shown": ("How readers will show entry {number}", "Trình đọc tin sẽ hiện bản tin {number} như sau"),
    "photo": ("photo", "ảnh"),
    "without words": ("no caption, no alternative text", "không có chú thích và mô tả"),
    "lost": ("taken out", "bị bỏ"),
    "nothing lost": ("nothing is taken out", "không bị bỏ gì"),
    "more lines": ("… {count} more lines", "… còn {count} dòng"),
    "errors": ("{count} errors", "{count} lỗi"),
    "warnings": ("{count} warnings", "{count} cảnh báo"),
    "one error": ("1 error", "1 lỗi"),
    "one warning": ("1 warning", "1 cảnh báo"),
    "advices": ("{count} pieces of advice", "{count} góp ý"),
    "one advice": ("1 piece of advice", "1 góp ý"),
    "in": ("in", "trong"),
    "listed": ("feed", "kênh"),
    "several listed": ("feeds", "kênh"),
    "list": ("list", "danh sách"),
    "several of the listed": ("several feeds", "nhiều kênh"),
}
_IN_LISTS = {
    "entry": "listed",
    "entries": "several listed",
    "channel": "list",
    "several": "several of the listed",
}
"""What the parts of a list of subscriptions are called instead."""


class Printer:
    """Writes reports to stdout in one language."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._is_list = False
        self._width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
        # None leaves the choice to click, which colours terminals only.
        self._colour = False if os.environ.get("NO_COLOR") else None

    def rules(self) -> None:
        """Write the table of all rules."""
        for rule in RULES.values():
            self._echo(f"{self._level(rule.level)}  {click.style(rule.id, bold=True)}  [{rule.specification}]")
            self._wrap(rule.template(self._language).replace("{", "<").replace("}", ">"), indent=4)

    def reports(self, reports: Sequence[Report], *, everything: bool, views: int) -> None:
        """Write the formats of one selection, or one document: what it is, what was found, how readers will show it."""
        for report in reports:
            self._echo(click.style(report.name, bold=True) + f": {self._summary(report)}")
        for names, findings in merged(reports):
            if len(reports) > 1:
                self._echo("")
                formats = ", ".join(name.partition("?")[0].rpartition(".")[2] for name in names)
                self._echo(f"  {self._say('in')} {click.style(formats, bold=True)}:")
            self._findings(findings, everything=everything)
        # The formats of a selection are shown alike: once is enough.
        for view in reports[0].views[:views] if reports else ():
            self._view(view)
        self._echo("")

    def _findings(self, findings: Sequence[Finding], *, everything: bool) -> None:
        common, single = ([], findings) if everything else _folded(findings)
        if common:
            self._echo("")
            self._echo(f"  {self._say('several')}")
            for finding, numbers in common:
                self._finding(finding, numbers)
        places = [(place, list(found)) for place, found in groupby(single, key=_spot)]
        chosen = places if everything else _heaviest(places)
        for place, found in chosen:
            self._echo("")
            self._echo(f"  {self._place(place)}")
            for finding in found:
                self._finding(finding)
        hidden = [found for place, found in places if (place, found) not in chosen]
        if hidden:
            self._echo("")
            said = self._say("more").format(count=len(hidden), findings=sum(map(len, hidden)))
            self._echo(f"  {said}")

    def totals(self, reports: Sequence[Report]) -> None:
        """Write how much was found in all; what several formats share counts once."""
        self._echo(self._counts([finding for _, findings in merged(reports) for finding in findings]))

    def _say(self, word: str) -> str:
        if self._is_list:
            word = _IN_LISTS.get(word, word)
        return _SAID[word][1 if self._language is Language.VIETNAMESE else 0]

    def _echo(self, line: str) -> None:
        click.echo(line, color=self._colour)

    def _wrap(self, text: str, *, indent: int) -> None:
        for line in textwrap.wrap(text, self._width - indent, break_long_words=False, break_on_hyphens=False):
            self._echo(" " * indent + line)

    def _level(self, level: Level) -> str:
        return click.style(self._say(level.value).ljust(8), fg=COLOURS[level])

    def _summary(self, report: Report) -> str:
        kind = report.kind.value if report.kind else self._say("no feed")
        self._is_list = report.kind is Kind.OPML
        entries = self._say("entry" if report.entries == 1 else "entries")
        parts = [
            kind,
            f"{report.entries} {entries}" if report.kind else "",
            self._size(report.size_bytes),
        ]
        title = shown(report.title) if report.title else ""
        return ", ".join(filter(None, (*parts, title)))

    def _size(self, size_bytes: int) -> str:
        if self._language is Language.VIETNAMESE:
            return format_size(size_bytes, decimal=",").replace("bytes", "byte")
        return format_size(size_bytes)

    def _place(self, place: Place) -> str:
        number = f" {place.number}" if place.number else ""
        title = f", {shown(place.title)}" if place.title else ""
        line = f", {self._say('line')} {place.line}" if place.line and place.scope is Scope.ENTRY else ""
        return f"{self._say(place.scope.value)}{number}{title}{line}"

    def _finding(self, finding: Finding, numbers: Sequence[int] = ()) -> None:
        where = f", {self._say('line')} {finding.place.line}" if finding.place.line else ""
        if numbers:
            listed = ", ".join(map(str, numbers[:MOST_PLACES])) + (", …" if len(numbers) > MOST_PLACES else "")
            where = f", {len(numbers)} {self._say('entries')}: {listed}"
        rule = finding.rule
        self._echo(f"    {self._level(rule.level)}  {click.style(rule.id, bold=True)}{where}  [{rule.specification}]")
        self._wrap(finding.sentence(self._language), indent=6)

    def _view(self, view: ReaderView) -> None:
        self._echo("")
        self._echo(f"  {self._say('shown').format(number=view.place.number)}:")
        published = view.published.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M") if view.published else ""
        head = [_printable(view.title), " · ".join(filter(None, (published, *map(_printable, view.authors))))]
        for text in filter(None, (*head, _printable(view.lead))):
            self._wrap(text, indent=4)
        # Many bodies begin with the lead, which stands above already.
        lines = view.lines[1:] if view.lines[:1] == (view.lead,) else view.lines
        for text in lines[:MOST_LINES]:
            self._wrap(_printable(text), indent=6)
        if len(lines) > MOST_LINES:
            self._echo("      " + self._say("more lines").format(count=len(lines) - MOST_LINES))
        for picture in view.pictures:
            words = _printable(picture.caption or picture.alternative_text) or self._say("without words")
            self._wrap(f"[{self._say('photo')}: {words}]", indent=6)
        lost = ", ".join(f"{name} ×{count}" for name, count in view.lost)
        self._wrap(f"{self._say('lost')}: {lost}" if lost else self._say("nothing lost"), indent=4)

    def _counts(self, findings: Sequence[Finding]) -> str:
        counts = [sum(finding.level is level for finding in findings) for level in Level]
        if not any(counts):
            return self._say("fine")
        names = (("one error", "errors"), ("one warning", "warnings"), ("one advice", "advices"))
        return ", ".join(
            self._say(one if count == 1 else many).format(count=count)
            for count, (one, many) in zip(counts, names, strict=True)
        )


def _folded(findings: Sequence[Finding]) -> tuple[list[tuple[Finding, list[int]]], list[Finding]]:
    """Part what is wrong with many entries alike, each rule with its first finding and all numbers, from the rest."""
    numbers: dict[str, list[int]] = {}
    for finding in findings:
        if finding.place.number is not None:
            of_rule = numbers.setdefault(finding.rule.id, [])
            if finding.place.number not in of_rule[-1:]:
                of_rule.append(finding.place.number)
    common = {rule: entries for rule, entries in numbers.items() if len(entries) >= LEAST_COMMON}
    first = {finding.rule.id: finding for finding in reversed(findings) if finding.rule.id in common}
    levels = list(Level)
    ordered = sorted(first.values(), key=lambda finding: (levels.index(finding.level), finding.rule.id))
    single = [finding for finding in findings if finding.rule.id not in common or finding.place.number is None]
    return [(finding, common[finding.rule.id]) for finding in ordered], single


def _spot(finding: Finding) -> Place:
    """Give the place without its line: findings of one entry stand together, on whatever lines."""
    place = finding.place
    return Place(place.scope, place.number, place.title)


_Found = tuple[Place, list[Finding]]


def _heaviest(places: list[_Found]) -> list[_Found]:
    """Choose the places with the gravest findings, and leave them in the order of the document."""
    levels = list(Level)
    graded = sorted(places, key=lambda each: min(levels.index(finding.level) for finding in each[1]))
    chosen = graded[:MOST_PLACES]
    return [each for each in places if each in chosen]


def _printable(text: str) -> str:
    """Give text on one line, without what a terminal would obey."""
    return "".join(sign if sign.isprintable() else " " for sign in " ".join(text.split()))
