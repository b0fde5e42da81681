"""Polls channels as readers do, and says which of them changed.

A feed that is asked for with a known tag must answer 304 exactly while its bytes stand; a page, never when they do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import feedparser
from lxml import etree
from werkzeug.test import TestResponse

from tests.feeds.conftest import Served

EXTENSIONS = (".rss", ".atom", ".json", "")
"""The feeds of a channel, and its page."""

NAMESPACES = {"at": "http://purl.org/atompub/tombstones/1.0", "atom": "http://www.w3.org/2005/Atom"}


@dataclass(frozen=True)
class Poll:
    """What the feeds and the page of some channels were at one time, by address."""

    answers: Mapping[str, TestResponse]

    @classmethod
    def of(cls, served: Served, selections: Iterable[str]) -> Poll:
        addresses = [f"/feeds/{selection}{extension}" for selection in selections for extension in EXTENSIONS]
        answers = {address: served.client.get(address) for address in addresses}
        assert {address: answer.status_code for address, answer in answers.items()} == dict.fromkeys(addresses, 200)
        return cls(answers)

    def changed(self, served: Served) -> Changed:
        """Poll again with the tags of then."""
        changed = {address for address, before in self.answers.items() if has_changed(served, address, before)}
        by_format = [
            {address.removesuffix(extension) for address in changed if address.endswith(extension)}
            for extension in (".rss", ".atom", ".json")
        ]
        assert by_format[0] == by_format[1] == by_format[2]
        return Changed(
            feeds={address.removeprefix("/feeds/") for address in by_format[0]},
            pages={address.removeprefix("/feeds/") for address in changed if "." not in address},
        )


@dataclass(frozen=True)
class Changed:
    """The selections whose feeds, and whose pages, are no longer what they were."""

    feeds: set[str]
    pages: set[str]


def has_changed(served: Served, address: str, before: TestResponse) -> bool:
    """Ask again with the tag of then, and hold the answer against the bytes."""
    answer = served.client.get(address, headers={"If-None-Match": before.headers["ETag"]})
    if answer.status_code == 304:
        assert served.client.get(address).data == before.data, address
        return False
    assert answer.status_code == 200, address
    assert answer.headers["ETag"] != before.headers["ETag"], address
    if "." not in address:
        # A version may step for what the page of a channel does not show.
        return answer.data != before.data
    assert answer.data != before.data, address
    assert feed_date(answer) > feed_date(before), address
    return True


def feed_date(answer: TestResponse) -> str:
    """Give the feed's own date; all of a test are in one offset, so that they compare as text."""
    if answer.mimetype == "application/feed+json":
        return str(answer.get_json()["_bantin"]["updated"])
    parsed = feedparser.parse(answer.data)
    assert not parsed.bozo
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*parsed.feed.updated_parsed[:6])


def ids(answer: TestResponse) -> list[str]:
    """List the ids of a feed's entries."""
    if answer.mimetype == "application/feed+json":
        return [item["id"] for item in answer.get_json()["items"]]
    return [str(entry.id) for entry in feedparser.parse(answer.data).entries]


def departures(answer: TestResponse) -> list[tuple[str, str, str]]:
    """List id, time and reason of what left a feed."""
    if answer.mimetype == "application/feed+json":
        return [(gone["id"], gone["when"], gone["reason"]) for gone in answer.get_json()["_bantin"].get("deleted", [])]
    return [
        (element.attrib["ref"], element.attrib["when"], element.findtext("at:comment", "", NAMESPACES))
        for element in etree.fromstring(answer.data).iterfind(".//at:deleted-entry", NAMESPACES)
    ]
