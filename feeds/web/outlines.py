"""The directory as a list of subscriptions: every living channel once, in folders as its group is nested.

What was merged goes on as somebody else, and what was closed brings nothing new: neither is offered. Whoever stands
under such a one stands under the next that is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from feeds.directory import ChannelGroup, ListedChannel
from feeds.documents.model import Format
from feeds.documents.opml import Feed, Folder, SubscriptionList
from feeds.site import Site


def subscription_list(groups: Iterable[ChannelGroup], *, site: Site) -> SubscriptionList:
    """Compose the list; its date is when what a channel is, or was called, last changed, and no publication's."""
    name, listed = site.settings.site_name, tuple(groups)
    outlines: list[Feed | Folder] = []
    for group in listed:
        nested = _Tree(group.channels, site).outlines()
        if nested:
            outlines += [Folder(group.heading, nested)] if group.criterion else nested
    return SubscriptionList(
        title=f"Các kênh tin – {name}",
        owner_name=name,
        updated=max(channel.changed_at for group in listed for channel in group.channels).astimezone(
            site.settings.timezone
        ),
        outlines=tuple(outlines),
    )


class _Tree:
    """The channels of one group, each under the nearest one above it that is offered."""

    def __init__(self, channels: Iterable[ListedChannel], site: Site) -> None:
        self._site = site
        listed = {channel.key: channel for channel in channels}
        self._below: defaultdict[str | None, list[ListedChannel]] = defaultdict(list)
        for channel in listed.values():
            if not channel.ending:
                self._below[_offered_above(channel, listed)].append(channel)

    def outlines(self, above: str | None = None) -> tuple[Feed | Folder, ...]:
        found: list[Feed | Folder] = []
        for channel in self._below[above]:
            below = self.outlines(channel.key)
            feed = _feed(channel, self._site)
            found.append(Folder(channel.name, (feed, *below)) if below else feed)
        return tuple(found)


def _offered_above(channel: ListedChannel, listed: Mapping[str, ListedChannel]) -> str | None:
    above = listed.get(channel.parent_key or "")
    while above is not None and above.ending:
        above = listed.get(above.parent_key or "")
    return above.key if above is not None else None


def _feed(channel: ListedChannel, site: Site) -> Feed:
    return Feed(
        text=channel.name,
        title=channel.title,
        description=channel.description,
        language=channel.language,
        xml_url=site.addresses.feed(channel.path, Format.RSS),
        html_url=site.addresses.page(channel.path),
    )
