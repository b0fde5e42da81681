"""Writes the named locations: what is answered where there is no file at an address.

Who has another name by now is found behind a link, who is gone by a file that says so; what is left is asked of the
application, where it runs, or is not there.
"""

from __future__ import annotations

from collections.abc import Sequence

from feeds.export.nginx_server import (
    COMMON,
    ELSEWHERE,
    Server,
    add_headers,
    block,
    leads,
    quoted,
    try_elsewhere,
)
from feeds.export.samples import NO_CHANNEL, NO_FILE
from feeds.export.sections import LATEST
from feeds.http.downloads import FILE_GONE

_PLAIN = "text/plain; charset=utf-8"
NO_SEARCH = "Trang này không có chức năng tìm kiếm."
CONNECT_SECONDS = 5


def named_locations(server: Server) -> list[str]:
    """Write all of them, for the level of the server."""
    lines: list[str] = []
    for write in (_archive, _feed, _no_search, _slash, _channel, _bulletin, _file, _unknown, _elsewhere):
        lines += ["", *write(server)]
    return lines


def _feed(server: Server) -> list[str]:
    refusal = _refusal(server, NO_CHANNEL, server.samples[NO_CHANNEL].text)
    return _place(server, "feed", [*_moved_channel(server), *_former(server)], refusal, root=_moved(server))


def _archive(server: Server) -> list[str]:
    """Lead from an earlier form of an archive that has grown since to the form of today, which holds all of that."""
    asked, span = server.name("asked"), server.name("span")
    latest = f"{server.root}/feeds/${asked}/@/{LATEST}/${span}"
    grown = f"{server.base_url}/feeds/${asked}/archive/${server.name('grown')}.${server.name('kind')}"
    inner = [f"root {quoted(latest)};", *COMMON, *leads(server, f"-e {quoted(latest)}", 302, grown, shared=True)]
    return block(f"location @{server.name('archive')}", [*inner, try_elsewhere(server, "feed")])


def _no_search(server: Server) -> list[str]:
    """Refuse in few words: programs that poll a search ask all day."""
    if server.application_url:
        return []
    refusal = _refusal(server, NO_CHANNEL, NO_SEARCH + "\n")
    return block(f"location @{server.name('no_search')}", [*COMMON, f"default_type {quoted(_PLAIN)};", *refusal])


def _slash(server: Server) -> list[str]:
    asked, tail = server.name("asked"), server.name("tail")
    there = f"-d {quoted(f'{server.root}/feeds/${asked}/@')}"
    canonical = leads(server, there, 308, f"{server.base_url}/feeds/${asked}${tail}", shared=True)
    return _place(server, "slash", [*_moved_channel(server), *canonical], ["return 404;"], root=_moved(server))


def _channel(server: Server) -> list[str]:
    asked = server.name("asked")
    # The channel is there, so it is one of its older pages that is not, or not any more.
    first = leads(
        server, f"-f {quoted(f'{server.root}/feeds/${asked}/@/html')}", 302, f"{server.base_url}/feeds/${asked}"
    )
    tried = [*_moved_channel(server, is_page=True), *_former(server)]
    return _place(server, "channel", tried, [*first, "return 404;"], root=_moved(server))


def _bulletin(server: Server) -> list[str]:
    shard, number = f"{server.root}/ban-tin/${server.name('shard')}/@", server.name("number")
    asked, pages = server.name("asked_page"), f"{server.base_url}/ban-tin"
    tried = block(f"if (-f {quoted(f'{shard}/gone/${number}.html')})", ["return 410;"])
    tried += leads(server, f"-f {quoted(f'{shard}/${asked}.html')}", 308, f"{pages}/${asked}")
    tried += leads(server, f"-e {quoted(f'{shard}/by/${number}')}", 301, f"{pages}/${server.name('present')}")
    return _place(server, "bulletin", [*tried, *_former(server)], ["return 404;"], root=f"{shard}/by/${number}")


def _file(server: Server) -> list[str]:
    gone = f"{server.root}/files/${server.name('folder')}/@/gone/${server.name('file')}"
    refused = _refusal(server, NO_FILE, FILE_GONE + "\n", status=410)[:-1]
    tried = block(f"if (-e {quoted(gone)})", [*refused, f"return 410 {quoted(FILE_GONE + chr(10))};"])
    return _place(server, "file", tried, _refusal(server, NO_FILE, server.samples[NO_FILE].text))


def _unknown(server: Server) -> list[str]:
    return _place(server, "unknown", _former(server), ["return 404;"])


def _elsewhere(server: Server) -> list[str]:
    """Ask the application, on behalf of the client."""
    if not server.application_url:
        return []
    lines = [
        f"proxy_pass {server.application_url};",
        "proxy_http_version 1.1;",
        'proxy_set_header Connection "";',
        "proxy_set_header Host $host;",
        f"proxy_connect_timeout {CONNECT_SECONDS}s;",
        "proxy_intercept_errors off;",
        f"error_page 502 504 =503 {server.prefix}/@503;",
    ]
    return block(f"location @{server.name('elsewhere')}", lines)


def _place(server: Server, name: str, tried: Sequence[str], refusal: Sequence[str], *, root: str = "") -> list[str]:
    """Write a named location; what is not answered by what is `tried` is asked elsewhere or refused."""
    if server.application_url:
        refusal = [*server.elsewhere, f"return {ELSEWHERE};"]
    inner = [f"root {quoted(root or server.root)};", *COMMON, f"default_type {quoted(_PLAIN)};", *server.error_pages]
    return block(f"location @{server.name(name)}", [*inner, *tried, *refusal])


def _moved(server: Server) -> str:
    return f"{server.root}/feeds/${server.name('asked')}/@moved"


def _moved_channel(server: Server, *, is_page: bool = False) -> list[str]:
    target = f"{server.base_url}/feeds/${server.name('channel')}"
    there = f"-d {quoted(_moved(server))}"
    return leads(server, there, 301, target if is_page else f"{target}${server.name('tail')}", shared=not is_page)


def _former(server: Server) -> list[str]:
    return leads(server, f"${server.name('former')}", 301, f"${server.name('former')}")


def _refusal(server: Server, sample: str, text: str, *, status: int = 404) -> list[str]:
    return [*add_headers(server.samples[sample].headers, always=True), f"return {status} {quoted(text)};"]
