"""What `bantin photo` and `bantin document` share: adding what arrived, changing what is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

import click

from feeds.cli.bulletin_json import as_json_value
from feeds.cli.publication import say_waiting
from feeds.cli.workspace import NUMBER, Workspace, actor, print_json, print_table
from store import attaching, catalogue
from store.attaching import SAYINGS, Arrival
from store.attachments.kinds import SHORT_NAMES
from store.errors import InputError, StoreError
from store.text.sizes import format_size
from store.types import Attachment, AttachmentKind, StoredFile

TakenT = TypeVar("TakenT")
VIETNAMESE = {AttachmentKind.PHOTO: "ảnh", AttachmentKind.DOCUMENT: "văn bản"}
FILES = click.argument("files", metavar="FILE...", nargs=-1, required=True)
NUMBER_OF_ATTACHMENT = click.argument("number", metavar="ATTACHMENT", type=NUMBER)
EDITING = click.option("--dry-run", is_flag=True, help="Check it; change nothing.")


def adding(command: Any) -> Any:
    """Add the options that both `add` commands have."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Check the files and say what would be done; keep nothing."),
        click.option("--new", "as_new", is_flag=True, help="Add them, whatever waits for a file."),
        click.option("--in-order", is_flag=True, help="Fill what waits for files one after the other."),
        click.option(
            "--for", "chosen", type=NUMBER, metavar="ATTACHMENT", help="The attachment that the one FILE is for."
        ),
    ):
        command = option(command)
    return command


def one_or_each(option: str, values: Sequence[str], count: int, *, shared: bool = False) -> list[str]:
    """Spread the values of an option over `count` files: none, one for each, or (`shared`) one for all."""
    if not values:
        return [""] * count
    if len(values) == count:
        return list(values)
    if shared and len(values) == 1:
        return list(values) * count
    raise InputError(
        field=option,
        value=values[-1],
        reason=f"is given {len(values)} times for {count} files",
        accepted="once for each file, in their order" + (", or once for all" if shared else ""),
    )


def require_place(
    workspace: Workspace, number: int, count: int, kind: AttachmentKind, *, chosen: int | None, **how: bool
) -> None:
    """Refuse what cannot be added before any file is taken in: a bulletin or an attachment that is not there."""
    if sum((chosen is not None, how["as_new"], how["in_order"])) > 1 or (chosen is not None and count != 1):
        raise InputError(
            field="--for",
            value=str(chosen or ""),
            reason="is for one file, and says all that --new and --in-order could",
            accepted="one of the three; --for with one FILE",
        )
    with workspace.database.snapshot() as session:
        known = catalogue.get_bulletin(session, number).attachments
    if chosen is not None:
        _require_kind(known, number, chosen, kind)


def _require_kind(known: Sequence[Attachment], number: int, attached: int, kind: AttachmentKind) -> Attachment:
    found = next((each for each in known if each.number == attached and each.kind is kind), None)
    if found is None:
        numbers = ", ".join(str(each.number) for each in known if each.kind is kind) or "none"
        raise InputError(
            field=SAYINGS[kind],
            value=str(attached),
            reason=f"is not one of bulletin {number}",
            accepted=f"{numbers}; see: bantin {kind.value} list {number}",
            vietnamese=f"bản tin {number} không có {VIETNAMESE[kind]} số {attached}; "
            f"hãy xem: bantin {kind.value} list {number}",
        )
    return found


def all_taken(taken: Iterable[TakenT | StoreError]) -> list[TakenT]:
    """Give what was taken in; raises what the only refusal says, or one that names them all."""
    results = list(taken)
    refusals = [each for each in results if isinstance(each, StoreError)]
    if len(refusals) > 1 and all(isinstance(each, InputError) for each in refusals):
        raise InputError(
            field="FILE",
            value="",
            reason=f"{len(refusals)} files were refused, so none was added:\n  " + "\n  ".join(map(str, refusals)),
            vietnamese=f"{len(refusals)} tệp không nhận được nên chưa thêm tệp nào",
        )
    if refusals:
        raise refusals[0]
    return [each for each in results if not isinstance(each, StoreError)]


def list_attachments(workspace: Workspace, number: int, kind: AttachmentKind, *, as_json: bool) -> None:
    """List the photos or the documents of a bulletin, and which of them wait for their files."""
    with workspace.database.snapshot() as session:
        bulletin = catalogue.get_bulletin(session, number)
    found = [each for each in bulletin.attachments if each.kind is kind]
    if as_json:
        known = as_json_value(workspace, bulletin)["attachments"]
        print_json([each for each in known if each["kind"] == kind.value])
        return
    rows = [(each.number, _facts(each.file) if each.file else "waits for its file", _words(each)) for each in found]
    print_table(("NUMBER", "FILE", "WORDS"), rows)


def add_arrivals(
    workspace: Workspace,
    number: int,
    names: Sequence[str],
    arrivals: Sequence[Arrival],
    *,
    chosen: int | None,
    as_new: bool,
    in_order: bool,
    dry_run: bool,
) -> None:
    """Give files that were taken in to a bulletin, all of them or none, and say which became what."""
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        numbers = attaching.receive(session, number, arrivals, chosen=chosen, as_new=as_new, in_order=in_order)
        after = catalogue.get_bulletin(session, number)
    by_number = {attachment.number: attachment for attachment in after.attachments}
    for name, attached in zip(names, numbers, strict=True):
        attachment = by_number[attached]
        done = "would be " if dry_run else ""
        click.echo(
            f"{name}: {done}{SAYINGS[attachment.kind]} {attached} of bulletin {number}, {_facts(attachment.file)}"
        )
        click.echo(f"  {_words(attachment)}")
    if not dry_run:
        say_waiting(after)


def edit_attachment(
    workspace: Workspace,
    number: int,
    attached: int,
    kind: AttachmentKind,
    change: Callable[[Attachment], Attachment],
    *,
    dry_run: bool,
) -> None:
    """Change what is said of an attachment, and say how it reads now."""
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        before = _require_kind(catalogue.get_bulletin(session, number).attachments, number, attached, kind)
        is_changed = attaching.revise_attachment(session, number, change(before))
        after = next(each for each in catalogue.get_bulletin(session, number).attachments if each.number == attached)
    if not is_changed:
        click.echo(f"{SAYINGS[after.kind]} {attached} of bulletin {number} says this already; nothing changed")
        return
    done = "would say" if dry_run else "says"
    click.echo(f"{SAYINGS[after.kind]} {attached} of bulletin {number} {done} now: {_words(after)}")


def _facts(file: StoredFile | None) -> str:
    if file is None:
        return "no file"
    pixels = f"{file.width_px} x {file.height_px} px, " if file.width_px else ""
    return f"{SHORT_NAMES[file.media_type]}, {pixels}{format_size(file.size_bytes)}"


def _words(attachment: Attachment) -> str:
    if attachment.kind is AttachmentKind.DOCUMENT:
        return " – ".join(filter(None, (attachment.reference, attachment.caption))) or "(no title)"
    credit = f" ({attachment.credit})" if attachment.credit else ""
    focus = f" [focus {attachment.focus.x_percent},{attachment.focus.y_percent}]" if attachment.focus else ""
    return f"{attachment.caption or '(no caption)'}{credit}{focus}"
