"""What an entry means to say of its photos and documents, in the shape that parsers' readings are brought into."""

from __future__ import annotations

from feeds.documents.model import Document, Entry, Media
from tests.support.parsed import ParsedDocument, ParsedEntry, ParsedPhoto, agree


def check_files(entry: Entry, read: ParsedEntry, what: str) -> None:
    """Assert that a reading has every photo and document, with all that the parser hands on of them."""
    photos, documents = list(map(_photo, entry.photos)), list(map(_document, entry.documents))
    for seen, meant in ((read.photos, photos), (read.documents, documents)):
        if seen is not None:
            assert len(seen) == len(meant), what
            assert [pair for pair in zip(seen, meant, strict=True) if not agree(*pair)] == [], what


def _photo(photo: Media) -> ParsedPhoto:
    return ParsedPhoto(
        url=photo.url,
        media_type=photo.media_type,
        size_bytes=photo.size_bytes,
        width_px=photo.width_px,
        height_px=photo.height_px,
        caption=photo.caption,
        credit=photo.credit,
        alternative_text=photo.alternative_text,
        thumbnail_url=photo.thumbnail.url if photo.thumbnail else "",
        thumbnail_width_px=photo.thumbnail.width_px if photo.thumbnail else None,
        thumbnail_height_px=photo.thumbnail.height_px if photo.thumbnail else None,
    )


def _document(document: Document) -> ParsedDocument:
    return ParsedDocument(
        url=document.url,
        media_type=document.media_type,
        size_bytes=document.size_bytes,
        title=document.title,
        reference=document.reference,
    )
