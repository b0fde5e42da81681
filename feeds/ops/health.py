"""Says how a process does, from what it knows already: nothing is asked, so nothing that hangs is waited for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from feeds.heads import Heads
from feeds.http.freshness import Freshness
from feeds.http.shared_bodies import NotShared, SharedBodies

OK = "ok"
DEGRADED = "degraded"
OFF = "off"
SILENT = "no answer"
AWAY = "away"
MOST_CHARS = 120
_DETAILS = re.compile(r"""[:("/\\@]|(?<!\w)'""")
"""What a driver says begins with one of these: addresses, users, paths. The log has it; the world need not."""


@dataclass(frozen=True, slots=True)
class Health:
    """What one process tells of itself. `store` is "ok", or what was met; `shared` is "ok", "away" or "off"."""

    store: str
    shared: str
    shelf: dict[str, int | None]
    refused: int

    @property
    def is_ready(self) -> bool:
        """Whether it could answer a poll of what is not on the shelf."""
        return self.store == OK

    @property
    def status(self) -> str:
        """Either "ok" or "degraded"."""
        return OK if self.is_ready and self.shared in {OK, OFF} else DEGRADED

    def as_json(self) -> dict[str, Any]:
        """Give it as it is served."""
        return {
            "status": self.status,
            "store": self.store,
            "shared": self.shared,
            "shelf": self.shelf,
            "refused": self.refused,
        }


@dataclass(frozen=True, slots=True)
class Vitals:
    """Where the health of a process is read; `refused` counts the polls that were refused for courtesy's sake."""

    heads: Heads
    refused: Callable[[], int]

    def look(self) -> Health:
        """Read it, without asking anybody."""
        heads = self.heads
        shelf = heads.shelf
        return Health(
            store=_store(heads.freshness),
            shared=_shared(heads.shared),
            shelf={
                "documents": len(shelf),
                "size_bytes": shelf.size_bytes,
                "limit_bytes": shelf.limit_bytes,
                "made": shelf.made,
                "edition": shelf.edition,
            },
            refused=self.refused(),
        )


def _store(freshness: Freshness) -> str:
    said = _told(freshness.met)
    return SILENT if said == OK and freshness.is_away else said


def _shared(shared: SharedBodies) -> str:
    if isinstance(shared, NotShared):
        return OFF
    return AWAY if shared.met else OK


def _told(met: str) -> str:
    """Give what was met in our own words alone."""
    if not met:
        return OK
    return _DETAILS.split(met, maxsplit=1)[0].strip()[:MOST_CHARS] or SILENT
