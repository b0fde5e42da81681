"""`bantin lint`: a feed document, ours or anyone's, judged in words that an editor understands."""

from __future__ import annotations

import sys

import click

from feeds.cli.exits import REFUSED
from feeds.cli.lint_json import as_json, rules_as_json
from feeds.cli.lint_output import Printer
from feeds.cli.lint_sources import ACCEPTED, reports_of
from feeds.cli.workspace import print_json
from feeds.lint import Language, Level

EXIT_CODES = (
    "Exit codes: 0 nothing that keeps readers from it; 1 errors were found (with --strict, warnings), or the argument "
    "was refused; 2 the command line is wrong; 3 the server or the store cannot be reached; 130 ended by Ctrl-C."
)


@click.command("lint", epilog=EXIT_CODES)
@click.argument("target", metavar="SELECTION|FILE|URL", required=False)
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=Language.ENGLISH.value,
    show_default=True,
    help="Language of the sentences.",
)
@click.option(
    "--show",
    "views",
    type=click.IntRange(0, 1000),
    default=1,
    show_default=True,
    metavar="N",
    help="Show how readers will show the first N entries.",
)
@click.option("--all", "everything", is_flag=True, help="Show every finding; long lists are shortened otherwise.")
@click.option("--strict", is_flag=True, help="Exit with 1 on warnings, too.")
@click.option("--rules", is_flag=True, help="List every rule with its specification, and check nothing.")
@click.option("--json", "to_json", is_flag=True, help="Print JSON, with both languages.")
def lint(
    target: str | None, language: str, views: int, *, everything: bool, strict: bool, rules: bool, to_json: bool
) -> None:
    """Check an RSS, Atom, JSON Feed or OPML document, and how readers will show it.

    SELECTION is asked of your own store, such as `all`, `category/van-hoa.atom` or `/feeds.opml`; without .rss, .atom
    or .json all three are checked. A URL is asked in every way that readers do, HEAD, If-None-Match and gzip included,
    and twice, two seconds apart, to see that nothing in it follows the clock. `-` reads a document from stdin.

    error: some readers fail; warning: readers differ; advice: it could be better.
    """
    printer = Printer(Language(language))
    if rules:
        print_json(rules_as_json()) if to_json else printer.rules()
        return
    if target is None:
        raise click.UsageError(f"say what to check: {ACCEPTED}")
    reports = list(reports_of(target))
    if to_json:
        print_json(as_json(reports))
    else:
        printer.reports(reports, everything=everything, views=views)
        printer.totals(reports)
    grave = (Level.ERROR, Level.WARNING) if strict else (Level.ERROR,)
    if any(report.count(level) for report in reports for level in grave):
        sys.exit(REFUSED)
