"""Decide which attributes an element keeps, and write start tags in the one form that stored HTML has.

No address with a scheme that could run something, and no attribute that is not listed here, gets through.

Spec: WHATWG HTML 4.8.4.2 (srcset), 13.3 (serialising); RFC 3986 section 3.1 (scheme).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from store.text.characters import settle, xml_safe

LINK_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
PICTURE_SCHEMES = frozenset({"http", "https"})
KEPT: Mapping[str, tuple[str, ...]] = {
    "a": ("href",),
    "abbr": ("title",),
    "figure": ("data-attachment",),
    "img": ("src", "srcset", "alt", "width", "height"),
    "td": ("colspan", "rowspan"),
    "th": ("colspan", "rowspan"),
    "time": ("datetime",),
}
"""The attributes that an element may keep, in the order in which they are written."""

_SCHEME = re.compile("([^/?#:]*):")
_URL_NOISE = re.compile("[\t\n\r]")
_CANDIDATE = re.compile(r"[\s,]*(?P<url>[^\s,]\S*)(?P<descriptors>[^,]*)")
_DESCRIPTOR = re.compile(r"[0-9]{1,5}(?:w|(?:\.[0-9]{1,3})?x)")
_PIXELS = re.compile("[1-9][0-9]{0,4}")
_SPAN = re.compile("[1-9][0-9]{0,2}")
_NUMBER = re.compile("[1-9][0-9]{0,5}")
_DATETIME = re.compile("[0-9][0-9TZ:. +-]{3,39}")
_WORDED = {"width": _PIXELS, "height": _PIXELS, "colspan": _SPAN, "rowspan": _SPAN, "data-attachment": _NUMBER,
           "datetime": _DATETIME}  # fmt: skip


def kept_value(tag: str, name: str, value: str) -> str | None:
    """Give the value that an attribute keeps, None where it must go."""
    if name not in KEPT.get(tag, ()):
        return None
    if name in ("href", "src"):
        return vetted_url(value, LINK_SCHEMES if name == "href" else PICTURE_SCHEMES)
    if name == "srcset":
        return ", ".join(_candidates(value)) or None
    value = " ".join(settle(value).split())
    pattern = _WORDED.get(name)
    return value if pattern is None or pattern.fullmatch(value) else None


def vetted_url(value: str, schemes: frozenset[str]) -> str | None:
    """Give an address as browsers would read it, if it is relative or its scheme is allowed; else None."""
    url = _URL_NOISE.sub("", xml_safe(value)).strip().replace("\u00a0", "%C2%A0")
    scheme = _SCHEME.match(url)
    return url if url and (scheme is None or scheme[1].lower() in schemes) else None


def start_tag(tag: str, attributes: Mapping[str, str]) -> str:
    """Write a start tag with the attributes that it keeps, in their fixed order."""
    written = [tag]
    for name in KEPT.get(tag, ()):
        value = kept_value(tag, name, attributes[name]) if name in attributes else None
        if value is not None:
            written.append(f'{name}="{escape(value)}"')
    return f"<{' '.join(written)}>"


def escape(text: str) -> str:
    """Escape text for HTML and XML, between tags and inside double quotes."""
    return escape_text(text).replace('"', "&quot;")


def escape_text(text: str) -> str:
    """Escape text for a place between tags, where quotes need nothing."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\u00a0", "&nbsp;")


def _candidates(srcset: str) -> Iterator[str]:
    at = 0
    while (found := _CANDIDATE.match(srcset, at)) is not None:
        address, at = found["url"], found.end()
        if address.endswith(","):
            address, at = address.rstrip(","), found.end("url")
            descriptors: list[str] = []
        else:
            descriptors = found["descriptors"].split()
        url = vetted_url(address, PICTURE_SCHEMES)
        if url and (not descriptors or (len(descriptors) == 1 and _DESCRIPTOR.fullmatch(descriptors[0]))):
            yield " ".join([url, *descriptors])
