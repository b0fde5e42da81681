"""The scenes at rivers: boats at sunset, a flood, a new bridge."""

from __future__ import annotations

import math

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, chance, mix, wash
from feeds.samples.motifs import birds, bust, cloud, conical_hat, karst, person, ridge, stilt_house, tree


def river_boats(canvas: Canvas) -> None:
    """Draw boats on a river between limestone hills at sunset."""
    canvas.backdrop(wash("#2f3f74", "#7a5a92", "#d9788a", "#f9a66c", "#fccf86"))
    canvas.glow(660, 430, 520, "#ffe2a0", 0.95)
    canvas.ellipse(660, 415, 66, 66, wash("#fff6d0", "#ffcf6f"))
    cloud(canvas, 250, 190, 420, "#e58f92", 0.5)
    cloud(canvas, 1010, 140, 460, "#b9749a", 0.5)
    birds(canvas, 780, 240, 12, "#4b2f50")
    for x, width, height, seed in ((90.0, 360, 250, 3), (390, 240, 150, 5), (900, 250, 180, 7), (1180, 380, 290, 9)):
        karst(canvas, x, 492, width, height, wash("#6b4c84", "#a76a8c", "#d98e86"), seed)
    for x, width, height, seed in (
        (-30, 330, 340, 13),
        (235, 230, 210, 15),
        (1075, 240, 230, 17),
        (1290, 320, 380, 19),
    ):
        karst(canvas, x, 498, width, height, wash("#3b2d5c", "#553b69", "#704a74"), seed)
    canvas.rectangle(0, 490, WIDTH, HEIGHT, wash("#f6b071", "#cf7c84", "#7c5a8c", "#38406f", "#222b54"))
    canvas.mist(455, 530, "#ffdca8", 0.75)
    for streak in range(90):
        depth = chance(21, streak) ** 1.4
        y = 505 + depth * 330
        reach = 14 + 95 * depth * chance(22, streak)
        x = 660 + (chance(23, streak) - 0.5) * (110 + 330 * depth)
        canvas.ellipse(x, y, reach, 1.2 + 2.6 * depth, mix("#ffe7a6", "#ffb070", depth), 0.75)
    for boat in ((380, 610, 190, 2), (905, 572, 130, 1), (770, 720, 300, 3)):
        _boat(canvas, *boat)
    for reed in range(60):
        x = chance(31, reed) * 270 if reed % 2 else 1280 - chance(32, reed) * 230
        lean = 26 * (chance(33, reed) - 0.4)
        stem = 60 + 120 * chance(34, reed)
        canvas.polygon([(x - 3, HEIGHT), (x + lean, HEIGHT - stem), (x + 3, HEIGHT)], "#1a1c38")
    canvas.shade(0.4, "#150f2c")


def _boat(canvas: Canvas, x: float, y: float, size: float, rowers: int) -> None:
    dark = "#231a38"
    canvas.ellipse(x, y + size * 0.09, size * 0.5, size * 0.03, "#1d1f45", 0.6)
    canvas.polygon(
        [(x - size * 0.56, y - size * 0.07), (x - size * 0.4, y + size * 0.05), (x + size * 0.38, y + size * 0.05),
         (x + size * 0.58, y - size * 0.09), (x + size * 0.34, y - size * 0.015), (x - size * 0.34, y - size * 0.01)],
        wash("#4a3358", dark),
    )  # fmt: skip
    for rower in range(rowers):
        middle = x + size * (rower - (rowers - 1) / 2) * 0.27
        bust(canvas, middle, y + size * 0.0, size * 0.12, dark, rim="#f4a76c")
        conical_hat(canvas, middle, y - size * 0.1, size * 0.17, "#8f5d58")
    canvas.line([(x - size * 0.3, y - size * 0.1), (x - size * 0.62, y + size * 0.12)], dark, size * 0.012)


def flood(canvas: Canvas) -> None:
    """Draw a river in flood under heavy rain, with a rescue boat before half-drowned houses."""
    canvas.backdrop(wash("#27313c", "#43525e", "#6d7d85", "#8d989a"))
    for x, y, width, tone in (
        (200.0, 150.0, 620, "#1f2933"),
        (760, 120, 760, "#26323d"),
        (1180, 200, 560, "#303d48"),
        (480, 240, 520, "#3c4a55"),
    ):
        cloud(canvas, x, y, width, tone, 0.5)
    ridge(canvas, crest=380, rise=80, swell=260, seed=83, fill=wash("#4a5b63", "#74838a"))
    canvas.mist(340, 500, "#96a3a6", 0.75)
    ridge(canvas, crest=455, rise=40, swell=310, seed=85, fill=wash("#33484a", "#53686a"))
    for x, width in ((210.0, 230), (500, 180), (1010, 260)):
        stilt_house(canvas, x, 575, width, tint="#5d4a3a")
    for x, height, seed in ((80, 170, 2), (370, 140, 3), (690, 150, 4), (850, 120, 5), (1210, 190, 6)):
        tree(canvas, x, 580, height, "#38524a", seed)
    canvas.rectangle(0, 535, WIDTH, HEIGHT, wash("#9a8468", "#866c50", "#5f4b3a", "#413429"))
    for wave in range(95):
        depth = chance(61, wave)
        x, y = chance(62, wave) * WIDTH, 545 + depth * 300
        canvas.ellipse(
            x, y, 18 + 70 * depth * chance(63, wave), 1.5 + 2.5 * depth, mix("#c9b494", "#8d7458", depth), 0.7
        )
    _rescue_boat(canvas, 640, 690)
    for drop in range(330):
        x, y = chance(71, drop) * (WIDTH + 160) - 60, chance(72, drop) * HEIGHT
        length = 22 + 34 * chance(73, drop)
        canvas.line([(x, y), (x - length * 0.28, y + length)], mix("#77868d", "#c6d1d4", chance(74, drop)), 1.1)
    canvas.shade(0.5, "#0a0f14")


