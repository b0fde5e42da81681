"""From a stored bulletin to its entry: absolute addresses, figures filled, names resolved. Pure."""

from __future__ import annotations

from feeds.addresses import Addresses
from feeds.documents.model import Entry, Media, Party, Term
from store.attachments.kinds import EXTENSIONS
from store.text import markup
from store.types import Attachment, AttachmentKind, Bulletin, Category, Organisation


def entry_of(bulletin: Bulletin, addresses: Addresses) -> Entry:
    """Compose the entry of a published bulletin; raises ValueError for one without a date."""
    if bulletin.published is None or bulletin.updated is None:
        raise ValueError(f"bulletin {bulletin.number} has no date: it was never published")
    return Entry(
        id=bulletin.public_id,
        url=addresses.bulletin(bulletin.slug, bulletin.number),
        title=bulletin.title,
        summary=bulletin.lead,
        content_html=content_html(bulletin, addresses),
        language=bulletin.language,
        published=bulletin.published.instant,
        precision=bulletin.published.precision,
        updated=bulletin.updated,
        authors=_authors(bulletin, addresses),
        publisher=_party(bulletin.publisher, addresses) if bulletin.publisher else None,
        terms=_terms(bulletin, addresses),
        photos=tuple(media_of(attachment, addresses) for attachment in shown_photos(bulletin) if attachment.file),
        via_url=bulletin.source_address,
    )


def content_html(bulletin: Bulletin, addresses: Addresses) -> str:
    """Give the lead and the body as readers get them, figures filled in their places, other photos at the end.

    The lead stands in it as well as in the summary, because most readers show nothing else than the content.
    """
    lead = f"<p><strong>{markup.escape(bulletin.lead)}</strong></p>\n" if bulletin.lead else ""
    return lead + body_html(bulletin, addresses)


def body_html(bulletin: Bulletin, addresses: Addresses) -> str:
    """Give the body alone, figures filled in their places, unplaced photos at the end."""
    by_number = {attachment.number: attachment for attachment in bulletin.attachments}
    placed = set(markup.figure_numbers(bulletin.body)) if by_number else set()
    unplaced = "".join(
        "\n" + _figure(attachment, bulletin.language, addresses)
        for attachment in bulletin.attachments
        if attachment.kind is AttachmentKind.PHOTO and attachment.number not in placed
    )

    def render(number: int) -> str:
        return _figure(by_number[number], bulletin.language, addresses) if number in by_number else ""

    filled = markup.fill_figures(bulletin.body, render)
    return markup.absolute_urls(filled + unplaced, addresses.home())


def shown_photos(bulletin: Bulletin) -> tuple[Attachment, ...]:
    """Give the photos in reading order: as the body places them, then the others by number."""
    photos = {a.number: a for a in bulletin.attachments if a.kind is AttachmentKind.PHOTO}
    if not photos:
        return ()
    order = dict.fromkeys([n for n in markup.figure_numbers(bulletin.body) if n in photos])
    return tuple(photos[number] for number in [*order, *(n for n in photos if n not in order)])


def media_of(attachment: Attachment, addresses: Addresses) -> Media:
    """Give the fetchable form of an attachment that has its file."""
    file = attachment.file
    if file is None:
        raise ValueError(f"attachment {attachment.number} waits for its file")
    return Media(
        url=addresses.file(file.digest, EXTENSIONS[file.media_type]),
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        width_px=file.width_px,
        height_px=file.height_px,
        caption=attachment.caption,
        credit=attachment.credit,
        alternative_text=attachment.alternative_text,
    )


def _figure(attachment: Attachment, language: str, addresses: Addresses) -> str:
    image = label = ""
    is_vietnamese = language.split("-")[0] == "vi"
    if attachment.file is not None:
        media = media_of(attachment, addresses)
        alternative = markup.escape(attachment.alternative_text or attachment.caption)
        size = f' width="{media.width_px}" height="{media.height_px}"' if media.width_px and media.height_px else ""
        image = f'<img src="{markup.escape(media.url)}" alt="{alternative}"{size}>'
    else:
        # Without its photo a caption would read like a sentence of the text.
        label = f"<strong>{'Chú thích ảnh' if is_vietnamese else 'Photo caption'}:</strong> "
    credit = f"({'Ảnh' if is_vietnamese else 'Photo'}: {attachment.credit})" if attachment.credit else ""
    words = " ".join(filter(None, (attachment.caption, credit)))
    caption = f"<figcaption>{label}{markup.escape(words)}</figcaption>" if words else ""
    return f"<figure>{image}{caption}</figure>" if image or caption else ""


def _authors(bulletin: Bulletin, addresses: Addresses) -> tuple[Party, ...]:
    if bulletin.authors:
        return tuple(Party(name=a.name, url=addresses.criterion("author", a.slug)) for a in bulletin.authors)
    return (_party(bulletin.publisher, addresses),) if bulletin.publisher else ()


def _party(body: Organisation, addresses: Addresses) -> Party:
    return Party(name=body.name, url=addresses.criterion("publisher", body.slug))


def _terms(bulletin: Bulletin, addresses: Addresses) -> tuple[Term, ...]:
    bodies = dict.fromkeys(body for body in (bulletin.publisher, *bulletin.subjects) if body is not None)
    return tuple(_term("category", category, addresses) for category in bulletin.categories) + tuple(
        _term("organisation", body, addresses) for body in bodies
    )


def _term(criterion: str, entity: Category | Organisation, addresses: Addresses) -> Term:
    return Term(term=entity.slug, label=entity.name, scheme=addresses.scheme(criterion))
