"""`bantin channel list|show|edit`: the channels of the site, and what editors decide for each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import click
from sqlalchemy.orm import Session

from feeds import channels
from feeds.addresses import parse_feed_path
from feeds.channels import Resolved
from feeds.cli.channel_subordinates import includes_subordinates, speaking, switch_subordinates, switched
from feeds.cli.exits import say
from feeds.cli.workspace import Workspace, actor, open_workspace, print_json, print_table, read_file
from feeds.directory import ListedChannel, iter_channels, iter_pairs
from feeds.documents.model import Format
from feeds.headings import LANGUAGE, introduction_of, names_of, title_of
from store import catalogue, channel_settings
from store.attachments.intake import GivenPhoto, Intake
from store.attachments.picture_pool import PicturePool
from store.attachments.pictures import MAX_BYTES
from store.errors import InputError
from store.types import NOTHING_SET, ChannelSettings, StoredFile

ACCEPTED = (
    "all, category/SLUG, organisation/SLUG, publisher/SLUG, author/SLUG, category/SLUG/organisation/SLUG or "
    "category/SLUG/publisher/SLUG"
)
SELECTION = click.argument("address", metavar="SELECTION")


@click.group("channel", epilog=f"SELECTION is as in addresses: {ACCEPTED}.")
def channel_group() -> None:
    """List the channels, and set their title, description, language, length and picture."""


@channel_group.command("list")
@click.option(
    "--pairs", is_flag=True, help="Also categories with an organisation or publisher, as far as they hold anything."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_channels(pairs: bool, as_json: bool) -> None:
    """List the channels with their address, how much they hold, and what is set for them."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        listed = list(_listed(session, workspace, pairs=pairs))
        known = channel_settings.every_channel_settings(session)
        includes = speaking(session)
    if as_json:
        print_json(
            [
                _as_json_value(workspace, each, known.get(each.key, NOTHING_SET), includes=includes.get(each.key))
                for each in listed
            ]
        )
        return
    print_table(
        ("SELECTION", "BULLETINS", "SET", "TITLE"),
        [
            (
                each.path.text,
                each.count,
                ", ".join(_set_names(known.get(each.key, NOTHING_SET), includes=includes.get(each.key))),
                each.title,
            )
            for each in listed
        ],
    )


def _listed(session: Session, workspace: Workspace, *, pairs: bool) -> Iterator[ListedChannel]:
    for group in iter_channels(session, workspace.settings):
        yield from group.channels
    if pairs:
        yield from iter_pairs(session, workspace.settings)


