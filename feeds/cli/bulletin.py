"""`bantin bulletin add|edit|correct|show|list`: what bulletins say."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from feeds.cli.bulletin_json import as_json_value
from feeds.cli.exits import say
from feeds.cli.publication import say_next, say_waiting
from feeds.cli.workspace import NUMBER, STDIN, Workspace, actor, open_workspace, print_json, print_table, read_file
from store import bulletins, catalogue, publication, revisions
from store.attachments.documents import MAX_DOCUMENT_BYTES
from store.attachments.intake import Intake
from store.attachments.picture_pool import PicturePool
from store.attachments.pictures import MAX_BYTES
from store.errors import AlreadyExists, Conflict, InputError, NotPublishable, PageUnreadable, StoreError
from store.importers.manuscript import Manuscript, read_manuscript, write_manuscript
from store.importers.manuscript_intake import TakenFiles, add_manuscript, take_files, with_files
from store.importers.portal_intake import MAX_FILE_BYTES
from store.importers.recognition import build_recogniser, kept_subjects, newly_named
from store.text.charsets import decode
from store.text.queries import canonical_query
from store.types import Bulletin, Precision, Selection, Status

PAGE = 200
"""So many bulletins are read at once where a list may be long."""
MANUSCRIPT = """\
A manuscript is a text file: a short header, a blank line, the lead, then paragraphs parted by blank lines.

\b
  Tiêu đề: Hội Nông dân tỉnh tổng kết công tác năm 2026
  Ngày: 20/11/2026 08:30
  Chuyên mục: Nông nghiệp
  Cơ quan: Hội Nông dân tỉnh
  Tác giả: Thu Trang
  Địa điểm: Nhà văn hóa thôn Nậm Lam (22.14321, 105.83456)
  Nguồn: Báo Nhân Dân | https://...  (only of what somebody else published first)

\b
  Sáng 20/11, ...  (the lead)

\b
  ## A subheading
  - a list
  [Ảnh hop.jpg: Caption | credit]
  [Văn bản ke-hoach.pdf: Title | 12/KH-UBND]
"""


@click.group("bulletin")
def bulletin_group() -> None:
    """Write, revise and show bulletins; publish, schedule, correct and withdraw them."""


@bulletin_group.command("add", epilog=MANUSCRIPT)
@click.argument("file", metavar="FILE|-")
@click.option("--publish", is_flag=True, help="Publish it at once.")
@click.option("--as-new", is_flag=True, help="Add it although a bulletin of this title and day is there already.")
@click.option("--no-recognise", is_flag=True, help="Do not look for known organisations in the text.")
@click.option("--dry-run", is_flag=True, help="Check it and show what would be stored; store nothing.")
def add(file: str, publish: bool, as_new: bool, no_recognise: bool, dry_run: bool) -> None:
    """Store a manuscript as a new draft. Prints its number."""
    workspace = open_workspace()
    manuscript = _read(file)
    if publish and manuscript.draft.publisher is None:
        raise NotPublishable(
            "the manuscript names no publisher; add a header line “Cơ quan: ...” to it",
            vietnamese="bản thảo chưa ghi cơ quan phát hành; hãy thêm dòng “Cơ quan: ...”",
        )
    taken = _taken(workspace, manuscript, file, dry_run=dry_run)
    with workspace.database.transaction(actor=actor(), dry_run=dry_run) as session:
        if not as_new:
            _refuse_double(session, manuscript)
        recogniser = None if no_recognise else build_recogniser(session)
        number = add_manuscript(session, manuscript, taken=taken, recogniser=recogniser)
        if publish:
            publication.publish(session, number)
        stored = catalogue.get_bulletin(session, number)
    if dry_run:
        say("dry run, nothing stored; this would be:")
        click.echo(write_manuscript(stored), nl=False)
        return
    click.echo(f"{'published' if publish else 'stored as draft'} {number}: {stored.title}")
    say_next(workspace, stored)


def _revising(command: Any) -> Any:
    """Add the arguments and options that edit and correct share."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Check it; store nothing."),
        click.option(
            "--no-recognise", is_flag=True, help="Attach no organisation but those that the manuscript lists."
        ),
        click.argument("file", metavar="[FILE|-]", required=False),
        click.argument("number", type=NUMBER),
    ):
        command = option(command)
    return command


@bulletin_group.command("edit", epilog=MANUSCRIPT)
@_revising
def edit(number: int, file: str | None, no_recognise: bool, dry_run: bool) -> None:
    """Replace what a bulletin says: a minor edit, which moves no date.

    Without FILE, the manuscript opens in your editor ($VISUAL or $EDITOR). Organisations that the text names for
    the first time are attached; one that you took out of the header stays out.
    """
    _revise(number, file, Revising(note=None, no_recognise=no_recognise, dry_run=dry_run))


