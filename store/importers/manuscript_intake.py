"""From an editor's manuscript to a bulletin in the store, its photos and documents beside it taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from store import bulletins
from store.attachments.documents import default_title, find_reference
from store.attachments.embedded_words import Offered
from store.attachments.intake import GivenPhoto, Intake
from store.errors import StoreError
from store.importers.manuscript import Manuscript
from store.importers.recognise import Recogniser
from store.importers.recognition import subjects_of
from store.types import Attachment, AttachmentKind, Draft, StoredFile

ReadFile = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class TakenFiles:
    """The kept files of a manuscript by the number of their attachment, and the words that came with them."""

    files: Mapping[int, StoredFile]
    words: Mapping[int, Attachment]
    """What an attachment is called where the manuscript leaves it open."""


def take_files(intake: Intake, manuscript: Manuscript, read_file: ReadFile) -> TakenFiles:
    """Take in the files that a manuscript names; do it before the transaction.

    `read_file` gives the bytes of a file name. Raises PhotoRefused, DocumentRefused, or what `read_file` raises.
    """
    files: dict[int, StoredFile] = {}
    words: dict[int, Attachment] = {}
    photos = [GivenPhoto(name, partial(read_file, name)) for name in manuscript.photo_files.values()]
    for number, taken in zip(manuscript.photo_files, intake.take_photos(photos), strict=True):
        if isinstance(taken, StoreError):
            raise taken
        files[number], words[number] = taken.file, _words_of_photo(number, taken.offered)
    for number, name in manuscript.document_files.items():
        files[number] = intake.take_document(read_file(name), name=name)
        words[number] = words_of_document(number, name)
    return TakenFiles(files, words)


def words_of_document(number: int, name: str) -> Attachment:
    """Give the title and reference that a document's file name tells."""
    return Attachment(
        number=number, kind=AttachmentKind.DOCUMENT, caption=default_title(name), reference=find_reference(name)
    )


def with_files(draft: Draft, taken: TakenFiles) -> Draft:
    """Give the attachments of a draft their files, and the words that the manuscript leaves open."""
    return replace(draft, attachments=tuple(_completed(attachment, taken) for attachment in draft.attachments))


def add_manuscript(
    session: Session,
    manuscript: Manuscript,
    *,
    taken: TakenFiles,
    recogniser: Recogniser | None = None,
    public_id: str | None = None,
) -> int:
    """Store a manuscript as a draft and return its number."""
    draft = with_files(manuscript.draft, taken)
    recognised = subjects_of(recogniser, draft) if recogniser else ()
    return bulletins.draft(session, draft, recognised=recognised, public_id=public_id)


def _words_of_photo(number: int, offered: Offered) -> Attachment:
    return Attachment(number=number, caption=offered.caption, credit=offered.credit)


def _completed(attachment: Attachment, taken: TakenFiles) -> Attachment:
    file = taken.files.get(attachment.number)
    if file is None:
        return attachment
    words = taken.words[attachment.number]
    return replace(
        attachment,
        file=file,
        caption=attachment.caption or words.caption,
        credit=attachment.credit or words.credit,
        reference=attachment.reference or words.reference,
    )
