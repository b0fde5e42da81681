"""Every BANTIN_* setting, in one place, each with its sentence; a bad value stops the start."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from sqlalchemy.engine import URL

from feeds.http.clients import Network, PollLimit, read_networks, read_poll_limit
from feeds.http.redis_address import read_redis_address
from store.attachments.s3_address import read_s3_address
from store.attachments.storage import Storage, open_storage
from store.database import sqlite_url
from store.errors import InputError

DEFAULT_PORT = 8000
DATABASE_FILE = "bantin.sqlite"
DEFAULT_SITE_NAME = "Bản tin"
RESERVED = frozenset({"ban-tin", "feeds", "files", "static"})
"""First words of our own paths: a prefix that began with one could not be told from them behind a proxy."""
SENDING_AT_ONCE = 12
"""So many files one process sends at a time: their readers may be slow, and each keeps a thread to itself."""
MOST_DIGITS = 9
FROM_FILE = "_FILE"
"""Added to the name of a secret, it names a setting that says in which file the secret stands."""
SECRET_BYTES = 1_024
_HOST = re.compile(r"([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]+)?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")
_OFFSET = re.compile(r"([+-])(0\d|1[0-4]):([0-5]\d)")


def _setting(
    name: str, default: Any, sentence: str, parse: Callable[[str], Any] = str, *, is_secret: bool = False
) -> Any:
    metadata = {"name": name, "sentence": sentence, "parse": parse, "is_secret": is_secret}
    return field(default=default, repr=not is_secret, metadata=metadata)


def _web_address(text: str) -> str:
    if not text.isascii():
        raise ValueError("https://HOST[:PORT][/PREFIX] in ASCII (a Vietnamese host name in its xn-- form)")
    try:
        parts = urlsplit(text)
        is_address = parts.scheme in {"http", "https"} and parts.port != 0 and not set("?#") & set(text)
    except ValueError:
        is_address = False
    if not is_address or not _HOST.fullmatch(parts.netloc) or not _PREFIX.fullmatch(parts.path):
        raise ValueError("https://HOST[:PORT][/PREFIX]")
    return text.rstrip("/")


def _url(text: str) -> str:
    address = _web_address(text)
    if urlsplit(address).path.strip("/").split("/")[0] in RESERVED:
        raise ValueError(f"a prefix that does not begin with {', '.join(sorted(RESERVED))}")
    return address


def _files_url(text: str) -> str:
    read_s3_address(text)
    return text


def _redis_url(text: str) -> str:
    read_redis_address(text)
    return text


def _word(text: str) -> str:
    if len(text) > SECRET_BYTES or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("one word in ASCII, without spaces")
    return text


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
    files_url: str = _setting(
        "BANTIN_FILES_URL",
        "",
        "Where photos and documents are kept: s3://BUCKET[/PREFIX][?endpoint=https://HOST[:PORT]&region=REGION], "
        "by default the data folder.",
        _files_url,
    )
    files_key: str = _setting(
        "BANTIN_FILES_KEY", "", "Access key of the S3 store; without one, what the machine itself may do counts.", _word
    )
    files_secret: str = _setting(
        "BANTIN_FILES_SECRET",
        "",
        "Secret of the access key; BANTIN_FILES_SECRET_FILE may name a file that holds it.",
        _word,
        is_secret=True,
    )
    files_public_url: str = _setting(
        "BANTIN_FILES_PUBLIC_URL",
        "",
        "Address below which the S3 store or a CDN serves the files under their keys; by default this site does, at "
        "/files, and only while a published bulletin uses them.",
        _web_address,
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
    fragments_mb: int = _setting(
        "BANTIN_FRAGMENTS_MB",
        32,
        "Memory, in MiB for each process, for rendered entries that stay the same; 0 renders every entry anew.",
        _between(0, 4096),
    )
    shelf_mb: int = _setting(
        "BANTIN_SHELF_MB",
        96,
        "Memory, in MiB for each process, for documents that are polled; 0 makes every document anew.",
        _between(0, 65536),
    )
    redis_url: str = _setting(
        "BANTIN_REDIS_URL",
        "",
        "Redis through which all processes and machines share documents, so that each is made once: "
        "redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss:// or unix://; BANTIN_REDIS_URL_FILE may name a file that "
        "holds it.",
        _redis_url,
        is_secret=True,
    )
    poll_limit: PollLimit | None = _setting(
        "BANTIN_POLL_LIMIT",
        None,
        "How often one address may fetch the same document without If-None-Match or If-Modified-Since, e.g. 60/hour, "
        "before it is answered 429; by default as often as it likes.",
        read_poll_limit,
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "BANTIN_TRUSTED_PROXIES",
        (),
        "Addresses or networks, with commas between, of the proxies in front of this site, whose X-Forwarded-For says "
        "which address polls.",
        read_networks,
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
            name, is_secret = known.metadata["name"], known.metadata["is_secret"]
            text = (_secret_text if is_secret else _text)(name, environment)
            if text:
                try:
                    values[known.name] = known.metadata["parse"](text)
                except ValueError as error:
                    raise InputError(
                        field=name, value=_told(known, text), reason="is not accepted", accepted=str(error)
                    ) from error
        settings = cls(**values)
        if bool(settings.files_key) != bool(settings.files_secret):
            lacking = "BANTIN_FILES_SECRET" if settings.files_key else "BANTIN_FILES_KEY"
            raise InputError(field=lacking, value="", reason="is missing", accepted="key and secret, or neither")
        return settings

    @property
    def store_url(self) -> str | URL:
        """The database to use, the embedded one where none is named."""
        return self.database_url or sqlite_url(self.data / DATABASE_FILE)

    @property
    def files_folder(self) -> Path:
        """The folder of attachments' bytes, unless they are kept elsewhere."""
        return self.data / "files"

    def open_storage(self) -> Storage:
        """Give the storage of attachments' bytes; nothing is touched yet. Raises InputError."""
        return open_storage(self.files_url, self.files_folder, key=self.files_key, secret=self.files_secret)


