"""Which renditions a photo gets: the recipe, and how documents and pages choose among what was made. Pure.

No photo is ever enlarged. Whoever changes anything here, or in how they are encoded (`picture_renditions.py`), steps
RECIPE: the worker then makes all renditions anew, and the addresses that readers hold go on answering.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from store.types import Attachment, Focus, Rendition, StoredFile

RECIPE = 1
WIDTHS_PX = (320, 640, 1280)
THUMBNAIL_PX = 320
CARD_PX = (1200, 630)
"""The share card that networks show beside a link."""
EMBLEM_PX = (144, 144)
"""The picture of a channel: as large as RSS lets its image be, and square as Atom wants its icon."""
LOGO_PX = (288, 144)
"""The same twice as wide as it is high, as Atom wants its logo."""
LOGO = "logo"
JPEG, WEBP = "image/jpeg", "image/webp"
DEFAULT_FOCUS = Focus(50, 40)
"""Above the middle, because there people have their faces."""


def widths_of(width_px: int) -> tuple[int, ...]:
    """List the widths that a photo of this width is made in, rising; its own where that is not over the widest."""
    smaller = tuple(width for width in WIDTHS_PX if width < width_px)
    return (*smaller, width_px) if width_px <= WIDTHS_PX[-1] else smaller


def rendition_name(media_type: str, width_px: int) -> str:
    """Name a rendition by format and width."""
    return f"{media_type.removeprefix('image/')}-{width_px}"


def card_name(focus: Focus | None) -> str:
    """Name the share card that is cut around a focus."""
    return "card" if focus is None else f"card-{focus.x_percent}-{focus.y_percent}"


def names_of(file: StoredFile, focus: Focus | None = None) -> frozenset[str]:
    """List the renditions that a photo should have, with the share card around `focus`; a document has none."""
    return names_of_size(file.media_type, file.width_px, focus) if file.width_px is not None else frozenset()


def names_of_size(media_type: str, width_px: int, focus: Focus | None = None) -> frozenset[str]:
    """List the renditions that a photo of this type and width should have, with the share card around `focus`."""
    made = {
        rendition_name(each, width)
        for each in (JPEG, WEBP)
        for width in widths_of(width_px)
        if width < width_px or each != media_type
    }
    # The plain card stands in where a focus is taken back.
    return frozenset(made | {card_name(None), card_name(focus)})


def cards_in(names: Collection[str]) -> Iterator[tuple[str, Focus]]:
    """Find the share cards among names of renditions, each with the focus that it is cut around."""
    for name in sorted(names):
        word, *place = name.split("-")
        if word == "card":
            yield name, Focus(int(place[0]), int(place[1])) if place else DEFAULT_FOCUS


def ladder(file: StoredFile, media_type: str) -> tuple[Rendition, ...]:
    """List what a photo has in one format, narrow to wide: its renditions, and itself where that is no wider.

    An animated photo has only itself: its renditions stand still.
    """
    steps = [
        rendition
        for rendition in file.renditions
        if rendition.media_type == media_type and rendition.name.startswith(media_type.removeprefix("image/"))
    ]
    if file.media_type == media_type and file.width_px is not None and file.width_px <= WIDTHS_PX[-1]:
        steps.append(_itself(file))
    return tuple(sorted(steps, key=lambda step: step.width_px))


def shown_form(file: StoredFile) -> Rendition:
    """Give the form of a photo that readers are handed: a JPEG of at most 1280 pixels, or the photo itself."""
    steps = () if file.is_animated else ladder(file, JPEG)
    return steps[-1] if steps else _itself(file)


def thumbnail(file: StoredFile) -> Rendition | None:
    """Give the small JPEG of a photo, None while there is none."""
    return next((step for step in ladder(file, JPEG) if step.width_px >= THUMBNAIL_PX), None) or next(
        iter(ladder(file, JPEG)), None
    )


def share_card(attachment: Attachment) -> Rendition | None:
    """Give the share card of a photo around its focus, None while there is none."""
    if attachment.file is None:
        return None
    cards = {rendition.name: rendition for rendition in attachment.file.renditions}
    return cards.get(card_name(attachment.focus)) or cards.get(card_name(None))


def logo(file: StoredFile) -> Rendition | None:
    """Give the wide form of a channel's picture, None while there is none."""
    return next((rendition for rendition in file.renditions if rendition.name == LOGO), None)


def _itself(file: StoredFile) -> Rendition:
    return Rendition(
        name="original",
        digest=file.digest,
        media_type=file.media_type,
        size_bytes=file.size_bytes,
        width_px=file.width_px or 0,
        height_px=file.height_px or 0,
    )
