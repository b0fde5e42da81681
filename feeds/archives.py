"""The documents of a channel beside its head: its archives, and what is new to a client that holds an earlier head.

Spec: RFC 5005 section 4, RFC 3229.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from feeds.addresses import Addresses, ArchivePath
from feeds.channels import Prepared, Resolved, channel_of
from feeds.documents.model import Format, History
from feeds.settings import Settings
from store import announcements, archives
from store.types import ArchiveName

MOST_ANNOUNCEMENTS = 1_000
"""A client that was away for longer takes the document whole."""


def find_archive(session: Session, resolved: Resolved, path: ArchivePath, settings: Settings) -> Prepared | None:
    """Prepare an archive of a channel, None where there is none of this name."""
    found = archives.find_archive(session, resolved.selection, path.archive)
    if found is None:
        return None
    addresses = Addresses.of(settings)

    def named(archive: ArchiveName) -> dict[Format, str]:
        return {each: addresses.archive(resolved.path, archive, each) for each in Format}

    head = channel_of(session, resolved, found.window, settings)
    history = History(
        is_archive=True,
        current=head.feed_urls,
        previous=named(found.previous) if found.previous else None,
        following=named(found.following) if found.following else None,
    )
    channel = replace(head, feed_urls=named(path.archive), history=history)
    return Prepared(found.window, channel, resolved.own.is_lead_only)


def find_delta(session: Session, prepared: Prepared, edition: int) -> Prepared | None:
    """Prepare what is new in a head for a client that holds it as of `edition`; None where that says no less.

    Together with what the client holds it is the whole document: what readers were told of since, and what came up
    from below because something above it left.
    """
    window, key = prepared.window, prepared.window.selection.key
    told = announcements.told_since(session, key, edition, most=MOST_ANNOUNCEMENTS)
    if not told:
        return None
    limit = window.limit or len(window.entries)
    departed = len(told) - len(announcements.standing(session, key, told))

    def is_new(rank: int, number: int) -> bool:
        return number in told or (departed > 0 and rank + departed > limit)

    entries = tuple(entry for rank, entry in enumerate(window.entries, start=1) if is_new(rank, entry.number))
    left = zip(window.tombstones, prepared.channel.deleted, strict=True)
    deleted = tuple(each for stone, each in left if stone.number in told)
    if len(entries) == len(window.entries) or not (entries or deleted):
        return None
    return replace(
        prepared,
        window=replace(window, entries=entries),
        channel=replace(prepared.channel, deleted=deleted),
    )
