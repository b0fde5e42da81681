"""Measures cold and conditional requests of two applications in turns.

A busy moment of the machine then hits both, and shows in the spread.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from tests.bench.asking import Contender, ask, environ

COLD, CONDITIONAL = "cold", "304"
WARM_UP_RUNS = 2


@dataclass
class Samples:
    """What one kind of request took: by the clock, and of this process's CPU, in milliseconds."""

    wall_ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    @property
    def median_ms(self) -> float:
        """The median by the clock."""
        return median(self.wall_ms)

    @property
    def median_cpu_ms(self) -> float:
        """The median of CPU time; a database server's share is not in it."""
        return median(self.cpu_ms)


Work = tuple[str, str]
"""The kind of request, and the format."""


def measure(contenders: tuple[Contender, ...], *, runs: int) -> dict[Work, dict[str, Samples]]:
    """Time every kind of request `runs` times for each contender that has the format, in turns."""
    works = [(kind, f) for kind in (COLD, CONDITIONAL) for f in dict.fromkeys(f for c in contenders for f in c.formats)]
    etags = {
        (contender.name, f): ask(contender.awake(), environ(contender.address(f))).headers["etag"]
        for contender in contenders
        for f in contender.formats
    }
    measured: dict[Work, dict[str, Samples]] = {
        (kind, f): {contender.name: Samples() for contender in contenders if f in contender.formats}
        for kind, f in works
    }
    for run in range(-WARM_UP_RUNS, runs):
        for (kind, document_format), contender in _turns(works, contenders, run):
            etag = etags[contender.name, document_format] if kind == CONDITIONAL else ""
            wall_ms, cpu_ms = _timed(contender, document_format, etag)
            if run >= 0:
                samples = measured[kind, document_format][contender.name]
                samples.wall_ms.append(wall_ms)
                samples.cpu_ms.append(cpu_ms)
    return measured


def _turns(works: list[Work], contenders: tuple[Contender, ...], run: int) -> Iterator[tuple[Work, Contender]]:
    # Who begins changes with every run: the second of a pair finds the processor's caches warmer.
    order = contenders if run % 2 == 0 else contenders[::-1]
    for work in works:
        yield from ((work, contender) for contender in order if work[1] in contender.formats)


def _timed(contender: Contender, document_format: str, etag: str) -> tuple[float, float]:
    app = contender.awake()
    request = environ(contender.address(document_format), etag=etag)
    gc.collect()
    cpu, wall = time.process_time(), time.perf_counter()
    answer = ask(app, request)
    wall_ms, cpu_ms = (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3
    if answer.status != (304 if etag else 200):
        raise AssertionError(f"{contender.name} answered {answer.status}")
    return wall_ms, cpu_ms
