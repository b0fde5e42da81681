"""From an address to a channel: which selection it names, its head in good Vietnamese, its window of bulletins."""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from feeds.addresses import Addresses, SelectionPath
from feeds.documents import render
from feeds.documents.model import Channel, Entry, Format, Party
from feeds.entries import entry_of
from feeds.settings import DEFAULT_SITE_NAME, Settings
from store import catalogue, schema, taxonomy
from store.names import Kind
from store.types import Author, Category, Organisation, Selection, Window

_log = logging.getLogger(__name__)

KIND_OF_CRITERION = {
    "category": Kind.CATEGORY,
    "organisation": Kind.ORGANISATION,
    "publisher": Kind.ORGANISATION,
    "author": Kind.AUTHOR,
}


@dataclass(frozen=True, slots=True)
class Resolved:
    """A selection that exists: its ids, and its path in the slugs of today."""

    selection: Selection
    path: SelectionPath


def find_selection(session: Session, path: SelectionPath) -> Resolved | None:
    """Look up every slug of a path; None where one was never given or the selection is no channel.

    An author of drafts alone is not found: the name is not public yet.
    """
    if not path.is_channel:
        return None
    ids: dict[str, int] = {}
    slugs: list[tuple[str, str]] = []
    for criterion, slug in path.criteria:
        found = taxonomy.find_id_by_slug(session, KIND_OF_CRITERION[criterion], slug)
        if found is None:
            return None
        ids[criterion], today = found
        slugs.append((criterion, today))
    selection = Selection(**ids)
    if selection.author is not None and not catalogue.was_ever_placed(session, selection):
        return None
    return Resolved(selection, SelectionPath(tuple(slugs)))


@dataclass(frozen=True, slots=True)
class Names:
    """The entities that a selection speaks of."""

    category: Category | None
    organisation: Organisation | None
    publisher: Organisation | None
    author: Author | None


def names_of(session: Session, selection: Selection) -> Names:
    """Load the entities of a selection."""
    bodies = {i for i in (selection.organisation, selection.publisher) if i is not None}
    organisations = taxonomy.organisations_by_id(session, bodies) if bodies else {}
    categories = taxonomy.categories_by_id(session, {selection.category}) if selection.category is not None else {}
    authors = taxonomy.authors_by_id(session, {selection.author}) if selection.author is not None else {}
    return Names(
        category=next(iter(categories.values()), None),
        organisation=organisations.get(selection.organisation) if selection.organisation is not None else None,
        publisher=organisations.get(selection.publisher) if selection.publisher is not None else None,
        author=next(iter(authors.values()), None),
    )


def channel_of(session: Session, resolved: Resolved, window: Window, settings: Settings) -> Channel:
    """Compose the head of a channel's documents; its date is that of the window's last change."""
    addresses = Addresses(settings.base_url)
    names = names_of(session, resolved.selection)
    title = _title(names, settings)
    body = names.publisher
    return Channel(
        id=f"urn:uuid:{uuid.uuid5(schema.instance_uuid(session), f'channel/{resolved.selection.key}')}",
        title=title,
        description=_description(names, settings),
        language="vi",
        html_url=addresses.page(resolved.path),
        feed_urls={document_format: addresses.feed(resolved.path, document_format) for document_format in Format},
        updated=window.changed_at.astimezone(settings.timezone),
        author=Party(name=body.name, url=addresses.criterion("publisher", body.slug))
        if body
        else Party(name=settings.site_name, url=addresses.home()),
        ttl_minutes=settings.ttl_minutes,
        rights=settings.rights,
        icon_url=addresses.image("mark.png"),
        logo_url=addresses.image("mark-wide.png"),
    )


def entries_of(session: Session, window: Window, settings: Settings) -> tuple[Entry, ...]:
    """Compose the entries of a window, in its order."""
    addresses = Addresses(settings.base_url)
    found = catalogue.bulletins(session, [key.number for key in window.entries])
    entries = []
    for key in window.entries:
        try:
            entries.append(entry_of(found[key.number], addresses))
        except (LookupError, ValueError):
            # Only a row altered behind the store's back comes here; the other entries must still go out.
            _log.exception("bulletin %d cannot be rendered and is left out", key.number)
    return tuple(entries)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A channel's document before rendering: validators can be made of it, and its bytes when they are wanted."""

    window: Window
    channel: Channel

    def render(self, session: Session, document_format: Format, settings: Settings) -> bytes:
        """Compose the entries and render the document; the session must still be that of the preparation."""
        return render(document_format, self.channel, entries_of(session, self.window, settings))


def prepare(session: Session, resolved: Resolved, settings: Settings) -> Prepared:
    """Read a channel's window and head, and no bulletin yet."""
    window = catalogue.window(session, resolved.selection, limit=settings.entries)
    return Prepared(window, channel_of(session, resolved, window, settings))


def _title(names: Names, settings: Settings) -> str:
    parts = [
        names.category.name if names.category else "",
        f"về {names.organisation.name}" if names.organisation else "",
        f"của {names.publisher.name}" if names.publisher else "",
        f"của tác giả {names.author.name}" if names.author else "",
    ]
    said = " ".join(filter(None, parts))
    if not said:
        return settings.site_name
    site = "" if settings.site_name == DEFAULT_SITE_NAME else f" – {settings.site_name}"
    return f"Bản tin {said}{site}"


def _description(names: Names, settings: Settings) -> str:
    subject = f" thuộc chuyên mục {names.category.name}" if names.category else ""
    if names.organisation:
        body = names.organisation.name
        return f"Các bản tin{subject} do {body} phát hành hoặc nói về {body}."
    if names.publisher:
        return f"Các bản tin{subject} do {names.publisher.name} phát hành."
    if names.author:
        return f"Các bản tin của tác giả {names.author.name}."
    if names.category:
        return names.category.description or f"Các bản tin{subject}."
    if settings.site_name == DEFAULT_SITE_NAME:
        return "Tất cả bản tin."
    return f"Toàn bộ bản tin đăng trên trang “{settings.site_name}”."
