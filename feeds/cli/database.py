"""`bantin db`: the store's tables, and whether they are whole."""

from __future__ import annotations

import sys

import click

from feeds.cli.exits import REFUSED, say
from feeds.cli.workspace import actor, open_workspace
from feeds.settings import Settings
from store import audit, changes, schema
from store.database import Database
from store.rebuild import examine, rebuild


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
    """Check that the store is whole: schema, tables, the file itself, the logs, what stands where, what is searched."""
    settings = Settings.from_env()
    database = Database(settings.store_url)
    schema.require_current(database)
    found = [f"table: {difference}" for difference in schema.differences(database)]
    found += [f"file: {fault}" for fault in schema.damage(database)]
    with database.snapshot() as session:
        edition, steps = changes.current_edition(session), changes.count(session)
        acts, counted = audit.count(session), changes.value_of(session, changes.AUDIT)
        found += examine(session).faults
    if acts != counted:
        found.append(f"audit log: {acts} acts, but {counted} were numbered")
    if edition != steps:
        found.append(f"change log: {steps} steps, but the edition is {edition}")
    for fault in found:
        say(fault)
    if found:
        sys.exit(REFUSED)
    click.echo(f"sound: schema {schema.state(database).found}, edition {edition}")


@db_group.command("rebuild")
@click.option("--dry-run", is_flag=True, help="Say what is wrong; mend nothing.")
def rebuild_store(dry_run: bool) -> None:
    """Compute anew what stands in which channels and is searched, and mend what differs: in a sound store, nothing."""
    workspace = open_workspace()
    progress = _say_progress if sys.stderr.isatty() else lambda _: None
    if dry_run:
        with workspace.database.snapshot() as session:
            done = examine(session, progress=progress)
    else:
        with workspace.database.transaction(actor=actor()) as session:
            done = rebuild(session, progress=progress)
    for fault in done.faults:
        say(f"{'wrong' if dry_run else 'mended'}: {fault}")
    looked_at = f"{done.bulletins} bulletins, {done.placements} placements"
    if done.faults:
        click.echo(f"{looked_at}: {len(done.faults)} {'faults' if dry_run else 'faults mended'}")
    else:
        click.echo(f"{looked_at}: nothing to mend")
    if dry_run and done.faults:
        sys.exit(REFUSED)


def _say_progress(bulletins: int) -> None:
    say(f"{bulletins} bulletins looked at")
