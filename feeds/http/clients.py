"""Tells who polls, as far as that can be believed, and how often one may. Pure.

Spec: RFC 4291 section 2.5.4 (the last 64 bits of an IPv6 address are the client's own to choose).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, NamedTuple

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LIMIT = re.compile("([1-9][0-9]{0,5})/(second|minute|hour|day)")
_SECONDS = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_BETWEEN = re.compile(r"\s*,\s*|\s+")
_OWN_BITS = 64
_MOST_CHARS = 64
_REMEMBERED = 4_096


class PollLimit(NamedTuple):
    """So many polls of one document in so many seconds."""

    polls: int
    seconds: int


def read_poll_limit(text: str) -> PollLimit:
    """Read a limit such as `60/hour`; raises ValueError saying what is accepted."""
    found = _LIMIT.fullmatch(text)
    if found is None:
        raise ValueError("a number of polls for each second, minute, hour or day, e.g. 60/hour")
    return PollLimit(int(found[1]), _SECONDS[found[2]])


def read_networks(text: str) -> tuple[Network, ...]:
    """Read addresses and networks with commas between; raises ValueError saying what is accepted."""
    try:
        networks = tuple(ip_network(part) for part in _BETWEEN.split(text.strip()))
    except ValueError:
        networks = ()
    # A network of all addresses would have every client say who it is.
    if not networks or not all(network.prefixlen for network in networks):
        raise ValueError("addresses or networks with commas between, e.g. 127.0.0.1,10.0.0.0/8,fd00::/8")
    return networks


def find_client(environ: Mapping[str, Any], trusted: Sequence[Network]) -> str | None:
    """Give the address of the client of a WSGI request, of an IPv6 client its network of 64 bits.

    Where a trusted proxy hands the request on, the client is the last in X-Forwarded-For that is no trusted proxy: who
    stands before it is only what that client says. None where there is no telling.
    """
    remote = environ.get("REMOTE_ADDR", "")
    address = _find_address(remote)
    if trusted and address is not None and _is_among(trusted, address):
        address = _find_forwarded(environ.get("HTTP_X_FORWARDED_FOR", ""), trusted)
    return _name(address) if address is not None else None


@lru_cache(maxsize=_REMEMBERED)
def _name(address: Address) -> str:
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address) >> _OWN_BITS << _OWN_BITS, 128 - _OWN_BITS)))
    return str(address)


def _find_forwarded(header: str, trusted: Sequence[Network]) -> Address | None:
    for named in reversed(header.split(",")):
        address = _find_address(named.strip())
        if address is None or not _is_among(trusted, address):
            return address
    return None


def _is_among(networks: Sequence[Network], address: Address) -> bool:
    return any(address in network for network in networks)


def _find_address(text: str) -> Address | None:
    """Read an address, with or without a port."""
    # What is remembered must be short, because clients write it.
    return _read_address(text) if len(text) <= _MOST_CHARS else None


@lru_cache(maxsize=_REMEMBERED)
def _read_address(text: str) -> Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
