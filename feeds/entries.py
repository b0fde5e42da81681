"""From a stored bulletin to its entry: absolute addresses, figures filled, names resolved. Pure."""

from __future__ import annotations

from feeds import figures
from feeds.addresses import Addresses
from feeds.documents.model import Entry, Party, Term
from feeds.enclosures import list_documents, media_of, shown_photos
from feeds.wording import is_vietnamese, wording_of
from store.text import markup
from store.text.date_formats import ENGLISH_MONTHS, format_vietnamese
from store.text.excerpt import excerpt
from store.types import AttachmentKind, Bulletin, Category, Correction, Moment, Organisation

EXCERPT_CHARS = 300
"""Of a body whose bulletin has no lead."""


def entry_of(bulletin: Bulletin, addresses: Addresses, *, is_lead_only: bool = False) -> Entry:
    """Compose the entry of a published bulletin; raises ValueError for one without a date.

    One that `is_lead_only` has a link to the page in place of its body.
    """
    if bulletin.published is None or bulletin.updated is None:
        raise ValueError(f"bulletin {bulletin.number} has no date: it was never published")
    return Entry(
        id=bulletin.public_id,
        url=addresses.bulletin(bulletin.slug, bulletin.number),
        title=bulletin.title,
        summary=bulletin.lead,
        content_html=lead_html(bulletin, addresses) if is_lead_only else content_html(bulletin, addresses),
        language=bulletin.language,
        published=bulletin.published.instant,
        precision=bulletin.published.precision,
        updated=bulletin.updated,
        authors=_authors(bulletin, addresses),
        publisher=_party(bulletin.publisher, addresses) if bulletin.publisher else None,
        terms=_terms(bulletin, addresses),
        photos=tuple(media_of(attachment, addresses) for attachment in shown_photos(bulletin) if attachment.file),
        documents=tuple(
            listing.document for listing in list_documents(bulletin, addresses) if listing.document is not None
        ),
        via_url=bulletin.source_address or (bulletin.origin.url if bulletin.origin else None),
        corrections=bulletin.corrections,
        place=bulletin.place,
        origin=bulletin.origin,
    )


def content_html(bulletin: Bulletin, addresses: Addresses) -> str:
    """Give the corrections, the lead and the body as readers get them, all documents listed at the end.

    The lead stands in it as well as in the summary, because most readers show nothing else than the content.
    """
    corrections, lead = _corrections(bulletin), _lead(bulletin.lead)
    body = body_html(bulletin, addresses, figures.reader_image(addresses))
    documents = figures.document_list(list_documents(bulletin, addresses), wording_of(bulletin.language))
    # A body ends with a line end, the photos after it do not.
    between = "\n" if documents and body and not body.endswith("\n") else ""
    return corrections + lead + body + between + documents


def body_html(bulletin: Bulletin, addresses: Addresses, write_image: figures.WriteImage) -> str:
    """Give the body alone, photos and documents in the places that it has for them, unplaced photos at the end."""
    wording = wording_of(bulletin.language)
    photos = {photo.number: photo for photo in bulletin.attachments if photo.kind is AttachmentKind.PHOTO}
    documents = {listing.number: listing for listing in list_documents(bulletin, addresses)}

    def render(number: int) -> str:
        if number in documents:
            return figures.document_paragraph(documents[number], wording)
        if number in photos:
            return figures.photo_figure(photos[number], wording, addresses, write_image)
        return ""

    # What the figures are filled with is absolute already.
    filled = markup.fill_figures(markup.absolute_urls(bulletin.body, addresses.home()), render)
    placed = set(markup.figure_numbers(bulletin.body)) if photos else set()
    return filled + "".join("\n" + render(number) for number in photos if number not in placed)


def lead_html(bulletin: Bulletin, addresses: Addresses) -> str:
    """Give the corrections, the lead and a link to the page: what a channel hands out that keeps its texts to itself.

    Photos and documents are handed out beside it as they are beside the whole content.
    """
    lead = bulletin.lead or excerpt(markup.plain_text(bulletin.body), max_chars=EXCERPT_CHARS)
    url = markup.escape(addresses.bulletin(bulletin.slug, bulletin.number))
    onward = f'<p><a href="{url}">{wording_of(bulletin.language).read_on}</a></p>\n'
    return _corrections(bulletin) + _lead(lead) + onward


def _lead(lead: str) -> str:
    return f"<p><strong>{markup.escape(lead)}</strong></p>\n" if lead else ""


def _corrections(bulletin: Bulletin) -> str:
    return "".join(_correction(correction, bulletin.language) for correction in bulletin.corrections)


def _correction(correction: Correction, language: str) -> str:
    at = correction.at
    if is_vietnamese(language):
        label = f"Đính chính ({format_vietnamese(Moment(at))}):"
    else:
        label = f"Correction ({at.day} {ENGLISH_MONTHS[at.month - 1]} {at.year}, {at.hour:02d}:{at.minute:02d}):"
    return f"<p><strong>{label}</strong> {markup.escape(correction.note)}</p>\n"


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
