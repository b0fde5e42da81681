"""The scenes with one subject in front: portraits in silhouette, and a field of solar panels."""

from __future__ import annotations

import math
from itertools import pairwise

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, Point, chance, mix, wash
from feeds.samples.motifs import SKINS, birds, cloud, person, pine, ridge, tree


def woman_farmer(canvas: Canvas) -> None:
    """Draw a woman in a conical hat, in profile before the morning sun."""
    canvas.backdrop(wash("#f6b45f", "#fbd08a", "#fde6b8", "#f6d49a"))
    canvas.glow(690, 370, 560, "#fff6d6", 0.8)
    canvas.ellipse(690, 370, 262, 262, wash("#fff3cc", "#ffdb8e"))
    ridge(canvas, crest=560, rise=60, swell=300, seed=91, fill=wash("#d99a62", "#e9bd86"))
    canvas.mist(540, 680, "#fdeac2", 0.6)
    ridge(canvas, crest=650, rise=40, swell=260, seed=93, fill=wash("#a86a4a", "#c48a5c"))
    for stalk in range(120):
        _rice(canvas, chance(1, stalk) * WIDTH, 730 + 90 * chance(2, stalk), 90 + 60 * chance(3, stalk), "#b9852f")
    _profile(canvas, 640, HEIGHT, 1.0, "#4a2434", "#7a3a44")
    _bun(canvas, 598, 352)
    _wide_hat(canvas)
    for stalk in range(70):
        _rice(canvas, chance(4, stalk) * WIDTH, HEIGHT + 30, 110 + 90 * chance(5, stalk), "#6e4020")
    canvas.shade(0.35, "#4a1c0c")


def _bun(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x + 14, y - 10, 86, 92, "#32141f")
    canvas.ellipse(x - 62, y + 62, 46, 44, "#32141f")


def _wide_hat(canvas: Canvas) -> None:
    peak = (650.0, 132.0)
    brim = [(644 + 262 * math.cos(turn), 322 + 44 * math.sin(turn) + 20 * math.cos(turn)) for turn in
            (math.pi * step / 40 for step in range(41))]  # fmt: skip
    canvas.polygon([peak, *brim], wash("#fbe9ba", "#dfb673", "#a8743e"))
    canvas.polygon([peak, *brim[:17]], "#7a4a26", 0.25)
    canvas.polygon([peak, *brim[24:31]], "#fff6d6", 0.3)
    for ring in range(2, 9):
        share = ring / 9
        canvas.line(
            [(peak[0] + (x - peak[0]) * share, peak[1] + (y - peak[1]) * share) for x, y in brim], "#b98c4c", 1.8
        )
    canvas.line(brim, "#7f522a", 6)


def _profile(canvas: Canvas, x: float, foot: float, scale: float, dark: str, light: str) -> None:
    face: list[Point] = [
        (-70, 470), (-92, 400), (-84, 330), (-40, 290), (30, 286), (84, 310), (92, 352), (88, 376), (110, 420),
        (116, 430), (96, 440), (98, 456), (104, 466), (94, 474), (100, 488), (92, 502), (90, 520), (70, 534),
        (34, 536), (26, 556), (30, 600), (80, 640), (190, 676), (262, 740), (300, 853),
        (-300, 853), (-270, 740),
        (-200, 670), (-90, 624), (-62, 580),
    ]  # fmt: skip
    canvas.polygon(
        [(x + px * scale, foot - (HEIGHT - py) * scale) for px, py in face], wash(mix(light, dark, 0.5), dark, light)
    )
    collar = [(-66, 606), (20, 640), (52, 628), (90, 650), (10, 690), (-100, 640)]
    canvas.polygon(
        [(x + px * scale, foot - (HEIGHT - py) * scale) for px, py in collar], mix(light, "#f6c67a", 0.4), 0.55
    )


def _rice(canvas: Canvas, x: float, foot: float, height: float, colour: str) -> None:
    lean = height * (0.12 + 0.2 * chance(int(x), 3))
    tip = (x + lean, foot - height)
    canvas.line([(x, foot), (x + lean * 0.3, foot - height * 0.6), tip], colour, 2.4)
    for grain in range(6):
        px = tip[0] + grain * 5
        py = tip[1] + grain * grain * 1.5
        canvas.ellipse(px, py, 5.5, 3.6, mix(colour, "#ffd66a", 0.5))


def veteran(canvas: Canvas) -> None:
    """Draw an elder in a cap looking over blue hills at evening."""
    canvas.backdrop(wash("#24566e", "#5f95a0", "#c3cfb4", "#f2dba6"))
    canvas.glow(820, 410, 540, "#fff0c4", 0.8)
    canvas.ellipse(820, 400, 205, 205, wash("#fff2ce", "#f8d493"))
    birds(canvas, 930, 220, 13, "#2f5360")
    ridge(canvas, crest=520, rise=80, swell=270, seed=101, fill=wash("#5d8f94", "#a9bfa6"))
    canvas.mist(500, 640, "#f0e4bc", 0.6)
    ridge(canvas, crest=620, rise=60, swell=250, seed=103, fill=wash("#35697a", "#5f8f8a"))
    ridge(canvas, crest=730, rise=40, swell=300, seed=105, fill=wash("#1f4b5c", "#2f6468"))
    for step in range(30):
        pine(canvas, step * 46 + 20 * chance(2, step), 830 + 26 * chance(3, step), 70 + 70 * chance(4, step), "#163c4a")
    _profile(canvas, 520, HEIGHT, 1.04, "#132c38", "#22485a")
    canvas.polygon(
        [(408, 340), (426, 262), (500, 226), (590, 240), (624, 306), (700, 336), (690, 348), (600, 340)],
        wash("#2d5a52", "#173a38"),
    )
    canvas.polygon([(408, 340), (414, 312), (622, 300), (628, 318)], "#12302f")
    canvas.ellipse(560, 270, 11, 11, "#f0c24a")
    for medal in range(4):
        canvas.ellipse(600 + medal * 34, 760 + medal * 12, 11, 11, wash("#ffdf7a", "#b5822a"))
        canvas.rectangle(594 + medal * 34, 734 + medal * 12, 606 + medal * 34, 750 + medal * 12, "#c8362c")
    canvas.shade(0.35, "#06161e")


