"""The scenes where many people come together in the open: school, market, health station, festival."""

from __future__ import annotations

import math

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, chance, mix, wash
from feeds.samples.motifs import SCARF, SHIRTS, SKINS, bust, cloud, conical_hat, flag, person, ridge, star, tree


def school_yard(canvas: Canvas) -> None:
    """Draw pupils in rows before the flag on the first school day."""
    canvas.backdrop(wash("#3f9bd0", "#86c5e2", "#cfe8ea", "#f3f3dc"))
    cloud(canvas, 250, 150, 340, "#ffffff", 0.9)
    cloud(canvas, 980, 190, 420, "#ffffff", 0.8)
    cloud(canvas, 680, 90, 220, "#ffffff", 0.6)
    ridge(canvas, crest=370, rise=60, swell=240, seed=27, fill=wash("#6aa59a", "#a8cdb0"))
    canvas.rectangle(190, 330, 1090, 585, wash("#fbe08a", "#f2c65c"))
    canvas.polygon([(160, 336), (215, 268), (1065, 268), (1120, 336)], wash("#d9603f", "#a83a28"))
    for tile in range(1, 44):
        canvas.line([(215 + tile * 19.3, 270), (160 + tile * 21.8, 335)], "#b5452f", 1.4)
    for floor in range(2):
        top = 352 + floor * 122
        canvas.rectangle(190, top + 92, 1090, top + 100, "#fdf3d0")
        for window in range(12):
            left = 214 + window * 73
            canvas.rectangle(left, top, left + 48, top + 72, "#f9f4e2")
            canvas.rectangle(left + 4, top + 4, left + 44, top + 68, wash("#2f6f86", "#7fb7bd"))
            canvas.line([(left + 24, top + 4), (left + 24, top + 68)], "#f9f4e2", 3)
        for pillar in range(13):
            canvas.rectangle(196 + pillar * 73, top - 12, 206 + pillar * 73, top + 100, "#fff0b8")
    canvas.rectangle(560, 320, 720, 585, wash("#fff0b4", "#f4cf6e"))
    canvas.polygon([(545, 324), (640, 258), (735, 324)], wash("#e06a46", "#b04430"))
    star(canvas, 640, 303, 18, "#ffe36b")
    canvas.rectangle(596, 460, 684, 585, wash("#7a4a2a", "#55301a"))
    canvas.rectangle(606, 360, 674, 430, wash("#2f6f86", "#7fb7bd"))
    canvas.rectangle(0, 580, WIDTH, HEIGHT, wash("#e2c391", "#cfa46c", "#b98a55"))
    canvas.rectangle(0, 578, WIDTH, 588, "#8d9a58")
    for x, height, seed in ((100, 330, 3), (1185, 350, 5)):
        tree(canvas, x, 612, height, "#3f8a3c", seed)
        for bloom in range(46):
            angle, reach = chance(seed, bloom) * math.tau, math.sqrt(chance(seed + 1, bloom)) * height * 0.3
            canvas.ellipse(
                x + math.cos(angle) * reach, 612 - height * 0.72 + math.sin(angle) * reach * 0.7, 7, 6, "#e8402c"
            )
    canvas.rectangle(596, 590, 684, 612, wash("#f4ead2", "#c9b694"))
    flag(canvas, 640, 600, 500, 168)
    for row in range(4):
        size, y = 92 + row * 27, 668 + row * 52
        for column in range(-1, 14):
            x = 640 + (column - 6) * (104 + row * 16) + (row % 2) * 38
            if abs(x - 640) > 44 + row * 8:
                _pupil(canvas, x, y, size, girl=chance(row, column) > 0.5)
    canvas.shade(0.2, "#3a2008")


def _pupil(canvas: Canvas, x: float, foot: float, size: float, *, girl: bool) -> None:
    person(canvas, x, foot, size, top="#fbfaf4", legs="#24406e" if girl else "#2b3448", skin=SKINS[1])
    canvas.ellipse(x, foot - size * 0.91, size * 0.086, size * 0.1, "#1f1613")
    if girl:
        canvas.polygon(
            [(x - size * 0.08, foot - size * 0.92), (x + size * 0.08, foot - size * 0.92), (x, foot - size * 0.62)],
            "#1f1613",
        )
    canvas.polygon(
        [(x - size * 0.09, foot - size * 0.81), (x + size * 0.09, foot - size * 0.81), (x, foot - size * 0.72)], SCARF
    )


