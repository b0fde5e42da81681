"""`bantin bulletin`: what editors do with one bulletin at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from feeds.cli.bulletin_json import as_json_value
from feeds.cli.workspace import (
    NUMBER,
    STDIN,
    Workspace,
    actor,
    open_workspace,
    print_json,
    print_table,
    read_file,
    say,
)
from store import bulletins, catalogue, sources
from store.attachments.intake import MAX_BYTES
from store.errors import AlreadyExists, InputError, NotPublishable, PageUnreadable, StoreError
from store.importers.manuscript import Manuscript, read_manuscript, write_manuscript
from store.importers.manuscript_intake import add_manuscript, take_photos, with_files
from store.importers.portal_intake import MAX_FILE_BYTES
from store.importers.recognition import build_recogniser, kept_subjects, newly_named
from store.text.charsets import decode
from store.types import Bulletin, Precision, Status

MANUSCRIPT = """\
A manuscript is a text file: a short header, a blank line, the lead, then paragraphs parted by blank lines.

\b
  Tiêu đề: Hội Nông dân tỉnh tổng kết công tác năm 2026
  Ngày: 20/11/2026 08:30
  Chuyên mục: Nông nghiệp
  Cơ quan: Hội Nông dân tỉnh
  Tác giả: Thu Trang

\b
  Sáng 20/11, ...  (the lead)

\b
  ## A subheading
  - a list
  [Ảnh hop.jpg: Caption | credit]
"""


@click.group("bulletin")
def bulletin_group() -> None:
    """Write, revise, show, list and publish bulletins."""


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
        raise NotPublishable("the manuscript names no publisher; add a header line “Cơ quan: ...” to it")
    files = take_photos(None if dry_run else workspace.storage, manuscript, _photo_reader(file))
    with workspace.database.transaction(dry_run=dry_run) as session:
        if not as_new:
            _refuse_double(session, manuscript)
        recogniser = None if no_recognise else build_recogniser(session)
        number = add_manuscript(session, manuscript, files=files, actor=actor(), recogniser=recogniser)
        if publish:
            bulletins.publish(session, number)
        stored = catalogue.get_bulletin(session, number)
    if dry_run:
        say("dry run, nothing stored; this would be:")
        click.echo(write_manuscript(stored), nl=False)
        return
    click.echo(f"{'published' if publish else 'stored as draft'} {number}: {stored.title}")
    _say_next(workspace, stored)


@bulletin_group.command("edit", epilog=MANUSCRIPT)
@click.argument("number", type=NUMBER)
@click.argument("file", metavar="[FILE|-]", required=False)
@click.option("--no-recognise", is_flag=True, help="Attach no organisation but those that the manuscript lists.")
@click.option("--dry-run", is_flag=True, help="Check it; store nothing.")
def edit(number: int, file: str | None, no_recognise: bool, dry_run: bool) -> None:
    """Replace what a bulletin says: a minor edit, which moves no date.

    Without FILE, the manuscript opens in your editor ($VISUAL or $EDITOR). Organisations that the text names for
    the first time are attached; one that you took out of the header stays out.
    """
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        before = catalogue.get_bulletin(session, number)
    if file is not None:
        _revise(workspace, before, _read(file), file, no_recognise=no_recognise, dry_run=dry_run, expected=None)
        return
    text = click.edit(write_manuscript(before), extension=".txt", require_save=True)
    if text is None:
        say("nothing was saved; nothing changed")
        return
    try:
        _revise(
            workspace,
            before,
            read_manuscript(text),
            STDIN,
            no_recognise=no_recognise,
            dry_run=dry_run,
            expected=before.revision,
        )
    except StoreError:
        kept = Path(f"bulletin-{number}.txt").absolute()
        kept.write_text(text, encoding="utf-8")
        say(f"your text is kept in {kept}; mend it, then: bantin bulletin edit {number} {kept.name}")
        raise


def _revise(
    workspace: Workspace,
    before: Bulletin,
    manuscript: Manuscript,
    file: str,
    *,
    no_recognise: bool,
    dry_run: bool,
    expected: int | None,
) -> None:
    number = before.number
    files = take_photos(None if dry_run else workspace.storage, manuscript, _photo_reader(file))
    draft = with_files(manuscript.draft, files)
    with workspace.database.transaction(dry_run=dry_run) as session:
        recognised = kept_subjects(session, before, draft)
        if not no_recognise:
            recognised += newly_named(session, before, draft)
        changed = bulletins.revise(
            session,
            number,
            draft,
            actor=actor(),
            recognised=recognised,
            same_attachments=manuscript.told_numbers,
            expected_revision=expected,
        )
        after = catalogue.get_bulletin(session, number)
    if not changed:
        click.echo(f"bulletin {number} says this already; nothing changed")
        return
    click.echo(
        f"{'would store' if dry_run else 'stored'} revision {after.revision} of bulletin {number}: {after.title}"
    )


@bulletin_group.command("show")
@click.argument("number", type=NUMBER)
@click.option("--json", "as_json", is_flag=True, help="Print all that is known of it as JSON.")
def show(number: int, as_json: bool) -> None:
    """Print a bulletin as a manuscript, in the form that `edit` reads."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
        found = catalogue.get_bulletin(session, number)
    if as_json:
        print_json(as_json_value(workspace, found))
    else:
        click.echo(write_manuscript(found), nl=False)


@bulletin_group.command("list")
@click.option("--status", type=click.Choice([status.value for status in Status]), help="Only those of this status.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many at most.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_bulletins(status: str | None, limit: int, as_json: bool) -> None:
    """List bulletins, the latest numbers first."""
    workspace = open_workspace()
    with workspace.database.snapshot() as session:
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


@bulletin_group.command("publish")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True, type=NUMBER)
@click.option("--dry-run", is_flag=True, help="Check that they can be published; publish nothing.")
def publish(numbers: tuple[int, ...], dry_run: bool) -> None:
    """Make drafts visible to readers: all of them, or none if one cannot be."""
    workspace = open_workspace()
    with workspace.database.transaction(dry_run=dry_run) as session:
        for number in numbers:
            # A portal page does not say who issued it.
            bulletins.publish(session, number, publisher_required=not sources.is_imported(session, number))
        published = catalogue.bulletins(session, numbers)
    for bulletin in published.values():
        click.echo(f"{'would publish' if dry_run else 'published'} {bulletin.number}: {bulletin.title}")
        _say_next(workspace, bulletin)


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


def _photo_reader(file: str) -> Any:
    folder = Path() if file == STDIN else Path(file).parent

    def read(name: str) -> bytes:
        try:
            with (folder / name).open("rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise InputError(
                field="photo",
                value=str(folder / name),
                reason=error.strerror or str(error),
                accepted="a file beside the manuscript, or no name while the caption waits for its photo",
            ) from error

    return read


def _say_next(workspace: Workspace, bulletin: Bulletin) -> None:
    if bulletin.status is Status.PUBLISHED:
        say(f"readable at {workspace.addresses.bulletin(bulletin.slug, bulletin.number)}")
    else:
        say(f"publish it with: bantin bulletin publish {bulletin.number}")
    waiting = [a.caption for a in bulletin.attachments if a.file is None]
    for caption in waiting:
        say(f"waits for its photo: {caption}")


def _date(bulletin: Bulletin) -> str:
    if bulletin.published is None:
        return "-"
    day_only = bulletin.published.precision is Precision.DAY
    return bulletin.published.instant.strftime("%d/%m/%Y" if day_only else "%d/%m/%Y %H:%M")
