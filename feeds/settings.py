"""Every BANTIN_* setting, in one place, each with its sentence; a bad value stops the start."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from store.database import sqlite_url
from store.errors import InputError

DEFAULT_PORT = 8000
DATABASE_FILE = "bantin.sqlite"
DEFAULT_SITE_NAME = "Bản tin"
RESERVED = frozenset({"ban-tin", "feeds", "files", "static"})
"""First words of our own paths: a prefix that began with one could not be told from them behind a proxy."""
MOST_DIGITS = 9
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")


def _setting(name: str, default: Any, sentence: str, parse: Callable[[str], Any] = str) -> Any:
    return field(default=default, metadata={"name": name, "sentence": sentence, "parse": parse})


def _url(text: str) -> str:
    if not text.isascii():
        raise ValueError("https://HOST[:PORT][/PREFIX] in ASCII (a Vietnamese host name in its xn-- form)")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and parts.port != 0 and not set("?#") & set(text)
    except ValueError:
        is_address = False
    if not is_address or not _HOST.fullmatch(parts.netloc) or not _PREFIX.fullmatch(parts.path):
        raise ValueError("https://HOST[:PORT][/PREFIX]")
    if parts.path.strip("/").split("/")[0] in RESERVED:
        raise ValueError(f"a prefix that does not begin with {', '.join(sorted(RESERVED))}")
    return text.rstrip("/")


def _offset(text: str) -> timezone:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError("an offset such as +07:00")
    minutes = int(found[2]) * 60 + int(found[3])
    return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS or not low <= int(text) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(text)

    return parse


def _line(text: str) -> str:
    if not text.strip() or len(text) > 200 or not text.isprintable():
        raise ValueError("one line of 1 to 200 characters")
    return text.strip()


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. Read once at start; passed to whatever needs it."""

    data: Path = _setting("BANTIN_DATA", Path("var"), "Folder of the embedded database and the files.", Path)
    base_url: str = _setting(
        "BANTIN_BASE_URL",
        f"http://localhost:{DEFAULT_PORT}",
        "Public address of this site; every link in documents and pages starts with it. A path prefix is allowed.",
        _url,
    )
    database_url: str = _setting(
        "BANTIN_DATABASE_URL",
        "",
        "Database: sqlite:///PATH or postgresql://USER@HOST/DATABASE. By default SQLite in the data folder.",
    )
    site_name: str = _setting(
        "BANTIN_SITE_NAME",
        DEFAULT_SITE_NAME,
        "Name of the site, in feed titles, pages and as author of last resort.",
        _line,
    )
    timezone: timezone = _setting(
        "BANTIN_TIMEZONE",
        timezone(timedelta(hours=7)),
        "Offset in which the dates of the feeds themselves are shown; entries keep their own.",
        _offset,
    )
    rights: str = _setting("BANTIN_RIGHTS", "", "Rights in what is published, one line in every feed.", _line)
    entries: int = _setting("BANTIN_ENTRIES", 50, "Number of entries in a feed document.", _between(1, 500))
    ttl_minutes: int = _setting(
        "BANTIN_TTL_MINUTES", 15, "Minutes that a reader may wait between polls (the ttl of RSS).", _between(1, 1440)
    )
    max_age_seconds: int = _setting(
        "BANTIN_MAX_AGE_SECONDS", 300, "Seconds that caches may keep a feed or page.", _between(0, 86400)
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> Self:
        """Read all settings; raises InputError naming the variable, its value and what is accepted."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for known in fields(cls):
            name = known.metadata["name"]
            text = environment.get(name, "")
            if text:
                try:
                    values[known.name] = known.metadata["parse"](text)
                except ValueError as error:
                    raise InputError(field=name, value=text, reason="is not accepted", accepted=str(error)) from error
        return cls(**values)

    @property
    def store_url(self) -> str | URL:
        """The database to use, the embedded one where none is named."""
        return self.database_url or sqlite_url(self.data / DATABASE_FILE)

    @property
    def files_folder(self) -> Path:
        """The folder of attachments' bytes."""
        return self.data / "files"


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """List BANTIN_* variables that no setting reads: most are misspelt. Those of the tests are not meant."""
    known = {known.metadata["name"] for known in fields(Settings)}
    return sorted(
        name
        for name in environment
        if name.startswith("BANTIN_") and name not in known and not name.startswith("BANTIN_TEST_")
    )