@channel_group.command("show")
@SELECTION
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(address: str, as_json: bool) -> None:
    """Show what a channel is called, where it is read, and what is set for it."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        resolved = _resolved(session, address)
        names, own = names_of(session, resolved.selection), resolved.own
        listed = ListedChannel(
            name=resolved.path.text,
            title=title_of(names, workspace.settings, own),
            description=introduction_of(names, workspace.settings, own),
            path=resolved.path,
            key=resolved.selection.key,
            count=catalogue.count_selected(session, resolved.selection),
            changed_at=max(at for _, at in catalogue.channel_marks(session, resolved.selection)),
            language=own.language or LANGUAGE,
        )
        includes = includes_subordinates(session, resolved)
    if as_json:
        print_json(_as_json_value(workspace, listed, own, includes=includes))
        return
    for name, value in _told(workspace, resolved, listed, includes=includes):
        click.echo(f"{name}: {value}")


def _told(
    workspace: Workspace, resolved: Resolved, listed: ListedChannel, *, includes: bool | None
) -> Iterator[tuple[str, str]]:
    own = resolved.own

    def said(value: str, is_set: bool) -> str:
        return f"{value} (set)" if is_set else value

    yield "title", said(listed.title, own.title is not None)
    yield "description", said(listed.description, own.description is not None)
    yield "language", said(listed.language, own.language is not None)
    yield "entries", said(str(resolved.entries(workspace.settings)), own.entries is not None)
    yield "content", said("lead only", True) if own.is_lead_only else "full text"
    yield "picture", said(f"{own.image.width_px} x {own.image.height_px} px", True) if own.image else "the site's"
    if includes is not None:
        yield "subordinate bodies", said("included", True) if includes else "not included"
    yield "bulletins", str(listed.count)
    yield "page", workspace.addresses.page(listed.path)
    for document_format in Format:
        yield document_format.value, workspace.addresses.feed(listed.path, document_format)


@channel_group.command("edit")
@SELECTION
@click.option("--title", help="What it is called; --no-title: what its selection is called.")
@click.option("--no-title", is_flag=True, hidden=True)
@click.option("--description", help="What it holds, in a sentence or two; --no-description: composed by itself.")
@click.option("--no-description", is_flag=True, hidden=True)
@click.option("--language", metavar="TAG", help="Of title and description, such as en; --no-language: vi.")
@click.option("--no-language", is_flag=True, hidden=True)
@click.option("--entries", type=int, help="How many bulletins its feeds hold at most; --no-entries: as the site.")
@click.option("--no-entries", is_flag=True, hidden=True)
@click.option("--lead-only/--full-text", default=None, help="Hand out the leads with a link, or whole bulletins.")
@click.option("--image", metavar="FILE", help="Its picture, at least 144 pixels a side; --no-image: the site's.")
@click.option("--no-image", is_flag=True, hidden=True)
@click.option(
    "--subordinates/--no-subordinates",
    default=None,
    help="Hold the bulletins of all bodies under this one, too, in both of its channels.",
)
@click.option("--reset", is_flag=True, help="Everything as the site has it, but for subordinate bodies.")
@click.option("--dry-run", is_flag=True, help="Check it and say what would change; change nothing.")
def edit(address: str, subordinates: bool | None, image: str | None, dry_run: bool, **said: Any) -> None:
    """Set what is named; the rest stays. Readers of this channel, and of no other, are served anew."""
    _require_said(said, image=image, subordinates=subordinates)
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        _resolved(session, address)
    # Before the transaction: others need not wait for a picture to be looked at.
    picture = _taken(workspace, image, dry_run=dry_run) if image is not None else None
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        resolved = _resolved(session, address)
        wanted = _wanted(resolved.own, said, picture)
        changed = channel_settings.set_channel_settings(session, resolved.selection, wanted)
        before = catalogue.count_selected(session, resolved.selection)
        moved = switch_subordinates(session, resolved, subordinates) if subordinates is not None else None
        after = catalogue.count_selected(session, resolved.selection)
    if not changed and moved is None:
        click.echo(f"channel {resolved.path.text} is set so already; nothing changed")
        return
    would = "would set" if dry_run else "set"
    names = [", ".join(_set_names(wanted)) or "nothing; it is as the site has it"] if changed else []
    if moved is not None:
        names.append(switched(after - before, included=bool(subordinates)))
    click.echo(f"{would} channel {resolved.path.text}: {'; '.join(names)}")
    if moved is not None:
        say(f"bulletins that stand in other channels by that: {moved}; their dates stay")


def _require_said(said: dict[str, Any], *, image: str | None, subordinates: bool | None) -> None:
    given = said | {"image": image}
    for name in ("title", "description", "language", "entries", "image"):
        if given[name] is not None and given[f"no_{name}"]:
            raise click.UsageError(f"say --{name} or --no-{name}, not both")
    # --full-text says False, and nothing at all None.
    chosen = (subordinates, said["lead_only"]) != (None, None)
    # By identity: 0 equals False, and is said.
    if not chosen and all(value is None or value is False for value in given.values()):
        raise InputError(
            field="channel edit",
            value="",
            reason="says nothing to change",
            accepted="one of --title, --description, --language, --entries, --lead-only, --full-text, --image, "
            "--subordinates, their --no- forms, or --reset",
            vietnamese="chưa nêu thay đổi nào; xem bantin channel edit --help",
        )


def _wanted(own: ChannelSettings, said: dict[str, Any], picture: StoredFile | None) -> ChannelSettings:
    if said["reset"]:
        own = NOTHING_SET
    changes: dict[str, Any] = {
        name: said[name]
        for name in ("title", "description", "language", "entries")
        if said[name] is not None or said[f"no_{name}"]
    }
    if said["lead_only"] is not None:
        changes["is_lead_only"] = said["lead_only"]
    if picture is not None or said["no_image"]:
        changes["image"] = picture
    return replace(own, **changes)


def _taken(workspace: Workspace, image: str, *, dry_run: bool) -> StoredFile:
    with PicturePool() as pool:
        intake = Intake(None if dry_run else workspace.storage, pool)
        return intake.take_emblem(GivenPhoto(image, partial(read_file, image, limit_bytes=MAX_BYTES)))


def _resolved(session: Session, address: str) -> Resolved:
    """Find the channel of an address; raises InputError for what is none, NotFound for an unknown slug."""
    path = parse_feed_path(address.removeprefix("/feeds/"))
    if path is None or path.format is not None or path.selection.query or not path.selection.is_channel:
        raise InputError(
            field="SELECTION",
            value=address,
            reason="names no channel",
            accepted=ACCEPTED,
            vietnamese=f"“{address}” không phải tên kênh; ví dụ: all, category/van-hoa, organisation/so-y-te",
        )
    return channels.get_selection(session, path.selection, asked=address)


def _set_names(own: ChannelSettings, *, includes: bool | None = None) -> Iterator[str]:
    for name in ("title", "description", "language"):
        if getattr(own, name) is not None:
            yield name
    if own.entries is not None:
        yield f"{own.entries} {'entry' if own.entries == 1 else 'entries'}"
    if own.is_lead_only:
        yield "lead only"
    if own.image is not None:
        yield "picture"
    if includes:
        yield "subordinate bodies"


def _as_json_value(
    workspace: Workspace, listed: ListedChannel, own: ChannelSettings, *, includes: bool | None
) -> dict[str, Any]:
    return {
        "selection": listed.path.text,
        "key": listed.key,
        "title": listed.title,
        "description": listed.description,
        "language": listed.language,
        "bulletins": listed.count,
        "url": workspace.addresses.page(listed.path),
        "feeds": {each.value: workspace.addresses.feed(listed.path, each) for each in Format},
        "set": {
            "title": own.title,
            "description": own.description,
            "language": own.language,
            "entries": own.entries,
            "lead_only": own.is_lead_only,
            "image": own.image.digest if own.image is not None else None,
        },
        "includes_subordinates": includes,
    }
