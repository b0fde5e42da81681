"""Where a parser does not read a field as it was meant: the limits that are its own, each with its reason.

ABSENT is proved by marked words that appear nowhere in what the parser answers; the others by the comparison itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from feeds.documents.model import Document, Format, Media, Party, Term, Thumbnail
from feeds.documents.rendering import render
from store.types import VIETNAM, Origin, Place
from tests.feeds.documents.values import CHANNEL, ENTRY

ABSENT = "hands on nothing of it"
FILLS = "fills a lead, content or author that is missing with another text of the entry or of the channel"
PILES = "piles them up beside the photos and documents, without saying whose they are"
FIRST_AUTHOR = "hands on the first author alone"
DROPS_SRCSET = "takes srcset and sizes out of images"
GUESSES = "takes plain text for HTML, and resolves entities once more than was escaped"
AS_LINKS = "hands files on as links, photos and documents alike"
AS_ATTACHMENTS = "hands files on as attachments, photos and documents alike"
AS_ONE = "counts an enclosure and the media:content of the same address as one"
NO_LINKS = "hands on the media of an Atom entry, not its links"

_FILES = ("photo addresses", "photo types", "photo bytes", "documents")
_WORDS = ("photo captions", "document titles", "references")
_PHOTOS = ("photo pixels", "photo credits", "alternative texts", "thumbnails")


def _all(fields: tuple[str, ...], reason: str) -> dict[str, str]:
    return dict.fromkeys(fields, reason)


LIMITS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("feedparser", format): {
        "summary": FILLS,
        "content": DROPS_SRCSET,
        **_all(
            ("photo captions", "photo credits", "alternative texts", "thumbnails", "document titles", "references"),
            PILES,
        ),
    }
    for format in ("rss", "atom")
} | {
    ("fastfeedparser", "rss"): {
        **_all(("summary", "content"), FILLS),
        "authors": FIRST_AUTHOR,
        **_all(("channel language", "publisher", "language", "photo bytes"), ABSENT),
        **_all(("alternative texts", "references", "origin", "place"), ABSENT),
    },
    ("fastfeedparser", "atom"): {
        "summary": FILLS,
        "authors": FIRST_AUTHOR,
        "enclosures": AS_LINKS,
        "references": AS_LINKS,
        **_all(("publisher", "language", "photo bytes", "alternative texts", "origin", "place"), ABSENT),
    },
    ("fastfeedparser", "json"): {
        "content": FILLS,
        "authors": FIRST_AUTHOR,
        **_all(_FILES, AS_ATTACHMENTS),
        **_all((*_WORDS, *_PHOTOS, "publisher", "language", "origin", "place"), ABSENT),
    },
    ("atoma", "rss"): {
        **_all((*_FILES, *_WORDS, *_PHOTOS), ABSENT),
        **_all(("updated", "authors", "publisher", "language", "place"), ABSENT),
    },
    ("atoma", "atom"): {
        "authors": FILLS,
        **_all((*_FILES, *_WORDS), AS_LINKS),
        **_all((*_PHOTOS, "channel language", "publisher", "language", "place"), ABSENT),
    },
    ("atoma", "json"): {
        **_all((*_FILES, *_WORDS), AS_ATTACHMENTS),
        **_all((*_PHOTOS, "channel language", "publisher", "language", "origin", "place"), ABSENT),
        "authors": FIRST_AUTHOR,
    },
    ("feedsmith", "rss"): _all(("alternative texts", "references"), ABSENT),
    ("feedsmith", "atom"): {"alternative texts": ABSENT, "references": AS_LINKS},
    ("feedsmith", "json"): {
        **_all((*_FILES, *_WORDS), AS_ATTACHMENTS),
        **_all((*_PHOTOS, "publisher", "origin", "place"), ABSENT),
    },
    ("rss-parser", "rss"): {"updated": ABSENT, "authors": FIRST_AUTHOR},
    ("rss-parser", "atom"): {
        **_all(("channel language", "updated", "categories", "language"), ABSENT),
        "authors": FIRST_AUTHOR,
        "enclosures": NO_LINKS,
    },
    ("feed-parser", "rss"): {
        **_all(("channel title", "title", "summary", "content"), GUESSES),
        "authors": FILLS,
        **_all((*_FILES, "enclosures", "photo captions", "document titles", "thumbnails"), AS_ONE),
        **_all(("updated", "publisher", "language", "origin", "place"), ABSENT),
        **_all(("photo pixels", "photo credits", "alternative texts", "references"), ABSENT),
    },
    ("feed-parser", "atom"): {
        **_all(("channel title", "title", "summary", "content"), GUESSES),
        "authors": FILLS,
        **_all((*_FILES, "enclosures", *_WORDS), AS_ONE),
        **_all((*_PHOTOS, "publisher", "language", "origin", "place"), ABSENT),
    },
}


def _photo(number: int) -> Media:
    return Media(
        url=f"https://marked.example/photo-{number}.jpg",
        media_type=f"image/x-marked-{number}",
        size_bytes=900_100 + number,
        width_px=7_100 + number,
        height_px=7_200 + number,
        caption=f"caption-{number}",
        credit=f"credit-{number}",
        alternative_text=f"alternative-{number}",
        thumbnail=Thumbnail(url=f"https://marked.example/thumb-{number}.jpg", width_px=311, height_px=222),
    )


MARKED_CHANNEL = replace(CHANNEL, language="lo")
MARKED_ENTRY = replace(
    ENTRY,
    language="km",
    updated=datetime(2026, 10, 13, 11, 47, 59, tzinfo=VIETNAM),
    authors=(Party(name="author-1"), Party(name="author-2")),
    publisher=Party(name="publisher-1"),
    terms=tuple(Term(term=f"t{n}", label=f"label-{n}", scheme="https://marked.example/") for n in (1, 2)),
    photos=(_photo(1), _photo(2)),
    documents=(
        Document(
            url="https://marked.example/document-1.pdf",
            media_type="application/x-marked-3",
            size_bytes=900_201,
            title="doctitle-1",
            reference="reference-1",
        ),
    ),
    origin=Origin("origin-1", "https://marked.example/origin"),
    place=Place("place-1", 2_214_321, 10_583_456),
)
MARKS: Mapping[str, tuple[str, ...]] = {
    "channel language": ("'lo'", '"lo"'),
    "updated": ("11:47:59", "04:47:59", "11, 47, 59"),
    "authors": ("author-2",),
    "publisher": ("publisher-1",),
    "categories": ("label-2",),
    "language": ("'km'", '"km"'),
    "photo addresses": ("photo-2.jpg",),
    "photo types": ("x-marked-2",),
    "photo bytes": ("900102",),
    "photo pixels": ("7102",),
    "photo captions": ("caption-2",),
    "photo credits": ("credit-2",),
    "alternative texts": ("alternative-2",),
    "thumbnails": ("thumb-2",),
    "documents": ("document-1.pdf",),
    "document titles": ("doctitle-1",),
    "references": ("reference-1",),
    "origin": ("origin-1",),
    "place": ("22.14321", "place-1"),
}
"""Words by which a field would be found in a parser's answer to the marked document."""


def marked_document(format: Format) -> bytes:
    """Render a document in which every field has words that no other has."""
    return render(format, MARKED_CHANNEL, [MARKED_ENTRY])
