"""Whether a client has what it asks for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from feeds.http.conditional import http_date, is_not_modified

MODIFIED = datetime(2026, 11, 20, 5, 0, 0, 700_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("none_match", "since", "known"),
    [
        (None, None, False),
        ('"1-a"', None, True),
        ('W/"1-a"', None, True),
        ('"0-z" , W/"1-a","2-b"', None, True),
        ("*", None, True),
        (" * ", None, True),
        ('"1-A"', None, False),
        ("1-a", None, False),
        ("", None, False),
        ("", http_date(MODIFIED), False),
        (None, http_date(MODIFIED), True),
        (None, "Fri, 20 Nov 2026 05:00:01 GMT", True),
        (None, "Fri, 20 Nov 2026 04:59:59 GMT", False),
        (None, "Friday, 20-Nov-26 05:00:00 GMT", True),
        (None, "Fri Nov 20 05:00:00 2026", True),
        (None, "yesterday", False),
        (None, "Fri, 99 Nov 2026 05:00:00 GMT", False),
        (None, "Fri, 20 Nov 99999999999 05:00:00 GMT", False),
    ],
)
def test_decision(none_match: str | None, since: str | None, known: bool) -> None:
    decided = is_not_modified(if_none_match=none_match, if_modified_since=since, etag='"1-a"', last_modified=MODIFIED)
    assert decided is known


def test_dates_are_written_as_http_wants_them() -> None:
    assert http_date(MODIFIED) == "Fri, 20 Nov 2026 05:00:00 GMT"