@bulletin_group.command("correct", epilog=MANUSCRIPT)
@_revising
@click.option("--note", required=True, help="What was wrong, for its readers: shown as “Đính chính”.")
def correct(number: int, file: str | None, note: str, no_recognise: bool, dry_run: bool) -> None:
    """Correct a published bulletin before its readers: they are told what was wrong, and feeds show it as updated.

    Without FILE, the manuscript opens in your editor ($VISUAL or $EDITOR).
    """
    _revise(number, file, Revising(note=note, no_recognise=no_recognise, dry_run=dry_run))


@dataclass(frozen=True, slots=True)
class Revising:
    """How a text comes in: with a `note` it is a correction, without one a minor edit."""

    note: str | None
    no_recognise: bool
    dry_run: bool


def _revise(number: int, file: str | None, how: Revising) -> None:
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        before = catalogue.get_bulletin(session, number)
    if file is not None:
        _store_revision(workspace, before, _read(file), file, how, expected=None)
        return
    text = click.edit(write_manuscript(before), extension=".txt", require_save=True)
    if text is None:
        say("nothing was saved; nothing changed")
        return
    try:
        _store_revision(workspace, before, read_manuscript(text), STDIN, how, expected=before.revision)
    except StoreError:
        kept = Path(f"bulletin-{number}.txt").absolute()
        kept.write_text(text, encoding="utf-8")
        command = "edit" if how.note is None else "correct"
        say(f"your text is kept in {kept}; mend it, then: bantin bulletin {command} {number} {kept.name}")
        raise


def _store_revision(
    workspace: Workspace, before: Bulletin, manuscript: Manuscript, file: str, how: Revising, *, expected: int | None
) -> None:
    number = before.number
    _refuse_unknown_numbers(before, manuscript)
    draft = with_files(manuscript.draft, _taken(workspace, manuscript, file, dry_run=how.dry_run))
    with workspace.database.transaction(actor=actor(), dry_run=how.dry_run) as session:
        recognised = kept_subjects(session, before, draft)
        if not how.no_recognise:
            recognised += newly_named(session, before, draft)
        revising: dict[str, Any] = {
            "recognised": recognised,
            "same_attachments": manuscript.told_numbers,
            "expected_revision": expected,
        }
        if how.note is None:
            changed = bulletins.revise(session, number, draft, **revising)
        else:
            changed = bulletins.correct(session, number, draft, note=how.note, **revising)
        after = catalogue.get_bulletin(session, number)
    if not changed:
        click.echo(f"bulletin {number} says this already; nothing changed")
        return
    done = "stored" if how.note is None else "corrected as"
    would = "would have " if how.dry_run else ""
    click.echo(f"{would}{done} revision {after.revision} of bulletin {number}: {after.title}")
    _say_changed_attachments(before, after)


def _refuse_unknown_numbers(before: Bulletin, manuscript: Manuscript) -> None:
    # A mistyped number would take the attachment that was meant off, and put a new one in its place.
    known = {attachment.number for attachment in before.attachments}
    unknown = sorted(manuscript.told_numbers - known)
    if unknown:
        raise InputError(
            field="attachment",
            value=f"#{unknown[0]}",
            reason=f"is a number that bulletin {before.number} has given to none",
            accepted=f"{', '.join(f'#{n}' for n in sorted(known)) or 'none'}; a new one is written without a number",
            vietnamese=f"bản tin {before.number} không có ảnh hay văn bản số #{unknown[0]}; tệp mới thì không ghi số",
        )


def _say_changed_attachments(before: Bulletin, after: Bulletin) -> None:
    now = {attachment.number: attachment for attachment in after.attachments}
    for attachment in before.attachments:
        kind, number = attachment.kind.value, attachment.number
        if number not in now:
            say(f"{kind} {number} is no longer in it: {attachment.caption or attachment.reference or '-'}")
        elif attachment.file is not None and now[number].file != attachment.file:
            say(f"{kind} {number} has another file now")
    say_waiting(after)


