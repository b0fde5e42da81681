"""Selection to URL and back: every address of the contract is built and read here alone.

Canonical URLs start with the configured base URL, never with what a request's Host says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from feeds.documents.model import Format

CRITERIA = ("category", "organisation", "publisher", "author")
"""The order in which criteria stand in an address."""

_PAIRABLE = {("category", "organisation"), ("category", "publisher")}
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
SELECTION_CHARS = 400


@dataclass(frozen=True, slots=True)
class SelectionPath:
    """A selection as an address names it: (criterion, slug) pairs in canonical order; none means all."""

    criteria: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """The canonical path after /feeds/, without format."""
        return "/".join(f"{criterion}/{slug}" for criterion, slug in self.criteria) or "all"

    @property
    def is_channel(self) -> bool:
        """Whether such a selection is kept as a channel: all, one criterion, category with body."""
        names = tuple(criterion for criterion, _ in self.criteria)
        return len(names) <= 1 or names in _PAIRABLE


@dataclass(frozen=True, slots=True)
class FeedPath:
    """What stands after /feeds/: a selection, and a format unless it is the readable page."""

    selection: SelectionPath
    format: Format | None

    @property
    def text(self) -> str:
        """The canonical spelling."""
        return f"{self.selection.text}.{self.format.value}" if self.format else self.selection.text


def parse_feed_path(text: str) -> FeedPath | None:
    """Read what stands after /feeds/; None when it can name no selection.

    Letter case, a trailing slash and the order of criteria are forgiven: compare `.text` with what was asked.
    """
    if len(text) > SELECTION_CHARS:
        return None
    path = text.rstrip("/").lower()
    stem, dot, extension = path.rpartition(".")
    document_format = None
    if dot:
        if extension not in set(Format):
            return None
        document_format, path = Format(extension), stem
    selection = _parse_selection(path)
    return FeedPath(selection, document_format) if selection else None


def _parse_selection(path: str) -> SelectionPath | None:
    if path == "all":
        return SelectionPath()
    parts = path.split("/")
    names, slugs = parts[::2], parts[1::2]
    if len(names) != len(slugs) or len(set(names)) != len(names):
        return None
    if not set(names) <= set(CRITERIA) or not all(_SLUG.fullmatch(slug) for slug in slugs):
        return None
    return SelectionPath(tuple(sorted(zip(names, slugs, strict=True), key=lambda pair: CRITERIA.index(pair[0]))))


_BULLETIN = re.compile(r"(?:(?P<slug>.*)-)?(?P<number>[1-9][0-9]{0,8})")


def parse_bulletin_path(text: str) -> tuple[str, int] | None:
    """Read what stands after /ban-tin/ as (slug as given, number); None when no number ends it."""
    found = _BULLETIN.fullmatch(text.rstrip("/"))
    return (found["slug"] or "", int(found["number"])) if found else None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Builds absolute URLs below one base URL (without a slash at its end)."""

    base_url: str

    def home(self) -> str:
        """Address the site itself."""
        return f"{self.base_url}/"

    def directory(self) -> str:
        """Address the page that lists all channels."""
        return f"{self.base_url}/feeds/"

    def feed(self, selection: SelectionPath, document_format: Format) -> str:
        """Address a feed document."""
        return f"{self.base_url}/feeds/{selection.text}.{document_format.value}"

    def page(self, selection: SelectionPath) -> str:
        """Address the readable page of a selection."""
        return f"{self.base_url}/feeds/{selection.text}"

    def bulletin(self, slug: str, number: int) -> str:
        """Address the page of one bulletin."""
        return f"{self.base_url}/ban-tin/{slug}-{number}"

    def file(self, digest: str, extension: str) -> str:
        """Address the bytes of a stored file, named by content."""
        return f"{self.base_url}/files/{digest[:2]}/{digest}.{extension}"

    def static(self, name: str, version: str) -> str:
        """Address a style sheet or script of our own, by path alone: pages look right on any host that shows them.

        `version` makes its address change with its content.
        """
        return f"{urlsplit(self.base_url).path}/static/{name}?v={version}"

    def image(self, name: str) -> str:
        """Address a picture of our own that documents name, and that stays the same for years."""
        return f"{self.base_url}/static/{name}"

    def criterion(self, criterion: str, slug: str) -> str:
        """Address the readable page of one criterion, such as an author's or an organisation's."""
        return self.page(SelectionPath(((criterion, slug),)))

    def scheme(self, criterion: str) -> str:
        """Give the IRI that names the taxonomy of categories or of organisations."""
        return f"{self.base_url}/feeds/{criterion}"