def market(canvas: Canvas) -> None:
    """Draw a highland market day: awnings, baskets of fruit, and people in conical hats."""
    canvas.backdrop(wash("#5aa9c4", "#a9d6d4", "#f6ecc4", "#f8dfa0"))
    canvas.glow(240, 190, 360, "#fff6cf", 0.9)
    cloud(canvas, 880, 130, 380, "#ffffff", 0.8)
    ridge(canvas, crest=270, rise=85, swell=240, seed=37, fill=wash("#5e9aa0", "#a6c9ae"))
    canvas.mist(270, 390, "#f7efcf", 0.6)
    ridge(canvas, crest=365, rise=35, swell=300, seed=39, fill=wash("#4f8a58", "#7fa85e"))
    canvas.rectangle(0, 470, WIDTH, HEIGHT, wash("#d9b684", "#c2945c", "#9c6d3e"))
    awnings = (("#c8362c", "#f6e7c8"), ("#23707a", "#f3ead0"), ("#e0922f", "#fbf0d4"), ("#5a3f7c", "#efe2d0"))
    for stall, (first, second) in enumerate(awnings):
        _stall(canvas, 30 + stall * 318, 268 + (stall % 2) * 22, 300, first, second)
    walkers = (
        (160, 620, 168, 0),
        (330, 655, 186, 2),
        (560, 640, 178, 4),
        (735, 690, 200, 1),
        (930, 650, 182, 5),
        (1130, 685, 200, 3),
    )
    for x, foot, size, shirt in walkers:
        canvas.ellipse(x, foot, size * 0.2, size * 0.04, "#6a4526", 0.5)
        person(
            canvas,
            x,
            foot,
            size,
            top=SHIRTS[shirt],
            legs="#1f2740",
            skin=SKINS[shirt % 3],
            hat=shirt % 2 == 0 or x > 900,
        )
    heaps = (
        ("#e8452f", 110),
        ("#f4b62f", 330),
        ("#7fb83e", 560),
        ("#b5307a", 790),
        ("#f07f2a", 1020),
        ("#d9d24a", 1220),
    )
    for fruit, x in heaps:
        _basket(canvas, x, 790, 100, fruit)
    canvas.shade(0.25, "#3a2008")


def _stall(canvas: Canvas, left: float, top: float, width: float, first: str, second: str) -> None:
    canvas.rectangle(left + 12, top + 60, left + width - 12, 560, wash("#4a3426", "#2c1d14"))
    for pole in (left + 8, left + width - 18):
        canvas.rectangle(pole, top + 40, pole + 10, 580, wash("#b98a58", "#7c5430"))
    bust(canvas, left + width * 0.5, 470, 84, mix(first, "#ffffff", 0.35))
    canvas.ellipse(left + width * 0.5, 420, 18, 21, SKINS[1])
    conical_hat(canvas, left + width * 0.5, 408, 76)
    canvas.rectangle(left, 478, left + width, 570, wash("#b07a44", "#7a4f2a"))
    for heap in range(7):
        tone = ("#d8402c", "#f0b42c", "#6fae3c", "#e8782a")[(heap + int(left)) % 4]
        canvas.ellipse(left + 26 + heap * width * 0.138, 476, 25, 20, wash(mix(tone, "#ffffff", 0.35), tone))
    canvas.rectangle(left, 484, left + width, 496, "#c9935a")
    stripes = 10
    for stripe in range(stripes):
        near, far = left - 16 + stripe * (width + 32) / stripes, left + 22 + stripe * (width - 44) / stripes
        tone = first if stripe % 2 == 0 else second
        wide, narrow = (width + 32) / stripes, (width - 44) / stripes
        canvas.polygon([(far, top - 26), (far + narrow, top - 26), (near + wide, top + 64), (near, top + 64)], tone)
        canvas.ellipse(near + wide / 2, top + 64, wide / 2, 15, mix(tone, "#3a1c10", 0.14))


def _basket(canvas: Canvas, x: float, y: float, half: float, fruit: str) -> None:
    for layer in range(4):
        for piece in range(6 - layer):
            px = x + (piece - (5 - layer) / 2) * half * 0.33
            py = y - layer * half * 0.21 - half * 0.08
            canvas.ellipse(
                px, py, half * 0.185, half * 0.18, wash(mix(fruit, "#ffffff", 0.4), fruit, mix(fruit, "#3a0c0c", 0.35))
            )
    canvas.polygon(
        [(x - half, y), (x + half, y), (x + half * 0.72, y + half * 0.7), (x - half * 0.72, y + half * 0.7)],
        wash("#d6a766", "#8f6234"),
    )
    for weave in range(1, 5):
        reach = half * (1 - 0.066 * weave)
        canvas.line([(x - reach, y + half * 0.14 * weave), (x + reach, y + half * 0.14 * weave)], "#8a5c30", 2.5)
    canvas.ellipse(x, y, half, half * 0.09, "#e6bd80")


