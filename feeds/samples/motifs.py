"""The things that recur in the scenes: ridges, clouds, trees, houses, flags and people.

A motif stands on the point it is given (its foot), and draws nothing outside its own outline.
"""

from __future__ import annotations

import math

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, Fill, chance, mix, noise, wash

SKINS = ("#e8b48c", "#d9a077", "#c98e66")
SCARF = "#d8322b"
SHIRTS = ("#f3f0e4", "#3b6ea5", "#b7483a", "#4f8a5b", "#d9a441", "#6b4f86", "#2f5d62")


def ridge(canvas: Canvas, *, crest: float, rise: float, swell: float, seed: int, fill: Fill) -> None:
    """Draw a range of hills to the sheet's foot; `rise` is the height of its swells, `swell` their length."""
    points = [(0.0, HEIGHT)]
    for step in range(0, int(WIDTH) + 9, 8):
        place = step / swell
        height = noise(place, seed) + 0.45 * noise(place * 2.3, seed + 1) + 0.16 * noise(place * 5.7, seed + 2)
        points.append((step, crest - rise * height))
    canvas.polygon([*points, (WIDTH, HEIGHT)], fill)


def karst(canvas: Canvas, x: float, foot: float, width: float, height: float, fill: Fill, seed: int) -> None:
    """Draw one steep limestone hill."""
    points = []
    for step in range(41):
        turn = step / 40
        arch = math.sin(math.pi * turn) ** 0.55
        rough = 1 + 0.07 * noise(turn * 9, seed) + 0.03 * noise(turn * 23, seed + 1)
        points.append((x + (turn - 0.5) * width, foot - height * arch * rough))
    canvas.polygon(points, fill)


def cloud(canvas: Canvas, x: float, y: float, width: float, colour: str, opacity: float = 0.85) -> None:
    """Draw a long flat cloud whose base lies on `y`."""
    outline = []
    for step in range(49):
        turn = step / 48
        puff = abs(math.sin(turn * math.pi * 3.5 + 0.4)) * 0.35 + 0.65
        outline.append((x + (turn - 0.5) * width, y - width * 0.16 * math.sin(math.pi * turn) * puff))
    canvas.polygon(outline, colour, opacity)


def pine(canvas: Canvas, x: float, foot: float, height: float, colour: str) -> None:
    """Draw a conifer of three tiers."""
    canvas.rectangle(x - height * 0.03, foot - height * 0.15, x + height * 0.03, foot, mix(colour, "#2a1c14", 0.6))
    for tier in range(4):
        low, high = foot - height * (0.1 + 0.21 * tier), foot - height * (0.46 + 0.18 * tier)
        half = height * (0.25 - 0.05 * tier)
        canvas.polygon([(x - half, low), (x, high), (x + half, low), (x, low - height * 0.05)], colour)


def tree(canvas: Canvas, x: float, foot: float, height: float, leaf: str, seed: int = 1) -> None:
    """Draw a broad-leaved tree, lit from above."""
    trunk = mix(leaf, "#4a2f1e", 0.75)
    canvas.polygon(
        [(x - height * 0.045, foot), (x - height * 0.02, foot - height * 0.5), (x + height * 0.02, foot - height * 0.5),
         (x + height * 0.045, foot)],
        trunk,
    )  # fmt: skip
    for tone, lift, size in ((0.28, 0.0, 1.0), (0.0, 0.03, 0.86), (-1.0, 0.08, 0.6)):
        shade = mix(leaf, "#10281c", tone) if tone >= 0 else mix(leaf, "#ffffe0", 0.18)
        for lobe in range(6):
            angle = math.tau * lobe / 6 + chance(seed, lobe)
            reach = height * 0.17 * size
            canvas.ellipse(
                x + math.cos(angle) * reach - (height * 0.03 if tone < 0 else 0),
                foot - height * (0.66 + lift) + math.sin(angle) * reach * 0.75,
                height * 0.17 * size,
                height * 0.15 * size,
                shade,
            )


