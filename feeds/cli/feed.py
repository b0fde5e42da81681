"""`bantin feed`: one document on stdout, the very bytes that the server answers."""

from __future__ import annotations

import sys

import click

from feeds import channels
from feeds.addresses import parse_feed_path
from feeds.channels import KIND_OF_CRITERION
from feeds.cli.workspace import open_workspace
from store import taxonomy
from store.errors import InputError, NotFound


@click.command("feed")
@click.argument("address", metavar="SELECTION.EXT")
def feed(address: str) -> None:
    """Print a feed document, such as `all.rss` or `category/van-hoa.atom`."""
    workspace = open_workspace()
    path = parse_feed_path(address.removeprefix("/feeds/"))
    if path is None or path.format is None:
        raise InputError(
            field="SELECTION.EXT",
            value=address,
            reason="names no feed document",
            accepted="all.EXT, category/SLUG.EXT, organisation/SLUG.EXT, publisher/SLUG.EXT, author/SLUG.EXT or "
            "category/SLUG/organisation/SLUG.EXT, where EXT is rss, atom or json",
        )
    with workspace.database.snapshot() as session:
        resolved = channels.find_selection(session, path.selection)
        if resolved is None:
            for criterion, slug in path.selection.criteria:
                taxonomy.require_slug(session, KIND_OF_CRITERION[criterion], slug)
            raise NotFound("channel", address)
        prepared = channels.prepare(session, resolved, workspace.settings)
        document = prepared.render(session, path.format, workspace.settings)
    sys.stdout.flush()
    sys.stdout.buffer.write(document)
    sys.stdout.buffer.flush()