def unknown_names(environment: Mapping[str, str]) -> list[str]:
    """List BANTIN_* variables that no setting reads: most are misspelt. Those of the tests are not meant."""
    known = {known.metadata["name"] for known in fields(Settings)}
    known |= {known.metadata["name"] + FROM_FILE for known in fields(Settings) if known.metadata["is_secret"]}
    return sorted(
        name
        for name in environment
        if name.startswith("BANTIN_") and name not in known and not name.startswith("BANTIN_TEST_")
    )


def _told(known: Field[Any], text: str) -> str:
    """Give what may be shown of a refused value: no secret, nor one that somebody wrote into the files' address."""
    if known.metadata["is_secret"]:
        return ""
    _, user, rest = text.rpartition("@") if known.name == "files_url" else ("", "", text)
    return f"…@{rest}" if user else rest


def _text(name: str, environment: Mapping[str, str]) -> str:
    return environment.get(name, "")


def _secret_text(name: str, environment: Mapping[str, str]) -> str:
    """Give a secret as it stands in the environment, or in the file that the environment names."""
    place = environment.get(name + FROM_FILE, "")
    if not place:
        return _text(name, environment)
    reason = "is set beside " + name if _text(name, environment) else ""
    text = ""
    if not reason:
        try:
            with open(place, "rb") as file:
                text = file.read(SECRET_BYTES + 2).decode("ascii").strip("\r\n")
            reason = "" if text else "names an empty file"
        except OSError as error:
            reason = f"cannot be read: {error.strerror}"
        # A name with a NUL, or bytes that are no ASCII.
        except ValueError:
            reason = "names no file with a word in ASCII"
    if reason:
        raise InputError(
            field=name + FROM_FILE, value=place, reason=reason, accepted="a file that holds nothing but the secret"
        )
    return text
