"""Runs `bantin` as an operator does: a process of its own, on the store that a URL names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-c", "from feeds.cli.main import main; main()")


def start(url: str, data: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start a command; what it says goes to a file `said` in the folder `data`."""
    data.mkdir(parents=True, exist_ok=True)
    outside = {name: value for name, value in os.environ.items() if not name.startswith("BANTIN_")}
    with (data / "said").open("wb") as said:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=PROJECT,
            env=outside | {"BANTIN_DATABASE_URL": url, "BANTIN_DATA": str(data)},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
        )


def run(url: str, data: Path, *arguments: str) -> str:
    """Run a command to its end and return what it said; raises AssertionError when it fails."""
    code = start(url, data, *arguments).wait()
    said = (data / "said").read_text(encoding="utf-8", errors="replace")
    if code:
        raise AssertionError(f"bantin {' '.join(arguments)} ended with {code}:\n{said[-4000:]}")
    return said
