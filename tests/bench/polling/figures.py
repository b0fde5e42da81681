"""What was measured, what it was measured against, and what it must reach."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with every sample. What is taken `is_in_turns` with a rival stands at the same place of both samples.

    `target` is what the ratio ours / rival must reach at least, or be at most where less is better. `limit` is the
    most that the median of ours may be. Where there is neither, the figure is stated, and not judged.
    """

    name: str
    unit: str
    ours: tuple[float, ...]
    rival: str = ""
    theirs: tuple[float, ...] = ()
    target: float | None = None
    limit: float | None = None
    is_less_better: bool = False
    is_in_turns: bool = True
    digits: int = 0

    @property
    def ratio(self) -> float | None:
        """The median of ours / rival, turn by turn where they were taken in turns; None without a rival."""
        if not self.theirs:
            return None
        if not self.is_in_turns:
            return median(self.ours) / median(self.theirs)
        return median(own / other for own, other in zip(self.ours, self.theirs, strict=True))

    @property
    def is_reached(self) -> bool | None:
        """Whether what must be is reached; None where nothing must."""
        judged = []
        if self.limit is not None:
            judged.append(median(self.ours) <= self.limit)
        if self.target is not None and self.ratio is not None:
            judged.append(self.ratio <= self.target if self.is_less_better else self.ratio >= self.target)
        return all(judged) if judged else None

    def json(self) -> dict[str, Any]:
        """Give everything as JSON."""
        return {**asdict(self), "ratio": self.ratio, "reached": self.is_reached}


HEADINGS = ("figure", "unit", "bantin", "", "rival", "", "", "ratio", "must", "reached")


def rows(figures: Sequence[Figure]) -> list[tuple[str, ...]]:
    """Give the cells of the table, the headings first: medians, and [least – most] where there are several samples."""
    return [HEADINGS, *(_cells(figure) for figure in figures)]


def timed_in_turns(contenders: Sequence[tuple[str, Callable[[], float]]], *, runs: int) -> dict[str, tuple[float, ...]]:
    """Measure each contender `runs` times in turns, after a turn that does not count; who begins moves on each time."""
    samples: dict[str, list[float]] = {name: [] for name, _ in contenders}
    for run in range(-1, runs):
        start = run % len(contenders)
        for name, act in (*contenders[start:], *contenders[:start]):
            found = act()
            if run >= 0:
                samples[name].append(found)
    return {name: tuple(found) for name, found in samples.items()}


def _cells(figure: Figure) -> tuple[str, ...]:
    must = []
    if figure.target is not None:
        must.append(f"{'≤' if figure.is_less_better else '≥'} {figure.target:g} x")
    if figure.limit is not None:
        must.append(f"≤ {figure.limit:g} {figure.unit}")
    return (
        figure.name,
        figure.unit,
        *_shown(figure.ours, figure.digits),
        figure.rival,
        *_shown(figure.theirs, figure.digits),
        "" if figure.ratio is None else f"{figure.ratio:.3g}",
        " and ".join(must),
        {None: "", True: "yes", False: "NO"}[figure.is_reached],
    )


def _shown(samples: Sequence[float], digits: int) -> tuple[str, str]:
    if not samples:
        return "", ""
    spread = f"[{min(samples):,.{digits}f} – {max(samples):,.{digits}f}]" if len(samples) > 1 else ""
    return f"{median(samples):,.{digits}f}", spread
