"""Photos as our own pages show them: WebP with JPEG beside it, each at all widths, the first one at once.

Widths stand in every image, so that nothing moves when it arrives; styles are classes, as the pages' policy asks.

Spec: WHATWG HTML 4.8.2 (picture), 4.8.4.2 (srcset, sizes), 2.5.7 (lazy loading).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from feeds.addresses import Addresses
from feeds.enclosures import address_of
from feeds.figures import WriteImage, candidates, choice, image_tag, steps_of
from store.attachments import recipe
from store.types import Attachment, Focus, Rendition, StoredFile

COLUMN_PX, TALL_COLUMN_PX = 736, 480
FRAME_PERCENT = 92
"""How wide a photo gets on a bulletin's page, upright ones less, and how much of a narrow screen: see bantin.css."""
TALL = 1.1
"""From this height on, in widths, a photo would take more of the screen than anybody sees at once."""
THUMB_SIZES = "(max-width: 34rem) 92vw, 12rem"
WIDEST_THUMB_PX = 640
FOCUS_STEP_PERCENT = 10


def page_image(addresses: Addresses, lead: Attachment | None) -> WriteImage:
    """Write images for a bulletin's own page; all but the lead photo wait until they are scrolled to."""

    def write(attachment: Attachment, file: StoredFile, alternative: str) -> str:
        form = recipe.shown_form(file)
        is_tall = form.height_px > form.width_px * TALL
        room_px = min(form.width_px, TALL_COLUMN_PX if is_tall else COLUMN_PX)
        sizes = f"(max-width: {room_px * 100 // FRAME_PERCENT}px) {FRAME_PERCENT}vw, {room_px}px"
        is_lead = lead is not None and attachment.number == lead.number
        loading = ' fetchpriority="high"' if is_lead else ' loading="lazy" decoding="async"'
        tall = ' class="tall"' if is_tall else ""
        jpeg = choice(steps_of(file, recipe.JPEG), addresses, sizes)
        webp = choice(steps_of(file, recipe.WEBP), addresses, sizes, least=1)
        image = image_tag(form, alternative, addresses, jpeg + tall + loading)
        return f'<picture><source type="{recipe.WEBP}"{webp}>{image}</picture>' if webp else image

    return write


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumb:
    """The small photo of a headline; `focus_class` keeps what must not be lost within its frame.

    `jpeg` and `webp` are values of `srcset`, empty where there is nothing to choose from.
    """

    url: str
    width_px: int
    height_px: int
    jpeg: str
    webp: str
    focus_class: str

    @classmethod
    def of(cls, attachment: Attachment, file: StoredFile, addresses: Addresses) -> Self:
        """Build the thumb of a photo; an animated one stands still where it has a rendition that does."""
        form = recipe.thumbnail(file) or recipe.shown_form(file)
        jpeg = _small(file, recipe.JPEG)
        return cls(
            url=address_of(form, addresses),
            width_px=form.width_px,
            height_px=form.height_px,
            jpeg=candidates(jpeg, addresses) if len(jpeg) > 1 else "",
            webp=candidates(_small(file, recipe.WEBP), addresses),
            focus_class=focus_class(attachment.focus),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The picture that networks and messengers show beside a link."""

    url: str
    media_type: str
    width_px: int
    height_px: int
    alternative_text: str

    @classmethod
    def of(cls, attachment: Attachment, file: StoredFile, addresses: Addresses) -> Self:
        """Build the preview of a photo: its share card, or until that is made its own shown form."""
        form = recipe.share_card(attachment) or recipe.shown_form(file)
        return cls(
            url=address_of(form, addresses),
            media_type=form.media_type,
            width_px=form.width_px,
            height_px=form.height_px,
            alternative_text=attachment.alternative_text or attachment.caption,
        )


def focus_class(focus: Focus | None) -> str:
    """Name the classes that place a photo within a frame of another shape; empty for the usual place."""
    if focus is None:
        return ""
    x, y = ((percent + FOCUS_STEP_PERCENT // 2) // FOCUS_STEP_PERCENT for percent in (focus.x_percent, focus.y_percent))
    return f"fx{x} fy{y}"


def _small(file: StoredFile, media_type: str) -> tuple[Rendition, ...]:
    steps = recipe.ladder(file, media_type)
    if file.is_animated:
        # The photo itself would move.
        steps = tuple(step for step in steps if step.digest != file.digest)
    return tuple(step for step in steps if step.width_px <= WIDEST_THUMB_PX) or steps[:1]
