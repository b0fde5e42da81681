"""Chooses the content coding of an answer from what the client takes. Pure.

Spec: RFC 9110 sections 12.4.2 and 12.5.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

IDENTITY = "identity"
CODINGS = ("br", "zstd", "gzip")
"""What documents are sent in beside plainly, the one of fewest bytes first."""
_ALIASES = {"x-gzip": "gzip"}
_REMEMBERED_CHARS = 200
"""Browsers and readers send a few dozen different headers; what is longer than any of theirs is read anew each time."""
_OFFERED = re.compile(r"([!#$%&'*+.^_`|~0-9a-z-]+)(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?")


def best_coding(accept_encoding: str | None) -> str | None:
    """Give the coding that the client wants most, of equals the one of fewest bytes; None where it takes none at all.

    A client that says nothing gets the document as it is. What cannot be read of the header is passed over.
    """
    if accept_encoding is None:
        return IDENTITY
    if len(accept_encoding) <= _REMEMBERED_CHARS:
        return _remembered(accept_encoding)
    return _best(accept_encoding)


def _best(accept_encoding: str) -> str | None:
    weights = _weights(accept_encoding.lower())
    others = weights.get("*", 0.0)
    # Plainly it may always be sent, unless that is refused; nobody is sent more bytes than he need take.
    identity = weights.get(IDENTITY, others if "*" in weights else 0.0005)
    best, most = (IDENTITY, identity) if identity > 0 else (None, 0.0)
    for coding in reversed(CODINGS):
        weight = weights.get(coding, others)
        if weight > 0 and weight >= most:
            best, most = coding, weight
    return best


_remembered = lru_cache(maxsize=512)(_best)


def _weights(accept_encoding: str) -> Mapping[str, float]:
    weights: dict[str, float] = {}
    for element in accept_encoding.split(","):
        found = _OFFERED.fullmatch(element.strip())
        if found is not None:
            name = _ALIASES.get(found[1], found[1])
            weights[name] = min(float(found[2] or "1"), 1.0)
    return weights