def health_station(canvas: Canvas) -> None:
    """Draw a commune's health station on a vaccination morning."""
    canvas.backdrop(wash("#7cc4dc", "#bfe3e4", "#eef4e2", "#f7f0d4"))
    cloud(canvas, 300, 140, 380, "#ffffff", 0.9)
    cloud(canvas, 1000, 110, 300, "#ffffff", 0.75)
    ridge(canvas, crest=330, rise=75, swell=260, seed=57, fill=wash("#79b0a4", "#b5d6b8"))
    ridge(canvas, crest=420, rise=40, swell=280, seed=59, fill=wash("#549a66", "#86b96c"))
    for x, height, seed in ((110, 240, 2), (1190, 270, 3), (1060, 190, 4)):
        tree(canvas, x, 590, height, "#4a9148", seed)
    canvas.rectangle(230, 330, 1010, 600, wash("#fdfdf8", "#e2ebe6"))
    canvas.polygon([(195, 336), (255, 262), (985, 262), (1045, 336)], wash("#3f8f8a", "#246864"))
    canvas.rectangle(230, 560, 1010, 600, wash("#9fc9c0", "#7aa9a0"))
    for window in (270, 390, 770, 890):
        canvas.rectangle(window, 380, window + 88, 495, "#cfdcd8")
        canvas.rectangle(window + 6, 386, window + 82, 489, wash("#4a8fa8", "#a8d4d8"))
        canvas.line([(window + 44, 386), (window + 44, 489)], "#eef4f0", 4)
    canvas.rectangle(540, 345, 700, 600, wash("#f2f7f3", "#d5e2dc"))
    canvas.rectangle(560, 420, 680, 600, wash("#2c5f6a", "#3f7f86"))
    canvas.line([(620, 420), (620, 600)], "#cfe4e2", 4)
    canvas.ellipse(620, 330, 56, 56, "#ffffff")
    canvas.ellipse(620, 330, 49, 49, wash("#4fb06a", "#2f8a52"))
    canvas.rectangle(607, 298, 633, 362, "#ffffff")
    canvas.rectangle(588, 317, 652, 343, "#ffffff")
    canvas.rectangle(0, 596, WIDTH, HEIGHT, wash("#d9cfae", "#c4b08a", "#a48c66"))
    canvas.polygon([(560, 600), (680, 600), (800, HEIGHT), (440, HEIGHT)], wash("#efe6cc", "#d9c8a2"))
    queue = ((860, 690, 190, 2, 0), (960, 705, 190, 5, 1), (1075, 720, 200, 4, 0), (1190, 735, 205, 6, 1))
    for x, foot, size, shirt, child in queue:
        canvas.ellipse(x, foot, 50, 10, "#8a744e", 0.5)
        person(canvas, x, foot, size, top=SHIRTS[shirt], legs="#2b3344", skin=SKINS[shirt % 3], hat=shirt == 5)
        if child:
            person(canvas, x - 56, foot + 8, size * 0.58, top="#ffce4a", legs="#b7483a", skin=SKINS[0])
    canvas.rectangle(200, 668, 430, 684, wash("#c99a62", "#9a6c3c"))
    for leg in (212, 410):
        canvas.rectangle(leg, 684, leg + 10, 770, "#7c5430")
    canvas.rectangle(232, 628, 296, 668, wash("#f6f8f6", "#cfdcd8"))
    canvas.rectangle(259, 636, 269, 660, "#2f8a52")
    canvas.rectangle(252, 643, 276, 653, "#2f8a52")
    for x, foot in ((150, 740), (480, 742)):
        person(canvas, x, foot, 215, top="#ffffff", legs="#e8eeec", skin=SKINS[0])
        canvas.rectangle(x - 15, foot - 200, x + 15, foot - 184, "#8fd0c8")
        canvas.rectangle(x - 21, foot - 226, x + 21, foot - 208, "#ffffff")
    person(canvas, 330, 770, 190, top="#b7483a", legs="#2b3344", skin=SKINS[1])
    canvas.shade(0.2, "#2c2410")


