"""Refuse HTML that would cost too much, before any parser sees it, in time linear in its length.

Parsers of HTML have inputs of a few kilobytes that cost them seconds or gigabytes; none of those passes here.
"""

from __future__ import annotations

import re

from store.errors import MarkupRefused

MAX_BYTES = 2 * 1024 * 1024
MAX_TAGS = 20_000
MAX_ATTRIBUTES_IN_A_TAG = 64
MAX_ATTRIBUTES = 60_000
MAX_AMPERSAND_RUN = 1_000
MAX_AMPERSANDS = 100_000
MAX_DEPTH = 100
MAX_OPEN_FORMATTING = 32

_TAG = re.compile("<[/!?]?(?=[A-Za-z\\[-])")
_ATTRIBUTE = re.compile(r"""[\s/"']*[^\s/>=<"'][^\s/>=]*(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]*))?|[\s/]*=[^\s>]*""")
_HIDDEN = re.compile("<(?:(?P<comment>!--)|(?P<tag>script|style)(?=[\\s/>]))", re.IGNORECASE)
_HIDDEN_END = {
    "comment": re.compile("--!?>"),
    "script": re.compile("</script[^>]*>?", re.IGNORECASE),
    "style": re.compile("</style[^>]*>?", re.IGNORECASE),
}


def without_hidden_text(html: str) -> str:
    """Drop comments, scripts and style sheets; one that is never closed takes the rest with it, as in browsers."""
    kept: list[str] = []
    at = 0
    while (hidden := _HIDDEN.search(html, at)) is not None:
        kept.append(html[at : hidden.start()])
        end = _HIDDEN_END[(hidden["tag"] or "comment").lower()].search(html, hidden.end())
        if end is None:
            return "".join(kept)
        at = end.end()
    kept.append(html[at:])
    return "".join(kept)


def refuse_large(html: str, field: str) -> None:
    """Raise MarkupRefused if HTML is past the limit of bytes, before anything else is done with it."""
    # The encoded length is only worth knowing where it may be over the limit.
    if len(html) > MAX_BYTES or (len(html) * 4 > MAX_BYTES and len(html.encode("utf-8", "replace")) > MAX_BYTES):
        raise refused(html, field, "too many bytes", f"at most {MAX_BYTES} bytes in UTF-8")


def refuse_heavy(html: str, field: str) -> None:
    """Raise MarkupRefused if HTML is past a limit of tags, attributes or ampersands; the error names which."""
    if "&" * (MAX_AMPERSAND_RUN + 1) in html:
        raise refused(html, field, "a run of too many “&”", f"at most {MAX_AMPERSAND_RUN} in a row")
    if html.count("&") > MAX_AMPERSANDS:
        raise refused(html, field, "too many “&”", f"at most {MAX_AMPERSANDS}")
    tags = attributes = 0
    tag = _TAG.search(html)
    while tag is not None:
        tags += 1
        count, end = _attributes(html, tag.end())
        attributes += count
        if tags > MAX_TAGS:
            raise refused(html, field, "too many tags", f"at most {MAX_TAGS} tags")
        if count > MAX_ATTRIBUTES_IN_A_TAG:
            raise refused(html, field, "too many attributes in a tag", f"at most {MAX_ATTRIBUTES_IN_A_TAG} attributes")
        if attributes > MAX_ATTRIBUTES:
            raise refused(html, field, "too many attributes", f"at most {MAX_ATTRIBUTES} attributes")
        tag = _TAG.search(html, end)


def refuse_deep(depth: int, open_formatting: int, html: str, field: str) -> None:
    """Raise MarkupRefused if an element stands too deep, or inside too many open formatting elements."""
    if depth > MAX_DEPTH:
        raise refused(html, field, "elements nested too deep", f"a depth of at most {MAX_DEPTH}")
    if open_formatting > MAX_OPEN_FORMATTING:
        raise refused(
            html, field, "too many open formatting elements", f"at most {MAX_OPEN_FORMATTING} inside each other"
        )


def refused(html: str, field: str, reason: str, accepted: str) -> MarkupRefused:
    """Make the error for a limit that HTML is past."""
    return MarkupRefused(field=field, value=html[:200], reason=reason, accepted=accepted)


def _attributes(html: str, at: int) -> tuple[int, int]:
    """Count what may be attributes of the tag whose name starts at `at`, and find where they end."""
    count = -1
    while (attribute := _ATTRIBUTE.match(html, at)) is not None and count <= MAX_ATTRIBUTES_IN_A_TAG:
        count += 1
        at = attribute.end()
    return max(count, 0), at
