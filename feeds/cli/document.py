"""`bantin document add|list|edit`: the documents (văn bản) that are attached to a bulletin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import click

from feeds.cli.attachments import (
    EDITING,
    FILES,
    NUMBER_OF_ATTACHMENT,
    add_arrivals,
    adding,
    edit_attachment,
    list_attachments,
    one_or_each,
    require_place,
)
from feeds.cli.workspace import NUMBER, open_workspace, read_file
from store.attaching import Arrival
from store.attachments.documents import MAX_DOCUMENT_BYTES
from store.attachments.intake import Intake
from store.attachments.picture_pool import PicturePool
from store.errors import InputError
from store.importers.manuscript_intake import words_of_document
from store.types import Attachment, AttachmentKind

REFERENCE = "Its number and symbol (số, ký hiệu), such as 1234/QĐ-UBND"


@click.group("document")
def document_group() -> None:
    """Attach documents (văn bản) to bulletins and describe them."""


@document_group.command("add")
@click.argument("bulletin", type=NUMBER)
@FILES
@click.option("--title", "titles", multiple=True, help="What it is called; with several files, once for each.")
@click.option("--number", "references", multiple=True, help=f"{REFERENCE}; with several files, once for each.")
@adding
def add(bulletin: int, files: tuple[str, ...], dry_run: bool, **said: Any) -> None:
    """Attach documents to a bulletin: PDF, DOC, DOCX, XLS, XLSX, ODT or ZIP.

    Readers download them; none is ever run or shown as a page. An Office file with macros is refused, and a DOCX, XLS,
    XLSX, ODT or ZIP with a password; a PDF or DOC with one is taken as it is. Without --title it is called after its
    file.
    """
    workspace = open_workspace()
    words = [
        Attachment(number=1, kind=AttachmentKind.DOCUMENT, caption=title, reference=reference)
        for title, reference in zip(
            one_or_each("--title", said.pop("titles"), len(files)),
            one_or_each("--number", said.pop("references"), len(files)),
            strict=True,
        )
    ]
    require_place(workspace, bulletin, len(files), AttachmentKind.DOCUMENT, **said)
    with PicturePool() as pool:
        intake = Intake(None if dry_run else workspace.storage, pool)
        arrivals = [
            Arrival(intake.take_document(_read(file), name=file), each, words_of_document(1, file))
            for file, each in zip(files, words, strict=True)
        ]
    add_arrivals(workspace, bulletin, files, arrivals, dry_run=dry_run, **said)


@document_group.command("list")
@click.argument("bulletin", type=NUMBER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_documents(bulletin: int, as_json: bool) -> None:
    """List the documents of a bulletin by their numbers, and which of them wait for their files."""
    list_attachments(open_workspace(), bulletin, AttachmentKind.DOCUMENT, as_json=as_json)


@document_group.command("edit")
@click.argument("bulletin", type=NUMBER)
@NUMBER_OF_ATTACHMENT
@click.option("--title", help="What it is called.")
@click.option("--number", "reference", help=f"{REFERENCE}.")
@EDITING
def edit(bulletin: int, number: int, title: str | None, reference: str | None, dry_run: bool) -> None:
    """Change what is said of a document. What is not named stays."""
    if title is None and reference is None:
        raise InputError(
            field="document edit", value="", reason="says nothing to change", accepted="--title, --number, or both"
        )

    def changed(before: Attachment) -> Attachment:
        return replace(
            before,
            caption=before.caption if title is None else title,
            reference=before.reference if reference is None else reference,
        )

    edit_attachment(open_workspace(), bulletin, number, AttachmentKind.DOCUMENT, changed, dry_run=dry_run)


def _read(file: str) -> bytes:
    return read_file(file, limit_bytes=MAX_DOCUMENT_BYTES)
