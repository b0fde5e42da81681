"""Shows what files cost that were made to do harm: `python -m tests.bench.hostile` prints time, memory and outcome.

Each is looked at in a process of its own, whose start does not count.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from store.attachments.documents import check_document
from store.attachments.pictures import develop
from store.errors import InputError
from tests.bench.memory import PROJECT
from tests.support.hostile import DOCUMENTS, PHOTOS

KINDS = {"photo": PHOTOS, "document": DOCUMENTS}
MOST_SECONDS, MOST_MIB = 1.0, 200


def main() -> None:
    """Measure every file and print a line for each, the dearest first."""
    rows = [_in_process(kind, name) for kind, named in KINDS.items() for name in named]
    print(f"{'file':<36}{'kB':>8}{'seconds':>9}{'peak MiB':>10}  outcome")
    for row in sorted(rows, key=lambda row: -row["seconds"]):
        size, seconds, peak = row["size_bytes"] / 1e3, row["seconds"], row["peak_mib"]
        print(f"{row['name']:<36}{size:>8,.0f}{seconds:>9.3f}{peak:>10.0f}  {row['outcome']}")
    within = sum(row["seconds"] < MOST_SECONDS and row["peak_mib"] < MOST_MIB for row in rows)
    print(f"{within} of {len(rows)} within {MOST_SECONDS:g} s and {MOST_MIB} MiB")


def _in_process(kind: str, name: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.hostile", kind]
    content = KINDS[kind][name].make()
    done = subprocess.run(command, cwd=PROJECT, input=content, capture_output=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout)
    return said | {"name": name, "size_bytes": len(content)}


def _looked_at(kind: str, content: bytes) -> dict[str, Any]:
    look = develop if kind == "photo" else check_document
    begun = time.perf_counter()
    try:
        look(content, name="x")
        outcome = "made harmless"
    except InputError as error:
        outcome = f"refused: {error.reason}"
    seconds = time.perf_counter() - begun
    status = Path("/proc/self/status").read_text().splitlines()
    peak_kib = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
    return {"seconds": seconds, "peak_mib": peak_kib / 1024, "outcome": outcome}


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(json.dumps(_looked_at(sys.argv[1], sys.stdin.buffer.read())))
    else:
        main()
