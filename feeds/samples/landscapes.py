"""The scenes whose subject is the land: fields, hills, forests and villages."""

from __future__ import annotations

import math

from feeds.samples.canvas import HEIGHT, WIDTH, Canvas, Point, chance, mix, noise, wash
from feeds.samples.motifs import birds, cloud, palm, person, pine, ridge, stilt_house, tree


def terraced_fields(canvas: Canvas) -> None:
    """Draw golden terraces under a low sun."""
    canvas.backdrop(wash("#6fb3c8", "#bfdccb", "#fbe9b7", "#f9d488", "#f3b96a"))
    canvas.glow(930, 250, 420, "#fff3c4", 0.95)
    canvas.ellipse(930, 250, 52, 52, "#fffbe6")
    cloud(canvas, 300, 150, 330, "#fff6dd", 0.7)
    cloud(canvas, 620, 95, 220, "#fff6dd", 0.5)
    birds(canvas, 520, 190, 13, "#5d6a60")
    ridge(canvas, crest=310, rise=55, swell=250, seed=11, fill=wash("#8fb6b4", "#d6dcb8", "#e6d9a4"))
    canvas.mist(300, 420, "#fdf0cb", 0.6)
    ridge(canvas, crest=360, rise=48, swell=210, seed=23, fill=wash("#6a9c8d", "#a9bd86", "#c9c47c"))
    canvas.mist(360, 470, "#fdf0cb", 0.55)
    levels = 22
    for level in range(levels):
        depth = level / (levels - 1)
        terrace = _contour(400 + 470 * depth**1.15, level)
        ripe = mix("#e9c353", "#7fae3c", 0.5 + 0.5 * noise(level * 0.55, 5))
        light, dark = mix(ripe, "#fff2b0", 0.42 - 0.3 * depth), mix(ripe, "#2f5a20", 0.12 + 0.25 * depth)
        rim = 2.5 + 5 * depth
        canvas.polygon([*terrace, (WIDTH, HEIGHT), (0, HEIGHT)], mix("#3c6a2c", "#1f4420", depth))
        canvas.polygon([(0, HEIGHT), *((x, y + rim) for x, y in terrace), (WIDTH, HEIGHT)], wash(light, ripe, dark))
    stilt_house(canvas, 335, 520, 104, tint="#7a4e2c")
    stilt_house(canvas, 455, 502, 80, tint="#85562f")
    for x, foot, height, seed in ((262, 528, 92, 4), (402, 508, 62, 6), (520, 503, 66, 8), (1120, 640, 120, 9)):
        tree(canvas, x, foot, height, "#4f7f34", seed)
    for x, foot in ((700, 668), (742, 676), (800, 664)):
        person(canvas, x, foot, 60, top="#2f4a78", legs="#26303f", hat=True)
    canvas.shade(0.3, "#4a2c10")


def _contour(level_y: float, level: int) -> list[Point]:
    return [
        (x, level_y + 50 * math.sin(x / 215 + level * 0.11 + 1.9) + 18 * math.sin(x / 88 + level * 0.19))
        for x in (float(step) for step in range(0, int(WIDTH) + 9, 8))
    ]


def misty_mountains(canvas: Canvas) -> None:
    """Draw blue ridges that fade into the mist of a winter dawn."""
    canvas.backdrop(wash("#27466b", "#5f82a0", "#c9b9b2", "#f5d3b3", "#f7dcc0"))
    canvas.glow(420, 330, 480, "#ffd9a8", 0.9)
    canvas.ellipse(420, 330, 58, 58, wash("#fff4da", "#ffd79a"))
    birds(canvas, 640, 235, 12, "#43546b")
    ranges = (
        (385, 70, 260, 31, "#9fb3c2", "#e8d6c8"),
        (440, 85, 230, 47, "#7797ac", "#d5cfc9"),
        (520, 80, 300, 53, "#4f7690", "#b4c1c6"),
        (610, 75, 260, 61, "#315a74", "#8aa6b2"),
        (700, 60, 330, 79, "#1d4159", "#4f7688"),
    )
    for crest, rise, swell, seed, near, far in ranges:
        ridge(canvas, crest=crest, rise=rise, swell=swell, seed=seed, fill=wash(near, far, far))
        canvas.mist(crest + 15, crest + 150, "#f3e2d3", 0.66)
    ridge(canvas, crest=800, rise=34, swell=300, seed=97, fill=wash("#12303f", "#0b2230"))
    for step in range(46):
        x = step * 29 + 16 * chance(8, step)
        pine(
            canvas, x, 835 + 20 * chance(6, step), 66 + 74 * chance(7, step), mix("#0c2632", "#174050", chance(9, step))
        )
    canvas.shade(0.35, "#0c1a2a")


