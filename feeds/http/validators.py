"""Makes entity tags from versions, before anything is rendered.

Two documents have the same tag exactly when they have the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from feeds.documents.model import Channel, Format
from feeds.documents.rendering import RENDERER_VERSION
from feeds.settings import Settings
from store.types import Window

DIGEST_CHARS = 20
MARK_CHARS = 10
"""Whoever makes up the mark of a tag deceives nobody but himself."""


def window_etag(window: Window, *, kind: str, channel: Channel, settings: Settings, is_lead_only: bool = False) -> str:
    """Give the strong tag, with its quotes, of a window's document of this kind (`rss` ...).

    Its digest begins with what `origin_mark` gives, by which the document that it was given for is known again.
    """
    mark = origin_mark(
        window.edition,
        window.changed_at,
        kind=kind,
        channel=channel,
        settings=settings,
        limit=window.limit,
        is_lead_only=is_lead_only,
    )
    history = channel.history
    seen = [
        channel.updated.isoformat(),
        [key.state for key in window.entries],
        [(deleted.id, deleted.at.isoformat(), deleted.reason) for deleted in channel.deleted],
        [history.is_archive, *map(_addresses, (history.current, history.previous, history.following))],
    ]
    return f'"{window.edition}-{mark}{_digest([mark, *seen], DIGEST_CHARS)}"'


def origin_mark(
    edition: int,
    at: datetime,
    *,
    kind: str,
    channel: Channel,
    settings: Settings,
    limit: int,
    is_lead_only: bool,
) -> str:
    """Say which document a tag of this edition, committed at this instant, was given for, and how it was made.

    `limit` is that of its window. The instant tells the edition of a store from that of another past, which a backup
    was restored over.
    """
    head: list[Any] = [channel.id, channel.title, channel.description, channel.language, channel.html_url]
    head += [channel.icon_url, channel.icon_px, channel.logo_url, channel.author.name, channel.author.url]
    shape = [limit, is_lead_only, _addresses(channel.feed_urls)]
    return _digest([kind, fingerprint(settings), head, shape, edition, at.astimezone(UTC).isoformat()], MARK_CHARS)


def etag(edition: int, seen: Sequence[Any]) -> str:
    """Give a strong tag: the edition in the clear, then a digest of all that the bytes depend on."""
    return f'"{edition}-{_digest(seen, DIGEST_CHARS)}"'


def _digest(seen: Sequence[Any], chars: int) -> str:
    text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:chars]


def _addresses(urls: Mapping[Format, str] | None) -> list[str] | None:
    return [f"{document_format} {url}" for document_format, url in urls.items()] if urls is not None else None


def fingerprint(settings: Settings) -> list[Any]:
    """List what shows in documents and pages and is not in the store: settings, and the renderers themselves."""
    addresses = [settings.base_url, settings.files_public_url]
    words = [settings.site_name, str(settings.timezone), settings.ttl_minutes, settings.rights]
    return [RENDERER_VERSION, *addresses, *words]