def palm(canvas: Canvas, x: float, foot: float, height: float, colour: str) -> None:
    """Draw a slim palm with arching leaves."""
    top = (x + height * 0.08, foot - height * 0.8)
    canvas.line([(x, foot), (x + height * 0.02, foot - height * 0.4), top], mix(colour, "#5a4030", 0.6), height * 0.035)
    for leaf in range(9):
        angle = math.pi * (leaf / 8) + 0.1 * (chance(7, leaf) - 0.5)
        reach = height * 0.3
        tip = (top[0] + math.cos(angle) * reach, top[1] - math.sin(angle) * reach * 0.55 + height * 0.1)
        bend = (top[0] + math.cos(angle) * reach * 0.5, top[1] - math.sin(angle) * reach * 0.75 - height * 0.03)
        under = (bend[0], bend[1] + height * 0.06)
        canvas.polygon([top, bend, tip, under], mix(colour, "#f4ffb0", 0.22 * chance(9, leaf)))


def stilt_house(
    canvas: Canvas, x: float, foot: float, width: float, *, lit: bool = False, tint: str = "#8a5a34"
) -> None:
    """Draw a wooden house on stilts under a deep thatched roof; `x` is its middle."""
    floor, eaves, top = foot - width * 0.2, foot - width * 0.44, foot - width * 0.78
    wood, dark = tint, mix(tint, "#20120a", 0.55)
    canvas.rectangle(x - width * 0.4, floor, x + width * 0.4, foot, mix(dark, "#000000", 0.15), 0.55)
    for post in range(6):
        left = x - width * 0.41 + post * width * 0.157
        canvas.rectangle(left, floor, left + width * 0.028, foot + width * 0.01, dark)
    canvas.rectangle(x - width * 0.42, eaves - width * 0.03, x + width * 0.42, floor, wash(mix(wood, dark, 0.55), wood))
    for plank in range(1, 14):
        seam = x - width * 0.42 + plank * width * 0.06
        canvas.line([(seam, eaves), (seam, floor)], mix(wood, dark, 0.4), width * 0.004)
    canvas.rectangle(x - width * 0.47, floor - width * 0.02, x + width * 0.47, floor + width * 0.015, dark)
    pane = "#ffd56b" if lit else mix(dark, "#101820", 0.4)
    for place in (-0.29, 0.0, 0.29):
        mid, half = x + width * place, width * (0.055 if place else 0.065)
        canvas.rectangle(mid - half, eaves + width * 0.045, mid + half, floor - (width * 0.06 if place else 0.02), pane)
        canvas.line([(mid, eaves + width * 0.045), (mid, floor - width * 0.06)], dark, width * 0.008)
    for rung in range(6):
        step = floor + rung * width * 0.035
        canvas.line([(x - width * 0.05, step), (x + width * 0.05, step)], mix(wood, "#ffe0b0", 0.25), width * 0.013)
    roof = mix("#6b4a2f", tint, 0.3)
    canvas.polygon(
        [(x - width * 0.56, eaves + width * 0.03), (x - width * 0.3, top), (x + width * 0.3, top),
         (x + width * 0.56, eaves + width * 0.03)],
        wash(mix(roof, "#f2cf95", 0.5), roof, mix(roof, "#1c100a", 0.45)),
    )  # fmt: skip
    canvas.line([(x - width * 0.31, top), (x + width * 0.31, top)], mix(roof, "#20120a", 0.35), width * 0.025)
    canvas.line(
        [(x - width * 0.56, eaves + width * 0.03), (x + width * 0.56, eaves + width * 0.03)],
        mix(roof, "#120a06", 0.6),
        width * 0.014,
    )


def star(canvas: Canvas, x: float, y: float, radius: float, colour: str) -> None:
    """Draw a five-pointed star around its centre."""
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.pi * corner / 5 - math.pi / 2
        points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
    canvas.polygon(points, colour)


def flag(canvas: Canvas, x: float, foot: float, height: float, width: float) -> None:
    """Draw the national flag flying from a pole at `x`."""
    canvas.rectangle(x - height * 0.008, foot - height, x + height * 0.008, foot, wash("#f4f1e6", "#9a9384"))
    top, drop = foot - height * 0.97, width * 2 / 3
    edge = [(x + width * step / 24, math.sin(step / 24 * 6.2) * width * 0.05 * min(1, step / 6)) for step in range(25)]
    upper = [(across, top + wave) for across, wave in edge]
    lower = [(across, top + drop + wave) for across, wave in reversed(edge)]
    canvas.polygon([*upper, *lower], "#d62718")
    for fold in range(8, 21, 6):
        piece = edge[fold : fold + 4]
        band = [(across, top + wave) for across, wave in piece]
        canvas.polygon([*band, *((across, y + drop) for across, y in reversed(band))], "#8f1410", 0.22)
    star(canvas, x + width * 0.5, top + drop * 0.5 + math.sin(3.1) * width * 0.05, drop * 0.3, "#ffdd33")