def festival_night(canvas: Canvas) -> None:
    """Draw dancers on a village stage under lanterns and a full moon."""
    canvas.backdrop(wash("#0b1030", "#1b1e52", "#3a2a6a", "#6a3a6e"))
    for point in range(120):
        size = 0.8 + 1.7 * chance(3, point)
        canvas.ellipse(chance(1, point) * WIDTH, chance(2, point) * 400, size, size, "#f4f0ff", 0.8)
    canvas.glow(1060, 150, 240, "#cfd8ff", 0.6)
    canvas.ellipse(1060, 150, 58, 58, wash("#fffbea", "#e6e2f4"))
    ridge(canvas, crest=390, rise=80, swell=270, seed=67, fill=wash("#231f55", "#3a2c62"))
    ridge(canvas, crest=450, rise=40, swell=230, seed=69, fill=wash("#171542", "#241c4a"))
    for beam, lean, tone in (
        (250, -230, "#ff7ab8"),
        (470, -60, "#ffd86a"),
        (810, 60, "#6ae0ff"),
        (1030, 230, "#b58aff"),
    ):
        canvas.polygon([(beam - 8, 600), (beam + 8, 600), (beam + lean + 110, 0), (beam + lean - 110, 0)], tone, 0.16)
    canvas.glow(640, 520, 520, "#ff9a5a", 0.55)
    canvas.rectangle(180, 590, 1100, 680, wash("#b5562c", "#6a2a1c"))
    canvas.rectangle(180, 586, 1100, 596, "#ffcf7a")
    for string in range(2):
        y = 250 + string * 46
        wire = [(x, y + 78 * math.sin(math.pi * x / WIDTH)) for x in range(0, 1300, 20)]
        canvas.line(wire, "#4a3a5c", 2)
        for lantern in range(13):
            x = 40.0 + lantern * 100 + string * 50
            high = y + 78 * math.sin(math.pi * x / WIDTH) + 26
            tone = ("#ff5a3c", "#ffb43c", "#ff7a9a", "#7ad6a0")[(lantern + string) % 4]
            canvas.glow(x, high, 62, tone, 0.6)
            canvas.ellipse(x, high, 19, 23, wash(mix(tone, "#fff6c0", 0.6), tone))
            canvas.rectangle(x - 8, high - 26, x + 8, high - 21, "#5a2a1c")
            canvas.rectangle(x - 8, high + 21, x + 8, high + 26, "#5a2a1c")
    for dancer in range(7):
        _dancer(canvas, 640 + (dancer - 3) * 118, 600, 190, ("#e23a6a", "#2fa8a0", "#f0a02c")[dancer % 3], dancer)
    for row in range(3):
        size, y = 74 + row * 26, 700 + row * 62
        for head in range(-1, int(WIDTH / size) + 2):
            x = head * size * 1.08 + (row % 2) * size * 0.5 + 10 * chance(row, head)
            tone = mix("#1a1232", "#0a0818", row / 2.4)
            bust(canvas, x, y + 12 * chance(row + 4, head), size, tone, rim=mix("#d9704a", "#4a2a56", row / 2.2))
    canvas.shade(0.5, "#04030f")


def _dancer(canvas: Canvas, x: float, foot: float, size: float, dress: str, pose: int) -> None:
    hem = size * 0.3
    canvas.polygon(
        [
            (x - size * 0.06, foot - size * 0.58),
            (x + size * 0.06, foot - size * 0.58),
            (x + hem, foot - size * 0.04),
            (x - hem, foot - size * 0.04),
        ],
        wash(mix(dress, "#ffffff", 0.3), dress, mix(dress, "#2a0a2a", 0.4)),
    )
    canvas.polygon(
        [
            (x - size * 0.11, foot - size * 0.82),
            (x + size * 0.11, foot - size * 0.82),
            (x + size * 0.065, foot - size * 0.55),
            (x - size * 0.065, foot - size * 0.55),
        ],
        dress,
    )
    canvas.rectangle(x - hem * 0.95, foot - size * 0.12, x + hem * 0.95, foot - size * 0.085, "#ffe08a")
    for side in (-1, 1):
        lift = 0.2 if (pose + (side > 0)) % 2 else 0.02
        hand = (x + side * size * 0.31, foot - size * (0.86 + lift))
        canvas.line(
            [(x + side * size * 0.1, foot - size * 0.79), (x + side * size * 0.22, foot - size * 0.74), hand],
            SKINS[0],
            size * 0.045,
        )
        fan = [hand]
        for rib in range(9):
            angle = math.pi * (0.1 + 0.1 * rib)
            fan.append((hand[0] + size * 0.15 * math.cos(angle), hand[1] - size * 0.15 * math.sin(angle)))
        canvas.polygon(fan, wash("#fff0b0", "#ff8a5a"))
    canvas.ellipse(x, foot - size * 0.93, size * 0.082, size * 0.1, "#1c1218")
    canvas.ellipse(x, foot - size * 0.915, size * 0.066, size * 0.078, SKINS[0])
    canvas.ellipse(x + size * 0.05, foot - size * 0.99, size * 0.025, size * 0.025, "#ffdf5a")