def _rescue_boat(canvas: Canvas, x: float, y: float) -> None:
    canvas.ellipse(x, y + 42, 250, 18, "#3a2e24", 0.6)
    for offset, vest, helmet in (
        (-130, "#ef6a1f", "#f4f4ee"),
        (-45, "#2f4a6a", "#3a2a20"),
        (35, "#8a3a52", "#2b211c"),
        (125, "#ef6a1f", "#f4f4ee"),
    ):
        bust(canvas, x + offset, y - 10, 82, vest)
        canvas.ellipse(x + offset, y - 62, 16, 19, "#d7a27c")
        canvas.ellipse(x + offset, y - 71, 18, 13, helmet)
    canvas.polygon(
        [(x - 245, y - 18), (x - 200, y + 46), (x + 195, y + 46), (x + 265, y - 36), (x + 205, y - 6),
         (x - 205, y - 2)],
        wash("#f2803a", "#c9501d", "#8a3414"),
    )  # fmt: skip
    canvas.polygon([(x - 230, y + 4), (x - 222, y + 16), (x + 226, y + 14), (x + 238, y)], "#f7e6cf")
    canvas.line([(x + 128, y - 20), (x + 215, y + 52)], "#3c2b1e", 5)


def new_bridge(canvas: Canvas) -> None:
    """Draw a new arch bridge over a green river, flags along its railing."""
    canvas.backdrop(wash("#4aa3cf", "#95d0e0", "#e2efdc", "#f8eecb"))
    canvas.glow(300, 180, 400, "#fffbe2", 0.85)
    cloud(canvas, 830, 140, 430, "#ffffff", 0.85)
    cloud(canvas, 470, 210, 240, "#ffffff", 0.6)
    ridge(canvas, crest=360, rise=95, swell=270, seed=121, fill=wash("#6ea6a6", "#b4d2b4"))
    canvas.mist(350, 480, "#f4f4dc", 0.6)
    ridge(canvas, crest=455, rise=45, swell=240, seed=123, fill=wash("#3f8a5c", "#78ad66"))
    canvas.rectangle(0, 560, WIDTH, HEIGHT, wash("#a9d8c4", "#5fae9f", "#2f7f80", "#1d5a66"))
    for ripple in range(80):
        depth = chance(41, ripple)
        canvas.ellipse(
            chance(42, ripple) * WIDTH,
            575 + depth * 270,
            16 + 64 * depth,
            1.2 + 2 * depth,
            mix("#d9f4e2", "#6fbcae", depth),
            0.6,
        )
    for pier in (250, 1030):
        canvas.rectangle(pier - 30, 520, pier + 30, 660, wash("#e6e2d4", "#a8a494"))
        canvas.ellipse(pier, 662, 62, 12, "#2a6a6c", 0.6)
    canvas.rectangle(-10, 498, 1290, 530, wash("#f2eee0", "#b9b4a2"))
    for side, tone in ((-9, "#b8432c"), (0, "#e8663c")):
        arch = [(250 + 780 * step / 60, 500 + side - 265 * math.sin(math.pi * step / 60)) for step in range(61)]
        canvas.line(arch, tone, 17)
    for cable in range(3, 58, 3):
        x = 250 + 780 * cable / 60
        canvas.line([(x, 500 - 258 * math.sin(math.pi * cable / 60)), (x, 498)], "#f4ede0", 2.4)
    canvas.rectangle(-10, 482, 1290, 487, "#5c6b70")
    for post in range(44):
        canvas.rectangle(post * 30, 482, post * 30 + 3, 500, "#5c6b70")
        if post % 3 == 1:
            canvas.rectangle(post * 30, 440, post * 30 + 2.5, 482, "#8a7a5a")
            canvas.polygon([(post * 30 + 2, 440), (post * 30 + 27, 447), (post * 30 + 2, 458)], "#d8322b")
    for x, foot, size, shirt in (
        (380, 498, 62, "#2f5d8a"),
        (430, 498, 60, "#f3f0e4"),
        (640, 498, 63, "#b7483a"),
        (690, 498, 58, "#e0b03c"),
        (850, 498, 62, "#4f8a5b"),
    ):
        person(canvas, x, foot, size, top=shirt)
    conical_hat(canvas, 640, 440, 26)
    for x, height, seed in ((60, 260, 1), (180, 180, 2), (1120, 200, 3), (1235, 290, 4)):
        tree(canvas, x, 760 if height > 220 else 690, height, "#3f8a45", seed)
    canvas.polygon([(0, 740), (150, 700), (300, 745), (380, HEIGHT), (0, HEIGHT)], wash("#7fae4c", "#4a7f38"))
    canvas.polygon([(1280, 730), (1150, 690), (1000, 750), (930, HEIGHT), (1280, HEIGHT)], wash("#7fae4c", "#4a7f38"))
    canvas.shade(0.22, "#0c2a2c")
