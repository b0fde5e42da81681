"""From an address to a channel: which selection it names, its head, its window of bulletins."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy.orm import Session

from feeds.addresses import MARK, WIDE_MARK, Addresses, SelectionPath
from feeds.composition import Composed, document_of
from feeds.documents.model import Channel, Deleted, Format, History, Party
from feeds.enclosures import address_of
from feeds.fragment_cache import FragmentCache
from feeds.headings import LANGUAGE, Ended, Names, endings_of, former_names_of, introduction_of, names_of, title_of
from feeds.settings import Settings
from store import archives, catalogue, taxonomy
from store.ad_hoc import entity_marks
from store.attachments import recipe
from store.errors import NotFound
from store.names import KIND_OF_CRITERION, Kind
from store.selection_state import SelectionState, selection_state
from store.taxonomy import Stepped
from store.text.date_formats import format_day
from store.types import NOTHING_SET, ChannelSettings, Entity, Mark, Selection, Tombstone, Window


@dataclass(frozen=True, slots=True)
class Seen:
    """What the look-up of a selection read of it, as it stands in the snapshot of that: its entities and its state."""

    names: Names
    changed: tuple[Mark, ...]
    state: SelectionState

    @classmethod
    def of(cls, session: Session, selection: Selection) -> Self:
        """Read it for a selection that was not looked up by its path."""
        state = selection_state(session, selection)
        marks = entity_marks(session, selection, made_at=state.made_at)
        return cls(names_of(session, selection), tuple(marks), state)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A selection that exists: its ids, its path in the slugs of today, and what an editor decided for its channel.

    What was `seen` of it spares those who compose its documents in the same snapshot from reading it again.
    """

    selection: Selection
    path: SelectionPath
    own: ChannelSettings = NOTHING_SET
    seen: Seen | None = field(default=None, compare=False, repr=False)

    def entries(self, settings: Settings) -> int:
        """Give how many bulletins a head, or a page, holds at most."""
        return self.own.entries or settings.entries


def find_selection(session: Session, path: SelectionPath) -> Resolved | None:
    """Look up every slug of a path; None where one was never given, or more are asked for than may be.

    An author of drafts alone is not found: the name is not public yet. What goes by two slugs stands there once.
    """
    if path.is_too_wide:
        return None
    found = _by_slug(session, path)
    if found is None:
        return None
    ids: defaultdict[str, list[int]] = defaultdict(list)
    for criterion, each in found:
        ids[criterion].append(each.entity.id)
    selection = Selection.of(ids, text=path.query)
    state = selection_state(session, selection)
    if not all(_is_public(session, author, selection, state) for author in ids["author"]):
        return None
    known: defaultdict[Kind, dict[int, Entity]] = defaultdict(dict)
    for criterion, each in found:
        known[KIND_OF_CRITERION[criterion]][each.entity.id] = each.entity
    seen = Seen(
        names=Names.of(selection, known),
        changed=tuple(each.changed for _, each in found) or ((0, state.made_at),),
        state=state,
    )
    today = ((criterion, each.entity.slug) for criterion, each in found)
    return Resolved(selection, SelectionPath.of(today, path.query), state.own, seen)


def _by_slug(session: Session, path: SelectionPath) -> list[tuple[str, Stepped]] | None:
    """Give each criterion of a path with what its slug is, or was, of; None where one was never given."""
    slugs: defaultdict[Kind, set[str]] = defaultdict(set)
    for criterion, slug in path.criteria:
        slugs[KIND_OF_CRITERION[criterion]].add(slug)
    found: dict[tuple[Kind, str], Stepped] = {}
    for kind, wanted in slugs.items():
        found |= {(kind, slug): each for slug, each in taxonomy.entities_by_slug(session, kind, wanted).items()}
    if len(found) < sum(map(len, slugs.values())):
        return None
    return [(criterion, found[KIND_OF_CRITERION[criterion], slug]) for criterion, slug in path.criteria]


def _is_public(session: Session, author: int, selection: Selection, state: SelectionState) -> bool:
    """Say whether the name of an author may be known; `state` is that of the selection asked for."""
    own = Selection(author=author)
    return (selection == own and state.was_ever_placed) or catalogue.was_ever_placed(session, own)


def get_selection(session: Session, path: SelectionPath, *, asked: str) -> Resolved:
    """Look up every slug of a path; raises NotFound for the first that is not known, or else for what was asked."""
    found = find_selection(session, path)
    if found is None:
        require_slugs(session, path)
        raise NotFound("channel", asked)
    return found


def require_slugs(session: Session, path: SelectionPath) -> None:
    """Raise NotFound, with the nearest ones that are known, for the first slug that never was one."""
    for criterion, slug in path.criteria:
        taxonomy.require_slug(session, KIND_OF_CRITERION[criterion], slug)


def path_of(session: Session, selection: Selection) -> SelectionPath:
    """Give the path of a selection in the slugs of today, as far as its entities are still there."""
    names = names_of(session, selection)
    return SelectionPath.of(((criterion, entity.slug) for criterion, entity in names.entities), selection.text)


def channel_of(session: Session, resolved: Resolved, window: Window, settings: Settings) -> Channel:
    """Compose the head of a channel's documents; its date is that of the window's last change."""
    seen = resolved.seen or Seen.of(session, resolved.selection)
    return _head(resolved, seen, window, settings, endings_of(session, seen.names))


