"""Selection to URL and back: every address of the contract is built and read here alone.

Canonical URLs start with the configured base URL, never with what a request's Host says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote_plus, urlsplit

from feeds.documents.model import Format
from feeds.settings import Settings
from store.text.queries import canonical_query
from store.types import CRITERIA as CRITERIA
from store.types import KEPT_PAIRS, ArchiveName

MARK, WIDE_MARK = "mark.png", "mark-wide.png"
"""The pictures of a site that has none of its own: square, and wide with its name."""
MAX_EITHER = 5
"""So many slugs of one criterion at most: all of their pairs are still read at once."""
SELECTION_CHARS = 2_000

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_EITHER = "_"


@dataclass(frozen=True, slots=True)
class SelectionPath:
    """A selection as an address names it: (criterion, slug) pairs in canonical order; none means all.

    A criterion that stands there more than once means either. `query` is in its canonical spelling. What was not in
    canonical order comes from `of`.
    """

    criteria: tuple[tuple[str, str], ...] = ()
    query: str = ""

    @classmethod
    def of(cls, criteria: Iterable[tuple[str, str]], query: str = "") -> Self:
        """Put (criterion, slug) pairs into their order, each once."""
        return cls(tuple(sorted(set(criteria), key=lambda pair: (CRITERIA.index(pair[0]), pair[1]))), query)

    @property
    def slugs(self) -> dict[str, tuple[str, ...]]:
        """The slugs by criterion, both in the order of addresses."""
        every = {name: tuple(slug for criterion, slug in self.criteria if criterion == name) for name in CRITERIA}
        return {criterion: slugs for criterion, slugs in every.items() if slugs}

    @property
    def text(self) -> str:
        """The canonical path after /feeds/, without format and query."""
        return "/".join(f"{criterion}/{_EITHER.join(slugs)}" for criterion, slugs in self.slugs.items()) or "all"

    @property
    def query_text(self) -> str:
        """What stands behind the path, `?` included; nothing where no text is asked for."""
        return f"?q={quote_plus(self.query)}" if self.query else ""

    @property
    def is_too_wide(self) -> bool:
        """Whether more slugs stand in one criterion than may."""
        return any(len(slugs) > MAX_EITHER for slugs in self.slugs.values())

    @property
    def is_channel(self) -> bool:
        """Whether such a selection is kept as a channel: all, one criterion, category with body."""
        names = tuple(criterion for criterion, _ in self.criteria)
        return not self.query and (len(names) <= 1 or names in KEPT_PAIRS)


@dataclass(frozen=True, slots=True)
class FeedPath:
    """What stands after /feeds/: a selection, and a format unless it is the readable page."""

    selection: SelectionPath
    format: Format | None

    @property
    def text(self) -> str:
        """The canonical spelling, without query."""
        return f"{self.selection.text}.{self.format.value}" if self.format else self.selection.text


def parse_feed_path(text: str, query: str = "") -> FeedPath | None:
    """Read what stands after /feeds/, and what `?q=` says; None when it can name no selection.

    Letter case, a trailing slash, the order of criteria and of slugs, and any spelling of the query are forgiven:
    compare `.text` and `.selection.query` with what was asked.
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
    selection = _parse_selection(path, canonical_query(query))
    return FeedPath(selection, document_format) if selection else None


def _parse_selection(path: str, query: str = "") -> SelectionPath | None:
    if path == "all":
        return SelectionPath(query=query)
    parts = path.split("/")
    names, values = parts[::2], parts[1::2]
    if len(names) != len(values) or len(set(names)) != len(names):
        return None
    pairs = [(name, slug) for name, value in zip(names, values, strict=True) for slug in value.split(_EITHER)]
    if not set(names) <= set(CRITERIA) or not all(_SLUG.fullmatch(slug) for _, slug in pairs):
        return None
    return SelectionPath.of(pairs, query)


_ARCHIVE = re.compile(r"(.+)/archive/([1-9][0-9]{0,8})-([1-9][0-9]{0,2})\.([a-z]+)")


