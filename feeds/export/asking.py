"""Asks the application for what it answers at an address, in this process: so what is exported is what is served."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.test import Client

from store.errors import StoreUnavailable

DAMAGED = 500
"""What one document is answered with that cannot be rendered; where nothing can be, the status is a higher one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered; header names are in the case that it wrote them in."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_partial(self) -> bool:
        """Whether the document lacks something, or all, that could not be rendered: it is for who asked just now."""
        return self.status == DAMAGED or (self.status == 200 and "no-store" in self.header("Cache-Control"))

    @property
    def etag(self) -> str:
        """The strong tag with its quotes, empty where there is none."""
        return self.headers.get("ETag", "")

    @property
    def modified(self) -> int | None:
        """When it last changed, in seconds of the epoch; None where the answer does not say."""
        said = self.headers.get("Last-Modified")
        return int(parsedate_to_datetime(said).astimezone(UTC).timestamp()) if said else None

    def header(self, name: str) -> str:
        """Give a header, empty where there is none."""
        return self.headers.get(name, "")


class Asker:
    """Asks one application, as a proxy would that stands before it and strips the path prefix."""

    def __init__(self, app: Flask, base_url: str) -> None:
        """Ask `app` for addresses below `base_url`."""
        parts = urlsplit(base_url)
        self._root = f"{parts.scheme}://{parts.netloc}/"
        self._client = Client(app, use_cookies=False)

    def ask(self, address: str, *, method: str = "GET", etag: str = "", is_one_of_many: bool = False) -> Answer:
        """Give the answer at an address below the base URL, such as `/feeds/all.rss`; 304 where it still has `etag`.

        Raises StoreUnavailable where the application cannot answer; for `is_one_of_many`, not where that alone is
        damaged.
        """
        path, _, query = address.partition("?")
        headers = {"If-None-Match": etag} if etag else {}
        response = self._client.open(
            path, query_string=query, base_url=self._root, method=method, headers=headers, buffered=True
        )
        if response.status_code > DAMAGED or (response.status_code == DAMAGED and not is_one_of_many):
            raise StoreUnavailable(
                f"{address} cannot be answered ({response.status}); what was exported before stays as it is",
                vietnamese=f"không lấy được nội dung của {address}; bản đã xuất trước đây được giữ nguyên",
            )
        return Answer(response.status_code, dict(response.headers), response.get_data())