@dataclass(frozen=True, slots=True)
class Notice:
    """How an entity of a channel ended; `successor` is the name of what it goes on as, `url` the page of that."""

    text: str
    successor: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class ShownChannel:
    """A channel as its page shows it.

    `introduction` is the description without the notices; `former_names` are names with the day until which they
    were in use, the latest first.
    """

    channel: Channel
    introduction: str
    notices: tuple[Notice, ...]
    former_names: tuple[tuple[str, str], ...]

    @property
    def seen(self) -> list[Any]:
        """All that the page shows of it, for validators."""
        head = [self.channel.title, self.channel.description, self.channel.html_url, self.introduction]
        return [head, [(notice.text, notice.successor, notice.url) for notice in self.notices], self.former_names]


def shown_channel_of(session: Session, resolved: Resolved, window: Window, settings: Settings) -> ShownChannel:
    """Compose all that the page of a channel says of it, beside its bulletins."""
    seen = resolved.seen or Seen.of(session, resolved.selection)
    names, endings = seen.names, endings_of(session, seen.names)
    return ShownChannel(
        channel=_head(resolved, seen, window, settings, endings),
        introduction=introduction_of(names, settings, resolved.own),
        notices=tuple(_notice(ended, resolved.path, settings) for ended in endings),
        former_names=tuple((name, format_day(until)) for name, until in former_names_of(session, names)),
    )


def _notice(ended: Ended, path: SelectionPath, settings: Settings) -> Notice:
    sentences, successor = ended.ending.sentences, ended.ending.successor
    if successor is None:
        return Notice(sentences)
    merged = (ended.criterion, ended.entity.slug)
    instead = ((each[0], successor.slug) if each == merged else each for each in path.criteria)
    url = Addresses.of(settings).page(SelectionPath.of(instead, path.query))
    return Notice(sentences, successor.name, url)


def _head(resolved: Resolved, seen: Seen, window: Window, settings: Settings, endings: Sequence[Ended]) -> Channel:
    addresses, own, names = Addresses.of(settings), resolved.own, seen.names
    introduction = introduction_of(names, settings, own)
    body = names.publishers[0] if len(names.publishers) == 1 else None
    return Channel(
        id=f"urn:uuid:{uuid.uuid5(seen.state.instance, f'channel/{seen.state.key}')}",
        title=title_of(names, settings, own),
        description=" ".join([introduction, *(ended.ending.sentences for ended in endings)]),
        language=own.language or LANGUAGE,
        html_url=addresses.page(resolved.path),
        feed_urls={document_format: addresses.feed(resolved.path, document_format) for document_format in Format},
        updated=window.changed_at.astimezone(settings.timezone),
        author=Party(name=body.name, url=addresses.criterion("publisher", body.slug))
        if body
        else Party(name=settings.site_name, url=addresses.home()),
        ttl_minutes=settings.ttl_minutes,
        rights=settings.rights,
        icon_url=address_of(own.image, addresses) if own.image else addresses.image(MARK),
        icon_px=recipe.EMBLEM_PX[0],
        logo_url=_logo_url(own, addresses),
        deleted=tuple(
            Deleted(id=gone.public_id, at=gone.gone_at.astimezone(settings.timezone), reason=_reason(gone))
            for gone in window.tombstones
        ),
        history=_history(resolved, window, addresses),
    )


def _logo_url(own: ChannelSettings, addresses: Addresses) -> str | None:
    if own.image is None:
        return addresses.image(WIDE_MARK)
    wide = recipe.logo(own.image)
    return address_of(wide, addresses) if wide else None


def _history(resolved: Resolved, window: Window, addresses: Addresses) -> History:
    if window.archive is None:
        return History()
    return History(previous={each: addresses.archive(resolved.path, window.archive, each) for each in Format})


def _reason(gone: Tombstone) -> str:
    return gone.reason or ("Bản tin đã được gỡ xuống." if gone.is_withdrawn else "Bản tin không còn thuộc kênh này.")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A channel's document before rendering: validators can be made of it, and its bytes when they are wanted."""

    window: Window
    channel: Channel
    is_lead_only: bool = False

    def render(
        self,
        session: Session,
        document_format: Format,
        settings: Settings,
        fragments: FragmentCache | None = None,
    ) -> Composed:
        """Give the document, of `fragments` as far as they go; the session must still be that of the preparation.

        Raises StoreDamaged where there is nothing that could be rendered of what it ought to hold.
        """
        return document_of(
            session,
            self.window,
            self.channel,
            document_format,
            settings,
            is_lead_only=self.is_lead_only,
            cache=fragments,
        )


def prepare(session: Session, resolved: Resolved, settings: Settings) -> Prepared:
    """Read a channel's window and head, and no bulletin yet."""
    seen = resolved.seen or Seen.of(session, resolved.selection)
    limit = resolved.entries(settings)
    window = archives.head(session, resolved.selection, limit=limit, state=seen.state, entities=seen.changed)
    channel = _head(resolved, seen, window, settings, endings_of(session, seen.names))
    return Prepared(window, channel, resolved.own.is_lead_only)
