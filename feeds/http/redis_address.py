"""Understands `redis://`, `rediss://` (with TLS) and `unix://`, the ways in which a Redis is named."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

ACCEPTED = (
    "redis://[USER:PASSWORD@]HOST[:PORT][/DB], rediss:// for TLS, or unix://[USER:PASSWORD@]/PATH[?db=DB]; "
    "in a password / ? # % stand as %2F %3F %23 %25"
)
DEFAULT_PORT = 6379
MOST_CHARS = 1_000
_USER = r"(?:(?P<user>[^:@/?#]*):(?P<password>[^/?#]+)@)?"
_HOST = r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])"
_AT_HOST = re.compile(rf"(?P<scheme>rediss?)://{_USER}{_HOST}(?::(?P<port>[0-9]{{1,5}}))?(?:/(?P<db>[0-9]{{0,4}}))?")
_AT_SOCKET = re.compile(rf"(?P<scheme>unix)://{_USER}(?P<path>/[^?#]+)(?:\?db=(?P<db>[0-9]{{1,4}}))?")


@dataclass(frozen=True, slots=True)
class RedisAddress:
    """Where a Redis listens: at `host` and `port`, or at the socket `path` where there is one; and who asks."""

    host: str = ""
    port: int = DEFAULT_PORT
    path: str = ""
    db: int = 0
    is_tls: bool = False
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def describe(self) -> str:
        """Name it for people: there is no secret in it."""
        if self.path:
            return f"unix://{self.path}?db={self.db}"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"redis{'s' if self.is_tls else ''}://{host}:{self.port}/{self.db}"


def read_redis_address(text: str) -> RedisAddress:
    """Read an address; raises ValueError saying what is accepted, and nothing of what was given."""
    is_plain = len(text) <= MOST_CHARS and text.isascii() and text.isprintable() and " " not in text
    found = (_AT_HOST.fullmatch(text) or _AT_SOCKET.fullmatch(text)) if is_plain else None
    if found is None:
        raise ValueError(ACCEPTED)
    said = {name: value or "" for name, value in found.groupdict().items()}
    port = int(said.get("port") or DEFAULT_PORT)
    if not 1 <= port <= 65_535:
        raise ValueError(ACCEPTED)
    return RedisAddress(
        host=said.get("host", "").strip("[]"),
        port=port,
        path=unquote(said.get("path", "")),
        db=int(said["db"] or 0),
        is_tls=said["scheme"] == "rediss",
        user=unquote(said["user"]),
        password=unquote(said["password"]),
    )
