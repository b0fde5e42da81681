"""What every command works with: settings from the environment, the store they name, and one way to fail."""

from __future__ import annotations

import getpass
import json
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from feeds.addresses import Addresses
from feeds.settings import Settings
from store import schema
from store.attachments.storage import Storage
from store.database import Database
from store.errors import InputError, shown
from store.text.dates import parse_moment
from store.types import Precision

STDIN = "-"
NUMBER = click.IntRange(1, 2**31 - 1)
"""A bulletin's number on the command line."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened store with its settings."""

    settings: Settings
    database: Database
    storage: Storage

    @property
    def addresses(self) -> Addresses:
        """The addresses of this site."""
        return Addresses.of(self.settings)


def open_workspace(settings: Settings | None = None) -> Workspace:
    """Open the store that the settings name; raises StoreError when it is not there or not of this version."""
    settings = settings or Settings.from_env()
    database = Database(settings.store_url)
    schema.require_current(database)
    return Workspace(settings, database, settings.open_storage())


@contextmanager
def interruptible_between_steps() -> Iterator[Callable[[], None]]:
    """Give a function that raises KeyboardInterrupt if Ctrl-C came since: between steps, never within one.

    What a step has committed is then told, too. A second Ctrl-C ends at once.
    """
    came = False

    def note(_number: int, _frame: object) -> None:
        nonlocal came
        if came:
            raise KeyboardInterrupt
        came = True

    def check() -> None:
        if came:
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, note)
    try:
        yield check
    finally:
        signal.signal(signal.SIGINT, before)


def read_file(place: str, *, limit_bytes: int) -> bytes:
    """Read a file or, for `-`, stdin: at most one byte past the limit, which is enough to be refused for its size.

    Raises InputError for what cannot be read.
    """
    try:
        if place == STDIN:
            return sys.stdin.buffer.read(limit_bytes + 1)
        with Path(place).open("rb") as file:
            return file.read(limit_bytes + 1)
    except OSError as error:
        raise InputError(
            field="FILE",
            value=place,
            reason=error.strerror or str(error),
            accepted="a file that can be read",
            vietnamese=f"không đọc được tệp {shown(place)} ({error.strerror or error})",
        ) from error


def actor() -> str:
    """Name who runs the command, for the record of revisions."""
    try:
        return f"{getpass.getuser()} (command)"
    except (KeyError, OSError):
        return "command"


def read_day(text: str | None) -> datetime | None:
    """Read `--from`: the first instant of a day, or the very time where one is given; None for no text."""
    if text is None:
        return None
    moment = parse_moment(text, field="--from")
    return moment.instant.replace(hour=0, minute=0) if moment.precision is Precision.DAY else moment.instant


def print_json(value: Any) -> None:
    """Write a result as JSON to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def print_table(heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """Write aligned columns to stdout; the last column is never padded or cut."""
    lines = [heads, *(tuple(str(cell) for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads) - 1)]
    for line in lines:
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
        click.echo("  ".join([*padded, line[-1]]).rstrip())
