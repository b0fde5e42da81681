"""`bantin import`: bulletins from elsewhere. Each page is stored whole or not at all; one bad page stops nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from feeds.cli.exits import INTERRUPTED, REFUSED, say
from feeds.cli.import_report import REFUSED_OUTCOME, Result, as_json_value, print_result, print_summary
from feeds.cli.workspace import (
    NUMBER,
    STDIN,
    Workspace,
    actor,
    interruptible_between_steps,
    open_workspace,
    print_json,
    read_file,
)
from store import sources, taxonomy
from store.errors import InputError, StoreError, StoreUnavailable
from store.importers.ingest import Ingested, Outcome, ingest
from store.importers.portal import Kind
from store.importers.portal_intake import MAX_FILE_BYTES, PortalPage, read_portal_page
from store.importers.recognise import Recogniser
from store.importers.recognition import build_recogniser

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
    if not files:
        raise InputError(
            field="FOLDER", value=", ".join(places), reason="holds no .txt file", accepted="pages saved as .txt files"
        )
    recogniser = _prepare(workspace, options, recognise=not no_recognise)
    results: list[Result] = []
    ended_by: StoreUnavailable | KeyboardInterrupt | None = None
    try:
        for result in _iter_results(workspace, files, options, recogniser, quiet=as_json):
            results.append(result)
    except (StoreUnavailable, KeyboardInterrupt) as error:
        ended_by = error
    _report(results, files_left=len(files) - len(results), as_json=as_json, dry_run=options.dry_run)
    if isinstance(ended_by, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    if ended_by is not None:
        raise ended_by
    if any(result.needs_a_person for result in results):
        sys.exit(REFUSED)


def _report(results: Sequence[Result], *, files_left: int, as_json: bool, dry_run: bool) -> None:
    if as_json:
        print_json([as_json_value(result) for result in results])
    elif results:
        print_summary(results, dry_run=dry_run)
    if files_left and results:
        say(f"ended before the last {files_left} files; the same command goes on from there")


def _prepare(workspace: Workspace, options: Options, *, recognise: bool) -> Recogniser | None:
    """Check the names of the command line before anything is read, and build the recogniser."""
    with workspace.database.snapshot() as session:
        if options.publisher:
            taxonomy.get_organisation(session, options.publisher)
        for category in options.categories:
            taxonomy.get_category(session, category)
        recogniser = build_recogniser(session) if recognise else None
    for name in recogniser.ambiguous if recogniser else ():
        say(f"note: “{name}” stands for several organisations and is attached to none of them")
    return recogniser


def _files(places: tuple[str, ...]) -> Iterator[str | InputError]:
    """Stream the files to read, and what could not be looked into."""
    for place in places:
        if not place:
            yield InputError(field="FILE", value="", reason="is no name", accepted="a file, a folder, or - for stdin")
        elif place != STDIN and os.path.isdir(place):  # Path.is_dir raises for names that are too long
            yield from _text_files(Path(place))
        else:
            yield place


def _text_files(folder: Path) -> Iterator[str | InputError]:
    closed: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=closed.append):
        folders.sort()
        yield from (_not_readable(error) for error in closed)
        closed.clear()
        found = (Path(parent, name) for name in sorted(names) if name.lower().endswith(".txt"))
        yield from (str(file) for file in found if _may_be_page(file))
    yield from (_not_readable(error) for error in closed)


def _may_be_page(file: Path) -> bool:
    """Pass over links that lead nowhere or in a circle, but nothing that a permission hides: reading it says so."""
    try:
        return file.is_file()
    except PermissionError:
        return True


def _not_readable(error: OSError) -> InputError:
    return InputError(
        field="FOLDER",
        value=str(error.filename),
        reason=error.strerror or str(error),
        accepted="a folder that can be looked into",
    )


def _iter_results(
    workspace: Workspace,
    files: Sequence[str | InputError],
    options: Options,
    recogniser: Recogniser | None,
    *,
    quiet: bool,
) -> Iterator[Result]:
    console = Console(stderr=True)
    alone = len(files) <= LISTED_FILES
    seen: dict[str, str] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    hidden = quiet or not console.is_terminal
    with (
        interruptible_between_steps() as check,
        Progress(*columns, console=console, transient=True, disable=hidden) as progress,
    ):
        for place in progress.track(files, description="Importing"):
            check()
            if isinstance(place, InputError):
                result = Result(str(place.value), REFUSED_OUTCOME, messages=(str(place),))
            else:
                result = _import_one(workspace, place, options, recogniser, detailed=alone)
            if options.dry_run:
                result = _seen_before(result, seen)
            if not quiet:
                print_result(result, dry_run=options.dry_run, in_full=alone or options.verbose)
            yield result


def _import_one(
    workspace: Workspace, place: str, options: Options, recogniser: Recogniser | None, *, detailed: bool
) -> Result:
    page: PortalPage | None = None
    try:
        page = read_portal_page(
            read_file(place, limit_bytes=MAX_FILE_BYTES),
            publisher=options.publisher,
            categories=options.categories,
            overrules=options.overrules,
        )
        with workspace.database.transaction(actor=actor(), dry_run=options.dry_run) as session:
            done = ingest(
                session,
                sources.find_or_add(session, "portal", options.source),
                page.incoming,
                recogniser=recogniser,
                revises=options.revises,
                as_new=options.as_new,
            )
    except StoreUnavailable:
        raise
    except StoreError as error:
        line = error.line if isinstance(error, InputError) else None
        said = str(error).removeprefix(f"line {line}: ")
        return Result(f"{place}:{line}" if line else place, REFUSED_OUTCOME, messages=(said,))
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
