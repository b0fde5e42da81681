"""`bantin demo`: sample bulletins on an embedded store, served, with the addresses to open."""

from __future__ import annotations

import os
from pathlib import Path

import click

from feeds.addresses import Addresses, SelectionPath
from feeds.cli.serve import require_free, run_server
from feeds.documents.model import Format
from feeds.samples.seeding import seed
from feeds.settings import DATABASE_FILE, DEFAULT_PORT
from store import catalogue, changes, schema
from store.attachments.disk import DiskStorage
from store.database import Database, sqlite_url
from store.errors import InputError

DEFAULT_FOLDER = Path("var/demo")


@click.command("demo")
@click.option("--port", default=DEFAULT_PORT, show_default=True, type=click.IntRange(1, 65535), help="Port.")
@click.option(
    "--data",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the store; one that exists already is kept as it is.",
)
def demo(port: int, data: Path) -> None:
    """Serve sample bulletins from a store of its own, to look around."""
    require_free("127.0.0.1", port)
    # Workers are spawned and read their settings from the environment: the demo's own, whatever was set outside.
    for name in [name for name in os.environ if name.startswith("BANTIN_") and not name.startswith("BANTIN_TEST_")]:
        del os.environ[name]
    base_url = f"http://127.0.0.1:{port}"
    os.environ.update(BANTIN_DATA=str(data), BANTIN_BASE_URL=base_url, BANTIN_SITE_NAME="Bản tin tỉnh Vân Sơn")
    if data.is_dir() and any(data.iterdir()) and not (data / DATABASE_FILE).exists():
        raise InputError(
            field="--data", value=str(data), reason="holds other files and no store", accepted="a new or empty folder"
        )
    database = Database(sqlite_url(data / DATABASE_FILE))
    schema.upgrade(database)
    with database.snapshot() as session:
        is_untouched = changes.current_edition(session) == 0 and not any(catalogue.iter_bulletins(session))
    if is_untouched:
        click.echo("making the sample store ...")
        count = seed(database, DiskStorage(data / "files"))
        click.echo(f"{count} sample bulletins in {data}")
    else:
        click.echo(f"the store in {data} is kept as it is")
    database.dispose()
    _print_addresses(Addresses(base_url))
    run_server("127.0.0.1", port, workers=1)


def _print_addresses(addresses: Addresses) -> None:
    everything = SelectionPath()
    click.echo("\nOpen in a browser:")
    click.echo(f"  {addresses.directory()}  all channels")
    click.echo(f"  {addresses.page(everything)}  the newest bulletins")
    click.echo("\nSubscribe to, in a feed reader:")
    for document_format in Format:
        click.echo(f"  {addresses.feed(everything, document_format)}")
    click.echo("\nStop with Ctrl-C.\n")
