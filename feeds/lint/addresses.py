"""Addresses in elements and in HTML: complete, in ASCII, and open to everyone.

Spec: RFC 3986 sections 3 and 4.3, RFC 3987 section 3.1, RFC 1918.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from lxml import etree

from feeds.lint.findings import CHANNEL, Finding, Place, found
from feeds.lint.html import elements
from store.text.iris import ascii_iri

WEB = frozenset({"http", "https"})
ATTRIBUTES = ("href", "src", "poster")
_CANDIDATE = re.compile(r"(?:^|,\s)\s*([^\s,]\S*)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PRIVATE_ENDINGS = (".local", ".lan", ".internal", ".localhost", ".localdomain")
# No address on the web, and none that a reader has to fetch.
_ELSEWHERE = ("#", "data:", "mailto:", "tel:", "javascript:")


def is_absolute(iri: str) -> bool:
    """Say whether this names something by itself: `urn:...` as well as `https://...`."""
    return _SCHEME.match(iri) is not None and not any(sign.isspace() for sign in iri)


def host_of(url: str) -> str:
    """Give the host in small letters, nothing where there is none."""
    try:
        return (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return ""


def check_address(place: Place, name: str, url: str) -> Iterator[Finding]:
    """Judge an address that readers follow or fetch."""
    if any(sign.isspace() or "\ud800" <= sign <= "\udfff" for sign in url):
        yield found("address.malformed", place, name=name, text=url)
    elif _SCHEME.match(url) is None or url.startswith(("//", "/")):
        yield found("address.not-absolute", place, name=name, text=url)
    elif url.partition(":")[0].lower() not in WEB:
        yield found("address.scheme", place, name=name, text=url)
    elif not host_of(url):
        yield found("address.malformed", place, name=name, text=url)
    elif not url.isascii():
        yield found("address.not-ascii", place, name=name, text=url, meant=ascii_iri(url))


def check_html_addresses(place: Place, html: str) -> Iterator[Finding]:
    """Judge href, src, srcset and poster in HTML; what is alike is told once, with its count."""
    addresses = [address for element in elements(html) for address in addresses_of(element)]
    relative = [each for each in addresses if _SCHEME.match(each) is None]
    if relative:
        yield found("address.html-relative", place, count=len(relative), text=relative[0])
    accented = [each for each in addresses if _SCHEME.match(each) is not None and not each.isascii()]
    if accented:
        said = {"text": accented[0], "meant": ascii_iri(accented[0])}
        yield found("address.html-not-ascii", place, count=len(accented), **said)


def addresses_of(element: etree._Element) -> Iterator[str]:
    """Stream the addresses that an element of HTML names, without those that lead nowhere on the web."""
    named = [element.get(name, "") for name in ATTRIBUTES]
    named += _CANDIDATE.findall(element.get("srcset", ""))
    for address in named:
        address = address.strip()
        if address and not address.lower().startswith(_ELSEWHERE):
            yield address


def check_private(urls: Iterable[str], *, own_host: str) -> Iterator[Finding]:
    """Tell once of hosts that only a network of its own can reach; `own_host` is where the document came from."""
    hosts = [host for host in map(host_of, dict.fromkeys(urls)) if host != own_host and is_private(host)]
    if hosts:
        yield found("address.private", CHANNEL, count=len(hosts), text=hosts[0])


def is_private(host: str) -> bool:
    """Say whether a host is of no use outside its own network."""
    if not host:
        return False
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_PRIVATE_ENDINGS)
