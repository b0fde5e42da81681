"""What the application answers where it always answers alike: a web server is told from that what to say.

So no header stands in two places, and a web server that serves the files says what the application would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from feeds.documents.model import Format
from feeds.export.asking import Asker

ALL = "/feeds/all"
NO_CHANNEL = "/feeds/-.rss"
NO_FILE = f"/files/00/{'0' * 64}.jpg"
NO_PAGE = "/ban-tin/0"
"""No number of a bulletin begins with a zero."""
SINGLE = ("/feeds/", "/feeds.opml", "/sitemap.xml", "/news-sitemap.xml", "/robots.txt")
_PAGES = ("/", "/feeds", ALL, *(f"{ALL}.{extension}" for extension in Format), NO_CHANNEL, NO_FILE, NO_PAGE, *SINGLE)
_ASKED = (*((address, "GET") for address in _PAGES), *((ALL + ".rss", method) for method in ("OPTIONS", "POST")))
_OWN = frozenset({"etag", "last-modified", "content-length", "content-type", "date", "location"})


@dataclass(frozen=True, slots=True)
class Sample:
    """One answer without what belongs to its very bytes; `headers` are (name, value)."""

    status: int
    media_type: str
    headers: tuple[tuple[str, str], ...]
    location: str
    text: str

    def only(self, *names: str) -> tuple[tuple[str, str], ...]:
        """Give some of the headers."""
        return tuple((name, value) for name, value in self.headers if name in names)


def read_samples(asker: Asker, assets: Mapping[str, str]) -> Mapping[str, Sample]:
    """Ask for samples, by address; by method and address where the method is not GET."""
    samples = {_key(address, method): _sample(asker, address, method) for address, method in _ASKED}
    return samples | {address: _sample(asker, address, "GET") for address in _asset_addresses(assets)}


def _asset_addresses(assets: Mapping[str, str]) -> Iterable[str]:
    for name, version in assets.items():
        yield f"/static/{name}"
        yield f"/static/{name}?v={version}"


def _key(address: str, method: str) -> str:
    return address if method == "GET" else f"{method} {address}"


def _sample(asker: Asker, address: str, method: str) -> Sample:
    answer = asker.ask(address, method=method)
    # What says of one document that it is not whole is for no other.
    headers = asker.ask(address, etag="*").headers if answer.is_partial else answer.headers
    kept = tuple((name, value) for name, value in headers.items() if name.lower() not in _OWN)
    is_plain = answer.header("Content-Type").startswith("text/plain")
    return Sample(
        status=answer.status,
        media_type=answer.header("Content-Type"),
        headers=kept,
        location=answer.header("Location"),
        text=answer.body.decode() if is_plain else "",
    )
