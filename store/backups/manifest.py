"""What a backup says of itself: whose it is, at which edition, and what each of its members must be.

A manifest that was read is well-formed: names are those of tables and digests, numbers are in range. Whether
the members are what it says, `store.backups.archive` finds out.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

FORMAT = "bantin backup"
FORMAT_VERSION = 1
MEMBER = "manifest.json"
LEFT_OUT = frozenset({"lease", "alembic_version"})
"""Tables that are not in a backup: who works at this moment, and what the manifest says as `schema`."""
MOST_BYTES = 2**53
"""What a size or a count in a manifest may be: exact in every JSON reader."""

_DIGEST = re.compile(r"[0-9a-f]{64}")
_TABLE = re.compile(r"[a-z][a-z_]{0,62}")


class NewerFormat(ValueError):
    """A backup in a form that only a newer version reads."""


@dataclass(frozen=True, slots=True)
class TableMember:
    """A table: SHA-256 in hex and length of its uncompressed lines, and how many there are."""

    sha256: str
    size_bytes: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The last member of a backup; `files` gives sizes in bytes by digest, `lost` why a digest is not there."""

    version: str
    schema: str
    instance: uuid.UUID
    edition: int
    made_at: datetime
    tables: Mapping[str, TableMember]
    files: Mapping[str, int]
    lost: Mapping[str, str] = field(default_factory=dict)

    @property
    def bulletins(self) -> int:
        """How many bulletins the backup holds, whatever their status."""
        return self.tables["bulletin"].rows

    @property
    def size_bytes(self) -> int:
        """The length of all members, uncompressed."""
        return sum(table.size_bytes for table in self.tables.values()) + sum(self.files.values())

    def member_names(self) -> frozenset[str]:
        """Give the names of exactly the members that the backup must have."""
        return frozenset({MEMBER, *map(table_member, self.tables), *map(file_member, self.files)})


def table_member(table: str) -> str:
    """Name the member that holds a table."""
    return f"tables/{table}.jsonl"


def file_member(digest: str) -> str:
    """Name the member that holds the bytes of a digest."""
    return f"files/{digest}"


def is_digest(text: object) -> bool:
    """Say whether this is a SHA-256 in hex."""
    return isinstance(text, str) and _DIGEST.fullmatch(text) is not None


def instant_text(instant: datetime) -> str:
    """Write an instant as backups do: ISO 8601 in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_instant(text: object) -> datetime:
    """Read what `instant_text` wrote, aware, in UTC; raises ValueError."""
    if not isinstance(text, str) or not text.endswith("Z"):
        raise ValueError(f"no instant in UTC: {text!r}")
    return datetime.fromisoformat(text).astimezone(UTC)


def dump(manifest: Manifest) -> bytes:
    """Write a manifest as JSON."""
    members: dict[str, dict[str, object]] = {
        table_member(name): {"sha256": table.sha256, "size_bytes": table.size_bytes, "rows": table.rows}
        for name, table in manifest.tables.items()
    }
    for digest, size_bytes in manifest.files.items():
        members[file_member(digest)] = {"sha256": digest, "size_bytes": size_bytes}
    value = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "bantin": manifest.version,
        "schema": manifest.schema,
        "instance": str(manifest.instance),
        "edition": manifest.edition,
        "made_at": instant_text(manifest.made_at),
        "members": members,
        "lost_files": dict(manifest.lost),
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def load(content: bytes) -> Manifest:
    """Read a manifest; raises NewerFormat, or ValueError for what no version of Bantin wrote."""
    try:
        value = json.loads(content)
        if value["format"] != FORMAT:
            raise ValueError("another format")
        if _number(value["format_version"]) > FORMAT_VERSION:
            raise NewerFormat(f"format version {value['format_version']}")
        return _manifest(value)
    except (KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"the manifest lacks or misstates {error}") from error


def _manifest(value: Mapping[str, Any]) -> Manifest:
    tables: dict[str, TableMember] = {}
    files: dict[str, int] = {}
    for name, member in value["members"].items():
        folder, _, rest = name.partition("/")
        table = rest.removesuffix(".jsonl")
        size_bytes = _number(member["size_bytes"])
        if folder == "files" and is_digest(rest) and member["sha256"] == rest:
            files[rest] = size_bytes
        elif name == table_member(table) and _TABLE.fullmatch(table) and is_digest(member["sha256"]):
            tables[table] = TableMember(member["sha256"], size_bytes, _number(member["rows"]))
        else:
            raise ValueError(f"no member of a backup: {name!r}")
    if not {"bulletin", "instance", "counter"} <= set(tables):
        raise ValueError("tables are missing")
    lost = value["lost_files"]
    if not all(is_digest(digest) and isinstance(reason, str) for digest, reason in lost.items()):
        raise ValueError("the list of lost files is none")
    return Manifest(
        version=_word(value["bantin"]),
        schema=_word(value["schema"]),
        instance=uuid.UUID(value["instance"]),
        edition=_number(value["edition"]),
        made_at=read_instant(value["made_at"]),
        tables=tables,
        files=files,
        lost=lost,
    )


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MOST_BYTES:
        raise ValueError(f"no number: {value!r}")
    return value


def _word(value: str) -> str:
    if len(value) > 64 or not value.isprintable():
        raise ValueError(f"no word: {value!r}")
    return value
