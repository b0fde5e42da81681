"""Write addresses in the letters that every feed reader can fetch.

The result names the same resource, is ASCII, and is left alone by a second pass.

Spec: RFC 3987 section 3.1 (IRI to URI), RFC 3986 section 2, RFC 3490 (host names).
"""

from __future__ import annotations

import re
from urllib.parse import quote

# What RFC 3986 gives a meaning to, and what is escaped already.
KEPT_CHARS = ":/?#[]@!$&'()*+,;=%~"

# Most addresses are ours and ASCII already, and a document holds hundreds of them.
NOTHING_TO_DO = re.compile(r"(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*")

DOMAIN_NAME = re.compile(r"[A-Za-z0-9.-]+")

STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
AUTHORITY = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*://)(?P<authority>[^/?#]*)(?P<rest>.*)", re.DOTALL)


def ascii_iri(iri: str) -> str:
    """Return `iri` in ASCII: host in punycode, everything else percent-encoded as UTF-8.

    A host that no domain name can be is percent-encoded too, so that no address makes rendering fail.
    """
    if NOTHING_TO_DO.fullmatch(iri):
        return iri
    found = AUTHORITY.fullmatch(iri)
    if found is None:
        return _percent_encoded(iri)
    user, at, host = found["authority"].rpartition("@")
    return found["scheme"] + _percent_encoded(user) + at + _ascii_host(host) + _percent_encoded(found["rest"])


def _ascii_host(host: str) -> str:
    if host.isascii():
        return _percent_encoded(host)
    name, colon, port = host.partition(":")
    try:
        encoded = name.encode("idna").decode("ascii")
    except UnicodeError:
        return _percent_encoded(host)
    # The codec lets brackets, spaces and full-width slashes through, which end a host.
    return encoded + colon + _percent_encoded(port) if DOMAIN_NAME.fullmatch(encoded) else _percent_encoded(host)


def _percent_encoded(part: str) -> str:
    return quote(STRAY_PERCENT.sub("%25", part), safe=KEPT_CHARS)
