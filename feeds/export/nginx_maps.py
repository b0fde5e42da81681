"""Writes what stands in nginx's `http` block: what a request means that no address says.

Where a channel or bulletin is today nginx learns from where a symbolic link leads (`$realpath_root`), so that none of
this changes when something is published, renamed or withdrawn. Only former addresses of the site stand here one by one.

Spec: RFC 9110 section 12.5.3; nginx's ngx_http_map_module.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from feeds.export.codings import EXTENSIONS
from feeds.export.nginx_server import HEAD, Server, block, quoted
from feeds.export.writing import NAME_PARTS

Rows = Sequence[tuple[str, str]]


def http_configuration(server: Server, former: Mapping[str, str]) -> str:
    """Write the maps; `former` has the absolute address that each former one (path, perhaps with query) leads to."""
    lines: list[str] = []
    for source, name, default, rows in (*_general(server), *_former(server, former)):
        lines += block(f"map {source} ${server.name(name)}", [f"default {quoted(default)};", *_written(rows)])
    return HEAD + "# Include this file in the http block, and server.conf in the server block.\n\n" + _joined(lines)


def _general(server: Server) -> list[tuple[str, str, str, Rows]]:
    name = server.name
    parts = [name(f"words_{number}") for number in range(NAME_PARTS)]
    named = "".join(f"/=(?<{part}>[^/]*)" for part in parts)
    return [
        ("$http_accept_encoding", "coding", "", [(_accepted(token), ext) for ext, token in EXTENSIONS.items()]),
        ("$uri", "encoding", "", [(f"~{re.escape(extension)}$", token) for extension, token in EXTENSIONS.items()]),
        ("$arg_before", "shown", "html", [(f"~^0*(?<{name('at')}>[1-9][0-9]{{0,17}})$", f"before/${name('at')}")]),
        (f"${name('number')}", "shard", "0", [(f"~^(?<{name('hundreds')}>[0-9]+)[0-9][0-9]$", f"${name('hundreds')}")]),
        ("$realpath_root", "present", "", [(f"~/(?<{name('slug')}>[^/]+)\\.html$", f"${name('slug')}")]),
        (
            "$realpath_root",
            "grown",
            "",
            [(f"~/archive/(?<{name('latest')}>[0-9]+-[0-9]+)\\.[a-z]+$", f"${name('latest')}")],
        ),
        ("$realpath_root", "channel", "", [(f"~/shards/feeds/(?<{name('path')}>.+)/@[0-9]+$", f"${name('path')}")]),
        ("$realpath_root", "disposition", "attachment", [(f"~{named}$", "".join(f"${part}" for part in parts))]),
        ("$request_uri", "kept", *_kept(server)),
    ]


def _accepted(coding: str) -> str:
    """Match an Accept-Encoding that names a coding, and does not refuse it with a weight of nothing."""
    alias = "(?:x-)?gzip" if coding == "gzip" else coding
    return rf"~*(?:^|,)[ \t]*{alias}[ \t]*(?:$|,|;(?![ \t]*q=0(?:\.0{{0,3}})?[ \t]*(?:$|,)))"


def _kept(server: Server) -> tuple[str, Rows]:
    """Give how long a style or script may be kept: for ever by an address that says its version, else shorter."""
    rows, shorter = [], ""
    for name, version in sorted(server.asset_versions.items()):
        address = f"/static/{name}"
        asked = re.escape(server.prefix + address) + rf"\?(?:[^#]*&)?v={version}(?:&|$)"
        rows.append((f"~^{asked}", _cache_control(server, f"{address}?v={version}")))
        shorter = _cache_control(server, address)
    return shorter, rows


def _cache_control(server: Server, address: str) -> str:
    return dict(server.samples[address].headers).get("Cache-Control", "")


def _former(server: Server, former: Mapping[str, str]) -> list[tuple[str, str, str, Rows]]:
    """Write where former addresses lead, those with a query first; outside of our prefix they are asked for, too."""
    maps: list[tuple[str, str, str, Rows]] = []
    for name, prefix in (("former", server.prefix), ("outside", "")):
        whole = [(_spelling(prefix, path), target) for path, target in sorted(former.items()) if "?" in path]
        alone = [(_spelling(prefix, path), target) for path, target in sorted(former.items()) if "?" not in path]
        maps.append(("$uri", f"{name}_path", "", alone))
        maps.append(('"$uri?$args"', name, f"${server.name(f'{name}_path')}", whole))
    return maps


def _spelling(prefix: str, address: str) -> str:
    """Match every way to ask for a former address: in capitals, with a slash at its end, its query quoted or not."""
    path, sign, query = address.partition("?")
    asked = "".join(_either_case(letter) for letter in path.rstrip("/"))
    sought = "".join(_either_case(letter, is_quoted=True) for letter in query)
    return f"~*^{re.escape(prefix)}{asked}/*" + (rf"\?{sought}$" if sign else "$")


def _either_case(letter: str, *, is_quoted: bool = False) -> str:
    forms = dict.fromkeys((letter, letter.upper()) if not letter.isascii() else (letter,))
    written = [re.escape(form) for form in forms]
    if is_quoted:
        written += [quote(form, safe="") for form in forms if quote(form, safe="") != form]
        written += [r"\+"] if letter == " " else []
    return written[0] if len(written) == 1 else f"(?:{'|'.join(written)})"


def _written(rows: Rows) -> list[str]:
    return [f"{quoted(matched)} {quoted(value)};" for matched, value in rows]


def _joined(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"