@dataclass(frozen=True, slots=True)
class ArchivePath:
    """What stands after /feeds/ of an archive: the channel, which archive of it, and a format."""

    selection: SelectionPath
    archive: ArchiveName
    format: Format

    @property
    def text(self) -> str:
        """The canonical spelling."""
        return f"{self.selection.text}/archive/{self.archive.number}-{self.archive.held}.{self.format.value}"


def parse_archive_path(text: str) -> ArchivePath | None:
    """Read what stands after /feeds/; None when it can name no archive. Forgiven is what `parse_feed_path` forgives."""
    found = _ARCHIVE.fullmatch(text.rstrip("/").lower()) if len(text) <= SELECTION_CHARS else None
    if found is None or found[4] not in set(Format):
        return None
    selection = _parse_selection(found[1])
    if selection is None or not selection.is_channel:
        return None
    return ArchivePath(selection, ArchiveName(int(found[2]), int(found[3])), Format(found[4]))


_BULLETIN = re.compile(r"(?:(?P<slug>.*)-)?(?P<number>[1-9][0-9]{0,8})")


def parse_bulletin_path(text: str) -> tuple[str, int] | None:
    """Read what stands after /ban-tin/ as (slug as given, number); None when no number ends it."""
    found = _BULLETIN.fullmatch(text.rstrip("/"))
    return (found["slug"] or "", int(found["number"])) if found else None


@dataclass(frozen=True, slots=True)
class Addresses:
    """Builds absolute URLs below one base URL (without a slash at its end).

    Where `files_url` is given, files have theirs below it, by the keys that they have in an S3 store.
    """

    base_url: str
    files_url: str = ""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Give the addresses of the site that these settings describe."""
        return cls(settings.base_url, settings.files_public_url)

    def home(self) -> str:
        """Address the site itself."""
        return f"{self.base_url}/"

    def directory(self) -> str:
        """Address the page that lists all channels."""
        return f"{self.base_url}/feeds/"

    def opml(self) -> str:
        """Address the list of all channels, for readers."""
        return f"{self.base_url}/feeds.opml"

    def sitemap(self) -> str:
        """Address the sitemap, or the index of its parts."""
        return f"{self.base_url}/sitemap.xml"

    def sitemap_part(self, part: int) -> str:
        """Address one part of the sitemap; parts count from 1."""
        return f"{self.base_url}/sitemap-{part}.xml"

    def news_sitemap(self) -> str:
        """Address the sitemap of the latest news."""
        return f"{self.base_url}/news-sitemap.xml"

    def robots(self) -> str:
        """Address what robots are told; they ask for it at the root of a host alone."""
        return f"{self.base_url}/robots.txt"

    def feed(self, selection: SelectionPath, document_format: Format) -> str:
        """Address a feed document."""
        return f"{self.base_url}/feeds/{selection.text}.{document_format.value}{selection.query_text}"

    def archive(self, selection: SelectionPath, archive: ArchiveName, document_format: Format) -> str:
        """Address an archive of a channel."""
        return f"{self.base_url}/feeds/{ArchivePath(selection, archive, document_format).text}"

    def page(self, selection: SelectionPath, *, before: int | None = None) -> str:
        """Address the readable page of a selection, or the one of what stands before a position."""
        address = f"{self.base_url}/feeds/{selection.text}{selection.query_text}"
        return address if before is None else f"{address}{'&' if selection.query else '?'}before={before}"

    def bulletin(self, slug: str, number: int) -> str:
        """Address the page of one bulletin."""
        return f"{self.base_url}/ban-tin/{slug}-{number}"

    def file(self, digest: str, extension: str) -> str:
        """Address the bytes of a stored file, named by content."""
        if self.files_url:
            return f"{self.files_url}/{digest[:2]}/{digest}"
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
        return f"{self.base_url}/feeds/{criterion}/{slug}"

    def scheme(self, criterion: str) -> str:
        """Give the IRI that names the taxonomy of categories or of organisations."""
        return f"{self.base_url}/feeds/{criterion}"
