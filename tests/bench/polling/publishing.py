"""Has bulletins published by another process, as an editor at a command line would."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from tests.bench.polling.servers import PROJECT


@dataclass(frozen=True, slots=True)
class Published:
    """A title that stands in no other bulletin, and the instants (monotonic, seconds) around the commit."""

    title: str
    begun_at: float
    committed_at: float


class Publisher:
    """A process that publishes when it is told to."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lock = Lock()

    def publish(self) -> Published:
        """Publish a bulletin in a category by an organisation of the store; it is committed when this returns."""
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write("\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the publisher ended with exit code {self._process.wait()}")
        return Published(**json.loads(line))


@contextmanager
def publisher(database_url: str, *, seed: int) -> Iterator[Publisher]:
    """Start a publisher, and end it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.polling.editor", database_url, str(seed)],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Publisher(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)
