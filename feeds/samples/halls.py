"""The scenes under a roof: a conference, an award ceremony, an evening class."""

from __future__ import annotations

import math

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, chance, mix, wash
from feeds.samples.motifs import SHIRTS, SKINS, bust, person, star


def meeting_hall(canvas: Canvas) -> None:
    """Draw a hall during a conference, seen from its last rows."""
    canvas.backdrop(wash("#5a3a26", "#8a5d3a", "#a8754a"))
    for panel in range(9):
        canvas.rectangle(panel * 160 - 80, 0, panel * 160 - 74, 560, "#4a2e1e")
    _curtain(canvas, 190, 1090, 60, 430)
    canvas.glow(640, 190, 360, "#ffcf8a", 0.4)
    star(canvas, 640, 190, 62, "#ffd94a")
    canvas.rectangle(320, 300, 960, 306, "#f2c65a")
    canvas.rectangle(380, 322, 900, 326, "#f2c65a")
    canvas.rectangle(120, 430, 1160, 500, wash("#c99358", "#8e5c33"))
    canvas.rectangle(120, 430, 1160, 436, "#eab97b")
    for seat in range(5):
        x = 405.0 + seat * 118
        bust(canvas, x, 405, 66, mix("#1f2a3c", "#3a4660", chance(2, seat)))
        canvas.ellipse(x, 366, 14, 17, SKINS[seat % 3])
        canvas.ellipse(x, 355, 15, 10, "#1f1713")
    canvas.rectangle(340, 398, 950, 452, wash("#b3261e", "#7d1612"))
    canvas.rectangle(340, 396, 950, 402, "#f3d38a")
    for vase in range(7):
        canvas.ellipse(390 + vase * 85, 394, 9, 9, ("#f08aa0", "#ffe27a", "#ffffff")[vase % 3])
    canvas.polygon([(205, 362), (285, 362), (275, 470), (215, 470)], wash("#b9793f", "#7b4a24"))
    canvas.ellipse(245, 356, 52, 17, wash("#f49ab0", "#5f9a4a"))
    person(canvas, 245, 440, 168, top="#24324a", legs="#24324a", skin=SKINS[1])
    canvas.polygon([(208, 376), (282, 376), (275, 470), (215, 470)], wash("#c98748", "#7b4a24"))
    canvas.ellipse(245, 376, 44, 9, "#f0a7b6")
    for lamp in range(5):
        canvas.glow(160 + lamp * 240, 26, 170, "#ffe9b8", 0.75)
        canvas.ellipse(160 + lamp * 240, 22, 34, 9, "#fff6dc")
    canvas.rectangle(0, 500, WIDTH, HEIGHT, wash("#7a4a2c", "#3c2417"))
    for row in range(5):
        size, y = 62 + row * 27, 545 + row * row * 9 + row * 36
        count = int(WIDTH / (size * 1.28)) + 2
        for seat in range(count):
            x = (seat - (count - 1) / 2) * size * 1.28 + 640 + (row % 2) * size * 0.64
            if abs(x - 640) < size * 0.7:
                continue
            shirt = mix(SHIRTS[int(chance(row, seat) * 7)], "#1c1512", 0.3 + 0.08 * row)
            bust(canvas, x, y, size, shirt, rim=mix(shirt, "#ffdca0", 0.55))
            canvas.ellipse(
                x, y - size * 0.64, size * 0.21, size * 0.23, mix("#241a16", "#4a3a30", 0.4 * chance(row + 9, seat))
            )
            back = mix("#7d2a22", "#3a120e", row / 6)
            canvas.rectangle(
                x - size * 0.54, y - size * 0.1, x + size * 0.54, y + size * 0.9, wash(mix(back, "#ff9a7a", 0.22), back)
            )
    canvas.shade(0.45, "#140a06")


def _curtain(canvas: Canvas, left: float, right: float, top: float, bottom: float) -> None:
    folds = 26
    width = (right - left) / folds
    for fold in range(folds):
        edge = left + fold * width
        tone = "#b81f1a" if fold % 2 else "#96150f"
        canvas.rectangle(edge, top, edge + width + 1, bottom, wash(mix(tone, "#ff6a4a", 0.12), tone, "#5f0d0a"))
    for swag in range(6):
        span = (right - left) / 6
        middle = left + span * (swag + 0.5)
        arc = [(middle + span / 2 * math.cos(turn), top + 52 * math.sin(turn)) for turn in
               (math.pi * step / 20 for step in range(21))]  # fmt: skip
        canvas.polygon(arc, wash("#d9372c", "#8f1511"))
        canvas.line(arc, "#f2c65a", 4)


