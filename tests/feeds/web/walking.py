"""A reader that keeps what it has read: walks from the head back to the first archive that it knows, as RFC 5005 says.

Nothing of ours is imported: what it holds in the end it can only have from the documents.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
AT = "{http://purl.org/atompub/tombstones/1.0}"
BANTIN = "{urn:bantin:feed:1}"
Fetch = Callable[[str], bytes]
"""Gives the document at an absolute address; fails where there is none."""


@dataclass(frozen=True)
class Entry:
    """What the walk compares of an entry; `terms` are all its labels."""

    title: str
    summary: str
    updated: str | None
    terms: frozenset[str]


@dataclass(frozen=True)
class Document:
    """A document as it was read; None stands for an entry that was deleted."""

    entries: dict[str, Entry | None]
    previous: str | None
    following: str | None
    is_archive: bool


@dataclass
class Walker:
    """One subscription: the address of the head, what is held by id, and the archives that need no second look."""

    address: str
    fetch: Fetch
    held: dict[str, Entry] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    fetched: int = 0

    def poll(self, *, meanwhile: Callable[[], object] = lambda: None) -> int:
        """Read the head and every archive that is new; return how many archives those were.

        `meanwhile` happens to the store before each archive.
        """
        documents = [self._read(self.address)]
        walked = []
        while (address := documents[-1].previous) and address not in self.known:
            assert address not in walked, f"{address} leads back to itself"
            meanwhile()
            walked.append(address)
            documents.append(self._read(address))
            assert documents[-1].is_archive
        # Known only now: a walk that was broken off would leave a gap behind it for ever.
        self.known.update(walked)
        for document in reversed(documents):
            self._merge(document)
        return len(walked)

    def _merge(self, document: Document) -> None:
        for id, entry in document.entries.items():
            if entry is None:
                self.held.pop(id, None)
            else:
                self.held[id] = entry

    def _read(self, address: str) -> Document:
        self.fetched += 1
        return read(self.fetch(address))


def read(content: bytes) -> Document:
    """Parse a document of any of the three formats."""
    return _read_json(json.loads(content)) if content.startswith(b"{") else _read_xml(etree.fromstring(content))


def _read_json(feed: dict[str, object]) -> Document:
    ours = feed["_bantin"]
    assert isinstance(ours, dict)
    entries: dict[str, Entry | None] = {
        item["id"]: Entry(
            item["title"], item.get("summary", ""), item["date_modified"], frozenset(item.get("tags", ()))
        )
        for item in feed["items"]  # type: ignore[attr-defined]
    }
    entries |= {gone["id"]: None for gone in ours.get("deleted", ())}
    previous = feed.get("next_url")
    assert previous is None or isinstance(previous, str)
    archive = ours.get("archive")
    return Document(entries, previous, archive.get("newer_url") if archive else None, archive is not None)


def _read_xml(root: etree._Element) -> Document:
    head = root[0] if root.tag == "rss" else root
    entries: dict[str, Entry | None] = dict(_items(head) if root.tag == "rss" else _entries(head))
    entries |= {gone.attrib["ref"]: None for gone in head.iterchildren(f"{AT}deleted-entry")}
    links = {link.attrib["rel"]: link.attrib["href"] for link in head.iterchildren(f"{ATOM}link")}
    is_archive = head.find("{http://purl.org/syndication/history/1.0}archive") is not None
    return Document(entries, links.get("prev-archive"), links.get("next-archive"), is_archive)


def _items(channel: etree._Element) -> Iterator[tuple[str, Entry]]:
    for item in channel.iterchildren("item"):
        terms = frozenset(each.text or "" for each in item.iterchildren("category"))
        updated = item.findtext(f"{ATOM}updated")
        yield (
            item.findtext("guid", ""),
            Entry(item.findtext("title", ""), item.findtext("description", ""), updated, terms),
        )


def _entries(feed: etree._Element) -> Iterator[tuple[str, Entry]]:
    for entry in feed.iterchildren(f"{ATOM}entry"):
        terms = frozenset(each.attrib["label"] for each in entry.iterchildren(f"{ATOM}category"))
        title, summary = entry.findtext(f"{ATOM}title", ""), entry.findtext(f"{ATOM}summary", "")
        yield entry.findtext(f"{ATOM}id", ""), Entry(title, summary, entry.findtext(f"{ATOM}updated"), terms)
