"""From an editor's manuscript to a bulletin in the store, its photos beside it taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from store import bulletins
from store.attachments.intake import take_photo
from store.attachments.storage import DiskStorage
from store.importers.manuscript import Manuscript
from store.importers.recognise import Recogniser
from store.importers.recognition import subjects_of
from store.types import Draft, StoredFile

ReadPhoto = Callable[[str], bytes]


def take_photos(storage: DiskStorage | None, manuscript: Manuscript, read_photo: ReadPhoto) -> Mapping[int, StoredFile]:
    """Keep the photos that a manuscript names (without `storage`, only look at them); do it before the transaction.

    `read_photo` gives the bytes of a file name. Raises PhotoRefused, or what `read_photo` raises.
    """
    return {number: take_photo(storage, read_photo(name), name=name) for number, name in manuscript.photo_files.items()}


def with_files(draft: Draft, files: Mapping[int, StoredFile]) -> Draft:
    """Give the attachments of a draft their files."""
    attachments = (replace(a, file=files[a.number]) if a.number in files else a for a in draft.attachments)
    return replace(draft, attachments=tuple(attachments))


def add_manuscript(
    session: Session,
    manuscript: Manuscript,
    *,
    files: Mapping[int, StoredFile],
    actor: str,
    recogniser: Recogniser | None = None,
    public_id: str | None = None,
) -> int:
    """Store a manuscript as a draft and return its number."""
    draft = with_files(manuscript.draft, files)
    recognised = subjects_of(recogniser, draft) if recogniser else ()
    return bulletins.draft(session, draft, actor=actor, recognised=recognised, public_id=public_id)
