"""What all that write into folders do alike: have names last, keep others out, and tell a full disk from a bad one.

What the disk refuses leaves as an error of the store that says what it means for the work at hand.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import Conflict, DiskFull, StoreUnavailable

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

Sentence = tuple[str, str]
"""The same in English and in Vietnamese; `{place}`, `{folder}` and `{why}` are filled in."""


def sync_folder(folder: Path) -> None:
    """Have the folder's names survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lock_folder(handle: int, taken: Sentence) -> None:
    """Lock an open folder until its handle is closed; raises Conflict, in these words, where another has it."""
    try:
        # It ends with the process, however that ends.
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        english, vietnamese = taken
        raise Conflict(english, vietnamese=vietnamese) from error


@contextmanager
def disk_faults(folder: Path | None, *, full: Sentence, refused: Sentence) -> Iterator[None]:
    """Have what the disk refuses leave as DiskFull, no room there or in the user's share of it, or StoreUnavailable.

    The place is what the fault names, or else `folder`.
    """
    try:
        yield
    except OSError as error:
        is_full = error.errno in _FULL
        kind, sentence = (DiskFull, full) if is_full else (StoreUnavailable, refused)
        place, why = error.filename or folder, error.strerror or error
        english, vietnamese = (each.format(place=place, folder=folder, why=why) for each in sentence)
        raise kind(english, vietnamese=vietnamese) from error
