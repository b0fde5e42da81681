"""What Atom says of a channel in elements of its own and RSS has none for: its permanent id, and its logo.

Spec: RFC 4287 sections 4.2.6 and 4.2.8; RSS 2.0, "Extending RSS".
"""

from __future__ import annotations

from lxml import etree

from feeds.documents.extensions.contract import ATOM_NS, HeadExtension, add


class IdentityHead(HeadExtension):
    """Tell an RSS channel from every other one, wherever it is served."""

    def extend_rss(self, root: etree._Element) -> etree._Element:
        """Add `atom:id`, and `atom:logo` where there is one: the image of RSS is the icon."""
        for channel in root.iterchildren("channel"):
            add(channel, "id", self.channel.id, ns=ATOM_NS)
            if self.channel.logo_url:
                add(channel, "logo", self.channel.logo_url, ns=ATOM_NS)
        return root
