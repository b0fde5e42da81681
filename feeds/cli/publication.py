"""`bantin bulletin publish|schedule|withdraw|expunge`: when readers see a bulletin, and when no longer."""

from __future__ import annotations

import click

from feeds.cli.exits import say
from feeds.cli.workspace import NUMBER, Workspace, actor, open_workspace
from store import catalogue, expunging, publication, sources
from store.attachments import removal
from store.errors import InputError, StoreUnavailable
from store.text.dates import format_to_the_second, format_vietnamese, parse_moment
from store.types import Bulletin, Moment, Status

NUMBERS = click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True, type=NUMBER)


@click.command("publish")
@NUMBERS
@click.option("--dry-run", is_flag=True, help="Check that they can be published; publish nothing.")
def publish(numbers: tuple[int, ...], dry_run: bool) -> None:
    """Make drafts visible to readers: all of them, or none if one cannot be.

    A withdrawn bulletin becomes visible again, with the id and the date it had.
    """
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        before = catalogue.bulletins(session, numbers)
        for number in numbers:
            # A portal page does not say who issued it.
            publication.publish(session, number, publisher_required=not sources.is_imported(session, number))
        published = catalogue.bulletins(session, numbers)
    for number in dict.fromkeys(numbers):
        again = " again" if before[number].status is Status.WITHDRAWN else ""
        click.echo(f"{'would publish' if dry_run else 'published'}{again} {number}: {published[number].title}")
        if not dry_run:
            say_next(workspace, published[number])


@click.command("schedule")
@click.argument("number", type=NUMBER)
@click.argument("time", metavar="[TIME]", required=False)
@click.option("--cancel", is_flag=True, help="Make it a draft again, without a date.")
@click.option("--dry-run", is_flag=True, help="Check it; change nothing.")
def schedule(number: int, time: str | None, cancel: bool, dry_run: bool) -> None:
    """Have a draft appear by itself at TIME, such as “25/12/2026 08:00” or “25/12/2026 08:00:30”.

    Without TIME, at the date that it has. The worker of `bantin serve` (or `bantin worker`) publishes it within a
    second. Say it again with another TIME to move it.
    """
    if cancel and time is not None:
        raise InputError(field="--cancel", value=time, reason="takes no TIME", accepted="one of the two")
    workspace = open_workspace()
    planned: Moment | None = parse_moment(time, field="TIME") if time else None
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        if cancel:
            publication.cancel_schedule(session, number)
        else:
            required = not sources.is_imported(session, number)
            planned = publication.schedule(session, number, planned, publisher_required=required)
        title = catalogue.get_bulletin(session, number).title
    if planned is None:
        done = "would cancel" if dry_run else "cancelled"
        click.echo(f"{done} the schedule of {number}, a draft again, without a date: {title}")
        return
    done = "would schedule" if dry_run else "scheduled"
    here = Moment(planned.instant.astimezone(workspace.settings.timezone))
    shown = format_to_the_second(here) if here.instant.second else format_vietnamese(here)
    click.echo(f"{done} {number} for {shown}: {title}")


@click.command("withdraw")
@click.argument("number", type=NUMBER)
@click.option("--reason", required=True, help="Why, for its readers: shown on its page and in the feeds.")
@click.option("--dry-run", is_flag=True, help="Check it; change nothing.")
def withdraw(number: int, reason: str, dry_run: bool) -> None:
    """Take a bulletin and its files from readers, and tell them why.

    Its page answers 410 with the reason, feeds carry a tombstone. `bantin bulletin publish` brings it back.
    """
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        publication.withdraw(session, number, reason=reason)
        title = catalogue.get_bulletin(session, number).title
    click.echo(f"{'would withdraw' if dry_run else 'withdrawn'} {number}: {title}")
    if not dry_run:
        say(f"bring it back with: bantin bulletin publish {number}")


@click.command("expunge")
@click.argument("number", type=NUMBER)
@click.option("--reason", default="", help="Why, for its readers; by default that of its withdrawal.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Check it; change nothing.")
def expunge(number: int, reason: str, yes: bool, dry_run: bool) -> None:
    """Remove what a bulletin said for good: text, revisions, notes, files. This cannot be undone.

    That it was there stays: its number, its id and a tombstone in the feeds.
    """
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        title = catalogue.get_bulletin(session, number).title
    if not (yes or dry_run):
        click.confirm(f"Remove bulletin {number} for good: {title}?", abort=True, err=True)
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        expunging.expunge(session, number, reason=reason)
    click.echo(f"{'would expunge' if dry_run else 'expunged'} {number}")
    if dry_run:
        return
    try:
        removed, waiting = removal.sweep(workspace.database, workspace.storage)
    except StoreUnavailable:
        say("no reader gets its files any more; the worker removes them for good when the storage can serve again")
        raise
    if removed:
        say(f"{removed} of its files removed from the storage")
    if waiting:
        say(f"{waiting} of its files just came in; the worker removes them within two minutes if nothing uses them")
    say("backups that were made before still hold it: make a new one (bantin backup) and remove those")


def say_next(workspace: Workspace, bulletin: Bulletin) -> None:
    """Tell an editor where the bulletin is read, or what is left to do with it."""
    if bulletin.status is Status.PUBLISHED:
        say(f"readable at {workspace.addresses.bulletin(bulletin.slug, bulletin.number)}")
    elif bulletin.published is not None and bulletin.published.instant > workspace.database.clock():
        say(f"its date has not come; have it appear by itself with: bantin bulletin schedule {bulletin.number}")
    else:
        say(f"publish it with: bantin bulletin publish {bulletin.number}")
    say_waiting(bulletin)


def say_waiting(bulletin: Bulletin) -> None:
    """Tell an editor which captions and titles wait for their files, and how they get them."""
    for attachment in bulletin.attachments:
        if attachment.file is None:
            kind = attachment.kind.value
            say(
                f"{kind} {attachment.number} waits for its file: {attachment.caption or attachment.reference or '-'} "
                f"(bantin {kind} add {bulletin.number} FILE --for {attachment.number})"
            )
