"""What a process of the soak writes down about its operations, before and after each: lines of JSON, on disk at once.

A line that is not whole is the last one of its journal and counts as never written: its writer was killed over it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any


class End(StrEnum):
    """How an operation ended, as far as its journal says; UNKNOWN is for the supervisor's kills."""

    DONE = "done"
    IDLE = "idle"
    REFUSED = "refused"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Told:
    """One operation: its id, what was meant, how it ended, and what a reader must find of it."""

    op: str
    meant: Mapping[str, Any]
    end: End
    found: Mapping[str, Any]

    @property
    def word(self) -> str:
        """The word that every text of this operation holds, and no other text."""
        return word_of(self.op)


class Journal:
    """A file that grows by whole lines, each on the disk when `write` returns."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def intend(self, op: str, meant: Mapping[str, Any]) -> None:
        """Write down what is about to be done."""
        self._write({"op": op, "meant": meant})

    def turn(self, op: str) -> None:
        """Write down that the transaction has its turn: from here to the end no other process is waited for."""
        self._write({"op": op, "turn": True})

    def end(self, op: str, end: End, found: Mapping[str, Any], *, seconds: float) -> None:
        """Write down how it ended, and how long after its turn."""
        self._write({"op": op, "end": end.value, "found": found, "seconds": round(seconds, 4)})

    def _write(self, line: Mapping[str, Any]) -> None:
        os.write(self._file, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(self._file)


def word_of(op: str) -> str:
    """Give the word of an operation; no word is the beginning of another."""
    process, _, count = op.partition(".")
    return f"tk{process}x{count}x"


def read_journal(path: Path) -> list[Told]:
    """Read what one process told, in its order; raises AssertionError for a journal that contradicts itself."""
    meant: dict[str, Mapping[str, Any]] = {}
    ends: dict[str, tuple[End, Mapping[str, Any]]] = {}
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    for line in lines[:-1]:
        said = json.loads(line)
        if "meant" in said:
            if len(ends) != len(meant):
                raise AssertionError(f"{path.name}: {said['op']} began before the last operation ended")
            meant[said["op"]] = said["meant"]
        elif "end" in said:
            ends[said["op"]] = End(said["end"]), said["found"]
    nothing: tuple[End, Mapping[str, Any]] = (End.UNKNOWN, {})
    return [Told(op, what, *ends.get(op, nothing)) for op, what in meant.items()]
