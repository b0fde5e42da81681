"""What RSS and Atom share beside their entries: self and hub links, archives, and tombstones.

Spec: RFC 5005 sections 2 and 4, RFC 6721 section 3, WebSub section 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from feeds.lint.addresses import check_address
from feeds.lint.dates import check_date
from feeds.lint.elements import child, children, line_of, text_of
from feeds.lint.findings import CHANNEL, Finding, found
from feeds.lint.media import UNKNOWN
from feeds.lint.reading import Kind

HISTORY = ("current", "prev-archive", "next-archive")


def head_links(head: etree._Element) -> list[etree._Element]:
    """List the atom:link children of a channel or feed."""
    return children(head, "atom:link")


def hrefs(head: etree._Element, rel: str) -> tuple[str, ...]:
    """List where the links of this relation lead."""
    return tuple(link.get("href", "").strip() for link in head_links(head) if link.get("rel", "alternate") == rel)


def check_head_links(head: etree._Element, kind: Kind) -> Iterator[Finding]:
    """Judge the links by which a document names itself, its hub and its archives."""
    own = [link for link in head_links(head) if link.get("rel") == "self"]
    if not own:
        rule = "websub.hub-without-self" if hrefs(head, "hub") else "link.self-missing"
        yield found(rule, CHANNEL.at(line_of(head)))
    if len(own) > 1:
        yield found("link.self-repeated", CHANNEL.at(line_of(own[1])), count=len(own))
    for link in own:
        given = link.get("type")
        if given != kind.media_type:
            yield found("link.self-type", CHANNEL.at(line_of(link)), text=given or UNKNOWN, meant=kind.media_type)
    for link in head_links(head):
        if link.get("href"):
            yield from check_address(
                CHANNEL.at(line_of(link)), f"link rel={link.get('rel', 'alternate')}", link.get("href", "")
            )
    yield from _check_history(head)


def _check_history(head: etree._Element) -> Iterator[Finding]:
    is_archive = child(head, "fh:archive") is not None
    own = hrefs(head, "self")
    if is_archive and child(head, "fh:complete") is not None:
        yield found("history.complete-and-archive", CHANNEL)
    if is_archive and not hrefs(head, "current"):
        yield found("history.archive-without-current", CHANNEL)
    if not is_archive and hrefs(head, "next-archive"):
        yield found("history.next-outside-archive", CHANNEL)
    for rel in HISTORY:
        targets = hrefs(head, rel)
        if len(targets) > 1:
            yield found("history.link-repeated", CHANNEL, name=rel, count=len(targets))
        # A document that is not an archive may well say that it is the current one.
        if targets and targets[0] in own and (is_archive or rel != "current"):
            yield found("history.link-to-itself", CHANNEL, name=rel, text=targets[0])


def check_tombstones(head: etree._Element, updated_by_id: Mapping[str, datetime | None]) -> Iterator[Finding]:
    """Judge the deleted entries of a document against those that stand in it."""
    for deleted in children(head, "at:deleted-entry"):
        place = CHANNEL.at(line_of(deleted))
        ref, when = deleted.get("ref", ""), deleted.get("when", "")
        if not ref:
            yield found("tombstone.ref-missing", place)
        instant = None
        if not when:
            yield found("tombstone.when-missing", place, text=ref or UNKNOWN)
        else:
            instant, faults = check_date(place, "when", when, rss=False)
            yield from faults
        if not text_of(child(deleted, "at:comment")):
            yield found("tombstone.comment-missing", place, text=ref or UNKNOWN)
        if ref in updated_by_id and not _came_back(instant, updated_by_id[ref]):
            yield found("tombstone.entry-present", place, text=ref)


def _came_back(deleted: datetime | None, updated: datetime | None) -> bool:
    """Say whether an entry was changed after its deletion, which makes it valid again."""
    return deleted is not None and updated is not None and updated > deleted
