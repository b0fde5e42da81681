"""`bantin redirect`: the addresses of a former site, and where they lead."""

from __future__ import annotations

import re

import click
from sqlalchemy.orm import Session

from feeds import channels
from feeds.addresses import parse_bulletin_path, parse_feed_path
from feeds.cli.exits import say
from feeds.cli.workspace import actor, open_workspace, print_json, print_table
from feeds.documents.model import Format
from feeds.former_addresses import target_address
from store import catalogue, redirects
from store.errors import InputError
from store.redirects import BULLETIN

_OF_A_FEED = re.compile(r"(?<![a-z])(?:(?P<format>rss|atom|json)|feeds?|xml)(?![a-z])")
_BULLETIN = re.compile(r"(?:/?ban-tin/(?:[a-z0-9-]*-)?)?(?P<number>[1-9][0-9]{0,8})")


@click.group("redirect")
def redirect_group() -> None:
    """Addresses of a former site, so that old subscriptions and links go on."""


@redirect_group.command("add")
@click.argument("address")
@click.argument("target")
@click.option("--page", is_flag=True, help="Lead to the readable page, although ADDRESS looks like that of a feed.")
@click.option("--dry-run", is_flag=True, help="Check it and say where it would lead; store nothing.")
def add(address: str, target: str, page: bool, dry_run: bool) -> None:
    """Have ADDRESS lead to TARGET for ever (301), whatever TARGET is called later.

    ADDRESS is a path of the former site, with its query if it had one: "/rss/tin.aspx?id=5". TARGET is a selection
    with a format (category/van-hoa.rss) or without one, or the number of a bulletin. Without a format it is the
    readable page; where ADDRESS looks like that of a feed, it is the feed.
    """
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        _require_not_ours(session, address)
        key, said_format = _target(session, target)
        guessed = None if page or said_format or key.startswith(BULLETIN) else _format_of(address)
        added = redirects.add_redirect(session, address, key, said_format or guessed)
        leads = target_address(session, added, workspace.addresses)
    if leads is None:
        click.echo(f"{'would lead' if dry_run else 'leads'}: {added.path} -> {target}, once it is published")
        return
    click.echo(f"{'would lead' if dry_run else 'leads'}: {added.path} -> {leads}")
    if guessed:
        say(f"it looks like the address of a feed; say {target}.atom for another format, --page for the readable page")


@redirect_group.command("remove")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Check it; change nothing.")
def remove(address: str, dry_run: bool) -> None:
    """Have ADDRESS lead nowhere."""
    workspace = open_workspace()
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        redirects.remove_redirect(session, address)
    click.echo(f"{'would remove' if dry_run else 'removed'} {redirects.normal_path(address)}")


@redirect_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_redirects(as_json: bool) -> None:
    """List the former addresses with what they lead to today."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        found = [
            (each.path, target_address(session, each, workspace.addresses) or "")
            for each in redirects.iter_redirects(session)
        ]
    if as_json:
        print_json([{"address": address, "target": target} for address, target in found])
        return
    print_table(("ADDRESS", "LEADS TO"), found)
    if not found:
        say("none yet; add one with `add ADDRESS TARGET`")


def _require_not_ours(session: Session, address: str) -> None:
    """Raise InputError for an address that answers by itself, and would lead nowhere else."""
    path = redirects.normal_path(address).partition("?")[0]
    feed = parse_feed_path(path.removeprefix("/feeds/")) if path.startswith("/feeds/") else None
    bulletin = parse_bulletin_path(path.removeprefix("/ban-tin/")) if path.startswith("/ban-tin/") else None
    is_ours = (
        path == "/feeds"
        or (feed is not None and channels.find_selection(session, feed.selection) is not None)
        or (bulletin is not None and catalogue.find_bulletin(session, bulletin[1]) is not None)
    )
    if is_ours:
        raise InputError(
            field="ADDRESS",
            value=address,
            reason="is an address of this site, which answers by itself",
            accepted="an address of the former site",
            vietnamese=f"“{address}” là địa chỉ của chính trang này, không cần chuyển hướng",
        )


def _target(session: Session, target: str) -> tuple[str, str | None]:
    numbered = _BULLETIN.fullmatch(target)
    if numbered is not None:
        return f"{BULLETIN}{catalogue.get_bulletin(session, int(numbered['number'])).number}", None
    path = parse_feed_path(target.removeprefix("/").removeprefix("feeds/"))
    if path is None or not path.selection.is_channel:
        raise InputError(
            field="TARGET",
            value=target,
            reason="is neither a channel nor a bulletin's number",
            accepted="all, category/SLUG, organisation/SLUG, publisher/SLUG, author/SLUG or category/SLUG/organisation/"
            "SLUG, with or without .rss, .atom or .json; or a number such as 12",
            vietnamese=f"“{target}” không phải kênh tin hay số hiệu bản tin",
        )
    resolved = channels.get_selection(session, path.selection, asked=target)
    return resolved.selection.key, path.format.value if path.format else None


def _format_of(address: str) -> str | None:
    found = _OF_A_FEED.search(address.casefold())
    if found is None:
        return None
    return found["format"] or Format.RSS.value
