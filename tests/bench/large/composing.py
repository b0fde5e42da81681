"""Writes the bulletins of a large store: distinct titles, sensible paragraphs of 2 to 5 kB, photos and documents.

What comes out is what the store's own checks would leave of it, to the letter: a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from math import gcd
from random import Random
from uuid import uuid5

from store.attachments import recipe
from store.text.markup import figure
from store.text.slugs import slugify
from store.types import (
    VIETNAM,
    Attachment,
    AttachmentKind,
    Draft,
    Focus,
    Moment,
    Place,
    Precision,
    Rendition,
    StoredFile,
)
from tests.bench.large.founding import Filing
from tests.bench.large.lives import Life
from tests.bench.large.stock import Stock
from tests.support.stores import INSTANCE

SLUG_CHARS = 80
COUNTED = (12, 700)
"""What a title counts lies between these."""
PARAGRAPHS, SENTENCES = (5, 10), (2, 5)
DRAWN_SENTENCES = 44
"""Enough for the longest body, those that are drawn twice left out."""
PHOTOS = (0, 0, 0, 0, 1, 1, 2)
PHOTO_PX = ((1920, 1280), (2048, 1365), (1600, 1067), (1280, 853))
WITH_SUBHEADING, WITH_DOCUMENT, WITH_PLACE, WITH_FOCUS, FROM_THE_ARCHIVE = 0.15, 0.07, 0.05, 0.1, 0.08
ARCHIVE_PHOTOS = 200
"""Photos that stand in many bulletins: emblems, portraits, the assembly hall."""
LATITUDES_E5, LONGITUDES_E5 = (2_200_000, 2_270_000), (10_540_000, 10_650_000)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Written:
    """A bulletin as an editor gives it; `blocks` are its body in pieces, of which a correction adds the last."""

    number: int
    public_id: str
    title: str
    slug: str
    lead: str
    blocks: tuple[str, ...]
    attachments: tuple[Attachment, ...]
    place: Place | None

    @property
    def body(self) -> str:
        """The body as it is now."""
        return "".join(self.blocks)

    def draft(self, life: Life, filing: Filing, stock: Stock, *, before_correction: bool = False) -> Draft:
        """Give it as it would come in by the usual way."""
        return Draft(
            title=self.title,
            lead=self.lead,
            body="".join(self.blocks[:-1]) if before_correction else self.body,
            publisher=stock.organisations[filing.publisher - 1],
            subjects=tuple(stock.organisations[each - 1] for each in filing.subjects),
            categories=tuple(stock.categories[each - 1].name for each in filing.categories),
            authors=tuple(stock.authors[each - 1] for each in filing.authors),
            attachments=self.attachments,
            published=Moment(local(life.published_at), Precision.DAY if life.is_day_only else Precision.MINUTE),
            place=self.place,
        )


def local(seconds: int) -> datetime:
    """Give an instant of seconds since 1970 as it is told in Vietnam."""
    return (EPOCH + timedelta(seconds=seconds)).astimezone(VIETNAM)


class Composer:
    """Writes one bulletin after another; the order in which it is asked decides what it writes."""

    def __init__(self, stock: Stock, random: Random) -> None:
        self._stock = stock
        self._random = random
        self._written = [0] * len(stock.fields)
        self._archive: list[StoredFile] = []

    def write(self, life: Life, filing: Filing) -> Written:
        """Write the next bulletin."""
        random, stock = self._random, self._stock
        field_index = stock.categories[filing.categories[0] - 1].field
        act, place, counted = self._told(field_index)
        field, publisher = stock.fields[field_index], stock.organisations[filing.publisher - 1]
        said = list(dict.fromkeys(random.choices(field.sentences, k=DRAWN_SENTENCES)))
        at = local(life.published_at)
        day = f"{at.day}/{at.month}"
        subject = f"{act} tại {place}"
        counted_in_words = f"{counted} {field.unit}"
        when = random.choice(stock.whens)
        attachments = tuple(self._attachments(place, publisher, day))
        return Written(
            number=life.number,
            public_id=f"urn:uuid:{uuid5(INSTANCE, f'large/{life.number}')}",
            title=f"{subject}: {counted_in_words}",
            slug=_slug(act, place, str(counted), field.unit),
            lead=f"{when} {day}, {publisher} {subject[0].lower()}{subject[1:]} với {counted_in_words}. {said[0]}",
            blocks=tuple(self._blocks(said, attachments)),
            attachments=attachments,
            place=self._map_place(place),
        )

    def archive_files(self) -> tuple[StoredFile, ...]:
        """Give the photos that stand in many bulletins, as far as they were used."""
        return tuple(self._archive)

    def _told(self, field: int) -> tuple[str, str, int]:
        """Give what happened, where, and how many: together never the same twice in one field."""
        acts, places = self._stock.fields[field].acts, self._stock.places
        counts = COUNTED[1] - COUNTED[0]
        combinations = len(acts) * len(places) * counts
        chosen = self._written[field] * _stride(combinations) % combinations
        if self._written[field] == combinations:
            raise AssertionError("there are more bulletins than titles")
        self._written[field] += 1
        rest, counted = divmod(chosen, counts)
        act, place = divmod(rest, len(places))
        return acts[act], places[place], COUNTED[0] + counted

    def _blocks(self, said: list[str], attachments: tuple[Attachment, ...]) -> Iterator[str]:
        random = self._random
        shown = [each.number for each in attachments if each.kind is AttachmentKind.PHOTO]
        count, at = _between(random, *PARAGRAPHS), 1
        headed = _between(random, 1, count) if random.random() < WITH_SUBHEADING else -1
        for above in range(count):
            length = _between(random, *SENTENCES)
            if above == headed:
                yield f"<h2>{random.choice(self._stock.subheadings)}</h2>\n"
            # None of them holds a sign that HTML would have otherwise.
            yield f"<p>{' '.join(said[at : at + length])}</p>\n"
            at += length
            if shown and above in (0, 2) and above < count - 1:
                yield f"{figure(shown.pop(0))}\n"

    def _attachments(self, place: str, publisher: str, day: str) -> Iterator[Attachment]:
        random, stock = self._random, self._stock
        count = random.choice(PHOTOS)
        for number, caption in enumerate(random.sample(stock.captions, k=count), start=1):
            told = caption.format(place=place, publisher=publisher, day=day, when=random.choice(stock.whens).lower())
            focus = Focus(_between(random, 20, 80), _between(random, 20, 60)) if random.random() < WITH_FOCUS else None
            yield Attachment(
                number=number,
                caption=told,
                credit=random.choice(stock.authors) if random.random() < 0.7 else "",
                alternative_text=f"Ảnh chụp tại {place}" if random.random() < 0.3 else "",
                focus=focus,
                file=self._photo(),
            )
        if random.random() < WITH_DOCUMENT:
            title, symbol = random.choice(stock.documents)
            file = StoredFile(
                digest=_digest(random), media_type="application/pdf", size_bytes=_between(random, 40_000, 3_000_000)
            )
            yield Attachment(
                number=count + 1,
                kind=AttachmentKind.DOCUMENT,
                caption=title.format(place=place),
                reference=f"{_between(random, 1, 400)}/{symbol}",
                file=file,
            )

    def _photo(self) -> StoredFile:
        random = self._random
        if random.random() >= FROM_THE_ARCHIVE:
            return _photo_file(random)
        if len(self._archive) < ARCHIVE_PHOTOS:
            self._archive.append(_photo_file(random))
        return random.choice(self._archive)

    def _map_place(self, place: str) -> Place | None:
        random = self._random
        if random.random() >= WITH_PLACE:
            return None
        return Place(place[0].upper() + place[1:], _between(random, *LATITUDES_E5), _between(random, *LONGITUDES_E5))


def _photo_file(random: Random) -> StoredFile:
    """Make up a photo with the renditions of the present recipe; no feed reads their bytes, so there are none."""
    width, height = random.choice(PHOTO_PX)
    return StoredFile(
        digest=_digest(random),
        media_type=recipe.JPEG,
        size_bytes=width * height // _between(random, 4, 12),
        width_px=width,
        height_px=height,
        renditions=tuple(
            Rendition(
                name=name,
                digest=_digest(random),
                media_type=media_type,
                size_bytes=wide * high // _between(random, 5, 15),
                width_px=wide,
                height_px=high,
                recipe=recipe.RECIPE,
            )
            for name, media_type, wide, high in _renditions(width, height)
        ),
    )


@cache
def _renditions(width: int, height: int) -> tuple[tuple[str, str, int, int], ...]:
    made = []
    for name in sorted(recipe.names_of_size(recipe.JPEG, width)):
        kind, _, wide = name.partition("-")
        if kind == recipe.card_name(None):
            made.append((name, recipe.JPEG, *recipe.CARD_PX))
        else:
            made.append((name, f"image/{kind}", int(wide), int(wide) * height // width))
    return tuple(made)


def _between(random: Random, low: int, high: int) -> int:
    """Draw a number from `low` to below `high`, in a third of the time that `randrange` takes."""
    return low + int(random.random() * (high - low))


def _digest(random: Random) -> str:
    return random.randbytes(32).hex()


@cache
def _stride(combinations: int) -> int:
    """Give a step that meets every combination before it comes back to the first, neighbours far apart."""
    step = int(combinations * 0.381966) | 1
    while gcd(step, combinations) > 1:
        step += 2
    return step


def _slug(*parts: str) -> str:
    act, place, counted, unit = parts
    slug = "-".join((_part_slug(f"{act} tại {place}"), counted, _part_slug(unit)))
    return slug if len(slug) <= SLUG_CHARS else slugify(f"{act} tại {place}: {counted} {unit}")


@cache
def _part_slug(text: str) -> str:
    return slugify(text, max_chars=4 * SLUG_CHARS)
