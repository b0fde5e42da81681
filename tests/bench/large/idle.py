"""A WSGI application that does nothing: what a server and its interpreter take by themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

BODY = b"<feed/>"
HEADERS = [("Content-Type", "application/atom+xml"), ("Content-Length", str(len(BODY)))]


def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer anything at once."""
    start_response("200 OK", HEADERS)
    return [BODY]
