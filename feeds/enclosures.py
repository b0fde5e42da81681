"""What an entry offers of its attachments: photos in the form that readers are handed, documents, their order. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from feeds.addresses import Addresses
from feeds.documents.model import Document, Media, Thumbnail, document_name
from feeds.wording import wording_of
from store.attachments import recipe
from store.attachments.kinds import EXTENSIONS
from store.text import markup
from store.types import Attachment, AttachmentKind, Bulletin, Rendition, StoredFile


def shown_photos(bulletin: Bulletin) -> tuple[Attachment, ...]:
    """Give the photos in reading order: as the body places them, then the others by number."""
    photos = {a.number: a for a in bulletin.attachments if a.kind is AttachmentKind.PHOTO}
    if not photos:
        return ()
    order = dict.fromkeys([n for n in markup.figure_numbers(bulletin.body) if n in photos])
    return tuple(photos[number] for number in [*order, *(n for n in photos if n not in order)])


def lead_photo(bulletin: Bulletin) -> Attachment | None:
    """Give the first photo that has its file, None where there is none."""
    return next((photo for photo in shown_photos(bulletin) if photo.file), None)


def media_of(attachment: Attachment, addresses: Addresses) -> Media:
    """Give the fetchable form of a photo that has its file."""
    file = _file_of(attachment)
    shown, small = recipe.shown_form(file), recipe.thumbnail(file)
    if small and small.width_px > recipe.THUMBNAIL_PX:
        # Until its renditions are made a photo has nothing smaller than itself.
        small = None
    return Media(
        url=address_of(shown, addresses),
        media_type=shown.media_type,
        size_bytes=shown.size_bytes,
        width_px=shown.width_px or None,
        height_px=shown.height_px or None,
        caption=attachment.caption,
        credit=attachment.credit,
        alternative_text=attachment.alternative_text,
        thumbnail=_thumbnail(small, addresses) if small else None,
        original_url=larger_original(file, addresses),
    )


def larger_original(file: StoredFile, addresses: Addresses) -> str | None:
    """Give the address of a photo itself where it is larger than what readers are handed."""
    is_larger = (file.width_px or 0) > recipe.shown_form(file).width_px
    return address_of(file, addresses) if is_larger else None


def address_of(file: StoredFile | Rendition, addresses: Addresses) -> str:
    """Address a stored file, or a rendition of one."""
    return addresses.file(file.digest, EXTENSIONS[file.media_type])


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A document as an entry lists it, by the attachment's `number`; `document` is None while it waits for its file."""

    number: int
    title: str
    reference: str
    document: Document | None

    @property
    def name(self) -> str:
        """What people are shown of it in one line: reference and title."""
        return document_name(self.title, self.reference)


def list_documents(bulletin: Bulletin, addresses: Addresses) -> tuple[Listing, ...]:
    """List the documents of a bulletin as they were attached; one without any words is called by its place."""
    attached = [a for a in bulletin.attachments if a.kind is AttachmentKind.DOCUMENT]
    if not attached:
        return ()
    word = wording_of(bulletin.language).document
    return tuple(_listing(each, f"{word} {place}", addresses) for place, each in enumerate(attached, 1))


def _listing(attachment: Attachment, place: str, addresses: Addresses) -> Listing:
    title, document = attachment.caption or attachment.reference or place, None
    if attachment.file is not None:
        document = Document(
            url=address_of(attachment.file, addresses),
            media_type=attachment.file.media_type,
            size_bytes=attachment.file.size_bytes,
            title=title,
            reference=attachment.reference,
        )
    return Listing(number=attachment.number, title=title, reference=attachment.reference, document=document)


def _thumbnail(form: Rendition, addresses: Addresses) -> Thumbnail:
    return Thumbnail(url=address_of(form, addresses), width_px=form.width_px, height_px=form.height_px)


def _file_of(attachment: Attachment) -> StoredFile:
    if attachment.file is None:
        raise ValueError(f"attachment {attachment.number} waits for its file")
    return attachment.file