def solar_panels(canvas: Canvas) -> None:
    """Draw solar panels and a power line in the midday light, with linemen at work."""
    canvas.backdrop(wash("#2f8fcb", "#7cc3e2", "#cdeae8", "#f6f3d6"))
    canvas.glow(1010, 150, 420, "#fffbe0", 0.95)
    canvas.ellipse(1010, 150, 52, 52, "#fffdf0")
    cloud(canvas, 300, 170, 360, "#ffffff", 0.9)
    cloud(canvas, 640, 110, 240, "#ffffff", 0.7)
    ridge(canvas, crest=410, rise=75, swell=250, seed=111, fill=wash("#6fae9c", "#b3d4b0"))
    canvas.mist(390, 500, "#f2f4da", 0.5)
    ridge(canvas, crest=490, rise=30, swell=320, seed=113, fill=wash("#69a552", "#8dbb5c", "#5f8f44"))
    pylons = ((140.0, 520.0, 330.0), (470.0, 505.0, 240.0), (700.0, 495.0, 180.0), (870.0, 490.0, 135.0))
    for (x, foot, height), (next_x, next_foot, next_height) in pairwise(pylons):
        for arm in (0.86, 0.72):
            for side in (-1, 1):
                _wire(
                    canvas,
                    (x + side * height * 0.2, foot - height * arm),
                    (next_x + side * next_height * 0.2, next_foot - next_height * arm),
                )
    for x, foot, height in pylons:
        _pylon(canvas, x, foot, height)
    for x, height, seed in ((1130, 120, 1), (1235, 150, 2), (560, 80, 3)):
        tree(canvas, x, 520, height, "#4d8f45", seed)
    linemen = ((890, 655, 150, "#ffd23c"), (975, 662, 154, "#ffffff"))
    for row in range(3):
        if row == 1:
            for x, foot, height, helmet in linemen:
                person(canvas, x, foot, height, top="#f07a24", legs="#2a3c5c", skin=SKINS[1])
                canvas.ellipse(x, foot - height * 0.94, height * 0.1, height * 0.08, helmet)
        size, y = 128 + row * 62, 560 + row * 105
        for panel in range(-1, int(WIDTH / size) + 2):
            _panel(canvas, panel * size * 1.1 - row * 30, y, size)
    canvas.shade(0.22, "#0c2a3c")


def _wire(canvas: Canvas, start: Point, end: Point) -> None:
    sag = abs(end[0] - start[0]) * 0.09
    points = []
    for step in range(17):
        share = step / 16
        drop = sag * 4 * share * (1 - share)
        points.append((start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share + drop))
    canvas.line(points, "#4a6a78", 1.3)


def _pylon(canvas: Canvas, x: float, foot: float, height: float) -> None:
    steel, width = "#43606e", height * 0.014
    top = foot - height
    for side in (-1, 1):
        canvas.line(
            [(x + side * height * 0.14, foot), (x + side * height * 0.03, top + height * 0.3), (x, top)], steel, width
        )
    for rung in range(7):
        low, high = foot - height * 0.1 * rung, foot - height * 0.1 * (rung + 1)
        half, less = height * (0.14 - 0.0155 * rung), height * (0.14 - 0.0155 * (rung + 1))
        canvas.line([(x - half, low), (x + less, high)], steel, width * 0.7)
        canvas.line([(x + half, low), (x - less, high)], steel, width * 0.7)
    for arm in (0.86, 0.72):
        canvas.line([(x - height * 0.2, foot - height * arm), (x + height * 0.2, foot - height * arm)], steel, width)
        canvas.line(
            [
                (x - height * 0.2, foot - height * arm),
                (x, foot - height * (arm + 0.07)),
                (x + height * 0.2, foot - height * arm),
            ],
            steel,
            width * 0.7,
        )


def _panel(canvas: Canvas, x: float, y: float, size: float) -> None:
    lean, tall = size * 0.24, size * 0.56
    for leg in (0.2, 0.8):
        canvas.rectangle(x + size * leg, y + tall * 0.6, x + size * leg + size * 0.03, y + tall * 1.3, "#7c8a90")
    canvas.polygon([(x + lean, y), (x + size + lean, y), (x + size, y + tall), (x, y + tall)], "#dfe8ea")
    edge = size * 0.022
    corners = [
        (x + lean + edge, y + edge),
        (x + size + lean - edge, y + edge),
        (x + size - edge, y + tall - edge),
        (x + edge, y + tall - edge),
    ]
    canvas.polygon(corners, wash("#4f8fd0", "#2456a0", "#14356f"))
    for column in range(1, 6):
        share = column / 6
        canvas.line([(x + lean + size * share, y + edge), (x + size * share, y + tall - edge)], "#8fb8e0", size * 0.007)
    for row in range(1, 4):
        share = row / 4
        left = x + lean * (1 - share)
        canvas.line([(left + edge, y + tall * share), (left + size - edge, y + tall * share)], "#8fb8e0", size * 0.007)
    canvas.polygon(
        [
            (x + lean + size * 0.1, y + edge),
            (x + lean + size * 0.3, y + edge),
            (x + size * 0.22, y + tall - edge),
            (x + size * 0.02 + edge, y + tall - edge),
        ],
        "#d6ecff",
        0.22,
    )
