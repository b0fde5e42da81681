"""Finds what an exported document leads to: files, and further documents of its channel. Pure.

Everything that the site links to has to be there: what is exported is what is found, and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_FILE = rb"/files/([0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{1,8})"
_FURTHER = rb"(?:/(archive/[1-9][0-9]*-[1-9][0-9]*\.(?:rss|atom|json))|\?(before)=([0-9]{1,18}))"
_PART = rb"/(sitemap-[1-9][0-9]*\.xml)"


@dataclass(frozen=True, slots=True)
class Found:
    """What a document leads to: `files` as `ab/DIGEST.EXT`, `further` by their names in the channel; both sorted."""

    files: tuple[str, ...]
    further: tuple[str, ...]


class Finder:
    """Finds links of the site at one base URL."""

    def __init__(self, base_url: str) -> None:
        """Look for absolute addresses below `base_url`."""
        self._base = re.escape(base_url.encode())
        self._file = re.compile(self._base + _FILE)
        self._part = re.compile(self._base + _PART)

    def links_of(self, body: bytes, selection: str) -> Found:
        """Find what a document of the channel at `selection` leads to, such as `archive/1-37.rss` or `before/12`."""
        further = re.compile(self._base + rb"/feeds/" + re.escape(selection.encode()) + _FURTHER)
        names = {_name(*found) for found in further.findall(body)}
        return Found(self.files_of(body), tuple(sorted(names)))

    def files_of(self, body: bytes) -> tuple[str, ...]:
        """Find the files that a document leads to."""
        return tuple(sorted({found.decode() for found in self._file.findall(body)}))

    def parts_of(self, body: bytes) -> tuple[str, ...]:
        """Find the parts that an index of sitemaps leads to, such as `sitemap-2.xml`."""
        return tuple(dict.fromkeys(found.decode() for found in self._part.findall(body)))


def _name(archive: bytes, before: bytes, position: bytes) -> str:
    return archive.decode() or f"{before.decode()}/{int(position)}"
