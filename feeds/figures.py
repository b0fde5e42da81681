"""Photos and documents as HTML, in the content of entries and in the bodies of our pages. Pure.

What readers strip from content (class, style, picture) carries nothing here: without it every photo keeps its address,
alternative text, size and caption, every document its link and name.

Spec: WHATWG HTML 4.8.3 (img), 4.8.4.2 (srcset, sizes).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from feeds.addresses import Addresses
from feeds.enclosures import Listing, address_of, larger_original
from feeds.wording import Wording
from store.attachments import recipe
from store.attachments.kinds import SHORT_NAMES
from store.text.markup import escape
from store.text.sizes import format_size
from store.types import Attachment, Rendition, StoredFile

READER_COLUMN_PX = 720
"""How wide readers show an entry on a screen that is wide enough: more pixels than that are seldom seen."""

WriteImage = Callable[[Attachment, StoredFile, str], str]
"""Writes the image of a photo and its alternative text, without link and caption."""


def photo_figure(attachment: Attachment, wording: Wording, addresses: Addresses, write_image: WriteImage) -> str:
    """Write a photo with its caption, or the caption alone that waits for it; empty where there is neither."""
    image = label = ""
    if attachment.file is not None:
        # Never empty: the image may be all that a link has for a name.
        alternative = attachment.alternative_text or attachment.caption or wording.photo
        image = write_image(attachment, attachment.file, alternative)
        original_url = larger_original(attachment.file, addresses)
        if original_url:
            image = f'<a href="{escape(original_url)}">{image}</a>'
    else:
        # Without its photo a caption would read like a sentence of the text.
        label = f"<strong>{wording.photo_caption}:</strong> "
    credit = f"({wording.photo}: {attachment.credit})" if attachment.credit else ""
    words = " ".join(filter(None, (attachment.caption, credit)))
    caption = f"<figcaption>{label}{escape(words)}</figcaption>" if words else ""
    return f"<figure>{image}{caption}</figure>" if image or caption else ""


def reader_image(addresses: Addresses) -> WriteImage:
    """Write images for feed readers: one `img`, and all in JPEG, which each of them shows."""

    def write(_: Attachment, file: StoredFile, alternative: str) -> str:
        form = recipe.shown_form(file)
        room_px = min(form.width_px, READER_COLUMN_PX)
        sizes = f"(max-width: {room_px}px) 100vw, {room_px}px"
        return image_tag(form, alternative, addresses, choice(steps_of(file, recipe.JPEG), addresses, sizes))

    return write


def image_tag(form: Rendition, alternative: str, addresses: Addresses, further: str = "") -> str:
    """Write the `img` of a photo in one form, with `further` attributes between its address and its size."""
    size = f' width="{form.width_px}" height="{form.height_px}"' if form.width_px and form.height_px else ""
    return f'<img src="{escape(address_of(form, addresses))}"{further} alt="{escape(alternative)}"{size}>'


def steps_of(file: StoredFile, media_type: str) -> tuple[Rendition, ...]:
    """List the forms of a photo in one format, narrow to wide; an animated one has none that moves but itself."""
    return () if file.is_animated else recipe.ladder(file, media_type)


def choice(steps: Sequence[Rendition], addresses: Addresses, sizes: str, *, least: int = 2) -> str:
    """Write `srcset` and `sizes` for a browser to choose by; empty where fewer than `least` are to choose from."""
    return f' srcset="{escape(candidates(steps, addresses))}" sizes="{sizes}"' if len(steps) >= least else ""


def candidates(steps: Sequence[Rendition], addresses: Addresses) -> str:
    """List forms of a photo as the value of `srcset`."""
    return ", ".join(f"{address_of(step, addresses)} {step.width_px}w" for step in steps)


def document_paragraph(listing: Listing, wording: Wording) -> str:
    """Write a document in the place that the body gives it."""
    return f"<p>{_document(listing, wording)}</p>"


def document_list(listings: Sequence[Listing], wording: Wording) -> str:
    """Write all documents under a heading line; empty where there are none."""
    if not listings:
        return ""
    items = "".join(f"<li>{_document(listing, wording)}</li>\n" for listing in listings)
    return f"<p><strong>{wording.documents}:</strong></p>\n<ul>\n{items}</ul>\n"


def _document(listing: Listing, wording: Wording) -> str:
    name, document = escape(listing.name), listing.document
    if document is None:
        return name
    kind = SHORT_NAMES[document.media_type]
    size = format_size(document.size_bytes, decimal=wording.decimal_mark)
    return f'<a href="{escape(document.url)}">{name}</a> ({kind}, {size})'
