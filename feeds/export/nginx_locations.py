"""Writes what stands in nginx's `server` block: for each kind of address its file, and what is said with it.

Nothing here changes when something is published, renamed or withdrawn: that changes files and links alone.

Spec: RFC 9110 sections 8.4, 9.3, 13.1, 15.4 and 15.5; nginx's ngx_http_core_module and ngx_http_rewrite_module.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from feeds.addresses import CRITERIA
from feeds.documents.model import Format
from feeds.export.nginx_fallbacks import named_locations
from feeds.export.nginx_server import (
    COMMON,
    ELSEWHERE,
    HEAD,
    METHODS,
    VARY,
    Headers,
    Server,
    add_headers,
    block,
    guard,
    leads,
    quoted,
    try_elsewhere,
)
from feeds.export.samples import ALL, NO_PAGE, SINGLE, Sample
from feeds.http.downloads import FILE_HEADERS
from store.attachments.kinds import DOCUMENT_EXTENSIONS, PHOTO_EXTENSIONS

_SLUG = "[a-z0-9]+(?:-[a-z0-9]+)*"
_CRITERION = f"(?:{'|'.join(CRITERIA)})/{_SLUG}"
_CHANNEL = f"all|{_CRITERION}(?:/{_CRITERION})*"
_ARCHIVE = "archive/[1-9][0-9]*-[1-9][0-9]*"
_RETRY_SECONDS = 30
_UNAVAILABLE = """<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Tạm thời chưa phục vụ được</title>
</head>
<body>
<h1>Tạm thời chưa phục vụ được</h1>
<p>Phần tìm kiếm và một số trang cũ đang tạm ngừng. Xin thử lại sau ít phút.</p>
<p>Các bản tin và kênh tin vẫn đọc được như thường: <a href="{home}">về trang đầu</a>.</p>
</body>
</html>
"""


def server_configuration(server: Server) -> str:
    """Write the locations of one site; regular expressions are tried in their order."""
    inside = [f"root {quoted(server.root)};", *COMMON, *server.error_pages]
    for write in (_home, _singles, _assets, _turned, _feeds, _pages, _spellings, _bulletins, _files, _refusals):
        inside += ["", *write(server)]
    # What is no address of ours may be one of the application's that takes other methods.
    inside += ["", *([] if server.application_url else guard(server)), try_elsewhere(server, "unknown")]
    outside = f"${server.name('outside')}"
    # Where the site has a prefix, what led to the former one may lack it.
    lines = block(f"if ({outside})", [f"return 301 {outside};"]) if server.prefix else []
    lines += block(f"location ^~ {server.prefix}/", inside) + named_locations(server)
    return (
        HEAD + "# Include this file in the server block, and http.conf in the http block.\n\n" + "\n".join(lines) + "\n"
    )


def _home(server: Server) -> list[str]:
    home, former = server.samples["/"], f"${server.name('former')}"
    inner = [*guard(server), *leads(server, former, 301, former), *add_headers(home.headers)]
    return block(f"location = {server.prefix}/", [*inner, f"return {home.status} {home.location};"])


def _singles(server: Server) -> list[str]:
    lines: list[str] = []
    for address in SINGLE:
        name = "directory" if address == "/feeds/" else address[1:]
        lines += _documents(server, f"= {server.prefix}{address}", f"/site/@/{name}", server.samples[address])
    part = f"(?<{server.name('part')}>sitemap-[1-9][0-9]*\\.xml)"
    sample = server.samples["/sitemap.xml"]
    return lines + _documents(server, _matching(server, f"/{part}"), f"/site/@/${server.name('part')}", sample)


def _assets(server: Server) -> list[str]:
    lines: list[str] = []
    for name in sorted(server.asset_versions):
        sample = server.samples[f"/static/{name}"]
        # How long it may be kept depends on whether the address says its version.
        said = [
            (each, f"${server.name('kept')}" if each == "Cache-Control" else value) for each, value in sample.headers
        ]
        address = f"/static/{name}"
        lines += _documents(server, f"= {server.prefix}{address}", f"/site/@{address}", sample, headers=said)
    return lines


def _turned(server: Server) -> list[str]:
    """Lead the criteria of a pair to their order."""
    body, category, tail = (server.name(name) for name in ("body", "category", "tail"))
    pair = f"/feeds/(?<{body}>(?:organisation|publisher)/{_SLUG})/(?<{category}>category/{_SLUG})"
    return _redirect(server, f"{pair}{_extension(server)}/*", f"{server.base_url}/feeds/${category}/${body}${tail}")


def _feeds(server: Server) -> list[str]:
    lines: list[str] = []
    asked, tail, archive, kind = (server.name(name) for name in ("asked", "tail", "archive", "kind"))
    ranged = f"archive/(?<{server.name('span')}>[1-9][0-9]*)-[1-9][0-9]*"
    for extension in Format:
        sample = server.samples[f"{ALL}.{extension}"]
        # Links to itself, and to its channel's page.
        own, page = (f"{ALL}.{extension}", f"/feeds/${asked}${tail}"), (ALL, f"/feeds/${asked}")
        said = [(name, value.replace(*own).replace(*page)) for name, value in sample.headers]
        match = _matching(server, f"/feeds/{_asked(server)}(?<{tail}>\\.{extension})")
        path = f"/feeds/${asked}/@/{extension}"
        lines += _documents(server, match, path, sample, headers=said, otherwise="feed", searched=server.searches)
        match = _matching(server, f"/feeds/{_asked(server)}(?<{tail}>/(?<{archive}>{ranged}\\.(?<{kind}>{extension})))")
        path = f"/feeds/${asked}/@/${archive}"
        lines += _documents(server, match, path, sample, headers=said, otherwise="archive")
    return lines


def _pages(server: Server) -> list[str]:
    path = f"/feeds/${server.name('asked')}/@/${server.name('shown')}"
    match = _matching(server, f"/feeds/{_asked(server)}")
    return _documents(server, match, path, server.samples[ALL], otherwise="channel", searched=server.elsewhere)


def _spellings(server: Server) -> list[str]:
    """Lead other spellings of an address to the canonical one; capitals within slugs are beyond nginx."""
    tail, names = server.name("tail"), "|".join(CRITERIA)
    extension = _extension(server)
    lines = _redirect(server, f"/feeds(?:/(?:{names})/*)?", f"{server.base_url}/feeds/")
    lines += block(
        f"location {_matching(server, f'/feeds/{_asked(server)}{extension}/+')}", [try_elsewhere(server, "slash")]
    )
    lines += block(
        f'location ~ "^{re.escape(server.prefix)}/feeds/.*\\\\."',
        [*guard(server, shared=True), try_elsewhere(server, "feed")],
    )
    lines += block(
        f'location ~ "^{re.escape(server.prefix)}/feeds/"', [*guard(server), try_elsewhere(server, "channel")]
    )
    single = "|".join(re.escape(address[1:]) for address in SINGLE if not address.endswith("/"))
    part = server.name("part")
    lines += _redirect(server, f"/(?<{part}>{single})/+", f"{server.base_url}/${part}")
    for word in ("feeds", "ban-tin"):
        spelled = f"/(?!(?-i:{word})/){word}/+(?<{tail}>[!-~]*)"
        lines += _redirect(server, spelled, f"{server.base_url}/{word}/${tail}", modifier="~*")
    return lines


def _bulletins(server: Server) -> list[str]:
    asked, number = server.name("asked_page"), f"(?<{server.name('number')}>[1-9][0-9]{{0,8}})"
    match = _matching(server, f"/ban-tin/(?<{asked}>[a-z0-9-]+-{number})")
    path = f"/ban-tin/${server.name('shard')}/@/${asked}.html"
    lines = _documents(server, match, path, server.samples[ALL], otherwise="bulletin")
    spelled = _matching(server, f"/ban-tin/(?<{asked}>(?:.*-)?{number})/*")
    return lines + block(f"location {spelled}", [*guard(server), try_elsewhere(server, "bulletin")])


def _files(server: Server) -> list[str]:
    folder, file, digest = (server.name(name) for name in ("folder", "file", "digest"))
    # Of the same name for ever, so no date is told; nginx itself says that it takes ranges.
    said = [*((name, value) for name, value in FILE_HEADERS.items() if name != "Accept-Ranges"), ("Last-Modified", "")]
    lines: list[str] = []
    for kinds, place, more in (
        (PHOTO_EXTENSIONS, "", []),
        (DOCUMENT_EXTENSIONS, f"/name/${digest}", [("Content-Disposition", f"${server.name('disposition')}")]),
    ):
        named = f"(?<{file}>(?<{digest}>[0-9a-f]{{64}})\\.(?:{'|'.join(kinds.values())}))"
        inner = [f"root {quoted(f'{server.root}/files/${folder}/@{place}')};", "max_ranges 1;"]
        inner += block("types", [f"{media_type} {extension};" for media_type, extension in kinds.items()])
        inner += [*guard(server), *add_headers([*said, *server.security, *more])]
        inner.append(f"try_files /${file} @{file};")
        lines += block(f"location {_matching(server, f'/files/(?<{folder}>[0-9a-f]{{2}})/{named}')}", inner)
    return lines + block(f"location {server.prefix}/files/", [*guard(server), try_elsewhere(server, "file")])


def _refusals(server: Server) -> list[str]:
    """Write what refusals show: words for a method that is not taken, else the application's page."""
    refused, missing = server.samples[f"POST {ALL}.rss"], server.samples[NO_PAGE]
    said = [("Allow", METHODS), *((name, value) for name, value in refused.headers if name != "Allow")]
    lines = block(
        f"location = {server.prefix}/@405",
        [
            "internal;",
            f"default_type {quoted(refused.media_type)};",
            *add_headers(said, always=True),
            f"return 405 {quoted(refused.text)};",
        ],
    )
    gone = f"/ban-tin/${server.name('shard')}/@/gone/${server.name('number')}.html"
    for status, path in ((404, "/site/@/missing"), (410, gone)):
        said = [*missing.headers, VARY, ("Last-Modified", ""), ("Content-Encoding", f"${server.name('encoding')}")]
        inner = ["internal;", "etag off;", f"default_type {quoted(missing.media_type)};"]
        inner += [*add_headers(said, always=True), _tried(server, path, "=404")]
        lines += block(f"location = {server.prefix}/@{status}", inner)
    return lines + (_unavailable(server) if server.application_url else [])


