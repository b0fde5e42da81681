"""`bantin photo add|list|edit|check`: the photos of bulletins, and the files of the store."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from typing import Any

import click

from feeds.cli.attachments import (
    EDITING,
    FILES,
    NUMBER_OF_ATTACHMENT,
    add_arrivals,
    adding,
    all_taken,
    edit_attachment,
    list_attachments,
    one_or_each,
    require_place,
)
from feeds.cli.exits import REFUSED, say
from feeds.cli.progress import progress_shown
from feeds.cli.workspace import NUMBER, actor, open_workspace, print_json, read_file
from store.attaching import Arrival
from store.attachments.checking import Findings, examine
from store.attachments.intake import GivenPhoto, Intake, TakenPhoto
from store.attachments.mending import remove_orphans, repair
from store.attachments.picture_pool import PicturePool
from store.attachments.pictures import MAX_BYTES
from store.errors import InputError
from store.text.sizes import format_size
from store.types import Attachment, AttachmentKind, Focus

CAPTION = "Words under the photo; with several files, once for each."
CREDIT = "Who took it; once for all files, or once for each."
ALTERNATIVE = "What is to be seen, for who cannot see it; with several files, once for each."
FOCUS = "Point that no crop may lose, in percent from the left and from the upper edge, such as 50,30."


@click.group("photo")
def photo_group() -> None:
    """Add photos to bulletins, describe them, and check what is kept of them."""


@photo_group.command("add")
@click.argument("bulletin", type=NUMBER)
@FILES
@click.option("--caption", "captions", multiple=True, help=CAPTION)
@click.option("--credit", "credits_", multiple=True, help=CREDIT)
@click.option("--alt", "alternatives", multiple=True, help=ALTERNATIVE)
@click.option("--focus", "focuses", multiple=True, metavar="X,Y", help=FOCUS)
@adding
def add(bulletin: int, files: tuple[str, ...], dry_run: bool, **said: Any) -> None:
    """Add photos to a bulletin: JPEG, PNG, WebP, GIF, HEIC or AVIF.

    A caption that waits for its photo gets it: the one that reads alike, or in order where as many files come as
    captions wait. What the camera wrote about place and device is removed; caption and credit in the file are taken
    where none is given. A published bulletin shows them at once, without being announced anew.
    """
    workspace = open_workspace()
    count = len(files)
    words = [
        Attachment(number=1, caption=caption, credit=credit, alternative_text=alternative, focus=read_focus(focus))
        for caption, credit, alternative, focus in zip(
            one_or_each("--caption", said.pop("captions"), count),
            one_or_each("--credit", said.pop("credits_"), count, shared=True),
            one_or_each("--alt", said.pop("alternatives"), count),
            one_or_each("--focus", said.pop("focuses"), count),
            strict=True,
        )
    ]
    given = [
        GivenPhoto(file, partial(read_file, file, limit_bytes=MAX_BYTES), each.focus)
        for file, each in zip(files, words, strict=True)
    ]
    require_place(workspace, bulletin, count, AttachmentKind.PHOTO, **said)
    with PicturePool() as pool:
        taken = all_taken(Intake(None if dry_run else workspace.storage, pool).take_photos(given))
    arrivals = [_arrival(photo, each) for photo, each in zip(taken, words, strict=True)]
    add_arrivals(workspace, bulletin, files, arrivals, dry_run=dry_run, **said)


@photo_group.command("list")
@click.argument("bulletin", type=NUMBER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_photos(bulletin: int, as_json: bool) -> None:
    """List the photos of a bulletin by their numbers, and which of them wait for their files."""
    list_attachments(open_workspace(), bulletin, AttachmentKind.PHOTO, as_json=as_json)


@photo_group.command("edit")
@click.argument("bulletin", type=NUMBER)
@NUMBER_OF_ATTACHMENT
@click.option("--caption", help="Words under the photo.")
@click.option("--credit", help="Who took it.")
@click.option("--alt", "alternative_text", help="What is to be seen, for who cannot see it.")
@click.option("--focus", metavar="X,Y", help=f"{FOCUS} “-” for none.")
@EDITING
def edit(bulletin: int, number: int, focus: str | None, dry_run: bool, **words: str | None) -> None:
    """Change what is said of a photo, or what its crops keep. What is not named stays."""

    def changed(before: Attachment) -> Attachment:
        said: dict[str, Any] = {name: value for name, value in words.items() if value is not None}
        if focus is not None:
            said["focus"] = None if focus == "-" else read_focus(focus)
        return replace(before, **said)

    if focus is None and not any(value is not None for value in words.values()):
        raise InputError(
            field="photo edit",
            value="",
            reason="says nothing to change",
            accepted="one of --caption, --credit, --alt, --focus",
        )
    edit_attachment(open_workspace(), bulletin, number, AttachmentKind.PHOTO, changed, dry_run=dry_run)
    if focus not in (None, "-") and not dry_run:
        say("the share card around this point is cut by the worker (bantin serve, or bantin worker --once)")


@photo_group.command("check")
@click.option("--repair", "mend", is_flag=True, help="Make lost renditions again and put altered files aside.")
@click.option("--remove-orphans", "orphans_go", is_flag=True, help="Remove files that no bulletin or revision uses.")
@click.option("--quick", is_flag=True, help="Compare names and lengths alone; read no file.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def check(mend: bool, orphans_go: bool, quick: bool, as_json: bool) -> None:
    """Find files, of photos and documents alike, that are missing, altered, or used by nothing.

    A file younger than a day is never called unused: its bulletin may still be on its way.
    A lost rendition is made again. A lost photo is replaced by its largest rendition; where there is none, its caption
    waits for the file again. Exits with 1 while a bulletin shows a file that is missing or altered.
    """
    workspace = open_workspace()
    with progress_shown() as progress:
        findings = examine(workspace.database, workspace.storage, thorough=not quick, progress=progress)
    if as_json:
        print_json(_as_json_value(findings))
    else:
        _say_findings(findings)
    if mend:
        with PicturePool() as pool:
            for sentence in repair(workspace.database, workspace.storage, findings, pool=pool, actor=actor()):
                say(sentence)
    if orphans_go and findings.orphans:
        count, size_bytes = remove_orphans(workspace.database, workspace.storage, findings.orphans)
        say(f"{count} files that nothing used removed ({format_size(size_bytes)})")
    if not findings.is_sound and not mend:
        say("mend it with: bantin photo check --repair; what only a backup still has comes back with bantin restore")
        sys.exit(REFUSED)


def _say_findings(findings: Findings) -> None:
    click.echo(f"{findings.checked} files in use, {format_size(findings.checked_bytes)}")
    for what, faults in (("missing", findings.missing), ("altered", findings.altered)):
        for fault in faults:
            part = "the file itself" if fault.is_attached else "a rendition"
            users = [f"in bulletin {', '.join(map(str, fault.bulletins))}"] if fault.bulletins else []
            users += [f"picture of channel {', '.join(fault.channels)}"] if fault.channels else []
            click.echo(f"{what}: {fault.digest}, {part}, {' and '.join(users)}")
    if findings.orphans:
        size_bytes = sum(orphan.size_bytes for orphan in findings.orphans)
        click.echo(
            f"{len(findings.orphans)} files ({format_size(size_bytes)}) that nothing uses, each older than a day; "
            "they do no harm and go with --remove-orphans"
        )
    if findings.lost_history:
        click.echo(f"{len(findings.lost_history)} files that only old revisions mention are not there")
    if findings.is_sound:
        click.echo("every file that a bulletin shows is there, whole")


def _as_json_value(findings: Findings) -> dict[str, Any]:
    faults = {"missing": findings.missing, "altered": findings.altered}
    return {
        "checked": findings.checked,
        "checked_bytes": findings.checked_bytes,
        **{
            name: [
                {
                    "digest": each.digest,
                    "bulletins": list(each.bulletins),
                    "channels": list(each.channels),
                    "rendition_of": each.original,
                }
                for each in found
            ]
            for name, found in faults.items()
        },
        "orphans": [{"digest": each.digest, "size_bytes": each.size_bytes} for each in findings.orphans],
        "lost_history": list(findings.lost_history),
    }


def read_focus(text: str) -> Focus | None:
    """Read “50,30”; raises InputError."""
    if not text:
        return None
    parts = [part.strip().removesuffix("%") for part in text.split(",")]
    if len(parts) == 2 and all(part.isascii() and part.isdigit() and int(part) <= 100 for part in parts):
        return Focus(int(parts[0]), int(parts[1]))
    raise InputError(
        field="--focus",
        value=text,
        reason="is no point of a photo",
        accepted="X,Y in whole percent from the left and from the upper edge, such as 50,30",
    )


def _arrival(taken: TakenPhoto, words: Attachment) -> Arrival:
    offered = Attachment(number=1, caption=taken.offered.caption, credit=taken.offered.credit)
    return Arrival(taken.file, words, offered)
