"""`bantin feed`: one document on stdout, the very bytes that the server answers."""

from __future__ import annotations

import sys
from urllib.parse import parse_qs

import click
from sqlalchemy.orm import Session

from feeds import archives, channels
from feeds.addresses import MAX_EITHER, ArchivePath, FeedPath, parse_archive_path, parse_feed_path
from feeds.channels import Prepared
from feeds.cli.workspace import open_workspace
from feeds.settings import Settings
from store.errors import InputError, NotFound, StoreDamaged


@click.command("feed")
@click.argument("address", metavar="SELECTION.EXT")
@click.option("--query", metavar="TEXT", help="Only bulletins with these words; several in quotes stand side by side.")
def feed(address: str, query: str | None) -> None:
    """Print a feed document, such as `all.rss` or `category/van-hoa.atom`.

    Criteria go together as in addresses: `category/van-hoa/author/thu-trang.rss`. Slugs joined by `_` mean either of
    them: `category/van-hoa_y-te.json`. A `?q=...` behind it says the same as --query. Archives are read by their
    addresses, too: `category/van-hoa/archive/1-500.rss`. A bulletin that a damaged store has in no readable form is
    left out and refused.
    """
    workspace = open_workspace()
    path = _read(address, query)
    with workspace.database.snapshot() as session:
        prepared = _prepared(session, path, workspace.settings)
        if path.format is None or prepared is None:
            raise NotFound("archive" if isinstance(path, ArchivePath) else "channel", address)
        composed = prepared.render(session, path.format, workspace.settings)
    sys.stdout.flush()
    sys.stdout.buffer.write(composed.document)
    sys.stdout.buffer.flush()
    if composed.left_out:
        numbers = ", ".join(map(str, composed.left_out))
        raise StoreDamaged(
            f"left out, because the store holds them in a form that cannot be rendered: bulletins {numbers}",
            vietnamese=f"bị bỏ lại vì dữ liệu trong kho đã hỏng: bản tin số {numbers}",
        )


def _prepared(session: Session, path: FeedPath | ArchivePath, settings: Settings) -> Prepared | None:
    resolved = channels.find_selection(session, path.selection)
    if resolved is None:
        channels.require_slugs(session, path.selection)
        return None
    if isinstance(path, ArchivePath):
        return archives.find_archive(session, resolved, path, settings)
    return channels.prepare(session, resolved, settings)


def _read(address: str, query: str | None) -> FeedPath | ArchivePath:
    text, _, behind = address.removeprefix("/feeds/").partition("?")
    asked = parse_qs(behind).get("q", [""])[0]
    archive = parse_archive_path(text)
    if archive is not None and not (query or asked):
        return archive
    path = parse_feed_path(text, query if query is not None else asked)
    if path is None or path.format is None:
        raise InputError(
            field="SELECTION.EXT",
            value=address,
            reason="names no feed document",
            accepted="all.EXT, category/SLUG.EXT, organisation/SLUG.EXT, publisher/SLUG.EXT, author/SLUG.EXT or "
            "several of them such as category/SLUG/organisation/SLUG.EXT, or an archive such as all/archive/1-500.EXT, "
            "where EXT is rss, atom or json",
            vietnamese=f"“{address}” không phải địa chỉ của một kênh tin",
        )
    if path.selection.is_too_wide:
        raise InputError(
            field="SELECTION.EXT",
            value=address,
            reason="names too many at once",
            accepted=f"at most {MAX_EITHER} of each kind, joined by _",
            vietnamese=f"mỗi tiêu chí chỉ kết hợp được tối đa {MAX_EITHER} mục",
        )
    if query is not None and asked:
        raise InputError(
            field="--query",
            value=query,
            reason="is said twice",
            accepted="--query, or ?q= behind the selection",
            vietnamese="chỉ dùng một trong hai: --query hoặc ?q=",
        )
    return path
