"""README and CHANGELOG say what is true of this code: settings, commands, version."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path

import click
import pytest

from feeds.cli.main import cli
from feeds.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("setting", fields(Settings), ids=lambda setting: setting.name)
def test_every_setting_is_documented_with_its_sentence(setting: object) -> None:
    known = setting.metadata  # type: ignore[attr-defined]  # a dataclass field
    [row] = [line for line in README.splitlines() if line.startswith(f"| `{known['name']}`")]
    assert known["sentence"].rstrip(".") in row.replace("`", "") or (
        known["name"] == "BANTIN_DATABASE_URL" and "postgresql://" in row
    )


def test_the_readme_names_no_setting_that_is_none() -> None:
    known = {setting.metadata["name"] for setting in fields(Settings)}
    known |= {f"{setting.metadata['name']}_FILE" for setting in fields(Settings) if setting.metadata["is_secret"]}
    named = set(re.findall(r"\bBANTIN_[A-Z_]+\b", README))
    assert {name for name in named if not name.startswith("BANTIN_TEST_")} == known


def test_every_command_in_the_readme_exists() -> None:
    lines = re.findall(r"^(?:\.venv/bin/)?bantin ([a-z][^#\n]*)", README, re.M)
    lines += re.findall(r"`bantin ([a-z][a-z -]*[a-z])", README)
    assert len(lines) > 10
    for line in lines:
        command: click.Command = cli
        for word in line.split():
            inner = getattr(command, "commands", {})
            if word not in inner:
                break
            command = inner[word]
        assert command is not cli, line


def test_the_lock_names_no_registry_and_no_machine() -> None:
    for name in ("requirements.lock", "tests/s3-server.lock", "pyproject.toml", "tests/node/package-lock.json"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert not re.search(r"index-url|find-links|registry\.|pypi\.|\"resolved\"|/root/|/home/", text), name


def test_the_changelog_has_this_version() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_readme_has_no_gap_left_to_fill() -> None:
    assert not re.search(r"\b[A-Z]+_TABLE\b|\bTBD\b|\?\?\?", README)
