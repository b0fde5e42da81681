"""A drawing surface for flat scenes: coordinates are those of a 1280 by 853 sheet, whatever its size in pixels.

Everything drawn depends on its arguments alone, so that the same scene always gives the same pixels. Shapes are drawn
at twice the wanted size and brought down in the end, which is what smooths their edges.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

WIDTH = 1280.0
HEIGHT = 853.0
OVERSAMPLING = 2
GRADIENT_STEPS = 128

Point = tuple[float, float]
Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Wash:
    """A gradient from the top of a shape to its bottom, through evenly spaced `#rrggbb` colours."""

    colours: tuple[str, ...]

    def column(self) -> Image.Image:
        """Return the gradient as an image one pixel wide."""
        stops = [rgb(colour) for colour in self.colours]
        pixels = bytearray()
        for step in range(GRADIENT_STEPS):
            place = step / (GRADIENT_STEPS - 1) * (len(stops) - 1)
            index = min(int(place), len(stops) - 2)
            pixels += bytes(mix_rgb(stops[index], stops[index + 1], place - index))
        return Image.frombytes("RGB", (1, GRADIENT_STEPS), bytes(pixels))


Fill = str | Wash


def wash(*colours: str) -> Wash:
    """Name a gradient by its colours, top first."""
    return Wash(colours)


def rgb(colour: str) -> Rgb:
    """Read `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix_rgb(first: Rgb, second: Rgb, share: float) -> Rgb:
    """Blend two colours; `share` 0 gives the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def mix(first: str, second: str, share: float) -> str:
    """Blend two `#rrggbb` colours; `share` 0 gives the first, 1 the second."""
    return "#{:02x}{:02x}{:02x}".format(*mix_rgb(rgb(first), rgb(second), min(max(share, 0.0), 1.0)))


def chance(*seed: int) -> float:
    """Return a number in [0, 1) that looks random and is always the same for the same seed."""
    state = 0x9E3779B9
    for part in seed:
        state = (state ^ (part & 0xFFFFFFFF)) * 0x85EBCA6B & 0xFFFFFFFF
        state = (state ^ state >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
        state ^= state >> 16
    return state / 2**32


def noise(place: float, seed: int) -> float:
    """Return smooth noise in [-1, 1] along a line; one swell is about one unit long."""
    left = math.floor(place)
    share = place - left
    eased = share * share * (3 - 2 * share)
    return 2 * (chance(seed, left) * (1 - eased) + chance(seed, left + 1) * eased) - 1


class Canvas:
    """A sheet to draw on; `scale` is output pixels per unit of the sheet."""

    def __init__(self, scale: float) -> None:
        self._unit = scale * OVERSAMPLING
        self.image = Image.new("RGB", (math.ceil(WIDTH * self._unit), math.ceil(HEIGHT * self._unit)))
        self._pen = ImageDraw.Draw(self.image)

    def backdrop(self, fill: Fill) -> None:
        """Fill the whole sheet."""
        self.polygon([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], fill)

    def polygon(self, points: Sequence[Point], fill: Fill, opacity: float = 1.0) -> None:
        """Draw a closed shape."""
        scaled = self._scaled(points)
        if isinstance(fill, str) and opacity >= 1:
            self._pen.polygon(scaled, fill=rgb(fill))
            return
        box = self._box(scaled)
        if box is None:
            return
        left, top = box[:2]
        mask = Image.new("L", (box[2] - left, box[3] - top))
        moved = [(x - left, y - top) for x, y in scaled]
        ImageDraw.Draw(mask).polygon(moved, fill=round(255 * opacity))
        self._lay(fill, mask, (left, top))

    def rectangle(self, left: float, top: float, right: float, bottom: float, fill: Fill, opacity: float = 1.0) -> None:
        """Draw an upright rectangle."""
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], fill, opacity)

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Fill, opacity: float = 1.0) -> None:
        """Draw an ellipse around its centre."""
        steps = 24 if max(rx, ry) < 30 else 72
        turns = [math.tau * step / steps for step in range(steps)]
        self.polygon([(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns], fill, opacity)

    def line(self, points: Sequence[Point], colour: str, width: float) -> None:
        """Draw an open line of the given width."""
        thickness = max(1, round(width * self._unit))
        self._pen.line(self._scaled(points), fill=rgb(colour), width=thickness, joint="curve")

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float) -> None:
        """Shed soft light; `strength` 1 covers the centre wholly."""
        side = max(2, round(2 * radius * self._unit))
        # The gradient has reached 181 of 255 at the middle of its edges: light that ends later ends in a square.
        levels = [round(max(0.0, 1 - level / 180) ** 2 * 255 * strength) for level in range(256)]
        mask = Image.radial_gradient("L").point(levels).resize((side, side), Image.Resampling.BILINEAR)
        corner = round((x - radius) * self._unit), round((y - radius) * self._unit)
        self.image.paste(rgb(colour), (*corner, corner[0] + side, corner[1] + side), mask)

    def mist(self, top: float, bottom: float, colour: str, strength: float) -> None:
        """Lay a band of mist over the whole width, thickest in its middle."""
        column = bytes(round(255 * strength * math.sin(math.pi * step / 63) ** 2) for step in range(64))
        size = (self.image.width, max(1, round((bottom - top) * self._unit)))
        mask = Image.frombytes("L", (1, 64), column).resize(size, Image.Resampling.BICUBIC)
        corner = (0, round(top * self._unit))
        self.image.paste(rgb(colour), (*corner, corner[0] + size[0], corner[1] + size[1]), mask)

    def shade(self, strength: float, colour: str = "#000000") -> None:
        """Darken the corners of the sheet."""
        levels = [round(max(0.0, (level - 110) / 145) ** 1.5 * 255 * strength) for level in range(256)]
        mask = Image.radial_gradient("L").point(levels).resize(self.image.size, Image.Resampling.BILINEAR)
        self.image.paste(rgb(colour), (0, 0, *self.image.size), mask)

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self._unit, y * self._unit) for x, y in points]

    def _box(self, scaled: Sequence[Point]) -> tuple[int, int, int, int] | None:
        left = max(0, math.floor(min(x for x, _ in scaled)))
        top = max(0, math.floor(min(y for _, y in scaled)))
        right = min(self.image.width, math.ceil(max(x for x, _ in scaled)) + 1)
        bottom = min(self.image.height, math.ceil(max(y for _, y in scaled)) + 1)
        return (left, top, right, bottom) if right > left and bottom > top else None

    def _lay(self, fill: Fill, mask: Image.Image, corner: tuple[int, int]) -> None:
        box = (*corner, corner[0] + mask.width, corner[1] + mask.height)
        if isinstance(fill, str):
            self.image.paste(rgb(fill), box, mask)
        else:
            self.image.paste(fill.column().resize(mask.size, Image.Resampling.BILINEAR), box, mask)
