"""Lays the figures out: one table for people, one JSON object with every sample for programs."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from statistics import median
from typing import Any

from tests.bench.asking import ENTRIES
from tests.bench.fragments import COLD, WARM, FragmentFigures
from tests.bench.memory import Footprint
from tests.bench.photos import CONTENDERS, SIZE_PX, PhotoFigures
from tests.bench.reorganisation import Reform
from tests.bench.timing import Samples, Work

OURS, RIVAL = "bantin", "feedgen"
LIBRARIES = ("feedgen", "flask", "lxml", "pillow", "sqlalchemy")
REQUESTS = {"cold": "cold", "304": "304, cold"}


@dataclass(frozen=True)
class DatabaseFigures:
    """All that was measured on one database: `footprints` by (contender, format), `imports` in pages a second."""

    database: str
    times: dict[Work, dict[str, Samples]]
    footprints: dict[tuple[str, str], Footprint]
    imports: dict[str, list[float]]
    reform: Reform
    fragments: FragmentFigures


@dataclass(frozen=True)
class Report:
    """What the parts that need no server measured."""

    bulletins: int
    pages: int
    runs: int
    sizes_bytes: dict[str, dict[str, int]]
    figures: tuple[DatabaseFigures, ...]
    photos: dict[str, PhotoFigures]

    def table(self) -> str:
        """Give the figures as text with aligned columns; a ratio above 1 is in our favour."""
        lines = [
            f"{self.bulletins:,} bulletins, {ENTRIES} full-text entries a feed; {self.runs} runs in turns after a "
            f"warm-up: median [least – most]; ratio: {RIVAL} / {OURS}, above 1 {OURS} is faster",
            "documents: " + "; ".join(_sizes(name, sizes) for name, sizes in self.sizes_bytes.items()),
        ]
        for found in self.figures:
            lines += ["", *_time_lines(found), "", *fragment_lines(found.database, found.fragments)]
            lines += ["", *_memory_lines(found), "", *self._import_lines(found)]
            lines += ["", *_reform_lines(found.reform)]
        lines += ["", *_photo_lines(self.photos)]
        return "\n".join(lines)

    def json(self) -> dict[str, Any]:
        """Give the figures with every sample."""
        return {
            "bulletins": self.bulletins,
            "pages": self.pages,
            "runs": self.runs,
            "sizes_bytes": self.sizes_bytes,
            "databases": [
                {
                    "database": found.database,
                    "times": [
                        {"request": kind, "format": document_format, "contender": name, **asdict(samples)}
                        for (kind, document_format), by_name in found.times.items()
                        for name, samples in by_name.items()
                    ],
                    "memory": [
                        {"contender": name, "format": document_format, **asdict(print_)}
                        for (name, document_format), print_ in found.footprints.items()
                    ],
                    "fragments": [
                        {"work": work, "format": document_format, "contender": name, **asdict(samples)}
                        for (work, document_format), by_name in found.fragments.times.items()
                        for name, samples in by_name.items()
                    ],
                    "import_pages_per_second": found.imports,
                    "reform": asdict(found.reform),
                }
                for found in self.figures
            ],
            "photos": {kind: asdict(figures) for kind, figures in self.photos.items()},
        }

    def _import_lines(self, found: DatabaseFigures) -> list[str]:
        rows = [("", "pages/s", "[least – most]")]
        for outcome, rates in found.imports.items():
            rows.append((f"import of {self.pages} pages, {outcome}", f"{median(rates):.0f}", _spread(rates, 0)))
        return aligned(rows)


def _time_lines(found: DatabaseFigures) -> list[str]:
    rows = [(found.database, "format", f"{OURS} ms", "", "cpu ms", f"{RIVAL} ms", "", "cpu ms", "ratio", "cpu ratio")]
    for (kind, document_format), by_name in found.times.items():
        ours, rival = by_name[OURS], by_name.get(RIVAL)
        rows.append((REQUESTS[kind], document_format, *_time_cells(ours), *_time_cells(rival), *_ratios(ours, rival)))
    return aligned(rows)


def fragment_lines(database: str, kept: FragmentFigures) -> list[str]:
    """Lay out what documents took of CPU, by how many of their fragments were kept."""
    rows = [(f"{database}, no HTTP", "format", "none kept cpu ms", "all kept", RIVAL, f"none/{RIVAL}", f"{RIVAL}/all")]
    for (work, document_format), by_name in kept.times.items():
        cold, warm = by_name[COLD].median_cpu_ms, by_name[WARM].median_cpu_ms
        plain = by_name[RIVAL].median_cpu_ms if RIVAL in by_name else None
        ratios = ("none", "", "") if plain is None else (f"{plain:.2f}", f"{cold / plain:.2f}", f"{plain / warm:.1f}")
        rows.append((work, document_format, f"{cold:.2f}", f"{warm:.2f}", *ratios))
    size = f"{kept.fragments} fragments kept take {kept.kept_bytes / 1024:.0f} KiB"
    return aligned([*rows, (size, *[""] * 6)])


def _time_cells(samples: Samples | None) -> tuple[str, str, str]:
    if samples is None:
        return "none", "", ""
    return f"{samples.median_ms:.1f}", _spread(samples.wall_ms, 1), f"{samples.median_cpu_ms:.1f}"


def _ratios(ours: Samples, rival: Samples | None) -> tuple[str, str]:
    if rival is None:
        return "", ""
    # The clock of CPU time may be too coarse for a request that takes next to none.
    cpu = f"{rival.median_cpu_ms / ours.median_cpu_ms:.2f}" if ours.median_cpu_ms else ""
    return f"{rival.median_ms / ours.median_ms:.2f}", cpu


def _memory_lines(found: DatabaseFigures) -> list[str]:
    rows = [("own process each", "format", "contender", "start MiB", "peak MiB", "first request ms")]
    for (name, document_format), print_ in found.footprints.items():
        made, peak = print_.made_kib / 1024, print_.peak_kib / 1024
        rows.append(("", document_format, name, f"{made:.1f}", f"{peak:.1f}", f"{print_.first_ms:.1f}"))
    return aligned(rows)


def _reform_lines(reform: Reform) -> list[str]:
    rows = [(f"reform of {reform.bulletins:,} bulletins", "seconds", "ms each", "[least – most]")]
    for what, taken in (("renames", reform.renames), ("mergers", reform.mergers)):
        each_ms = [1e3 * seconds for seconds in taken]
        rows.append((f"{len(taken):,} {what}", f"{sum(taken):.1f}", f"{median(each_ms):.1f}", _spread(each_ms, 1)))
    return aligned([*rows, (f"{reform.addresses:,} addresses lead where they should", "", "", "")])


def _photo_lines(photos: dict[str, PhotoFigures]) -> list[str]:
    megapixels = SIZE_PX[0] * SIZE_PX[1] / 1e6
    rows = [(f"{megapixels:.0f} MP photos, two at once", "photos/s", "[least – most]", "peak MiB of all", "ratio")]
    for kind, figures in photos.items():
        for name in CONTENDERS:
            rates = figures.rates[name]
            ratio = f"{figures.ratio:.2f}" if name == CONTENDERS[0] else ""
            peak = f"{figures.peaks_kib[name] / 1024:.0f}"
            shown = OURS if name == CONTENDERS[0] else "Pillow alone"
            rows.append((f"{kind}, {shown}", f"{median(rates):.2f}", _spread(rates, 2), peak, ratio))
    return aligned(rows)


def _spread(values: Sequence[float], digits: int) -> str:
    return f"[{min(values):.{digits}f} – {max(values):.{digits}f}]"


def _sizes(name: str, sizes: dict[str, int]) -> str:
    return f"{name} " + ", ".join(f"{document_format} {size / 1024:.0f} KiB" for document_format, size in sizes.items())


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lay out rows in columns: the first to the left, numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(cells)
        ).rstrip()
        for cells in ([*zip(row, widths, strict=True)] for row in rows)
    ]


def machine() -> str:
    """Say on what is measured, and how busy it is."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return f"Python {platform.python_version()}, {libraries}; {os.cpu_count()} CPUs, load {load:.1f}"
