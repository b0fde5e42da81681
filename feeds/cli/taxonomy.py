"""`bantin category|organisation|author add|list|recognise`: the entities that bulletins are filed under."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import click
from sqlalchemy.orm import Session

from feeds.cli import reorganisation
from feeds.cli.exits import say
from feeds.cli.workspace import Workspace, actor, open_workspace, print_json, print_table
from store import bulletins, catalogue, names, taxonomy
from store.importers.recognition import build_recogniser, find_naming
from store.names import Kind
from store.text.date_formats import format_day
from store.text.dates import format_rfc3339
from store.types import VIETNAM, Author, Entity, Organisation

BATCH = 100


def _names(command: Any) -> Any:
    """Add the options that categories and organisations share."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Show what would be stored; store nothing."),
        click.option("--as-new", is_flag=True, help="Add it although one with nearly this name is there already."),
        click.option("--slug", help="Name in addresses; by default made from NAME."),
        click.option("--description", default="", help="One sentence about it, shown to readers."),
        click.option("--parent", help="Name of the one above it."),
        click.option("--alias", "aliases", multiple=True, help="Another name it is found by; may be repeated."),
        click.option("--short-name", help="Short name, such as “Hội LHPN tỉnh”."),
        click.argument("name"),
    ):
        command = option(command)
    return command


@click.group("category")
def category_group() -> None:
    """Categories (chuyên mục) of bulletins, and what becomes of them over time."""


@category_group.command("add")
@_names
def add_category(dry_run: bool, **names: Any) -> None:
    """Add a category. Prints its slug, the name it has in addresses."""
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        added = taxonomy.add_category(session, **names)
    click.echo(f"{'would add' if dry_run else 'added'} category {added.slug}: {added.name}")


@category_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_categories(as_json: bool) -> None:
    """List the categories with the count of bulletins in each, subcategories included."""
    _list(Kind.CATEGORY, taxonomy.categories_by_id, as_json=as_json)


@click.group("organisation")
def organisation_group() -> None:
    """Organisations (cơ quan, đơn vị) that issue bulletins or are their subject, and what becomes of them."""


@organisation_group.command("add")
@_names
@click.option("--website", help="Its own web site, https://...")
@click.option("--no-recognise", is_flag=True, help="Do not look for its names in the bulletins stored already.")
def add_organisation(dry_run: bool, no_recognise: bool, **names: Any) -> None:
    """Add an organisation. Prints its slug, the name it has in addresses.

    The bulletins stored already are searched for its name, short name and aliases, and it is attached to those
    that name it; their dates stay as they are.
    """
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        added = taxonomy.add_organisation(session, **names)
        shared = build_recogniser(session).ambiguous
    click.echo(f"{'would add' if dry_run else 'added'} organisation {added.slug}: {added.name}")
    for name, owners in shared.items():
        if added.id in owners:
            say(f"note: “{name}” is a name of {len(owners)} organisations now; texts that say it are attached to none")
    if not (no_recognise or dry_run):
        attach_where_named(workspace, added)


@organisation_group.command("recognise")
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Say how many bulletins name it; attach it to none.")
def recognise(name: str, dry_run: bool) -> None:
    """Attach an organisation to the stored bulletins that name it; their dates stay as they are."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        known = taxonomy.get_organisation(session, name)
    attach_where_named(workspace, known, dry_run=dry_run)


def attach_where_named(workspace: Workspace, body: Organisation, *, dry_run: bool = False) -> None:
    """Look for a body in what is stored, and attach it, a hundred bulletins a transaction: others may write between."""
    with workspace.database.snapshot() as session:
        numbers = find_naming(session, body.id)
    for start in range(0, len(numbers), BATCH):
        with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
            for number in numbers[start : start + BATCH]:
                bulletins.add_subject(session, number, body.id)
    if numbers:
        say(f"named by {len(numbers)} of the stored bulletins: {'would be ' if dry_run else ''}attached to them")


@organisation_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_organisations(as_json: bool) -> None:
    """List the organisations with the count of bulletins issued by or about each."""
    _list(Kind.ORGANISATION, taxonomy.organisations_by_id, as_json=as_json)


@click.group("author")
def author_group() -> None:
    """People in bylines; one that a manuscript names for the first time is added by itself."""


@author_group.command("add")
@click.argument("name")
@click.option("--slug", help="Name in addresses; by default made from NAME.")
@click.option("--dry-run", is_flag=True, help="Show what would be stored; store nothing.")
def add_author(name: str, slug: str | None, dry_run: bool) -> None:
    """Add an author. Prints the slug, the name in addresses."""
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        added = taxonomy.add_author(session, name, slug=slug)
    click.echo(f"{'would add' if dry_run else 'added'} author {added.slug}: {added.name}")


@author_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_authors(as_json: bool) -> None:
    """List the authors with the count of bulletins by each."""
    _list(Kind.AUTHOR, taxonomy.authors_by_id, as_json=as_json)


for _kind, _group in (
    (Kind.CATEGORY, category_group),
    (Kind.ORGANISATION, organisation_group),
    (Kind.AUTHOR, author_group),
):
    for _command in reorganisation.commands_for(_kind):
        _group.add_command(_command)


def _list(kind: Kind, load: Callable[[Session], Mapping[int, Entity]], *, as_json: bool) -> None:
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        placed = catalogue.count_placed(session)
        known = load(session)
        aliases = names.aliases(session, kind)
    counts = {i: placed.get(taxonomy.wide_key(kind, i), 0) for i in known}
    if as_json:
        print_json([_as_json_value(entity, aliases[i], counts[i]) for i, entity in known.items()])
        return
    print_table(
        ("SLUG", "BULLETINS", "NAME"), [(e.slug, counts[i], e.name + _state(e, known)) for i, e in known.items()]
    )
    if not known:
        say("none yet; add one with `add NAME`")


def _as_json_value(entity: Entity, aliases: tuple[str, ...], count: int) -> dict[str, object]:
    value: dict[str, object] = {"id": entity.id, "name": entity.name, "slug": entity.slug, "aliases": list(aliases)}
    if not isinstance(entity, Author):
        value |= {
            "short_name": entity.short_name,
            "parent_id": entity.parent_id,
            "description": entity.description,
        }
    if isinstance(entity, Organisation):
        value["includes_subordinates"] = entity.includes_subordinates
    return value | {
        "successor_id": entity.successor_id,
        "merged_at": format_rfc3339(entity.merged_at.astimezone(VIETNAM)) if entity.merged_at else None,
        "closed_at": format_rfc3339(entity.closed_at.astimezone(VIETNAM)) if entity.closed_at else None,
        "bulletins": count,
    }


def _state(entity: Entity, known: Mapping[int, Entity]) -> str:
    said = []
    if not isinstance(entity, Author) and entity.parent_id:
        said.append(f"of {known[entity.parent_id].name}")
    if entity.successor_id and entity.merged_at:
        said.append(f"merged into {known[entity.successor_id].name} on {format_day(entity.merged_at)}")
    if entity.closed_at:
        said.append(f"closed on {format_day(entity.closed_at)}")
    return f"  ({'; '.join(said)})" if said else ""
