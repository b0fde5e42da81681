"""The `bantin` command: gathers the command groups and turns refusals into messages and exit codes."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from feeds.cli import (
    backup,
    bulletin,
    channel,
    database,
    demo,
    doctor,
    document,
    export,
    feed,
    history,
    imports,
    lint,
    photo,
    publication,
    redirect,
    serve,
    taxonomy,
    worker,
)
from feeds.cli.workspace import EXIT_CODES, fail
from store.errors import StoreError


@click.group(epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="bantin", prog_name="bantin")
def cli() -> None:
    """Bantin: the feed server for bulletins (bản tin) of Vietnamese public bodies.

    Start with `bantin demo`, or `bantin db upgrade` for a store of your own.
    """


cli.add_command(demo.demo)
cli.add_command(serve.serve)
cli.add_command(worker.worker)
cli.add_command(imports.import_group)
cli.add_command(feed.feed)
cli.add_command(lint.lint)
cli.add_command(bulletin.bulletin_group)
for command in (publication.publish, publication.schedule, publication.withdraw, publication.expunge):
    bulletin.bulletin_group.add_command(command)
for command in (history.history, history.compare):
    bulletin.bulletin_group.add_command(command)
cli.add_command(photo.photo_group)
cli.add_command(document.document_group)
cli.add_command(taxonomy.category_group)
cli.add_command(taxonomy.organisation_group)
cli.add_command(taxonomy.author_group)
cli.add_command(channel.channel_group)
cli.add_command(redirect.redirect_group)
cli.add_command(history.audit_log)
cli.add_command(database.db_group)
cli.add_command(export.export_command)
cli.add_command(backup.backup)
cli.add_command(backup.restore_command)
cli.add_command(doctor.doctor)


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