def conical_hat(canvas: Canvas, x: float, y: float, width: float, straw: str = "#efd9a0") -> None:
    """Draw a palm-leaf hat whose brim is centred on the point."""
    top = y - width * 0.42
    canvas.polygon([(x - width / 2, y), (x, top), (x + width / 2, y)], straw)
    canvas.polygon([(x, top), (x + width / 2, y), (x + width * 0.12, y)], mix(straw, "#7a5a28", 0.3))
    canvas.ellipse(x, y, width / 2, width * 0.07, mix(straw, "#7a5a28", 0.45))


def person(
    canvas: Canvas, x: float, foot: float, height: float, *, top: str, legs: str = "#2c3340", skin: str = SKINS[0],
    hair: str = "#241a17", hat: bool = False,
) -> None:  # fmt: skip
    """Draw someone standing, arms at their sides."""
    unit = height / 7.2
    for side in (-1, 1):
        canvas.polygon(
            [(x + side * unit * 0.08, foot - unit * 3.4), (x + side * unit * 0.85, foot - unit * 3.4),
             (x + side * unit * 0.72, foot), (x + side * unit * 0.16, foot)],
            legs,
        )  # fmt: skip
        canvas.line(
            [(x + side * unit * 0.9, foot - unit * 5.3), (x + side * unit * 1.18, foot - unit * 4.1),
             (x + side * unit * 1.02, foot - unit * 3.1)],
            mix(top, "#000000", 0.14),
            unit * 0.5,
        )  # fmt: skip
        canvas.ellipse(x + side * unit * 1.02, foot - unit * 2.95, unit * 0.24, unit * 0.26, skin)
    canvas.polygon(
        [(x - unit * 1.05, foot - unit * 5.5), (x - unit * 0.45, foot - unit * 5.85),
         (x + unit * 0.45, foot - unit * 5.85), (x + unit * 1.05, foot - unit * 5.5),
         (x + unit * 0.86, foot - unit * 3.1), (x - unit * 0.86, foot - unit * 3.1)],
        top,
    )  # fmt: skip
    canvas.rectangle(x - unit * 0.24, foot - unit * 6.1, x + unit * 0.24, foot - unit * 5.7, mix(skin, "#5a3018", 0.25))
    canvas.ellipse(x, foot - unit * 6.55, unit * 0.62, unit * 0.72, hair)
    canvas.ellipse(x, foot - unit * 6.4, unit * 0.52, unit * 0.58, skin)
    if hat:
        conical_hat(canvas, x, foot - unit * 6.7, unit * 2.6)


def bust(canvas: Canvas, x: float, foot: float, width: float, colour: str, rim: str | None = None) -> None:
    """Draw head and shoulders from behind; `rim` lights the upper edge."""
    if rim is not None:
        bust(canvas, x, foot - width * 0.035, width * 0.99, rim)
    head = foot - width * 0.62
    shoulder = [(x + width / 2 * math.cos(turn), foot - width * 0.34 * math.sin(turn) ** 0.8) for turn in
                (math.pi * step / 24 for step in range(25))]  # fmt: skip
    canvas.polygon([*shoulder, (x - width / 2, foot + width * 0.4), (x + width / 2, foot + width * 0.4)], colour)
    canvas.rectangle(x - width * 0.1, head, x + width * 0.1, foot - width * 0.2, colour)
    canvas.ellipse(x, head, width * 0.21, width * 0.25, colour)


def birds(canvas: Canvas, x: float, y: float, size: float, colour: str) -> None:
    """Draw a small loose flock."""
    for bird in range(7):
        left, high = x + size * (bird * 1.6 + chance(3, bird)), y + size * 2.2 * (chance(4, bird) - 0.5)
        wing = size * (0.6 + 0.3 * chance(5, bird))
        canvas.line(
            [(left - wing, high - wing * 0.35), (left - wing * 0.4, high - wing * 0.4), (left, high),
             (left + wing * 0.4, high - wing * 0.4), (left + wing, high - wing * 0.35)],
            colour,
            size * 0.12,
        )  # fmt: skip
