"""The rows that a published bulletin leaves, as tuples of what either database is fed with.

Revisions, the audit log and the full-text index are left out: no feed of a channel is read from them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from store.types import Rendition, StoredFile
from tests.bench.large.composing import Written
from tests.bench.large.founding import Filing
from tests.bench.large.lives import GONE, REVISED, Event, Life
from tests.bench.large.stock import Stock

Value = str | int | bool | None
Row = tuple[Value, ...]
Instant = Callable[[int], str]
"""Writes seconds since 1970 as a database takes them."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "bulletin": (
        *("number", "public_id", "slug", "title", "lead", "language", "status", "publisher_id", "published_at"),
        *("published_offset_minutes", "published_precision", "updated_at", "changed_at", "edition", "revision"),
        *("version", "last_attachment", "arrival", "position", "gone_at", "gone_reason"),
        *("place_name", "place_latitude_e5", "place_longitude_e5"),
    ),
    "body": ("bulletin", "html"),
    "bulletin_category": ("bulletin", "category_id", "ordinal"),
    "bulletin_subject": ("bulletin", "organisation_id", "ordinal", "recognised"),
    "bulletin_author": ("bulletin", "author_id", "ordinal"),
    "stored_file": ("digest", "media_type", "size_bytes", "width_px", "height_px", "is_animated"),
    "rendition": ("original", "recipe", "name", "digest"),
    "attachment": (
        *("bulletin", "number", "kind", "caption", "credit", "alternative_text", "reference"),
        *("focus_x_percent", "focus_y_percent", "digest"),
    ),
    "correction": ("bulletin", "revision", "corrected_at", "note"),
    "tombstone": ("bulletin", "selection_key", "edition", "gone_at"),
    "change": ("edition", "kind", "bulletin", "selection_keys", "committed_at"),
    "placement": ("selection_key", "position"),
    "announcement": ("selection_key", "ordinal", "edition", "bulletin"),
    "selection_mark": ("selection_key", "edition", "changed_at"),
}
"""The columns that are given, by table; what they leave out is empty, or as the table has it by default."""


def correction_note(stock: Stock, number: int) -> str:
    """Give what the readers of a corrected bulletin were told."""
    return stock.corrections[number % len(stock.corrections)]


def withdrawal_reason(stock: Stock, number: int) -> str:
    """Give why a bulletin was withdrawn."""
    return stock.withdrawals[number % len(stock.withdrawals)]


def change_row(event: Event, keys: list[str], instant: Instant) -> Row:
    """Give the row of the change log."""
    return event.edition, event.kind, event.number, " ".join(keys), instant(event.at)


def rows_of(written: Written, life: Life, filing: Filing, stock: Stock, instant: Instant) -> Iterator[tuple[str, Row]]:
    """Yield the table and the row for all that is told of one bulletin as it is now, but for its placements."""
    number = written.number
    yield "bulletin", _bulletin(written, life, filing, stock, instant)
    yield "body", (number, written.body)
    for ordinal, category in enumerate(filing.categories):
        yield "bulletin_category", (number, category, ordinal)
    for ordinal, body in enumerate(filing.subjects):
        yield "bulletin_subject", (number, body, ordinal, False)
    for ordinal, author in enumerate(filing.authors):
        yield "bulletin_author", (number, author, ordinal)
    for each in written.attachments:
        focus = (each.focus.x_percent, each.focus.y_percent) if each.focus else (None, None)
        words = (each.caption, each.credit, each.alternative_text, each.reference)
        digest = each.file.digest if each.file else None
        yield "attachment", (number, each.number, each.kind.value, *words, *focus, digest)
    if life.fate == REVISED:
        yield "correction", (number, 2, instant(life.fate_at), correction_note(stock, number))


def file_rows(file: StoredFile) -> Iterator[tuple[str, Row]]:
    """Yield the rows of a stored file and its renditions."""
    yield "stored_file", _stored(file)
    for rendition in file.renditions:
        yield "stored_file", _stored(rendition)
        yield "rendition", (file.digest, rendition.recipe, rendition.name, rendition.digest)


def tombstone_rows(life: Life, keys: list[str], instant: Instant) -> Iterator[tuple[str, Row]]:
    """Yield what a withdrawn bulletin leaves in every selection that it stood in."""
    for key in keys:
        yield "tombstone", (life.number, key, life.fate_edition, instant(life.fate_at))


def _bulletin(written: Written, life: Life, filing: Filing, stock: Stock, instant: Instant) -> Row:
    is_gone, is_revised = life.fate == GONE, life.fate == REVISED
    published, place = instant(life.published_at), written.place
    return (
        written.number,
        written.public_id,
        written.slug,
        written.title,
        written.lead,
        "vi",
        "withdrawn" if is_gone else "published",
        filing.publisher,
        published,
        420,
        "day" if life.is_day_only else "minute",
        instant(life.fate_at) if is_revised else published,
        instant(life.fate_at if life.fate else life.arrived_at),
        life.fate_edition if life.fate else life.edition,
        2 if is_revised else 1,
        3 if life.fate else 2,
        len(written.attachments),
        written.number,
        life.position,
        instant(life.fate_at) if is_gone else None,
        withdrawal_reason(stock, written.number) if is_gone else None,
        *((place.name, place.latitude_e5, place.longitude_e5) if place else (None, None, None)),
    )


def _stored(file: StoredFile | Rendition) -> Row:
    return file.digest, file.media_type, file.size_bytes, file.width_px, file.height_px, False