@bulletin_group.command("show")
@click.argument("number", type=NUMBER)
@click.option("--revision", type=NUMBER, help="What it said then; see `bantin bulletin history`.")
@click.option("--json", "as_json", is_flag=True, help="Print all that is known of it as JSON.")
def show(number: int, revision: int | None, as_json: bool) -> None:
    """Print a bulletin as a manuscript, in the form that `edit` reads."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        found = catalogue.get_bulletin(session, number)
        if found.status is Status.EXPUNGED and not as_json:
            raise Conflict(
                f"bulletin {number} was expunged; nothing is left to show but: bantin bulletin history {number}",
                vietnamese=f"bản tin {number} đã bị xóa hẳn, không còn gì để xem",
            )
        if revision is not None:
            found = revisions.bulletin_at(session, number, revision)
    if as_json:
        print_json(as_json_value(workspace, found))
    else:
        click.echo(write_manuscript(found), nl=False)


@bulletin_group.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only those of this status.")
@click.option("--query", metavar="TEXT", help="Only published ones with these words; in quotes: side by side.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_bulletins(status: str | None, query: str | None, limit: int, as_json: bool) -> None:
    """List bulletins, the latest numbers first; those found by --query are published ones, the newest first."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        if query is not None:
            found = _found(session, query, status, limit)
        else:
            stream = catalogue.iter_bulletins(session, status=Status(status) if status else None)
            found = [bulletin for bulletin, _ in zip(stream, range(limit), strict=False)]
    if as_json:
        print_json([as_json_value(workspace, bulletin) for bulletin in found])
        return
    print_table(
        ("NUMBER", "STATUS", "DATE", "TITLE"),
        [(b.number, b.status.value, _date(b), b.title) for b in found],
    )
    if len(found) == limit:
        say(f"the latest {limit}; see more with --limit")


def _found(session: Session, query: str, status: str | None, limit: int) -> list[Bulletin]:
    words = canonical_query(query)
    if not words or status not in (None, Status.PUBLISHED.value):
        raise InputError(
            field="--query" if not words else "--status",
            value=query if not words else status or "",
            reason="has no word to look for" if not words else "is not searched",
            accepted="letters or digits" if not words else "published, or no --status beside --query",
            vietnamese="chỉ tìm theo từ trong các bản tin đã đăng",
        )
    listed: list[Bulletin] = []
    before = None
    while len(listed) < limit:
        page = catalogue.window(session, Selection(text=words), limit=min(PAGE, limit - len(listed)), before=before)
        found = catalogue.bulletins(session, [key.number for key in page.entries])
        listed += [found[key.number] for key in page.entries]
        if not page.entries:
            break
        before = page.entries[-1].position
    return listed


def _read(file: str) -> Manuscript:
    raw = read_file(file, limit_bytes=MAX_FILE_BYTES)
    if not raw.strip() or len(raw) > MAX_FILE_BYTES:
        raise PageUnreadable(
            field="FILE",
            value=file,
            reason="is empty" if not raw.strip() else f"has over {MAX_FILE_BYTES:,} bytes",
            accepted="a manuscript; see `bantin bulletin add --help`",
        )
    return read_manuscript(decode(raw).text)


def _refuse_double(session: Session, manuscript: Manuscript) -> None:
    said = manuscript.draft
    for number in catalogue.numbers_titled(session, said.title):
        known = catalogue.get_bulletin(session, number)
        same_day = said.published is None or (
            known.published is not None and known.published.instant.date() == said.published.instant.date()
        )
        if same_day:
            raise AlreadyExists(
                "bulletin",
                said.title,
                f"it is number {number}: `bantin bulletin edit {number} FILE` changes it, --as-new adds another",
            )


def _taken(workspace: Workspace, manuscript: Manuscript, file: str, *, dry_run: bool) -> TakenFiles:
    """Take in the files that a manuscript names; they lie beside it."""
    folder = Path() if file == STDIN else Path(file).parent

    def read(name: str) -> bytes:
        # Macs write the names of files decomposed, whoever typed them.
        forms = dict.fromkeys((name, unicodedata.normalize("NFC", name), unicodedata.normalize("NFD", name)))
        place = next((folder / form for form in forms if (folder / form).exists()), folder / name)
        try:
            with place.open("rb") as beside:
                return beside.read(max(MAX_BYTES, MAX_DOCUMENT_BYTES) + 1)
        except (OSError, ValueError) as error:
            raise InputError(
                field="file",
                value=str(place),
                reason=getattr(error, "strerror", None) or str(error),
                accepted="a file beside the manuscript, or no name while the caption waits for it",
            ) from error

    with PicturePool() as pool:
        return take_files(Intake(None if dry_run else workspace.storage, pool), manuscript, read)


def _date(bulletin: Bulletin) -> str:
    if bulletin.published is None:
        return "-"
    day_only = bulletin.published.precision is Precision.DAY
    return bulletin.published.instant.strftime("%d/%m/%Y" if day_only else "%d/%m/%Y %H:%M")
