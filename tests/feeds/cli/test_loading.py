"""What a command loads: itself and no other, and nothing that only changes of the schema need."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

from feeds.cli.loading import LoadedWhenAsked
from feeds.cli.main import COMMANDS, cli


def loaded_after(statement: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{statement}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_who_serves_loads_no_other_command_and_no_migrations() -> None:
    loaded = loaded_after("from feeds.cli.main import cli; cli.commands['serve']")
    assert {name for name in loaded if name.startswith("feeds.cli.")} == {
        "feeds.cli.draining",
        "feeds.cli.exits",
        "feeds.cli.loading",
        "feeds.cli.main",
        "feeds.cli.serve",
        "feeds.cli.workspace",
    }
    assert not loaded & {"alembic", "ftfy", "PIL", "httpx", "trafilatura", "feedparser"}


def test_the_command_line_itself_loads_no_database() -> None:
    # Every process that serves begins with it once more.
    assert not loaded_after("import feeds.cli.main") & {"sqlalchemy", "flask", "granian", "store.database"}


def test_every_command_goes_by_its_own_name() -> None:
    assert {name: command.name for name, command in cli.commands.items()} == {name: name for name in COMMANDS}


def test_commands_are_added_taken_away_and_loaded_once() -> None:
    commands = LoadedWhenAsked("feeds.cli", {"doctor": "doctor:doctor"})
    assert ("doctor" in commands, "nothing" in commands, list(commands)) == (True, False, ["doctor"])
    assert commands["doctor"] is commands["doctor"]
    commands["another"] = click.Command("another")
    assert (len(commands), commands["another"].name) == (2, "another")
    del commands["doctor"], commands["another"]
    assert not commands
    with pytest.raises(KeyError):
        commands["doctor"]
