"""Decides whether a client already has what it asks for. Pure, so that every way of answering decides alike.

Spec: RFC 9110 sections 8.8.3.2 and 13.1 to 13.2.2.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from feeds.http.negotiation import CODINGS, IDENTITY

_TAG = re.compile(rf'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*?)(?:-(?:{"|".join(CODINGS)}))?"')


def is_not_modified(
    *, if_none_match: str | None, if_modified_since: str | None, etag: str, last_modified: datetime
) -> bool:
    """Say whether 304 is the answer to GET or HEAD.

    `etag` is the strong tag of the document as it is, with its quotes; that of any coding counts, too. A list of
    tags, weak ones and `*` count; where If-None-Match is given, the date is not looked at; a date that cannot be read
    is ignored.
    """
    if if_none_match is not None:
        return is_matched(if_none_match, etag)
    if if_modified_since is None:
        return False
    since = _http_date(if_modified_since)
    return since is not None and last_modified.replace(microsecond=0) <= since


def is_matched(if_none_match: str, etag: str) -> bool:
    """Say whether a list of tags, or `*`, names this document, in whatever coding the client has it; compared weakly.

    `etag` is the strong tag of the document as it is.
    """
    if if_none_match == etag or if_none_match.strip() == "*":
        return True
    return _opaque(etag) in _TAG.findall(if_none_match)


def tag_of_coding(etag: str, coding: str) -> str:
    """Give the strong tag of a document in one coding, from the tag of the document as it is; both with quotes."""
    return etag if coding == IDENTITY else f'{etag[:-1]}-{coding}"'


def http_date(instant: datetime) -> str:
    """Write an instant as HTTP wants it: in GMT, whole seconds."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _http_date(text: str) -> datetime | None:
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
