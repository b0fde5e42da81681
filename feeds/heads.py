"""Answers polls of channels' heads: from the shelf where it can, else made, one at a time for each document.

While the store is away, what is on the shelf is served as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from feeds import channels
from feeds.addresses import FeedPath, SelectionPath, parse_feed_path
from feeds.channels import Prepared
from feeds.documents.model import Channel, Format
from feeds.fragment_cache import FragmentCache
from feeds.http.codings import code, decode
from feeds.http.freshness import Freshness
from feeds.http.representations import Answer, Asked, Common, Document, Partial, answer_from
from feeds.http.shared_bodies import SharedBodies
from feeds.http.shelf import ANY, Shelf, Shelved
from feeds.http.validators import window_etag
from feeds.settings import Settings
from store.database import Database
from store.errors import StoreUnavailable
from store.types import Selection

FEEDS = "/feeds/"
TURN_SECONDS = 10.0
"""So long a poll waits for another that makes the same document."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The path that a selection has in the slugs of today."""

    path: SelectionPath


class Heads:
    """Gives documents of channels to all who ask in this process; any thread may use it."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        fragments: FragmentCache,
        shelf: Shelf,
        freshness: Freshness,
        shared: SharedBodies,
        common: Common,
    ) -> None:
        """Prepare; `common` are the headers that every one of these answers carries."""
        self.shelf = shelf
        self.freshness = freshness
        self.shared = shared
        self._settings = settings
        self._database = database
        self._fragments = fragments
        self._common = common

    def find_at_hand(self, address: str, asked: Asked) -> tuple[Shelved, Answer] | None:
        """Answer from the shelf alone, as far as it has what is asked for, and give what it stands for."""
        kept = self.shelf.find(address)
        if kept is None or not (kept.is_fresh or self.freshness.is_away):
            return None
        answer = self._from(kept, asked)
        return (kept, answer) if answer is not None else None

    def find(self, path: SelectionPath, document_format: Format, asked: Asked) -> Answer | Elsewhere | None:
        """Answer, making what is not at hand; None where there is no such channel.

        Raises StoreUnavailable where neither the store nor the shelf has it.
        """
        address = address_of(path, document_format)
        with self.shelf.turn(address, most_seconds=TURN_SECONDS, is_hopeless=lambda: self.freshness.is_silent):
            at_hand = self._find_recoded(address, asked)
            if at_hand is not None:
                return at_hand
            try:
                self.freshness.require_store()
                return self._make(path, document_format, address, asked)
            except StoreUnavailable:
                answer = self._find_stale(address, asked)
                if answer is None:
                    raise
                return answer

    def warm(self, address: str, codings: Iterable[str]) -> None:
        """Make a document in these codings before anybody asks for it; raises StoreUnavailable."""
        path = parse_feed_path(address.removeprefix(FEEDS))
        if path is None or path.format is None or address_of(path.selection, path.format) != address:
            return
        for coding in codings:
            self.find(path.selection, path.format, Asked(accept_encoding=coding))

    def _find_recoded(self, address: str, asked: Asked) -> Answer | None:
        kept = self.shelf.peek(address)
        return self._from(kept, asked, recoding=True) if kept is not None and kept.is_fresh else None

    def _find_stale(self, address: str, asked: Asked) -> Answer | None:
        """Answer with the latest state that there are bytes of."""
        kept = self.shelf.peek(address)
        if kept is None:
            return None
        answer = self._from(kept, asked, recoding=True)
        return self._from(kept.earlier, asked, recoding=True) if answer is None and kept.earlier is not None else answer

    def _from(self, kept: Shelved, asked: Asked, *, recoding: bool = False) -> Answer | None:
        def find_body(coding: str) -> bytes | None:
            body = kept.bodies.get(coding)
            return self._recoded(kept, coding) if body is None and recoding else body

        return answer_from(kept.document, asked, common=self._common, clock=self._database.clock, find_body=find_body)

    def _recoded(self, kept: Shelved, coding: str) -> bytes | None:
        for held, body in kept.bodies.items():
            recoded = code(decode(body, held), coding)
            self.shelf.keep_body(kept, coding, recoded)
            return recoded
        return None

    def _make(
        self, path: SelectionPath, document_format: Format, address: str, asked: Asked
    ) -> Answer | Elsewhere | None:
        # Read first: what is committed from now on may, or may not, be in what is read.
        since = self.shelf.edition
        with self._database.snapshot() as session:
            resolved = channels.find_selection(session, path)
            if resolved is None:
                return None
            if resolved.path != path:
                return Elsewhere(resolved.path)
            prepared = channels.prepare(session, resolved, self._settings)
            document = document_of(prepared, document_format, self._settings)
            kept = self.shelf.keep(address, document, keys_of(resolved.selection), since=since)
            return self._made(session, prepared, document_format, kept, asked)

    def _made(
        self, session: Session, prepared: Prepared, document_format: Format, kept: Shelved, asked: Asked
    ) -> Answer:
        def find_body(coding: str) -> bytes | Partial:
            body = kept.bodies.get(coding) or self._recoded(kept, coding)
            return body or self._shared_or_rendered(session, prepared, document_format, kept, coding)

        return answer_from(kept.document, asked, common=self._common, clock=self._database.clock, find_body=find_body)

    def _shared_or_rendered(
        self, session: Session, prepared: Prepared, document_format: Format, kept: Shelved, coding: str
    ) -> bytes | Partial:
        name = f"{kept.address} {kept.document.etag} {coding}"
        body = self.shared.find(name)
        if body is None:
            with self.shared.turn(name):
                # Whoever had the turn before made it.
                body = self.shared.find(name)
                if body is None:
                    composed = prepared.render(session, document_format, self._settings, self._fragments)
                    if composed.left_out:
                        return Partial(composed.document)
                    self.shelf.made += 1
                    body = code(composed.document, coding)
                    self.shared.keep(name, body)
        self.shelf.keep_body(kept, coding, body)
        return body


def address_of(path: SelectionPath, document_format: Format) -> str:
    """Give the address of a document below the base URL."""
    return f"{FEEDS}{FeedPath(path, document_format).text}{path.query_text}"


def document_of(prepared: Prepared, document_format: Format, settings: Settings) -> Document:
    """Give the validators and headers of a document, before anything of it is rendered."""
    return Document(
        etag=tag_of(prepared, document_format, settings),
        last_modified=prepared.window.changed_at,
        media_type=document_format.media_type,
        more=(("Link", links_of(prepared.channel, document_format)),),
    )


def tag_of(prepared: Prepared, document_format: Format, settings: Settings) -> str:
    """Give the strong tag of a document as it is, with its quotes."""
    return window_etag(
        prepared.window,
        kind=document_format.value,
        channel=prepared.channel,
        settings=settings,
        is_lead_only=prepared.is_lead_only,
    )


def links_of(channel: Channel, document_format: Format) -> str:
    """Give the Link header of a document."""
    address = channel.feed_urls[document_format]
    return f'<{address}>; rel="self", <{channel.html_url}>; rel="alternate"; type="text/html"'


def keys_of(selection: Selection) -> frozenset[str]:
    """Give the selection_keys that a change must touch to show in a selection's documents."""
    if selection.is_kept:
        return frozenset({selection.key})
    if not selection.arms:
        return frozenset({ANY})
    # Its date comes from what left any of its single criteria.
    single = {Selection.of({criterion: (each,)}).key for criterion, ids in selection.ids.items() for each in ids}
    return frozenset({arm.key for arm in selection.arms} | single)
