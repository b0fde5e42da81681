"""How a command ends and what it says then: exit codes, and the one way to fail. Of the store it loads errors alone."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

from store.errors import StoreError, StoreUnavailable

REFUSED = 1
USAGE = 2
UNAVAILABLE = 3
INTERRUPTED = 130
EXIT_CODES = (
    "Exit codes: 0 done; 1 something was refused (said on stderr, the rest is done); "
    "2 the command line is wrong; 3 the store cannot serve; 130 ended by Ctrl-C."
)


def exit_code_of(error: StoreError) -> int:
    """Give the exit code of an error."""
    return UNAVAILABLE if isinstance(error, StoreUnavailable) else REFUSED


def say(message: str) -> None:
    """Write a message for a person, to stderr."""
    click.echo(message, err=True)


def fail(error: StoreError) -> NoReturn:
    """Say what is wrong, in Vietnamese too where that is written, and end with its exit code."""
    say(f"error: {error}")
    if error.vietnamese:
        say(f"lỗi: {error.vietnamese}")
    sys.exit(exit_code_of(error))
