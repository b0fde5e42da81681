"""`bantin backup` and `bantin restore`: the whole store in one file, and back."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from feeds.cli.exits import REFUSED, say
from feeds.cli.progress import progress_shown
from feeds.cli.workspace import open_workspace, print_json
from feeds.settings import Settings
from store.attachments.storage import Storage
from store.backups.manifest import Manifest
from store.backups.places import EXTENSION, read_destination, remove_oldest
from store.backups.restoring import inspect_backup, restore
from store.backups.target import require_empty
from store.backups.writing import write_backup
from store.database import Database
from store.errors import StoreError
from store.text.sizes import format_size

MOST_KEPT = 1_000
LISTED_LOSSES = 10


@click.command("backup")
@click.argument("place")
@click.option(
    "--keep",
    type=click.IntRange(1, MOST_KEPT),
    metavar="N",
    help="Keep the newest N backups of this store in the folder; remove older ones once the new one is verified.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def backup(place: str, keep: int | None, as_json: bool) -> None:
    """Write the store, database and attachments, to one file. The server may go on serving and taking in.

    PLACE is a folder (written with a slash at its end it is made if need be), or a new name ending in .zip. The
    file is read back and verified before it gets its name. It holds drafts: only you may read it.
    """
    if keep is not None and place.endswith(EXTENSION) and not Path(place).is_dir():
        raise click.UsageError("--keep speaks of a folder of backups; name a folder")
    destination = read_destination(place)
    workspace = open_workspace()
    with progress_shown(hidden=as_json) as progress:
        made = write_backup(workspace.database, workspace.storage, destination, progress=progress)
    removed = remove_oldest(made.path, made.manifest.instance, keep=keep) if keep else []
    if as_json:
        print_json(
            {
                "path": str(made.path),
                "size_bytes": made.size_bytes,
                **_as_json_value(made.manifest),
                "removed": [str(path) for path in removed],
            }
        )
    else:
        click.echo(f"{made.path}: {_content(made.manifest)}, {format_size(made.size_bytes)}, verified")
        for path in removed:
            click.echo(f"removed {path}")
    _say_losses(made.manifest)
    if made.manifest.lost:
        sys.exit(REFUSED)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Verify the backup and say what is in it; restore nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
def restore_command(file: Path, dry_run: bool, as_json: bool) -> None:
    """Make the store that a backup holds, in the place that the settings name: nothing may be there yet.

    The place may be of another kind than the backup came from (BANTIN_DATABASE_URL): every document stays the same,
    to the byte. A backup that was cut short or altered is refused, and nothing is changed.
    """
    settings = Settings.from_env()
    database, storage = Database(settings.store_url), settings.open_storage()
    shown = database.url.render_as_string(hide_password=True)
    with progress_shown(hidden=as_json) as progress:
        if dry_run:
            manifest = inspect_backup(file, progress=progress)
        else:
            manifest = restore(database, storage, file, progress=progress)
    if as_json:
        print_json({"path": str(file), "database": shown, "dry_run": dry_run, **_as_json_value(manifest)})
    else:
        made = f"schema {manifest.schema}, made {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC by Bantin {manifest.version}"
        done = "sound" if dry_run else f"restored to {shown}"
        click.echo(f"{done}: {_content(manifest)}; {made}")
    _say_losses(manifest)
    if dry_run:
        _say_whether_empty(database, storage, shown)


def _say_whether_empty(database: Database, storage: Storage, shown: str) -> None:
    try:
        require_empty(database, storage)
    except StoreError as error:
        say(f"note: to restore it here would be refused: {error}")
    else:
        say(f"it would be restored to {shown}")


def _content(manifest: Manifest) -> str:
    bulletins, files = _counted(manifest.bulletins, "bulletin"), _counted(len(manifest.files), "file")
    return f"edition {manifest.edition}, {bulletins}, {files}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _as_json_value(manifest: Manifest) -> dict[str, object]:
    return {
        "edition": manifest.edition,
        "bulletins": manifest.bulletins,
        "files": len(manifest.files),
        "lost_files": dict(manifest.lost),
        "schema": manifest.schema,
        "instance": str(manifest.instance),
        "made_at": manifest.made_at.isoformat(),
        "bantin": manifest.version,
    }


def _say_losses(manifest: Manifest) -> None:
    for number, (digest, reason) in enumerate(manifest.lost.items()):
        if number == LISTED_LOSSES:
            say(f"and {len(manifest.lost) - LISTED_LOSSES} more")
            break
        say(f"lost before this backup was made: the file {digest} is {reason}")
