"""Measures peak memory and the very first request of one application, in a process of its own.

`python -m tests.bench.memory ours|rival URL FORMAT REQUESTS` prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.bench.asking import Contender, ask, environ

PROJECT = Path(__file__).resolve().parents[2]
MODULES = ("ours", "rival")


@dataclass(frozen=True)
class Footprint:
    """Kibibytes of a process once its application was made and at its peak, and its first request in milliseconds."""

    made_kib: int
    peak_kib: int
    first_ms: float


def footprint(module: str, url: str, document_format: str, *, requests: int) -> Footprint:
    """Start a process that renders a feed `requests` times, each time cold."""
    command = [sys.executable, "-m", "tests.bench.memory", module, url, document_format, str(requests)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr.decode(errors='replace')}")
    return Footprint(**json.loads(done.stdout))


def _measured(module: str, url: str, document_format: str, requests: int) -> dict[str, Any]:
    # Imported here, so that neither process carries the other's modules.
    contender: Contender = import_module(f"tests.bench.{module}").contender(url)
    app = contender.make()
    made_kib = _peak_kib()
    begun = time.perf_counter()
    ask(app, environ(contender.address(document_format)))
    first_ms = (time.perf_counter() - begun) * 1e3
    for _ in range(requests - 1):
        ask(contender.make(), environ(contender.address(document_format)))
    return {"made_kib": made_kib, "peak_kib": _peak_kib(), "first_ms": first_ms}


def _peak_kib() -> int:
    # On Linux getrusage goes on from the parent's peak; the kernel's own record of this program does not.
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform == "darwin" else peak


if __name__ == "__main__":
    print(json.dumps(_measured(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))))
