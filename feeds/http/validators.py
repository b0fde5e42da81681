"""Makes entity tags from versions, before anything is rendered.

Two documents have the same tag exactly when they have the same bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from feeds.documents import RENDERER_VERSION
from feeds.documents.model import Channel
from feeds.settings import Settings
from store.types import Window

DIGEST_CHARS = 20


def window_etag(window: Window, *, kind: str, channel: Channel, settings: Settings, shown: Sequence[Any] = ()) -> str:
    """Give the strong tag, with its quotes, of a window's document of this kind (`rss`, `html` ...).

    `shown` is whatever else the document shows and the window does not know.
    """
    seen = [
        kind,
        fingerprint(settings),
        [channel.id, channel.title, channel.description, channel.html_url, channel.updated.isoformat()],
        [(key.number, key.version) for key in window.entries],
        list(shown),
    ]
    return etag(window.edition, seen)


def etag(edition: int, seen: Sequence[Any]) -> str:
    """Give a strong tag: the edition in the clear, then a digest of all that the bytes depend on."""
    text = json.dumps(seen, ensure_ascii=False, separators=(",", ":"))
    return f'"{edition}-{hashlib.sha256(text.encode()).hexdigest()[:DIGEST_CHARS]}"'


def fingerprint(settings: Settings) -> list[Any]:
    """List what shows in documents and pages and is not in the store: settings, and the renderers themselves."""
    shown = [settings.base_url, settings.site_name, str(settings.timezone), settings.ttl_minutes, settings.rights]
    return [RENDERER_VERSION, *shown]
