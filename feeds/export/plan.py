"""Decides what has to be asked for again since the last export. Pure: from editions, changes and names alone.

What is not asked for is what no change since can have touched; asking for more would be slower and never wrong,
because what is asked for and has not changed is not written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from store.changes import touched_by
from store.types import Change

_CATEGORY = "c"


@dataclass(frozen=True, slots=True)
class State:
    """What an export was made of: the store's edition, and all that shows and is not in the store.

    `committed_at` is when the edition was, empty before the first: it tells the edition from that of another past,
    which a backup was restored over.
    """

    edition: int
    fingerprint: str
    committed_at: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to ask for: channels by their paths, and the bulletins that changed after an edition.

    `gone` are paths of channels that are there no more. The pages of bulletins show the way through the tree of today,
    so those below the `categories`, by id, are asked for as well. When everything `is_full`, channels are all there
    are.
    """

    is_full: bool
    channels: frozenset[str]
    gone: frozenset[str]
    after_edition: int
    categories: frozenset[int] = frozenset()


def plan(
    last: State | None,
    present: State,
    changes: Iterable[Change],
    *,
    channels: Mapping[str, str],
    exported: Iterable[str],
    is_same_past: bool = True,
    full: bool = False,
) -> Plan:
    """Plan an export; `channels` are the paths of today by selection_key, `exported` the paths of the last time.

    `changes` are those since the last export; they are not looked at where everything has to be asked for: the first
    time, after a change of settings or software, and where the store is older than what was exported, or its past
    is not the same any more.
    """
    paths = frozenset(channels.values())
    known = frozenset(exported)
    is_known = last is not None and last.edition <= present.edition and is_same_past
    if full or last is None or not is_known or last.fingerprint != present.fingerprint:
        return Plan(True, paths, known - paths, 0)
    touched = touched_by(changes)
    chosen = {path for key, path in channels.items() if key in touched}
    categories = {int(entity[1:]) for entity in touched.entities if entity[0] == _CATEGORY}
    return Plan(False, frozenset(chosen | (paths - known)), known - paths, last.edition, frozenset(categories))


def written_instant(at: datetime | None) -> str:
    """Write down when an edition was committed, empty for one that never was."""
    return at.astimezone(UTC).isoformat() if at is not None else ""