def tea_hills(canvas: Canvas) -> None:
    """Draw rounded tea hills with pickers among the rows."""
    canvas.backdrop(wash("#58b0c9", "#a8d8d6", "#e8f1d2", "#f8f3d0"))
    canvas.glow(250, 170, 380, "#fffbe0", 0.9)
    cloud(canvas, 860, 170, 380, "#ffffff", 0.8)
    cloud(canvas, 560, 110, 210, "#ffffff", 0.6)
    ridge(canvas, crest=300, rise=60, swell=230, seed=17, fill=wash("#7fb2a8", "#bcd7b4"))
    canvas.mist(290, 420, "#f2f6dc", 0.7)
    hills = (
        (1010.0, 340.0, 640.0, 9, "#86b84c"),
        (250.0, 380.0, 620.0, 10, "#74ab42"),
        (1180.0, 480.0, 640.0, 9, "#639c3a"),
        (560.0, 505.0, 900.0, 11, "#569335"),
    )
    for x, top, half, rows, leaf in hills:
        _tea_hill(canvas, x, top, half, rows, leaf)
    for x, foot, size in ((470, 652, 118), (640, 634, 108), (840, 690, 132), (300, 735, 150)):
        person(canvas, x, foot, size, top=mix("#7a2f4a", "#2c4f80", chance(int(x))), legs="#23303a", hat=True)
        canvas.ellipse(x + size * 0.17, foot - size * 0.42, size * 0.12, size * 0.13, wash("#d3a765", "#8f6534"))
        canvas.ellipse(x + size * 0.17, foot - size * 0.5, size * 0.11, size * 0.045, "#8dc456")
        _tea_row(canvas, x, foot, size)
    canvas.shade(0.25, "#12301a")


def _tea_hill(canvas: Canvas, x: float, top: float, half: float, rows: int, leaf: str) -> None:
    for row in range(rows):
        sink = (row / rows) ** 1.25 * (HEIGHT - top + 90)
        spread, crown = half * (0.5 + 0.62 * row / rows), 150 + 26 * row
        arc = [(x + spread * math.cos(turn), top + sink + crown * (1 - math.sin(turn)) * 0.75)
               for turn in (math.pi * step / 60 for step in range(61))]  # fmt: skip
        bumpy = [(px, py + 4 * noise(px / 13, row)) for px, py in arc]
        floor = [(x - spread * 1.4, HEIGHT + 60), (x + spread * 1.4, HEIGHT + 60)]
        canvas.polygon([*bumpy, *floor], wash(mix(leaf, "#f6ffb8", 0.3), leaf, mix(leaf, "#123a1c", 0.25)))
        shadow = 17 + 2.4 * row
        groove = [(px, py + shadow) for px, py in bumpy]
        canvas.polygon([*groove, *floor], mix(leaf, "#0f3418", 0.6))


def _tea_row(canvas: Canvas, x: float, foot: float, size: float) -> None:
    for bush in range(-4, 5):
        canvas.ellipse(
            x + bush * size * 0.2,
            foot - size * 0.05 + 4 * chance(bush, int(size)),
            size * 0.15,
            size * 0.17,
            wash("#8cc653", "#4d8a34", "#2c5f29"),
        )


def forest_planting(canvas: Canvas) -> None:
    """Draw people setting young trees on a hillside in spring rain light."""
    canvas.backdrop(wash("#8cc4cf", "#cfe6dc", "#f4f1d4", "#f7ecc0"))
    canvas.glow(1010, 150, 360, "#fffbe2", 0.9)
    cloud(canvas, 360, 150, 420, "#ffffff", 0.75)
    cloud(canvas, 720, 210, 260, "#ffffff", 0.55)
    ridge(canvas, crest=330, rise=70, swell=270, seed=41, fill=wash("#7fb3a5", "#b9d5b4"))
    canvas.mist(320, 450, "#f6f5dc", 0.65)
    ridge(canvas, crest=420, rise=52, swell=240, seed=43, fill=wash("#4c8d6c", "#8fbb82"))
    for step in range(40):
        x = step * 33 + 14 * chance(1, step)
        pine(
            canvas,
            x,
            470 + 26 * noise(x / 200, 44),
            44 + 40 * chance(2, step),
            mix("#2c6a4c", "#4f9160", chance(3, step)),
        )
    ridge(canvas, crest=505, rise=34, swell=420, seed=45, fill=wash("#b98a55", "#a5733f", "#7c522c"))
    for row in range(7):
        y = 545 + row * row * 6.5
        size = 18 + row * 9
        for column in range(-1, 15 - row):
            x = column * (98 + row * 14) + (row % 2) * 46 + 12 * chance(row, column)
            lift = 12 * noise(x / 300, 46)
            canvas.ellipse(x, y + lift + 2, size * 0.5, size * 0.13, "#6a4424", 0.75)
            _sapling(canvas, x, y + lift, size * 1.25)
    people = (
        (250, 640, 138, "#2f6f4f"),
        (470, 700, 170, "#2b4f86"),
        (810, 660, 150, "#b24a35"),
        (1075, 735, 190, "#2f6f4f"),
    )
    for x, foot, size, shirt in people:
        person(canvas, x, foot, size, top=shirt, legs="#2a3038", hat=True)
        canvas.line([(x + size * 0.17, foot - size * 0.45), (x + size * 0.27, foot)], "#6b4526", size * 0.028)
        canvas.polygon(
            [
                (x + size * 0.24, foot - size * 0.06),
                (x + size * 0.32, foot - size * 0.02),
                (x + size * 0.28, foot + size * 0.05),
            ],
            "#7d858c",
        )
    for x, size in ((96, 150), (655, 120)):
        _sapling(canvas, x, 850, size)
    canvas.shade(0.25, "#2c1c0c")


