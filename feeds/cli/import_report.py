"""What `bantin import` tells of its pages: a line for each that matters, the decisions made, the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from feeds.cli.exits import say
from store.importers.ingest import Outcome
from store.importers.portal import Decision
from store.importers.portal_intake import PortalPage

REFUSED_OUTCOME = "refused"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file; `page` and `key` are None where nobody will look at them."""

    place: str
    outcome: str
    number: int | None = None
    title: str = ""
    messages: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    page: PortalPage | None = None
    key: str | None = None

    @property
    def needs_a_person(self) -> bool:
        """Whether the page was not stored, or not published, until somebody decides."""
        return self.outcome in {REFUSED_OUTCOME, Outcome.HELD}


def print_result(result: Result, *, dry_run: bool, in_full: bool) -> None:
    """Tell what became of one file: always what needs a person's eye, the rest only `in_full`."""
    troubled = result.needs_a_person or bool(result.messages)
    doubtful = [decision for decision in result.decisions if decision.doubtful]
    if result.outcome == REFUSED_OUTCOME:
        say(f"{result.place}: refused: {'; '.join(result.messages)}")
        return
    if not (in_full or troubled or doubtful):
        return
    said = f"would be {result.outcome}" if dry_run else result.outcome
    number = f" {result.number}" if result.number and not dry_run else ""
    click.echo(f"{result.place}: {said}{number}: {result.title}")
    for message in result.messages:
        say(f"  {message}")
    for decision in result.decisions if in_full else doubtful:
        click.echo(
            f"  line {decision.line}: {decision.kind.value}{' (doubtful)' if decision.doubtful else ''}: ", nl=False
        )
        click.echo(f"{_short(decision.text)} [{', '.join(decision.evidence)}]")
    if dry_run and in_full and result.page is not None:
        _print_page(result.page)


def _print_page(read: PortalPage) -> None:
    page = read.page
    click.echo(f"  date: {page.moment.instant.isoformat()} ({page.moment.precision.value})")
    click.echo(f"  lead: {_short(page.lead)}")
    click.echo(f"  byline: {', '.join(page.bylines) or '-'}")
    counts = Counter(block.kind.value.replace("_", " ") for block in page.blocks)
    parts = ", ".join(f"{count} {kind}{'s' if count > 1 else ''}" for kind, count in counts.items())
    click.echo(f"  body: {parts or '-'}")


def print_summary(results: Sequence[Result], *, dry_run: bool) -> None:
    """Tell the counts of an import."""
    counts = Counter(str(result.outcome) for result in results)
    order = (*Outcome, REFUSED_OUTCOME)
    shown = ", ".join(f"{counts[str(outcome)]} {outcome}" for outcome in order if counts[str(outcome)])
    said = f"{len(results)} page{'' if len(results) == 1 else 's'}: {shown or 'nothing to do'}"
    click.echo(f"Dry run, nothing stored: {said}" if dry_run else said)
    if counts[Outcome.ADDED.value] and not dry_run:
        say("see them with `bantin bulletin list`")
    if any(result.decisions for result in results):
        say("overrule a line with --as LINE=KIND, e.g. --as 15=paragraph")


def as_json_value(result: Result) -> dict[str, Any]:
    """Give a result for programs."""
    return {
        "file": result.place,
        "outcome": str(result.outcome),
        "bulletin": result.number,
        "title": result.title,
        "messages": list(result.messages),
        "decisions": [
            {
                "line": decision.line,
                "kind": decision.kind.value,
                "text": decision.text,
                "evidence": list(decision.evidence),
                "doubtful": decision.doubtful,
            }
            for decision in result.decisions
        ],
    }


def _short(text: str, chars: int = 70) -> str:
    return text if len(text) <= chars else text[: chars - 1] + "…"
