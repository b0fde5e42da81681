"""The `bantin` command: gathers the command groups and turns refusals into messages and exit codes.

A command's module is loaded when the command is run or its help is shown: a server starts without what imports need.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from feeds.cli.exits import EXIT_CODES, fail
from feeds.cli.loading import LoadedWhenAsked
from store.errors import StoreError

COMMANDS = LoadedWhenAsked(
    "feeds.cli",
    {
        "demo": "demo:demo",
        "serve": "serve:serve",
        "worker": "worker:worker",
        "import": "imports:import_group",
        "feed": "feed:feed",
        "lint": "lint:lint",
        "bulletin": "bulletin:bulletin_group "
        "publication:publish publication:schedule publication:withdraw publication:expunge "
        "history:history history:compare",
        "photo": "photo:photo_group",
        "document": "document:document_group",
        "category": "taxonomy:category_group",
        "organisation": "taxonomy:organisation_group",
        "author": "taxonomy:author_group",
        "channel": "channel:channel_group",
        "redirect": "redirect:redirect_group",
        "audit": "history:audit_log",
        "db": "database:db_group",
        "export": "export:export_command",
        "backup": "backup:backup",
        "restore": "backup:restore_command",
        "doctor": "doctor:doctor",
    },
)


@click.group(
    commands=COMMANDS,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="bantin", prog_name="bantin")
def cli() -> None:
    """Bantin: the feed server for bulletins (bản tin) of Vietnamese public bodies.

    Start with `bantin demo`, or `bantin db upgrade` for a store of your own.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line (by default that of this process); no refusal of the store ends in a traceback."""
    # Vietnamese must come out whole on a terminal or pipe whose locale says ASCII.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        cli(arguments)
    except StoreError as error:
        fail(error)
