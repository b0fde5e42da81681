"""`bantin import`: bulletins from elsewhere. Each page is stored whole or not at all; one bad page stops nothing."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from feeds.cli.workspace import NUMBER, REFUSED, STDIN, Workspace, actor, open_workspace, print_json, read_file, say
from store import sources, taxonomy
from store.errors import InputError, StoreError, StoreUnavailable
from store.importers.ingest import Ingested, Outcome, ingest
from store.importers.portal import Decision, Kind
from store.importers.portal_intake import MAX_FILE_BYTES, PortalPage, read_portal_page
from store.importers.recognise import Recogniser
from store.importers.recognition import build_recogniser

REFUSED_OUTCOME = "refused"
LISTED_FILES = 20
"""With more files than this, only what needs a person's eye gets a line of its own."""


@click.group("import")
def import_group() -> None:
    """Bring bulletins in from a portal's pages."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says about every page of one import."""

    source: str
    publisher: str | None
    categories: tuple[str, ...]
    revises: int | None
    as_new: bool
    overrules: dict[int, Kind]
    dry_run: bool
    verbose: bool


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file."""

    place: str
    outcome: str
    number: int | None = None
    title: str = ""
    messages: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    page: PortalPage | None = None
    key: str | None = None


def _overrules(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> dict[int, Kind]:
    found: dict[int, Kind] = {}
    for value in values:
        line, _, kind = value.partition("=")
        if not (line.isascii() and line.isdigit()) or kind not in set(Kind):
            raise click.BadParameter(f"{value}: give LINE=KIND, where KIND is one of {', '.join(Kind)}")
        found[int(line)] = Kind(kind)
    return found


@import_group.command("portal")
@click.argument("places", metavar="FILE|FOLDER|-...", nargs=-1, required=True)
@click.option("--category", "categories", multiple=True, help="File them under this category; may be repeated.")
@click.option("--publisher", help="The organisation that issues them.")
@click.option("--revises", type=NUMBER, metavar="NUMBER", help="The page is another version of this bulletin.")
@click.option("--as-new", is_flag=True, help="Take pages as new that look like another version of a bulletin.")
@click.option(
    "--as",
    "overrules",
    multiple=True,
    metavar="LINE=KIND",
    callback=_overrules,
    help="Say what a line of the page is, against the evidence, e.g. --as 15=caption; may be repeated.",
)
@click.option("--no-recognise", is_flag=True, help="Do not look for known organisations in the text.")
@click.option("--source", default="portal", show_default=True, help="Name of the portal, if there are several.")
@click.option("--dry-run", is_flag=True, help="Show what would be stored; store nothing.")
@click.option("--verbose", is_flag=True, help="Give every page of a folder its line and its decisions.")
@click.option("--json", "as_json", is_flag=True, help="Print results as JSON.")
def portal(places: tuple[str, ...], no_recognise: bool, as_json: bool, **said: Any) -> None:
    """Import bulletin pages saved as text from a PublishingPortal site.

    A folder is searched for .txt files, folders within it too. The same page twice changes nothing; a changed
    page becomes a revision of its bulletin. Pages that cannot be read are reported and the rest goes on.
    """
    options = Options(**said)
    workspace = open_workspace()
    files = list(_files(places))
    if (options.revises is not None or options.overrules) and len(files) != 1:
        raise click.UsageError("--revises and --as speak of one page; give one file")
    with workspace.database.snapshot() as session:
        _check_names(session, options)
        recogniser = None if no_recognise else build_recogniser(session)
    if recogniser:
        for name in recogniser.ambiguous:
            say(f"note: “{name}” stands for several organisations and is attached to none of them")
    if not files:
        raise InputError(
            field="FOLDER", value=", ".join(places), reason="holds no .txt file", accepted="pages saved as .txt files"
        )
    results = _import_all(workspace, files, options, recogniser, quiet=as_json)
    if as_json:
        print_json([_as_json(result) for result in results])
    else:
        _print_summary(results, options)
    if any(result.outcome in {REFUSED_OUTCOME, Outcome.HELD} for result in results):
        sys.exit(REFUSED)


def _check_names(session: Any, options: Options) -> None:
    if options.publisher:
        taxonomy.get_organisation(session, options.publisher)
    for category in options.categories:
        taxonomy.get_category(session, category)


def _files(places: tuple[str, ...]) -> Iterator[str]:
    for place in places:
        path = Path(place)
        if place != STDIN and path.is_dir():
            yield from (str(found) for found in sorted(path.rglob("*.txt")) if found.is_file())
        else:
            yield place


def _import_all(
    workspace: Workspace, files: list[str], options: Options, recogniser: Recogniser | None, *, quiet: bool
) -> list[Result]:
    results = []
    alone = len(files) <= LISTED_FILES
    seen: dict[str, str] = {}
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        for place in progress.track(files, description="Importing"):
            result = _import_one(workspace, place, options, recogniser, detailed=alone)
            if options.dry_run:
                result = _seen_before(result, seen)
            results.append(result)
            if not quiet:
                _print_result(result, options, alone=alone or options.verbose)
    return results


def _import_one(
    workspace: Workspace, place: str, options: Options, recogniser: Recogniser | None, *, detailed: bool
) -> Result:
    page: PortalPage | None = None
    try:
        page = read_portal_page(
            read_file(place, limit_bytes=MAX_FILE_BYTES),
            recogniser=recogniser,
            publisher=options.publisher,
            categories=options.categories,
            overrules=options.overrules,
        )
        with workspace.database.transaction(dry_run=options.dry_run) as session:
            done = ingest(
                session,
                sources.find_or_add(session, "portal", options.source),
                page.incoming,
                actor=actor(),
                revises=options.revises,
                as_new=options.as_new,
            )
    except StoreUnavailable:
        raise
    except StoreError as error:
        line = f":{error.line}" if isinstance(error, InputError) and error.line else ""
        return Result(f"{place}{line}", REFUSED_OUTCOME, messages=(str(error),))
    return _result(place, page, done, detailed=detailed)


def _seen_before(result: Result, seen: dict[str, str]) -> Result:
    """Say of a page that stood in this dry run already what a real run, which had stored it, would say."""
    if result.key is None or result.outcome != Outcome.ADDED:
        return result
    first = seen.setdefault(result.key, result.place)
    if first == result.place:
        return result
    return replace(result, outcome=Outcome.UNCHANGED.value, messages=(f"the same page as {first}",))


def _result(place: str, page: PortalPage, done: Ingested, *, detailed: bool) -> Result:
    messages = (*(f"converted: {step}" for step in page.conversions), *page.page.warnings, *done.notes)
    # An unchanged page's decisions are old news in a folder, but somebody who looks at one page wants them.
    is_news = done.outcome is not Outcome.UNCHANGED or detailed
    decisions = page.decisions if is_news else ()
    shown, key = page if detailed else None, page.incoming.external_key
    return Result(place, done.outcome.value, done.number, page.page.title, messages, decisions, shown, key)


def _print_result(result: Result, options: Options, *, alone: bool) -> None:
    troubled = result.outcome in {REFUSED_OUTCOME, Outcome.HELD} or bool(result.messages)
    doubtful = [decision for decision in result.decisions if decision.doubtful]
    if result.outcome == REFUSED_OUTCOME:
        say(f"{result.place}: refused: {'; '.join(result.messages)}")
        return
    if not (alone or troubled or doubtful):
        return
    said = f"would be {result.outcome}" if options.dry_run else result.outcome
    number = f" {result.number}" if result.number and not options.dry_run else ""
    click.echo(f"{result.place}: {said}{number}: {result.title}")
    for message in result.messages:
        say(f"  {message}")
    for decision in result.decisions if alone else doubtful:
        click.echo(
            f"  line {decision.line}: {decision.kind.value}{' (doubtful)' if decision.doubtful else ''}: ", nl=False
        )
        click.echo(f"{_short(decision.text)} [{', '.join(decision.evidence)}]")
    if options.dry_run and alone and result.page is not None:
        _print_page(result.page)


def _print_page(read: PortalPage) -> None:
    page = read.page
    click.echo(f"  date: {page.moment.instant.isoformat()} ({page.moment.precision.value})")
    click.echo(f"  lead: {_short(page.lead)}")
    click.echo(f"  byline: {', '.join(page.bylines) or '-'}")
    counts = Counter(block.kind.value for block in page.blocks)
    click.echo(f"  body: {', '.join(f'{count} {kind}' for kind, count in counts.items()) or '-'}")


def _print_summary(results: list[Result], options: Options) -> None:
    counts = Counter(str(result.outcome) for result in results)
    order = (*Outcome, REFUSED_OUTCOME)
    shown = ", ".join(f"{counts[str(outcome)]} {outcome}" for outcome in order if counts[str(outcome)])
    said = f"{len(results)} page{'' if len(results) == 1 else 's'}: {shown or 'nothing to do'}"
    click.echo(f"Dry run, nothing stored: {said}" if options.dry_run else said)
    if counts[Outcome.ADDED.value] and not options.dry_run:
        say("see them with `bantin bulletin list`")
    if any(result.decisions for result in results):
        say("overrule a line with --as LINE=KIND, e.g. --as 15=paragraph")


def _as_json(result: Result) -> dict[str, Any]:
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
