"""From a window to its document: fragments that are kept already, the others read, composed, rendered and joined.

One bulletin that cannot be read, composed or rendered is left out and logged; the others go out, and it is tried again
the next time. Such a document is not the one that its tag stands for, and says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from feeds.addresses import Addresses
from feeds.documents.fragments import context_of, join, render_fragments
from feeds.documents.model import Channel, Entry, Format
from feeds.entries import entry_of
from feeds.fragment_cache import FragmentCache, FragmentKey
from feeds.settings import Settings
from store import catalogue
from store.errors import StoreDamaged
from store.types import Bulletin, Window

T = TypeVar("T")

_log = logging.getLogger(__name__)

BAD_VALUES = (LookupError, OverflowError, ValueError)
"""What a row that was altered behind the store's back comes to light as; an instant may overflow in another zone."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A document, and the numbers of the bulletins that it lacks because they cannot be rendered."""

    document: bytes
    left_out: tuple[int, ...] = ()


def document_of(
    session: Session,
    window: Window,
    channel: Channel,
    document_format: Format,
    settings: Settings,
    *,
    is_lead_only: bool = False,
    cache: FragmentCache | None = None,
) -> Composed:
    """Give a channel's document of the bulletins in a window, in its order; only what `cache` lacks is read.

    Raises StoreDamaged where none of them can be rendered.
    """
    context, addresses = context_of(document_format, channel), Addresses.of(settings)
    keys = [FragmentKey(entry, context, addresses, is_lead_only) for entry in window.entries]
    kept = cache.find_all(keys) if cache is not None else {}
    if len(kept) < len(keys):
        missing = {key.entry.number: key for key in keys if key not in kept}
        entries = compose_each(
            session, list(missing), lambda bulletin: entry_of(bulletin, addresses, is_lead_only=is_lead_only)
        )
        rendered = _rendered(document_format, channel, entries)
        fresh = {missing[number]: fragment for number, fragment in rendered.items()}
        kept |= fresh
        if cache is not None:
            cache.keep(fresh)
    fragments = [(key.entry.number, kept.get(key)) for key in keys]
    left_out = tuple(number for number, fragment in fragments if fragment is None)
    require_some(left_out, of=len(keys))
    shown = [fragment for _, fragment in fragments if fragment is not None]
    return Composed(join(document_format, channel, shown), left_out)


def compose_each(session: Session, numbers: Sequence[int], compose: Callable[[Bulletin], T]) -> dict[int, T]:
    """Give what `compose` makes of each bulletin, by number in the order given; without those that cannot be."""
    found = _read(session, numbers)
    made: dict[int, T] = {}
    for number in numbers:
        try:
            made[number] = compose(found[number])
        except BAD_VALUES:
            _leave_out(number)
    return made


def require_some(left_out: Collection[int], *, of: int) -> None:
    """Raise StoreDamaged where every one of the bulletins was left out: nothing would be taken for all there is."""
    if left_out and len(left_out) == of:
        raise StoreDamaged(
            f"none of the {of} bulletins asked for can be rendered",
            vietnamese=f"không dựng được bản tin nào trong số {of} bản tin của kênh",
        )


def _read(session: Session, numbers: Sequence[int]) -> Mapping[int, Bulletin]:
    try:
        return catalogue.bulletins(session, numbers)
    except BAD_VALUES:
        found: dict[int, Bulletin] = {}
        for number in numbers:
            try:
                found |= catalogue.bulletins(session, [number])
            except BAD_VALUES:
                _log.exception("bulletin %d cannot be read", number)
        return found


def _rendered(document_format: Format, channel: Channel, entries: Mapping[int, Entry]) -> dict[int, bytes]:
    try:
        fragments = render_fragments(document_format, channel, list(entries.values()))
        return dict(zip(entries, fragments, strict=True))
    except BAD_VALUES:
        rendered: dict[int, bytes] = {}
        for number, entry in entries.items():
            try:
                (rendered[number],) = render_fragments(document_format, channel, [entry])
            except BAD_VALUES:
                _leave_out(number)
        return rendered


def _leave_out(number: int) -> None:
    _log.exception("bulletin %d cannot be rendered and is left out", number)
