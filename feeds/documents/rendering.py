"""Render a channel in any format, under one version number for what all renderers write."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from feeds.documents import atom, jsonfeed, rss
from feeds.documents.model import Channel, Entry, Format

RENDERER_VERSION: int = 5
"""Steps with every change to the bytes of a document whose values are the same: validators contain it."""

RENDERERS: Mapping[Format, Callable[[Channel, Sequence[Entry]], bytes]] = {
    Format.RSS: rss.render,
    Format.ATOM: atom.render,
    Format.JSON: jsonfeed.render,
}


def render(format: Format, channel: Channel, entries: Sequence[Entry]) -> bytes:
    """Return the document in this format, UTF-8, entries in the order given."""
    return RENDERERS[format](channel, entries)