def _unavailable(server: Server) -> list[str]:
    """Write what is answered while the application that is to be asked is down."""
    policy = server.samples[NO_PAGE].only("Content-Security-Policy")
    said = [("Retry-After", str(_RETRY_SECONDS)), ("Cache-Control", "no-store"), *server.security, *policy]
    text = _UNAVAILABLE.format(home=f"{server.base_url}/")
    inner = ["internal;", 'default_type "text/html; charset=utf-8";', *add_headers(said, always=True)]
    return block(f"location = {server.prefix}/@503", [*inner, f"return 503 {quoted(text)};"])


def _documents(
    server: Server,
    match: str,
    path: str,
    sample: Sample,
    *,
    headers: Headers | None = None,
    otherwise: str = "unknown",
    searched: Sequence[str] = (),
) -> list[str]:
    """Write a location of documents: the file in a coding that the client takes, else as it is.

    `searched` leads a request for a text that is looked for to who can look; by default it is not seen.
    """
    said = list(sample.headers if headers is None else headers)
    is_shared = any(name == "Access-Control-Allow-Origin" for name, _ in said)
    inner = [f"default_type {quoted(sample.media_type)};", *guard(server, shared=is_shared)]
    if searched:
        inner += [*server.error_pages, *searched, *block('if ($arg_q != "")', [f"return {ELSEWHERE};"])]
    said += [each for each in (VARY,) if each not in said]
    inner += add_headers([*said, ("Content-Encoding", f"${server.name('encoding')}")])
    return block(f"location {match}", [*inner, _tried(server, path, f"@{server.name(otherwise)}")])


def _tried(server: Server, path: str, otherwise: str) -> str:
    return f"try_files {path}${server.name('coding')} {path} {otherwise};"


def _redirect(server: Server, pattern: str, target: str, *, modifier: str = "~") -> list[str]:
    is_shared = "feeds" in pattern
    inner = [*add_headers(server.moved(shared=is_shared)), f"return 308 {quoted(target)};"]
    return block(f"location {_matching(server, pattern, modifier)}", inner)


def _extension(server: Server) -> str:
    return f"(?<{server.name('tail')}>(?:/{_ARCHIVE})?\\.(?:{'|'.join(Format)}))?"


def _asked(server: Server) -> str:
    return f"(?<{server.name('asked')}>{_CHANNEL})"


def _matching(server: Server, pattern: str, modifier: str = "~") -> str:
    return f"{modifier} {quoted(f'^{re.escape(server.prefix)}{pattern}$')}"