def awards(canvas: Canvas) -> None:
    """Draw people on a stage holding their certificates in the spotlight."""
    canvas.backdrop(wash("#4a0d0c", "#7d1612", "#a3231b"))
    _curtain(canvas, -20, 1300, 0, 600)
    for beam in (250, 640, 1030):
        canvas.polygon([(beam - 18, 0), (beam + 18, 0), (beam + 210, 640), (beam - 210, 640)], "#ffe6a8", 0.13)
        canvas.glow(beam, 560, 260, "#ffdf9a", 0.4)
    star(canvas, 640, 165, 66, "#ffdc4e")
    for step in range(-7, 8):
        angle = math.pi / 2 + step * 0.14
        canvas.ellipse(640 + 124 * math.cos(angle) * 1.15, 165 + 124 * math.sin(angle), 13, 7, "#f2c65a")
    canvas.rectangle(0, 600, WIDTH, HEIGHT, wash("#d89a58", "#a86c38", "#6f4322"))
    canvas.rectangle(0, 598, WIDTH, 606, "#f6cf92")
    dresses = ("#f3efe6", "#2c3f66", "#c64a78", "#26324a", "#3a7a7c", "#2c3f66", "#e0b03c")
    for place, tone in enumerate(dresses):
        x, size = 640.0 + (place - 3) * 158, 330
        foot = 690 + (6 if place % 2 else 0)
        canvas.ellipse(x, foot + 2, 66, 13, "#4f2d16", 0.6)
        woman = place % 2 == 0
        person(
            canvas,
            x,
            foot,
            size,
            top=tone,
            legs=mix(tone, "#ffffff", 0.2) if woman else "#20283a",
            skin=SKINS[place % 3],
        )
        if woman:
            canvas.polygon(
                [(x - 46, foot - 160), (x + 46, foot - 160), (x + 60, foot - 34), (x - 60, foot - 34)],
                wash(tone, mix(tone, "#000000", 0.15)),
            )
        _certificate(canvas, x, foot - size * 0.56)
    for flower in range(64):
        x = flower * 20.6 + 8 * chance(5, flower)
        y = 806 + 22 * chance(6, flower)
        canvas.ellipse(x, y + 26, 22, 26, mix("#2f6a34", "#4f9a44", chance(7, flower)))
        canvas.ellipse(x, y, 15, 14, ("#f6d04a", "#ee5f7c", "#fdf6ea", "#f08a3a")[flower % 4])
        canvas.ellipse(x, y, 5, 5, "#b5662a")
    canvas.shade(0.5, "#1c0404")


def _certificate(canvas: Canvas, x: float, y: float) -> None:
    canvas.rectangle(x - 58, y - 40, x + 58, y + 40, wash("#e8b94a", "#a8741f"))
    canvas.rectangle(x - 51, y - 33, x + 51, y + 33, wash("#fffbea", "#f3e2b4"))
    star(canvas, x, y - 19, 8, "#d8322b")
    for text, half in enumerate((34, 26, 30)):
        canvas.rectangle(x - half, y - 3 + text * 11, x + half, y + text * 11, "#b58a44")
    for side in (-1, 1):
        canvas.ellipse(x + side * 56, y + 24, 11, 12, SKINS[0])


def computer_room(canvas: Canvas) -> None:
    """Draw an evening class at computers, the screens lighting the room."""
    canvas.backdrop(wash("#12233f", "#1d3a5c", "#27506f"))
    canvas.rectangle(90, 90, 400, 400, "#0c1830")
    canvas.rectangle(102, 102, 388, 388, wash("#27305f", "#7a5a86", "#e08a72", "#f6b96e"))
    canvas.polygon([(102, 388), (102, 330), (180, 270), (250, 325), (310, 285), (388, 345), (388, 388)], "#3a2f56")
    canvas.rectangle(240, 96, 250, 394, "#0c1830")
    canvas.rectangle(96, 240, 394, 248, "#0c1830")
    canvas.glow(820, 240, 470, "#5fd0d8", 0.38)
    canvas.rectangle(520, 80, 1140, 400, "#0a1526")
    canvas.rectangle(532, 92, 1128, 388, wash("#e9f7f6", "#bfe6ea"))
    for bar, height in enumerate((60, 95, 82, 130, 158, 196)):
        left = 590 + bar * 46
        canvas.rectangle(left, 350 - height, left + 28, 350, wash("#35b3a6", "#1b7a8c"))
    canvas.line([(600, 262), (650, 232), (696, 246), (742, 196), (788, 166), (834, 122)], "#f0803a", 6)
    for step in range(7):
        turn = math.tau * step / 7
        canvas.line([(1000, 230), (1000 + 78 * math.cos(turn), 230 + 78 * math.sin(turn))], "#58a8b4", 4)
        canvas.ellipse(
            1000 + 78 * math.cos(turn), 230 + 78 * math.sin(turn), 15, 15, ("#f0803a", "#1b7a8c", "#35b3a6")[step % 3]
        )
    canvas.ellipse(1000, 230, 30, 30, wash("#ef9a4a", "#d9642c"))
    canvas.rectangle(0, 520, WIDTH, HEIGHT, wash("#16304c", "#0b1a2c"))
    person(canvas, 462, 545, 270, top="#f3ece0", legs="#1b2436", skin=SKINS[0])
    canvas.line([(478, 365), (530, 330), (580, 300)], "#d8d0c4", 16)
    for row in range(3):
        size, y = 150 + row * 62, 545 + row * 118
        count = 7 - row
        for desk in range(count):
            x = 640 + (desk - (count - 1) / 2) * size * 1.34
            canvas.glow(x, y - size * 0.3, size * 0.85, "#6fe0e6", 0.4)
            canvas.rectangle(x - size * 0.42, y - size * 0.56, x + size * 0.42, y - size * 0.06, "#081220")
            canvas.rectangle(
                x - size * 0.39, y - size * 0.53, x + size * 0.39, y - size * 0.1, wash("#d6fbf7", "#6fc9d6", "#3f93b0")
            )
            for text in range(4):
                reach = size * (0.18 + 0.34 * chance(row, desk, text))
                high = y - size * (0.47 - 0.085 * text)
                canvas.rectangle(x - size * 0.33, high, x - size * 0.33 + reach, high + size * 0.025, "#2f7f96")
            canvas.rectangle(x - size * 0.6, y, x + size * 0.6, y + size * 0.06, wash("#8a6a4c", "#5a4230"))
            shade = mix("#1c2c46", SHIRTS[int(chance(row + 5, desk) * 7)], 0.28)
            bust(canvas, x, y + size * 0.3, size * 0.52, shade, rim="#8fe3e8")
            canvas.ellipse(x, y - size * 0.03, size * 0.11, size * 0.125, "#151820")
    canvas.shade(0.5, "#030812")
