"""`rename`, `move`, `merge`, `close`, `reopen` and `alias` of categories, organisations and authors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from feeds.cli.exits import say
from feeds.cli.workspace import actor, open_workspace, read_day
from store import renaming, reorganisation, taxonomy
from store.errors import InputError
from store.names import Kind, count_owners

SINCE = click.option(
    "--from", "since", metavar="DATE", help="The day from which it counts, such as 01/07/2025; by default now."
)
PLURALS = {Kind.CATEGORY: "categories", Kind.ORGANISATION: "organisations", Kind.AUTHOR: "authors"}
DRY_RUN = click.option("--dry-run", is_flag=True, help="Check it and say what would change; change nothing.")


def commands_for(kind: Kind) -> Iterator[click.Command]:
    """Make the commands of one kind: all of them, for authors all but `move`."""
    yield _rename(kind)
    if kind is not Kind.AUTHOR:
        yield _move(kind)
    yield _merge(kind)
    yield _close(kind)
    yield _reopen(kind)
    yield _alias(kind)


def _rename(kind: Kind) -> click.Command:
    @click.command("rename")
    @click.argument("name")
    @click.argument("new_name")
    @SINCE
    @click.option("--short-name", help="The new short name; the old one goes with the old name.")
    @click.option("--slug", help="New name in addresses; by default made from NEW_NAME.")
    @click.option("--throughout", is_flag=True, help="The old name was a mistake: old bulletins show the new one, too.")
    @DRY_RUN
    def rename(name: str, new_name: str, since: str | None, dry_run: bool, throughout: bool, **names: Any) -> None:
        """Give it another name. Bulletins keep the name of their day; old addresses lead to the new one."""
        if throughout and since is not None:
            raise InputError(
                field="--throughout", value=since, reason="counts for all time", accepted="no --from with it"
            )
        start = read_day(since)
        workspace = open_workspace()
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            name = taxonomy.get_name(session, kind, name)
            shown = renaming.rename(session, kind, name, new_name, since=start, throughout=throughout, **names)
            slug = taxonomy.get_slug(session, kind, new_name)
            owners = count_owners(session, kind, new_name)
        click.echo(f"{'would rename' if dry_run else 'renamed'} {kind.value} {name}, now {slug}: {new_name}")
        _say_shared(kind, new_name, owners)
        if shown:
            say(f"published bulletins that show the new name: {shown}; their dates stay")

    return rename


def _move(kind: Kind) -> click.Command:
    @click.command("move")
    @click.argument("name")
    @click.option("--under", "parent", metavar="NAME", help="The one that it comes under.")
    @click.option("--top", is_flag=True, help="Under none.")
    @DRY_RUN
    def move(name: str, parent: str | None, top: bool, dry_run: bool) -> None:
        """Put it, with all that stands under it, under another one or at the top."""
        if (parent is None) is not top:
            raise click.UsageError("say --under NAME or --top")
        workspace = open_workspace()
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            name = taxonomy.get_name(session, kind, name)
            parent = taxonomy.get_name(session, kind, parent) if parent else None
            moved = reorganisation.move(session, kind, name, parent)
        place = f"under {parent}" if parent else "to the top"
        click.echo(f"{'would move' if dry_run else 'moved'} {kind.value} {name} {place}")
        if moved:
            say(f"bulletins that stand in other channels by that: {moved}; their dates stay")

    return move


def _merge(kind: Kind) -> click.Command:
    @click.command("merge")
    @click.argument("names", metavar="NAME...", nargs=-1, required=True)
    @click.option("--into", "successor", metavar="NAME", required=True, help="The one that they go on as.")
    @SINCE
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @DRY_RUN
    def merge(names: tuple[str, ...], successor: str, since: str | None, yes: bool, dry_run: bool) -> None:
        """Have one or several go on as another: all of them, or none if one cannot be merged.

        Their channels keep their past and go on with the successor's bulletins. This cannot be undone.
        """
        start: datetime | None = read_day(since)
        workspace = open_workspace()
        with workspace.database.snapshot() as session:
            names = tuple(taxonomy.get_name(session, kind, name) for name in names)
            successor = taxonomy.get_name(session, kind, successor)
        if not (yes or dry_run):
            click.confirm(f"Merge {', '.join(names)} into {successor}, for good?", abort=True, err=True)
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            shown = {name: reorganisation.merge(session, kind, name, successor, since=start) for name in names}
        for name, count in shown.items():
            click.echo(f"{'would merge' if dry_run else 'merged'} {kind.value} {name} into {successor}")
            if count:
                say(f"bulletins of {successor} since then, in its channels from now on: {count}")

    return merge


def _close(kind: Kind) -> click.Command:
    @click.command("close")
    @click.argument("name")
    @SINCE
    @DRY_RUN
    def close(name: str, since: str | None, dry_run: bool) -> None:
        """File nothing new under it. Its channels and addresses stay."""
        start = read_day(since)
        workspace = open_workspace()
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            name = taxonomy.get_name(session, kind, name)
            reorganisation.close(session, kind, name, since=start)
        click.echo(f"{'would close' if dry_run else 'closed'} {kind.value} {name}")

    return close


def _reopen(kind: Kind) -> click.Command:
    @click.command("reopen")
    @click.argument("name")
    @DRY_RUN
    def reopen(name: str, dry_run: bool) -> None:
        """Undo `close`."""
        workspace = open_workspace()
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            name = taxonomy.get_name(session, kind, name)
            reorganisation.reopen(session, kind, name)
        click.echo(f"{'would reopen' if dry_run else 'reopened'} {kind.value} {name}")

    return reopen


def _alias(kind: Kind) -> click.Command:
    @click.command("alias")
    @click.argument("name")
    @click.argument("alias")
    @click.option("--remove", is_flag=True, help="It is no name of it any more.")
    @DRY_RUN
    def alias(name: str, alias: str, remove: bool, dry_run: bool) -> None:
        """Have it found by another name, too."""
        workspace = open_workspace()
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            name = taxonomy.get_name(session, kind, name)
            change = renaming.remove_alias if remove else renaming.add_alias
            change(session, kind, name, alias)
            owners = count_owners(session, kind, alias)
        done = "remove" if remove else "add"
        click.echo(f"{f'would {done}' if dry_run else f'{done}d' if remove else f'{done}ed'} alias of {name}: {alias}")
        _say_shared(kind, alias, owners)

    return alias


def _say_shared(kind: Kind, name: str, owners: int) -> None:
    if owners > 1:
        say(f"note: “{name}” is a name of {owners} of the {PLURALS[kind]} now; say their full names or slugs")