def _sapling(canvas: Canvas, x: float, foot: float, height: float) -> None:
    canvas.line([(x, foot), (x, foot - height * 0.8)], "#5d6b2f", height * 0.05)
    for leaf in range(6):
        side = 1 if leaf % 2 else -1
        root = foot - height * (0.3 + 0.11 * leaf)
        tip = (x + side * height * (0.36 - 0.03 * leaf), root - height * 0.2)
        green = mix("#5fa63a", "#b5db6a", leaf / 6)
        canvas.polygon(
            [
                (x, root),
                (x + side * height * 0.13, root - height * 0.19),
                tip,
                (x + side * height * 0.2, root - height * 0.02),
            ],
            green,
        )


def stilt_village(canvas: Canvas) -> None:
    """Draw a village of stilt houses at the foot of the mountains, lamps lit at dusk."""
    canvas.backdrop(wash("#3b4f86", "#8a7aa8", "#e3a59a", "#fbcf9a", "#fbdca8"))
    canvas.glow(980, 330, 420, "#ffe6b0", 0.85)
    cloud(canvas, 420, 170, 430, "#d69aa5", 0.55)
    cloud(canvas, 860, 115, 280, "#b98fae", 0.5)
    ridge(canvas, crest=300, rise=110, swell=260, seed=71, fill=wash("#5d6a94", "#a8909f", "#d9b09c"))
    canvas.mist(330, 470, "#fbd9b0", 0.6)
    ridge(canvas, crest=420, rise=70, swell=300, seed=73, fill=wash("#3d5f6a", "#6f8478", "#8f9a78"))
    for x, height, seed in ((60.0, 120, 1), (190, 100, 2), (600, 96, 3), (745, 112, 4), (1150, 130, 5), (1240, 110, 6)):
        tree(canvas, x, 530, height, "#47704a", seed)
    for x, foot, width in ((300, 540, 190), (880, 535, 200), (560, 560, 180)):
        canvas.glow(x, foot - width * 0.3, width * 0.7, "#ffcf7a", 0.4)
        stilt_house(canvas, x, foot, width, lit=True, tint="#84532f")
    canvas.mist(520, 640, "#f3cfa4", 0.4)
    ridge(canvas, crest=610, rise=18, swell=380, seed=75, fill=wash("#6f8a4c", "#4d6e3c", "#2f4f30"))
    canvas.polygon([(600, 615), (650, 615), (890, HEIGHT), (560, HEIGHT)], wash("#e0bd86", "#b98a58"))
    stilt_house(canvas, 1070, 720, 330, lit=True, tint="#7b4a29")
    stilt_house(canvas, 240, 745, 370, lit=True, tint="#8a5631")
    palm(canvas, 470, 770, 330, "#3f6e3c")
    palm(canvas, 1235, 770, 360, "#37633a")
    for x, foot, size, shirt in ((660, 700, 92, "#27406e"), (712, 712, 98, "#7c2f48"), (745, 715, 62, "#d0493a")):
        person(canvas, x, foot, size, top=shirt, legs="#262b3c", hat=size > 90)
    for tuft in range(70):
        x, y = chance(51, tuft) * WIDTH, 790 + chance(52, tuft) * 60
        if 540 < x < 910:  # the path stays clear
            continue
        canvas.polygon(
            [(x - 5, y + 12), (x + 3, y - 16 - 14 * chance(53, tuft)), (x + 7, y + 12)],
            mix("#3f6a34", "#1f4228", chance(54, tuft)),
        )
    canvas.shade(0.4, "#1a1430")
