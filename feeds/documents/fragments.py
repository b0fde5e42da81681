"""Render entries apart from their documents, and join what was rendered: equal to the whole rendering, byte for byte.

The entry's part of a document, its fragment, depends on the entry and its `EntryContext` alone, so it may be kept for
as long as both stay, and stand in any document of that context. The renderers of whole documents write the fragments
and the head; here is only cutting and joining, at the places where markup alone can stand.

Spec: XML 1.0 section 2.4 (no `<` in character data), RFC 8259 section 7 (no line end in a string).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from feeds.documents import jsonfeed, outgoing
from feeds.documents.model import Channel, Entry, EntryContext, Format, History
from feeds.documents.rendering import render


@dataclass(frozen=True, slots=True)
class Seams:
    """Where entries stand in an XML document: before each, the tag it begins with, and what follows the last one.

    Indentation is part of both, so that none of it is lost.
    """

    opening: bytes
    closing: bytes


SEAMS: Mapping[Format, Seams] = {
    Format.RSS: Seams(b"\n    <item", b"\n  </channel>\n</rss>\n"),
    Format.ATOM: Seams(b"\n  <entry", b"\n</feed>\n"),
}
EMPTY_ITEMS, ITEMS_BEGIN, ITEM_GAP, ITEMS_END = b'"items": []\n}\n', b'"items": [\n    ', b",\n    ", b"\n  ]\n}\n"
ITEM_INDENT = "\n    "


def context_of(format: Format, channel: Channel) -> EntryContext:
    """Name what of a channel its fragments in one format depend on."""
    return _context(format, channel.language)


@lru_cache(maxsize=64)
def _context(format: Format, language: str) -> EntryContext:
    # The same object each time: what is the same is found equal without a look inside.
    return EntryContext(format, language)


def render_fragments(format: Format, channel: Channel, entries: Sequence[Entry]) -> list[bytes]:
    """Render all entries in one pass of the generator, and return the fragment of each, in the order given."""
    if not entries:
        return []
    if format is Format.JSON:
        _, ready = outgoing.ready(channel, entries)
        return [jsonfeed.written(jsonfeed.item(entry)).replace("\n", ITEM_INDENT).encode() for entry in ready]
    seams = SEAMS[format]
    document = render(format, _shell(channel), entries)
    _, *cut = _before(seams.closing, document).split(seams.opening)
    if len(cut) != len(entries):
        raise AssertionError(f"{len(entries)} entries were rendered as {len(cut)}")
    return [seams.opening + each for each in cut]


def join(format: Format, channel: Channel, fragments: Sequence[bytes]) -> bytes:
    """Put fragments of the channel's context into the channel's document, in the order given."""
    head = render(format, channel, ())
    if not fragments:
        return head
    if format is Format.JSON:
        return b"".join([_before(EMPTY_ITEMS, head), ITEMS_BEGIN, ITEM_GAP.join(fragments), ITEMS_END])
    closing = SEAMS[format].closing
    return b"".join([_before(closing, head), *fragments, closing])


def _before(end: bytes, document: bytes) -> bytes:
    if not document.endswith(end):
        raise AssertionError(f"a document ends with {document[-40:]!r} in place of {end!r}")
    return document[: -len(end)]


def _shell(channel: Channel) -> Channel:
    """Leave out what costs time and shows in no fragment."""
    return replace(channel, deleted=(), history=History())
