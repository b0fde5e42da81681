"""`bantin db`: the store's tables."""

from __future__ import annotations

import sys

import click

from feeds.cli.workspace import REFUSED, say
from feeds.settings import Settings
from store import changes, schema
from store.database import Database


@click.group("db")
def db_group() -> None:
    """Make, upgrade and check the store's database."""


@db_group.command("upgrade")
def upgrade() -> None:
    """Make the store, or bring it to the schema of this version. Safe to repeat."""
    settings = Settings.from_env()
    database = Database(settings.store_url)
    before = schema.upgrade(database)
    shown = database.url.render_as_string(hide_password=True)
    if before.found is None:
        click.echo(f"made a new store, schema {before.wanted}: {shown}")
    elif before.is_current:
        click.echo(f"nothing to do, the store is at schema {before.wanted}: {shown}")
    else:
        click.echo(f"upgraded the store from schema {before.found} to {before.wanted}: {shown}")


@db_group.command("check")
def check() -> None:
    """Check that the store is whole: schema, tables, the file itself, the change log."""
    settings = Settings.from_env()
    database = Database(settings.store_url)
    schema.require_current(database)
    found = [f"table: {difference}" for difference in schema.differences(database)]
    found += [f"file: {fault}" for fault in schema.damage(database)]
    with database.snapshot() as session:
        edition, steps = changes.current_edition(session), changes.count(session)
    if edition != steps:
        found.append(f"change log: {steps} steps, but the edition is {edition}")
    for fault in found:
        say(fault)
    if found:
        sys.exit(REFUSED)
    click.echo(f"sound: schema {schema.state(database).found}, edition {edition}")
